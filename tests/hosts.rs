//! The written host rules, tried with real servers: they answer every request as `site::urls::Resolver` does.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use debpress::fs;
use debpress::model::{Area, DebianVersion, EntryPath, PackageName};
use debpress::settings::{Encoding, LinkStyle};
use debpress::site::hosts;
use debpress::site::page;
use debpress::site::urls::{Address, Answer, Layout, Moved, Resolver, decode};

/// Files of the package that is published: each has a page and a raw file.
const FILES: &[&[u8]] = &[
    b"README",
    b"a b%.c",
    b"back\\slash",
    b"caf\xe9",
    b"dir/index",
    b"dir/index.html",
    b"dir/index.html.gz",
    b"dir/index~",
    b"dir/sub/deep",
    b"foo",
    b"foo.gz",
    b"foo.html",
    b"index",
    b"line\nfeed",
    b"no.html/x",
    b"number#sign",
    b"evil.HTML",
    b"picture.png",
    b"drawing.svg",
    b"question?mark",
    b"x.html/index.html/y",
    b"x.html~",
    b"\x01control",
    b"<script>&'\"",
    b"$uri",
];

/// Addresses of older sites, and some that nobody should get an answer to, beside those of the pages.
const REQUESTS: &[&str] = &[
    "/src/p",
    "/src/p/1%3A2",
    "/src/p/1%3A2/dir",
    "/src/p/1%3A2/dir?hl=3",
    "/src/p/1%3A2/foo/",
    "/src/p/1%3A2/foo/?hl=3&msg=a%20b",
    "/src/p/1%3A2/caf%E9/",
    "/src/p/1%3A2/a%20b%25.c/?x",
    "/src/p/1%3A2/line%0Afeed/",
    "/src/p/1%3A2/dir/index/",
    "/src/p/1%3A2/dir/index~/",
    "/src/p/1%3A2/README.html",
    "/src/p/1%3A2/dir/index.html",
    "/src/p/1%3A2/x.html",
    "/src/p/1%3A2/x.html/",
    "/src/p/1%3A2/x.html/index.html/y",
    "/src/p/1%3A2/x.html~/index.html/y",
    "/src/p/1%3A2/no.html/x?q",
    "/src/p/1%3A2/none",
    "/src/p/1%3A2/none/",
    "/src/p/1%3A2/none.html",
    "/src/none/",
    "/data/main/p/p/1%3A2/dir",
    "/data/main/p/p/1%3A2/dir/",
    "/data/main/p/p/1%3A2/none",
    "/data/contrib/p/p/1%3A2/a%20b%25.c?x",
    "/data/contrib/p/p/1%3A2.3/foo",
    "/.debpress/README",
    "/robots.txt",
    "/static/style.0.css",
    "/static/",
    "/map/p/p.json",
    "/index.html",
    "/nothing",
];

/// A published site with its rules, and what may be asked of it.
struct Site {
    folder: tempfile::TempDir,
    layout: Layout,
    moved: Vec<Moved>,
    requests: Vec<String>,
}

impl Site {
    fn new(layout: Layout) -> Self {
        let package = PackageName::new("p").unwrap();
        let version = DebianVersion::new("1:2").unwrap();
        let [area, other] = ["main", "contrib"].map(|area| Area::new(area).unwrap());
        let long = [b'n'; 255];
        let paths: Vec<EntryPath> =
            FILES.iter().copied().chain([&long[..]]).map(|path| EntryPath::new(path).unwrap()).collect();
        let mut folders: Vec<EntryPath> = paths.iter().filter_map(EntryPath::parent).collect();
        folders.extend(folders.clone().iter().filter_map(EntryPath::parent));
        folders.sort();
        folders.dedup();
        let mut addresses = vec![Address::Home, Address::Package(&package), Address::Version(&package, &version)];
        addresses.extend(folders.iter().map(|path| Address::Folder(&package, &version, path)));
        for path in &paths {
            addresses.push(Address::File(&package, &version, path));
            addresses.push(Address::Raw(&area, &package, &version, path));
        }
        let folder = tempfile::tempdir().unwrap();
        let public = folder.path().join("public");
        for address in &addresses {
            let text = format!("<p>{}", address.url());
            let bytes = match address {
                Address::Raw(..) => text.into_bytes(),
                _ => page::encoded(&text, layout.encoding),
            };
            publish(&public, &address.output_path(layout), &bytes);
        }
        for plain in ["404.html", "robots.txt", "static/style.0.css", "map/p/p.json", ".debpress/README"] {
            publish(&public, plain.as_bytes(), plain.as_bytes());
        }
        let moved = vec![Moved { package: package.clone(), version: version.clone(), from: other, to: area.clone() }];
        hosts::write(&folder.path().join("hosts"), layout, &moved).unwrap();
        let mut requests: Vec<String> = addresses.iter().map(Address::url).collect();
        requests.extend(REQUESTS.iter().map(|request| (*request).to_owned()));
        requests.push(format!("/src/p/1%3A2/{}", "n".repeat(255)));
        Self { folder, layout, moved, requests }
    }

