//! What the bytes of changed lines stand for.
//!
//! A patch may change files of several encodings, or the encoding of one, so each line is decided on its own: it is UTF-8
//! if it can be, else in the one encoding that all others are guessed to be in.

use encoding_rs::Encoding;

use crate::analyse::encoding;
use crate::formats::unified_diff::Diff;
use crate::html;

/// The most bytes that the guess looks at.
const GUESSED_FROM: usize = 256 << 10;

/// The encoding of lines that are not UTF-8; `None` when there are none, or nothing fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineEncoding(Option<&'static Encoding>);

impl LineEncoding {
    /// Guesses it from all lines of a patch that are not UTF-8.
    pub(super) fn of(diff: &Diff<'_>) -> Self {
        let lines = diff.files.iter().flat_map(|file| &file.hunks).flat_map(|hunk| &hunk.lines);
        let mut sample = Vec::new();
        for line in lines.filter(|line| std::str::from_utf8(line.text).is_err()) {
            if sample.len() + line.text.len() > GUESSED_FROM {
                break;
            }
            sample.extend_from_slice(line.text);
            sample.push(b'\n');
        }
        if sample.is_empty() {
            return Self(None);
        }
        let name = encoding::decode(&sample).encoding;
        Self(Encoding::for_label(name.as_bytes()).filter(|encoding| encoding.is_ascii_compatible()))
    }

    /// A line as text. Bytes that are no characters are written out, as `\xe9`.
    pub(super) fn decode(self, line: &[u8]) -> String {
        if let Ok(text) = std::str::from_utf8(line) {
            return text.to_owned();
        }
        let decoded = self.0.and_then(|encoding| encoding.decode_without_bom_handling_and_without_replacement(line));
        decoded.map_or_else(|| html::display_line(line), |text| text.into_owned())
    }
}
