//! Where the lines of a hunk are in the file as it is after all patches.

use std::collections::HashMap;

use crate::model::{Applied, AppliedSeries, Entry, FileBlame, LineOrigin, ShownHunk};

/// The lines of one diff of a patch in the file of the tree.
pub(super) struct FinalLines<'a> {
    /// For each hunk, its inserted lines in order; `None` for those that a later patch removed.
    inserted: HashMap<u32, Vec<Option<u64>>>,
    /// For each hunk, its first line in the file that the diff left, when no later patch changed that.
    starts: Vec<u64>,
    /// How far each hunk was from the place that it names.
    offsets: &'a [i64],
}

/// A line of a hunk that is in the new file.
#[derive(Debug, Clone, Copy)]
pub(super) struct HunkLine {
    /// The position of the hunk in the diff.
    pub(super) hunk: u32,
    /// The position of the line among all of the hunk that are in the new file.
    pub(super) position: u64,
    /// Its position among the lines that the hunk inserts, if it is one.
    pub(super) inserted: Option<usize>,
}

impl<'a> FinalLines<'a> {
    /// Those of the diff at `file` of the patch at `patch`, which changes `entry` and has these hunks. When the diff
    /// `is_last`, no other one changes the file after it, and lines around changes are known too.
    pub(super) fn new(
        series: &'a AppliedSeries,
        (patch, file): (u32, usize),
        applied: &'a Applied,
        entry: &Entry,
        hunks: &[ShownHunk],
        is_last: bool,
    ) -> Self {
        let blame = series.blame(entry.path.as_bytes());
        let applied = applied.files.get(file).filter(|applied| applied.path == entry.path);
        let offsets = applied.map_or(&[][..], |applied| &applied.offsets);
        let inserted = blame.map(|blame| inserted(blame, patch, file)).unwrap_or_default();
        let starts = if is_last { starts(hunks, offsets) } else { Vec::new() };
        Self { inserted, starts, offsets }
    }

    /// The number of a line in the file, when it is known.
    pub(super) fn number(&self, line: HunkLine) -> Option<u64> {
        match line.inserted {
            Some(position) => *self.inserted.get(&line.hunk)?.get(position)?,
            None => Some(self.starts.get(line.hunk as usize)? + line.position),
        }
    }

    /// How far a hunk was from the place that it names.
    pub(super) fn offset(&self, hunk: u32) -> i64 {
        self.offsets.get(hunk as usize).copied().unwrap_or(0)
    }
}

/// The lines that each hunk of a diff inserted: those that are there, and between them those that later patches removed.
fn inserted(blame: &FileBlame, patch: u32, file: usize) -> HashMap<u32, Vec<Option<u64>>> {
    let mut inserted: HashMap<u32, Vec<Option<u64>>> = HashMap::new();
    let mut push = |origin: LineOrigin, numbers: &mut dyn Iterator<Item = Option<u64>>| {
        if let LineOrigin::Patch(by) = origin
            && (by.patch, by.file as usize) == (patch, file)
        {
            inserted.entry(by.hunk).or_default().extend(numbers);
        }
    };
    let mut removed = blame.removed.iter().peekable();
    for run in &blame.lines {
        while let Some(gone) = removed.next_if(|gone| gone.after < run.first) {
            push(gone.origin, &mut (0..gone.count).map(|_| None));
        }
        push(run.origin, &mut (run.first..run.first + run.count).map(Some));
    }
    removed.for_each(|gone| push(gone.origin, &mut (0..gone.count).map(|_| None)));
    inserted
}

/// Where each hunk begins in the new file, given how far it was moved.
fn starts(hunks: &[ShownHunk], offsets: &[i64]) -> Vec<u64> {
    let mut grown = 0_i64;
    let start = |(hunk, &offset): (&ShownHunk, &i64)| {
        let named = hunk.old_start.saturating_add(u64::from(hunk.old_lines == 0));
        let start = named.saturating_add_signed(offset).saturating_add_signed(grown);
        let length = |lines: u64| i64::try_from(lines).unwrap_or(i64::MAX);
        grown = grown.saturating_add(length(hunk.new_lines)).saturating_sub(length(hunk.old_lines));
        start
    };
    hunks.iter().zip(offsets).map(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BlameRun, HunkOrigin, RemovedRun};

    #[test]
    fn inserted_lines_keep_their_places_among_those_that_are_gone() {
        let by = |patch, hunk| HunkOrigin { patch, file: 0, hunk };
        let run = |first, count, origin| BlameRun { first, count, origin };
        let gone = |after, count, origin| RemovedRun { after, count, origin, by: by(1, 0) };
        let blame = FileBlame {
            source: None,
            lines: vec![
                run(1, 2, LineOrigin::Upstream(1)),
                run(3, 1, LineOrigin::Patch(by(0, 0))),
                run(4, 1, LineOrigin::Patch(by(1, 0))),
                run(5, 1, LineOrigin::Patch(by(0, 0))),
                run(6, 1, LineOrigin::Patch(by(0, 1))),
            ],
            removed: vec![
                gone(2, 1, LineOrigin::Upstream(3)),
                gone(3, 2, LineOrigin::Patch(by(0, 0))),
                gone(6, 1, LineOrigin::Patch(by(0, 1))),
            ],
        };
        let inserted = inserted(&blame, 0, 0);
        assert_eq!(inserted[&0], [Some(3), None, None, Some(5)]);
        assert_eq!(inserted[&1], [Some(6), None]);
    }

    #[test]
    fn moved_hunks_begin_where_they_were_put() {
        let hunk = |old_start, old_lines, new_lines| ShownHunk {
            old_start,
            old_lines,
            new_start: 1,
            new_lines,
            section: String::new(),
            lines: Vec::new(),
        };
        assert_eq!(starts(&[hunk(3, 4, 6), hunk(20, 2, 1), hunk(30, 0, 1)], &[0, 5, -1]), [3, 27, 31]);
    }
}
