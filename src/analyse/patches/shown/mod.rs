//! The hunks of a patch as lines of HTML: tokens of the file's language marked, and in changed lines the words that differ.
//!
//! Both sides of a hunk are lexed as texts of their own, so what begins before a hunk (a long comment) is not seen. A line
//! with characters that would not be seen, or would change how others are shown, has them written out and no tokens.

mod encoding;
mod highlight;
mod words;

use self::encoding::LineEncoding;
use crate::analyse::lexer::{Language, Overrides};
use crate::formats::unified_diff::{self, FileDiff, Hunk, Line, LineKind};
use crate::html;
use crate::model::{DiffLine, DiffLineKind, ShownHunk, ShownPatch};

/// Makes the lines of a patch, at most `most` of them; the files are those of [`diff::read`](super::diff::read), in their
/// order. `overrides` are what the settings say of languages.
pub fn lines(bytes: &[u8], most: usize, overrides: &Overrides) -> ShownPatch {
    let (diff, _) = unified_diff::parse_partly(bytes);
    let encoding = LineEncoding::of(&diff);
    let mut room = most;
    let mut lines_left = 0;
    let files = diff.files.iter().map(|file| {
        let language = language(file, overrides);
        let mut hunks = Vec::new();
        for hunk in &file.hunks {
            let shown = hunk.lines.len().min(room);
            lines_left += (hunk.lines.len() - shown) as u64;
            room -= shown;
            if let Some(lines) = hunk.lines.get(..shown).filter(|lines| !lines.is_empty()) {
                hunks.push(shown_hunk(hunk, lines, language, encoding));
            }
        }
        hunks
    });
    let files = files.collect();
    ShownPatch { files, lines_left }
}

/// The language of the file that is changed, by its name and the beginning of the first hunk.
fn language(file: &FileDiff<'_>, overrides: &Overrides) -> Option<Language> {
    let name = file.new.as_deref().or(file.old.as_deref())?;
    let first = file.hunks.first().filter(|hunk| hunk.new_start <= 1);
    let texts = first.into_iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind != LineKind::Delete);
    let beginning: Vec<u8> = texts.flat_map(|line| [line.text, b"\n"]).flatten().copied().collect();
    Language::detect(name, &beginning, overrides)
}

fn shown_hunk(hunk: &Hunk<'_>, lines: &[Line<'_>], language: Option<Language>, encoding: LineEncoding) -> ShownHunk {
    let texts: Vec<String> = lines.iter().map(|line| encoding.decode(line.text)).collect();
    let kinds: Vec<DiffLineKind> = lines.iter().map(|line| kind(line.kind)).collect();
    let mut htmls = highlight::lines(&texts, &kinds, language);
    words::mark(&texts, &kinds, &mut htmls);
    let lines = lines.iter().zip(kinds).zip(htmls);
    ShownHunk {
        old_start: hunk.old_start,
        old_lines: hunk.old_lines,
        new_start: hunk.new_start,
        new_lines: hunk.new_lines,
        section: html::display_name(encoding.decode(hunk.section).as_bytes()),
        lines: lines.map(|((line, kind), html)| DiffLine { kind, html, has_newline: line.newline }).collect(),
    }
}

fn kind(kind: LineKind) -> DiffLineKind {
    match kind {
        LineKind::Context => DiffLineKind::Context,
        LineKind::Delete => DiffLineKind::Delete,
        LineKind::Insert => DiffLineKind::Insert,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &[u8] =
        b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@ int <main>\n a\xff\x00\t\n-<b>\n+\x1b c\n\\ No newline at end of file\n";

    fn htmls(patch: &[u8]) -> Vec<String> {
        let shown = lines(patch, 100, &Overrides::default());
        shown.files.into_iter().flatten().flat_map(|hunk| hunk.lines).map(|line| line.html).collect()
    }

    #[test]
    fn lines_are_escaped() {
        let shown = lines(PATCH, 10, &Overrides::default());
        let [hunk] = &shown.files[0][..] else { panic!("{shown:?}") };
        assert_eq!(hunk.lines[1].html, "&lt;b&gt;");
        assert_eq!(hunk.lines[2].html, "\\u{1b} c");
        assert!(hunk.lines[1].has_newline && !hunk.lines[2].has_newline);
        assert_eq!(hunk.section, "int <main>");
    }

    #[test]
    fn what_is_too_long_is_counted() {
        let shown = lines(PATCH, 2, &Overrides::default());
        assert_eq!((shown.files[0][0].lines.len(), shown.lines_left), (2, 1));
        assert_eq!(lines(PATCH, 0, &Overrides::default()).lines_left, 3);
    }

    #[test]
    fn tokens_and_words_are_marked() {
        let patch =
            b"--- a/f.c\n+++ b/f.c\n@@ -1,2 +1,2 @@\n-return old + 1; /* <a> */\n+return new + 1; /* <a> */\n x\n";
        insta::assert_snapshot!(htmls(patch).join("\n"), @r"
        <i class=k>return</i> <mark>old</mark> + <i class=n>1</i>; <i class=c>/* &lt;a> */</i>
        <i class=k>return</i> <mark>new</mark> + <i class=n>1</i>; <i class=c>/* &lt;a> */</i>
        x
        ");
    }

    #[test]
    fn lines_that_are_no_utf_8_are_decoded() {
        let patch = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-Le caf\u{e9} est tr\u{e8}s chaud\n+Le caf\u{e9} est frapp\u{e9}\n";
        let latin: Vec<u8> = patch.chars().map(|character| character as u8).collect();
        assert_eq!(htmls(&latin), htmls(patch.as_bytes()));
    }
}
