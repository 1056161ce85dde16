//! What the diffs of a patch file change: files, hunks, counts, and where each stands in the file.
//!
//! [`read`] takes a whole patch file; a malformed one is read up to the place that is malformed. [`ids`] gives the
//! checksums that tell whether two patches do the same, [`compare`] what became of each patch between two series and
//! the difference of two patches, [`upstream`] the part of a diff that is not about debian/, [`write_difference`] what
//! all patches together change.
//!
//! Built on [`unified_diff`], which decides what is a header and what a hunk as GNU patch does.

mod compare;
mod complete;
mod ids;
mod upstream;

use std::ops::Range;

use super::header::header_length;
use crate::formats::unified_diff::{self, FileDiff, Hunk, LineKind, Presence};
use crate::model::{ChangeKind, DiffFormat, PatchDiff, PatchHunk, PatchedFile, UnreadableDiff};

pub use compare::{MOST_LINES, PatchVersion, compare, interdiff};
pub use complete::{FileSide, write as write_difference};
pub use ids::ids;
pub use upstream::{concerns_debian, packaging, upstream};

/// Reads the diffs of a patch file. Names lose their first `strip` components (`patch -pN`), but never the last.
pub fn read(bytes: &[u8], strip: u32) -> PatchDiff {
    let (diff, error) = unified_diff::parse_partly(bytes);
    let next_heads = diff.files.iter().skip(1).map(|file| file.head.start).chain([bytes.len()]);
    let mut files: Vec<PatchedFile> = diff
        .files
        .iter()
        .zip(next_heads)
        .map(|(file, next)| {
            let written_end = file.hunks.last().map_or(file.head.end, |hunk| hunk.bytes.end);
            let between = bytes.get(written_end..next).unwrap_or_default();
            patched_file(file, bytes, between, strip)
        })
        .collect();
    move_heads(&mut files, bytes);
    if let (Some(last), Some(_)) = (files.last_mut(), &error) {
        last.end = last.end.max(position(bytes.len() - diff.trailer.len()));
    }
    PatchDiff {
        format: format(bytes, !files.is_empty()),
        length: position(bytes.len()),
        files,
        unreadable: error
            .map(|error| UnreadableDiff { line: position(error.line), problem: error.problem.to_string() }),
    }
}

/// Lets each head begin where a reader sees the diff begin: GNU patch takes any line of a message for a header that looks
/// like one, and passes over lines such as `diff -u`.
fn move_heads(files: &mut [PatchedFile], bytes: &[u8]) {
    let mut end = 0;
    for file in files {
        let index = |position| usize::try_from(position).unwrap_or(usize::MAX);
        let before = bytes.get(index(end)..index(file.head.end)).unwrap_or_default();
        let text = header_length(before);
        if text < before.len() {
            file.head.start = end + position(text);
        }
        end = file.end;
    }
}

/// Positions fit: memory is smaller than 2^64 bytes.
fn position(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}

fn range(range: &Range<usize>) -> Range<u64> {
    position(range.start)..position(range.end)
}

/// The facts of one file's diff; `between` is what stands between its end and the next diff.
fn patched_file(file: &FileDiff<'_>, bytes: &[u8], between: &[u8], strip: u32) -> PatchedFile {
    let (old, new) = unified_diff::written_names(bytes.get(file.head.clone()).unwrap_or_default());
    let git = file.git.clone().unwrap_or_default();
    let binary = binary_length(file, between);
    let hunks: Vec<PatchHunk> = file.hunks.iter().map(patch_hunk).collect();
    let name = |moved: Option<&[u8]>, written: Option<Vec<u8>>| match moved {
        Some(name) => Some(name.to_vec()),
        None => written.filter(|name| name != b"/dev/null").map(|name| stripped(&name, strip).to_vec()),
    };
    let written_end = file.hunks.last().map_or(file.head.end, |hunk| hunk.bytes.end);
    PatchedFile {
        old: name(git.rename_from.or(git.copy_from), old),
        new: name(git.rename_to.or(git.copy_to), new),
        kind: kind(file, binary > 0),
        old_mode: git.old_mode,
        new_mode: git.new_mode,
        added: hunks.iter().map(|hunk| hunk.added).sum(),
        removed: hunks.iter().map(|hunk| hunk.removed).sum(),
        head: range(&file.head),
        hunks,
        end: position(written_end + binary),
    }
}

