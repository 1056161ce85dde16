//! Text to HTML that keeps every byte and shows what it means.
//!
//! The law: parse the HTML, take the text of the code element, put the bytes named by `data-byte` in
//! the place of their elements, and the file is back, for every input. So `&` and `<` are escaped, a carriage
//! return (which HTML parsers turn into a line feed) is a character reference, and bytes that are not
//! UTF-8 — and NUL, which HTML parsers drop — stand in elements that carry their value. Lines end at
//! `\n` only, and each is one element with an id, `L1` being the first.
//!
//! ```html
//! <span id="L1"><i class=k>return</i> <i class=n>0</i>;
//! </span>
//! ```
//!
//! - `<i class=k>`: a token, see [`Class`]. Tokens end with the line and begin again in the next.
//! - `<b data-byte="e9">`: a byte that is no character; its text is U+FFFD.
//! - `<b data-control="001b">`: a control character other than tab, line feed, form feed and return; its text
//!   is the character itself, which nobody sees: style sheets show the attribute.
//! - `<b data-bidi="202e">`: a character that changes the order of others; its text is the character itself.
//!   Style sheets must set `unicode-bidi: isolate` for it, which confines it to the element.
//!
//! What a language is made of says its file in `languages/`; [`definition`] tells how to read one.
//! One engine runs them all, once through the text, at a cost that grows with its length alone.
//! Depends on nothing else of this program.

mod byte_set;
mod class;
mod definition;
mod detect;
mod engine;
mod html;
mod language;
mod pattern;
mod pattern_parser;
mod sources;
mod tables;
mod words;

pub use class::Class;
pub use detect::{OverrideError, Overrides};
pub use language::Language;

/// Version of what this module writes: part of the key of every fragment.
pub const VERSION: u32 = 3;

/// What [`write_lines`] wrote.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Written {
    /// Lines that have something else than comments and blanks.
    pub code_lines: u32,
    /// Lines that have comments and blanks only, and comments.
    pub comment_lines: u32,
    /// Lines that have blanks only.
    pub blank_lines: u32,
    /// The first line, from 1, with a character that changes the order in which others are shown.
    pub first_bidi_line: Option<u32>,
    /// Where the text can be cut: pieces of at most 2,000 lines and at most 256 KB, or of one line that is longer. The first
    /// begins with the text; an empty text has none.
    pub cuts: Vec<Cut>,
}

/// The start of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Its first line, from 1.
    pub line: u32,
    /// Where it begins in the text, in bytes.
    pub source: usize,
    /// Where it begins in the HTML, in bytes from where that of the text begins.
    pub html: usize,
}

/// The lines of [`Written::cuts`], which depend on the text alone.
pub fn cut_lines(text: &[u8]) -> Vec<u32> {
    html::piece_lines(text)
}

/// Appends the lines of `text` to `html`, as text of `language`, or as plain text without one; `None` as soon as that is more
/// than `most` bytes (what was appended until then is of no use).
pub fn write_lines(text: &[u8], language: Option<Language>, most: usize, html: &mut Vec<u8>) -> Option<Written> {
    html.reserve((text.len() + text.len() / 2).min(most));
    let mut writer = html::Writer::new(text, most, html);
    if let Some(language) = language {
        engine::run(language, text, 0..text.len(), &mut writer);
    }
    writer.finish()
}
