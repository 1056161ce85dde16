//! The lines of one file as runs of one origin, with marks where lines were removed.

use crate::formats::unified_diff::{Hunk, Line, LineKind};
use crate::model::{BlameRun, EntryPath, FileBlame, HunkOrigin, LineOrigin, RemovedRun};

/// The lines of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Runs(Vec<Piece>);

/// Lines that are there, or were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    count: u64,
    origin: LineOrigin,
    /// The hunk that removed them.
    removed_by: Option<HunkOrigin>,
}

impl Piece {
    /// The first `count` lines, and the others.
    fn split(self, count: u64) -> (Self, Self) {
        let origin = match self.origin {
            LineOrigin::Upstream(first) => LineOrigin::Upstream(first + count),
            patch @ LineOrigin::Patch(_) => patch,
        };
        (Self { count, ..self }, Self { count: self.count - count, origin, ..self })
    }

    /// Whether `next`, which follows, goes on with the same.
    fn continues_in(&self, next: &Self) -> bool {
        let origin = match self.origin {
            LineOrigin::Upstream(first) => LineOrigin::Upstream(first + self.count),
            patch @ LineOrigin::Patch(_) => patch,
        };
        origin == next.origin && self.removed_by == next.removed_by
    }
}

impl Runs {
    /// A file as it is before the patches.
    pub(super) fn upstream(lines: u64) -> Self {
        let piece = Piece { count: lines, origin: LineOrigin::Upstream(1), removed_by: None };
        Self(if lines > 0 { vec![piece] } else { Vec::new() })
    }

    /// The file after the hunks of one diff, each with the line where it begins, rising.
    pub(super) fn patched<'d>(self, hunks: impl Iterator<Item = (u64, HunkOrigin, &'d Hunk<'d>)>) -> Self {
        let mut editor = Editor { rest: self.0.into_iter(), split: None, read: 0, written: Self::default() };
        hunks.for_each(|(place, origin, hunk)| editor.hunk(place, origin, hunk));
        while let Some(piece) = editor.next() {
            editor.written.push(piece);
        }
        editor.written
    }

    fn push(&mut self, piece: Piece) {
        match self.0.last_mut() {
            Some(last) if last.continues_in(&piece) => last.count += piece.count,
            _ => self.0.push(piece),
        }
    }

    /// What is told of the file in the end.
    pub(super) fn finish(self, source: Option<EntryPath>) -> FileBlame {
        let mut blame = FileBlame { source, ..FileBlame::default() };
        let mut after = 0;
        for Piece { count, origin, removed_by } in self.0 {
            match removed_by {
                Some(by) => blame.removed.push(RemovedRun { after, count, origin, by }),
                None => {
                    blame.lines.push(BlameRun { first: after + 1, count, origin });
                    after += count;
                }
            }
        }
        blame
    }
}

/// One pass over the runs of a file.
struct Editor {
    rest: std::vec::IntoIter<Piece>,
    /// What is left of a piece that was split; it comes before the rest.
    split: Option<Piece>,
    /// Lines of the old file that were read.
    read: u64,
    written: Runs,
}

impl Editor {
    fn next(&mut self) -> Option<Piece> {
        self.split.take().or_else(|| self.rest.next())
    }

    /// The next piece, cut off before it passes line `end` of the old file; none when that is reached.
    fn next_up_to(&mut self, end: u64) -> Option<Piece> {
        let room = end.checked_sub(self.read).filter(|&room| room > 0)?;
        let mut piece = self.next()?;
        if piece.removed_by.is_some() {
            return Some(piece);
        }
        if piece.count > room {
            let (first, others) = piece.split(room);
            self.split = Some(others);
            piece = first;
        }
        self.read += piece.count;
        Some(piece)
    }

    /// Makes the changes of a hunk that begins at line `place`. Within a run of changes the removed lines come first,
    /// wherever they stand in the hunk: so the applier writes them.
    fn hunk(&mut self, place: u64, origin: HunkOrigin, hunk: &Hunk<'_>) {
        let mut next = place;
        for run in hunk.lines.split_inclusive(|line| line.kind == LineKind::Context) {
            let count = |kind| run.iter().filter(|line: &&Line<'_>| line.kind == kind).count() as u64;
            let (removed, added) = (count(LineKind::Delete), count(LineKind::Insert));
            if removed + added > 0 {
                self.copy_up_to(next.saturating_sub(1));
                self.remove_up_to(next.saturating_sub(1) + removed, origin);
                self.add(added, origin);
            }
            next += removed + count(LineKind::Context);
        }
    }

    fn copy_up_to(&mut self, end: u64) {
        while let Some(piece) = self.next_up_to(end) {
            self.written.push(piece);
        }
    }

    fn remove_up_to(&mut self, end: u64, by: HunkOrigin) {
        while let Some(piece) = self.next_up_to(end) {
            let removed_by = piece.removed_by.or(Some(by));
            self.written.push(Piece { removed_by, ..piece });
        }
    }

    fn add(&mut self, count: u64, origin: HunkOrigin) {
        if count > 0 {
            self.written.push(Piece { count, origin: LineOrigin::Patch(origin), removed_by: None });
        }
    }
}