fn patch_hunk(hunk: &Hunk<'_>) -> PatchHunk {
    let count = |kind| position(hunk.lines.iter().filter(|line| line.kind == kind).count());
    PatchHunk {
        line: position(hunk.line),
        old_start: hunk.old_start,
        old_lines: hunk.old_lines,
        new_start: hunk.new_start,
        new_lines: hunk.new_lines,
        section: hunk.section.to_vec(),
        added: count(LineKind::Insert),
        removed: count(LineKind::Delete),
        bytes: range(&hunk.bytes),
    }
}

fn kind(file: &FileDiff<'_>, is_binary: bool) -> ChangeKind {
    let git = file.git.as_ref();
    // Without a word of the headers, only a diff that is one hunk shows that there is no other line.
    let is_whole = |side| side == Presence::Missing || (side == Presence::Empty && file.hunks.len() < 2);
    let is_binary = is_binary || git.is_some_and(|git| git.binary);
    if git.is_some_and(|git| git.renames()) {
        ChangeKind::Renamed
    } else if git.is_some_and(|git| git.copies()) {
        ChangeKind::Copied
    } else if is_binary {
        ChangeKind::Binary
    } else if is_whole(file.before) && !is_whole(file.after) {
        ChangeKind::Added
    } else if is_whole(file.after) {
        ChangeKind::Removed
    } else if !file.hunks.is_empty() {
        ChangeKind::Modified
    } else if git.is_some_and(|git| git.old_mode != git.new_mode) {
        ChangeKind::Mode
    } else {
        ChangeKind::Nothing
    }
}

/// How many bytes after the headers belong to a binary diff: the blocks of a `GIT binary patch`, each up to an empty
/// line, or the line `Binary files … differ`.
fn binary_length(file: &FileDiff<'_>, between: &[u8]) -> usize {
    if !file.hunks.is_empty() {
        return 0;
    }
    let mut rest = between;
    let is_block = |text: &[u8]| text.starts_with(b"literal ") || text.starts_with(b"delta ");
    while file.git.as_ref().is_some_and(|git| git.binary) && is_block(rest) {
        let end = memchr::memmem::find(rest, b"\n\n").map_or(rest.len(), |end| end + 2);
        rest = rest.get(end..).unwrap_or_default();
    }
    if file.git.is_some() && rest.starts_with(b"Binary files ") {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        rest = rest.get(end..).unwrap_or_default();
    }
    between.len() - rest.len()
}

/// The name without its first `strip` components, runs of slashes counting once; at least the last one is left.
fn stripped(name: &[u8], strip: u32) -> &[u8] {
    let mut rest = name;
    for _ in 0..strip {
        let Some(slash) = memchr::memchr(b'/', rest) else { break };
        let after = rest.get(slash..).unwrap_or_default();
        let slashes = after.iter().take_while(|&&byte| byte == b'/').count();
        match after.get(slashes..) {
            Some(after) if !after.is_empty() => rest = after,
            _ => break,
        }
    }
    rest
}

/// How the changes are written: by what is characteristic of each format, when there is no unified diff.
fn format(bytes: &[u8], has_files: bool) -> DiffFormat {
    if has_files {
        return DiffFormat::Unified;
    }
    if bytes.is_empty() {
        return DiffFormat::Empty;
    }
    let mut previous: &[u8] = b"";
    let mut command = false;
    let mut script = false;
    for line in bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
        if previous.starts_with(b"***************") && line.starts_with(b"*** ") {
            return DiffFormat::Context;
        }
        if command && (line.starts_with(b"< ") || line.starts_with(b"> ")) {
            return DiffFormat::Normal;
        }
        if script && line == b"." {
            return DiffFormat::Ed;
        }
        command = is_command(line);
        script |= command && line.last().is_some_and(|letter| b"aci".contains(letter));
        previous = line;
    }
    DiffFormat::Text
}

/// Whether a line is a command of a normal diff or of `ed`: numbers, `a`, `c`, `d` or `i`, numbers.
fn is_command(line: &[u8]) -> bool {
    let is_number = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
    let first = line.iter().take_while(|byte| is_number(byte)).count();
    let rest = line.get(first + 1..).unwrap_or_default();
    let letter = line.get(first).is_some_and(|letter| b"acdi".contains(letter));
    first > 0 && letter && rest.iter().all(is_number)
}

#[cfg(test)]
mod tests;
