//! What unpacking did with the patches of a version.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Applied, EntryPath, FileBlame, HunkOrigin, LineOrigin, Place, RemovedRun};

/// What applying a series of patches did to the files of a version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AppliedSeries {
    /// The patches, in the order in which they were applied.
    pub patches: Vec<AppliedPatch>,
    /// The files that have lines of patches or lack lines, and are there after all patches, sorted by path.
    pub files: Vec<(EntryPath, FileBlame)>,
    /// What was there before all patches at each path that one of them wrote or removed, sorted by path; `None` where no
    /// file was.
    pub before: Vec<(EntryPath, Option<Place>)>,
}

/// A patch that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPatch {
    /// The file that the series names; `None` when it names it by way of `..`.
    pub path: Option<EntryPath>,
    /// What it did.
    pub applied: Applied,
}

impl AppliedSeries {
    /// Where the lines of a file come from; `None` when no patch changed it.
    pub fn blame(&self, path: &[u8]) -> Option<&FileBlame> {
        let at = self.files.binary_search_by(|(other, _)| other.as_bytes().cmp(path)).ok()?;
        self.files.get(at).map(|(_, blame)| blame)
    }

    /// What is marked beside the lines of a file, of all patches.
    pub fn marks(&self, path: &[u8]) -> Option<LineMarks> {
        self.blame(path).map(|blame| blame.marks(|_| true))
    }

    /// What a patch did, and its position in the series.
    pub fn patch(&self, path: &EntryPath) -> Option<(u32, &Applied)> {
        (0..)
            .zip(&self.patches)
            .find(|(_, patch)| patch.path.as_ref() == Some(path))
            .map(|(at, patch)| (at, &patch.applied))
    }
}

impl FileBlame {
    /// Whether a patch changed the file's lines.
    pub fn is_changed(&self) -> bool {
        self.gaps().next().is_some() || self.brought().next().is_some()
    }

    /// How many lines the file has.
    pub fn line_count(&self) -> u64 {
        self.lines.iter().map(|run| run.count).sum()
    }

    /// The lines that patches brought, counted from 1, as runs in order with the hunk of each.
    pub fn brought(&self) -> impl Iterator<Item = (Range<u64>, HunkOrigin)> {
        self.lines.iter().filter_map(|run| match run.origin {
            LineOrigin::Patch(by) => Some((run.first..run.first + run.count, by)),
            LineOrigin::Upstream(_) => None,
        })
    }

    /// Where lines of upstream are gone, in order.
    pub fn gaps(&self) -> impl Iterator<Item = &RemovedRun> {
        self.removed.iter().filter(|run| matches!(run.origin, LineOrigin::Upstream(_)))
    }

    /// What is marked beside the lines of the file; of patches, by their positions, that `is_shown`.
    pub fn marks(&self, is_shown: impl Fn(u32) -> bool) -> LineMarks {
        LineMarks {
            lines: self.line_count(),
            brought: self.brought().filter(|(_, by)| is_shown(by.patch)).map(|(lines, _)| lines).collect(),
            gaps: self.gaps().filter(|gap| is_shown(gap.by.patch)).map(|gap| gap.after).collect(),
        }
    }
}

/// What is marked beside the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineMarks {
    /// How many lines the file has: a text that has another number is not the one that is meant.
    pub lines: u64,
    /// Lines that are not upstream's, counted from 1, in order.
    pub brought: Vec<Range<u64>>,
    /// Lines after which lines of upstream are gone, in order; 0 is before the first.
    pub gaps: Vec<u64>,
}
