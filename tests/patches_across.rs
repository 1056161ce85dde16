//! What is told of patches across versions and across packages, from packages to published files.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;
#[path = "common/tools.rs"]
mod tools;

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

const LISTS: &str = "info/patches";

fn list(site: &Site, path: &str) -> String {
    read(site, &format!("{LISTS}/{path}.html.gz"))
}

#[test]
fn the_patches_of_the_archive_are_counted_and_listed() {
    let mut site = three_versions();
    assert_eq!(site.history("patches/all/versions"), [3]);
    assert_eq!(site.history("patches/suite-3/versions"), [1]);
    assert_eq!(site.history("patches/all/patches").len(), 1);
    let old = "Description: old\nForwarded: no\nLast-Update: 2020-01-01\nBug-Debian: https://bugs.debian.org/1012345\n";
    let new = "Description: CVE-2026-12345\nForwarded: no\nLast-Update: 2026-09-01\n";
    let dropped = "Description: there\nApplied-Upstream: 0.9\n";
    let files = [("a", patch(old, 1, "x")), ("b", patch(new, 1, "y")), ("c", patch(dropped, 1, "z"))];
    let series = "a\nb\nc\n";
    let control = "Source: listed\nMaintainer: Ada & Co. <ada@example.org>\n";
    let paths = files.each_ref().map(|(name, _)| format!("debian/patches/{name}"));
    let mut all: Vec<(&str, &[u8])> =
        vec![("debian/patches/series", series.as_bytes()), ("debian/control", control.as_bytes())];
    all.extend(paths.iter().zip(&files).map(|(path, (_, bytes))| (path.as_str(), bytes.as_bytes())));
    site.archive.add_native("one", "listed", "gz", &tarball(&all));
    site.build().succeeds();
    let numbers = |name: &str, all: u32, not: u32| {
        format!("<td>{name}</td><td class=\"number\">{all}</td><td class=\"number\">{not}</td>")
    };
    assert_has(
        &read(&site, "patches/index.html.gz"),
        &[&numbers("newest versions", 6, 5), &numbers("one", 3, 2), &numbers("suite-1", 3, 3), "status-accepted/"],
    );
    let patch = |name: &str| format!("href=\"../../../patches/listed/1/{name}\">{name}</a>");
    let page = list(&site, "old/index");
    assert_has(&page, &["1 patch.", &patch("a"), "<td>2020-01-01</td>", ">#1012345</a>"]);
    assert_has(&list(&site, "droppable/index"), &["1 patch.", &patch("c"), "can be dropped"]);
    assert_has(&list(&site, "status-not-forwarded/index"), &["5 patches.", &patch("b")]);
    let bugs = list(&site, "bugs/index");
    assert_has(
        &bugs,
        &[">CVE-2026-12345</a>", "listed/1/b\">b</a>", "<span class=\"place\">one</span>", ">#1012345</a>"],
    );
    assert_has(&list(&site, "packages/index"), &[">listed</a>", ">own</a> <span class=\"place\">3</span>"]);
    assert_has(&list(&site, "findings/index"), &["finding-no-author/", "<td class=\"number\">3</td>"]);
    assert_has(&list(&site, "finding-no-author/index"), &[&patch("a")]);
    let people = list(&site, "maintainers/index");
    assert_has(&people, &["name=\"robots\" content=\"noindex\"", ">Ada &amp; Co.</a>", "href=\"ada-co-"]);
    let text = |format: &str| read(&site, &format!("info/json/patches.{format}.gz"));
    let json: serde_json::Value = serde_json::from_str(&text("json")).unwrap();
    assert_eq!(json["versions"][0]["package"], "listed");
    assert_eq!(json["versions"][0]["patches"][2]["droppable"], true);
    assert_eq!(json["versions"].as_array().unwrap().len(), 4, "all versions");
    let row = "listed\t1\tone\ta\tnot-forwarded\tno\t2020-01-01\t#1012345\t1\t1\told\n";
    assert!(text("tsv").contains(row), "{}", text("tsv"));
    let mail = |page: &str| page.contains("ada@example.org");
    assert!(!mail(&text("json")) && !mail(&people) && !mail(&page));
    site.assert_equals_scratch();
    site.set("[site]\npeople = false\n");
    site.rebuild().succeeds();
    assert!(!site.public().join("info/patches/maintainers").exists());
    assert!(!read(&site, "patches/index.html.gz").contains("By maintainer"));
    site.assert_equals_scratch();
}

