//! The pages of licences, from packages to published files.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use site::{Site, assert_has, tree};

fn site(packages: &[(&str, &str)]) -> Site {
    Site::built(packages)
}

fn read(site: &Site, path: &str) -> String {
    site.page(path).unwrap_or_else(|| panic!("there is no {path}"))
}

fn licences(site: &Site, package: &str, version: &str) -> String {
    read(site, &format!("copyright/license/{package}/{version}/index.html.gz"))
}

#[test]
fn a_page_tells_what_is_declared_and_what_is_wrong() {
    let site = site(&[("copyright-files", "1.0-1")]);
    let page = licences(&site, "copyright-files", "1.0-1");
    let src = "../../../../src/copyright-files/1.0-1/";
    assert_has(
        &page,
        &[
            "Mainly under <b>CC0-1.0</b>. 13 files in all.",
            "<td class=\"name\">CC0-1.0</td><td class=\"number\">5</td><td class=\"number\">38.4 %</td>",
            "Licence text missing",
            &format!("<a href=\"{src}debian/copyright#L23\">line 23</a> <code>Artistic-1.0</code>"),
            &format!("<a href=\"{src}debian/\">debian/*</a> <span class=\"place\">5 files</span>"),
            "<section id=\"files-0\">",
            "<section id=\"license-0\">",
            "<span class=\"place\">in SPDX</span> (GPL-2.0-or-later OR Artistic-1.0-Perl) AND BSD-3-Clause",
        ],
    );
    let version = read(&site, "src/copyright-files/1.0-1/index.html.gz");
    assert_has(&version, &["copyright/license/copyright-files/1.0-1/\">CC0-1.0 and 3 others</a>"]);
    let file = read(&site, "src/copyright-files/1.0-1/debian/copyright.html.gz");
    assert_has(
        &file,
        &[" · licence <a href=\"../../../../copyright/license/copyright-files/1.0-1/#files-3\">CC0-1.0</a>"],
    );
    let list = read(&site, "copyright/license/copyright-files/index.html.gz");
    assert_has(&list, &["<a href=\"1.0-1/\">1.0-1</a>"]);
}

#[test]
fn a_page_exists_for_every_version() {
    let site = site(&[
        ("copyright-free-form", "1.0"),
        ("copyright-empty", "1.0"),
        ("copyright-link", "1.0"),
        ("copyright-none", "1.0-1"),
    ]);
    let page = licences(&site, "copyright-free-form", "1.0");
    assert_has(
        &page,
        &["<b>GPL-2.0-only</b>, as <a href=", "none of them is declared", "This package was debianized by"],
    );
    assert!(!read(&site, "src/copyright-free-form/1.0/README.html.gz").contains(" · licence "));
    assert_has(
        &licences(&site, "copyright-empty", "1.0"),
        &["There is nothing in debian/copyright", "The file is empty"],
    );
    let page = licences(&site, "copyright-link", "1.0");
    assert_has(&page, &["src/copyright-link/1.0/COPYING\">COPYING</a>", "Mainly under <b>MIT</b>"]);
    assert_has(&licences(&site, "copyright-none", "1.0-1"), &["This version has no debian/copyright."]);
}

#[test]
fn nothing_that_a_package_says_becomes_markup() {
    let site = site(&[("copyright-hostile", "1.0"), ("copyright-bad", "1.0-1")]);
    let page = licences(&site, "copyright-hostile", "1.0");
    for bad in ["<script>alert", "<img", "href=\"javascript", "\u{202e}", "\"onmouseover"] {
        assert!(!page.contains(bad), "{bad} in {page}");
    }
    assert_eq!(page.matches("<pre").count(), page.matches("</pre>").count(), "{page}");
    assert_has(&page, &["&lt;script&gt;alert(1)", "\\u{202e}"]);
    assert_has(&licences(&site, "copyright-bad", "1.0-1"), &["Not UTF-8"]);
}

#[test]
fn of_what_is_excluded_nothing_is_told() {
    let mut site = site(&[("copyright-files", "1.0-1"), ("copyright-link", "1.0")]);
    let rule = |package: &str, file: &str| {
        format!("[[exclude]]\npackage = \"{package}\"\nfiles = [\"{file}\"]\nreason = \"asked\"\n")
    };
    site.set(&[rule("copyright-files", "debian/rules"), rule("copyright-link", "COPYING")].concat());
    site.build().succeeds();
    assert_has(&licences(&site, "copyright-files", "1.0-1"), &["12 files in all."]);
    let page = licences(&site, "copyright-link", "1.0");
    assert_has(&page, &["is not shown: asked"]);
    assert!(!page.contains("Expat") && !page.contains("MIT"), "{page}");
    assert!(!read(&site, "src/copyright-link/1.0/README.html.gz").contains(" · licence "));
    assert_has(&read(&site, "src/copyright-link/1.0/index.html.gz"), &[">not shown</a>"]);
    site.assert_equals_scratch();
}

