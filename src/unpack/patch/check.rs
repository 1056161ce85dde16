//! The check that dpkg makes before it runs `patch`.
//!
//! It reads the patch in its own way: only `---` and `+++` at the begin of a line are headers, `\` lines are
//! passed over anywhere, a last line without a newline counts. Source: `dpkg-source(1)` and the behaviour of
//! `Dpkg::Source::Patch` in dpkg 1.21.22.

use std::collections::BTreeSet;

use super::tree::{Location, locate, look, meets_symlink};
use super::{Lookup, PatchTarget, Refusal};
use crate::model::EntryPath;

/// What dpkg expects the patch to do.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// The names of the files it takes for patched, as written.
    pub(super) patched: BTreeSet<Vec<u8>>,
    /// The folders that it makes beforehand.
    pub(super) folders: BTreeSet<EntryPath>,
}

type Located<T> = Result<T, (usize, Refusal)>;

/// Checks a patch against the tree as it is before the patch.
pub(super) fn check(bytes: &[u8], target: &dyn PatchTarget) -> Located<Expected> {
    let mut expected = Expected::default();
    let mut lines = Lines { rest: bytes, number: 0 };
    let mut line = lines.next();
    loop {
        while line.is_some_and(|text| !begins_diff(text)) {
            line = lines.next();
        }
        let Some(old) = line else { return Ok(expected) };
        let old = old.strip_prefix(b"--- ").ok_or((lines.number, Refusal::HeaderPair))?;
        let name = patched_file(old, &mut lines, target)?;
        let folder = missing_folder(&name, target).map_err(|refusal| (lines.number, refusal))?;
        expected.folders.extend(folder);
        expected.patched.insert(name);
        line = skip_hunks(&mut lines)?;
    }
}

/// The lines of a patch file without their line ends.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |end| end + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.number += 1;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

fn begins_diff(line: &[u8]) -> bool {
    [&b"--- "[..], b"+++ ", b"@@ -"].iter().any(|prefix| line.starts_with(prefix))
}

/// A name from a header.
struct Header<'a> {
    /// As written.
    written: &'a [u8],
    /// Without its first component; `None` when that leaves nothing of use.
    stripped: Option<&'a [u8]>,
}

/// Reads a name: up to a tab, or else up to white space.
fn header(text: &[u8]) -> Result<Header<'_>, Refusal> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let begin = text.iter().take_while(|byte| is_space(byte)).count();
    let text = text.get(begin..).unwrap_or_default();
    if text.starts_with(b"\"") {
        return Err(Refusal::QuotedName);
    }
    let end = memchr::memchr(b'\t', text).or_else(|| text.iter().position(is_space)).unwrap_or(text.len());
    let written = text.get(..end).unwrap_or_default();
    let stripped = memchr::memchr(b'/', written).filter(|_| written != b"/dev/null").map(|slash| {
        let rest = written.get(slash..).unwrap_or_default();
        let slashes = rest.iter().take_while(|&&byte| byte == b'/').count();
        rest.get(slashes..).unwrap_or_default()
    });
    Ok(Header { written, stripped })
}

/// Reads the `+++` line behind `---` and tells which file dpkg takes for the patched one.
fn patched_file(old: &[u8], lines: &mut Lines<'_>, target: &dyn PatchTarget) -> Located<Vec<u8>> {
    let old = header(old).map_err(|refusal| (lines.number, refusal))?;
    if old.written.ends_with(b".dpkg-orig") {
        return Err((lines.number, Refusal::BackupName));
    }
    let line = lines.next();
    let refuse = |refusal| (lines.number, refusal);
    let new = line.and_then(|line| line.strip_prefix(b"+++ ")).ok_or_else(|| refuse(Refusal::HeaderPair))?;
    let new = header(new).map_err(refuse)?;
    if old.stripped.is_none() && new.stripped.is_none() {
        return Err(refuse(Refusal::NoName));
    }
    for header in [&old, &new] {
        let Some(stripped) = header.stripped else { continue };
        if memchr::memmem::find(header.written, b"/../").is_some() {
            return Err(refuse(Refusal::Outside(header.written.to_vec())));
        }
        if meets_symlink(target, stripped) {
            return Err(refuse(Refusal::ThroughSymlink(stripped.to_vec())));
        }
    }
    let name = choose(old.stripped, new.stripped, target).ok_or_else(|| refuse(Refusal::NoName))?;
    match look(target, name) {
        Lookup::File { .. } | Lookup::Missing => Ok(name.to_vec()),
        _ => Err(refuse(Refusal::Kind(name.to_vec()))),
    }
}

