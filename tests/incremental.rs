//! Only what changed is made again, and the result is what a run from nothing makes.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use std::cell::Cell;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use site::{Site, inodes};

fn small_site() -> Site {
    let mut site = Site::new();
    site.archive.add("one", "main", "quilt-gz", "1.0-1");
    site.archive.add("one", "main", "native-gz", "1.0");
    site.archive.add("two", "main", "quilt-gz", "1.0-1");
    site
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let mut site = small_site();
    site.build().succeeds();
    let all_but_the_lock = || {
        let mut files = inodes(site.path());
        files.remove(std::path::Path::new("cache/lock"));
        files
    };
    let before = all_but_the_lock();
    let report = site.rebuild().succeeds().report();
    assert_eq!(report["outcome"], "nothing-to-do");
    assert_eq!(all_but_the_lock(), before);
}

#[test]
fn a_new_package_leaves_the_files_of_others_alone() {
    let mut site = small_site();
    site.build().succeeds();
    let before = inodes(&site.public());
    site.archive.add("one", "main", "liboddity-perl", "1.0-1");
    let report = site.build().succeeds().report();
    assert_eq!(report["versions"]["published"], 1);
    let after = inodes(&site.public());
    let changed = before.iter().filter(|(path, data)| after.get(*path) != Some(data)).map(|(path, _)| path);
    // How many of those may change is told in `checksums.rs`.
    let changed: Vec<_> = changed.filter(|path| !path.starts_with("info/json/sha256")).collect();
    let lists = [
        "copyright/holders/a.html.gz",
        "copyright/index.html.gz",
        "copyright/spdx/MIT.html.gz",
        "copyright/spdx/index.html.gz",
        "copyright/stats/index.html.gz",
        "copyright/stats/one/index.html.gz",
        "index.html.gz",
        "info/json/licence-statistics.json.gz",
        "info/json/licences.json.gz",
        "info/json/licences.tsv.gz",
        "info/json/packages.json.gz",
        "info/json/patches.json.gz",
        "info/json/patches.tsv.gz",
        "info/json/ping.json.gz",
        "info/patches/findings/index.html.gz",
        "info/patches/maintainers/ada-example-b9f00a225247.html.gz",
        "info/patches/maintainers/index.html.gz",
        "info/patches/packages/index.html.gz",
        "info/patches/status-unknown/index.html.gz",
        "patches/index.html.gz",
        "sitemap.xml",
    ];
    assert_eq!(changed, lists.map(std::path::Path::new), "it is listed and counted, and that is all");
    site.assert_equals_scratch();
}

#[test]
fn a_template_change_opens_no_source_file() {
    let mut site = small_site();
    site.build().succeeds();
    let template = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/base.html")).unwrap();
    site.template("base.html", &template.replace("</head>", "<meta name=\"x\" content=\"y\"></head>"));
    let report = site.rebuild().succeeds().report();
    assert_eq!(report["cache"]["source-bytes"], 0);
    assert_eq!(report["cache"]["lexed-bytes"], 0);
    assert_eq!(report["versions"]["published"], 2);
    site.assert_equals_scratch();
}

#[test]
fn a_suite_change_touches_pages_of_the_version_and_the_package_only() {
    let mut site = small_site();
    site.build().succeeds();
    let before = inodes(&site.public());
    site.archive.add("two", "main", "native-gz", "1.0");
    let report = site.build().succeeds().report();
    assert_eq!(report["cache"]["packs-made"], 0);
    let after = inodes(&site.public());
    let changed: Vec<_> = before
        .iter()
        .filter(|(path, data)| after.get(*path) != Some(data))
        .map(|(path, _)| path.to_string_lossy())
        .collect();
    let expected = [
        "copyright/index.html.gz",
        "copyright/license/native-gz/index.html.gz",
        "copyright/spdx/MIT.html.gz",
        "copyright/stats/two/index.html.gz",
        "info/json/debsources-patches/native-gz.json.gz",
        "info/json/debsources-src/native-gz.json.gz",
        "info/json/licence-statistics.json.gz",
        "info/json/licences.json.gz",
        "info/json/licences.tsv.gz",
        "info/json/ping.json.gz",
        "map/n/native-gz.json",
        "patches/native-gz/index.html.gz",
        "src/native-gz/1.0/index.html.gz",
        "src/native-gz/index.html.gz",
    ];
    assert_eq!(changed, expected);
    site.assert_equals_scratch();
}

