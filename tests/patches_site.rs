//! The patch tracker, from packages to published files.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use site::{Site, assert_has, tarball, tree};

fn site(packages: &[(&str, &str)]) -> Site {
    Site::built(packages)
}

fn read(site: &Site, path: &str) -> String {
    site.page(path).unwrap_or_else(|| panic!("there is no {path}"))
}

fn patches(site: &Site, package: &str, version: &str) -> String {
    read(site, &format!("patches/{package}/{version}/index.html.gz"))
}

#[test]
fn a_version_and_its_patches_have_pages() {
    let site = site(&[("quilt-gz", "1.0-1")]);
    let src = "../../../src/quilt-gz/1.0-1/";
    assert_has(
        &patches(&site, "quilt-gz", "1.0-1"),
        &[
            "1 patch: 1 file, 1 line added, 1 line removed. The files of this version have their changes.",
            "<td><a href=\"return-zero.patch\">return-zero.patch</a>",
            "<span class=\"subject\">return zero</span>",
            "<span class=\"state forwarded\" title=\"Forwarded says where it was sent\">forwarded</span>",
            "<a href=\"https://bugs.example.org/1\" title=\"Forwarded, line 4\" rel=\"nofollow noopener\">",
            &format!("<a href=\"{src}src/main.c\">src/main.c</a>"),
            "<a href=\"return-zero.patch#file-1\">return-zero.patch</a>",
        ],
    );
    assert_has(
        &read(&site, "patches/quilt-gz/1.0-1/return-zero.patch.html.gz"),
        &[
            "<h1>return zero</h1>",
            "<dt>Author</dt><dd class=\"text\">Ada</dd>",
            "<section class=\"change\" id=\"file-1\">",
            &format!("<h3><a href=\"{src}src/main.c\">src/main.c</a></h3>"),
            "<tr class=\"hunk\" id=\"file-1-1\"><td colspan=\"3\"><a href=\"#file-1-1\">@@ -",
            &format!("<td><a href=\"{src}src/main.c#L"),
            "<tr class=\"d\" id=\"file-1-1-old-",
            "<tr class=\"i\" id=\"file-1-1-new-",
        ],
    );
    assert_has(&read(&site, "patches/quilt-gz/index.html.gz"), &["<a href=\"1.0-1/\">1.0-1</a>", "1 forwarded"]);
    let link = "../../../patches/quilt-gz/1.0-1/";
    assert_has(&read(&site, "src/quilt-gz/1.0-1/index.html.gz"), &[&format!("<a href=\"{link}\">1 patch</a>")]);
    let note = format!(" · patched by <a href=\"../{link}return-zero.patch#file-1\">return-zero.patch</a>");
    assert_has(&read(&site, "src/quilt-gz/1.0-1/src/main.c.html.gz"), &[&note]);
}

#[test]
fn programs_are_told_the_same() {
    let site = site(&[("quilt-gz", "1.0-1"), ("native-gz", "1.0")]);
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_str(&read(&site, &format!("info/json/patches/{name}.json.gz"))).unwrap()
    };
    let told = json("quilt-gz/1.0-1");
    assert_eq!(told["series"]["format"], "quilt");
    assert_eq!(told["series"]["lists"][0]["file"], "debian/patches/series");
    let patch = &told["patches"][0];
    assert_eq!(
        (&patch["page"], &patch["file"]),
        (&"return-zero.patch".into(), &"debian/patches/return-zero.patch".into())
    );
    assert_eq!(patch["status"]["state"], "forwarded");
    assert_eq!((&patch["header"]["subject"], &patch["header"]["authors"][0]), (&"return zero".into(), &"Ada".into()));
    assert_eq!(patch["bugs"][0]["tracker"], "https://bugs.example.org/1");
    assert_eq!(
        patch["files"][0],
        serde_json::json!({ "file": "src/main.c", "kind": "modified", "added": 1, "removed": 1, "hunks": 1 })
    );
    assert!(!told.to_string().contains("@example.org"), "a mail address: {told}");
    assert_eq!(json("native-gz/1.0")["patches"], serde_json::json!([]));
}

#[test]
fn a_version_without_patches_says_why() {
    let site = site(&[("native-gz", "1.0"), ("diff-one", "1.0-1"), ("git-format", "1.0-1"), ("quilt-bz2", "1.0-1")]);
    let none = "No patch is applied in this version";
    assert_has(&patches(&site, "native-gz", "1.0"), &[none, "the package is native", "(format native)"]);
    assert_has(&patches(&site, "git-format", "1.0-1"), &[none, "git", "(format 3.0 (git))"]);
    assert_has(&patches(&site, "quilt-bz2", "1.0-1"), &[none, "(format 3.0 (quilt))"]);
    let file = read(&site, "src/native-gz/1.0/index.html.gz");
    assert_has(&file, &["patches/native-gz/1.0/\">none: a native package</a>"]);
}

