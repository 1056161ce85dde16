//! Which patch of a series brought which lines, and what was removed where: exact, by following every line.
//!
//! A [`Blame`] is told of each patch in order, with the places where the hunks were applied, and never sees the text
//! of a file: how many lines each has before the patches is enough. For each file it keeps runs of lines of one
//! origin, and one pass over them for each diff of the file costs less than applying that diff did.

use std::collections::BTreeMap;

use crate::formats::unified_diff::{Diff, FileDiff, Hunk, LineKind};
use crate::model::{Applied, BlameRun, EntryPath, FileBlame, HunkOrigin, LineOrigin, RemovedRun};

/// The files of a package that patches have changed so far.
#[derive(Debug, Default)]
pub struct Blame {
    files: BTreeMap<EntryPath, Vec<Run>>,
    patches: u32,
}

/// Neighbouring lines of one origin, or the place where they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    origin: LineOrigin,
    count: u64,
    /// The hunk that removed them; such a run takes no line of the file.
    removed_by: Option<HunkOrigin>,
}

impl Run {
    fn lines(&self) -> u64 {
        if self.removed_by.is_some() { 0 } else { self.count }
    }

    /// Splits the first `count` lines off.
    fn split(self, count: u64) -> (Self, Self) {
        let origin = match self.origin {
            LineOrigin::Upstream(line) => LineOrigin::Upstream(line + count),
            patch => patch,
        };
        (Self { count, ..self }, Self { origin, count: self.count - count, ..self })
    }
}

impl Blame {
    /// Takes the next patch of the series in: what it says, and what it did. `lines_before` says how many lines a file
    /// had before all patches (0 when it was not there); it is asked once for a file.
    pub fn apply(&mut self, diff: &Diff<'_>, applied: &Applied, lines_before: &mut dyn FnMut(&EntryPath) -> u64) {
        let patch = self.patches;
        self.patches += 1;
        // Diffs of git all speak of the files before the patch, so what they make waits.
        let mut waiting: BTreeMap<EntryPath, Vec<Run>> = BTreeMap::new();
        for ((file, place), position) in diff.files.iter().zip(&applied.files).zip(0..) {
            if file.git.is_none() || waiting.contains_key(&place.path) {
                self.files.append(&mut waiting);
            }
            let before = self.runs(&place.input, lines_before);
            let origin = HunkOrigin { patch, file: position, hunk: 0 };
            let after = patched(before, file, &place.offsets, origin);
            if file.git.as_ref().is_some_and(|git| git.renames()) {
                waiting.entry(place.input.clone()).or_default();
            }
            waiting.insert(place.path.clone(), after);
        }
        self.files.append(&mut waiting);
    }

    fn runs(&mut self, path: &EntryPath, lines_before: &mut dyn FnMut(&EntryPath) -> u64) -> Vec<Run> {
        let original = || {
            let count = lines_before(path);
            let run = Run { origin: LineOrigin::Upstream(1), count, removed_by: None };
            if count > 0 { vec![run] } else { Vec::new() }
        };
        self.files.entry(path.clone()).or_insert_with(original).clone()
    }

    /// What is known of all files that a patch named, by path; those that are gone have no lines.
    pub fn finish(self) -> BTreeMap<EntryPath, FileBlame> {
        self.files.into_iter().map(|(path, runs)| (path, file_blame(&runs))).collect()
    }
}

/// The runs of a file after a diff. The hunks are in order and do not overlap: they have been applied.
fn patched(before: Vec<Run>, file: &FileDiff<'_>, offsets: &[i64], first: HunkOrigin) -> Vec<Run> {
    let mut walk = Walk { rest: before.into_iter(), current: None, passed: 0, after: Vec::new() };
    for ((hunk, &offset), position) in file.hunks.iter().zip(offsets).zip(0..) {
        let named = i128::from(hunk.old_start) + i128::from(hunk.old_lines == 0) - 1;
        let place = u64::try_from(named + i128::from(offset)).unwrap_or(0);
        walk.keep(place.saturating_sub(walk.passed));
        walk.hunk(hunk, HunkOrigin { hunk: position, ..first });
    }
    walk.keep(u64::MAX);
    walk.after
}

/// A pass over the runs of a file, making those after a diff.
struct Walk {
    rest: std::vec::IntoIter<Run>,
    current: Option<Run>,
    /// Lines of the file before the diff that the pass is behind.
    passed: u64,
    after: Vec<Run>,
}

impl Walk {
    fn hunk(&mut self, hunk: &Hunk<'_>, origin: HunkOrigin) {
        for lines in hunk.lines.chunk_by(|a, b| a.kind == b.kind) {
            let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
            match lines.first().map(|line| line.kind) {
                Some(LineKind::Context) => self.keep(count),
                Some(LineKind::Delete) => self.take(count, Some(origin)),
                Some(LineKind::Insert) => {
                    self.push(Run { origin: LineOrigin::Patch(origin), count, removed_by: None });
                }
                None => {}
            }
        }
    }

    fn keep(&mut self, count: u64) {
        self.take(count, None);
    }

    /// Moves `count` lines over, as they are or as removed by a hunk; places of lines removed earlier go with them.
    fn take(&mut self, count: u64, removed_by: Option<HunkOrigin>) {
        let mut left = count;
        while left > 0 {
            let Some(run) = self.current.take().or_else(|| self.rest.next()) else { return };
            if run.removed_by.is_some() {
                self.push(run);
                continue;
            }
            let (mut taken, rest) = run.split(run.count.min(left));
            self.current = Some(rest).filter(|rest| rest.count > 0);
            left -= taken.count;
            self.passed += taken.count;
            taken.removed_by = removed_by;
            self.push(taken);
        }
    }

    /// Adds a run, to the last one if it goes on with it.
    fn push(&mut self, run: Run) {
        if let Some(last) = self.after.last_mut().filter(|last| goes_on(last, &run)) {
            last.count += run.count;
        } else {
            self.after.push(run);
        }
    }
}

fn goes_on(last: &Run, next: &Run) -> bool {
    let is_next = match (last.origin, next.origin) {
        (LineOrigin::Upstream(first), LineOrigin::Upstream(line)) => first + last.count == line,
        (last, next) => last == next,
    };
    is_next && last.removed_by == next.removed_by
}

fn file_blame(runs: &[Run]) -> FileBlame {
    let mut blame = FileBlame::default();
    let mut passed = 0;
    for run in runs {
        match run.removed_by {
            Some(by) => blame.removed.push(RemovedRun { after: passed, count: run.count, origin: run.origin, by }),
            None => blame.lines.push(BlameRun { first: passed + 1, count: run.count, origin: run.origin }),
        }
        passed += run.lines();
    }
    blame
}
