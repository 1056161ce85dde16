//! The lines of patches on pages of files: what is marked, and what the list before the code says, against the files of
//! the upstream tarball.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::path::Path;

use debpress::formats::compression::{Compression, decoder};
use debpress::site::urls::decode;
use site::{Site, assert_has, mirror, tree};

/// The files of a package's upstream tarball, by their paths without the top folder.
fn upstream(package: &str) -> BTreeMap<String, Vec<u8>> {
    let prefix = &package[..1];
    let folder = mirror().join(format!("pool/main/{prefix}/{package}"));
    let is_orig = |path: &Path| path.to_string_lossy().contains(".orig.tar.");
    let mut paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let path = paths.find(|path| is_orig(path)).unwrap();
    let compression = Compression::from_name(path.file_name().unwrap().to_str().unwrap());
    let file = BufReader::new(std::fs::File::open(path).unwrap());
    let mut archive = tar::Archive::new(decoder(compression, Box::new(file)).unwrap());
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if let Some((_, path)) = name.split_once('/')
            && entry.header().entry_type().is_file()
        {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.insert(path.to_owned(), bytes);
        }
    }
    files
}

/// What a page says of the lines of its file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// Lines that patches brought, counted from 1.
    brought: Vec<usize>,
    /// How many lines of upstream are gone, by how many lines stand before the place.
    gone: BTreeMap<usize, usize>,
}

/// What the list before the code says.
fn listed(page: &str) -> Said {
    let mut said = Said::default();
    let list =
        page.split_once("<details class=\"patched\"").map_or("", |(_, rest)| rest.split("</details>").next().unwrap());
    let text = |html: &str| {
        let tags = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        tags.collect::<String>()
    };
    let items = list.split("<li>").skip(1).map(text);
    for place in items.flat_map(|item| item.split([',', ';', ':']).map(|it| it.trim().to_owned()).collect::<Vec<_>>()) {
        if let Some(range) = place.strip_prefix("lines ").or(place.strip_prefix("line ")) {
            let (first, last) = range.split_once('–').unwrap_or((range, range));
            said.brought.extend(first.parse::<usize>().unwrap()..=last.parse().unwrap());
        } else if let Some((count, after)) = place.split_once(" removed ") {
            let after = after.strip_prefix("after ").map_or(0, |after| after.parse().unwrap());
            *said.gone.entry(after).or_default() += count.split(' ').next().unwrap().parse::<usize>().unwrap();
        }
    }
    said.brought.sort_unstable();
    said
}

/// Lines that are marked as brought, and those after which lines are gone.
fn marked(page: &str) -> (Vec<usize>, Vec<usize>) {
    let (mut brought, mut gaps) = (Vec::new(), Vec::new());
    for line in page.split("<span id=\"L").skip(1) {
        let tag = line.split('>').next().unwrap();
        let (number, rest) = tag.split_once('"').unwrap();
        let number: usize = number.parse().unwrap();
        let has = |class: char| rest.contains("class=") && rest.trim_start_matches(" class=").contains(class);
        brought.extend(has('p').then_some(number));
        gaps.extend(has('s').then_some(0));
        gaps.extend(has('g').then_some(number));
    }
    (brought, gaps)
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line)).collect()
}

/// Takes the lines of patches away and puts those that are gone back: what is left must be upstream's file.
fn check(what: &str, page: &str, before: &[u8], after: &[u8]) -> usize {
    let said = listed(page);
    let (before, after) = (lines(before), lines(after));
    let mut position = said.gone.get(&0).copied().unwrap_or(0);
    for (number, line) in (1..).zip(&after) {
        if !said.brought.contains(&number) {
            assert_eq!(before.get(position), Some(line), "{what}, line {number}: {said:?}");
            position += 1;
        }
        position += said.gone.get(&number).copied().unwrap_or(0);
    }
    // A file that one patch removed and another made again has none of upstream's lines, nor a place where they were.
    let is_new = said.brought.len() == after.len() && said.gone.is_empty();
    assert!(position == before.len() || is_new, "{what}: {said:?}");
    let gaps: Vec<usize> = said.gone.keys().copied().filter(|&gap| gap <= after.len() && !after.is_empty()).collect();
    assert_eq!(marked(page), (said.brought.clone(), gaps), "{what}");
    said.brought.len() + said.gone.len()
}

/// Not what comes from the debian tarball, nor the backups that format 2.0 leaves.
fn is_of_upstream(name: &str) -> bool {
    !name.starts_with("debian/") && !name.ends_with(".dpkg-orig")
}

