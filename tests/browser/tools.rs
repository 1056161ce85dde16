//! What judges pages: found, or loudly done without.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(crate) use crate::needed::required;

/// What judges pages, from the npm registry.
const JUDGES: [&str; 2] = ["axe-core@4.14.1", "lighthouse@12.2.3"];

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
