//! The table of checksums: what is in it, and that it follows the archive.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use debpress::model::{Occurrence, Sha256};
use debpress::shards::document::{self, Document};
use site::{Site, inodes, tree};

/// A site with a few packages, two of which have some files in common.
fn site() -> Site {
    let mut site = Site::new();
    for (name, version) in PACKAGES {
        site.archive.add("one", "main", name, version);
    }
    site.build().succeeds();
    site
}

const PACKAGES: [(&str, &str); 4] =
    [("copyright-files", "1.0-1"), ("copyright-globs", "1.0"), ("lib", "1.0-1"), ("contents", "1.0-1")];

/// All rows of all shards that are published below a folder.
fn rows(site: &Site, folder: &str) -> BTreeMap<String, Vec<Occurrence>> {
    let mut rows = BTreeMap::new();
    for (path, bytes) in tree(&site.public().join(folder)) {
        if !path.to_string_lossy().starts_with("index.") {
            rows.extend(document::parse::<Document<Occurrence>>(&bytes).unwrap().rows);
        }
    }
    rows
}

const FOLDER: &str = "info/json/sha256";

/// The raw files of a package, by checksum.
fn raw_files(site: &Site, package: &str) -> BTreeMap<PathBuf, String> {
    let files = tree(&site.public().join("data/main")).into_iter();
    let of_package =
        files.filter(|(path, bytes)| path.iter().nth(1).is_some_and(|it| it == package) && !bytes.is_empty());
    let files = of_package.filter(|(path, _)| site.public().join("data/main").join(path).is_file());
    files.map(|(path, bytes)| (path.iter().skip(3).collect(), Sha256::of(&bytes).to_string())).collect()
}

#[test]
fn every_file_is_found_by_its_checksum() {
    let site = site();
    let rows = rows(&site, FOLDER);
    let mut count = 0;
    for (package, version) in PACKAGES {
        for (path, checksum) in raw_files(&site, package) {
            let has = |it: &&Occurrence| it.package.as_str() == package && it.version.as_str() == version;
            let plain = path
                .to_str()
                .is_some_and(|path| path.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~/".contains(&it)));
            let found = rows[&checksum].iter().filter(has).any(|it| !plain || it.path == path.to_str().unwrap());
            assert!(found, "{package} {}", path.display());
            count += 1;
        }
    }
    assert_eq!(rows.values().map(Vec::len).sum::<usize>(), count);
    let rules = &raw_files(&site, "copyright-files")[&PathBuf::from("debian/rules")];
    assert!(rows[rules].iter().any(|it| it.license.as_deref() == Some("CC0-1.0")), "{:?}", rows[rules]);
}

#[test]
fn a_change_of_the_archive_changes_its_rows_alone() {
    let mut site = site();
    let before = rows(&site, FOLDER);
    site.archive.add("one", "main", "native-gz", "1.0");
    site.build().succeeds();
    let added: Vec<_> =
        rows(&site, FOLDER).into_values().flatten().filter(|it| it.package.as_str() == "native-gz").collect();
    assert_eq!(added.len(), raw_files(&site, "native-gz").len());
    site.assert_equals_scratch();
    site.archive.remove("one", "native-gz", "1.0");
    site.build().succeeds();
    assert_eq!(rows(&site, FOLDER), before);
    site.assert_equals_scratch();
}

#[test]
fn what_says_nothing_new_writes_no_shard() {
    let mut site = site();
    let before = inodes(&site.public().join(FOLDER));
    site.template("note.html", "{% include \"base.html\" %}<p>Mine {{ note | safe }}");
    site.archive.add("two", "main", "lib", "1.0-1");
    site.build().succeeds();
    assert_eq!(inodes(&site.public().join(FOLDER)), before);
}

#[test]
fn what_is_excluded_or_taken_down_is_in_no_shard() {
    let mut site = site();
    site.set("[[exclude]]\npackage = \"lib\"\nfiles = [\"debian/control\"]\nreason = \"asked\"\n");
    site.rebuild().succeeds();
    let of = |site: &Site, package: &str| {
        rows(site, FOLDER).into_values().flatten().filter(|it| it.package.as_str() == package).collect::<Vec<_>>()
    };
    assert!(of(&site, "lib").iter().all(|it| it.path != "debian/control"));
    site.assert_equals_scratch();
    site.run(&["purge", "contents", "--reason", "asked"]).succeeds();
    assert_eq!(of(&site, "contents"), []);
    assert!(!of(&site, "lib").is_empty());
    site.rebuild().succeeds();
    site.assert_equals_scratch();
}

#[test]
fn a_table_that_was_damaged_or_lost_is_made_again() {
    let mut site = site();
    let folder = site.public().join(FOLDER);
    let published = tree(&folder);
    let shard = folder.join("0.json.gz");
    std::fs::write(&shard, b"damaged").unwrap();
    assert!(site.run(&["check", "--repair"]).stdout().contains("0.json.gz"));
    site.rebuild().succeeds();
    assert_eq!(tree(&folder), published);
    // Found when rows come, and made from what is stored; what is not stored is made again.
    std::fs::write(&shard, b"damaged").unwrap();
    std::fs::remove_dir_all(site.path().join("cache/facts/v1/checksums")).unwrap();
    site.archive.add("one", "main", "native-gz", "1.0");
    site.build().succeeds();
    assert!(!folder.exists(), "nothing is published that may be wrong");
    site.rebuild().succeeds();
    site.assert_equals_scratch();
}

#[test]
fn pages_without_a_server_have_it_as_scripts() {
    let mut site = site();
    let before = rows(&site, FOLDER);
    site.set("[output]\nencoding = \"plain\"\nlinks = \"file\"\n");
    site.rebuild().succeeds();
    assert_eq!(rows(&site, "map/sha256"), before);
    assert!(!site.public().join(FOLDER).exists());
    let page = std::fs::read_to_string(site.public().join("copyright/sha256/index.html")).unwrap();
    assert!(page.contains("data-table=\"../../map/sha256/index.js\""), "{page}");
}

/// A folder with files of `lib`, an empty one, and one that no package has.
fn local_files(site: &Site) -> PathBuf {
    let folder = site.path().join("local");
    std::fs::create_dir_all(folder.join("sub")).unwrap();
    let raw = site.public().join("data/main/lib/lib/1.0-1");
    std::fs::copy(raw.join("debian/control"), folder.join("sub/control")).unwrap();
    std::fs::copy(raw.join("debian/changelog"), folder.join("changelog")).unwrap();
    std::fs::write(folder.join("empty"), b"").unwrap();
    std::fs::write(folder.join("mine"), b"nobody has this").unwrap();
    folder
}

#[test]
fn a_bill_names_where_files_are_from() {
    let site = site();
    local_files(&site);
    let run = site.run(&["bom", "local"]).succeeds();
    let lines =
        ["local/changelog\tlib=1.0-1\t", "local/empty\tempty", "local/mine\tunknown", "local/sub/control\tlib=1.0-1\t"];
    for (line, beginning) in run.stdout().lines().zip(lines) {
        assert!(line.starts_with(beginning), "{}", run.stdout());
    }
    assert_eq!(run.stdout().lines().count(), 4);
    assert_eq!(run.stderr(), "4 files, 1 unknown\n");
    let json = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&site.run(&[&["bom", "local"], arguments].concat()).succeeds().stdout()).unwrap()
    };
    let bill = json(&["--format", "json", "--match", "all", "--site", "public"]);
    assert_eq!(bill["files"][0]["matches"][0]["path"], "debian/changelog");
    assert_eq!(bill["unknown"], 1);
    let spdx = json(&["--format", "spdx"]);
    assert_eq!(spdx["packages"][0]["externalRefs"][0]["referenceLocator"], "pkg:deb/debian/lib@1.0-1?arch=source");
    assert_eq!(spdx["files"].as_array().unwrap().len(), 4);
    let cyclonedx = json(&["--format", "cyclonedx"]);
    assert_eq!(cyclonedx["components"][0]["components"].as_array().unwrap().len(), 2);
    assert_eq!(cyclonedx["components"].as_array().unwrap().len(), 3);
}

