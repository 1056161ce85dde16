//! Packages that cannot be unpacked, and stanzas that make no sense: they fail alone.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::published;
use crate::site::{Archive, Run, Site, mirror, tree};

/// Builds a site to which something bad was added: what was published before stays as it was, and nothing
/// unfinished is left.
#[track_caller]
fn build(site: &mut Site, code: i32) -> Run {
    let kept = ["src/lib/1.0-1", "data/main/lib/lib", "src/native-gz/1.0", "data/main/n/native-gz"];
    let state = |site: &Site| kept.map(|place| tree(&site.public().join(place)));
    let before = state(site);
    let run = site.build().exits(code);
    assert!(state(site) == before && before.iter().all(|tree| !tree.is_empty()));
    for folder in ["public", "cache"] {
        let mut paths = tree(&site.path().join(folder)).into_keys();
        assert_eq!(paths.find(|path| path.to_string_lossy().contains(".tmp-")), None);
    }
    run
}

/// Adds a package with this tarball; gives the reason for which it failed.
#[track_caller]
fn reason(ending: &str, tarball: &[u8]) -> String {
    let mut site = published();
    site.archive.add_native("one", "bad", ending, tarball);
    let run = build(&mut site, 3);
    let failures = run.report()["failures"].clone();
    assert_eq!((failures.as_array().map(Vec::len), failures[0]["package"].as_str()), (Some(1), Some("bad")));
    assert!(run.stderr().is_empty(), "{}", run.stderr());
    let page = String::from_utf8(unpacked(&site.public().join("src/bad/1/index.html.gz"))).unwrap();
    let reason = failures[0]["reason"].as_str().unwrap().to_owned();
    assert!(page.contains(&reason), "{page}");
    reason
}

fn unpacked(path: &std::path::Path) -> Vec<u8> {
    let mut html = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()), &mut html)
        .unwrap();
    html
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gzip stream of a beginning and so many times a megabyte of the same byte. A flushed piece of a deflate stream
/// may be repeated as it is; the checksum at the end is wrong, and nobody gets that far.
fn gzip_bomb(beginning: &[u8], byte: u8, megabytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(beginning).unwrap();
    encoder.flush().unwrap();
    let piece = vec![byte; 1 << 20];
    for _ in 0..2 {
        encoder.write_all(&piece).unwrap();
        encoder.flush().unwrap();
    }
    let before = encoder.get_ref().len();
    encoder.write_all(&piece).unwrap();
    encoder.flush().unwrap();
    let mut bytes = encoder.get_ref().clone();
    let repeated = bytes[before..].to_vec();
    (3..megabytes).for_each(|_| bytes.extend_from_slice(&repeated));
    bytes
}

/// The header of a member of a tarball.
fn header(name: &str, kind: tar::EntryType, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}

