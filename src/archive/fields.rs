//! Fields of Debian control data (deb822), borrowed from the text: what Release files and `Sources`
//! indices are made of.
//!
//! Read as apt reads them, because apt decides what an index means in the field:
//! - a stanza ends at an empty line, also one that holds carriage returns alone;
//! - a line that begins with a blank continues the field before it, also when nothing else is in it
//!   (other readers take such a line as the end of the stanza; Policy 5.1 allows either);
//! - lines may end in CR LF.
//!
//! Copyright files are another matter: they are written by hand and read by a lossless parser.

use memchr::memchr;

/// One field, as it lies in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// The name, in the case it is written in.
    pub(super) name: &'a [u8],
    /// Everything between the colon and the next field, line ends included.
    raw: &'a [u8],
    /// The line it begins in, counted from 1.
    pub(super) line: u32,
}

impl<'a> Field<'a> {
    /// Whether the field is called `name`; case does not matter (Policy 5.1).
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value without blanks and line ends around it.
    pub(super) fn value(&self) -> &'a [u8] {
        self.raw.trim_ascii()
    }

    /// The value as text, if it is UTF-8.
    pub(super) fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.value()).ok()
    }

    /// The lines that are not blank, trimmed, each with its number.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u32, &'a [u8])> {
        (self.line..)
            .zip(self.raw.split(|&byte| byte == b'\n'))
            .map(|(number, line)| (number, line.trim_ascii()))
            .filter(|(_, line)| !line.is_empty())
    }
}

/// What stands next in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A field.
    Field(Field<'a>),
    /// One or more empty lines.
    EndOfStanza,
    /// A line that is neither: no colon, no name, or a continuation of nothing. Its number.
    Malformed(u32),
}

/// Reads a text item by item.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    line: u32,
}

impl<'a> Fields<'a> {
    /// Begins at the line numbered `line`.
    pub(super) fn new(text: &'a [u8], line: u32) -> Self {
        Self { rest: text, line }
    }

    /// The number of the line that is read next.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// Takes `length` bytes, which hold `lines` line ends.
    fn take(&mut self, length: usize, lines: u32) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line = self.line.saturating_add(lines);
        taken
    }

    fn empty_lines(&mut self) -> bool {
        let begin = self.line;
        while let Some(length) = empty_line(self.rest) {
            self.take(length, 1);
        }
        self.line > begin
    }

    fn logical_line(&mut self) -> &'a [u8] {
        let (mut end, mut lines) = (0, 0);
        loop {
            let Some(length) = memchr(b'\n', &self.rest[end..]) else {
                return self.take(self.rest.len(), lines);
            };
            end += length + 1;
            lines += 1;
            if !matches!(self.rest.get(end), Some(b' ' | b'\t')) {
                return self.take(end, lines);
            }
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if self.empty_lines() {
            return Some(Item::EndOfStanza);
        }
        let line = self.line;
        let text = self.logical_line();
        let first_line = &text[..memchr(b'\n', text).unwrap_or(text.len())];
        let item = match memchr(b':', first_line) {
            Some(colon) if colon > 0 && !first_line[0].is_ascii_whitespace() => {
                Item::Field(Field { name: text[..colon].trim_ascii_end(), raw: &text[colon + 1..], line })
            }
            _ => Item::Malformed(line),
        };
        Some(item)
    }
}

/// The length of the empty line at the beginning of `text`, if there is one; carriage returns count as nothing.
fn empty_line(text: &[u8]) -> Option<usize> {
    let returns = text.iter().take_while(|&&byte| byte == b'\r').count();
    (text.get(returns) == Some(&b'\n')).then_some(returns + 1)
}

/// Where the last complete stanza of `text` ends: behind its last empty line.
pub(super) fn end_of_last_stanza(text: &[u8]) -> Option<usize> {
    memchr::memrchr_iter(b'\n', text).find_map(|newline| {
        let before = text[..newline].iter().rev().find(|&&byte| byte != b'\r');
        (before == Some(&b'\n')).then_some(newline + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(text: &str) -> Vec<(String, String, u32)> {
        Fields::new(text.as_bytes(), 1)
            .map(|item| match item {
                Item::Field(field) => {
                    (String::from_utf8_lossy(field.name).into(), field.text().unwrap().into(), field.line)
                }
                Item::EndOfStanza => ("end".into(), String::new(), 0),
                Item::Malformed(line) => ("malformed".into(), String::new(), line),
            })
            .collect()
    }

    fn field(name: &str, value: &str, line: u32) -> (String, String, u32) {
        (name.into(), value.into(), line)
    }

    #[test]
    fn a_line_with_one_blank_continues_its_field() {
        let read = fields("A: 1\n \n 2\nB: 3\n\nC: 4\n");
        assert_eq!(read, [field("A", "1\n \n 2", 1), field("B", "3", 4), field("end", "", 0), field("C", "4", 6)]);
    }

    #[test]
    fn carriage_returns_are_no_content() {
        assert_eq!(fields("A: 1\r\n\r\nB:\r\n 2\r\n"), [field("A", "1", 1), field("end", "", 0), field("B", "2", 3)]);
        assert_eq!(end_of_last_stanza(b"A: 1\r\n\r\nB:\r\n"), Some(8));
    }

    #[test]
    fn lines_that_are_no_field_are_told() {
        assert_eq!(fields("no colon\n: 1\n"), [field("malformed", "", 1), field("malformed", "", 2)]);
        assert_eq!(fields(" continues: nothing\nA: 1"), [field("malformed", "", 1), field("A", "1", 2)]);
    }

    proptest! {
        #[test]
        fn lines_are_counted_and_nothing_panics(text in "[A:a \\r\\n\\t]{0,60}") {
            let mut fields = Fields::new(text.as_bytes(), 1);
            for item in fields.by_ref() {
                if let Item::Field(field) = item {
                    prop_assert!(field.lines().all(|(number, _)| number >= field.line));
                }
            }
            let newlines = text.bytes().filter(|&byte| byte == b'\n').count();
            prop_assert_eq!(fields.line() as usize, 1 + newlines);
        }

        #[test]
        fn cutting_between_stanzas_changes_nothing(text in "([AB]: ?[x\\r]?\\n|\\r?\\n| x\\n){0,20}") {
            let whole = fields(&text);
            let cut = end_of_last_stanza(text.as_bytes()).unwrap_or(0);
            prop_assert!(cut == 0 || fields(&text[..cut]).last().map(|item| item.0.as_str()) == Some("end"));
            let parts = [fields(&text[..cut]), fields(&text[cut..])].concat();
            prop_assert_eq!(parts.len(), whole.len());
        }
    }
}
