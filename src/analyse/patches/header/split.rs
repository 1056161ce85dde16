//! A message in parts: fields, text, and what stands after the line of three hyphens.
//!
//! DEP-3 has one or two sets of fields, the second of which may begin with any paragraph. Real headers are less
//! orderly, so a set may begin with any paragraph, and some fields count wherever they begin a line. One pass.

use super::fields::{self, FieldName, Meaning};
use super::form::Line;

/// A part of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'a> {
    Field(RawField<'a>),
    Text(u32, &'a str),
    /// A line among fields that is none and continues none.
    Unindented(u32, &'a str),
    Blank,
    /// A line with a field of DEP-3 after the three hyphens: it does not count.
    FieldAfterEnd(u32, &'a str),
}

/// A field on its lines.
#[derive(Debug, PartialEq)]
pub(super) struct RawField<'a> {
    pub(super) name: &'a str,
    pub(super) known: Option<FieldName>,
    /// Numbers and texts: first what is behind the colon, then whole lines.
    pub(super) lines: Vec<Line<'a>>,
    /// Whether it stands within a paragraph of text.
    pub(super) within_text: bool,
}

impl RawField<'_> {
    pub(super) fn line(&self) -> u32 {
        self.lines.first().map_or(0, |(line, _)| *line)
    }
}

/// Where the reader is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At the beginning or after an empty line.
    ParagraphStart,
    /// In a set of fields.
    Fields,
    /// After a line among fields that does not begin with a blank.
    AmongFields,
    /// After a field within a text, which may be continued.
    FieldInText,
    Text,
    /// After the line of three hyphens.
    End,
}

/// Splits a message. Every line is in exactly one part, but for those after the three hyphens, of which only fields
/// are told.
pub(super) fn split<'a>(lines: &[Line<'a>]) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    let mut state = State::ParagraphStart;
    // Lines before this position are known to be in a paragraph without a known field.
    let mut plain_until = 0;
    for (position, &(number, text)) in lines.iter().enumerate() {
        if state == State::End {
            parts.extend(is_dep3_field(text).then_some(Part::FieldAfterEnd(number, text)));
            continue;
        }
        if text.trim_end() == "---" {
            state = State::End;
            continue;
        }
        if text.trim().is_empty() {
            parts.push(Part::Blank);
            state = State::ParagraphStart;
            continue;
        }
        let continues = text.starts_with([' ', '\t']) && matches!(state, State::Fields | State::FieldInText);
        if let Some(Part::Field(field)) = parts.last_mut().filter(|_| continues) {
            field.lines.push((number, text));
            continue;
        }
        if state == State::ParagraphStart && position >= plain_until {
            let rest = lines.get(position..).unwrap_or_default();
            match set_of_fields(rest) {
                Ok(()) => state = State::Fields,
                Err(length) => plain_until = position + length,
            }
        }
        let field = fields::split(text).map(|(name, value)| (name, value, fields::field(name)));
        let field = field.filter(|(.., known)| match state {
            State::Fields => true,
            State::AmongFields => known.is_some(),
            _ => known.is_some_and(|known| known.anywhere),
        });
        if let Some((name, value, known)) = field {
            let within_text = !matches!(state, State::Fields | State::AmongFields);
            parts.push(Part::Field(RawField { name, known, lines: vec![(number, value)], within_text }));
            state = if within_text { State::FieldInText } else { State::Fields };
        } else if matches!(state, State::Fields | State::AmongFields) {
            parts.push(Part::Unindented(number, text));
            state = State::AmongFields;
        } else {
            parts.push(Part::Text(number, text));
            state = State::Text;
        }
    }
    parts
}

fn is_dep3_field(text: &str) -> bool {
    let name = fields::split(text).and_then(|(name, _)| fields::field(name));
    name.is_some_and(|name| name.is_dep3)
}

/// Whether a paragraph is a set of fields: its first line looks like a field, and one of its fields is known.
///
/// # Errors
/// The number of its lines that need not be looked at again.
fn set_of_fields(lines: &[Line<'_>]) -> Result<(), usize> {
    let mut looked_at = 0;
    for (_, text) in lines.iter().take_while(|(_, text)| !text.trim().is_empty()) {
        looked_at += 1;
        match fields::split(text) {
            Some((name, _)) if fields::field(name).is_some_and(|known| known.meaning != Meaning::Trailer) => {
                return Ok(());
            }
            Some(_) => {}
            None if looked_at > 1 && text.starts_with([' ', '\t']) => {}
            None => break,
        }
    }
    Err(looked_at)
}