    fn public(&self) -> PathBuf {
        self.folder.path().join("public")
    }

    /// What the resolver says of a request, as a server would put it.
    fn expected(&self, request: &str) -> Response {
        let (path, query) = request.split_at(request.find('?').unwrap_or(request.len()));
        let resolver = Resolver::new(self.layout, self.moved.clone());
        let is_file = |path: &[u8]| self.public().join(fs::path_of(path)).is_file();
        let read = |path: &[u8]| fs::read(&self.public().join(fs::path_of(path))).unwrap();
        match resolver.resolve(&decode(path).unwrap(), &is_file) {
            Answer::NotFound => Response::new(404, "text/html; charset=utf-8", read(b"404.html")),
            Answer::Redirect { status, location } => {
                Response { status, location: Some(format!("{location}{query}")), ..Response::default() }
            }
            Answer::File { output_path, content_type, headers, .. } => {
                let mut response = Response::new(200, content_type, read(&output_path));
                response.policy = headers.iter().find(|it| it.0.ends_with("-Policy")).map(|it| it.1.to_owned());
                response
            }
        }
    }
}

fn publish(public: &Path, output_path: &[u8], bytes: &[u8]) {
    let path = public.join(fs::path_of(output_path));
    fs::create_folders(path.parent().unwrap()).unwrap();
    fs::write_new(&path, &[bytes]).unwrap();
}

/// What is compared of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Response {
    status: u16,
    location: Option<String>,
    content_type: String,
    policy: Option<String>,
    body: Vec<u8>,
}

impl Response {
    fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, content_type: content_type.to_owned(), body, ..Self::default() }
    }
}

/// A server of one site, stopped when dropped.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a server with the settings that `settings` makes from a port.
    fn start(site: &Site, command: &mut Command, settings: impl FnOnce(u16) -> String) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write_atomically(&site.folder.path().join("settings"), &[settings(port).as_bytes()]).unwrap();
        let mut process = command.current_dir(site.folder.path()).spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(20), "it does not start: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { process, port }
    }

    fn nginx(site: &Site) -> Self {
        let folder = site.folder.path().display();
        // Started by root, nginx serves as another user, whom the temporary folder is closed to.
        let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
        let mut command = Command::new("nginx");
        command.arg("-p").arg(site.folder.path()).arg("-c").arg(site.folder.path().join("settings"));
        Self::start(site, &mut command, |port| {
            format!(
                "daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
                events {{ }}
                http {{
                    access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
                    fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
                    include {folder}/hosts/nginx/http.conf;
                    server {{
                        listen 127.0.0.1:{port}; root {folder}/public; include {folder}/hosts/nginx/server.conf;
                    }}
                }}"
            )
        })
    }

    fn apache(site: &Site) -> Self {
        let folder = site.folder.path().display();
        let modules = ["mpm_event", "authz_core", "deflate", "dir", "filter", "headers", "mime", "rewrite"];
        let load = |name: &str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
        let load: String = modules.iter().map(|name| load(name)).collect();
        let mut command = Command::new("apache2");
        command.arg("-X").arg("-d").arg(site.folder.path()).arg("-f").arg(site.folder.path().join("settings"));
        Self::start(site, &mut command, |port| {
            format!(
                "{load}ServerName localhost\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\nErrorLog {folder}/error.log
                TypesConfig /dev/null\nDefaultRuntimeDir {folder}\nAddEncoding x-gzip .gz\nAddLanguage fr .fr
                <VirtualHost *:{port}>
                    DocumentRoot {folder}/public\n
                    Include {folder}/hosts/apache.conf
                </VirtualHost>\n"
            )
        })
    }

    fn caddy(site: &Site) -> Self {
        let folder = site.folder.path().display();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config", "settings"]);
        command.env("XDG_DATA_HOME", site.folder.path()).env("XDG_CONFIG_HOME", site.folder.path());
        Self::start(site, &mut command, |port| {
            format!(
                "{{\n\tadmin off\n\tauto_https off\n\tlog {{\n\t\toutput discard\n\t}}\n}}\nhttp://localhost:{port} {{\n\tbind 127.0.0.1\n\troot * {folder}/public\n\timport {folder}/hosts/Caddyfile\n}}\n"
            )
        })
    }

    fn get(&self, request: &str, accept_encoding: &str) -> (Response, BTreeMap<String, String>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            stream,
            "GET {request} HTTP/1.1\r\nHost: localhost:{}\r\nAccept-Encoding: {accept_encoding}\r\nConnection: close\r\n\r\n",
            self.port
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let (mut response, headers) = parse(&bytes);
        // Apache makes redirects absolute.
        let here = format!("http://localhost:{}", self.port);
        response.location = response.location.map(|location| location.trim_start_matches(&here).to_owned());
        (response, headers)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its own child ends with it when it is asked to, not when it is killed.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

fn parse(bytes: &[u8]) -> (Response, BTreeMap<String, String>) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let header = |name: &str| headers.get(name).cloned();
    let mut body = bytes[end + 4..].to_vec();
    if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
        body = unchunked(&body);
    }
    let mut response = Response { status, location: header("location"), ..Response::default() };
    if response.location.is_none() {
        response.content_type = header("content-type").unwrap_or_default();
        response.policy = header("content-security-policy");
        response.body = body;
    }
    (response, headers)
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = bytes.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        whole.extend_from_slice(&bytes[line + 2..line + 2 + length]);
        bytes = &bytes[line + 2 + length + 2..];
    }
    whole
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut html = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut html).unwrap();
    html
}

