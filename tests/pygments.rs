//! The lexer agrees with Pygments on what is comment, string and other, once the differences that are listed with their
//! reasons are left out (`benches/lexers/pygments_differences.toml`).
#![allow(clippy::disallowed_methods, clippy::unwrap_used, dead_code, unreachable_pub)]

#[path = "../benches/lexers/src/classes.rs"]
mod classes;
#[path = "../benches/lexers/src/corpus.rs"]
mod corpus;
#[path = "common/tools.rs"]
mod tools;
mod lexer {
    pub use debpress::analyse::lexer::*;
}

use std::path::{Path, PathBuf};
use std::process::Command;

use tools::required;

/// The version that the differences were looked for in.
const PYGMENTS: &str = "pygments==2.20.0";

/// So many of the most frequent languages are judged.
const LANGUAGES: usize = 25;

/// So much of each must agree, in percent of the bytes that are judged.
const SHARE: f64 = 98.0;

/// A Python that has Pygments.
fn python() -> Option<PathBuf> {
    tools::python("pygments", &[PYGMENTS], "import pygments; assert pygments.__version__ == '2.20.0'")
}

/// The packages of the archive in `DEBPRESS_MIRROR`, unpacked; `None` without one.
fn packages() -> Option<tempfile::TempDir> {
    let mirror = std::env::var_os("DEBPRESS_MIRROR")?;
    let folder = tempfile::tempdir().unwrap();
    let found = walkdir::WalkDir::new(Path::new(&mirror).join("pool")).sort_by_file_name();
    for dsc in
        found.into_iter().map(Result::unwrap).filter(|it| it.path().extension().is_some_and(|kind| kind == "dsc"))
    {
        let name = dsc.path().file_stem().unwrap();
        let mut unpack = Command::new("dpkg-source");
        unpack.args(["--no-check", "--no-copy", "-x"]).arg(dsc.path()).arg(folder.path().join(name));
        assert!(unpack.output().unwrap().status.success(), "{}", dsc.path().display());
    }
    Some(folder)
}

#[test]
fn the_lexer_agrees_with_pygments() {
    let Some(python) = required("Pygments", python()) else { return };
    let Some(packages) = packages() else {
        eprintln!("SKIPPED, as DEBPRESS_MIRROR names no archive of real packages");
        return;
    };
    let runs = packages.path().join("runs.tsv");
    classes::write_runs(packages.path(), std::fs::File::create(&runs).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/lexers/pygments_agreement.py");
    let output = Command::new(python).arg(script).arg(&runs).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8(output.stdout).unwrap();
    let shares: Vec<(&str, f64)> = table.lines().skip(1).take(LANGUAGES).map(row).collect();
    assert_eq!(shares.len(), LANGUAGES, "{table}");
    let low: Vec<_> = shares.iter().filter(|(_, share)| *share < SHARE).collect();
    assert!(low.is_empty(), "{low:?}\n{table}");
}

/// The language of a row, and the share that is left when what is explained is left out.
fn row(line: &str) -> (&str, f64) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut shares = words.iter().enumerate().filter(|(_, word)| **word == "%").map(|(at, _)| words[at - 1]);
    (words[0], shares.next_back().unwrap().parse().unwrap())
}
