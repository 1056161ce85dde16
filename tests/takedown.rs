//! A takedown reaches everything, however the package stood before.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use site::{Site, tree};

const RULE: &str = "[[exclude]]\npackage = \"native-gz\"\nreason = \"asked\"";

fn site() -> Site {
    let mut site = Site::new();
    site.archive.add("one", "main", "native-gz", "1.0");
    site.archive.add("one", "main", "lib", "1.0-1");
    site.build().succeeds();
    site
}

/// The stored source files, trees and fragments.
fn results(site: &Site) -> Vec<std::path::PathBuf> {
    let is_result = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|kind| ["pack", "tree", "fragments"].iter().any(|known| kind == *known))
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
    assert!(!site.public().join("src/native-gz/1.0").exists());
    assert!(!site.public().join("data/main/n/native-gz").exists());
    assert_eq!(results(&site), results_of_the_other());
    site.rebuild().succeeds();
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
