//! The new content of one file.

use super::Refusal;
use super::place::{FileLines, Placer};
use crate::formats::unified_diff::{Hunk, Line, LineKind};

/// The furthest line at which lines may be inserted; see the front page.
const FURTHEST: i128 = u32::MAX as i128;

/// What the hunks of one diff make of a file.
pub(super) struct Patched {
    /// The new content.
    pub(super) bytes: Vec<u8>,
    /// How far each hunk was from its place.
    pub(super) offsets: Vec<i64>,
}

/// Applies hunks to a file. `is_created` says that the diff calls the file missing, so a hunk at the begin of
/// one that has content fails.
pub(super) fn patch(old: &[u8], hunks: &[Hunk<'_>], is_created: bool) -> Result<Patched, (usize, Refusal)> {
    let lines = FileLines::new(old).map_err(|refusal| (hunks.first().map_or(1, |hunk| hunk.line), refusal))?;
    let mut placer = Placer::new(lines, hunks);
    let mut writer = Writer { bytes: Vec::with_capacity(old.len()), after_newline: true, frozen: 0 };
    let mut offsets = Vec::with_capacity(hunks.len());
    for hunk in hunks {
        let error = |refusal| (hunk.line, refusal);
        let place = placer.place(hunk, writer.frozen).map_err(error)?.filter(|&place| place != 0);
        let place = place.filter(|&place| !(place == 1 && is_created && !old.is_empty()));
        let place = place.ok_or(error(Refusal::HunkFails))?;
        if place > FURTHEST {
            return Err(error(Refusal::HunkTooFar));
        }
        writer.hunk(hunk, place, placer.lines()).map_err(error)?;
        offsets.push(i64::try_from(placer.offset()).unwrap_or(i64::MAX));
    }
    writer.copy_up_to(placer.lines().count().max(writer.frozen), placer.lines()).map_err(|refusal| (1, refusal))?;
    Ok(Patched { bytes: writer.bytes, offsets })
}

/// The new content as far as it is written.
struct Writer {
    bytes: Vec<u8>,
    after_newline: bool,
    /// How many lines of the old file are copied or deleted.
    frozen: i128,
}

impl Writer {
    /// Copies the lines of the old file up to and with `last`.
    fn copy_up_to(&mut self, last: i128, file: &FileLines<'_>) -> Result<(), Refusal> {
        if self.frozen > last {
            return Err(Refusal::HunkOrder);
        }
        let lines = file.between(self.frozen, last);
        if !lines.is_empty() {
            self.end_line();
            self.bytes.extend_from_slice(lines);
            self.after_newline = lines.ends_with(b"\n");
        }
        self.frozen = last;
        Ok(())
    }

    fn end_line(&mut self) {
        if !self.after_newline {
            self.bytes.push(b'\n');
        }
    }

    /// Writes a line of the patch. GNU patch takes writing no bytes for a failure of the disk.
    fn insert(&mut self, line: &Line<'_>) -> Result<(), Refusal> {
        if line.text.is_empty() && !line.newline {
            return Err(Refusal::NothingInserted);
        }
        self.bytes.extend_from_slice(line.text);
        if line.newline {
            self.bytes.push(b'\n');
        }
        self.after_newline = line.newline;
        Ok(())
    }

    /// Makes the changes of a hunk that begins at line `place`. Within a run of changes the deleted lines come
    /// first, wherever they stand in the patch.
    fn hunk(&mut self, hunk: &Hunk<'_>, place: i128, file: &FileLines<'_>) -> Result<(), Refusal> {
        let mut next = place;
        for run in hunk.lines.split_inclusive(|line| line.kind == LineKind::Context) {
            let is_last = !run.last().is_some_and(|line| line.kind == LineKind::Context);
            for _ in run.iter().filter(|line| line.kind == LineKind::Delete) {
                // There GNU patch stops itself with a failed assertion.
                if !self.after_newline {
                    return Err(Refusal::BehindUnterminated);
                }
                self.copy_up_to(next - 1, file)?;
                self.frozen += 1;
                next += 1;
            }
            for line in run.iter().filter(|line| line.kind == LineKind::Insert) {
                self.copy_up_to(next - 1, file)?;
                if is_last {
                    self.end_line();
                }
                self.insert(line)?;
            }
            next += i128::from(!is_last);
        }
        Ok(())
    }
}