#[test]
fn what_an_excluded_file_says_is_not_on_the_page_of_the_version() {
    const PLAIN: &str = "[output]\nencoding = \"plain\"\n";
    let mut site = small_site();
    site.set(PLAIN);
    site.build().succeeds();
    let page = |site: &Site| std::fs::read_to_string(site.public().join("src/native-gz/1.0/index.html")).unwrap();
    let told = ["Newest changelog entry", "Binary packages"];
    assert!(told.iter().all(|part| page(&site).contains(part)), "{}", page(&site));
    let files = "files = [\"debian/changelog\", \"debian/control\"]";
    site.set(&format!("{PLAIN}[[exclude]]\npackage = \"native-gz\"\n{files}\nreason = \"on request\"\n"));
    site.rebuild().succeeds();
    assert!(!told.iter().any(|part| page(&site).contains(part)), "{}", page(&site));
}

#[test]
fn raw_files_are_named_as_links_want_them() {
    let mut site = small_site();
    site.set("[output]\nencoding = \"plain\"\n");
    site.build().succeeds();
    site.set("[output]\nencoding = \"plain\"\nlinks = \"file\"\n");
    site.rebuild().succeeds();
    assert!(site.public().join("data/main/n/native-gz/1.0/debian/control.txt").is_file());
    site.assert_equals_scratch();
}

#[test]
fn versions_with_weak_checksums_are_told_of_in_the_first_run() {
    let mut site = Site::new();
    let mirror = site::mirror();
    site.set("");
    let settings = format!(
        "[[archive]]\nname = \"press\"\nurl = {mirror:?}\nsuites = [\"old-three\"]\ntrusted = true\nallow-weak = true\n\
         check-valid-until = false\n[symbols]\nenabled = false\n"
    );
    site::write(&site.path().join("site.toml"), settings.as_bytes());
    site.rebuild().succeeds();
    let all_but_the_clock = || {
        let mut files = inodes(&site.public());
        files.remove(std::path::Path::new("info/json/ping.json.gz")).unwrap();
        files
    };
    let before = all_but_the_clock();
    assert!(site.page("info/json/licences.json.gz").unwrap().contains("\"package\""));
    // Something that changes the run and no page.
    site.run(&["build", "--now", "2030-01-01T00:00:00Z"]).succeeds();
    assert_eq!(all_but_the_clock(), before);
    let ping = r#"{"http_status_code":200,"last_update":"Tue, 01 Jan 2030 00:00:00 -0000","status":"ok"}"#;
    assert_eq!(site.page("info/json/ping.json.gz").unwrap().trim_end(), ping);
}

#[test]
fn an_index_that_lost_everything_removes_nothing() {
    let mut site = small_site();
    site.build().succeeds();
    let before = inodes(&site.public());
    for package in [("quilt-gz", "1.0-1"), ("native-gz", "1.0")] {
        site.archive.remove("one", package.0, package.1);
        site.archive.remove("two", package.0, package.1);
    }
    let run = site.build().exits(1);
    assert!(run.stderr().contains("--force-remove"), "{}", run.stderr());
    assert_eq!(inodes(&site.public()), before);
    site.run(&["build", "--force-remove"]).succeeds();
    site.assert_equals_scratch();
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_it_would_do() {
    let mut site = small_site();
    site.build().succeeds();
    site.archive.add("one", "main", "lib", "1.0-1");
    site.archive.write();
    let before = inodes(&site.public());
    let run = site.run(&["build", "--dry-run"]).succeeds();
    assert!(run.stdout().contains("lib=1.0-1: raw files (not published yet)"), "{}", run.stdout());
    assert_eq!(inodes(&site.public()), before);
    let run = site.run(&["build", "--explain", "quilt-gz"]).succeeds();
    assert_eq!(run.stdout(), "quilt-gz=1.0-1: up to date\n");
}

#[test]
fn only_builds_what_is_asked_for_and_removes_nothing() {
    let mut site = small_site();
    site.build().succeeds();
    site.archive.remove("one", "native-gz", "1.0");
    site.archive.add("one", "main", "lib", "1.0-1");
    site.archive.add("one", "main", "src", "1.0-1");
    site.archive.write();
    site.run(&["build", "--only", "lib"]).succeeds();
    let there = |path: &str| site.public().join(path).exists();
    assert!(there("src/lib/1.0-1") && there("src/native-gz/1.0") && !there("src/src"));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let mut site = small_site();
    site.archive.write();
    site.run(&["build", "--jobs", "7"]).succeeds();
    site.assert_equals_scratch();
}

const BUILD: [&str; 3] = ["build", "--quiet", "--force-remove"];

/// One change of a history.
#[derive(Debug, Clone)]
enum Step {
    Add {
        package: usize,
        suite: bool,
        area: bool,
    },
    Remove {
        package: usize,
        suite: bool,
    },
    DropSuite(bool),
    Template(u8),
    Title(u8),
    Plain(bool),
    Exclude(usize),
    /// The run is killed after so many thousandths of the time that the one before took.
    Kill {
        share: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (any::<prop::sample::Index>(), any::<bool>(), any::<bool>())
            .prop_map(|(package, suite, area)| Step::Add { package: package.index(1 << 16), suite, area }),
        3 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(package, suite)| Step::Remove { package: package.index(1 << 16), suite }),
        1 => any::<bool>().prop_map(Step::DropSuite),
        1 => any::<u8>().prop_map(Step::Template),
        1 => any::<u8>().prop_map(Step::Title),
        1 => any::<bool>().prop_map(Step::Plain),
        1 => (0_usize..1 << 16).prop_map(Step::Exclude),
        3 => (0_u32..1_000).prop_map(|share| Step::Kill { share }),
    ]
}

