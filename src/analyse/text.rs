//! Telling text from binary, and counting lines.

use super::encoding;
use crate::model::TextFacts;

/// Version of the rules here: part of the key of every pack.
pub const RULES_VERSION: u32 = 2;

/// How much of a file tells whether its characters are wider than a byte.
const START: usize = 4096;

/// How much of a file is looked at for control characters.
const SAMPLE: usize = 32 * 1024;

/// A text has fewer control characters than one in this many bytes of the sample.
const CONTROL_SHARE: usize = 32;

/// Looks at one file, given whole or in consecutive chunks.
#[derive(Debug, Default)]
pub struct Inspector {
    start: Vec<u8>,
    sampled: usize,
    controls: usize,
    nul: bool,
    lines: u64,
    length: u64,
    ends_open: bool,
}

impl Inspector {
    /// The facts of a file that is in memory.
    pub fn inspect(bytes: &[u8]) -> TextFacts {
        let mut inspector = Self::default();
        inspector.push(bytes);
        inspector.finish()
    }

    /// Looks at the next chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        self.start.extend_from_slice(&chunk[..chunk.len().min(START - self.start.len())]);
        let sample = &chunk[..chunk.len().min(SAMPLE - self.sampled)];
        self.sampled += sample.len();
        // Sums that fit a byte, and no branches: this becomes vector instructions.
        let odd = |part: &[u8]| part.iter().map(|&byte| u8::from(is_odd_control(byte))).sum::<u8>();
        self.controls += sample.chunks(usize::from(u8::MAX)).map(|part| usize::from(odd(part))).sum::<usize>();
        self.nul = self.nul || memchr::memchr(0, chunk).is_some();
        self.lines += memchr::memchr_iter(b'\n', chunk).count() as u64;
        self.length += chunk.len() as u64;
        if let Some(&last) = chunk.last() {
            self.ends_open = last != b'\n';
        }
    }

    /// The facts of all that was pushed. An empty file is a text of no lines; a NUL byte anywhere, or
    /// control characters that texts do not have, make a file binary, unless it is in UTF-16 or UTF-32.
    pub fn finish(self) -> TextFacts {
        let is_odd = self.nul || self.controls * CONTROL_SHARE > self.sampled;
        if is_odd && !encoding::is_wide(&self.start) {
            return TextFacts { is_text: false, lines: 0 };
        }
        let lines = self.lines + u64::from(self.ends_open);
        TextFacts { is_text: true, lines: u32::try_from(lines).unwrap_or(u32::MAX) }
    }
}

/// Control characters other than those that texts have: tab, line feed, form feed, return, backspace
/// (overstrike), escape (ANSI colours), control-L and control-Z (end of file on old systems).
fn is_odd_control(byte: u8) -> bool {
    (byte < 0x08) | ((0x0e <= byte) & (byte < 0x1a)) | ((0x1c <= byte) & (byte < 0x20)) | (byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_line_feeds_only() {
        let lines = |bytes: &[u8]| Inspector::inspect(bytes).lines;
        assert_eq!(lines(b""), 0);
        assert_eq!(lines(b"a"), 1);
        assert_eq!(lines(b"a\n"), 1);
        assert_eq!(lines(b"a\n\nb"), 3);
        assert_eq!(lines(b"a\rb\r\n"), 1);
    }

    #[test]
    fn text_in_any_8_bit_encoding_is_text() {
        assert!(Inspector::inspect(b"").is_text);
        assert!(Inspector::inspect(b"caf\xe9 \x1b[1mbold\x1b[0m\x0c\n").is_text);
        assert!(Inspector::inspect(b"\xff\xfea\0b\0\n\0").is_text);
        assert!(!Inspector::inspect(b"abc\0").is_text);
        assert!(!Inspector::inspect(b"\xff\xfe\x01\0\x02\0\x03\0").is_text);
        assert!(!Inspector::inspect(b"\x89PNG\r\n\x1a\n\x01\x02\x03\x04").is_text);
    }

    #[test]
    fn chunks_do_not_matter() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| if n % 61 == 0 { b'\n' } else { b'x' }).collect();
        let mut inspector = Inspector::default();
        bytes.chunks(777).for_each(|chunk| inspector.push(chunk));
        assert_eq!(inspector.finish(), Inspector::inspect(&bytes));
    }
}
