//! The preview server: one published folder on this machine's own address.
//!
//! It answers as the written host rules do ([`Resolver`]), to GET and HEAD alone, and tells browsers to ask again
//! each time. Files are read whole, so a raw file takes as much memory as it is long: it is meant for looking at a
//! site, not for publishing one.
//!
//! May use `site`, `settings` and `fs`.

use std::future::Future;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use tokio::net::TcpListener;

use crate::fs::{self, PathError};
use crate::model::PackageName;
use crate::settings::Settings;
use crate::site::hosts;
use crate::site::sources::named_version;
use crate::site::urls::{Address, Answer, Layout, Moved, NamedVersion, Resolver, decode};

/// Why the site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// There is no published folder.
    #[error("there is no site in {}\n  hint: `debpress build` makes one", .0.display())]
    NothingPublished(PathBuf),
    /// The published folder cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The system gives no threads.
    #[error("cannot start the preview server: {0}")]
    Runtime(#[source] io::Error),
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
    /// The server ended.
    #[error("the preview server ended: {0}")]
    Ended(#[source] io::Error),
}

/// Serves the site that `settings` publish until the process is interrupted (Ctrl-C); `ready` is told the address.
///
/// # Errors
/// When there is no site, or the port cannot be taken.
pub fn run(settings: &Settings, port: u16, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let public = settings.resolve(&settings.output.dir);
    if !public.is_dir() {
        return Err(ServeError::NothingPublished(public));
    }
    let redirects = fs::read_if_there(&public.join(hosts::REDIRECTS))?.unwrap_or_default();
    let moved = hosts::moved_by(&String::from_utf8_lossy(&redirects));
    let runtime = tokio::runtime::Runtime::new().map_err(ServeError::Runtime)?;
    runtime.block_on(async {
        let server = Server::bind(public, Layout::from(&settings.output), moved, port).await?;
        ready(server.address());
        let interrupted = async {
            if tokio::signal::ctrl_c().await.is_err() {
                // Without the signal, the system ends the process.
                std::future::pending::<()>().await;
            }
        };
        server.run(interrupted).await
    })
}

/// A server that has its port, and answers from [`run`](Self::run) on.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<PublishedSite>,
}

#[derive(Debug)]
struct PublishedSite {
    folder: PathBuf,
    layout: Layout,
    resolver: Resolver,
}

impl Server {
    /// Takes `port` (0: any that is free) of 127.0.0.1 for the site in the folder `public`.
    ///
    /// # Errors
    /// When the port is taken or not allowed.
    pub async fn bind(public: PathBuf, layout: Layout, moved: Vec<Moved>, port: u16) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let site = PublishedSite { folder: public, layout, resolver: Resolver::new(layout, moved) };
        Ok(Self { listener, address, site: Arc::new(site) })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop` is done.
    ///
    /// # Errors
    /// When the system takes the port away.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let router = Router::new().fallback(answer).with_state(self.site);
        axum::serve(self.listener, router).with_graceful_shutdown(stop).await.map_err(ServeError::Ended)
    }
}

async fn answer(State(site): State<Arc<PublishedSite>>, request: Request) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return response(StatusCode::METHOD_NOT_ALLOWED, &[(header::ALLOW.as_str(), "GET, HEAD")], Vec::new());
    }
    let is_file = |path: &[u8]| site.folder.join(fs::path_of(path)).is_file();
    let answer = match decode(request.uri().path()) {
        Some(path) => site.resolver.answer(&path, &is_file, &|package, name| site.version_of(package, name)),
        None => Answer::NotFound,
    };
    match answer {
        Answer::NotFound => site.not_found().await,
        Answer::Redirect { status, location } => {
            let location = match request.uri().query() {
                Some(query) => format!("{location}?{query}"),
                None => location,
            };
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::PERMANENT_REDIRECT);
            response(status, &[(header::LOCATION.as_str(), &location)], Vec::new())
        }
        Answer::File { output_path, content_type, gzipped, headers } => {
            // It may have been published anew since it was found.
            let Some(bytes) = site.read(&output_path).await else { return site.not_found().await };
            let mut headers = headers.to_vec();
            headers.push((header::CONTENT_TYPE.as_str(), content_type));
            if !gzipped {
                return response(StatusCode::OK, &headers, bytes);
            }
            headers.push((header::VARY.as_str(), header::ACCEPT_ENCODING.as_str()));
            if accepts_gzip(request.headers()) {
                headers.push((header::CONTENT_ENCODING.as_str(), "gzip"));
                return response(StatusCode::OK, &headers, bytes);
            }
            let mut html = Vec::new();
            match flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut html) {
                Ok(_) => response(StatusCode::OK, &headers, html),
                Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, &[], b"this page is damaged\n".to_vec()),
            }
        }
    }
}

impl PublishedSite {
    fn version_of(&self, package: &PackageName, name: &str) -> Option<NamedVersion> {
        let map = Address::Map(package).output_path(self.layout);
        named_version(&fs::read_if_there(&self.folder.join(fs::path_of(&map))).ok()??, name)
    }

    async fn read(&self, output_path: &[u8]) -> Option<Vec<u8>> {
        tokio::fs::read(self.folder.join(fs::path_of(output_path))).await.ok()
    }

    async fn not_found(&self) -> Response<Body> {
        let html = self.read(&Address::NotFound.output_path(self.layout)).await.unwrap_or_default();
        let content_type = (header::CONTENT_TYPE.as_str(), "text/html; charset=utf-8");
        response(StatusCode::NOT_FOUND, &[content_type, (header::X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff")], html)
    }
}

/// Whether the client says that it can unpack gzip data (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        is_gzip && !is_refused
    })
}

fn response(status: StatusCode, headers: &[(&str, &str)], body: Vec<u8>) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CACHE_CONTROL, "no-cache");
    let response = headers.iter().fold(response, |response, (name, value)| response.header(*name, *value));
    response.body(Body::from(body)).unwrap_or_else(|_| {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::BAD_REQUEST;
        refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Encoding, LinkStyle};
    use crate::site::page;
    use std::io::Write;
    use std::net::TcpStream;
    use std::time::Duration;

    fn exchange(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Starts a server, talks to it, and stops it.
    fn with_server(talk: impl FnOnce(SocketAddr) + Send + 'static) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout { encoding: Encoding::Gzip, links: LinkStyle::Clean };
        let public = folder.path().join("public");
        let files: [(&str, Vec<u8>); 4] = [
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
            let server = Server::bind(public, layout, Vec::new(), 0).await.unwrap();
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
}
