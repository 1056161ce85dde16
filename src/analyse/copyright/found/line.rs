//! Lines of a text and the comment markers around what they say.

use std::borrow::Cow;

/// Longest line that is looked at; more is not a statement for people.
pub(super) const LONGEST: usize = 512;

/// Words that begin a comment: m4, DOS and Windows batch files, texinfo, roff and POD.
const OPENING_WORDS: [&str; 8] = ["dnl", "REM", "rem", "Rem", "@comment", "@c", ".\\\"", "'\\\""];

/// What ends a comment or a piece of markup, longest first.
const CLOSERS: [&str; 16] =
    ["-->", "--%>", "*/", "*)", "+/", "-/", "]]", "#}", "=#", "|#", "}}", "--}", "-}", "\"\"\"", "'''", "/>"];

/// The characters of a line, whatever its encoding: UTF-8, or else as WHATWG's windows-1252 has them.
pub(super) fn decode(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0,
    }
}

/// What a line says, without the comment markers and blanks around it.
pub(super) fn without_markers(line: &str) -> &str {
    without_closers(without_opener(line))
}

/// A line without the blanks, punctuation and words with which comments begin. A quotation mark is no such thing: it
/// begins a string.
pub(super) fn without_opener(line: &str) -> &str {
    let mut text = line;
    loop {
        let before = text;
        text = text.trim_start_matches(|c: char| c.is_whitespace() || "#*/%;!|-+=~:{<>\u{feff}".contains(c));
        for word in OPENING_WORDS {
            let rest = text.strip_prefix(word);
            text = rest.filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)).unwrap_or(text);
        }
        if text.len() == before.len() {
            return text;
        }
    }
}

/// A text without what ends comments, and without blanks at its end.
pub(super) fn without_closers(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some(shorter) = CLOSERS.iter().find_map(|closer| text.strip_suffix(closer)) {
        text = shorter.trim_end();
    }
    // The right side of a box.
    text.trim_end_matches(['*', '#', '|', '%']).trim_end()
}

/// A place in a text and its line, found without looking at any byte twice.
#[derive(Clone)]
pub(super) struct Position<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'b> Position<'b> {
    /// The start.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, line: 1, line_start: 0 }
    }

    /// Goes back to an earlier place in the same line.
    pub(super) fn back(&mut self, to: usize) {
        self.at = to.max(self.line_start);
    }

    /// Goes on to a later place.
    pub(super) fn advance(&mut self, to: usize) {
        let passed = self.bytes.get(self.at..to).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line_start = self.at + last + 1;
        }
        self.at = to;
    }

    /// The line, counted from 1.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// Where it is.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What stands before it in its line, without what is further away than `most`.
    pub(super) fn prefix(&self, most: usize) -> &'b [u8] {
        let start = self.line_start.max(self.at.saturating_sub(most));
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// The line from here on, without its end; no more than [`LONGEST`] bytes.
    pub(super) fn rest_of_line(&self) -> &'b [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let rest = &rest[..rest.len().min(LONGEST)];
        &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())]
    }

    /// Goes to the start of the next line, unless this one is longer than [`LONGEST`]. False at the end.
    pub(super) fn next_line(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match memchr::memchr(b'\n', &rest[..rest.len().min(LONGEST)]) {
            Some(end) if end + 1 < rest.len() => {
                self.advance(self.at + end + 1);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comment_markers_are_no_part_of_what_is_said() {
        for line in [
            "/* it */",
            " * it",
            "# it",
            "dnl it",
            "<!-- it -->",
            ".\\\" it",
            "(* it *)",
            ";;; it",
            "REM it",
            "{- it -}",
            "@c it",
            "// * it  *",
        ] {
            let line = line.trim_start_matches('(');
            assert_eq!(without_markers(line), "it", "{line}");
        }
        assert_eq!(without_markers("\"it\""), "\"it\"");
    }

    #[test]
    fn a_line_in_latin_1_is_read_as_such() {
        assert_eq!(decode(b"J\xfcrgen"), "Jürgen");
    }
}
