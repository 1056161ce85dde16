//! Real web servers, under the rules that a build wrote: nginx, Apache and Caddy.
//!
//! A site's folder holds `public` and `public.hosts`; settings and logs of the server are put beside them.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use debpress::fs;

/// What is compared of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) content_type: String,
    pub(crate) policy: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, content_type: content_type.to_owned(), body, ..Self::default() }
    }
}

/// A server of one site, stopped when dropped.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a server with the settings that `settings` makes from a port.
    fn start(site: &Path, command: &mut Command, settings: impl FnOnce(u16) -> String) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write_atomically(&site.join("settings"), &[settings(port).as_bytes()]).unwrap();
        let mut process = command.current_dir(site).spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(20), "it does not start: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { process, port }
    }

    pub(crate) fn nginx(site: &Path) -> Self {
        let folder = site.display();
        // Started by root, nginx serves as another user, whom the temporary folder is closed to.
        let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
        let mut command = Command::new("nginx");
        command.arg("-p").arg(site).arg("-c").arg(site.join("settings"));
        Self::start(site, &mut command, |port| {
            format!(
                "daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
                events {{ }}
                http {{
                    access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
                    fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
                    include {folder}/public.hosts/nginx/http.conf;
                    server {{
                        listen 127.0.0.1:{port}; root {folder}/public; include {folder}/public.hosts/nginx/server.conf;
                    }}
                }}"
            )
        })
    }

    pub(crate) fn apache(site: &Path) -> Self {
        let folder = site.display();
        let modules = ["mpm_event", "authz_core", "deflate", "dir", "filter", "headers", "mime", "rewrite"];
        let load = |name: &str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
        let load: String = modules.iter().map(|name| load(name)).collect();
        let mut command = Command::new("apache2");
        command.arg("-X").arg("-d").arg(site).arg("-f").arg(site.join("settings"));
        Self::start(site, &mut command, |port| {
            format!(
                "{load}ServerName localhost\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\nErrorLog {folder}/error.log
                TypesConfig /dev/null\nDefaultRuntimeDir {folder}\nAddEncoding x-gzip .gz\nAddLanguage fr .fr
                <VirtualHost *:{port}>
                    DocumentRoot {folder}/public
                    Define DEBPRESS_RULES {folder}/public.hosts
                    Include {folder}/public.hosts/apache.conf
                </VirtualHost>\n"
            )
        })
    }

    pub(crate) fn caddy(site: &Path) -> Self {
        let folder = site.display();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config", "settings"]);
        command.env("XDG_DATA_HOME", site).env("XDG_CONFIG_HOME", site);
        Self::start(site, &mut command, |port| {
            format!(
                "{{\n\tadmin off\n\tauto_https off\n\tlog {{\n\t\toutput discard\n\t}}\n}}\nhttp://localhost:{port} {{\n\tbind 127.0.0.1\n\troot * {folder}/public\n\timport {folder}/public.hosts/Caddyfile\n}}\n"
            )
        })
    }

    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    pub(crate) fn get(&self, request: &str, accept_encoding: &str) -> (Response, BTreeMap<String, String>) {
        self.ask("GET", request, &format!("Accept-Encoding: {accept_encoding}"))
    }

    /// The answer to a request with one more header line.
    pub(crate) fn ask(&self, method: &str, request: &str, header: &str) -> (Response, BTreeMap<String, String>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!("{method} {request} HTTP/1.1\r\nHost: localhost:{}\r\n", self.port);
        let head = format!("{head}{header}\r\nConnection: close\r\n\r\n");
        // In one piece: the second of two small ones would wait for the first to be acknowledged.
        stream.write_all(head.as_bytes()).unwrap();
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

/// Says loudly when a tool is missing, and fails where it must not be.
pub(crate) fn is_there(tool: &str) -> bool {
    let found = Command::new(tool).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        let must = std::env::var("DEBPRESS_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(!must, "{tool} is not installed");
        eprintln!("SKIPPED: {tool} is not installed, so its rules were NOT tried");
    }
    found
}