fn settings(title: u8, plain: bool, excluded: Option<&str>) -> String {
    let encoding = if plain { "plain" } else { "gzip" };
    let exclude = excluded.map_or_else(String::new, |package| {
        format!("[[exclude]]\npackage = \"{package}\"\nfiles = [\"debian\"]\nreason = \"on request\"\n")
    });
    format!("[site]\ntitle = \"Site {title}\"\n[output]\nencoding = \"{encoding}\"\n{exclude}")
}

/// Packages come, change suites and go, templates and settings change, runs are killed; after all of it the
/// site is what a run from nothing makes of the same archive, settings and state.
#[test]
fn incremental_equals_scratch_over_random_histories() {
    let cases = std::env::var("DEBPRESS_HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6);
    let (kills, kills_at_work) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config { cases, max_shrink_iters: 20, ..Config::default() });
    let histories = prop::collection::vec(prop::collection::vec(step(), 1..5), 2..6);
    runner
        .run(&histories, |history| {
            let mut site = Site::new();
            let known = site.archive.known();
            let mut duration = Duration::from_millis(100);
            let (mut title, mut plain, mut excluded) = (0, false, None);
            let suite = |second: bool| if second { "two" } else { "one" };
            site.archive.add("one", "main", "lib", "1.0-1");
            for steps in history {
                let mut kill = None;
                for step in steps {
                    match step {
                        Step::Add { package, suite: second, area } => {
                            let (name, version) = &known[package % known.len()];
                            site.archive.add(suite(second), if area { "main" } else { "contrib" }, name, version);
                        }
                        Step::Remove { package, suite: second } => {
                            let (name, version) = &known[package % known.len()];
                            site.archive.remove(suite(second), name, version);
                        }
                        Step::DropSuite(second) => site.archive.remove_suite(suite(second)),
                        Step::Template(text) => site.template(
                            "note.html",
                            &format!("{{% include \"base.html\" %}}<p>{text} {{{{ note | safe }}}}"),
                        ),
                        Step::Title(new) => title = new,
                        Step::Plain(new) => plain = new,
                        Step::Exclude(package) => excluded = Some(known[package % known.len()].0.clone()),
                        Step::Kill { share } => kill = Some(share),
                    }
                }
                site.archive.add("one", "main", "lib", "1.0-1");
                site.set(&settings(title, plain, excluded.as_deref()));
                site.archive.write();
                if let Some(share) = kill {
                    let mut child = site.command(&BUILD).spawn().unwrap();
                    std::thread::sleep(duration * share / 1_000);
                    child.kill().unwrap();
                    child.wait().unwrap();
                    kills.set(kills.get() + 1);
                    // A run that ends by itself empties the lock.
                    let at_work = std::fs::read(site.path().join("cache/lock")).is_ok_and(|owner| !owner.is_empty());
                    kills_at_work.set(kills_at_work.get() + u32::from(at_work));
                }
                let begin = Instant::now();
                let run = site.run(&BUILD);
                duration = begin.elapsed();
                assert!(matches!(run.0.status.code(), Some(0 | 3)), "{}", run.stderr());
            }
            site.assert_equals_scratch();
            Ok(())
        })
        .unwrap();
    let (kills, at_work) = (kills.get(), kills_at_work.get());
    eprintln!("{at_work} of {kills} runs that were killed were at work");
    // How many depends on the machine; that it never happens would mean that nothing is tried.
    assert!(kills < 6 || at_work > 0, "{at_work} of {kills} runs that were killed were at work");
}