#[test]
fn lists_are_shown_as_they_are_read() {
    let site = site(&[("series-lines", "1.0-1"), ("series-vendor", "1.0-1"), ("series-gz", "1.0-1")]);
    assert_has(&patches(&site, "series-lines", "1.0-1"), &["<span class=\"place comment\"># "]);
    assert_has(&patches(&site, "series-vendor", "1.0-1"), &["press.series", "of press", "debian.series"]);
    let page = patches(&site, "series-gz", "1.0-1");
    assert_has(&page, &["changes no file"]);
    assert!(!page.contains("malformed"), "compressed patches are read: {page}");
}

#[test]
fn each_way_of_carrying_changes_is_told() {
    let names = ["diff", "quilt", "dpatch", "cdbs", "plain", "single", "changes", "vendor"];
    let names = names.map(|name| format!("carry-{name}"));
    let site = site(&names.each_ref().map(|name| (name.as_str(), "1.0-1")));
    let page = |name: &str| patches(&site, &format!("carry-{name}"), "1.0-1");
    let patch = |name: &str, patch: &str| read(&site, &format!("patches/carry-{name}/1.0-1/{patch}.html.gz"));
    let difference = |name: &str| site.page(&format!("info/difference/carry-{name}/1.0-1.html.gz"));
    let at_build = "They are applied when the package is built";
    assert_has(&page("diff"), &["No patch is applied in this version", "is in one diff", ">Complete difference</a>"]);
    assert_has(&difference("diff").unwrap(), &[">code</a></h3>", ">fresh</a> <span class=\"place\">new", "<h3>gone <"]);
    assert_has(&page("quilt"), &["2 patches", at_build, "-p0", "the next one has no folder to strip"]);
    assert_has(&page("dpatch"), &["1 patch", at_build, "00list", "10_two"]);
    assert_has(&patch("dpatch", "10_two.dpatch"), &["Name the second line", "#123456"]);
    assert_has(&page("cdbs"), &["2 patches", at_build, "all patches, by name", "10-two.patch", "20-nine.patch"]);
    assert_has(&page("plain"), &["two.patch", ">Complete difference</a>"]);
    assert_has(&page("single"), &["1 patch", "made by dpkg-source"]);
    assert_has(
        &patch("single", "debian-changes"),
        &["dpkg-source made this patch", "<dt>Applies</dt><dd>cleanly</dd>"],
    );
    assert_has(&difference("single").unwrap(), &["2 files, 1 line added, 2 lines removed"]);
    assert_has(&page("changes"), &["made by dpkg-source", ">Series as one file</a>"]);
    assert_has(
        &patch("changes", "fourteen.patch"),
        &["<dt>Applies</dt><dd>with 1 of 1 hunk moved, by up to 3 lines</dd>", "applied 3 lines further down"],
    );
    assert_has(&page("vendor"), &["2 patches", "of press, applied here", "debian/patches/series"]);
    for name in ["quilt", "dpatch", "cdbs"] {
        assert_eq!(difference(name), None, "{name}: the diff changes nothing of upstream");
        let file = read(&site, &format!("src/carry-{name}/1.0-1/code.html.gz"));
        assert!(!file.contains("class=\"patched\"") && !file.contains(" class=p>"), "{file}");
    }
}

