//! What several tests share: a source package unpacked by the library, and by `dpkg-source` as the judge.

pub(crate) mod judge;
pub(crate) mod mangled;
pub(crate) mod memory_parts;

use std::path::{Path, PathBuf};

/// Every `.dsc` below a folder, sorted.
pub(crate) fn dsc_files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    entries.map(|entry| entry.into_path()).filter(|path| path.extension().is_some_and(|it| it == "dsc")).collect()
}

/// The lines in which two manifests differ, the first ones, for a message.
pub(crate) fn difference(ours: &[String], theirs: &[String]) -> String {
    let only = |sign: &str, a: &[String], b: &[String]| -> String {
        a.iter().filter(|line| !b.contains(line)).take(10).map(|line| format!("  {sign} {line}\n")).collect()
    };
    only("+", ours, theirs) + &only("-", theirs, ours)
}
