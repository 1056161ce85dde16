//! One hunk: its header, and the lines that the header counts.

use super::lines::{Layout, Lines};
use super::{DiffError, DiffProblem, Hunk, Line, LineKind};

/// Reads the hunk at the cursor; `None`, with the cursor where it was, when there is none.
///
/// # Errors
/// When it is malformed or incomplete. Up to three blank lines that are missing at the end of the patch file are
/// taken as there: mail programs cut them off.
pub(super) fn read<'a>(lines: &mut Lines<'a>, layout: Layout) -> Result<Option<Hunk<'a>>, DiffError> {
    let before = *lines;
    let Some(content) = lines.next(layout).and_then(|line| line.strip_prefix(b"@@ -")) else {
        *lines = before;
        return Ok(None);
    };
    let header_line = lines.number();
    let error = |problem| DiffError { line: header_line, problem };
    let mut hunk = header(content).ok_or(error(DiffProblem::HunkHeader))?;
    hunk.line = header_line;
    read_lines(&mut hunk, lines, layout)?;
    hunk.bytes = before.position()..lines.position();
    if hunk.lines.iter().all(|line| line.kind == LineKind::Context) {
        return Err(error(DiffProblem::NoChange));
    }
    Ok(Some(hunk))
}

/// Reads what follows `@@ -`.
fn header(text: &[u8]) -> Option<Hunk<'_>> {
    let (old_start, old_lines, text) = range(text)?;
    let text = text.strip_prefix(b" ").unwrap_or(text).strip_prefix(b"+")?;
    let (new_start, new_lines, text) = range(text)?;
    let text = text.strip_prefix(b" ").unwrap_or(text).strip_prefix(b"@")?;
    let section = text.strip_prefix(b"@").and_then(|text| text.strip_prefix(b" ")).unwrap_or_default();
    Some(Hunk { line: 0, old_start, old_lines, new_start, new_lines, section, bytes: 0..0, lines: Vec::new() })
}

/// Reads `START` or `START,COUNT`. Their sum has to fit into 63 bits, as in GNU patch.
fn range(text: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (start, rest) = line_number(text)?;
    let (count, rest) = match rest.strip_prefix(b",") {
        Some(rest) => line_number(rest)?,
        None => (1, rest),
    };
    (start.checked_add(count)? < LARGEST).then_some((start, count, rest))
}

const LARGEST: u64 = i64::MAX.unsigned_abs();

fn line_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}

/// Reads the lines until both files' counts are reached.
fn read_lines<'a>(hunk: &mut Hunk<'a>, lines: &mut Lines<'a>, layout: Layout) -> Result<(), DiffError> {
    let (mut old_left, mut new_left) = (hunk.old_lines, hunk.new_lines);
    while old_left > 0 || new_left > 0 {
        let line = match lines.next(layout) {
            Some(line) => line,
            None if new_left <= 3 => b" ",
            None => return Err(DiffError { line: lines.number(), problem: DiffProblem::Truncated }),
        };
        let (kind, text) = split_kind(line)
            .filter(|(kind, _)| {
                (*kind == LineKind::Insert || old_left > 0) && (*kind == LineKind::Delete || new_left > 0)
            })
            .ok_or(DiffError { line: lines.number(), problem: DiffProblem::HunkLine })?;
        // The mark counts behind the last line of a file only; anywhere else it is a malformed line.
        let mut newline = true;
        if kind != LineKind::Insert {
            newline = !(old_left == 1 && lines.skip_missing_newline_mark());
            old_left -= 1;
        }
        if kind != LineKind::Delete {
            let is_marked = new_left == 1 && lines.skip_missing_newline_mark();
            newline &= !(is_marked && kind == LineKind::Insert);
            new_left -= 1;
        }
        hunk.lines.push(Line { kind, text, newline });
    }
    Ok(())
}

/// Tells what a line of a hunk is. Context that begins with a tab, or is empty, has lost its blank.
fn split_kind(line: &[u8]) -> Option<(LineKind, &[u8])> {
    match line.split_first() {
        Some((b'-', text)) => Some((LineKind::Delete, text)),
        Some((b'+', text)) => Some((LineKind::Insert, text)),
        Some((b' ' | b'=', text)) => Some((LineKind::Context, text)),
        Some((b'\t', _)) | None => Some((LineKind::Context, line)),
        Some(_) => None,
    }
}
