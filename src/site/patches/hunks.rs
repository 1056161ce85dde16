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

/// The bodies of a table of three columns: the numbers in the old and in the new file, and the line. `file` is the id of the
/// file. Where lines take the place of others, these rows are a body of their own, of class `pair`, so that a style sheet can
/// put them side by side.
pub(super) fn rows(file: &str, hunks: &[ShownHunk], places: &Places<'_>) -> String {
    let mut html = String::new();
    for (number, hunk) in (0..).zip(hunks) {
        let id = hunk_id(file, u64::from(number) + 1);
        html.push_str("<tbody>\n");
        push_heading(&id, hunk, (places.offset)(number), &mut html);
        let mut writer = LineWriter {
            id: &id,
            places,
            at: HunkLine { hunk: number, position: 0, inserted: None },
            inserted: 0,
            old: first(hunk.old_start, hunk.old_lines),
            new: first(hunk.new_start, hunk.new_lines),
        };
        for run in hunk.lines.chunk_by(|one, next| is_context(one) == is_context(next)) {
            let has = |kind| run.iter().any(|line| line.kind == kind);
            let is_replacement = has(DiffLineKind::Delete) && has(DiffLineKind::Insert);
            html.push_str(if is_replacement { "</tbody>\n<tbody class=\"pair\">\n" } else { "" });
            run.iter().for_each(|line| writer.push(line, &mut html));
            html.push_str(if is_replacement { "</tbody>\n<tbody>\n" } else { "" });
        }
        html.push_str("</tbody>\n");
    }
    html
}

fn is_context(line: &DiffLine) -> bool {
    line.kind == DiffLineKind::Context
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

/// Writes the lines of a hunk, in order.
struct LineWriter<'a> {
    id: &'a str,
    places: &'a Places<'a>,
    at: HunkLine,
    /// How many lines were inserted so far.
    inserted: usize,
    /// The numbers of the next line.
    old: u64,
    new: u64,
}

impl LineWriter<'_> {
    fn push(&mut self, line: &DiffLine, html: &mut String) {
        let (class, sign) = match line.kind {
            DiffLineKind::Context => ("", ' '),
            DiffLineKind::Delete => ("d", '-'),
            DiffLineKind::Insert => ("i", '+'),
        };
        let (is_old, is_new) = (line.kind != DiffLineKind::Insert, line.kind != DiffLineKind::Delete);
        let Self { id, old, new, .. } = *self;
        // The number in the new file names a line, that in the old one a line that is gone.
        let id = if is_new { format!("{id}-new-{new}") } else { format!("{id}-old-{old}") };
        let link = match is_new {
            true => (self.places.link)(HunkLine { inserted: (!is_old).then_some(self.inserted), ..self.at }),
            false => None,
        };
        let new_cell = match link {
            Some(link) => format!("<a href=\"{link}\">{new}</a>"),
            None if is_new => new.to_string(),
            None => String::new(),
        };
        let old_cell = if is_old { old.to_string() } else { String::new() };
        let attribute = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        // Writing to a String cannot fail.
        let _ = writeln!(
            html,
            "<tr{attribute} id=\"{id}\"><td>{old_cell}</td><td>{new_cell}</td><td>{sign}{}</td></tr>",
            line.html
        );
        if !line.has_newline {
            let class = format!("mark {class}");
            let _ = writeln!(
                html,
                "<tr class=\"{}\"><td></td><td></td><td>\\ No newline at end of file</td></tr>",
                class.trim_end()
            );
        }
        self.old = old.saturating_add(u64::from(is_old));
        self.new = new.saturating_add(u64::from(is_new));
        self.at.position += u64::from(is_new);
        self.inserted += usize::from(!is_old);
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
        <tbody>
        <tr class="hunk" id="file-2-1"><td colspan="3"><a href="#file-2-1">@@ -9,2 +10,2 @@</a> f(&lt;T&gt;) <span class="tag">applied 1 line further up</span></td></tr>
        <tr id="file-2-1-new-10"><td>9</td><td>10</td><td> a</td></tr>
        </tbody>
        <tbody class="pair">
        <tr class="d" id="file-2-1-old-10"><td>10</td><td></td><td>-&lt;b></td></tr>
        <tr class="i" id="file-2-1-new-11"><td></td><td><a href="../f#L20">11</a></td><td>+c</td></tr>
        <tr class="mark i"><td></td><td></td><td>\ No newline at end of file</td></tr>
        </tbody>
        <tbody>
        </tbody>
        "##);
    }
}
