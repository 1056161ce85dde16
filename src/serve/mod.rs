//! The preview server: a published site on this machine's own address.
//!
//! It answers as the written host rules do ([`Resolver`](crate::site::urls::Resolver)), to GET and HEAD alone, and
//! tells browsers to ask again each time. Files are sent piece by piece; a page that is stored packed is unpacked in
//! memory for clients that cannot do it. It is meant for looking at a site, not for publishing one, and bounds what
//! clients may take up all the same ([`Bounds`]).
//!
//! When it watches ([`Watching`]), it builds again what changes, and open pages follow. What it serves is always the
//! last site that was built: a build that fails is told on the pages.
//!
//! May use `pipeline`, `site`, `settings` and `fs`.

mod answer;
mod conditional;
mod connection;
mod live;
mod site;
mod watch;

pub use connection::Bounds;
pub use site::PublishedSite;
pub use watch::Watching;

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::fs::PathError;
use crate::pipeline::progress::{Progress, Verbosity};
use crate::pipeline::{self, BuildError, BuildOptions};
use crate::settings::Settings;
use live::Live;
use site::Preview;

/// Why the site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// There is no published folder.
    #[error("there is no site in {}\n  hint: `debpress build` makes one", .0.display())]
    NothingPublished(PathBuf),
    /// There was no site, and it could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The published folder cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The system gives no threads.
    #[error("cannot start the preview server: {0}")]
    Runtime(#[source] io::Error),
    /// The system does not tell of changes.
    #[error("cannot watch for changes: {0}\n  hint: `--no-watch` serves the site as it is")]
    Watch(#[from] notify::Error),
    /// The port cannot be listened on.
    #[error(
        "cannot listen on port {port}: {source}\n  hint: choose another one with `--port`; 0 takes any that is free"
    )]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// How to serve.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// The port of 127.0.0.1; when it is taken, the next one that is free. 0: any that is free.
    pub port: u16,
    /// Names, beside those that this machine has for itself, under which requests may come.
    pub hosts: Vec<String>,
    /// What clients may take up.
    pub bounds: Bounds,
    /// What to watch; `None`: nothing.
    pub watching: Option<Watching>,
}

/// Ports that are tried beside the first.
const MORE_PORTS: u16 = 20;

/// Serves the site that `settings` publish until the process is interrupted (Ctrl-C); `ready` is told the address.
/// When there is no site and changes are watched, it is built first.
///
/// # Errors
/// When there is no site, or no port can be taken.
pub fn run(settings: &Settings, options: ServeOptions, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let public = settings.resolve(&settings.output.dir);
    if !public.is_dir() {
        let Some(Watching { only, .. }) = &options.watching else { return Err(ServeError::NothingPublished(public)) };
        let build = BuildOptions { only: only.clone(), ..BuildOptions::default() };
        pipeline::build(settings, &build, &Progress::new(Verbosity::Normal))?;
    }
    let site = PublishedSite::open(settings)?;
    let watching = options.watching.clone();
    let runtime = tokio::runtime::Runtime::new().map_err(ServeError::Runtime)?;
    let served = runtime.block_on(async {
        let server = Server::bind(site, options).await?;
        if let (Some(watching), Some(live)) = (watching, server.preview.live.clone()) {
            watch::start(watching, settings, server.preview.clone(), live)?;
        }
        ready(server.address());
        server.run(interrupted()).await;
        Ok(())
    });
    // Connections and files that are being read end with the process.
    runtime.shutdown_background();
    served
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without the signal, the system ends the process.
        std::future::pending::<()>().await;
    }
}

/// A server that has its port, and answers from [`run`](Self::run) on.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    bounds: Bounds,
    preview: Arc<Preview>,
}

