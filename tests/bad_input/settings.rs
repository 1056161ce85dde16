//! Settings that cannot be read, or do not go together.

use crate::published;

const ARCHIVE: &str = "[[archive]]\nname = \"press\"\nurl = \"archive\"\ntrusted = true\n";

/// What a build says of a `site.toml` that has these lines behind those of an archive.
#[track_caller]
fn told(more: &str) -> String {
    let site = published();
    site.write_settings(&format!("{ARCHIVE}{more}\n"));
    site.refuses(&["build"], 1)
}

#[test]
fn no_settings() {
    let site = published();
    std::fs::remove_file(site.path().join("site.toml")).unwrap();
    assert_eq!(
        site.refuses(&["build"], 1),
        "error: no site.toml in SITE or a folder above it\n  \
         hint: `debpress init --archive URL --suite SUITE` writes one\n"
    );
    assert!(site.refuses(&["build", "--config", "none.toml"], 1).contains("cannot read none.toml: No such file"));
}

#[test]
fn settings_that_are_not_toml() {
    assert!(told("[site]\ntitle = Sources").starts_with("error: SITE/site.toml:6: string values must be quoted"));
    assert!(told("<html>").starts_with("error: SITE/site.toml:5: key with no value"));
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_key() {
    assert_eq!(
        told("\n[output]\nencodin = \"gzip\""),
        "error: SITE/site.toml:7: unknown key `encodin`\n  hint: the nearest known key is `encoding`\n"
    );
    assert_eq!(
        told("sutes = [\"one\"]"),
        "error: SITE/site.toml:5: unknown key `sutes`\n  hint: the nearest known key is `suites`\n"
    );
    assert_eq!(
        told("[ouput]"),
        "error: SITE/site.toml:5: unknown key `ouput`\n  hint: the nearest known key is `output`\n"
    );
}

#[test]
fn values_that_are_none() {
    assert!(told("[output]\nencoding = \"zip\"").contains(":6: unknown variant `zip`, expected `gzip` or `plain`"));
    assert!(told("[output]\ndeflate-level = 300").contains(":6: invalid value: integer `300`"));
    assert!(told("[output]\ndeflate-level = 13").contains("`deflate-level` is a number from 1 to 12"));
    assert!(told("[limits]\nseconds = \"long\"").contains(":6: invalid type: string \"long\", expected u64"));
    assert!(told("areas = [\"a/b\"]").contains(":5: `a/b` is not an area"));
    assert!(told("[[exclude]]\npackage = \"A b\"\nreason = \"x\"").contains(":6: `A b` is not a source package name"));
    assert!(told("[[exclude]]\npackage = \"ab\"").contains(":5: missing field `reason`"));
    let glob = told("[[exclude]]\npackage = \"ab\"\nfiles = [\"a[\"]\nreason = \"x\"");
    assert!(glob.contains("[[exclude]] of `ab`: `a[` is not a glob: "), "{glob}");
}

#[test]
fn a_base_url_that_is_none() {
    for url in ["sources.example.org", "https://", "https:///x", "https://a b/", "https://example.org/?q", "ftp://a/"] {
        assert_eq!(
            told(&format!("[site]\nbase-url = {url:?}")),
            format!(
                "error: SITE/site.toml: `base-url` (`{url}`) is not the address of a folder\n  \
                 hint: such as https://sources.example.org/\n"
            )
        );
    }
}

#[test]
fn an_archive_whose_url_is_none() {
    let site = published();
    site.write_settings("[[archive]]\nname = \"press\"\nurl = \"http://a b/\"\ntrusted = true\n");
    let told = site.refuses(&["build"], 1);
    assert_eq!(told, "error: SITE/site.toml: the `url` of archive `press` (`http://a b/`) is not an address\n");
}

#[test]
fn folders_within_one_another() {
    for more in ["[cache]\ndir = \"public/cache\"", "[output]\ndir = \".\"", "[output]\ndir = \"cache/../cache\""] {
        let told = told(more);
        assert_eq!(told, "error: SITE/site.toml: `output.dir` and `cache.dir` must not lie in one another\n");
    }
}

#[test]
fn words_on_the_command_line_that_make_no_sense() {
    let site = published();
    let told = |arguments: &[&str], code| site.refuses(arguments, code);
    assert!(told(&["biuld"], 2).contains("a similar subcommand exists: 'build'"));
    assert!(told(&["build", "--jobs", "0"], 2).contains("0 is not in 1..=1024"));
    assert!(told(&["build", "--now", "tomorrow"], 2).contains("`tomorrow` is not a date (such as `2026-07-11`"));
    assert!(told(&["build", "--only", "A b"], 2).contains("`A b` is not a source package name"));
    assert!(told(&["purge", "lib=", "--reason", "x"], 2).contains("`` is not a"));
    for option in ["--only", "--explain"] {
        let unknown = "error: no package `nosuch` in the suites and areas of the settings\n";
        assert_eq!(told(&["build", option, "nosuch"], 1), unknown);
    }
}