#[test]
fn without_the_lines_of_patches_files_are_those_of_upstream() {
    let packages = [
        "quilt-gz",
        "quilt-two-zero",
        "series-lines",
        "series-gz",
        "patch-twice",
        "patch-places",
        "patch-newline",
        "patch-names",
        "patch-crlf",
        "patch-new-gone",
        "patch-git-mode",
        "deep",
        "carry-single",
        "carry-changes",
        "carry-vendor",
    ];
    let site = Site::built(&packages.map(|package| (package, "1.0-1")));
    let mut checked = 0;
    for package in packages {
        let upstream = upstream(package);
        let folder = site.public().join(format!("data/main/{}/{package}/1.0-1", &package[..1]));
        for (path, bytes) in tree(&folder) {
            let name = path.to_str().unwrap();
            let page = site.page(&format!("src/{package}/1.0-1/{name}.html.gz"));
            let Some(page) = page.filter(|page| is_of_upstream(name) && page.contains("sourcecode")) else {
                continue;
            };
            let before = upstream.get(name).map_or(&[][..], Vec::as_slice);
            checked += check(&format!("{package}, {name}"), &page, before, &bytes);
        }
    }
    assert!(checked > 300, "too little is checked: {checked}");
}

#[test]
fn lines_lead_to_the_hunks_that_brought_them() {
    let site = Site::built(&[("patch-twice", "1.0-1"), ("diff-one", "1.0-1")]);
    let page = site.page("src/patch-twice/1.0-1/a.html.gz");
    let pages = tree(&site.public().join("src/patch-twice/1.0-1"));
    let page = page.unwrap_or_else(|| panic!("{:?}", pages.keys().collect::<Vec<_>>()));
    let list = page.split_once("<details class=\"patched\"").unwrap().1.split("</details>").next().unwrap();
    let links: Vec<&str> = list.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.iter().any(|link| link.contains("/parts-2#file-2-1")), "{list}");
    for link in links {
        let (address, anchor) = link.split_once('#').unwrap();
        let target = match address.strip_prefix("../../../patches/") {
            Some(path) => site.page(&format!("patches/{path}.html.gz")).unwrap(),
            None => page.clone(),
        };
        assert_has(&target, &[&format!("id=\"{anchor}\"")]);
    }
    let one_zero = tree(&site.public().join("src/diff-one"));
    for path in one_zero.keys() {
        let Some(page) = site.page(&format!("src/diff-one/{}", path.to_str().unwrap())) else { continue };
        assert_eq!((listed(&page), marked(&page)), (Said::default(), Default::default()), "{}", path.display());
    }
}

/// The text of a line that a page of a patch shows.
fn shown(html: &str) -> String {
    let text: String = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}

/// Compares all lines of a page of changes that have a link to a line with that line; gives how many there are.
fn check_links(site: &Site, package: &str, page: &str) -> usize {
    let rows = page.split("<tr").filter(|row| row.contains("#L") && row.contains("-new-"));
    let check = |row: &str| {
        let (link, rest) = row.split_once("<a href=\"").unwrap().1.split_once("\">").unwrap();
        let line = rest.split_once("</td><td>").unwrap().1.split("</td>").next().unwrap();
        let (address, number) = link.split_once("#L").unwrap();
        let file = address.rsplit_once(&format!("src/{package}/1.0-1/")).unwrap().1;
        let file = String::from_utf8(decode(file).unwrap()).unwrap();
        let raw = site.public().join(format!("data/main/{}/{package}/1.0-1/{file}", &package[..1]));
        let bytes = std::fs::read(&raw).unwrap();
        let expected = lines(&bytes)[number.parse::<usize>().unwrap() - 1];
        assert_eq!(&shown(line)[1..], String::from_utf8_lossy(expected), "{package}: {row}");
    };
    rows.map(check).count()
}

#[test]
fn numbers_in_patches_lead_to_the_lines() {
    let packages = ["quilt-gz", "series-lines", "patch-twice", "patch-places", "patch-names", "deep"];
    let site = Site::built(&packages.map(|package| (package, "1.0-1")));
    let (mut checked, mut moved) = (0, 0);
    for package in packages {
        for path in tree(&site.public().join(format!("patches/{package}/1.0-1"))).keys() {
            let Some(page) = site.page(&format!("patches/{package}/1.0-1/{}", path.display())) else { continue };
            moved += page.matches("further down</span>").count() + page.matches("further up</span>").count();
            checked += check_links(&site, package, &page);
        }
        let upstream = upstream(package);
        let page = difference(&site, package);
        assert!(check_links(&site, package, &page) > 0, "{page}");
        for (path, bytes) in tree(&site.public().join(format!("data/main/{}/{package}/1.0-1", &package[..1]))) {
            let name = path.to_str().unwrap();
            let is_file = site.page(&format!("src/{package}/1.0-1/{name}.html.gz")).is_some();
            if is_file && is_of_upstream(name) {
                let differs = upstream.get(name) != Some(&bytes);
                assert_eq!(page.contains(&format!("aria-label=\"Changes of {name}\"")), differs, "{package}, {name}");
            }
        }
    }
    assert!(checked > 100 && moved > 50, "too little is checked: {checked} lines, {moved} hunks");
}

