//! What is known of the patches of a version, without their hunks: those are read again when a patch is shown.

use serde::{Deserialize, Serialize};

use super::{
    AppliedWhen, BugReference, ChangeKind, DiffFormat, EntryPath, PatchHeader, PatchIds, SourceSeries, UnreadableDiff,
};

/// What is known of the patches of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchesFacts {
    /// How the package carries its changes, and in which order.
    pub series: SourceSeries,
    /// The patches that its lists name and that are files, each once, sorted by path.
    pub patches: Vec<PatchFacts>,
}

impl PatchesFacts {
    /// What is known of the patch in this file.
    pub fn patch(&self, path: &EntryPath) -> Option<&PatchFacts> {
        let at = self.patches.binary_search_by(|patch| patch.path.cmp(path)).ok()?;
        self.patches.get(at)
    }

    /// The patches of the list that is applied, in its order, each once.
    pub fn applied(&self) -> Vec<&PatchFacts> {
        let entries = self.series.applied_list().map_or(&[][..], |list| &list.entries);
        let mut seen = std::collections::BTreeSet::new();
        let first = entries.iter().filter_map(|entry| entry.path.as_ref()).filter(|path| seen.insert(*path));
        first.filter_map(|path| self.patch(path)).collect()
    }

    /// Whether the files of the tree have the changes of the patches.
    pub fn is_in_tree(&self) -> bool {
        self.series.applied == AppliedWhen::Unpacking
    }
}

/// What is known of one patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchFacts {
    /// Where it is in the package.
    pub path: EntryPath,
    /// The file that is there or that the link there leads to.
    pub place: EntryPath,
    /// Its length in bytes; that of what is in it when the file is compressed.
    pub length: u64,
    /// Whether only its beginning was read.
    pub is_cut: bool,
    /// What it says of itself.
    pub header: PatchHeader,
    /// Bugs that its name has.
    pub named_bugs: Vec<BugReference>,
    /// Bugs that debian/changelog names together with it.
    pub changelog_bugs: Vec<BugReference>,
    /// How its changes are written.
    pub format: DiffFormat,
    /// The files that it changes, in its order; the same file may come more than once.
    pub files: Vec<FileChange>,
    /// How many further diffs of files there are.
    pub files_left: u32,
    /// Where it cannot be read any further.
    pub unreadable: Option<UnreadableDiff>,
    /// Lines added in all files.
    pub added: u64,
    /// Lines removed in all files.
    pub removed: u64,
    /// What it is found by in other versions; `None` when it has no diff, or cannot be read to its end.
    pub ids: Option<PatchIds>,
}

/// What a patch does to one file. Names are bytes as the patch has them: they may lead anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The name after the change, or the one before when the file is removed.
    pub name: Vec<u8>,
    /// The name before, when it was another one.
    pub renamed_from: Option<Vec<u8>>,
    /// What is done.
    pub kind: ChangeKind,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// How many hunks there are.
    pub hunks: u32,
}

/// The hunks of a patch as lines for a page, as many as are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownPatch {
    /// For each file of the patch, in its order, the hunks.
    pub files: Vec<Vec<ShownHunk>>,
    /// How many lines are left out.
    pub lines_left: u64,
}

/// A hunk as lines for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownHunk {
    /// The first line in the old file, as written.
    pub old_start: u64,
    /// How many lines of the old file it covers.
    pub old_lines: u64,
    /// The first line in the new file, as written.
    pub new_start: u64,
    /// How many lines of the new file it covers.
    pub new_lines: u64,
    /// What stands after the second `@@`, not yet escaped for HTML.
    pub section: String,
    /// Its lines; the last ones may be left out.
    pub lines: Vec<DiffLine>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// In which of the two files it is.
    pub kind: DiffLineKind,
    /// The line as HTML, without its newline.
    pub html: String,
    /// Whether it ends with a newline in its file.
    pub has_newline: bool,
}

/// In which of the two files a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiffLineKind {
    /// In both.
    Context,
    /// In the old file only.
    Delete,
    /// In the new file only.
    Insert,
}
