//! What the diffs of a patch file change, where, and which lines of the result they brought.
//!
//! Paths are bytes as written in the diff: they may lead anywhere and are to be shown, never followed. Ranges are
//! positions in the patch file, so that a page can show its bytes as they are.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{EntryPath, Sha1};

/// The diffs of a patch file. The default is that of an empty file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatchDiff {
    /// How the changes are written.
    pub format: DiffFormat,
    /// The length of the patch file in bytes.
    pub length: u64,
    /// The diffs of single files, in the order of the patch; the same file may come more than once.
    pub files: Vec<PatchedFile>,
    /// Where the file cannot be read any further; what comes before is in [`files`](Self::files).
    pub unreadable: Option<UnreadableDiff>,
}

impl PatchDiff {
    /// The bytes before the first diff; all when there is none.
    pub fn header(&self) -> Range<u64> {
        0..self.files.first().map_or(self.length, |file| file.head.start)
    }

    /// The bytes after the last diff; none when there is no diff.
    pub fn trailer(&self) -> Range<u64> {
        self.files.last().map_or(self.length, |file| file.end)..self.length
    }

    /// Lines added in all files.
    pub fn added(&self) -> u64 {
        self.files.iter().map(|file| file.added).sum()
    }

    /// Lines removed in all files.
    pub fn removed(&self) -> u64 {
        self.files.iter().map(|file| file.removed).sum()
    }

    /// The file as pieces without gaps, in order: text, headers, hunks, what a binary diff holds. Together they are
    /// the file. Empty pieces are left out.
    pub fn pieces(&self) -> Vec<Range<u64>> {
        let cuts = self.files.iter().flat_map(|file| {
            let hunks = file.hunks.iter().flat_map(|hunk| [hunk.bytes.start, hunk.bytes.end]);
            [file.head.start, file.head.end].into_iter().chain(hunks).chain([file.end])
        });
        let mut pieces = Vec::new();
        let mut start = 0;
        for end in cuts.chain([self.length]) {
            if end > start {
                pieces.push(start..end);
                start = end;
            }
        }
        pieces
    }
}

/// How changes are written in a patch file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffFormat {
    /// There is no byte in the file.
    #[default]
    Empty,
    /// There is text but no diff.
    Text,
    /// Unified diffs (POSIX `diff -u`), or git's headers alone.
    Unified,
    /// Context diffs (POSIX `diff -c`); not read any further.
    Context,
    /// Normal diffs (POSIX `diff`); not read any further.
    Normal,
    /// Commands for `ed` (POSIX `diff -e`); not read any further.
    Ed,
}

/// Where and why a patch file cannot be read any further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableDiff {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong with it, as a sentence.
    pub problem: String,
}

/// What a diff does to its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Lines are changed.
    #[default]
    Modified,
    /// The file is new, or has no line before.
    Added,
    /// The file is removed, or has no line after.
    Removed,
    /// The file gets another name; lines may be changed too.
    Renamed,
    /// A copy of the file is made; lines may be changed too.
    Copied,
    /// Only the mode is changed.
    Mode,
    /// Bytes that are no lines are changed; they are not read.
    Binary,
    /// The headers are there and change nothing.
    Nothing,
}

/// The diff of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatchedFile {
    /// The name before, with as many components taken off as asked for; `None` when there is none.
    pub old: Option<Vec<u8>>,
    /// The name after.
    pub new: Option<Vec<u8>>,
    /// What is done to the file.
    pub kind: ChangeKind,
    /// Type and permissions before, as in `st_mode`, when the headers say them.
    pub old_mode: Option<u32>,
    /// Type and permissions after.
    pub new_mode: Option<u32>,
    /// Lines that are added.
    pub added: u64,
    /// Lines that are removed.
    pub removed: u64,
    /// The header lines.
    pub head: Range<u64>,
    /// The hunks, in order.
    pub hunks: Vec<PatchHunk>,
    /// The end of all that belongs to this file; text follows, or the next diff.
    pub end: u64,
}

impl PatchedFile {
    /// The name to show: the one after, or the one before when the file is removed.
    pub fn name(&self) -> &[u8] {
        self.new.as_deref().or(self.old.as_deref()).unwrap_or_default()
    }
}

/// One hunk: a run of changes with the lines around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchHunk {
    /// The line of its `@@` header in the patch file, counted from 1.
    pub line: u64,
    /// The first line in the old file as written; 0 or the line before when [`old_lines`](Self::old_lines) is 0.
    pub old_start: u64,
    /// How many lines of the old file it covers.
    pub old_lines: u64,
    /// The first line in the new file as written.
    pub new_start: u64,
    /// How many lines of the new file it covers.
    pub new_lines: u64,
    /// The text after the second `@@`: usually the function around.
    pub section: Vec<u8>,
    /// Lines that it adds.
    pub added: u64,
    /// Lines that it removes.
    pub removed: u64,
    /// Where it is in the patch file.
    pub bytes: Range<u64>,
}

/// A checksum of changes that does not depend on where they are, nor on blanks in them. It is what
/// `git patch-id --stable` (`git-patch-id(1)`) gives for the same diffs with git's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PatchId(pub Sha1);

/// What two versions of a patch are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PatchIds {
    /// Of the hunks to the byte, with their places.
    pub exact: PatchId,
    /// Of the hunks with their context, as git does it.
    pub hunks: PatchId,
    /// Of the added and removed lines alone.
    pub changes: PatchId,
}

/// What became of a patch between two versions of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchChange {
    /// The hunks are identical, their places too; the header may differ.
    Same,
    /// It adds and removes the same lines; context, blanks or places differ.
    Refreshed,
    /// It adds or removes other lines.
    Changed,
    /// It is in the newer series only.
    New,
    /// It is in the older series only.
    Dropped,
}

/// What a patch did when it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// One for every diff in the patch, in its order.
    pub files: Vec<AppliedFile>,
}

/// What the diff of one file did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFile {
    /// The file that was read; another one than [`path`](Self::path) for renames and copies only.
    pub input: EntryPath,
    /// The file that was changed, created or removed.
    pub path: EntryPath,
    /// How many lines each hunk was found below (or above, when negative) the place that it names.
    pub offsets: Vec<i64>,
}

/// Which patch brought which lines of a file, and what was removed where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileBlame {
    /// The file before the patches that its lines from upstream are of: another one when a patch renamed or copied it,
    /// `None` when a patch created it.
    pub source: Option<EntryPath>,
    /// All lines of the file, in order, as runs of one origin.
    pub lines: Vec<BlameRun>,
    /// Lines that are gone, in the order of their places.
    pub removed: Vec<RemovedRun>,
}

/// A run of lines of one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlameRun {
    /// The first line of the run in the file, counted from 1.
    pub first: u64,
    /// How many lines it has; never 0.
    pub count: u64,
    /// Where they come from.
    pub origin: LineOrigin,
}

/// Where lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineOrigin {
    /// They were there before the patches, from this line of that file on.
    Upstream(u64),
    /// A hunk brought them.
    Patch(HunkOrigin),
}

/// A hunk of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HunkOrigin {
    /// The position of the patch in the series, from 0.
    pub patch: u32,
    /// The position of the file's diff in the patch, from 0.
    pub file: u32,
    /// The position of the hunk in that diff, from 0.
    pub hunk: u32,
}

/// Lines that a hunk removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedRun {
    /// How many lines of the final file stand before the place.
    pub after: u64,
    /// How many lines were removed; never 0.
    pub count: u64,
    /// Where the removed lines came from: upstream, or an earlier patch.
    pub origin: LineOrigin,
    /// The hunk that removed them.
    pub by: HunkOrigin,
}