#[test]
fn versions_come_and_go() {
    let mut site = site(&[("copyright-files", "1.0-1"), ("copyright-link", "1.0")]);
    site.archive.remove("one", "copyright-link", "1.0");
    site.archive.add("one", "main", "copyright-order", "1.0");
    site.build().succeeds();
    assert!(!site.public().join("copyright/license/copyright-link").exists());
    site.assert_equals_scratch();
    site.run(&["purge", "copyright-order", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("copyright/license/copyright-order").exists());
    let is_fact = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|kind| kind == "facts")
            && path.components().any(|part| part.as_os_str() == "copyright")
    };
    assert_eq!(tree(&site.path().join("cache")).into_keys().filter(is_fact).count(), 1);
}

#[test]
fn the_page_of_a_file_tells_what_it_says_itself() {
    let site = site(&[("copyright-found", "1.0")]);
    let file = |path: &str| read(&site, &format!("src/copyright-found/1.0/{path}.html.gz"));
    assert_has(&file("agreed.c"), &[" · licence <a", ">Expat</a> · says <a href=\"agreed.c#L1\">MIT</a>"]);
    assert_has(
        &file("other.c"),
        &[" · says <a href=\"other.c#L3\">GPL-2.0-or-later</a> <b class=\"tag\">not declared</b>"],
    );
    assert_has(&file("image.png"), &[" · says <a href=\"image.png\">CC0-1.0</a>"]);
    assert_has(&file("data/table.tsv"), &[" · says <a href=\"table.tsv\">0BSD</a>"]);
    assert_has(&file("COPYING"), &[" · says <a href=\"COPYING\">the text of MIT</a>"]);
}

#[test]
fn what_files_say_is_held_against_what_is_declared() {
    let site = site(&[("copyright-found", "1.0")]);
    let page = licences(&site, "copyright-found", "1.0");
    assert_has(
        &page,
        &[
            "<td>not declared</td><td class=\"number\">4</td>",
            "<td>MIT</td><td>GPL-2.0-or-later</td><td><a href=\"../../../../src/copyright-found/1.0/other.c\">other.c</a></td>",
            "<td>Grace Example</td><td>2001-2002, 2022, 2025</td><td class=\"number\">4</td>",
            "vendor/lib.js\">vendor/lib.js</a></li>",
            "bin/tool\">bin/tool</a> <span class=\"place\">ELF</span>",
            "web/app.min.js\">web/app.min.js</a> <span class=\"place\">minified</span>",
        ],
    );
    assert!(!page.contains("ada@example.org"), "a holder's mail address: {page}");
    let files = read(&site, "info/licences/copyright-found/1.0.html.gz");
    assert_has(&files, &["#files-1\">ISC</a></td><td></td><td>only declared</td>", "<td>MIT</td><td>agreed</td>"]);
    let json = read(&site, "info/json/licences/copyright-found/1.0.json.gz");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let of = |name: &str| json["files"].as_array().unwrap().iter().find(|it| it["file"] == name).unwrap().clone();
    assert_eq!(of("other.c")["says"], serde_json::json!([{ "expression": "GPL-2.0-or-later", "line": 3 }]));
    assert_eq!(of("data/table.tsv")["says"], serde_json::json!([{ "expression": "0BSD" }]));
    assert_eq!(of("other.c")["agreement"], "conflicting");
    assert_eq!(of("bin/Tool.class")["compiled"], "java-class");
}

#[test]
fn the_list_of_versions_tells_what_changed() {
    let mut site = site(&[("copyright-files", "1.0-1")]);
    // The same package in another version, whose file names another licence.
    site.archive.add("one", "main", "copyright-changed", "1.0");
    site.archive.add("one", "main", "copyright-changed", "2.0");
    site.build().succeeds();
    let list = read(&site, "copyright/license/copyright-changed/index.html.gz");
    assert_has(
        &list,
        &[
            "<td>MIT and 1 other</td>",
            "2 changes",
            "changed <a href=\"2.0/#files-0\">*</a>: copyright",
            "added <a href=\"2.0/#files-1\">src/*</a>: ISC",
        ],
    );
    site.assert_equals_scratch();
}

