//! Unified diffs: what a patch file says, before anybody applies it.
//!
//! [`parse`] reads a whole patch file once and borrows its lines. It reads what GNU patch 2.7 reads: text
//! between diffs is kept as text, `diff --git` headers may stand alone (renames, modes), names lose their first
//! component (`-p1`, the only depth that source packages use), hunks are taken by their counts. What a Debian
//! tool additionally refuses is not decided here (see [`unpack::patch`](crate::unpack::patch)).
//!
//! ```
//! let diff = debpress::formats::unified_diff::parse(b"Fix it\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n")?;
//! assert_eq!(diff.header(), b"Fix it\n");
//! assert_eq!(diff.files[0].hunks[0].lines.len(), 2);
//! # Ok::<(), debpress::formats::unified_diff::DiffError>(())
//! ```
//!
//! Depends on nothing else of the crate. Sources: POSIX.1-2017 `diff` (unified format) and `patch`, the manual of
//! GNU patch 2.7, `git-diff(1)` ("Generating patch text with -p").

mod header;
mod hunk;
mod lines;
mod name;
mod timestamp;

use std::ops::Range;

use lines::Lines;

/// Why a patch file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DiffError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: DiffProblem,
}

/// What is wrong with a line of a patch file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiffProblem {
    /// The numbers between the `@@` are missing or too large, or something else stands there.
    #[error("the hunk header is malformed (it should look like `@@ -1,2 +3,4 @@`)")]
    HunkHeader,
    /// A line of a hunk begins with another character, or there are more of its kind than the header counts.
    #[error("the hunk is malformed: this line does not fit the counts in its header")]
    HunkLine,
    /// The file ends inside a hunk.
    #[error("the patch ends in the middle of a hunk")]
    Truncated,
    /// A hunk that changes nothing.
    #[error("the hunk has no line that is added or removed")]
    NoChange,
    /// A context diff, a normal diff or an ed script.
    #[error("the diff is not in unified format; make it with `diff -u`")]
    NotUnified,
    /// A mail inside a mail (RFC 934).
    #[error("the diff is quoted with `- `; take it out of the message")]
    Quoted,
}

/// A parsed patch file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff<'a> {
    /// The diffs of single files, in the order of the patch; the same file may come more than once.
    pub files: Vec<FileDiff<'a>>,
    /// The text after the last diff; the whole file when there is none.
    pub trailer: &'a [u8],
}

impl<'a> Diff<'a> {
    /// The text before the first diff: a DEP-3 header, a mail, or nothing.
    pub fn header(&self) -> &'a [u8] {
        self.files.first().map_or(self.trailer, |file| file.text)
    }
}

/// The diff of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff<'a> {
    /// The text between the diff before and this one's first header line.
    pub text: &'a [u8],
    /// Where its headers are in the patch file, in bytes: from the first line that names a file up to the first hunk,
    /// or up to the last header line when there is no hunk.
    pub head: Range<usize>,
    /// The line of the first hunk, or the line after the headers when there is no hunk; counted from 1.
    pub line: usize,
    /// The name from `---`, or the first one of `diff --git`; without its first component. `None` for
    /// `/dev/null` and for names with one component only.
    pub old: Option<Vec<u8>>,
    /// The name from `+++`, or the second one of `diff --git`; like [`old`](Self::old).
    pub new: Option<Vec<u8>>,
    /// The name from an `Index:` line; it counts only when there is no other name.
    pub index: Option<Vec<u8>>,
    /// What the headers say of the file before the change.
    pub before: Presence,
    /// What the headers say of the file after the change.
    pub after: Presence,
    /// The word of a `Prereq:` line, which the old file has to contain.
    pub prerequisite: Option<Vec<u8>>,
    /// What a `diff --git` line and the extended headers below it say.
    pub git: Option<GitHeader<'a>>,
    /// The hunks in their order; none in a git diff that renames or changes a mode only.
    pub hunks: Vec<Hunk<'a>>,
}

/// What the headers of a diff say of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Presence {
    /// Nothing, so it is there and has content.
    #[default]
    Filled,
    /// No line of it is known: empty or not there.
    Empty,
    /// Not there: `/dev/null`, a time stamp of the epoch, `new file mode`, `deleted file mode`.
    Missing,
}

