//! A run that is killed at any moment leaves nothing that hurts.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;
#[path = "common/strace.rs"]
mod strace;

use site::{Site, assert_same_tree};

/// System calls at which runs are killed, and how many of the calls of each are tried.
const KILLED_AT: [(&str, usize); 5] = [("rename", 12), ("renameat2", 4), ("write", 12), ("mkdir", 4), ("unlink", 4)];

const BUILD: [&str; 2] = ["build", "--quiet"];

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

#[test]
fn killed_at_any_system_call_the_next_run_makes_the_same_bytes() {
    if !strace::is_there() {
        return;
    }
    let undisturbed = prepared();
    undisturbed.rebuild().succeeds();
    let mut tried = 0;
    for (system_call, times) in KILLED_AT {
        let calls = strace::count(prepared().path(), system_call, &BUILD);
        for time in 0..times.min(calls) {
            let at = 1 + time * calls / times.min(calls);
            let site = prepared();
            strace::kill(site.path(), system_call, at, &BUILD);
            site.rebuild().succeeds();
            assert_same_tree(&site.public(), &undisturbed.public());
            tried += 1;
        }
    }
    assert!(tried >= 30, "only {tried} kills were tried");
}
