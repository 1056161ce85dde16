//! What files say of their licence and copyright themselves.
//!
//! [`found`] reads one file: SPDX tags and snippets anywhere in it, copyright lines and well-known notices at its start, and licence texts by
//! checksum; and whether the file was made from another one. It says nothing that it is not certain of, and it is pure, linear and cheap: most of a file is only searched for `SPDX-`.
//! [`compare`] holds it against what is declared; [`reuse`] has the files that speak for others.
//!
//! May use `analyse::encoding` and `model`.

pub mod compare;
mod compiled;
mod declared;
mod expression;
mod holder;
mod line;
pub mod notices;
pub mod reuse;
mod statement;
mod tags;
pub mod texts;
pub(super) mod words;
mod years;

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::analyse::encoding;
use crate::model::Found;
pub use declared::declared_holders;
use words::Words;

/// Version of the rules here and of their data: part of the key of what is stored.
pub const VERSION: u32 = 3;

/// How much of a file's start is searched for copyright lines and notices.
const HEAD: usize = 4 << 10;

/// How far a comment at the start is followed beyond that.
const LONGEST_HEAD: usize = 16 << 10;

/// How much of a file in UTF-16 or UTF-32 is read.
const LONGEST_WIDE: usize = 64 << 10;

/// What begins copyright statements; `\xa9` is the sign in ISO 8859-1, and the second byte of it in UTF-8.
const STATEMENT_MARKS: [&[u8]; 6] = [b"copyright", b"(c)", b"\xa9", b"&copy;", b"&#169;", b"\\(co"];

/// What every notice has at least one of; notices are sought where one of these is.
const NOTICE_MARKS: [&[u8]; 6] = [b"licen", b"redistribut", b"permi", b"domain", b"same terms", b"gives unlimited"];

/// The marks of statements, then those of notices.
static MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostFirst)
        .build(STATEMENT_MARKS.iter().chain(&NOTICE_MARKS))
        .expect("a few short patterns fit an automaton")
});

/// What the file says of its licence and copyright.
///
/// `path` is relative to the package. `debian/copyright` and `.reuse/dep5` speak of other files and are read elsewhere, and patches
/// have lines of other files: they say nothing here. Nor does a binary file: one with a NUL byte near its start, unless it is in
/// UTF-16 or UTF-32.
pub fn found(path: &[u8], bytes: &[u8]) -> Found {
    let mut found = Found { compiled: compiled::compiled(path, bytes), ..Found::default() };
    if speaks_of_others(path) {
        return found;
    }
    let Some(text) = text(bytes) else { return found };
    tags::read(&text, &mut found);
    let head = head(&text);
    let (places, has_notice) = marks(head);
    found.copyright.extend(statement::read(head, &places));
    if has_notice {
        found.notices = notices::read(&Words::of(head));
    }
    found.licence_text = texts::read(path, &text);
    found
}

/// Whether what is in a file is said of other files: declarations, and patches.
pub fn speaks_of_others(path: &[u8]) -> bool {
    path.starts_with(b"debian/copyright")
        || path == b".reuse/dep5"
        || path.starts_with(b"debian/patches/")
        || [&b".patch"[..], b".diff"].iter().any(|ending| path.ends_with(ending))
}

/// Where statements may be, and whether there may be notices.
fn marks(head: &[u8]) -> (Vec<usize>, bool) {
    let (mut places, mut has_notice) = (Vec::new(), false);
    for mark in MARKS.find_iter(head) {
        if mark.pattern().as_usize() < STATEMENT_MARKS.len() {
            places.push(mark.start());
        } else {
            has_notice = true;
        }
    }
    (places, has_notice)
}

/// The bytes as ASCII with something beyond it; `None` for a binary file.
fn text(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let start = &bytes[..bytes.len().min(HEAD)];
    if memchr::memchr(0, start).is_none() {
        return Some(Cow::Borrowed(bytes));
    }
    let part = &bytes[..bytes.len().min(LONGEST_WIDE)];
    encoding::is_wide(start).then(|| Cow::Owned(encoding::decode(part).text.into_owned()))
}

/// The start of a file, as far as copyright lines and notices are sought: so many bytes, and further while a
/// comment goes on.
fn head(text: &[u8]) -> &[u8] {
    let (Some(start), rest) = (text.get(..HEAD), text.get(HEAD..).unwrap_or_default()) else { return text };
    let rest = &rest[..rest.len().min(LONGEST_HEAD - HEAD)];
    let opened = memchr::memmem::rfind(start, b"/*").unwrap_or(0);
    let closed = memchr::memmem::rfind(start, b"*/");
    if start.get(opened..).is_some_and(|it| it.starts_with(b"/*")) && closed.is_none_or(|closed| closed < opened) {
        let end = memchr::memmem::find(rest, b"*/").unwrap_or(rest.len());
        return &text[..HEAD + end];
    }
    // The line that the start ends in, and the lines of comment after it.
    let mut end = memchr::memchr(b'\n', rest).map_or(rest.len(), |it| it + 1);
    let is_comment = |line: &[u8]| {
        let line = line.trim_ascii_start();
        line.is_empty()
            || [&b"#"[..], b"//", b"*", b";", b"%", b"--", b"dnl", b"!", b".\\\""].iter().any(|it| line.starts_with(it))
    };
    while let Some(line) = rest.get(end..).filter(|it| !it.is_empty()) {
        let length = memchr::memchr(b'\n', line).map_or(line.len(), |it| it + 1);
        if !is_comment(&line[..length]) {
            break;
        }
        end += length;
    }
    &text[..HEAD + end]
}

#[cfg(test)]
mod tests;
