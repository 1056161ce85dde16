//! The hunks of one file as HTML.
//!
//! Written here and not by a template, as a patch may have many thousand lines. Lines have numbers of both files; those of
//! the new file lead to its page, to where the line is there after all patches.

use std::fmt::Write as _;

use super::lines::HunkLine;
use crate::html;
use crate::model::{DiffLine, DiffLineKind, ShownHunk};

/// The id of a file on the page of a patch, by its position in the patch.
pub(super) fn file_id(position: usize) -> String {
    format!("file-{}", position + 1)
}

/// The id of a hunk, by that of its file and its number there, counted from 1. (Hunks may overlap, so that numbers of
/// lines are unique within one alone.)
pub(super) fn hunk_id(file: &str, number: u64) -> String {
    format!("{file}-{number}")
}

/// What is known of the lines of a file beside the diff.
pub(super) struct Places<'a> {
    /// The link to a line that is in the file of the tree, when that is exactly known.
    pub(super) link: &'a dyn Fn(HunkLine) -> Option<String>,
    /// How far a hunk was from the place that it names, in lines; more is further down.
    pub(super) offset: &'a dyn Fn(u32) -> i64,
}

/// The rows of a table of three columns: the numbers in the old and in the new file, and the line. `file` is the id of the
/// file.
pub(super) fn rows(file: &str, hunks: &[ShownHunk], places: &Places<'_>) -> String {
    let mut html = String::new();
    for (number, hunk) in (0..).zip(hunks) {
        let id = hunk_id(file, u64::from(number) + 1);
        push_heading(&id, hunk, (places.offset)(number), &mut html);
        let (mut old, mut new) = (first(hunk.old_start, hunk.old_lines), first(hunk.new_start, hunk.new_lines));
        let (mut position, mut inserted) = (0, 0);
        for line in &hunk.lines {
            let (is_old, is_new) = (line.kind != DiffLineKind::Insert, line.kind != DiffLineKind::Delete);
            let at = HunkLine { hunk: number, position, inserted: (!is_old).then_some(inserted) };
            let link = if is_new { (places.link)(at) } else { None };
            push_line(&id, line, (is_old.then_some(old), is_new.then_some(new)), link, &mut html);
            old = old.saturating_add(u64::from(is_old));
            new = new.saturating_add(u64::from(is_new));
            position += u64::from(is_new);
            inserted += usize::from(!is_old);
        }
    }
    html
}

/// The first line that a hunk covers in a file: of none, the one that would follow.
fn first(start: u64, lines: u64) -> u64 {
    if lines == 0 { start.saturating_add(1) } else { start }
}

fn push_heading(id: &str, hunk: &ShownHunk, offset: i64, html: &mut String) {
    let ShownHunk { old_start, old_lines, new_start, new_lines, .. } = hunk;
    let section = html::escape(&hunk.section);
    let moved = match offset {
        0 => String::new(),
        offset => format!(" <span class=\"tag\">{}</span>", moved(offset)),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        html,
        "<tr class=\"hunk\" id=\"{id}\"><td colspan=\"3\"><a href=\"#{id}\">@@ -{old_start},{old_lines} +{new_start},{new_lines} @@</a> {section}{moved}</td></tr>"
    );
}

/// `applied 3 lines further down`.
fn moved(offset: i64) -> String {
    let direction = if offset > 0 { "down" } else { "up" };
    format!("applied {} further {direction}", html::counted(offset.unsigned_abs(), "line"))
}

fn push_line(
    hunk: &str,
    line: &DiffLine,
    (old, new): (Option<u64>, Option<u64>),
    link: Option<String>,
    html: &mut String,
) {
    let (class, sign) = match line.kind {
        DiffLineKind::Context => ("", ' '),
        DiffLineKind::Delete => (" class=\"d\"", '-'),
        DiffLineKind::Insert => (" class=\"i\"", '+'),
    };
    // The number in the new file names a line, that in the old one a line that is gone.
    let id = match (old, new) {
        (_, Some(new)) => format!("{hunk}-new-{new}"),
        (old, None) => format!("{hunk}-old-{}", old.unwrap_or_default()),
    };
    let old = old.map(|old| old.to_string()).unwrap_or_default();
    let new = new.map(|new| new.to_string()).unwrap_or_default();
    let new = link.map(|link| format!("<a href=\"{link}\">{new}</a>")).unwrap_or(new);
    // Writing to a String cannot fail.
    let _ = writeln!(html, "<tr{class} id=\"{id}\"><td>{old}</td><td>{new}</td><td>{sign}{}</td></tr>", line.html);
    if !line.has_newline {
        html.push_str("<tr class=\"mark\"><td></td><td></td><td>\\ No newline at end of file</td></tr>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_in_both_files() {
        let line = |kind, html: &str| DiffLine { kind, html: html.to_owned(), has_newline: html != "c" };
        let lines = vec![
            line(DiffLineKind::Context, "a"),
            line(DiffLineKind::Delete, "&lt;b>"),
            line(DiffLineKind::Insert, "c"),
        ];
        let hunk =
            ShownHunk { old_start: 9, old_lines: 2, new_start: 10, new_lines: 2, section: "f(<T>)".to_owned(), lines };
        let link = |line: HunkLine| line.inserted.map(|inserted| format!("../f#L{}", 20 + inserted));
        let places = Places { link: &link, offset: &|_| -1 };
        insta::assert_snapshot!(rows("file-2", &[hunk], &places), @r##"
        <tr class="hunk" id="file-2-1"><td colspan="3"><a href="#file-2-1">@@ -9,2 +10,2 @@</a> f(&lt;T&gt;) <span class="tag">applied 1 line further up</span></td></tr>
        <tr id="file-2-1-new-10"><td>9</td><td>10</td><td> a</td></tr>
        <tr class="d" id="file-2-1-old-10"><td>10</td><td></td><td>-&lt;b></td></tr>
        <tr class="i" id="file-2-1-new-11"><td></td><td><a href="../f#L20">11</a></td><td>+c</td></tr>
        <tr class="mark"><td></td><td></td><td>\ No newline at end of file</td></tr>
        "##);
    }
}
