use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::model::{DebianVersion, EntryPath, PackageName, PatchesDigest, SuiteName};
use crate::settings::Settings;
use crate::site::templates::Templates;

fn site() -> SourcesSite {
    let text = "[[archive]]\nname = \"a\"\nurl = \"mirror\"\ntrusted = true\n[output]\nencoding = \"plain\"\n";
    let settings = Settings::parse(Path::new("/nowhere/site.toml"), text).unwrap();
    SourcesSite::new(Templates::load(&settings).unwrap(), &settings).unwrap()
}

/// Not forwarded patches, each for a bug.
fn digest(bugs: std::ops::Range<u32>) -> PatchesDigest {
    let patch = |bug: u32| PatchDigest {
        path: EntryPath::new(format!("{bug}.patch").as_str()).unwrap(),
        subject: None,
        state: PatchState::NotForwarded,
        droppable: false,
        date: None,
        bugs: vec![Bug::Debian(bug)],
        findings: Vec::new(),
        added: 1,
        removed: 1,
        id: None,
    };
    PatchesDigest { maintainer: None, patches: bugs.map(patch).collect(), findings: Vec::new() }
}

/// All pages of an archive with these packages.
fn pages(packages: &[(&str, PatchesDigest)]) -> BTreeMap<String, String> {
    let version = DebianVersion::new("1").unwrap();
    let suites = [SuiteName::new("sid").unwrap()];
    let names: Vec<PackageName> = packages.iter().map(|(name, _)| PackageName::new(name).unwrap()).collect();
    let versions: Vec<PatchesVersion<'_>> = names
        .iter()
        .zip(packages)
        .map(|(package, (_, digest))| PatchesVersion { package, version: &version, suites: &suites, digest })
        .collect();
    let view = PatchCensusView {
        versions: &versions,
        rules: &[],
        bug_link: &|_| None,
        old_before: "2020-01-01",
        has_people: true,
    };
    let files = site().patch_census(&view).unwrap();
    files.into_iter().map(|(path, page)| [path, page].map(|it| String::from_utf8(it).unwrap()).into()).collect()
}

#[test]
fn a_list_that_is_too_long_for_a_page_is_divided_by_what_stays() {
    let before = pages(&[("a", digest(1..700)), ("liba", digest(20_000..20_500)), ("x", digest(1..2_002))]);
    let list = "info/patches/status-not-forwarded";
    assert!(
        before[&format!("{list}/index.html")].contains("<a href=\"liba\">liba</a></td><td class=\"number\">500</td>")
    );
    assert!(before[&format!("{list}/liba.html")].contains("20499.patch"));
    assert!(before[&format!("{list}/x~3.html")].contains("rel=\"prev\""));
    assert!(!before.contains_key(&format!("{list}/x~4.html")));
    let bugs = |pages: &BTreeMap<String, String>| pages["info/patches/bugs/debian-20000.html"].clone();
    assert!(bugs(&before).contains("Debian #20000 to #29999"));
    let after = pages(&[("a", digest(1..701)), ("liba", digest(20_000..20_500)), ("x", digest(1..2_002))]);
    let is_same = |page: &str| before[&format!("{list}/{page}.html")] == after[&format!("{list}/{page}.html")];
    assert!(is_same("liba") && is_same("x") && is_same("x~2") && !is_same("a"));
    assert_eq!(bugs(&before), bugs(&after));
}

#[test]
fn a_short_list_is_one_page() {
    let pages = pages(&[("a", digest(1..3))]);
    assert!(pages["info/patches/bugs/index.html"].contains("<td>#2</td>"));
    assert!(!pages.contains_key("info/patches/status-not-forwarded/a.html"));
}
