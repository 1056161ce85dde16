//! A takedown reaches everything, however the package stood before.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;
#[path = "common/strace.rs"]
mod strace;

use std::io::Read as _;

use site::{Site, tree};

/// System calls at which takedowns are killed.
const KILLED_AT: [&str; 7] = ["rename", "renameat2", "unlink", "unlinkat", "rmdir", "pwrite64", "fdatasync"];

/// How many of the calls of each are tried.
const TIMES: usize = 6;

const RULE: &str = "[[exclude]]\npackage = \"native-gz\"\nreason = \"asked\"";

fn site() -> Site {
    let mut site = Site::new();
    site.archive.add("one", "main", "native-gz", "1.0");
    site.archive.add("one", "main", "lib", "1.0-1");
    site.build().succeeds();
    site
}

/// The stored source files, trees, fragments, overviews and facts of copyright.
fn results(site: &Site) -> Vec<std::path::PathBuf> {
    let is_result = |path: &std::path::PathBuf| {
        let is_of_version =
            || path.components().any(|part| ["overview", "copyright"].iter().any(|it| part.as_os_str() == *it));
        path.extension().is_some_and(|kind| kind == "facts") && is_of_version()
            || path.extension().is_some_and(|kind| ["pack", "tree", "fragments"].iter().any(|it| kind == *it))
    };
    tree(&site.path().join("cache")).into_keys().filter(is_result).collect()
}

/// What is stored when only the other package was ever there.
fn results_of_the_other() -> Vec<std::path::PathBuf> {
    let mut site = Site::new();
    site.archive.add("one", "main", "lib", "1.0-1");
    site.build().succeeds();
    results(&site)
}

#[test]
fn a_published_package_is_gone_at_once_and_stays_away() {
    let site = site();
    site.run(&["purge", "native-gz", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("src/native-gz").exists());
    assert!(!site.public().join("map/n/native-gz.json").exists());
    assert!(!site.public().join("copyright/license/native-gz").exists());
    assert!(!site.public().join("data/main/n/native-gz").exists());
    assert_eq!(results(&site), results_of_the_other());
    site.rebuild().succeeds();
    assert!(site.public().join("src/native-gz/1.0/index.html.gz").exists(), "which says why the files are not there");
    assert!(!site.public().join("data/main/n/native-gz").exists());
    assert_eq!(results(&site), results_of_the_other());
}

#[test]
fn a_package_that_was_excluded_before_leaves_no_stored_result() {
    let mut site = site();
    site.set(RULE);
    site.rebuild().succeeds();
    site.run(&["purge", "native-gz", "--reason", "asked"]).succeeds();
    assert_eq!(results(&site), results_of_the_other());
}

const PURGE: [&str; 4] = ["purge", "secret", "--reason", "asked"];

/// Bytes that no compression can make shorter, so that they stand in the store as they are.
fn marker() -> Vec<u8> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..2_000).map(|_| next()).collect()
}

/// A site with a package that holds the marker in a file, and a text in another that is called so.
fn site_with_marker() -> Site {
    let mut builder = tar::Builder::new(Vec::new());
    let files =
        [("debian/source/format", b"3.0 (native)\n".to_vec()), ("marker", marker()), ("xyzzy", b"xyzzy".to_vec())];
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("secret-1/{path}"), &content[..]).unwrap();
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &builder.into_inner().unwrap()).unwrap();
    let mut site = Site::new();
    site.archive.add("one", "main", "lib", "1.0-1");
    site.archive.add_native("one", "secret", "gz", &packed.finish().unwrap());
    site.build().succeeds();
    site
}

/// The files of the cache and the published folder that hold the marker or the text.
fn places_of_marker(site: &Site) -> Vec<std::path::PathBuf> {
    let needle = &marker()[500..564];
    let holds = |bytes: &[u8]| [needle, b"xyzzy"].iter().any(|it| memchr::memmem::find(bytes, it).is_some());
    let unpacked = |bytes: &[u8]| {
        let mut html = Vec::new();
        let _ = flate2::read::GzDecoder::new(bytes).read_to_end(&mut html);
        html
    };
    let folders = ["cache", "public"].map(|folder| site.path().join(folder));
    let files = folders.iter().flat_map(|folder| tree(folder));
    files.filter(|(_, bytes)| holds(bytes) || holds(&unpacked(bytes))).map(|(path, _)| path).collect()
}

#[test]
fn an_interrupted_takedown_is_finished_by_the_next_run_of_either_kind() {
    if !strace::is_there() {
        return;
    }
    let before = site_with_marker();
    assert!(places_of_marker(&before).len() >= 4, "{:?}", places_of_marker(&before));
    let mut finished_by = [0, 0];
    for system_call in KILLED_AT {
        let calls = strace::count(site_with_marker().path(), system_call, &PURGE);
        for time in 0..TIMES.min(calls) {
            let at = 1 + time * calls / TIMES.min(calls);
            for (kind, next) in [&PURGE[..], &["build", "--quiet"]].into_iter().enumerate() {
                let site = site_with_marker();
                strace::kill(site.path(), system_call, at, &PURGE);
                // Killed before the takedown was noted, it has not begun.
                let is_noted = site.run(&["status"]).succeeds().stdout().contains("purged: secret");
                if is_noted || next == PURGE {
                    site.run(next).succeeds();
                    let left = places_of_marker(&site);
                    assert!(left.is_empty(), "{system_call} {at}, then {next:?}: {left:?}");
                    finished_by[kind] += 1;
                }
            }
        }
    }
    assert!(finished_by.iter().all(|&times| times >= 10), "{finished_by:?} takedowns only were interrupted");
}
