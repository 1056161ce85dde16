//! What all patches together change of a file, as a unified diff.
//!
//! Where lines come from is known ([`FileBlame`]), so nothing has to be searched for: this takes as long as reading both
//! files, and agrees with the marks beside the lines of the file.

use std::ops::Range;

use crate::model::{FileBlame, LineOrigin};

/// Unchanged lines around changes.
const CONTEXT: usize = 3;

/// A file before or after all patches.
#[derive(Debug, Clone, Copy)]
pub struct FileSide<'a> {
    /// Where it is in the package.
    pub path: &'a [u8],
    /// What is in it.
    pub bytes: &'a [u8],
    /// Whether its mode is 0755, else 0644.
    pub executable: bool,
}

/// Lines that are not the same: those of the old file, and those of the new one in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// The lines of a file, with their newlines.
type Lines<'a> = Vec<&'a [u8]>;

/// Appends the difference of a file to a patch; nothing when there is none. Without `blame`, or when it is of other files,
/// all lines are told as replaced.
pub fn write(
    before: Option<FileSide<'_>>,
    after: Option<FileSide<'_>>,
    blame: Option<&FileBlame>,
    patch: &mut Vec<u8>,
) {
    let (old, new) = (lines(before), lines(after));
    let whole = || vec![Change { old: 0..old.len(), new: 0..new.len() }];
    let changes = blame.and_then(|blame| followed(blame, &old, &new)).unwrap_or_else(whole);
    let changes: Vec<Change> = changes.into_iter().filter_map(|change| trimmed(change, &old, &new)).collect();
    write_git_header(before, after, patch);
    if changes.is_empty() {
        return;
    }
    write_name(b"--- ", b"a/", before, patch);
    write_name(b"+++ ", b"b/", after, patch);
    for group in changes.chunk_by(|one, next| next.old.start - one.old.end <= 2 * CONTEXT) {
        write_hunk(group, &old, &new, patch);
    }
}

