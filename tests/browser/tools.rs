//! What the tests need that cargo does not bring: found, or loudly done without.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What judges pages, from the npm registry.
const JUDGES: [&str; 2] = ["axe-core@4.14.1", "lighthouse@12.2.3"];

/// What was found, or `None` with a word to the reader; with `DEBPRESS_REQUIRE_TOOLS=1` that is a failure.
#[track_caller]
pub fn required<T>(what: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        assert!(std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "{what} is not there");
        eprintln!("SKIPPED, as {what} is not there; DEBPRESS_REQUIRE_TOOLS=1 makes this a failure");
    }
    found
}

/// The script of axe-core, which judges accessibility.
pub fn axe() -> Option<String> {
    std::fs::read_to_string(modules()?.join("axe-core/axe.min.js")).ok()
}

/// The program that Lighthouse is, for node.
pub fn lighthouse() -> Option<PathBuf> {
    Some(modules()?.join("lighthouse/cli/index.js"))
}

/// The folder of node modules with the judges, which are fetched at their first use.
fn modules() -> Option<&'static Path> {
    static MODULES: OnceLock<Option<PathBuf>> = OnceLock::new();
    MODULES.get_or_init(fetched).as_deref()
}

fn fetched() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let modules = folder.join("node_modules");
    if JUDGES.iter().all(|judge| judge.split('@').next().is_some_and(|name| modules.join(name).is_dir())) {
        return Some(modules);
    }
    std::fs::create_dir_all(&folder).ok()?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-save"]).args(JUDGES).current_dir(&folder);
    npm.status().is_ok_and(|status| status.success()).then_some(modules)
}
