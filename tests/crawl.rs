//! Every link of a built site leads somewhere: crawled through nginx with the written rules, and as files.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;
#[path = "common/web_server.rs"]
mod web_server;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use debpress::fs::path_of;
use debpress::model::{EntryPath, Occurrence};
use debpress::settings::{Encoding, LinkStyle};
use debpress::shards::Partition;
use debpress::shards::document::{self, Document};
use debpress::site::urls::{Address, Answer, Layout, Resolver, decode};
use html5gum::{Token, Tokenizer};
use site::{Site, mirror, tree};
use web_server::{Server, is_there};

/// What no page links to: errors, and what is for programs.
const NOT_LINKED: [&str; 6] = ["404.html", ".debpress/README", "_headers", "_redirects", "favicon.ico", "robots.txt"];

/// Documents for programs that know Debsources.
const API: [&str; 4] =
    ["info/json/debsources-patches/", "info/json/debsources-src/", "info/json/packages.json", "info/json/ping.json"];

/// The files and pages that `robots.txt` leads to, without the address of the site.
fn sitemap(public: &Path) -> BTreeSet<String> {
    const SITE: &str = "https://sources.example.org/";
    let mut found = BTreeSet::new();
    let robots = std::fs::read_to_string(public.join("robots.txt")).unwrap();
    let start = robots.lines().find_map(|line| line.strip_prefix("Sitemap: ")).unwrap();
    let mut queue = vec![start.to_owned()];
    while let Some(address) = queue.pop() {
        let path = address.strip_prefix(SITE).unwrap().to_owned();
        if path.ends_with(".xml") {
            let xml = std::fs::read_to_string(public.join(&path)).unwrap();
            queue.extend(xml.split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap().to_owned()));
        }
        found.insert(path);
    }
    found
}

/// The site of the good suites of the test archive.
fn built(encoding: &str, links: &str) -> Site {
    let site = Site::new();
    let [url, keyring] = [mirror(), mirror().join("keyring.gpg")];
    site.write_settings(&format!(
        "[site]\nbase-url = \"https://sources.example.org/\"\n\
         [[archive]]\nname = \"press\"\nurl = {url:?}\nsigned-by = [{keyring:?}]\nallow-weak = true\n\
         suites = [\"stable-one\", \"stable-one/updates\", \"unstable-two\"]\ncheck-valid-until = false\n\
         [output]\nencoding = {encoding:?}\nlinks = {links:?}\n"
    ));
    site.rebuild().succeeds();
    site
}

/// What a page says of itself and of others.
#[derive(Default)]
struct Page {
    /// `href`, `src`, `action` and `data-map` attributes.
    links: Vec<String>,
    /// `id` attributes: what fragments lead to.
    ids: BTreeSet<String>,
}

impl Page {
    fn parse(html: &[u8]) -> Self {
        let mut page = Self::default();
        for token in Tokenizer::new(html) {
            let Ok(Token::StartTag(tag)) = token else { continue };
            for (name, value) in &tag.attributes {
                let value = || String::from_utf8(value.to_vec()).unwrap();
                match name.as_slice() {
                    b"href" | b"src" | b"action" | b"data-map" => page.links.push(value()),
                    b"id" => assert!(page.ids.insert(value()), "an id comes twice: {}", value()),
                    _ => {}
                }
            }
        }
        page
    }
}

impl Page {
    /// What scripts read: the versions of a package (`/map/PREFIX/PACKAGE.json`), whose links begin at the site's
    /// root, or the files of a version (`/map/files/PACKAGE/VERSION.json`), whose links begin at its page. Where links
    /// are names of files, both are scripts that hand the same over.
    fn parse_map(address: &str, data: &[u8]) -> Self {
        let text = std::str::from_utf8(data).unwrap();
        let handed = text.strip_prefix("debpress.take(").and_then(|text| text.strip_suffix(");\n"));
        assert_eq!(handed.is_some(), address.ends_with(".js"), "{address}");
        let json: serde_json::Value = serde_json::from_str(handed.unwrap_or(text)).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let links = match address.strip_prefix("/map/files/").and_then(|place| place.rsplit_once(".js")) {
            Some((place, _)) => {
                let files = json["files"].as_array().unwrap().iter();
                files.map(|link| format!("/src/{place}/{}", text(link))).collect()
            }
            None => {
                let versions = json["versions"].as_array().unwrap().iter();
                let links = versions.flat_map(|version| [version.get("link"), version.get("files")]);
                links.flatten().map(|link| format!("/{}", text(link))).collect()
            }
        };
        Self { links, ids: BTreeSet::new() }
    }
}

