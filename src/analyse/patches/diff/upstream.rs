//! The two parts of one diff that changes upstream's files and debian/ (format 1.0).

use std::ops::Range;

use crate::model::{PatchDiff, PatchedFile};

/// Whether a file's diff is about the folder debian/.
pub fn concerns_debian(file: &PatchedFile) -> bool {
    let names = [&file.old, &file.new];
    names.into_iter().flatten().all(|name| name.starts_with(b"debian/"))
}

/// Where the changes to upstream's files stand in a diff: the ranges, one after the other, are a patch file of their
/// own, the virtual patch of the package. Neighbours are joined.
pub fn upstream(diff: &PatchDiff) -> Vec<Range<u64>> {
    ranges(diff, |file| !concerns_debian(file))
}

/// Where the changes below debian/ stand in a diff, likewise.
pub fn packaging(diff: &PatchDiff) -> Vec<Range<u64>> {
    ranges(diff, concerns_debian)
}

fn ranges(diff: &PatchDiff, is_meant: impl Fn(&PatchedFile) -> bool) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for file in diff.files.iter().filter(|file| is_meant(file)) {
        match ranges.last_mut() {
            Some(last) if last.end == file.head.start => last.end = file.end,
            _ => ranges.push(file.head.start..file.end),
        }
    }
    ranges
}
