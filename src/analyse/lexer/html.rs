//! Writing lines and tokens as HTML, and counting lines meanwhile.

use super::class::Class;
use super::{Cut, Written};

/// Most lines of a piece.
const PIECE_LINES: u32 = 2_000;

/// Most bytes of a piece that has more than one line.
const PIECE_BYTES: usize = 256 << 10;

/// Longest run of blanks between two tokens of one class that are made one.
const BRIDGE: usize = 8;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What a byte of text needs on its way to HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Nothing.
    Copy,
    /// It ends a line.
    Line,
    /// It stands for something else in HTML.
    Reference,
    /// A control character, or part of a character that may be one.
    Look,
}

/// For text that is UTF-8 without control and bidirectional formatting characters.
static CLEAN: [Care; 256] = cares(false);
/// For all other.
static CAREFUL: [Care; 256] = cares(true);

const fn cares(careful: bool) -> [Care; 256] {
    let mut table = [Care::Copy; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'\n' => Care::Line,
            b'&' | b'<' | b'\r' => Care::Reference,
            b'\t' | 0x0c => Care::Copy,
            0..=0x1f | 0x7f..=0xff if careful => Care::Look,
            _ => Care::Copy,
        };
        byte += 1;
    }
    table
}

/// Writes a text whose tokens are marked from its start to its end.
pub(super) struct Writer<'a> {
    text: &'a [u8],
    html: &'a mut Vec<u8>,
    origin: usize,
    most: usize,
    full: bool,
    cares: &'static [Care; 256],
    /// The token that is not written yet, as the next may continue it.
    held: Option<Class>,
    held_start: usize,
    held_end: usize,
    number: Decimal,
    line: u32,
    line_is_open: bool,
    has_code: bool,
    has_comment: bool,
    piece_line: u32,
    piece_start: usize,
    /// Where the line that is open begins, in the text and in the HTML.
    line_start: usize,
    line_html: usize,
    written: Written,
}

impl<'a> Writer<'a> {
    /// A writer that appends to `html`, at most `most` bytes.
    pub(super) fn new(text: &'a [u8], most: usize, html: &'a mut Vec<u8>) -> Self {
        let cares = if needs_care(text) { &CAREFUL } else { &CLEAN };
        let origin = html.len();
        Self {
            text,
            html,
            origin,
            most,
            full: false,
            cares,
            held: None,
            held_start: 0,
            held_end: 0,
            number: Decimal::one(),
            line: 1,
            line_is_open: false,
            has_code: false,
            has_comment: false,
            piece_line: 1,
            piece_start: 0,
            line_start: 0,
            line_html: origin,
            written: Written { cuts: vec![Cut { line: 1, source: 0, html: 0 }], ..Written::default() },
        }
    }

    /// Says that `start..end` has a class. Marks come in order and do not overlap.
    #[inline]
    pub(super) fn mark(&mut self, class: Class, start: usize, end: usize) {
        let (start, end) = (self.character_edge(start), self.character_edge(end));
        if start >= end {
            return;
        }
        if self.held == Some(class) && self.is_bridge(self.held_end, start) {
            self.held_end = end;
            return;
        }
        self.release(start);
        self.held = Some(class);
        self.held_start = start;
        self.held_end = end;
    }

    /// Writes the rest and tells what was written; `None` when it had been too long.
    pub(super) fn finish(mut self) -> Option<Written> {
        self.release(self.text.len());
        if self.line_is_open {
            self.close_line(self.text.len());
        }
        if self.text.is_empty() {
            self.written.cuts.clear();
        }
        (!self.full).then_some(self.written)
    }

    /// The next edge of a character: patterns see bytes, HTML needs whole characters. No character has more
    /// than three bytes after its first.
    #[inline]
    fn character_edge(&self, position: usize) -> usize {
        let is_inside = |position: &usize| self.text.get(*position).is_some_and(|byte| byte & 0xc0 == 0x80);
        (position..position + 3).find(|position| !is_inside(position)).unwrap_or(position + 3)
    }

    fn is_bridge(&self, start: usize, end: usize) -> bool {
        end - start <= BRIDGE && self.text[start..end].iter().all(|&byte| byte == b' ' || byte == b'\t')
    }

    /// Writes the held token and the plain text after it.
    #[inline]
    fn release(&mut self, until: usize) {
        if let Some(class) = self.held {
            self.write(Some(class), self.held_start, self.held_end);
        }
        self.write(None, self.held_end, until);
        self.held = None;
        self.held_end = until;
        self.held_start = until;
    }

    fn write(&mut self, class: Option<Class>, mut start: usize, end: usize) {
        while start < end && !self.full {
            if !self.line_is_open {
                self.open_line(start);
            }
            let is_empty_line = self.text[start] == b'\n';
            if let (Some(class), false) = (class, is_empty_line) {
                self.html.extend_from_slice(b"<i class=");
                self.html.extend_from_slice(&[class.letter(), b'>']);
            }
            let line_end = self.write_within_line(start, end);
            self.note_kind(class, start, line_end);
            if class.is_some() && !is_empty_line {
                self.html.extend_from_slice(b"</i>");
            }
            start = line_end;
            if start < end {
                self.html.push(b'\n');
                start += 1;
                self.close_line(start);
            }
            self.full = self.html.len() - self.origin > self.most;
        }
    }

