//! Outlines and pages of symbols, made with ctags or without.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;
#[path = "common/tools.rs"]
mod tools;

use std::os::unix::fs::PermissionsExt as _;

use site::{Run, Site, tree};
use tools::required;

const ENABLED: &str = "[symbols]\nenabled = true\n";

/// A built site with symbols, or `None` with a word to the reader when there is no ctags.
fn site() -> Option<Site> {
    let version = std::process::Command::new("ctags").arg("--version").output();
    required("ctags", version.ok().filter(|output| output.status.success()))?;
    let mut site = Site::new();
    site.set(ENABLED);
    site.archive.add("one", "main", "contents", "1.0-1");
    site.build().succeeds();
    Some(site)
}

fn warnings(run: &Run) -> String {
    run.report()["warnings"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

const PAGE: &str = "info/symbols/contents/1.0-1/index.html.gz";
const DOCUMENT: &str = "info/json/symbols/contents/1.0-1.json.gz";
const FILE: &str = "src/contents/1.0-1/declared.py.html.gz";

#[test]
fn pages_tell_what_files_define() {
    let Some(site) = site() else { return };
    let document: serde_json::Value = serde_json::from_str(&site.page(DOCUMENT).unwrap()).unwrap();
    let files = document["files"].as_array().unwrap();
    let of_file = |name: &str| files.iter().find(|it| it["file"] == name).map(|it| it["symbols"].clone());
    let symbols = of_file("crlf.c").unwrap();
    let first = &symbols[0];
    let (name, line) = (first["name"].as_str().unwrap(), first["line"].as_u64().unwrap());
    let page = site.page("src/contents/1.0-1/crlf.c.html.gz").unwrap();
    assert!(page.contains(&format!("<a href=\"#L{line}\">{name}</a>")), "{page}");
    let all = site.page(PAGE).unwrap();
    assert!(all.contains(&format!("src/contents/1.0-1/crlf.c#L{line}")), "{all}");
    let count: usize = files.iter().map(|it| it["symbols"].as_array().unwrap().len()).sum();
    let version = site.page("src/contents/1.0-1/index.html.gz").unwrap();
    assert!(version.contains(&format!("info/symbols/contents/1.0-1/\">{count} symbols</a>")), "{version}");
    site.assert_equals_scratch();
}

#[test]
fn nothing_is_looked_for_twice() {
    let Some(site) = site() else { return };
    site.template(
        "note.html",
        "{% extends \"base.html\" %}{% block main %}<p>Mine</p>{{ note | safe }}{% endblock main %}",
    );
    let run = site.rebuild().succeeds();
    assert_eq!(run.report()["cache"]["outlines-made"], 0);
    assert_eq!(run.report()["cache"]["lexed-bytes"], 0);
}

#[test]
fn what_is_excluded_or_switched_off_is_not_told() {
    let Some(mut site) = site() else { return };
    let before = site.page(DOCUMENT).unwrap();
    assert!(before.contains("crlf.c"));
    site.set(&format!("{ENABLED}[[exclude]]\npackage = \"contents\"\nfiles = [\"crlf.c\"]\nreason = \"asked\"\n"));
    site.build().succeeds();
    assert!(!site.page(DOCUMENT).unwrap().contains("crlf.c"));
    assert!(!site.page(PAGE).unwrap().contains("crlf.c"));
    site.assert_equals_scratch();
    site.set("");
    site.build().succeeds();
    assert!(!site.public().join("info").join("symbols").exists() && !site.public().join(DOCUMENT).exists());
    assert!(!site.page(FILE).unwrap().contains("class=\"outline\""));
    site.assert_equals_scratch();
}

#[test]
fn a_takedown_reaches_symbols() {
    let Some(site) = site() else { return };
    site.run(&["purge", "contents", "--reason", "asked"]).succeeds();
    assert!(!site.public().join("info").join("symbols").exists() && !site.public().join(DOCUMENT).exists());
    let is_outline = |path: &std::path::PathBuf| path.extension().is_some_and(|kind| kind == "outlines");
    assert!(!tree(&site.path().join("cache")).into_keys().any(|path| is_outline(&path)));
}

#[test]
fn without_ctags_the_report_says_so_and_pages_have_no_outline() {
    let mut site = Site::new();
    site.set("[symbols]\ncommand = \"/nonexistent/ctags\"\n");
    site.archive.add("one", "main", "contents", "1.0-1");
    let run = site.build().succeeds();
    assert_eq!(
        warnings(&run),
        "pages have no symbols: `/nonexistent/ctags` cannot be run: No such file or directory (os error 2); \
         install universal-ctags, or say `enabled = false` in [symbols]"
    );
    assert!(!site.page(FILE).unwrap().contains("class=\"outline\""));
    assert!(!site.public().join(PAGE).exists());
}

#[test]
fn a_ctags_that_fails_costs_outlines_alone() {
    let mut site = Site::new();
    let program = site.path().join("broken-ctags");
    let script =
        "#!/bin/sh\n[ \"$2\" = --version ] && echo '+json +interactive +sandbox' && exit\nread request\nexit 1\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    site.set(&format!("[symbols]\ncommand = \"{}\"\n", program.display()));
    site.archive.add("one", "main", "contents", "1.0-1");
    let run = site.build().succeeds();
    let warnings = warnings(&run);
    assert!(
        warnings.starts_with("no symbols of ") && warnings.ends_with("ctags failed or took too long"),
        "{warnings}"
    );
    assert!(site.page(FILE).is_some());
}