fn difference(site: &Site, package: &str) -> String {
    site.page(&format!("info/difference/{package}/1.0-1.html.gz")).unwrap()
}

#[test]
fn a_version_has_its_complete_difference_from_upstream() {
    let mut site = Site::built(&[
        ("diff-one", "1.0-1"),
        ("quilt-gz", "1.0-1"),
        ("native-gz", "1.0"),
        ("quilt-bz2", "1.0-1"),
        ("patch-git-rename", "1.0-1"),
        ("patch-new-gone", "1.0-1"),
        ("series-lines", "1.0-1"),
    ]);
    assert_has(
        &difference(&site, "diff-one"),
        &["What the package’s one diff changes", "<h2>Below debian/</h2>", "debian/control</a>"],
    );
    assert_has(
        &difference(&site, "quilt-gz"),
        &[
            "1 file, 1 line added, 1 line removed",
            "<a href=\"../../../patches/quilt-gz/1.0-1/return-zero.patch#file-1\">return-zero.patch</a>",
        ],
    );
    assert_has(&difference(&site, "patch-git-rename"), &["renamed from "]);
    assert_has(&difference(&site, "patch-new-gone"), &["<td>removed</td>", "<td>new</td>"]);
    for (package, version) in [("native-gz", "1.0"), ("quilt-bz2", "1.0-1")] {
        let page = site.page(&format!("patches/{package}/{version}/index.html.gz")).unwrap();
        assert!(!page.contains("Complete difference"), "{page}");
        assert!(!site.public().join(format!("info/difference/{package}")).exists());
    }
    let patches = site.page("patches/series-lines/1.0-1/index.html.gz").unwrap();
    assert_has(&patches, &["<a href=\"../../../info/difference/series-lines/1.0-1\">Complete difference</a>"]);
    assert_has(&patches, &["<a href=\"../../../info/series/series-lines/1.0-1.patch\">Series as one file</a>"]);
    let series = site.page("info/series/series-lines/1.0-1.patch.gz").unwrap();
    let diff = debpress::formats::unified_diff::parse(series.as_bytes()).unwrap();
    assert_eq!(diff.files.len(), 7, "{series}");
    assert!(!site.public().join("info/series/quilt-gz").exists());
    let rule = |package: &str, file: &str| {
        format!("[[exclude]]\npackage = \"{package}\"\nfiles = [\"{file}\"]\nreason = \"asked\"\n")
    };
    site.set(&[rule("quilt-gz", "debian/patches/return-zero.patch"), rule("diff-one", "gone")].concat());
    site.build().succeeds();
    let page = difference(&site, "quilt-gz");
    assert_has(&page, &["src/main.c</a> <span class=\"place\">a patch that changes it is not shown"]);
    assert!(!page.contains("class=\"hunk\""), "{page}");
    let page = difference(&site, "diff-one");
    let removed = page.split_once("<h3>gone/only").unwrap().1.split("</section>").next().unwrap();
    assert!(!removed.contains("hunk") && page.contains("class=\"hunk\""), "{page}");
    site.assert_equals_scratch();
}

#[test]
fn lines_of_a_patch_that_is_excluded_are_not_told() {
    let mut site = Site::built(&[("quilt-gz", "1.0-1"), ("patch-twice", "1.0-1")]);
    let page = |site: &Site| site.page("src/quilt-gz/1.0-1/src/main.c.html.gz").unwrap();
    assert_ne!(listed(&page(&site)), Said::default());
    for file in ["debian/patches/return-zero.patch", "debian/patches/series", "src/main.c"] {
        site.set(&format!("[[exclude]]\npackage = \"quilt-gz\"\nfiles = [\"{file}\"]\nreason = \"asked\"\n"));
        site.build().succeeds();
        let page = page(&site);
        assert_eq!((listed(&page), marked(&page)), (Said::default(), Default::default()), "{file}");
        site.assert_equals_scratch();
    }
    site.set("");
    site.build().succeeds();
    assert_ne!(listed(&page(&site)), Said::default());
}
