//! Which lines of a file patches brought, for its page.

use super::{PatchesContent, below_patches, hunks};
use crate::model::{AppliedSeries, Entry, EntryPath, FileBlame, LineMarks};
use crate::site::sources::PatchedHunk;

/// Which lines of files the patches brought that may be told of.
#[derive(Debug, Default)]
pub struct BlamedFiles<'a> {
    series: Option<&'a AppliedSeries>,
    /// For each patch of the series its path below debian/patches and its name; `None` for those that are not told of.
    patches: Vec<Option<(EntryPath, String)>>,
}

impl<'a> BlamedFiles<'a> {
    /// Looks through all patches once. Without a series nothing is known of lines.
    pub fn new(content: &PatchesContent<'_>, series: Option<&'a AppliedSeries>) -> Self {
        let Some((facts, series)) = content.facts().zip(series) else { return Self::hiding_all(series) };
        let name = |path: &EntryPath| {
            let below = below_patches(path);
            let text = String::from_utf8_lossy(below.as_bytes()).into_owned();
            (below, text)
        };
        let told = series.patches.iter().map(|patch| facts.patch(patch.path.as_ref()?).map(|patch| name(&patch.path)));
        Self { series: Some(series), patches: told.collect() }
    }

    fn hiding_all(series: Option<&'a AppliedSeries>) -> Self {
        Self { series, patches: Vec::new() }
    }

    /// The marks of a file of which not all can be shown, as some are of patches that are not told of: those that can.
    pub fn remaining_marks(&self, entry: &Entry) -> Option<LineMarks> {
        let blame = self.series?.blame(entry.path.as_bytes())?;
        let is_told = |patch: u32| self.patch(patch).is_some();
        let all = blame.marks(|_| true);
        let told = blame.marks(is_told);
        (all != told).then_some(told)
    }

    /// What each hunk did to a file that has `lines` lines, in the order of the series.
    pub fn of(&self, entry: &Entry, lines: u64) -> Vec<PatchedHunk<'_>> {
        let blame = self.series.and_then(|series| series.blame(entry.path.as_bytes()));
        blame.filter(|blame| blame.line_count() == lines).map(|blame| self.hunks(blame)).unwrap_or_default()
    }

    fn hunks(&self, blame: &FileBlame) -> Vec<PatchedHunk<'_>> {
        let mut hunks = std::collections::BTreeMap::new();
        for (lines, by) in blame.brought() {
            hunks.entry(by).or_insert_with(|| (Vec::new(), Vec::new())).0.push(lines);
        }
        for gap in blame.gaps() {
            hunks.entry(gap.by).or_insert_with(|| (Vec::new(), Vec::new())).1.push((gap.after, gap.count));
        }
        let told = hunks.into_iter().filter_map(|(by, (brought, removed))| {
            let (patch, name) = self.patch(by.patch)?;
            let file = hunks::file_id(by.file as usize);
            let anchor = hunks::hunk_id(&file, u64::from(by.hunk) + 1);
            Some(PatchedHunk { patch, name, file, anchor, number: by.hunk + 1, brought, removed })
        });
        told.collect()
    }

    fn patch(&self, position: u32) -> Option<&(EntryPath, String)> {
        self.patches.get(position as usize)?.as_ref()
    }
}
