//! Checksums of what a patch does.
//!
//! For each file a SHA-1 of its headers and lines without blanks, added up as numbers of 160 bits, so that the order of
//! the files does not count: the procedure of `git patch-id --stable`. Time stamps, `Index:` lines, modes and the
//! spelling of the first component of names do not count either.

use sha1::Digest as _;

use crate::formats::unified_diff::{self, FileDiff, LineKind};
use crate::model::{PatchId, PatchIds, Sha1};

/// The checksums of a patch file; `None` when it has no diff or cannot be read to its end.
pub fn ids(bytes: &[u8]) -> Option<PatchIds> {
    let diff = unified_diff::parse(bytes).ok().filter(|diff| !diff.files.is_empty())?;
    let sum = |of: fn(&FileDiff<'_>) -> [u8; 20]| PatchId(Sha1(diff.files.iter().map(of).fold([0; 20], add)));
    Some(PatchIds { exact: sum(exact), hunks: sum(hunks), changes: sum(changes) })
}

/// Adds two numbers, the lowest byte first; what overflows is lost.
fn add(a: [u8; 20], b: [u8; 20]) -> [u8; 20] {
    let mut carry = false;
    let mut sum = a;
    for (digit, other) in sum.iter_mut().zip(b) {
        let (value, first) = digit.overflowing_add(other);
        let (value, second) = value.overflowing_add(u8::from(carry));
        *digit = value;
        carry = first || second;
    }
    sum
}

/// Of everything, with places and blanks.
fn exact(file: &FileDiff<'_>) -> [u8; 20] {
    let mut hash = sha1::Sha1::new();
    names(file, &mut hash);
    for hunk in &file.hunks {
        hash.update(format!("\n{},{} {},{}", hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines));
        for line in &hunk.lines {
            hash.update([b'\n', sign(line.kind), u8::from(line.newline)]);
            hash.update(line.text);
        }
    }
    hash.finalize().into()
}

/// Of hunks with their context, without blanks: git's.
fn hunks(file: &FileDiff<'_>) -> [u8; 20] {
    digest_lines(file, |_| true)
}

/// Of added and removed lines, without blanks.
fn changes(file: &FileDiff<'_>) -> [u8; 20] {
    digest_lines(file, |kind| kind != LineKind::Context)
}

fn digest_lines(file: &FileDiff<'_>, counts: impl Fn(LineKind) -> bool) -> [u8; 20] {
    let mut hash = sha1::Sha1::new();
    names(file, &mut hash);
    for line in file.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| counts(line.kind)) {
        update_without_blanks(&mut hash, &[sign(line.kind)]);
        update_without_blanks(&mut hash, line.text);
    }
    hash.finalize().into()
}

/// The header lines that git would write: `diff --git`, then renames, copies and modes of a diff without hunks, or
/// the two names.
fn names(file: &FileDiff<'_>, hash: &mut sha1::Sha1) {
    let old = file.old.as_ref().or(file.new.as_ref()).or(file.index.as_ref());
    let new = file.new.as_ref().or(file.old.as_ref()).or(file.index.as_ref());
    let (old, new) = (old.map_or(&b""[..], Vec::as_slice), new.map_or(&b""[..], Vec::as_slice));
    let mut line = |parts: &[&[u8]]| parts.iter().for_each(|part| update_without_blanks(hash, part));
    line(&[b"diff--gita/", old, b"b/", new]);
    if file.hunks.is_empty() {
        let git = file.git.clone().unwrap_or_default();
        line(&[b"oldmode", &octal(git.old_mode), b"newmode", &octal(git.new_mode)]);
    } else {
        line(&[b"---a/", old, b"+++b/", new]);
    }
}

fn octal(mode: Option<u32>) -> Vec<u8> {
    mode.map(|mode| format!("{mode:o}").into_bytes()).unwrap_or_default()
}

fn sign(kind: LineKind) -> u8 {
    match kind {
        LineKind::Context => b' ',
        LineKind::Delete => b'-',
        LineKind::Insert => b'+',
    }
}

fn update_without_blanks(hash: &mut sha1::Sha1, text: &[u8]) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    text.split(is_blank).for_each(|word| hash.update(word));
}