    /// Writes up to `end` or a line feed, whichever is first, and tells where that was.
    #[inline]
    fn write_within_line(&mut self, start: usize, end: usize) -> usize {
        let mut copied = start;
        let mut position = start;
        while position < end {
            let byte = self.text[position];
            match self.cares[usize::from(byte)] {
                Care::Copy => {
                    position += 1;
                    continue;
                }
                Care::Line => break,
                Care::Reference => {
                    self.html.extend_from_slice(&self.text[copied..position]);
                    self.html.extend_from_slice(match byte {
                        b'&' => b"&amp;",
                        b'<' => b"&lt;",
                        _ => b"&#13;",
                    });
                    position += 1;
                    copied = position;
                }
                Care::Look => {
                    self.html.extend_from_slice(&self.text[copied..position]);
                    position = self.write_character(position);
                    copied = position;
                }
            }
        }
        self.html.extend_from_slice(&self.text[copied..position]);
        position
    }

    fn open_line(&mut self, start: usize) {
        self.line_start = start;
        self.line_html = self.html.len() - self.origin;
        if start > 0 && (self.line - self.piece_line >= PIECE_LINES) {
            self.cut(start);
        }
        self.html.extend_from_slice(b"<span id=\"L");
        self.html.extend_from_slice(self.number.digits());
        self.html.extend_from_slice(b"\">");
        self.line_is_open = true;
    }

    /// Begins a piece with the line that is open.
    fn cut(&mut self, start: usize) {
        self.piece_line = self.line;
        self.piece_start = start;
        self.written.cuts.push(Cut { line: self.line, source: start, html: self.line_html });
    }

    fn close_line(&mut self, end: usize) {
        self.html.extend_from_slice(b"</span>");
        if end - self.piece_start > PIECE_BYTES && self.line_start > self.piece_start {
            self.cut(self.line_start);
        }
        match (self.has_code, self.has_comment) {
            (true, _) => self.written.code_lines += 1,
            (false, true) => self.written.comment_lines += 1,
            (false, false) => self.written.blank_lines += 1,
        }
        self.has_code = false;
        self.has_comment = false;
        self.line_is_open = false;
        self.number.increment();
        self.line = self.line.saturating_add(1);
    }

    #[inline]
    fn note_kind(&mut self, class: Option<Class>, start: usize, end: usize) {
        let seen = if class == Some(Class::Comment) { &mut self.has_comment } else { &mut self.has_code };
        if !*seen {
            *seen = self.text.get(start..end).unwrap_or_default().iter().any(|byte| !byte.is_ascii_whitespace());
        }
    }
}

/// Characters that are more than themselves.
impl Writer<'_> {
    /// Writes the character at `position`, or the byte if there is none, and tells where the next begins.
    fn write_character(&mut self, position: usize) -> usize {
        let Some((character, length)) = character_at(self.text, position) else {
            self.write_byte(self.text[position]);
            return position + 1;
        };
        let end = position + length;
        match character {
            '\0' => self.write_byte(0),
            character if is_bidi_control(character) => {
                self.written.first_bidi_line.get_or_insert(self.line);
                self.write_marked("bidi", character);
            }
            character if character.is_control() => self.write_marked("control", character),
            _ => self.html.extend_from_slice(&self.text[position..end]),
        }
        end
    }

    fn write_byte(&mut self, byte: u8) {
        self.html.extend_from_slice(b"<b data-byte=\"");
        self.html.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        self.html.extend_from_slice("\">\u{fffd}</b>".as_bytes());
    }

    fn write_marked(&mut self, kind: &str, character: char) {
        let element = format!("<b data-{kind}=\"{:04x}\">{character}</b>", u32::from(character));
        self.html.extend_from_slice(element.as_bytes());
    }
}

/// The first lines of the pieces that a [`Writer`] cuts a text into, from the text alone.
pub(super) fn piece_lines(text: &[u8]) -> Vec<u32> {
    let mut firsts = Vec::new();
    let (mut line, mut start, mut piece_start) = (1_u32, 0, 0);
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length + 1);
        let is_long = end - piece_start > PIECE_BYTES && start > piece_start;
        if firsts.last().is_none_or(|first| is_long || line - first >= PIECE_LINES) {
            firsts.push(line);
            piece_start = start;
        }
        line = line.saturating_add(1);
        start = end;
    }
    firsts
}

/// Whether a text has bytes that are not UTF-8, or characters that stand in elements.
fn needs_care(text: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)) || byte == 0x7f;
    // Without a branch a byte, so that many bytes are looked at in one step.
    let has_control = |chunk: &[u8]| chunk.iter().fold(false, |seen, &byte| seen | is_control(byte));
    if text.chunks(1 << 10).any(has_control) {
        return true;
    }
    if text.is_ascii() {
        return false;
    }
    let is_odd = |character: char| character >= '\u{80}' && (character.is_control() || is_bidi_control(character));
    std::str::from_utf8(text).map_or(true, |characters| characters.chars().any(is_odd))
}

/// Characters that change the order in which others are shown (Unicode Standard Annex 9).
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The character that begins at `position`, and its length in bytes.
fn character_at(text: &[u8], position: usize) -> Option<(char, usize)> {
    let bytes = &text[position..text.len().min(position + 4)];
    let valid = match std::str::from_utf8(bytes) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().map(|character| (character, character.len_utf8()))
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
