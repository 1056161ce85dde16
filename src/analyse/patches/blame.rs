//! Which patch of a series brought which lines, and what was removed where.
//!
//! A [`Blame`] is told of each patch of a series, in order, and follows the lines of the files. It reads no file: the
//! hunks say what is added and removed, and the applier says where ([`Applied`]), so the result is exact also where
//! equal lines stand side by side and a comparison of two files could only guess.
//!
//! ```
//! use debpress::analyse::patches::blame::Blame;
//! use debpress::formats::unified_diff;
//! use debpress::model::{Applied, AppliedFile, EntryPath, LineOrigin};
//!
//! let path = EntryPath::new("f")?;
//! let diff = unified_diff::parse(b"--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n one\n+new\n two\n")?;
//! let applied = Applied { files: vec![AppliedFile { input: path.clone(), path: path.clone(), offsets: vec![0] }] };
//! let mut blame = Blame::default();
//! blame.apply(&diff, &applied, &mut |_| Some(2));
//! let files = blame.finish();
//! let lines = &files[&path].lines;
//! assert_eq!(lines[0].origin, LineOrigin::Upstream(1));
//! assert!(matches!(lines[1].origin, LineOrigin::Patch(hunk) if hunk.patch == 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A patch costs as much as the files that it touches have runs of lines, which is never more than reading these files,
//! as the applier does for each patch. May use `formats` and `model`.

mod runs;

use std::collections::{BTreeMap, BTreeSet};

use crate::formats::unified_diff::{Diff, FileDiff, GitHeader, Hunk, Presence};
use crate::model::{Applied, AppliedFile, EntryPath, FileBlame, HunkOrigin};
use runs::Runs;

/// Version of how lines are followed, for keys.
pub const VERSION: u32 = 1;

/// The files of a package as far as patches have changed them.
#[derive(Debug, Default)]
pub struct Blame {
    /// `None` for those that are gone.
    files: BTreeMap<EntryPath, Option<Tracked>>,
    /// How many patches there were.
    patches: u32,
}

/// How many lines a file has before all patches, a last one without a newline counted; `None` when there is no such
/// file.
type LinesBefore<'a> = &'a mut dyn FnMut(&EntryPath) -> Option<u64>;

/// One file on its way through the series.
#[derive(Debug, Clone, Default)]
struct Tracked {
    source: Option<EntryPath>,
    runs: Runs,
}

/// A row of git diffs: all of them speak of the tree before the first one, so their results wait for the last one,
/// unless one is about a file that another one before it changed (`git-diff(1)`; the applier does the same).
#[derive(Default)]
struct GitRow {
    waiting: Vec<(EntryPath, Tracked)>,
    seen: BTreeSet<EntryPath>,
}

impl Blame {
    /// Takes the next patch of the series in: what it says, and what it did; `applied` has a file for each diff and an
    /// offset for each hunk. `lines_before` says how many lines a file had before all patches, a last one without a
    /// newline counted; `None` when there was no such file.
    pub fn apply(&mut self, diff: &Diff<'_>, applied: &Applied, lines_before: LinesBefore<'_>) {
        let mut row = GitRow::default();
        for (number, (diff, applied)) in (0..).zip(diff.files.iter().zip(&applied.files)) {
            let is_there = self.find(&applied.path, lines_before).is_some();
            self.enter(&mut row, diff, &applied.path, is_there);
            let origin = HunkOrigin { patch: self.patches, file: number, hunk: 0 };
            let tracked = self.find(&applied.input, lines_before).cloned().unwrap_or_default();
            let tracked = Tracked { runs: tracked.runs.patched(hunks(diff, applied, origin)), ..tracked };
            self.settle(&mut row, diff, applied, tracked);
        }
        self.put_waiting(&mut row);
        self.patches += 1;
    }

    /// What is known of the files that patches named and that are still there. Files that became empty are among them,
    /// though formats 2.0 and 3.0 remove these.
    pub fn finish(self) -> BTreeMap<EntryPath, FileBlame> {
        let blamed = |(path, tracked): (EntryPath, Option<Tracked>)| {
            let Tracked { source, runs } = tracked?;
            Some((path, runs.finish(source)))
        };
        self.files.into_iter().filter_map(blamed).collect()
    }

    fn find(&mut self, path: &EntryPath, lines_before: LinesBefore<'_>) -> Option<&Tracked> {
        let upstream =
            || lines_before(path).map(|lines| Tracked { source: Some(path.clone()), runs: Runs::upstream(lines) });
        self.files.entry(path.clone()).or_insert_with(upstream).as_ref()
    }

    /// Puts waiting results into place before a diff that has to see them.
    fn enter(&mut self, row: &mut GitRow, diff: &FileDiff<'_>, output: &EntryPath, is_there: bool) {
        if diff.git.is_none() || (is_there && !row.seen.insert(output.clone())) {
            self.put_waiting(row);
        }
    }

    fn put_waiting(&mut self, row: &mut GitRow) {
        self.files.extend(row.waiting.drain(..).map(|(path, tracked)| (path, Some(tracked))));
    }

    /// Decides what becomes of a diff's result.
    fn settle(&mut self, row: &mut GitRow, diff: &FileDiff<'_>, applied: &AppliedFile, tracked: Tracked) {
        if diff.after == Presence::Missing {
            self.files.insert(applied.path.clone(), None);
            return;
        }
        if diff.git.is_some() && diff.before != Presence::Missing {
            row.waiting.push((applied.path.clone(), tracked));
        } else {
            self.files.insert(applied.path.clone(), Some(tracked));
        }
        if diff.git.as_ref().is_some_and(GitHeader::renames) && applied.input != applied.path {
            self.files.insert(applied.input.clone(), None);
        }
    }
}

/// The hunks with the lines where they begin in the file that is patched, counted from 1.
fn hunks<'d>(
    diff: &'d FileDiff<'d>,
    applied: &'d AppliedFile,
    origin: HunkOrigin,
) -> impl Iterator<Item = (u64, HunkOrigin, &'d Hunk<'d>)> {
    diff.hunks.iter().zip(&applied.offsets).zip(0..).map(move |((hunk, &offset), number)| {
        let named = hunk.old_start.saturating_add(u64::from(hunk.old_lines == 0));
        (named.saturating_add_signed(offset), HunkOrigin { hunk: number, ..origin }, hunk)
    })
}

#[cfg(test)]
mod tests;