/// The extended headers of a git diff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitHeader<'a> {
    /// From `old mode`, `deleted file mode` or `index`: type and permissions as in `st_mode`.
    pub old_mode: Option<u32>,
    /// From `new mode`, `new file mode` or `index`.
    pub new_mode: Option<u32>,
    /// The text of `rename from`.
    pub rename_from: Option<&'a [u8]>,
    /// The text of `rename to`.
    pub rename_to: Option<&'a [u8]>,
    /// The text of `copy from`.
    pub copy_from: Option<&'a [u8]>,
    /// The text of `copy to`.
    pub copy_to: Option<&'a [u8]>,
    /// Whether a `GIT binary patch` follows, which is not read.
    pub binary: bool,
}

impl GitHeader<'_> {
    /// Whether the diff renames a file: both headers are there.
    pub fn renames(&self) -> bool {
        self.rename_from.is_some() && self.rename_to.is_some()
    }

    /// Whether the diff copies a file: both headers are there.
    pub fn copies(&self) -> bool {
        self.copy_from.is_some() && self.copy_to.is_some()
    }
}

/// One hunk: a run of changes with the lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// The line of its `@@` header, counted from 1.
    pub line: usize,
    /// The first line in the old file as written: 0 or the line before when [`old_lines`](Self::old_lines) is 0.
    pub old_start: u64,
    /// How many lines of the old file it covers.
    pub old_lines: u64,
    /// The first line in the new file as written.
    pub new_start: u64,
    /// How many lines of the new file it covers.
    pub new_lines: u64,
    /// The text after the second `@@`: usually the function around.
    pub section: &'a [u8],
    /// Where it is in the patch file, in bytes: header, lines, and the marks of missing newlines.
    pub bytes: Range<usize>,
    /// Its lines.
    pub lines: Vec<Line<'a>>,
}

impl<'a> Hunk<'a> {
    /// The lines of the old file, in order: context and deleted lines.
    pub fn old(&self) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(|line| line.kind != LineKind::Insert)
    }

    /// The context lines before the first change.
    pub fn leading_context(&self) -> usize {
        self.lines.iter().take_while(|line| line.kind == LineKind::Context).count()
    }

    /// The context lines after the last change.
    pub fn trailing_context(&self) -> usize {
        self.lines.iter().rev().take_while(|line| line.kind == LineKind::Context).count()
    }
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where the line is.
    pub kind: LineKind,
    /// Its bytes without the newline.
    pub text: &'a [u8],
    /// Whether it ends with a newline; no when `\ No newline at end of file` (in any language) follows.
    pub newline: bool,
}

/// In which of the two files a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// In both.
    Context,
    /// In the old file only.
    Delete,
    /// In the new file only.
    Insert,
}

/// Reads a patch file. One without any diff is no error: it has no [`files`](Diff::files).
///
/// # Errors
/// When a hunk is malformed or incomplete, or a diff is of another kind than unified.
pub fn parse(bytes: &[u8]) -> Result<Diff<'_>, DiffError> {
    let (diff, error) = parse_partly(bytes);
    error.map_or(Ok(diff), Err)
}

/// Reads a patch file as far as it can be read, for showing it: what stands before the error, and the error.
pub fn parse_partly(bytes: &[u8]) -> (Diff<'_>, Option<DiffError>) {
    let mut lines = Lines::new(bytes);
    let mut files = Vec::new();
    loop {
        let rest = lines.rest();
        let (mut file, layout) = match header::scan(&mut lines, files.is_empty()) {
            Ok(Some(found)) => found,
            Ok(None) => return (Diff { files, trailer: rest }, None),
            Err(error) => return (Diff { files, trailer: rest }, Some(error)),
        };
        let error = loop {
            match hunk::read(&mut lines, layout) {
                Ok(Some(hunk)) => file.hunks.push(hunk),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        files.push(file);
        if error.is_some() {
            return (Diff { files, trailer: lines.rest() }, error);
        }
    }
}

/// The two names in the [head](FileDiff::head) of a diff as they are written, with all components and `/dev/null`.
pub fn written_names(head: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    name::written(head)
}

#[cfg(test)]
mod tests;
