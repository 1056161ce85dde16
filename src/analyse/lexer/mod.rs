//! Text to HTML that keeps every byte.
//!
//! The law: parse the HTML, take the text of the code element, put the bytes named by `data-byte` in
//! the place of their elements, and the file is back, for every input. So `&` and `<` are escaped, a carriage
//! return (which HTML parsers turn into a line feed) is a character reference, and bytes that are not
//! UTF-8 — and NUL, which HTML parsers drop — stand in elements that carry their value. Lines end at
//! `\n` only, and each is one element with an id, `L1` being the first.
//!
//! This is the plain lexer: every language is text to it.

/// Version of what this module writes: part of the key of every fragment.
pub const VERSION: u32 = 1;

/// Length of the element that stands for a byte which is no character.
const BYTE_ELEMENT: usize = "<b data-byte=\"ff\">\u{fffd}</b>".len();

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
    /// Where the text can be cut. The first begins with the text; an empty text has none.
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

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(u16);

/// Overrides.
#[derive(Debug, Default)]
pub struct Overrides(());

impl Language {
    /// The language of a file.
    pub fn detect(_path: &[u8], _text: &[u8], _overrides: &Overrides) -> Option<Self> {
        None
    }
    /// Name.
    pub fn name(self) -> &'static str {
        ""
    }
    /// Title.
    pub fn title(self) -> &'static str {
        ""
    }
    /// By name.
    pub fn by_name(_name: &str) -> Option<Self> {
        None
    }
}

/// Appends the lines.
pub fn write_lines(bytes: &[u8], _language: Option<Language>, most: usize, html: &mut Vec<u8>) -> Option<Written> {
    write_plain_lines(bytes, most, html)?;
    let lines =
        memchr::memchr_iter(b'\n', bytes).count() + usize::from(bytes.last().is_some_and(|last| *last != b'\n'));
    let cuts = if bytes.is_empty() { Vec::new() } else { vec![Cut { line: 1, source: 0, html: 0 }] };
    Some(Written { code_lines: lines as u32, cuts, ..Written::default() })
}

/// Appends the lines of `bytes` to `html`; `None` as soon as that has more than `most` bytes.
fn write_plain_lines(bytes: &[u8], most: usize, html: &mut Vec<u8>) -> Option<()> {
    if !fits(bytes, most) {
        return None;
    }
    html.reserve(bytes.len() + bytes.len() / 2);
    let is_utf8 = std::str::from_utf8(bytes).is_ok() && memchr::memchr(0, bytes).is_none();
    let write = if is_utf8 { write_characters } else { write_bytes };
    let mut number = Decimal::one();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        write_line(&bytes[start..=end], number.digits(), write, html);
        number.increment();
        start = end + 1;
        if html.len() > most {
            return None;
        }
    }
    if start < bytes.len() {
        write_line(&bytes[start..], number.digits(), write, html);
    }
    (html.len() <= most).then_some(())
}

/// Whether bytes that become elements of [`BYTE_ELEMENT`] bytes each leave the HTML below `most`: a single
/// line can be nothing else.
fn fits(bytes: &[u8], most: usize) -> bool {
    if bytes.len() <= most / BYTE_ELEMENT {
        return true;
    }
    let odd: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    bytes.len() + odd * BYTE_ELEMENT <= most
}

fn write_line(line: &[u8], number: &[u8], write: fn(&[u8], &mut Vec<u8>), html: &mut Vec<u8>) {
    html.extend_from_slice(b"<span id=\"L");
    html.extend_from_slice(number);
    html.extend_from_slice(b"\">");
    write(line, html);
    html.extend_from_slice(b"</span>");
}

/// Writes valid UTF-8 without NUL.
fn write_characters(mut text: &[u8], html: &mut Vec<u8>) {
    while let Some(position) = memchr::memchr3(b'&', b'<', b'\r', text) {
        html.extend_from_slice(&text[..position]);
        html.extend_from_slice(match text[position] {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            _ => b"&#13;",
        });
        text = &text[position + 1..];
    }
    html.extend_from_slice(text);
}

/// Writes bytes, of which some are not UTF-8.
fn write_bytes(bytes: &[u8], html: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid().as_bytes();
        while let Some(position) = memchr::memchr(0, rest) {
            write_characters(&rest[..position], html);
            write_byte(0, html);
            rest = &rest[position + 1..];
        }
        write_characters(rest, html);
        chunk.invalid().iter().for_each(|&byte| write_byte(byte, html));
    }
}

fn write_byte(byte: u8, html: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    html.extend_from_slice(b"<b data-byte=\"");
    html.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    html.extend_from_slice("\">\u{fffd}</b>".as_bytes());
}

/// A line number as digits, counted in place: formatting one a line would cost as much as escaping it.
struct Decimal {
    digits: [u8; 20],
    first: usize,
}

impl Decimal {
    fn one() -> Self {
        let mut digits = [b'0'; 20];
        digits[19] = b'1';
        Self { digits, first: 19 }
    }

    fn digits(&self) -> &[u8] {
        &self.digits[self.first..]
    }

    fn increment(&mut self) {
        for position in (0..self.digits.len()).rev() {
            if self.digits[position] < b'9' {
                self.digits[position] += 1;
                self.first = self.first.min(position);
                return;
            }
            self.digits[position] = b'0';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html_of(bytes: &[u8]) -> String {
        let mut html = Vec::new();
        write_plain_lines(bytes, usize::MAX, &mut html).unwrap();
        String::from_utf8(html).unwrap()
    }

    /// What a browser's parser makes of the few constructs that the lexer writes.
    fn bytes_of(mut html: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(next) = html.chars().next() {
            let (length, text) = match next {
                '<' if html.starts_with("<b data-byte=") => {
                    let byte = u8::from_str_radix(&html[14..16], 16).unwrap();
                    (html.find("</b>").unwrap() + 4, vec![byte])
                }
                '<' => (html.find('>').unwrap() + 1, vec![]),
                '&' if html.starts_with("&amp;") => (5, vec![b'&']),
                '&' if html.starts_with("&lt;") => (4, vec![b'<']),
                '&' if html.starts_with("&#13;") => (5, vec![b'\r']),
                '&' | '\0' | '\r' => panic!("{next:?} is not text in HTML"),
                other => (other.len_utf8(), other.to_string().into_bytes()),
            };
            bytes.extend(text);
            html = &html[length..];
        }
        bytes
    }

    #[test]
    fn each_line_is_an_element() {
        assert_eq!(html_of(b""), "");
        assert_eq!(
            html_of(b"a\n\n<b"),
            "<span id=\"L1\">a\n</span><span id=\"L2\">\n</span><span id=\"L3\">&lt;b</span>"
        );
        assert!(html_of("\n".repeat(1_000).as_bytes()).ends_with("<span id=\"L1000\">\n</span>"));
    }

    #[test]
    fn bytes_that_are_no_characters_carry_their_value() {
        assert_eq!(
            html_of(b"\xe9\0"),
            "<span id=\"L1\"><b data-byte=\"e9\">\u{fffd}</b><b data-byte=\"00\">\u{fffd}</b></span>"
        );
    }

    proptest! {
        #[test]
        fn the_file_is_back(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b"&<>\r\n\"\0\xc3\xa9".to_vec())], 0..400)) {
            prop_assert_eq!(bytes_of(&html_of(&bytes)), bytes);
        }
    }
}
