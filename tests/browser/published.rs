//! A site that is built from packages of `tests/mirror` and served.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use debpress::model::{DebianVersion, PackageName};
use debpress::settings::{Encoding, LinkStyle};
use debpress::site::urls::{Address, Layout, encoded_component};
use serde_json::json;

use crate::site::Site;

/// The site and its server, which ends with it.
pub struct Published {
    _site: Site,
    server: Child,
    address: String,
}

const PACKAGES: [(&str, &str); 3] = [("contents", "1.0-1"), ("quilt-gz", "1.0-1"), ("native-xz", "1:2.0~rc1+b")];

impl Published {
    pub fn new() -> Self {
        let mut site = Site::new();
        site.set("[site]\ntitle = \"Sources\"\n[output]\nlinks = \"clean\"\n");
        for (package, version) in PACKAGES {
            site.archive.add("one", "main", package, version);
        }
        site.build().succeeds();
        for (package, version) in PACKAGES {
            write_data(&site, package, version);
        }
        let mut server = site.command(&["serve", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let address = address.trim_end_matches('/').to_owned();
        Self { _site: site, server, address }
    }

    /// The address of a path, such as `/src/contents/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

/// Writes the data that the script reads, as a build is to write them.
fn write_data(site: &Site, package: &str, version: &str) {
    let pages = site.public().join("src").join(package).join(version);
    let link = |path: &Path| {
        let path = path.strip_prefix(&pages).unwrap().as_os_str().as_encoded_bytes();
        let components = path.split(|&byte| byte == b'/').map(encoded_component);
        components.collect::<Vec<_>>().join("/").strip_suffix(".html.gz").map(str::to_owned)
    };
    let entries = walkdir::WalkDir::new(&pages).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file() && entry.file_name() != "index.html.gz");
    let files: Vec<String> = files.filter_map(|entry| link(entry.path())).collect();
    let (name, number) = (PackageName::new(package).unwrap(), DebianVersion::new(version).unwrap());
    let list = Address::FileList(&name, &number);
    let page = Address::Version(&name, &number).link_from(&Address::Home, LinkStyle::Clean);
    let list_link = list.link_from(&Address::Home, LinkStyle::Clean);
    let versions = [json!({ "version": version, "link": page, "area": "main", "suites": ["one"], "files": list_link })];
    let layout = Layout { encoding: Encoding::Gzip, links: LinkStyle::Clean };
    for (address, value) in [(list, json!({ "files": files })), (Address::Map(&name), json!({ "versions": versions }))]
    {
        let path = site.public().join(String::from_utf8(address.output_path(layout)).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
