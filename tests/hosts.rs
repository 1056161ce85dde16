//! The written host rules, tried with real servers: they answer every request as `site::urls::Resolver` does.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "common/web_server.rs"]
mod web_server;

use std::io::Read;
use std::path::{Path, PathBuf};

use debpress::fs;
use debpress::model::{Area, DebianVersion, EntryPath, PackageName};
use debpress::settings::{Encoding, LinkStyle};
use debpress::site::hosts::{self, OtherAddresses};
use debpress::site::page;
use debpress::site::urls::{
    Address, Answer, BomFormat, Candidate, Layout, Moved, NamedVersion, PackageNames, Resolver, decode,
};
use web_server::{Response, Server, is_there};

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
    "/favicon.ico",
    "/sitemap.xml",
    "/sitemap-libp.xml?x",
    "/sitemap-none.xml",
    "/static/style.0.css",
    "/static/",
    "/map/p/p.json",
    "/info/json/symbols/p/1%3A2.json",
    "/info/json/symbols/p/1%3A2.json?x",
    "/info/json/symbols/p/1%3A2.json.gz",
    "/info/json/symbols/p/1%3A2.json/",
    "/info/json/symbols/p/none.json",
    "/info/json/",
    "/info/bom/p/1%3A2.spdx",
    "/info/bom/p/1%3A2.spdx.json",
    "/info/bom/p/1%3A2.cdx.json?x",
    "/info/bom/p/1%3A2.spdx.gz",
    "/info/bom/p/1%3A2.spdx/",
    "/info/bom/p/none.spdx",
    "/info/bom/p/",
    "/info/symbols/p/1%3A2",
    "/info/symbols/p/1%3A2/",
    "/info/symbols/p/1%3A2/function-2",
    "/info/symbols/p/1%3A2/function-2/",
    "/index.html",
    "/nothing",
    "/copyright/file/p/1%3A2/a%20b%25.c?x",
    "/copyright/file/p/1%3A2/caf%E9/",
    "/copyright/file/",
    "/copyright/prefix/p/?suite=sid",
    "/copyright/list/3/?a=b",
    "/copyright/stats/sid/",
    "/patches",
    "/patches/",
    "/patches/list/1/",
    "/patches/api/p/",
    "/patches/api/p?suite=sid",
    "/patches/api/p/1%3A2",
    "/patches/api/p/1%3A2/?page=2",
    "/patches/api/p/1%3A2/a.patch/",
    "/patches/api/",
    "/api/list/",
    "/api/ping",
    "/api/src/p/?suite=sid",
    "/api/src/p/1%3A2/",
    "/copyright/api/ping/",
    "/info/json/debsources-patches/p.json",
    "/info/json/debsources-patches/p~1%3A2.json",
    "/info/feeds/p.atom",
    "/patches/summary/p/1%3A2/",
    "/embed/file/p/1%3A2/dir/?hl=3",
    "/embed/pkginfo/p/1%3A2/",
    "/info/package/p/1%3A2/",
    "/advancedsearch/",
    "/advancedsearch/x",
    "/list/2/",
    "/doc/api/",
    "/doctor/",
    "/sha256/?checksum=00",
    "/news_archive",
];

/// Addresses with a name in a version's place; Caddy leaves them to the page of what is not there.
const NAMED_REQUESTS: &[&str] = &[
    "/src/p/latest",
    "/src/p/latest/",
    "/src/p/sid/dir/sub/deep?hl=3",
    "/src/p/sid/a%20b%25.c/",
    "/src/p/sid/line%0Afeed",
    "/src/p/si/dir",
    "/src/p/sid2/dir",
    "/src/p/latest=main/dir",
    "/src/none/latest/",
    "/src/latest/",
    "/copyright/license/p/sid/",
    "/patches/p/latest/a/b.patch?x",
    "/patches/api/p/latest/",
    "/api/src/p/latest/README/",
    "/info/symbols/p/sid/",
    "/data/main/p/p/latest/foo?x",
    "/data/contrib/p/p/sid/dir",
    "/data/main/p/p/sid",
    "/data/main/p/p/none/foo",
    "/src/a-package-with-a-long-name-that-ends-in-c%2B%2B/sid/x",
    "/src/a-package-with-a-long-name-that-ends-in-c%2B%2B/latest",
];