fn lines(side: Option<FileSide<'_>>) -> Lines<'_> {
    side.map(|side| side.bytes.split_inclusive(|&byte| byte == b'\n').collect()).unwrap_or_default()
}

/// The changes between lines that are upstream's; `None` when that is not what the files say.
fn followed(blame: &FileBlame, old: &[&[u8]], new: &[&[u8]]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    let (mut old_done, mut new_done) = (0, 0);
    for run in &blame.lines {
        let LineOrigin::Upstream(first) = run.origin else { continue };
        let (first_old, first_new) = (usize::try_from(first - 1).ok()?, usize::try_from(run.first - 1).ok()?);
        for (at_old, at_new) in (first_old..).zip(first_new..).take(usize::try_from(run.count).ok()?) {
            // A line that was the last one may have got a newline.
            if old.get(at_old)? == new.get(at_new)? {
                if at_old < old_done || at_new < new_done {
                    return None;
                }
                changes.push(Change { old: old_done..at_old, new: new_done..at_new });
                (old_done, new_done) = (at_old + 1, at_new + 1);
            }
        }
    }
    changes.push(Change { old: old_done..old.len(), new: new_done..new.len() });
    Some(changes)
}

/// The change without what is the same at its beginning and end: a patch may bring back what another one removed.
fn trimmed(change: Change, old: &[&[u8]], new: &[&[u8]]) -> Option<Change> {
    let Change { old: mut removed, new: mut added } = change;
    while !removed.is_empty() && !added.is_empty() && old.get(removed.start) == new.get(added.start) {
        removed.start += 1;
        added.start += 1;
    }
    while !removed.is_empty() && !added.is_empty() && old.get(removed.end - 1) == new.get(added.end - 1) {
        removed.end -= 1;
        added.end -= 1;
    }
    (!removed.is_empty() || !added.is_empty()).then_some(Change { old: removed, new: added })
}

/// What only git's headers can say: another name, another mode, and files without lines.
fn write_git_header(before: Option<FileSide<'_>>, after: Option<FileSide<'_>>, patch: &mut Vec<u8>) {
    let mode = |side: FileSide<'_>| if side.executable { "100755" } else { "100644" };
    let mut said: Vec<Vec<u8>> = Vec::new();
    match (before, after) {
        (Some(old), Some(new)) => {
            if old.executable != new.executable {
                said.push(format!("old mode {}", mode(old)).into_bytes());
                said.push(format!("new mode {}", mode(new)).into_bytes());
            }
            if old.path != new.path {
                said.push([b"rename from ", &written(b"", old.path)[..]].concat());
                said.push([b"rename to ", &written(b"", new.path)[..]].concat());
            }
        }
        (None, Some(new)) if new.executable || new.bytes.is_empty() => {
            said.push(format!("new file mode {}", mode(new)).into_bytes());
        }
        (Some(old), None) if old.bytes.is_empty() => {
            said.push(format!("deleted file mode {}", mode(old)).into_bytes());
        }
        _ => {}
    }
    let Some((old, new)) = before.or(after).zip(after.or(before)).filter(|_| !said.is_empty()) else { return };
    said.insert(0, [b"diff --git ", &written(b"a/", old.path)[..], b" ", &written(b"b/", new.path)[..]].concat());
    for line in said {
        patch.extend_from_slice(&line);
        patch.push(b'\n');
    }
}

fn write_name(sign: &[u8], folder: &[u8], side: Option<FileSide<'_>>, patch: &mut Vec<u8>) {
    let name = side.map_or_else(|| b"/dev/null".to_vec(), |side| written(folder, side.path));
    patch.extend_from_slice(sign);
    patch.extend_from_slice(&name);
    patch.push(b'\n');
}

/// A name as headers have it: as a C string when it has more than plain characters.
fn written(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let name = [folder, path].concat();
    if name.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) {
        return name;
    }
    let mut quoted = vec![b'"'];
    for byte in name {
        match byte {
            b'"' | b'\\' => quoted.extend([b'\\', byte]),
            byte if byte == b' ' || byte.is_ascii_graphic() => quoted.push(byte),
            byte => quoted.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    quoted.push(b'"');
    quoted
}

/// Changes that are near one another, with the lines around them.
fn write_hunk(changes: &[Change], old: &[&[u8]], new: &[&[u8]], patch: &mut Vec<u8>) {
    let Some((first, last)) = changes.first().zip(changes.last()) else { return };
    let above = first.old.start.min(CONTEXT);
    let below = (old.len() - last.old.end).min(CONTEXT);
    let range = |start: usize, end: usize| {
        let (start, end) = (start - above, end + below);
        // A range of no lines is named by the line before it.
        format!("{},{}", if start == end { start } else { start + 1 }, end - start)
    };
    let header = format!("@@ -{} +{} @@\n", range(first.old.start, last.old.end), range(first.new.start, last.new.end));
    patch.extend_from_slice(header.as_bytes());
    let mut done = first.old.start - above;
    for change in changes {
        push_lines(b' ', old.get(done..change.old.start), patch);
        push_lines(b'-', old.get(change.old.clone()), patch);
        push_lines(b'+', new.get(change.new.clone()), patch);
        done = change.old.end;
    }
    push_lines(b' ', old.get(done..done + below), patch);
}

fn push_lines(sign: u8, lines: Option<&[&[u8]]>, patch: &mut Vec<u8>) {
    for line in lines.into_iter().flatten() {
        patch.push(sign);
        patch.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            patch.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::patches::blame::Blame;
    use crate::analyse::patches::diff;
    use crate::formats::unified_diff;
    use crate::model::{Applied, AppliedFile, BlameRun, ChangeKind, EntryPath, HunkOrigin};
    use proptest::prelude::*;

    fn side<'a>(path: &'a str, bytes: &'a str) -> Option<FileSide<'a>> {
        Some(FileSide { path: path.as_bytes(), bytes: bytes.as_bytes(), executable: false })
    }

    fn difference(before: Option<FileSide<'_>>, after: Option<FileSide<'_>>, blame: Option<&FileBlame>) -> String {
        let mut patch = Vec::new();
        write(before, after, blame, &mut patch);
        String::from_utf8(patch).unwrap()
    }

    /// The blame of a file of so many lines of which these runs are upstream's: first line now, first line there, count.
    fn blame(lines: u64, kept: &[(u64, u64, u64)]) -> FileBlame {
        let by = LineOrigin::Patch(HunkOrigin { patch: 0, file: 0, hunk: 0 });
        let mut blame = FileBlame::default();
        let mut next = 1;
        for &(first, upstream, count) in kept.iter().chain([&(lines + 1, 0, 0)]) {
            if first > next {
                blame.lines.push(BlameRun { first: next, count: first - next, origin: by });
            }
            if count > 0 {
                blame.lines.push(BlameRun { first, count, origin: LineOrigin::Upstream(upstream) });
            }
            next = first + count;
        }
        blame
    }

    #[test]
    fn changes_have_lines_around_them() {
        let (old, new) = ("1\n2\n3\n4\n5\n6\n7\n8\n9\nend", "0\n1\n2\n3\n4\n5\nsix\n7\n8\n9\nend\n");
        let blame = blame(11, &[(2, 1, 5), (8, 7, 4)]);
        insta::assert_snapshot!(difference(side("f", old), side("f", new), Some(&blame)));
        assert_eq!(difference(side("f", old), side("f", old), None), "");
    }

    #[test]
    fn what_is_no_line_is_in_git_headers() {
        let executable = |side: Option<FileSide<'static>>| side.map(|side| FileSide { executable: true, ..side });
        insta::assert_snapshot!(
            [
                difference(side("a b", "x\n"), executable(side("\u{e9}", "x\n")), Some(&blame(1, &[(1, 1, 1)]))),
                difference(None, side("new", ""), None),
                difference(side("gone", ""), None, None),
                difference(None, executable(side("run", "#!\n")), None),
                difference(side("old", "1\n2\n"), None, None),
            ]
            .concat()
        );
    }

    #[test]
    fn what_is_brought_back_is_no_change() {
        let blame = blame(3, &[(1, 1, 1)]);
        assert_eq!(difference(side("f", "a\nb\nc\n"), side("f", "a\nb\nc\n"), Some(&blame)), "");
    }

    proptest! {
        #[test]
        fn the_difference_makes_one_file_of_the_other(old in "([ab]\n){0,12}[ab]?", new in "([ab]\n){0,12}[ab]?") {
            let patch = difference(side("f", &old), side("f", &new), None);
            let diff = unified_diff::parse(patch.as_bytes()).unwrap();
            let path = EntryPath::new("f").unwrap();
            let offsets = vec![0; diff.files.first().map_or(0, |file| file.hunks.len())];
            let files = vec![AppliedFile { input: path.clone(), path: path.clone(), offsets }];
            let mut followed = Blame::default();
            let count = old.split_inclusive('\n').count() as u64;
            followed.apply(&diff, &Applied { files }, &mut |_| Some(count));
            let files = followed.finish();
            let again = difference(side("f", &old), side("f", &new), files.get(&path));
            prop_assert_eq!(&again, &patch);
            let read = diff::read(patch.as_bytes(), 1);
            prop_assert!(read.unreadable.is_none());
            prop_assert!(read.files.iter().all(|file| file.name() == b"f" && file.kind != ChangeKind::Nothing));
        }
    }
}
