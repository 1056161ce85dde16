//! What is told of patches across versions and across packages, from packages to published files.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use site::{Site, assert_has, tarball};

fn read(site: &Site, path: &str) -> String {
    site.page(path).unwrap_or_else(|| panic!("there is no {path}"))
}

/// A patch that puts a line in place of another, at a place, with a header.
fn patch(header: &str, at: u32, new: &str) -> String {
    format!("{header}\n--- a/f\n+++ b/f\n@@ -{at},2 +{at},2 @@\n-old\n+{new}\n same {at}\n")
}

/// Adds a version of the package `own` with these patches, in a suite of the version's own.
fn add(site: &mut Site, version: &str, patches: &[(&str, String)]) {
    let series: String = patches.iter().map(|(name, _)| format!("{name}\n")).collect();
    let paths: Vec<String> = patches.iter().map(|(name, _)| format!("debian/patches/{name}")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![("debian/patches/series", series.as_bytes()), ("f", b"old\n")];
    files.extend(paths.iter().zip(patches).map(|(path, (_, bytes))| (path.as_str(), bytes.as_bytes())));
    site.archive.add_native_version(&format!("suite-{version}"), ("own", version), "gz", &tarball(&files));
}

/// Three versions: `a` is dropped, `b` refreshed and renamed, `c` changed, `d` new.
fn three_versions() -> Site {
    let mut site = Site::new();
    let of = |name: &str| format!("Description: about {name}\nAuthor: Ada <ada@example.org>\n");
    let (a, c) = (patch(&of("a"), 1, "a"), patch(&of("c"), 1, "changed <b>"));
    let refreshed = patch(&of("b"), 7, "b");
    add(&mut site, "1", &[("a", a.clone()), ("b", patch(&of("b"), 1, "b")), ("c", patch(&of("c"), 1, "c"))]);
    add(&mut site, "2", &[("a", a), ("b2", refreshed.clone()), ("c", c.clone())]);
    add(&mut site, "3", &[("b2", refreshed), ("c", c), ("d", patch(&of("d"), 1, "d"))]);
    site.build().succeeds();
    site
}

const HISTORY: &str = "info/patches/history/own.html.gz";

#[test]
fn the_history_of_a_package_tells_what_became_of_each_patch() {
    let site = three_versions();
    let page = read(&site, HISTORY);
    let patch = |version: &str, name: &str| format!("href=\"../../../patches/own/{version}/{name}\"");
    assert_has(
        &page,
        &[
            &format!(
                "<a class=\"change-refreshed\" {}>refreshed</a> <span class=\"tag\">renamed</span>",
                patch("2", "b2")
            ),
            &format!("<a class=\"change-changed\" {}>changed</a>", patch("2", "c")),
            &format!("<a class=\"change-new\" {}>new</a>", patch("3", "d")),
            "<span class=\"change-dropped\">dropped</span>",
            "<a href=\"#1..2\">1 → 2</a> <span class=\"tag\">suite-1 → suite-2</span> <span class=\"place\">1 changed, 1 refreshed, 1 same</span>",
            "<section class=\"comparison\" id=\"2..3\">",
            "1 dropped, 1 new, 2 same",
            "<a href=\"#1..3\">1 → 3</a> <span class=\"tag\">suite-1 → suite-3</span>",
            "<span class=\"place\">was b</span>",
            "<tr class=\"d\"><td>-+c</td></tr>\n<tr class=\"i\"><td>++changed &lt;b&gt;</td></tr>",
            "<span class=\"subject\">about d</span>",
        ],
    );
    assert!(!page.contains("-+a</td>"), "the difference of patches that are the same: {page}");
    let link = "../../info/patches/history/own";
    assert_has(&read(&site, "patches/own/index.html.gz"), &[&format!("<a href=\"{link}\">History")]);
    site.assert_equals_scratch();
}

#[test]
fn a_package_with_one_version_has_no_history() {
    let mut site = Site::built(&[("quilt-gz", "1.0-1")]);
    assert!(!site.public().join("info/patches/history").exists());
    assert!(!read(&site, "patches/quilt-gz/index.html.gz").contains("History"));
    add(&mut site, "1", &[("a", patch("", 1, "a"))]);
    add(&mut site, "2", &[("a", patch("", 1, "a"))]);
    site.build().succeeds();
    assert_has(&read(&site, HISTORY), &["1 same"]);
    site.archive.remove("suite-2", "own", "2");
    site.build().succeeds();
    assert!(!site.public().join(HISTORY).exists());
    site.assert_equals_scratch();
    add(&mut site, "2", &[]);
    site.build().succeeds();
    assert_has(&read(&site, HISTORY), &["1 dropped"]);
    site.archive.remove("suite-1", "own", "1");
    site.archive.remove("suite-2", "own", "2");
    site.build().succeeds();
    assert!(!site.public().join(HISTORY).exists());
    site.assert_equals_scratch();
}

#[test]
fn what_is_excluded_or_taken_down_is_in_no_comparison() {
    let mut site = three_versions();
    site.set("[[exclude]]\npackage = \"own\"\nversion = \"2\"\nfiles = [\"debian/patches/c\"]\nreason = \"asked\"\n");
    site.rebuild().succeeds();
    let page = read(&site, HISTORY);
    assert_has(&page, &["some patches are not shown", "<p>1 refreshed, 1 same</p>"]);
    assert!(!page.contains("about c") && !page.contains("changed &lt;b&gt;"), "in no version: {page}");
    site.assert_equals_scratch();
    site.run(&["purge", "own=3", "--reason", "asked"]).succeeds();
    assert!(!site.public().join(HISTORY).exists(), "at once");
    site.rebuild().succeeds();
    let page = read(&site, HISTORY);
    assert!(!page.contains("about d") && page.contains("id=\"1..2\""), "{page}");
    site.assert_equals_scratch();
}