#[test]
fn lists_of_patches_are_renewed_where_something_changed() {
    let mut site = three_versions();
    let before = site::inodes(&site.public());
    site.archive.add("one", "main", "native-gz", "1.0");
    site.build().succeeds();
    let after = site::inodes(&site.public());
    let changed: Vec<String> = before
        .iter()
        .filter(|(path, data)| after.get(*path) != Some(data))
        .map(|(path, _)| path.display().to_string())
        .filter(|path| path.contains("patches"))
        .collect();
    assert_eq!(changed, ["patches/index.html.gz"], "a suite more is counted, and that is all");
    site.run(&["purge", "own=3", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("info/json/patches.json.gz").exists(), "at once");
    site.rebuild().succeeds();
    assert!(!read(&site, "info/json/patches.json.gz").contains("about d"));
    site.assert_equals_scratch();
}

/// What a reader of feeds asks of one (RFC 4287, 4.1): prints the titles, or fails.
const READER: &str = r#"
import datetime, sys, xml.etree.ElementTree as tree
atom = "{http://www.w3.org/2005/Atom}"
feed = tree.fromstring(sys.stdin.buffer.read())
assert feed.tag == atom + "feed", feed.tag
ids = set()
for element in [feed, *feed.findall(atom + "entry")]:
    for required in ["id", "title", "updated"]:
        assert len(element.findall(atom + required)) == 1, required
    datetime.datetime.strptime(element.find(atom + "updated").text, "%Y-%m-%dT%H:%M:%SZ")
    ids.add(element.find(atom + "id").text)
    assert len(element.findall(f"{atom}link[@rel='alternate']")) == 1
assert len(ids) == 1 + len(feed.findall(atom + "entry")), "each has an identifier of its own"
assert feed.find(f"{atom}author/{atom}name").text and feed.find(f"{atom}link[@rel='self']") is not None
for entry in feed.findall(atom + "entry"):
    print(entry.find(atom + "title").text, entry.find(atom + "updated").text, entry.find(atom + "id").text, sep="|")
"#;

/// The entries of the feed of `own`, each as title, time and identifier, as a reader of XML sees them.
fn entries(site: &Site) -> Option<Vec<[String; 3]>> {
    let mut reader = std::process::Command::new("python3");
    reader.args(["-c", READER]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = tools::required("python3", reader.spawn().ok())?;
    let feed = read(site, "info/feeds/own.atom.gz");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), feed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{feed}");
    let text = String::from_utf8(output.stdout).unwrap();
    let entry = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    Some(text.lines().map(entry).collect())
}

#[test]
fn the_feed_of_a_package_tells_when_the_archive_first_had_each_patch() {
    let mut site = Site::new();
    site.set("[site]\ntitle = \"A <b> & c\"\nbase-url = \"https://sources.example.org/x/\"\n");
    add(&mut site, "1", &[("a", patch("Description: <a> & \u{1b}\u{ffff}\n", 1, "a"))]);
    site.build().succeeds();
    let Some(first) = entries(&site) else { return };
    let [entry] = &first[..] else { panic!("{first:?}") };
    assert!(entry[0].starts_with("a: <a> & ") && !entry[0].contains(['\u{1b}', '\u{ffff}']), "{entry:?}");
    add(&mut site, "2", &[("renamed", patch("", 9, "a")), ("b", patch("Description: b\n", 1, "b"))]);
    site.build().succeeds();
    let second = entries(&site).unwrap();
    assert_eq!(second.len(), 3, "a, it refreshed, and b: {second:?}");
    assert_eq!(second.last().unwrap(), entry, "what was there is the same");
    assert!(second[0][1] > entry[1], "by the archive's clock: {second:?}");
    let feed = read(&site, "info/feeds/own.atom.gz");
    assert_has(
        &feed,
        &["href=\"https://sources.example.org/x/patches/own/2/b\"", "<summary>Status: not forwarded. In 2.</summary>"],
    );
    assert_has(&read(&site, "patches/own/index.html.gz"), &["href=\"../../info/feeds/own.atom\">Feed</a>"]);
    let since = |text: &str| format!("<dt>In this archive since</dt><dd class=\"text\">{text}</dd>");
    assert_has(&read(&site, "patches/own/1/a.html.gz"), &[&since(&entry[1])]);
    assert_has(&read(&site, "patches/own/2/b.html.gz"), &[&since(&second[0][1])]);
    site.assert_equals_scratch();
    // What the state remembers is told when all else is lost, and when a patch comes back.
    site.archive.remove("suite-1", "own", "1");
    site.build().succeeds();
    std::fs::remove_dir_all(site.path().join("cache/facts")).unwrap();
    std::fs::remove_dir_all(site.public()).unwrap();
    add(&mut site, "3", &[("back", patch("", 1, "a"))]);
    site.build().succeeds();
    let third = entries(&site).unwrap();
    let back = third.iter().find(|it| it[0] == "back").unwrap();
    assert_eq!(back[1..], entry[1..], "{third:?}");
    site.assert_equals_scratch();
}

#[test]
fn a_package_without_patches_has_no_feed() {
    let site = Site::built(&[("native-gz", "1.0"), ("quilt-gz", "1.0-1")]);
    assert!(site.public().join("info/feeds/quilt-gz.atom.gz").is_file());
    assert!(!site.public().join("info/feeds/native-gz.atom.gz").exists());
    assert!(!read(&site, "patches/native-gz/index.html.gz").contains("feeds"));
}

#[test]
fn programs_that_know_debsources_are_told_in_its_shapes() {
    let mut site = Site::built(&[("native-gz", "1.0"), ("git-format", "1.0-1")]);
    let [a, b] = ["a", "b"].map(|name| patch("Description: it\n", 1, name));
    let series = b"# first\na -p1 # behind\n\nb\n";
    let files: [(&str, &[u8]); 3] =
        [("debian/patches/series", series), ("debian/patches/a", a.as_bytes()), ("debian/patches/b", b.as_bytes())];
    site.archive.add_native_version("suite", ("own", "2~rc1"), "gz", &tarball(&files));
    site.build().succeeds();
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_str(&read(&site, &format!("info/json/debsources-patches/{name}.json.gz"))).unwrap()
    };
    assert_eq!(
        json("own"),
        serde_json::json!({
            "is_empty": false, "package": "own", "path": "own", "suite": "", "type": "package",
            "versions": [{ "area": "main", "series": 2, "suites": ["suite"], "supported": true, "version": "2~rc1" }],
        })
    );
    assert_eq!(
        json("own~2~rc1"),
        serde_json::json!({
            "count": 2, "format": "native", "package": "own", "patches": ["a -p1", "b"], "version": "2~rc1",
        })
    );
    assert_eq!(json("native-gz")["is_empty"], true);
    assert_eq!(json("git-format")["versions"][0]["supported"], false);
    assert_eq!(
        json("git-format~1.0-1"),
        serde_json::json!({
            "format": "3.0 (git)", "package": "git-format", "pagination": null, "patches": [],
            "path": "git-format/1.0-1", "supported": false, "version": "1.0-1",
        })
    );
    site.run(&["purge", "own", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("info/json/debsources-patches/own.json.gz").exists());
    assert!(!site.public().join("info/json/debsources-patches/own~2~rc1.json.gz").exists());
}

#[test]
fn nothing_that_a_package_says_becomes_markup_on_pages_across() {
    let mut site = Site::new();
    let header = "Description: <script>alert(1)</script>\u{202e}\nForwarded: javascript:alert(1)\nBug: https://<b>.example.org/\u{1b}\n\
                  Applied-Upstream: 0.1\nLast-Update: 2020-01-01\nAuthor: <b>\n";
    let control = "Source: own\nMaintainer: <img src=x>\u{202e} \"onmouseover=\" ../../x\n";
    for (version, line) in [("1", "<u>"), ("2", "<i>\u{1b}")] {
        let patch = patch(header, 1, line);
        let files: [(&str, &[u8]); 3] = [
            ("debian/patches/series", b"<b>.patch\n"),
            ("debian/patches/<b>.patch", patch.as_bytes()),
            ("debian/control", control.as_bytes()),
        ];
        site.archive.add_native_version("suite", ("own", version), "gz", &tarball(&files));
    }
    site.build().succeeds();
    let mut pages = 0;
    for (path, bytes) in site::tree(&site.public()) {
        let is_across =
            ["info/patches", "info/feeds", "patches/index.html.gz"].iter().any(|place| path.starts_with(place));
        if !is_across || bytes == b"folder" {
            continue;
        }
        let page = read(&site, path.to_str().unwrap());
        for bad in
            ["<script>alert", "<img", "href=\"javascript", "\u{202e}", "\u{1b}", "\"onmouse", "<u>", "<i>", "<b>.p"]
        {
            assert!(!page.contains(bad), "{bad} in {}: {page}", path.display());
        }
        pages += 1;
    }
    assert!(pages > 12, "{pages}");
    assert_has(&read(&site, HISTORY), &["&lt;script&gt;alert(1)", "++&lt;i&gt;"]);
    site.assert_equals_scratch();
}