#[test]
fn the_licences_of_the_archive_are_counted() {
    let mut site = site(&[("copyright-files", "1.0-1"), ("copyright-changed", "1.0"), ("copyright-free-form", "1.0")]);
    let home = read(&site, "copyright/index.html.gz");
    assert_has(
        &home,
        &[
            "<td><a href=\"stats/\">all</a></td><td class=\"number\">3</td><td class=\"number\">2</td><td class=\"number\">1</td>",
        ],
    );
    assert_has(
        &read(&site, "copyright/spdx/index.html.gz"),
        &["<a href=\"MIT\">MIT</a></td><td class=\"number\">2</td>"],
    );
    let licence = read(&site, "copyright/spdx/MIT.html.gz");
    assert_has(
        &licence,
        &["MIT License", "<td>copyright-changed</td><td><a href=\"../license/copyright-changed/1.0/\">1.0</a>"],
    );
    let findings = read(&site, "copyright/findings/index.html.gz");
    assert_has(&findings, &["<a href=\"license-text-missing\">Licence text missing</a>"]);
    assert_has(
        &read(&site, "copyright/findings/license-text-missing.html.gz"),
        &["<td>copyright-files</td>", "To mend it"],
    );
    let tsv = read(&site, "info/json/licences.tsv.gz");
    let rows: Vec<Vec<&str>> = tsv.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.contains(&vec!["copyright-changed", "1.0", "one", "MIT", "9"]), "{tsv}");
    let json: serde_json::Value = serde_json::from_str(&read(&site, "info/json/licences.json.gz")).unwrap();
    assert_eq!(json["versions"][0]["main"], "MIT");
    assert_has(&licence, &["The text, in one wording in 2 versions", "<pre class=\"text\">Permission is hereby"]);
    let statistics = read(&site, "copyright/stats/one/index.html.gz");
    assert_has(&statistics, &["<a href=\"../../spdx/MIT\">MIT</a></td><td class=\"number\">", "none declared"]);
    let before = site.history("licences/one/files/MIT");
    assert_eq!(before.len(), 1);
    site.archive.add("one", "main", "copyright-changed", "2.0");
    site.archive.remove("one", "copyright-changed", "1.0");
    site.build().succeeds();
    assert_has(&read(&site, "copyright/spdx/ISC.html.gz"), &["copyright-changed/2.0/"]);
    assert_ne!(site.history("licences/one/files/MIT"), before);
    assert_eq!(site.history("licences/one/versions"), [3], "what does not change is noted once");
    site.assert_equals_scratch();
    site.run(&["purge", "copyright-changed", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("copyright/spdx").exists());
    site.rebuild().succeeds();
    assert!(!read(&site, "info/json/licences.json.gz").contains("copyright-changed"));
}

#[test]
fn holders_are_listed_unless_the_settings_say_otherwise() {
    let mut site = site(&[("copyright-files", "1.0-1"), ("copyright-changed", "1.0")]);
    assert_has(&read(&site, "copyright/holders/index.html.gz"), &["name=\"robots\" content=\"noindex\""]);
    let letter = read(&site, "copyright/holders/a.html.gz");
    assert_has(
        &letter,
        &["<td class=\"name\">Ada Example</td>", "<a href=\"../license/copyright-files/\">copyright-files</a>"],
    );
    assert!(!letter.contains('@'), "{letter}");
    site.set("[site]\npeople = false\n");
    site.build().succeeds();
    assert!(!site.public().join("copyright/holders").exists());
    assert!(!read(&site, "copyright/index.html.gz").contains("holders"));
}

#[test]
fn a_file_that_packages_declare_differently_is_listed() {
    let mut site = site(&[("copyright-files", "1.0-1"), ("copyright-crlf", "1.0"), ("components", "1.0-1")]);
    let page = read(&site, "copyright/disagreements/index.html.gz");
    let path = "<a href=\"../../src/copyright-crlf/1.0/doc/.hidden/a.txt\">copyright-crlf 1.0</a>";
    assert_has(&page, &["<b>ISC</b>: 1, ", path, "<b>GPL-2.0-or-later</b>", "../sha256/#87428fc522803d31"]);
    let tsv = read(&site, "info/json/disagreements.tsv.gz");
    assert_has(&tsv, &["\tISC\t1\tcopyright-crlf\t1.0\tdoc/.hidden/a.txt\n"]);
    assert!(!tsv.contains("debian/"), "{tsv}");
    site.archive.remove("one", "copyright-crlf", "1.0");
    site.build().succeeds();
    assert!(!read(&site, "copyright/disagreements/index.html.gz").contains("copyright-crlf"));
    site.assert_equals_scratch();
    site.run(&["purge", "copyright-files", "--reason", "asked"]).succeeds();
    assert!(!read(&site, "info/json/disagreements.json.gz").contains("copyright-files"));
}