#[test]
fn what_cannot_be_looked_up_is_one_line_each() {
    let site = site();
    local_files(&site);
    let run = site.run(&["bom", "local/mine", "none", "nor\nthis"]).exits(3);
    assert_eq!(run.stderr().lines().filter(|line| line.starts_with("error: ")).count(), 2, "{}", run.stderr());
    assert_eq!(run.stdout(), "local/mine\tunknown\n");
    let run = site.run(&["bom", "local", "--site", "local"]).exits(1);
    assert!(run.stderr().starts_with("error: local: there is no table of checksums"), "{}", run.stderr());
    let run = site.run(&["bom", "local", "--site", "http://127.0.0.1:9/"]).exits(1);
    assert_eq!(run.stderr().lines().count(), 1, "{}", run.stderr());
    std::fs::write(site.public().join(FOLDER).join("0.json.gz"), b"{}").unwrap();
    let run = site.run(&["bom", "local"]).exits(3);
    assert!(run.stderr().starts_with("error: "), "{}", run.stderr());
    assert!(run.stderr().contains("0 in the table of checksums is damaged"), "{}", run.stderr());
    assert_eq!(site.run(&["bom", "-", "--format", "spdx"]).exits(2).stdout(), "");
}

#[test]
fn a_bill_is_the_same_over_http() {
    let site = site();
    let folder = local_files(&site);
    let mut server = Serving(site.command(&["serve", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
    let local = site.run(&["bom", "local", "--match", "all"]).succeeds().stdout();
    assert_eq!(site.run(&["bom", "local", "--match", "all", "--site", &address]).succeeds().stdout(), local);
    let sums: String = ["changelog", "empty", "mine", "sub/control"]
        .map(|name| format!("{}  local/{name}\n", Sha256::of(&std::fs::read(folder.join(name)).unwrap())))
        .concat();
    let mut child = site.command(&["bom", "-", "--match", "all", "--site", &address]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(sums.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap(), local);
}

/// A server that is stopped with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
