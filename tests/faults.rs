//! A run that is killed at any moment leaves nothing that hurts.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;

use std::process::{Command, Stdio};

use site::{Site, assert_same_tree};

/// System calls at which runs are killed, and how many of the calls of each are tried.
const KILLED_AT: [(&str, usize); 5] = [("rename", 12), ("renameat2", 4), ("write", 12), ("mkdir", 4), ("unlink", 4)];

fn has_strace() -> bool {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(there || std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "strace is not installed");
    if !there {
        eprintln!("SKIPPED: strace is not installed");
    }
    there
}

/// An archive of two states: runs are killed on the way from the first to the second.
fn prepared() -> Site {
    let mut site = Site::new();
    for (package, version) in [("quilt-gz", "1.0-1"), ("native-gz", "1.0"), ("diff-one", "1.0-1")] {
        site.archive.add("one", "main", package, version);
    }
    site.build().succeeds();
    site.archive.remove("one", "diff-one", "1.0-1");
    site.archive.add("one", "contrib", "components", "1.0-1");
    site.archive.add("two", "main", "native-gz", "1.0");
    site.set("[site]\ntitle = \"Another title\"");
    site.archive.write();
    site
}

/// Runs a build under strace with these further arguments.
fn traced(site: &Site, arguments: &[&str]) {
    let status = Command::new("strace")
        .args(["-f", "-qq"])
        .args(arguments)
        .arg(env!("CARGO_BIN_EXE_debpress"))
        .args(["build", "--quiet"])
        .current_dir(site.path())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    // Killed or not, what counts is what the next run makes of it.
    let _ = status;
}

fn calls(system_call: &str) -> usize {
    let site = prepared();
    let log = site.path().join("trace");
    traced(&site, &["-e", &format!("trace={system_call}"), "-o", log.to_str().unwrap()]);
    std::fs::read_to_string(log).unwrap().lines().filter(|line| line.contains(&format!("{system_call}("))).count()
}

#[test]
fn killed_at_any_system_call_the_next_run_makes_the_same_bytes() {
    if !has_strace() {
        return;
    }
    let undisturbed = prepared();
    undisturbed.rebuild().succeeds();
    let mut tried = 0;
    for (system_call, times) in KILLED_AT {
        let calls = calls(system_call);
        for time in 0..times.min(calls) {
            let at = 1 + time * calls / times.min(calls);
            let site = prepared();
            traced(&site, &["-o", "/dev/null", "-e", &format!("inject={system_call}:signal=KILL:when={at}")]);
            site.rebuild().succeeds();
            assert_same_tree(&site.public(), &undisturbed.public());
            tried += 1;
        }
    }
    assert!(tried >= 30, "only {tried} kills were tried");
}