fn names() -> Vec<PackageNames> {
    let version =
        |version, area| NamedVersion { version: DebianVersion::new(version).unwrap(), area: Area::new(area).unwrap() };
    let names =
        |package, candidates: &[Candidate<'_>]| PackageNames::new(PackageName::new(package).unwrap(), candidates);
    let candidate = |version, suites: &[&'static str]| Candidate { version, suites: suites.to_vec(), is_shown: true };
    vec![
        names("a-package-with-a-long-name-that-ends-in-c++", &[candidate(version("1~2+b", "non-free"), &["sid"])]),
        names(
            "p",
            &[candidate(version("1:2", "main"), &["sid", "unstable"]), candidate(version("1", "main"), &["stable"])],
        ),
    ]
}

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
        addresses.extend([
            Address::Symbols(&package, &version),
            Address::SymbolsOfKind(&package, &version, "function", 2),
            Address::SymbolsDocument(&package, &version),
        ]);
        addresses.extend(BomFormat::ALL.map(|format| Address::BillOfMaterials(&package, &version, format)));
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
        let at_root = ["404.html", "robots.txt", "favicon.ico", "sitemap.xml", "sitemap-libp.xml"];
        for plain in at_root.into_iter().chain(["static/style.0.css", "map/p/p.json", ".debpress/README"]) {
            publish(&public, plain.as_bytes(), plain.as_bytes());
        }
        let moved = vec![Moved { package: package.clone(), version: version.clone(), from: other, to: area.clone() }];
        let others = OtherAddresses { moved: &moved, names: &names() };
        hosts::write(&folder.path().join("public.hosts"), layout, others).unwrap();
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
        let version_of = |package: &PackageName, name: &str| {
            names().iter().find(|it| it.package == *package).and_then(|it| it.names.get(name).cloned())
        };
        match resolver.answer(&decode(path).unwrap(), &is_file, &version_of) {
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

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut html = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut html).unwrap();
    html
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
        let server = Server::nginx(site.folder.path());
        site.requests.iter().for_each(|request| compare(&site, &server, request, true));
        NAMED_REQUESTS.iter().for_each(|request| compare(&site, &server, request, true));
    }
}

#[test]
fn apache_answers_as_the_resolver_does() {
    if !is_there("apache2") {
        return;
    }
    for layout in layouts() {
        let site = Site::new(layout);
        let server = Server::apache(site.folder.path());
        // Apache refuses to rewrite addresses with %3F.
        let requests = site.requests.iter().filter(|request| !request.contains("%3F"));
        requests.for_each(|request| compare(&site, &server, request, !request.contains(".gz")));
        NAMED_REQUESTS.iter().for_each(|request| compare(&site, &server, request, true));
    }
}

#[test]
fn caddy_answers_as_the_resolver_does() {
    if !is_there("caddy") {
        return;
    }
    for layout in layouts() {
        let site = Site::new(layout);
        let server = Server::caddy(site.folder.path());
        // Caddy takes %3F for the beginning of a query and %5C for an escape.
        let is_understood = |request: &&String| !request.contains("%3F") && !request.contains("%5C");
        let requests = site.requests.iter().filter(is_understood);
        requests.for_each(|request| compare(&site, &server, request, false));
    }
}

/// The servers that are installed, each started for a site.
fn servers(site: &Site) -> impl Iterator<Item = (&'static str, Server)> {
    let start = |tool| match tool {
        "nginx" => Server::nginx(site.folder.path()),
        "apache2" => Server::apache(site.folder.path()),
        _ => Server::caddy(site.folder.path()),
    };
    ["nginx", "apache2", "caddy"].into_iter().filter(|tool| is_there(tool)).map(move |tool| (tool, start(tool)))
}

#[test]
fn a_client_gets_the_head_a_part_or_nothing_new() {
    const RAW: &str = "/data/main/p/p/1%3A2/a%20b%25.c";
    for encoding in [Encoding::Gzip, Encoding::Plain] {
        let site = Site::new(Layout { encoding, links: LinkStyle::Clean });
        for (tool, server) in servers(&site) {
            let whole = server.get(RAW, "identity").0.body;
            let (head, headers) = server.ask("HEAD", RAW, "X: y");
            assert_eq!((head.status, head.body.len()), (200, 0), "{tool}");
            assert_eq!(headers["content-length"], whole.len().to_string(), "{tool}");
            let (part, headers) = server.ask("GET", RAW, "Range: bytes=2-4");
            assert_eq!((part.status, &part.body[..]), (206, &whole[2..5]), "{tool}");
            assert_eq!(headers["content-range"], format!("bytes 2-4/{}", whole.len()), "{tool}");
            for (request, coding) in [(RAW, "identity"), ("/src/p/1%3A2/foo", "gzip"), ("/src/p/", "gzip")] {
                let (_, headers) = server.get(request, coding);
                let coding = format!("Accept-Encoding: {coding}");
                for condition in [
                    format!("If-None-Match: {}", headers["etag"]),
                    format!("If-Modified-Since: {}", headers["last-modified"]),
                ] {
                    let (same, _) = server.ask("GET", request, &format!("{coding}\r\n{condition}"));
                    assert_eq!((same.status, same.body.len()), (304, 0), "{tool} {request} {condition}");
                }
            }
        }
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
    for (tool, server) in servers(&site) {
        for request in ELSEWHERE.iter().chain(&OUTSIDE) {
            let (response, _) = server.get(request, "identity");
            assert_ne!(response.body, b"secret", "{tool} {request}");
            let stays = |location: &str| location.starts_with("/src/");
            assert!(response.location.as_deref().is_none_or(stays), "{tool} {request} {response:?}");
        }
    }
}
