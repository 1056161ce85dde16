//! Lighthouse gives full marks for accessibility, best practices and what search engines want.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::accessibility::PAGES;
use crate::chromium::{self, FLAGS};
use crate::published::Published;
use crate::tools::{lighthouse, required};

/// Of each kind of page; that of what is not there gets none, as it is none.
const JUDGED: [&str; 12] = [
    "home",
    "package",
    "version",
    "folder",
    "file",
    "long file",
    "image",
    "binary",
    "licences",
    "licences of files",
    "patches",
    "patch",
];

/// What is short of full marks, with the rules that were not kept.
fn judge(program: &Path, lighthouse: &Path, address: &str) -> Vec<String> {
    let output = Command::new("timeout")
        .args(["120", "node"])
        .arg(lighthouse)
        .args([address, "--quiet", "--output=json", "--only-categories=accessibility,best-practices,seo"])
        .arg(format!("--chrome-flags={}", FLAGS.join(" ")))
        .env("CHROME_PATH", program)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).expect("Lighthouse writes a report");
    let categories = report["categories"].as_object().unwrap().values();
    categories
        .filter(|category| category["score"] != 1.0)
        .flat_map(|category| category["auditRefs"].as_array().unwrap())
        .map(|rule| &report["audits"][rule["id"].as_str().unwrap()])
        .filter(|audit| audit["score"].as_f64().is_some_and(|score| score < 1.0))
        .map(|audit| format!("{address}: {} {}", audit["title"], audit["details"]["items"]))
        .collect()
}

#[test]
fn lighthouse_gives_full_marks() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    let Some(lighthouse) = required("Lighthouse (from the npm registry)", lighthouse()) else { return };
    let published = Published::new();
    let pages = PAGES.iter().filter(|(page, _)| JUDGED.contains(page));
    let found: Vec<String> = pages.flat_map(|(_, path)| judge(&program, &lighthouse, &published.at(path))).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
