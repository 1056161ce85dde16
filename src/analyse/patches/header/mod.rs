//! The header of a patch file: the text before its first diff.
//!
//! [`parse`] reads it, whatever form it has: fields of DEP-3 (*Patch Tagging Guidelines*), a mail of git, a commit of
//! `git log`, comments of dpatch, exports of Mercurial and Subversion, text without fields, or several of these in
//! one. [`header_length`] tells where it ends. Fields are known by a table, `fields.toml`.
//!
//! Nothing here fails: what deviates is a finding by one of the [`rules`](super::rules). Time and memory are bounded
//! by the size of the input, of which at most [`READ`] bytes are read.
//!
//! - A set of fields begins with a paragraph, so fields of DEP-3 may follow those of a mail; some fields count
//!   wherever they begin a line, since real patches have them there. A line of three hyphens ends the header.
//! - A name that is misspelt in a way that is in use counts as well, with a finding.
//! - Texts keep case and lines. In the values of a mail encoded words (RFC 2047) are decoded.

mod date;
mod encoded_word;
mod extent;
mod fields;
mod form;
mod person;
mod reader;
mod split;
mod text;
mod values;

use std::borrow::Cow;

use encoding_rs::Encoding;

pub use extent::header_length;
pub(super) use values::is_of_distribution;

use super::rules::{Findings, RuleId};
use crate::analyse::encoding;
use crate::model::PatchHeader;

/// How much of a header is read, in bytes.
pub const READ: usize = 256 << 10;

/// Reads the header of a patch file, given all bytes of the file.
pub fn parse(file: &[u8]) -> PatchHeader {
    let length = header_length(file);
    let header = file.get(..length).unwrap_or(file);
    let mut findings = Findings::default();
    if header.len() > READ {
        findings.add_of_file(RuleId::HeaderTooLong, &format!("{length} bytes"));
    }
    let part = header.get(..READ.min(header.len())).unwrap_or(header);
    let (text, encoding) = decode(part, &mut findings);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut parsed = reader::read(text, findings);
    parsed.length = length as u64;
    if !part.is_empty() {
        encoding.clone_into(&mut parsed.encoding);
    }
    parsed
}

/// The text of a header and its encoding: what the mail says if that fits, else as for any file.
fn decode<'a>(bytes: &'a [u8], findings: &mut Findings) -> (Cow<'a, str>, &'static str) {
    if let Some(charset) = stated_charset(bytes).filter(|_| std::str::from_utf8(bytes).is_err())
        && let Some(text) = charset.decode_without_bom_handling_and_without_replacement(bytes)
    {
        findings.add_of_file(RuleId::NotUtf8, charset.name());
        return (text, charset.name());
    }
    let decoded = encoding::decode(bytes);
    let text = match decoded.text {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    };
    if decoded.encoding != encoding::UTF8 {
        findings.add_of_file(RuleId::NotUtf8, decoded.encoding);
    } else if text.contains(char::REPLACEMENT_CHARACTER) {
        findings.add_of_file(RuleId::NotUtf8, "some bytes are no characters");
    }
    (text, decoded.encoding)
}

/// The charset of a mail's `Content-Type`, if it is among the first fields.
fn stated_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    /// Fields before the message are within this.
    const FIELDS: usize = 4096;
    let start = String::from_utf8_lossy(bytes.get(..FIELDS.min(bytes.len()))?).to_ascii_lowercase();
    let (_, value) = start.split_once("\ncontent-type:")?;
    let (_, label) = value.lines().next()?.split_once("charset=")?;
    let label = label.trim_start_matches('"');
    Encoding::for_label(label.split([';', '"', ' ']).next()?.as_bytes())
}

#[cfg(test)]
mod tests;
