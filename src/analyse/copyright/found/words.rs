//! A text as words alone, for comparing licences whatever they are wrapped, marked and punctuated like.
//!
//! Like the SPDX matching guidelines (SPDX 2.3, annex B) this drops case, white space, punctuation and comment markers,
//! and takes `licence` for `license`; a full stop between digits stays, as it tells versions apart.

/// Words in lower case with a blank before and after each, so that ` word ` is found only as a whole word.
#[derive(Debug, Default)]
pub(in crate::analyse::copyright) struct Words {
    text: String,
    /// Where lines with words begin in the text, and their numbers, from 1 on.
    lines: Vec<(usize, u32)>,
}

impl Words {
    /// The words of a text: letters and digits of ASCII, everything else stands between words.
    pub(in crate::analyse::copyright) fn of(bytes: &[u8]) -> Self {
        Self::of_lines(bytes, |_| true)
    }

    /// The words of those lines of a text that are wanted.
    pub(super) fn of_lines(bytes: &[u8], mut is_wanted: impl FnMut(&[u8]) -> bool) -> Self {
        let mut words = Self { text: String::with_capacity(bytes.len() + 2), lines: Vec::new() };
        words.text.push(' ');
        for (line, number) in bytes.split(|&byte| byte == b'\n').zip(1..) {
            let line = without_marker_word(line);
            if is_wanted(line) {
                let start = words.text.len();
                words.push_line(line);
                if words.text.len() > start {
                    words.lines.push((start, number));
                }
            }
        }
        words
    }

    fn push_line(&mut self, line: &[u8]) {
        let mut start = self.text.len();
        let mut before = b' ';
        for (at, &byte) in line.iter().enumerate() {
            let is_point = byte == b'.' && before.is_ascii_digit() && line.get(at + 1).is_some_and(u8::is_ascii_digit);
            if byte.is_ascii_alphanumeric() || is_point {
                self.text.push(char::from(byte.to_ascii_lowercase()));
            } else if self.text.len() > start {
                self.end_word(start);
                start = self.text.len();
            }
            before = byte;
        }
        if self.text.len() > start {
            self.end_word(start);
        }
    }

    /// Ends the word that begins at `start`.
    fn end_word(&mut self, start: usize) {
        if self.text[start..].starts_with("licence") {
            self.text.replace_range(start + 5..start + 6, "s");
        }
        self.text.push(' ');
    }

    /// The words.
    pub(in crate::analyse::copyright) fn as_str(&self) -> &str {
        &self.text
    }

    /// The line in which the word at a place of [`as_str`](Self::as_str) stands.
    pub(super) fn line_of(&self, place: usize) -> u32 {
        let after = self.lines.partition_point(|&(start, _)| start <= place);
        self.lines.get(after.saturating_sub(1)).map_or(1, |&(_, line)| line)
    }
}

/// A line without a word that marks comments.
fn without_marker_word(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let markers = [&b"dnl "[..], b"REM ", b"rem ", b"@c "];
    markers.iter().find_map(|marker| line.strip_prefix(*marker)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_stay() {
        let words = Words::of(b"/* The Licence,\n *  v2.1.\n */ dnl\ndnl it's \"LICENCED\"\n");
        assert_eq!(words.as_str(), " the license v2.1 dnl it s licensed ");
        let line_of = |word| words.line_of(words.as_str().find(word).unwrap());
        assert_eq!([line_of("the"), line_of("v2.1"), line_of("dnl"), line_of("it")], [1, 2, 3, 4]);
    }
}
