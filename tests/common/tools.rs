//! What the tests need that cargo does not bring: found, or loudly done without.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// What was found, or `None` with a word to the reader; with `DEBPRESS_REQUIRE_TOOLS=1` that is a failure.
#[track_caller]
pub(crate) fn required<T>(what: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        assert!(std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "{what} is not there");
        eprintln!("SKIPPED, as {what} is not there; DEBPRESS_REQUIRE_TOOLS=1 makes this a failure");
    }
    found
}

/// A Python that has these packages, in an environment with this name that is made at its first use. `check` is a
/// program that fails when they are not the right ones.
pub(crate) fn python(name: &str, packages: &[&str], check: &str) -> Option<PathBuf> {
    // Of tests that run at the same time, one makes it and the others wait.
    static MAKING: Mutex<()> = Mutex::new(());
    let _guard = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = folder.join("bin/python3");
    let runs = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    if python.is_file() && runs(Command::new(&python).args(["-c", check])) {
        return Some(python);
    }
    let is_made = runs(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        && runs(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages));
    is_made.then_some(python)
}
