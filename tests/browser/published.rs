//! A site that is built from packages of `tests/mirror` and served.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::site::Site;

/// The site and its server, which ends with it.
pub struct Published {
    site: Site,
    server: Child,
    address: String,
}

const PACKAGES: [(&str, &str); 8] = [
    ("contents", "1.0-1"),
    ("quilt-gz", "1.0-1"),
    ("native-xz", "1:2.0~rc1+b"),
    ("copyright-changed", "1.0"),
    ("copyright-changed", "2.0"),
    ("copyright-files", "1.0-1"),
    ("copyright-found", "1.0"),
    ("copyright-free-form", "1.0"),
];

/// The site, with these settings of its output.
pub fn build(output: &str) -> Site {
    let mut site = Site::new();
    site.set(&format!("[site]\ntitle = \"Sources\"\n[output]\n{output}\n[symbols]\n"));
    for (package, version) in PACKAGES {
        site.archive.add("one", "main", package, version);
    }
    site.build().succeeds();
    site
}

impl Published {
    pub fn new() -> Self {
        let site = build("links = \"clean\"\n");
        let mut server = site.command(&["serve", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let address = address.trim_end_matches('/').to_owned();
        Self { site, server, address }
    }

    /// The folder with `site.toml`.
    pub fn folder(&self) -> &Path {
        self.site.path()
    }

    /// The address of a path, such as `/src/contents/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
