//! Paragraphs, fields and lines of a text in the syntax of control files (deb822(5)), with their numbers.
//!
//! A small splitter of our own: each deviation must be told with its line, nothing may be lost, and a text of any
//! shape must be split in one pass, in memory of its own size. A library that builds a syntax tree (several times
//! the size of the text) leaves all three to be done again on top of it.
//!
//! Blank lines, also those of blanks alone, part paragraphs; a blank or tab continues a field; `#` begins a comment.
//! A line that is none of these is taken for a continuation that was not indented.

use super::rules::{Findings, RuleId};
use crate::model::{CommentLine, Field, Paragraph};

/// The most paragraphs that are read.
pub(super) const PARAGRAPHS: usize = 20_000;

/// A field on its lines.
pub(super) struct RawField<'a> {
    pub(super) name: &'a str,
    /// Numbers and texts: first what is behind the colon, then whole lines.
    pub(super) lines: Vec<(u32, &'a str)>,
}

impl RawField<'_> {
    pub(super) fn line(&self) -> u32 {
        self.lines.first().map_or(0, |(line, _)| *line)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(|(_, text)| text.trim().is_empty())
    }

    fn to_field(&self) -> Field {
        let lines: Vec<&str> = self.lines.iter().map(|(_, text)| *text).collect();
        Field { name: self.name.to_owned(), line: self.line(), value: lines.join("\n") }
    }
}

/// A paragraph on its lines: it has a field at least.
#[derive(Default)]
pub(super) struct RawParagraph<'a> {
    pub(super) fields: Vec<RawField<'a>>,
    last_line: u32,
}

impl<'a> RawParagraph<'a> {
    pub(super) fn field(&self, name: &str) -> Option<&RawField<'a>> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    pub(super) fn line(&self) -> u32 {
        self.fields.first().map_or(0, RawField::line)
    }

    pub(super) fn to_paragraph(&self) -> Paragraph {
        let fields = self.fields.iter().map(RawField::to_field).collect();
        Paragraph { line: self.line(), last_line: self.last_line, fields }
    }
}

/// A text in parts.
#[derive(Default)]
pub(super) struct Split<'a> {
    pub(super) paragraphs: Vec<RawParagraph<'a>>,
    pub(super) comments: Vec<CommentLine>,
}

/// What a line is, seen alone.
enum Line<'a> {
    Blank,
    Comment,
    Continuation,
    Field { name: &'a str, value: &'a str },
    Stray,
}

/// Splits a text; every line but blank ones is in exactly one field or comment.
pub(super) fn split<'a>(text: &'a str, findings: &mut Findings) -> Split<'a> {
    let mut split = Split::default();
    let mut paragraph = RawParagraph::default();
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match classify(line) {
            Line::Comment => {
                findings.add(RuleId::CommentLine, number, line);
                split.comments.push(CommentLine { line: number, text: line.to_owned() });
                continue;
            }
            Line::Blank => {
                if !line.is_empty() && !paragraph.fields.is_empty() {
                    findings.add(RuleId::BlankSeparator, number, "");
                }
                if !paragraph.fields.is_empty() {
                    split.paragraphs.push(std::mem::take(&mut paragraph));
                }
                if split.paragraphs.len() == PARAGRAPHS {
                    findings.add(RuleId::TooManyParagraphs, number, &PARAGRAPHS.to_string());
                    return split;
                }
                continue;
            }
            Line::Field { name, value } => paragraph.fields.push(RawField { name, lines: vec![(number, value)] }),
            kind @ (Line::Continuation | Line::Stray) => {
                let is_stray = matches!(kind, Line::Stray);
                add_line(&mut paragraph, number, line, is_stray, findings);
            }
        }
        paragraph.last_line = number;
    }
    if !paragraph.fields.is_empty() {
        split.paragraphs.push(paragraph);
    }
    split
}

fn add_line<'a>(paragraph: &mut RawParagraph<'a>, number: u32, line: &'a str, is_stray: bool, findings: &mut Findings) {
    if is_stray {
        findings.add(RuleId::UnindentedLine, number, line);
    } else if line.starts_with('\t') {
        findings.add(RuleId::TabContinuation, number, line.trim());
    }
    match paragraph.fields.last_mut() {
        Some(field) => field.lines.push((number, line)),
        None => {
            if !is_stray {
                findings.add(RuleId::LineWithoutField, number, line.trim());
            }
            paragraph.fields.push(RawField { name: "", lines: vec![(number, line)] });
        }
    }
}

fn classify(line: &str) -> Line<'_> {
    if line.trim().is_empty() {
        return Line::Blank;
    }
    if line.starts_with('#') {
        return Line::Comment;
    }
    if line.starts_with([' ', '\t']) {
        return Line::Continuation;
    }
    match line.split_once(':') {
        Some((name, value)) if is_field_name(name) => Line::Field { name, value },
        _ => Line::Stray,
    }
}

/// Printable ASCII but for blanks and colons, not beginning with a hyphen (Debian Policy 5.1).
fn is_field_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_line_is_lost(lines in prop::collection::vec("[ \t#a.:-]{0,4}", 0..40)) {
            let text = lines.join("\n");
            let split = split(&text, &mut Findings::default());
            let mut found: Vec<(u32, String)> = split.comments.into_iter().map(|line| (line.line, line.text)).collect();
            for field in split.paragraphs.iter().flat_map(|paragraph| &paragraph.fields) {
                let name = if field.name.is_empty() { String::new() } else { format!("{}:", field.name) };
                let texts = field.lines.iter().enumerate();
                found.extend(texts.map(|(at, (line, text))| {
                    (*line, format!("{}{text}", if at == 0 { name.as_str() } else { "" }))
                }));
            }
            found.sort();
            let all = (1..).zip(&lines).filter(|(_, line)| !line.trim().is_empty());
            prop_assert_eq!(found, all.map(|(number, line)| (number, line.clone())).collect::<Vec<_>>());
        }
    }
}