impl Page {
    /// What scripts read of the table of checksums (`/info/json/sha256/`, `/map/sha256/`): the summary leads to the
    /// shards, and a shard to the pages of files; `None` when the address is another.
    fn parse_table(address: &str, data: &[u8]) -> Option<Self> {
        let (folder, name) = address.rsplit_once('/')?;
        let style = match folder {
            "/info/json/sha256" => LinkStyle::Clean,
            "/map/sha256" => LinkStyle::File,
            _ => return None,
        };
        let page = |it: Occurrence| {
            let path = EntryPath::new(decode(&it.path).unwrap()).unwrap();
            format!("/{}", Address::File(&it.package, &it.version, &path).link_from(&Address::Home, style))
        };
        let (stem, extension) = name.split_once('.').unwrap();
        let links = match stem {
            "index" => {
                let summary: serde_json::Value = document::parse(data).unwrap();
                let shards = Partition::new(u32::try_from(summary["shards"].as_u64().unwrap()).unwrap());
                shards.prefixes().map(|prefix| format!("{folder}/{}.{extension}", prefix.name())).collect()
            }
            _ => {
                let shard: Document<Occurrence> = document::parse(data).unwrap();
                shard.rows.into_values().flatten().map(page).collect()
            }
        };
        Some(Self { links, ids: BTreeSet::new() })
    }
}

/// A place that answers addresses.
trait Place {
    /// The page, or `None` if it is none, of an address without fragment, and the address that it is found at in
    /// the end; an error says what is wrong with the answer.
    fn visit(&mut self, address: &str) -> Result<(String, Option<Page>), String>;
}

/// What a crawl found wrong, with the page that links to it.
fn crawl(place: &mut dyn Place, start: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut queue = VecDeque::from([(start.to_owned(), "(start)".to_owned())]);
    let mut pages: BTreeMap<String, (String, Option<Page>)> = BTreeMap::new();
    let mut fragments = Vec::new();
    while let Some((address, from)) = queue.pop_front() {
        match place.visit(&address) {
            Err(problem) => problems.push(format!("{from} links to {address}: {problem}")),
            Ok((found_at, page)) => {
                for link in page.iter().flat_map(|page| &page.links).filter(|link| !is_external(link)) {
                    let (to, fragment) = link.split_once('#').map_or((link.as_str(), None), |(to, id)| (to, Some(id)));
                    let to = if to.is_empty() { found_at.clone() } else { join(&found_at, to) };
                    if let Some(id) = fragment {
                        fragments.push((found_at.clone(), to.clone(), decoded(id)));
                    }
                    if seen.insert(to.clone()) {
                        queue.push_back((to, found_at.clone()));
                    }
                }
                pages.insert(address, (found_at, page));
            }
        }
    }
    for (from, to, id) in fragments {
        let page = pages.get(&to).and_then(|(_, page)| page.as_ref());
        // The script of this page looks up what stands behind the sign.
        let is_checksum = to.contains("/copyright/sha256/") && id.len() == 64;
        if !is_checksum && !page.is_some_and(|page| page.ids.contains(&id)) {
            problems.push(format!("{from} links to {to}#{id}: no such id"));
        }
    }
    problems
}