/// The name that dpkg takes: one that exists, else the one with fewer folders, the shorter base name, the shorter
/// name, the old name.
fn choose<'a>(old: Option<&'a [u8]>, new: Option<&'a [u8]>, target: &dyn PatchTarget) -> Option<&'a [u8]> {
    let (Some(old), Some(new)) = (old, new) else { return old.or(new) };
    let exists = |name| look(target, name) != Lookup::Missing;
    match (exists(old), exists(new)) {
        (false, true) => Some(new),
        (true, false) => Some(old),
        _ if measure(new) < measure(old) => Some(new),
        _ => Some(old),
    }
}

/// Folders, length of the base name, length. Backslashes count as slashes there.
fn measure(name: &[u8]) -> (usize, usize, usize) {
    let is_separator = |byte: u8| byte == b'/' || byte == b'\\';
    let mut folders = 0;
    let mut base = 0;
    let mut after_separator = true;
    for &byte in name {
        if is_separator(byte) {
            folders += usize::from(!after_separator);
            base = 0;
        } else {
            base += 1;
        }
        after_separator = is_separator(byte);
    }
    (folders, base, name.len())
}

/// The folder around a file, if it is not there.
fn missing_folder(name: &[u8], target: &dyn PatchTarget) -> Result<Option<EntryPath>, Refusal> {
    let Some(slash) = memchr::memrchr(b'/', name).filter(|slash| slash + 1 < name.len()) else {
        return Ok(None);
    };
    match locate(name.get(..slash).unwrap_or_default()) {
        Location::Path(path) | Location::FolderPath(path) => {
            Ok(Some(path).filter(|path| target.lookup(path) != Lookup::Directory))
        }
        Location::Top => Ok(None),
        Location::Nowhere => Err(Refusal::Name(name.to_vec())),
    }
}

/// Passes over the hunks of one file; gives the line behind them.
fn skip_hunks<'a>(lines: &mut Lines<'a>) -> Located<Option<&'a [u8]>> {
    let mut hunks = 0;
    loop {
        let line = lines.next();
        match line {
            Some(line) if line.starts_with(b"\\ ") => {}
            Some(line) if let Some((old, new)) = hunk_counts(line) => {
                skip_hunk(old, new, lines)?;
                hunks += 1;
            }
            _ if hunks == 0 => return Err((lines.number, Refusal::NoHunk)),
            _ => return Ok(line),
        }
    }
}

/// Passes over the lines of a hunk. A count may fall below 0 and then never ends, but for the end of the patch.
fn skip_hunk(old: i64, new: i64, lines: &mut Lines<'_>) -> Located<()> {
    let (mut old, mut new) = (old, new);
    while old != 0 || new != 0 {
        let Some(line) = lines.next() else {
            let is_short = old == new && old < 3;
            return if is_short { Ok(()) } else { Err((lines.number, Refusal::Truncated)) };
        };
        match line.first() {
            Some(b'\\') if line.starts_with(b"\\ ") => {}
            Some(b' ') | None => (old, new) = (old - 1, new - 1),
            Some(b'-') => old -= 1,
            Some(b'+') => new -= 1,
            Some(_) => return Err((lines.number, Refusal::HunkLine)),
        }
    }
    Ok(())
}

/// Reads the two counts of a hunk header; `None` when it is malformed.
fn hunk_counts(line: &[u8]) -> Option<(i64, i64)> {
    let (old, rest) = range(line.strip_prefix(b"@@ -")?)?;
    let (new, rest) = range(rest.strip_prefix(b" +")?)?;
    let rest = rest.strip_prefix(b" @@")?;
    (rest.is_empty() || rest.starts_with(b" ")).then_some((old, new))
}

fn range(text: &[u8]) -> Option<(i64, &[u8])> {
    let (_, rest) = digits(text)?;
    match rest.strip_prefix(b",").and_then(digits) {
        Some((count, rest)) => Some((count, rest)),
        None => Some((1, rest)),
    }
}

/// Reads digits; a number that is too large becomes the largest one, since no patch has that many lines.
fn digits(text: &[u8]) -> Option<(i64, &[u8])> {
    let end = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(end);
    let value = std::str::from_utf8(digits).ok().filter(|digits| !digits.is_empty())?;
    Some((value.parse().unwrap_or(i64::MAX), rest))
}