impl Server {
    /// Takes a port of 127.0.0.1 for a site.
    ///
    /// # Errors
    /// When the port is not allowed, or all of those tried are taken.
    pub async fn bind(site: PublishedSite, options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { port, hosts, bounds, watching } = options;
        let failed = |source| ServeError::Listen { port, source };
        let listener = listen(port).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let live = watching.map(|_| Live::new());
        Ok(Self { listener, address, bounds, preview: Arc::new(Preview::new(site, hosts, live)) })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop` is done.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = connection::accept(self.listener, self.preview, self.bounds) => {}
            () = stop => {}
        }
    }
}

async fn listen(first: u16) -> io::Result<TcpListener> {
    let mut port = first;
    loop {
        let taken = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => error,
            other => return other,
        };
        port = match port.checked_add(1) {
            Some(next) if next - first <= MORE_PORTS => next,
            _ => return Err(taken),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs;
    use crate::settings::{Encoding, LinkStyle};
    use crate::site::page;
    use crate::site::urls::Layout;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    fn exchange(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let request = format!("{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut bytes = Vec::new();
        // A server that has had enough closes while it is still spoken to.
        let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Starts a server, talks to it, and stops it.
    fn with_server(talk: impl FnOnce(SocketAddr) + Send + 'static) {
        with_options(ServeOptions::default(), talk);
    }

    fn with_options(options: ServeOptions, talk: impl FnOnce(SocketAddr) + Send + 'static) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout { encoding: Encoding::Gzip, links: LinkStyle::Clean };
        let public = folder.path().join("public");
        let map = r#"{"names":{"sid":"1"},"versions":[{"version":"1","area":"main"}]}"#;
        let files: [(&str, Vec<u8>); 6] = [
            ("public/map/p/p.json", map.into()),
            ("public/data/main/p/p/1/large", vec![b'x'; 20 << 20]),
            ("public/404.html", b"nothing here".to_vec()),
            ("public/src/p/index.html.gz", page::encoded("<p>p", layout.encoding)),
            ("public/data/main/p/p/1/a.html", b"<script>".to_vec()),
            ("secret", b"secret".to_vec()),
        ];
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_folders(path.parent().unwrap()).unwrap();
            fs::write_new(&path, &[&bytes]).unwrap();
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let server = Server::bind(PublishedSite::new(public, layout, Vec::new()), options).await.unwrap();
            let address = server.address();
            let running = tokio::spawn(server.run(std::future::pending()));
            let talked = tokio::task::spawn_blocking(move || talk(address)).await;
            running.abort();
            talked.unwrap();
        });
    }

    #[test]
    fn a_page_is_sent_as_the_client_can_read_it() {
        with_server(|address| {
            let plain = exchange(address, "GET /src/p/ HTTP/1.1");
            assert!(plain.starts_with("HTTP/1.1 200 ") && plain.ends_with("<p>p"), "{plain}");
            let packed = exchange(address, "GET /src/p/ HTTP/1.1\r\nAccept-Encoding: br, gzip;q=0.5");
            assert!(packed.contains("content-encoding: gzip") && !packed.ends_with("<p>p"), "{packed}");
            let refused = exchange(address, "GET /src/p/ HTTP/1.1\r\nAccept-Encoding: gzip;q=0");
            assert!(refused.ends_with("<p>p"), "{refused}");
            let head = exchange(address, "HEAD /src/p/ HTTP/1.1");
            assert!(head.contains("content-length: 4") && head.ends_with("\r\n\r\n"), "{head}");
        });
    }

    #[test]
    fn hostile_files_and_addresses_do_no_harm() {
        with_server(|address| {
            let raw = exchange(address, "GET /data/main/p/p/1/a.html HTTP/1.1");
            assert!(raw.contains("content-type: text/plain; charset=utf-8"), "{raw}");
            assert!(raw.contains("x-content-type-options: nosniff") && raw.contains("sandbox"), "{raw}");
            for path in
                ["/../secret", "/src/%2e%2e/%2e%2e/secret", "/data/..%2f..%2fsecret", "//secret", "/%zz", "/%00"]
            {
                let answer = exchange(address, &format!("GET {path} HTTP/1.1"));
                assert!(answer.starts_with("HTTP/1.1 404 ") && answer.ends_with("nothing here"), "{path} {answer}");
            }
            let redirect = exchange(address, "GET /src/p?a=%20b HTTP/1.1");
            assert!(redirect.contains("301 ") && redirect.contains("location: /src/p/?a=%20b\r\n"), "{redirect}");
            assert!(exchange(address, "POST /src/p/ HTTP/1.1").starts_with("HTTP/1.1 405 "));
        });
    }

    /// A request with the header lines in `more`.
    fn get(address: SocketAddr, path: &str, more: &str) -> String {
        exchange(address, &format!("GET {path} HTTP/1.1{more}"))
    }

    fn header<'a>(answer: &'a str, name: &str) -> &'a str {
        answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        with_server(|address| {
            for (path, coding) in [("/src/p/", "gzip"), ("/src/p/", "identity"), ("/data/main/p/p/1/a.html", "")] {
                let accept = format!("\r\nAccept-Encoding: {coding}");
                let first = get(address, path, &accept);
                let (tag, date) = (header(&first, "etag").to_owned(), header(&first, "last-modified").to_owned());
                let with = |condition: String| get(address, path, &format!("{accept}\r\n{condition}"));
                let same = with(format!("If-None-Match: {tag}"));
                assert!(same.starts_with("HTTP/1.1 304 ") && same.ends_with("\r\n\r\n"), "{same}");
                assert_eq!(header(&same, "etag"), tag);
                assert!(with(format!("If-Modified-Since: {date}")).starts_with("HTTP/1.1 304 "));
                assert!(with("If-None-Match: \"other\"".to_owned()).starts_with("HTTP/1.1 200 "));
            }
            let tags = ["gzip", "identity"].map(|coding| {
                let answer = get(address, "/src/p/", &format!("\r\nAccept-Encoding: {coding}"));
                header(&answer, "etag").to_owned()
            });
            assert_ne!(tags[0], tags[1], "two forms are two representations");
        });
    }

    #[test]
    fn parts_of_raw_files_are_sent() {
        with_server(|address| {
            let part = get(address, "/data/main/p/p/1/a.html", "\r\nRange: bytes=1-3");
            assert!(part.starts_with("HTTP/1.1 206 ") && part.ends_with("\r\n\r\nscr"), "{part}");
            assert_eq!(header(&part, "content-range"), "bytes 1-3/8");
            assert_eq!(header(&part, "content-length"), "3");
            let beyond = get(address, "/data/main/p/p/1/a.html", "\r\nRange: bytes=8-");
            assert!(beyond.starts_with("HTTP/1.1 416 "), "{beyond}");
            assert_eq!(header(&beyond, "content-range"), "bytes */8");
            let head = exchange(address, "HEAD /data/main/p/p/1/large HTTP/1.1");
            assert_eq!(header(&head, "content-length"), (20 << 20).to_string());
            assert!(head.ends_with("\r\n\r\n"), "{head}");
        });
    }

    #[test]
    fn names_stand_for_versions() {
        with_server(|address| {
            let answer = get(address, "/src/p/sid/a?hl=1", "");
            assert!(answer.starts_with("HTTP/1.1 302 "), "{answer}");
            assert_eq!(header(&answer, "location"), "/src/p/1/a?hl=1");
        });
    }

    #[test]
    fn other_hosts_are_refused_unless_named() {
        let options = ServeOptions { hosts: vec!["preview.example.org".to_owned()], ..ServeOptions::default() };
        with_options(options, |address| {
            let status = |host: &str| {
                let mut stream = TcpStream::connect(address).unwrap();
                write!(stream, "GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n").unwrap();
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).unwrap();
                String::from_utf8_lossy(&bytes)[9..12].to_owned()
            };
            for own in ["localhost", "127.0.0.1:80", "LOCALHOST:1", "[::1]:8080", "preview.example.org:80"] {
                assert_eq!(status(&format!("Host: {own}\r\n")), "404", "{own}");
            }
            for foreign in ["example.org", "localhost.example.org", "127.0.0.1.example.org:80", "localhost:x"] {
                assert_eq!(status(&format!("Host: {foreign}\r\n")), "403", "{foreign}");
            }
            assert_eq!(status(""), "403");
        });
    }

    /// Bounds that a test does not wait long for.
    fn tight() -> ServeOptions {
        let (head_time, stall) = (Duration::from_millis(300), Duration::from_millis(300));
        ServeOptions {
            bounds: Bounds { connections: 2, head_bytes: 8192, head_time, stall },
            ..ServeOptions::default()
        }
    }

    #[test]
    fn a_head_may_not_be_large_or_slow() {
        with_options(tight(), |address| {
            for large in [format!("\r\nX: {}", "x".repeat(100_000)), "\r\nX: y".repeat(200)] {
                let answer = get(address, "/", &large);
                assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
            }
            let start = std::time::Instant::now();
            let mut slow = TcpStream::connect(address).unwrap();
            slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            slow.write_all(b"GET / HT").unwrap();
            let mut bytes = Vec::new();
            // It is closed, with an answer or without.
            let _ = slow.read_to_end(&mut bytes);
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        });
    }

    #[test]
    fn clients_that_do_not_read_make_way() {
        with_options(tight(), |address| {
            let lazy = |_| {
                let mut stream = TcpStream::connect(address).unwrap();
                write!(stream, "GET /data/main/p/p/1/large HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
                stream
            };
            let _lazy: Vec<TcpStream> = (0..4).map(lazy).collect();
            let answer = get(address, "/src/p/", "");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        });
    }

    #[test]
    fn the_next_port_is_taken_when_one_is_not_free() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let first = listen(0).await.unwrap();
            let port = first.local_addr().unwrap().port();
            let second = listen(port).await.unwrap().local_addr().unwrap().port();
            assert!(second > port && second <= port + MORE_PORTS, "{port} {second}");
        });
    }
}
