//! The parts of pages that depend on one file alone.

use serde::{Deserialize, Serialize};

/// The part of a page that depends on one file alone: its HTML as a raw deflate stream (RFC 1951) that
/// ends with a final block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Length of the HTML in bytes.
    pub html_length: u64,
    /// CRC-32 of the HTML (RFC 1952).
    pub crc32: u32,
    /// The deflate stream.
    pub deflated: Vec<u8>,
}

/// A part of a page that stands before others: its deflate stream has no final block, and an empty stored block at the
/// end, so that it ends at a byte (what zlib calls a sync flush).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flushed(pub Fragment);

/// What a page says of its file beside showing it: known when its fragment is made, and stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageFacts {
    /// The language, by the name that readers see; `None` when it is not known.
    pub language: Option<String>,
    /// The encoding, by its name in the WHATWG Encoding Standard (or `UTF-32LE`, `UTF-32BE`); empty for a binary file.
    pub encoding: String,
    /// Lines with something other than comments and blanks.
    pub code_lines: u32,
    /// Lines of comments alone.
    pub comment_lines: u32,
    /// Lines of white space alone.
    pub blank_lines: u32,
    /// The first line with a character that could reorder the text around it (Unicode's bidirectional controls).
    pub bidi_line: Option<u32>,
    /// What a binary file is, as readers call it, such as `PNG image`; `None` for a text.
    pub kind: Option<String>,
    /// Width and height of an image in pixels, as its header says.
    pub dimensions: Option<(u32, u32)>,
}

impl PageFacts {
    /// Whether it is in the encoding of nearly all texts, which need not be told.
    pub fn is_utf8(&self) -> bool {
        self.encoding == "UTF-8"
    }

    /// Lines of all kinds.
    pub fn lines(&self) -> u64 {
        [self.code_lines, self.comment_lines, self.blank_lines].into_iter().map(u64::from).sum()
    }
}

/// A text made ready for pages: the fragment of each of its pages, with the number of its first line.
///
/// No fragment at all means that the text is too long to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lexed {
    /// First lines, counted from 1 and ascending, and fragments.
    pub pieces: Vec<(u32, Fragment)>,
    /// What was found on the way.
    pub facts: PageFacts,
}
