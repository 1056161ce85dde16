//! What became of patches from one version of a package to the next.
//!
//! Versions are given by their positions in a list, the oldest first; a patch by its position among the applied patches
//! of its version.

use super::{DiffLineKind, PatchChange};

/// What became of one patch between two series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparedPatch {
    /// Its position in the older series; `None` when it is new.
    pub old: Option<usize>,
    /// Its position in the newer series; `None` when it was dropped.
    pub new: Option<usize>,
    /// What differs.
    pub change: PatchChange,
    /// Whether it has another name.
    pub renamed: bool,
}

/// Two series, compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesComparison {
    /// The older version.
    pub old: usize,
    /// The newer version.
    pub new: usize,
    /// Their patches, in the order of the newer series; then those that were dropped, in the order of the older one.
    pub patches: Vec<ComparedPatch>,
}

/// The life of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchLife {
    /// The version that has it first.
    pub since: usize,
    /// What it is in that version and in each one after it, without gaps; never empty.
    pub stages: Vec<PatchStage>,
}

impl PatchLife {
    /// The last version that has it.
    pub fn last(&self) -> usize {
        (self.since + self.stages.len()).saturating_sub(1)
    }

    /// What it is in a version; `None` when that does not have it.
    pub fn stage(&self, version: usize) -> Option<&PatchStage> {
        self.stages.get(version.checked_sub(self.since)?)
    }
}

/// A patch in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchStage {
    /// Its position in the series.
    pub patch: usize,
    /// What differs from the version before; `None` in the oldest version of all.
    pub change: Option<PatchChange>,
    /// Whether it has another name than in the version before.
    pub renamed: bool,
}

/// A line in which two patches differ: one that only one of them adds or removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterdiffLine {
    /// The file that the patch changes.
    pub file: Vec<u8>,
    /// Whether the newer patch has it; otherwise the older one.
    pub is_new: bool,
    /// Whether the patch adds or removes it.
    pub kind: DiffLineKind,
    /// The line, without its newline.
    pub text: Vec<u8>,
}