#[test]
fn nothing_that_a_patch_says_becomes_markup() {
    let mut site = Site::new();
    let patch = "Description: <script>alert(1)</script>\u{202e}\n <img src=x>\nForwarded: javascript:alert(1)\n\
                 Bug: javascript:alert(2)\nX-<b>: \"onmouseover\nAuthor: <b>\n--- a/<u>\n+++ b/<u>\n\
                 @@ -1 +1,2 @@ <i>\n-<script>alert(2)\n+</td></table>\u{1b}\n+\u{202e}x\n";
    let latin = b"Caf\xe9\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-\xe9\n+\xff\x00\n";
    let files: [(&str, &[u8]); 5] = [
        ("debian/patches/series", b"<b>.patch # <script>alert(3)\nindex\nnone<u>\n../../out\n"),
        ("debian/patches/<b>.patch", patch.as_bytes()),
        ("debian/patches/index", latin),
        ("debian/changelog", b"hostile (1) sid; urgency=low\n\n  * <b>.patch: CVE-2026-12345\n"),
        ("<u>", b"x\n"),
    ];
    site.archive.add_native("one", "hostile", "gz", &tarball(&files));
    site.build().succeeds();
    let page = patches(&site, "hostile", "1");
    let of_patch = read(&site, "patches/hostile/1/<b>.patch.html.gz");
    for page in [&page, &of_patch, &read(&site, "src/hostile/1/<u>.html.gz")] {
        for bad in ["<script>alert", "<img", "href=\"javascript", "\u{202e}", "\u{1b}", "\"onmouse", "<u>", "<i>"] {
            assert!(!page.contains(bad), "{bad} in {page}");
        }
    }
    assert_has(&of_patch, &["&lt;script&gt;alert(1)", "\\u{1b}", "+&lt;/td&gt;&lt;/table&gt;"]);
    assert_has(&page, &["there is no such file", "none&lt;u&gt;", "%3Cb%3E.patch"]);
    let index = read(&site, "patches/hostile/1/index~.html.gz");
    assert_has(&index, &["\\u{0}"]);
    site.assert_equals_scratch();
}

#[test]
fn of_what_is_excluded_nothing_is_told() {
    let mut site = site(&[("quilt-gz", "1.0-1"), ("series-link", "1.0-1"), ("patch-names", "1.0-1")]);
    let rule = |package: &str, file: &str| {
        format!("[[exclude]]\npackage = \"{package}\"\nfiles = [\"{file}\"]\nreason = \"asked\"\n")
    };
    let one = "debian/patches/return-zero.patch";
    site.set(&[rule("quilt-gz", one), rule("series-link", "debian/patches/series")].concat());
    site.build().succeeds();
    let page = patches(&site, "quilt-gz", "1.0-1");
    assert_has(&page, &["not shown: asked", "No patch is applied"]);
    assert!(!page.contains("bugs.example.org") && !page.contains("Ada"), "{page}");
    assert!(!site.public().join("patches/quilt-gz/1.0-1/return-zero.patch.html.gz").exists());
    assert!(!read(&site, "src/quilt-gz/1.0-1/src/main.c.html.gz").contains("patched by"));
    assert_has(&patches(&site, "series-link", "1.0-1"), &["is not shown: asked"]);
    site.set(&rule("quilt-gz", "src/main.c"));
    site.build().succeeds();
    let page = read(&site, "patches/quilt-gz/1.0-1/return-zero.patch.html.gz");
    assert_has(&page, &["This file is not shown: asked"]);
    assert!(!page.contains("class=\"hunk\""), "{page}");
    site.assert_equals_scratch();
}

#[test]
fn versions_come_and_go() {
    let mut site = site(&[("quilt-gz", "1.0-1"), ("quilt-xz", "1.0-1")]);
    site.archive.remove("one", "quilt-gz", "1.0-1");
    site.archive.add("one", "main", "series-lines", "1.0-1");
    site.archive.add("one", "main", "quilt-xz", "2.0-1");
    site.build().succeeds();
    assert!(!site.public().join("patches/quilt-gz").exists());
    assert_has(&read(&site, "patches/quilt-xz/index.html.gz"), &["<a href=\"2.0-1/\">2.0-1</a>", ">1.0-1</a>"]);
    site.assert_equals_scratch();
    site.run(&["purge", "series-lines", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("patches/series-lines").exists());
    assert!(!site.public().join("info/json/patches/series-lines").exists());
    let is_fact = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|kind| kind == "facts")
            && path.components().any(|part| part.as_os_str() == "patches")
    };
    assert_eq!(tree(&site.path().join("cache")).into_keys().filter(is_fact).count(), 2);
}

#[test]
fn one_site_alone_is_brought_up_to_date() {
    let mut site = Site::built(&[("contents", "1.0-1")]);
    site.archive.add("one", "main", "quilt-gz", "1.0-1");
    site.archive.write();
    site.run(&["build", "--sites", "patches"]).succeeds();
    assert!(site.public().join("patches/quilt-gz/1.0-1").exists());
    for others in ["src/quilt-gz/1.0-1", "copyright/license/quilt-gz/1.0-1", "data/main/q"] {
        assert!(!site.public().join(others).exists(), "{others}");
    }
    site.run(&["build", "--sites", "sources,copyright,patches"]).succeeds();
    site.assert_equals_scratch();
}