/// Says loudly when a tool is missing, and fails where it must not be.
fn is_there(tool: &str) -> bool {
    let found = Command::new(tool).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        let must = std::env::var("DEBPRESS_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(!must, "{tool} is not installed");
        eprintln!("SKIPPED: {tool} is not installed, so its rules were NOT tried");
    }
    found
}

fn layouts() -> impl Iterator<Item = Layout> {
    let encodings = [Encoding::Gzip, Encoding::Plain];
    encodings.into_iter().flat_map(|encoding| {
        [LinkStyle::Clean, LinkStyle::File].into_iter().map(move |links| Layout { encoding, links })
    })
}

fn compare(site: &Site, server: &Server, request: &str, unpacks: bool) {
    let layout = site.layout;
    let expected = site.expected(request);
    let (packed, headers) = server.get(request, "gzip");
    assert_eq!(packed, expected, "{request} {layout:?}");
    let is_packed = headers.get("content-encoding").is_some_and(|value| value == "gzip");
    let has_page = expected.status == 200 && expected.body.starts_with(b"\x1f\x8b");
    assert_eq!(is_packed, has_page, "{request}");
    assert!(expected.location.is_some() || headers["x-content-type-options"] == "nosniff", "{request}");
    if !unpacks {
        return;
    }
    let (plain, headers) = server.get(request, "identity");
    assert!(!headers.contains_key("content-encoding"), "{request}");
    let body = if is_packed { unpacked(&expected.body) } else { expected.body };
    assert_eq!(plain.body, body, "{request}");
}

#[test]
fn nginx_answers_as_the_resolver_does() {
    if !is_there("nginx") {
        return;
    }
    for layout in layouts() {
        let site = Site::new(layout);
        let server = Server::nginx(&site);
        site.requests.iter().for_each(|request| compare(&site, &server, request, true));
    }
}

#[test]
fn apache_answers_as_the_resolver_does() {
    if !is_there("apache2") {
        return;
    }
    for layout in layouts() {
        let site = Site::new(layout);
        let server = Server::apache(&site);
        // Apache refuses to rewrite addresses with %3F.
        let requests = site.requests.iter().filter(|request| !request.contains("%3F"));
        requests.for_each(|request| compare(&site, &server, request, !request.contains(".gz")));
    }
}

#[test]
fn caddy_answers_as_the_resolver_does() {
    if !is_there("caddy") {
        return;
    }
    for layout in layouts() {
        let site = Site::new(layout);
        let server = Server::caddy(&site);
        // Caddy takes %3F for the beginning of a query and %5C for an escape.
        let is_understood = |request: &&String| !request.contains("%3F") && !request.contains("%5C");
        let requests = site.requests.iter().filter(is_understood);
        requests.for_each(|request| compare(&site, &server, request, false));
    }
}

#[test]
fn no_server_lets_anything_out() {
    const ELSEWHERE: [&str; 4] = [
        "//example.org/../src/p/1%3A2/dir",
        "/\\example.org/../src/p/1%3A2/dir",
        "/%2Fexample.org/%2e%2e/src/p",
        "//example.org/%2e%2e/src/p/1%3A2/foo/",
    ];
    const OUTSIDE: [&str; 4] =
        ["/../secret", "/%2e%2e/secret", "/data/../../secret", "/src/p/%2e%2e/%2e%2e/%2e%2e/secret"];
    let site = Site::new(Layout { encoding: Encoding::Gzip, links: LinkStyle::Clean });
    publish(site.folder.path(), b"secret", b"secret");
    for tool in ["nginx", "apache2", "caddy"] {
        if !is_there(tool) {
            continue;
        }
        let server = match tool {
            "nginx" => Server::nginx(&site),
            "apache2" => Server::apache(&site),
            _ => Server::caddy(&site),
        };
        for request in ELSEWHERE.iter().chain(&OUTSIDE) {
            let (response, _) = server.get(request, "identity");
            assert_ne!(response.body, b"secret", "{tool} {request}");
            let stays = |location: &str| location.starts_with("/src/");
            assert!(response.location.as_deref().is_none_or(stays), "{tool} {request} {response:?}");
        }
    }
}
