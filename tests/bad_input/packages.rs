//! Packages that cannot be unpacked, and stanzas that make no sense: they fail alone.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::published;
use crate::site::{Run, Site, mirror, tree};

/// Builds a site to which something bad was added: what was published before stays as it was, and nothing
/// unfinished is left.
#[track_caller]
fn build(site: &mut Site, code: i32) -> Run {
    let kept = ["src/lib/1.0-1", "data/main/lib/lib", "src/native-gz/1.0", "data/main/n/native-gz"];
    let state = |site: &Site| kept.map(|place| tree(&site.public().join(place)));
    let before = state(site);
    let run = site.build().exits(code);
    assert!(state(site) == before && before.iter().all(|tree| !tree.is_empty()));
    let unfinished: Vec<_> = tree(site.path()).into_keys().filter(|path| path.to_string_lossy().contains(".tmp-")).collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
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
    assert!(page.contains(&reason.replace('`', "`").replace('<', "&lt;")), "{reason}\n{page}");
    reason
}

fn unpacked(path: &std::path::Path) -> Vec<u8> {
    let mut html = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()), &mut html).unwrap();
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

#[test]
fn tarballs_that_are_none() {
    println!("{}", reason("gz", b"<html>not here"));
    println!("{}", reason("gz", &gzip(b"<html>not here")));
    println!("{}", reason("xz", &gzip(b"x")));
    println!("{}", reason("gz", b""));
    let mut half = gzip(&header("bad-1/a", tar::EntryType::Regular, 1_000_000));
    println!("{}", reason("gz", &half));
    half.truncate(40);
    println!("{}", reason("gz", &half));
}

#[test]
fn a_bomb() {
    let begin = Instant::now();
    let size = 10 << 30;
    let bomb = gzip_bomb(&header("bad-1/zeros", tar::EntryType::Regular, size), 0, 10 << 10);
    assert!((9_000_000..12_000_000).contains(&bomb.len()), "{}", bomb.len());
    println!("{}", reason("gz", &bomb));
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn an_endless_name_or_header() {
    let size = 1 << 30;
    let name = gzip_bomb(&header("././@LongLink", tar::EntryType::GNULongName, size), b'a', 1 << 10);
    println!("{}", reason("gz", &name));
    let extended = gzip_bomb(&header("bad-1/x", tar::EntryType::XHeader, size), b'a', 1 << 10);
    println!("{}", reason("gz", &extended));
    let link = gzip_bomb(&header("././@LongLink", tar::EntryType::GNULongLink, size), b'a', 1 << 10);
    println!("{}", reason("gz", &link));
}

#[test]
fn source_files_that_are_not_those_of_the_index() {
    for file in ["bad_1.dsc", "bad_1.tar.gz"] {
        for damage in ["changed", "shorter", "gone"] {
            let mut site = published();
            site.archive.add_native("one", "bad", "gz", &gzip(&[0; 1024]));
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
            println!("{file} {damage} {}", report["failures"]);
        }
    }
}

#[test]
fn stanzas_that_make_no_sense() {
    for (name, from, to) in [
        ("no Directory", "Directory:", "Folder:"),
        ("a file outside", " bad_1.dsc", " ../bad_1.dsc"),
        ("a file from the root", " bad_1.dsc", " /bad_1.dsc"),
        ("a folder outside", "Directory: own", "Directory: ../own"),
    ] {
        let mut site = published();
        site.archive.add_native("one", "bad", "gz", &gzip(&[0; 1024]));
        let stanza = site.archive.stanza("bad", "1").replace(from, to);
        site.archive.remove("one", "bad", "1");
        site.archive.append("one", "main", &stanza);
        let run = site.build();
        println!("{name}: {:?} {} {}", run.0.status.code(), run.report()["warnings"], run.report()["failures"]);
    }
}

#[test]
fn two_stanzas_alike() {
    let mut site = published();
    let stanza = site.archive.stanza("lib", "1.0-1").to_owned() + "\n";
    site.archive.append("one", "main", &stanza);
    let report = build(&mut site, 0).report();
    println!("{}", report["warnings"]);
}

#[test]
fn two_archives_that_disagree() {
    let mut site = published();
    site.archive.add_native("one", "bad", "gz", &gzip(&[0; 1024]));
    site.build().succeeds();
    println!("{}", site.rebuild().report());
    let _ = mirror();
}