fn is_external(link: &str) -> bool {
    let scheme = link.split(['/', '?', '#']).next().and_then(|first| first.split_once(':'));
    link.starts_with("//") || scheme.is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn decoded(text: &str) -> String {
    String::from_utf8(decode(text).unwrap()).unwrap()
}

/// A reference as seen from an address (RFC 3986, section 5.2), both without scheme and host.
fn join(base: &str, reference: &str) -> String {
    let merged = match reference.starts_with('/') {
        true => reference.to_owned(),
        false => format!("{}/{reference}", base.rsplit_once('/').unwrap().0),
    };
    let mut parts: Vec<&str> = Vec::new();
    let all: Vec<&str> = merged.split('/').collect();
    for (at, part) in all.iter().enumerate() {
        match *part {
            "." | ".." => {
                if *part == ".." && parts.len() > 1 {
                    parts.pop();
                }
                if at + 1 == all.len() {
                    parts.push("");
                }
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Fails when something is wrong, or something published was not come across.
#[track_caller]
fn assert_complete(problems: &[String], public: &Path, visited: &BTreeSet<Vec<u8>>) {
    assert!(problems.is_empty(), "{} bad links:\n{}", problems.len(), problems[..problems.len().min(40)].join("\n"));
    let published = tree(public).into_iter().filter(|(path, _)| public.join(path).is_file());
    let sitemap = sitemap(public);
    let of_errors = Page::parse(&std::fs::read(public.join("404.html")).unwrap()).links;
    let is_of_errors = |path: &str| of_errors.iter().any(|link| link.strip_prefix('/') == Some(path));
    let orphans: Vec<String> = published
        .map(|(path, _)| path)
        .filter(|path| !visited.contains(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())))
        .map(|path| path.display().to_string())
        .filter(|path| {
            !NOT_LINKED.contains(&path.as_str())
                && !API.iter().any(|api| path.starts_with(api))
                && !sitemap.contains(path)
                && !is_of_errors(path)
        })
        .collect();
    assert_eq!(orphans, [""; 0], "published, but not linked to");
    assert!(visited.len() > 1_000, "only {} files", visited.len());
}

/// A site behind nginx.
struct Served<'a> {
    server: Server,
    public: &'a Path,
    resolver: Resolver,
    visited: BTreeSet<Vec<u8>>,
}

impl Place for Served<'_> {
    fn visit(&mut self, address: &str) -> Result<(String, Option<Page>), String> {
        let mut address = address.to_owned();
        for _ in 0..3 {
            let (response, headers) = self.server.get(&address, "identity");
            if let Some(location) = response.location {
                address = location;
                continue;
            }
            if response.status != 200 {
                return Err(format!("status {}", response.status));
            }
            let exists = |path: &[u8]| self.public.join(path_of(path)).is_file();
            let path = address.split('?').next().unwrap_or_default();
            let Answer::File { output_path, .. } = self.resolver.resolve(&decode(path).unwrap(), &exists) else {
                return Err("the resolver has no file for it".to_owned());
            };
            let is_page = output_path.ends_with(b".html") || output_path.ends_with(b".html.gz");
            let is_page = is_page && !output_path.starts_with(b"data/");
            self.visited.insert(output_path);
            if is_page != response.content_type.starts_with("text/html") {
                return Err(format!("type {}", response.content_type));
            }
            if path.starts_with("/data/") && headers.get("x-content-type-options").is_none_or(|it| it != "nosniff") {
                return Err("its type may be guessed".to_owned());
            }
            let page = Page::parse_table(path, &response.body).or_else(|| match path.starts_with("/map/") {
                true => Some(Page::parse_map(path, &response.body)),
                false => is_page.then(|| Page::parse(&response.body)),
            });
            return Ok((address, page));
        }
        Err("too many redirects".to_owned())
    }
}

#[test]
fn every_link_of_a_served_site_leads_to_what_it_promises() {
    if !is_there("nginx") {
        return;
    }
    for (name, encoding) in [("gzip", Encoding::Gzip), ("plain", Encoding::Plain)] {
        let site = built(name, "clean");
        let public = site.public();
        let resolver = Resolver::new(Layout { encoding, links: LinkStyle::Clean }, Vec::new());
        let server = Server::nginx(site.path());
        let mut served = Served { server, public: &public, resolver, visited: BTreeSet::new() };
        let mut problems = crawl(&mut served, "/");
        let pages = sitemap(&public).into_iter().filter(|path| !path.ends_with(".xml"));
        problems
            .extend(pages.filter_map(|path| served.visit(&format!("/{path}")).err().map(|it| format!("{path} {it}"))));
        assert_complete(&problems, &public, &served.visited);
    }
}

/// A site opened in a browser without a server.
struct Files {
    public: PathBuf,
    visited: BTreeSet<Vec<u8>>,
}

impl Place for Files {
    fn visit(&mut self, address: &str) -> Result<(String, Option<Page>), String> {
        let bytes = decode(address.trim_start_matches('/')).ok_or("it is not well-formed")?;
        let path = self.public.join(path_of(&bytes));
        if !path.is_file() {
            return Err("no such file".to_owned());
        }
        let is_page = bytes.ends_with(b".html") && !bytes.starts_with(b"data/");
        self.visited.insert(bytes);
        let content = || std::fs::read(&path).unwrap();
        let page = Page::parse_table(address, &content()).or_else(|| match address.starts_with("/map/") {
            true => Some(Page::parse_map(address, &content())),
            false => is_page.then(|| Page::parse(&content())),
        });
        Ok((address.to_owned(), page))
    }
}

#[test]
fn every_link_of_a_site_of_files_leads_to_a_file() {
    let site = built("plain", "file");
    let mut files = Files { public: site.public(), visited: BTreeSet::new() };
    let problems = crawl(&mut files, "/index.html");
    assert_complete(&problems, &site.public(), &files.visited);
    // From the root of a file system nothing of the site would be found.
    let absolute = |(path, html): (PathBuf, Vec<u8>)| {
        let is_page = path.extension().is_some_and(|it| it == "html") && !path.starts_with("data");
        let links = if is_page { Page::parse(&html).links } else { Vec::new() };
        links.into_iter().find(|link| link.starts_with('/')).map(|link| format!("{}: {link}", path.display()))
    };
    assert_eq!(
        tree(&site.public()).into_iter().filter(|(path, _)| *path != Path::new("404.html")).find_map(absolute),
        None
    );
}