/// The tarball of a package with one file.
fn tarball(content: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in [("bad-1/debian/source/format", "3.0 (native)\n"), ("bad-1/file", content)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, content.as_bytes()).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

#[test]
fn tarballs_that_are_none() {
    let unreadable = "bad_1.tar.gz: cannot read on after 0 expanded bytes: ";
    assert_eq!(reason("gz", b"<html>not here"), format!("{unreadable}invalid gzip header"));
    assert_eq!(reason("gz", b""), format!("{unreadable}unexpected end of file"));
    assert!(reason("xz", &tarball("x")).contains("bad_1.tar.xz: cannot read on after 0 expanded bytes: "));
    assert!(reason("gz", &gzip(b"<html>not here")).contains("bad tar archive: it is shorter than a block"));
    let short = gzip(&header("bad-1/a", tar::EntryType::Regular, 1_000_000));
    assert!(reason("gz", &short).contains("bad tar archive: it ends inside a member"));
    assert!(reason("gz", &tarball("x")[..40]).contains("expanded bytes: incomplete deflate stream"));
}

#[test]
fn a_bomb_of_ten_gigabytes() {
    let begin = Instant::now();
    let bomb = gzip_bomb(&header("bad-1/zeros", tar::EntryType::Regular, 10 << 30), 0, 10 << 10);
    assert!((9_000_000..12_000_000).contains(&bomb.len()), "{}", bomb.len());
    assert_eq!(
        reason("gz", &bomb),
        "bad_1.tar.gz: expanded bytes for a compressed one: more than 400; hint: `ratio` in [limits] of site.toml \
         sets this limit"
    );
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn an_endless_name_or_header() {
    for kind in [tar::EntryType::GNULongName, tar::EntryType::GNULongLink, tar::EntryType::XHeader] {
        let bomb = gzip_bomb(&header("bad-1/x", kind, 1 << 30), b'a', 1 << 10);
        assert_eq!(
            reason("gz", &bomb),
            "bad_1.tar.gz: bytes in a header: more than 1048576; hint: `path-length` in [limits] of site.toml sets \
             this limit"
        );
    }
}

#[test]
fn source_files_that_are_not_those_of_the_index() {
    for file in ["bad_1.dsc", "bad_1.tar.gz"] {
        for (damage, message) in [
            ("changed", "its SHA-256 is "),
            ("shorter", "it has 20 bytes, not "),
            ("gone", "not there, though the index"),
        ] {
            let mut site = published();
            site.archive.add_native("one", "bad", "gz", &tarball("x"));
            let path = site.archive.path().join("own/bad").join(file);
            let mut bytes = std::fs::read(&path).unwrap();
            match damage {
                "changed" => bytes[5] ^= 1,
                _ => bytes.truncate(20),
            }
            std::fs::write(&path, bytes).unwrap();
            if damage == "gone" {
                std::fs::remove_file(&path).unwrap();
            }
            let report = build(&mut site, 3).report();
            let reason = report["failures"][0]["reason"].as_str().unwrap();
            assert!(reason.starts_with(&format!("own/bad/{file}: {message}")), "{reason}");
        }
    }
}

#[test]
fn stanzas_that_make_no_sense() {
    for (from, to, message) in [
        ("Directory:", "Folder:", "it has no `Directory`"),
        ("Directory: own", "Directory: ../own", "its `Directory` (`../own/bad`) is not a folder below the archive"),
        (" bad_1.dsc", " ../bad_1.dsc", "`../bad_1.dsc` is not a source file name"),
        (" bad_1.dsc", " /bad_1.dsc", "`/bad_1.dsc` is not a source file name"),
    ] {
        let mut site = published();
        site.archive.add_native("one", "bad", "gz", &tarball("x"));
        let stanza = site.archive.stanza("bad", "1").replace(from, to);
        site.archive.remove("one", "bad", "1");
        site.archive.append("one", "main", &format!("{stanza}\n"));
        let report = build(&mut site, 3).report();
        assert_eq!((&report["versions"]["failed"], &report["versions"]["removed"]), (&1.into(), &0.into()));
        let warning = report["warnings"][0].as_str().unwrap();
        assert!(warning.starts_with(&format!("press: dists/one/main/source/Sources:58: bad: {message}")), "{warning}");
    }
}

#[test]
fn a_published_version_stays_when_its_stanza_makes_no_sense() {
    let mut site = published();
    site.archive.add_native("one", "bad", "gz", &tarball("x"));
    build(&mut site, 0);
    let page = site.path().join("public/src/bad/1/index.html.gz");
    let before = std::fs::read(&page).unwrap();
    let stanza = site.archive.stanza("bad", "1").replace("Directory:", "Folder:");
    site.archive.remove("one", "bad", "1");
    site.archive.append("one", "main", &format!("{stanza}\n"));
    build(&mut site, 3);
    assert_eq!(std::fs::read(&page).unwrap(), before);
    site.run(&["build"]).exits(3);
}

#[test]
fn two_stanzas_alike() {
    let mut site = published();
    let stanza = site.archive.stanza("lib", "1.0-1").to_owned() + "\n";
    site.archive.append("one", "main", &stanza);
    let report = build(&mut site, 0).report();
    let warning = "press: dists/one/main/source/Sources:58: lib: version 1.0-1 stands at line 1 already";
    assert_eq!(report["warnings"], serde_json::json!([warning]));
    let told = site.run(&["build", "--now", "2026-10-01"]).succeeds().stderr();
    assert_eq!(told, format!("warning: {warning}\n"));
}

#[test]
fn of_two_archives_that_disagree_the_first_wins() {
    let mut site = published();
    site.archive.add_native("one", "bad", "gz", &tarball("first"));
    let mut other = Archive::new(site.path().join("other"));
    other.add_native("two", "bad", "gz", &tarball("second"));
    other.write();
    site.set("[[archive]]\nname = \"other\"\nurl = \"other\"\ntrusted = true");
    let report = build(&mut site, 0).report();
    let conflict = "two has other files of version 1 than one, whose files are shown: `bad_1.dsc` is another file";
    assert_eq!(report["warnings"], serde_json::json!([format!("bad: {conflict}")]));
    assert_eq!(std::fs::read(site.public().join("data/main/b/bad/1/file")).unwrap(), b"first");
    for page in ["src/bad/index.html.gz", "src/bad/1/index.html.gz"] {
        let html = String::from_utf8(unpacked(&site.public().join(page))).unwrap();
        assert!(html.contains(conflict), "{page}: {html}");
    }
}

/// The suite of the test archive in which every package but one is bad.
#[test]
fn a_suite_of_bad_packages() {
    let site = Site::new();
    let [url, keyring] = [mirror(), mirror().join("keyring.gpg")];
    site.write_settings(&format!(
        "[[archive]]\nname = \"press\"\nurl = {url:?}\nsuites = [\"broken\"]\nsigned-by = [{keyring:?}]\n"
    ));
    let report = site.rebuild().exits(3).report();
    assert!(site.public().join("data/main/u/unpacks-well").is_dir());
    let failures = report["failures"].as_array().unwrap();
    assert!(failures.len() > 80, "{}", failures.len());
    for failure in failures {
        let [package, step, reason] = ["package", "step", "reason"].map(|key| failure[key].as_str().unwrap());
        assert!(["fetch", "unpack"].contains(&step) && !reason.is_empty(), "{failure}");
        assert!(site.public().join("src").join(package).is_dir(), "{failure}");
    }
}
