//! What the tests need that cargo does not bring: found, or loudly done without.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of axe-core, which judges accessibility.
const AXE: &str = "axe-core@4.14.1";

/// What was found, or `None` with a word to the reader; with `DEBPRESS_REQUIRE_TOOLS=1` that is a failure.
#[track_caller]
pub fn required<T>(what: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        assert!(std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "{what} is not there");
        eprintln!("SKIPPED, as {what} is not there; DEBPRESS_REQUIRE_TOOLS=1 makes this a failure");
    }
    found
}

/// The script of axe-core, from the npm registry at its first use.
pub fn axe() -> Option<String> {
    let folder = installed(AXE)?;
    std::fs::read_to_string(folder.join("axe-core/axe.min.js")).ok()
}

/// The folder of node modules with a package.
fn installed(package: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let modules = folder.join("node_modules");
    if modules.join(package.split('@').next()?).is_dir() {
        return Some(modules);
    }
    std::fs::create_dir_all(&folder).ok()?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", package]).current_dir(&folder);
    npm.status().is_ok_and(|status| status.success()).then_some(modules)
}
