//! The part of a file page that depends on the file alone, deflated once.
//!
//! A fragment is the inside of the code element, or the preview of a binary file, and the closing tags after it, so
//! that its deflate stream can end the page's: `site::page` puts a head before it and a trailer behind it.

mod marks;

use std::sync::Arc;

use libdeflater::{CompressionLvl, Compressor};

use super::encoding::{self, Decoded};
use super::lexer::{self, Cut, Language, Overrides, Written};
use super::preview;
use crate::model::{Fragment, Lexed, LineMarks, PageFacts, TextFacts};

/// Version of what [`Fragmenter`] writes, libdeflate's included (its output may change with its version).
pub const VERSION: u32 = 3;

/// Version of how lines are marked, for the keys of fragments that have marks.
pub const MARKS_VERSION: u32 = 1;

/// What closes the page: `templates/file.html` leaves exactly these elements open.
pub const CLOSING: &str = "</code></pre></main></body></html>\n";

/// What closes the page of a binary file: `templates/preview.html` leaves exactly these elements open.
pub const PREVIEW_CLOSING: &str = "</div></main></body></html>\n";

/// Longest HTML of one text. Escaping lengthens hostile texts thirtyfold (a file of line feeds), and no
/// browser shows such a page with pleasure.
const LONGEST_HTML: usize = 32 << 20;

/// How many of the lexer's pieces, of 2,000 lines or 256 KB at most, are one page: whole files are searched and printed
/// more comfortably than parts, and a browser shows so much at once without effort.
const CUTS_OF_A_PAGE: usize = 3;

/// Buffers beyond this are not kept for the next file.
const KEPT_BUFFER: usize = 4 << 20;

/// The first lines of the pages of a decoded text, which depend on the text alone; an empty text has one page too.
pub fn first_lines(text: &[u8]) -> Vec<u32> {
    let cuts = lexer::cut_lines(text);
    if cuts.is_empty() { vec![1] } else { cuts.into_iter().step_by(CUTS_OF_A_PAGE).collect() }
}

/// Makes fragments; one for each thread, as it keeps its buffers.
pub struct Fragmenter {
    overrides: Arc<Overrides>,
    compressor: Compressor,
    html: Vec<u8>,
    deflated: Vec<u8>,
}

impl Fragmenter {
    /// With what the settings say of languages, and an effort from 1 to 12 (others are moved to the nearest of them).
    pub fn new(level: u8, overrides: Arc<Overrides>) -> Self {
        let level = CompressionLvl::new(i32::from(level.clamp(1, 12))).unwrap_or_default();
        Self { overrides, compressor: Compressor::new(level), html: Vec::new(), deflated: Vec::new() }
    }

    /// Makes a file ready for pages, as text or preview: its whole bytes, and what [`text`](super::text) says of them.
    /// Lines of a text can have marks.
    pub fn fragment(&mut self, path: &[u8], bytes: &[u8], text: TextFacts, marks: Option<&LineMarks>) -> Lexed {
        if text.is_text { self.lex(path, bytes, marks) } else { self.preview(path, bytes) }
    }

    /// Makes the text ready for pages: a file's whole bytes, whose path may tell its language. There is no fragment
    /// when the HTML would be longer than 32 MB. Marks are left out when they are of a text with another number of lines.
    pub fn lex(&mut self, path: &[u8], bytes: &[u8], marks: Option<&LineMarks>) -> Lexed {
        let Decoded { text, encoding } = encoding::decode(bytes);
        let language = Language::detect(path, &text, &self.overrides);
        let title = language.map(|language| language.title().to_owned());
        let mut facts = PageFacts { language: title, encoding: encoding.to_owned(), ..PageFacts::default() };
        self.html.clear();
        let written = lexer::write_lines(&text, language, LONGEST_HTML, &mut self.html);
        let mut pieces = Vec::new();
        if let Some(Written { code_lines, comment_lines, blank_lines, first_bidi_line, mut cuts }) = written {
            facts = PageFacts { code_lines, comment_lines, blank_lines, bidi_line: first_bidi_line, ..facts };
            if let Some(marks) = marks.filter(|marks| marks.lines == facts.lines()) {
                self.html = marks::add(&self.html, &mut cuts, marks);
            }
            pieces = self.pages(&cuts);
        }
        self.forget_large_buffers();
        Lexed { pieces, facts }
    }

    /// Makes the preview of a binary file: its whole bytes, whose path may tell what it is.
    pub fn preview(&mut self, path: &[u8], bytes: &[u8]) -> Lexed {
        let mut html = String::new();
        let facts = preview::write(path, bytes, &mut html);
        html.push_str(PREVIEW_CLOSING);
        let fragment = self.deflate(html.as_bytes());
        self.forget_large_buffers();
        Lexed { pieces: vec![(1, fragment)], facts }
    }

    /// The fragments of the HTML's pages. An empty text has one page too.
    fn pages(&mut self, cuts: &[Cut]) -> Vec<(u32, Fragment)> {
        let whole = [Cut { line: 1, source: 0, html: 0 }];
        let starts: Vec<Cut> =
            if cuts.is_empty() { whole.into() } else { cuts.iter().step_by(CUTS_OF_A_PAGE).copied().collect() };
        let mut html = std::mem::take(&mut self.html);
        let ends: Vec<usize> = starts.iter().skip(1).map(|cut| cut.html).chain([html.len()]).collect();
        let mut pages: Vec<(u32, Fragment)> = Vec::with_capacity(starts.len());
        // The last page first: what it needs at its end then takes the place of what is done already.
        for (start, end) in starts.iter().zip(ends).rev() {
            html.truncate(end);
            html.extend_from_slice(CLOSING.as_bytes());
            pages.push((start.line, self.deflate(&html[start.html..])));
        }
        pages.reverse();
        self.html = html;
        pages
    }

    fn deflate(&mut self, html: &[u8]) -> Fragment {
        let bound = self.compressor.deflate_compress_bound(html.len());
        if self.deflated.len() < bound {
            self.deflated = vec![0; bound];
        }
        let length = self
            .compressor
            .deflate_compress(html, &mut self.deflated)
            .expect("the buffer has at least the length that the library asks for");
        Fragment {
            html_length: html.len() as u64,
            crc32: crc32fast::hash(html),
            deflated: self.deflated[..length].to_vec(),
        }
    }

    fn forget_large_buffers(&mut self) {
        if self.html.capacity().max(self.deflated.capacity()) > KEPT_BUFFER {
            self.html = Vec::new();
            self.deflated = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn lex(bytes: &[u8]) -> Lexed {
        Fragmenter::new(1, Arc::default()).lex(b"a/text", bytes, None)
    }

    fn html(fragment: &Fragment) -> String {
        let mut html = String::new();
        flate2::read::DeflateDecoder::new(&fragment.deflated[..]).read_to_string(&mut html).unwrap();
        assert_eq!(fragment.html_length, html.len() as u64);
        assert_eq!(fragment.crc32, crc32fast::hash(html.as_bytes()));
        html
    }

    #[test]
    fn a_fragment_inflates_to_lines_and_closing_tags() {
        let pieces = lex(b"a\nb\n").pieces;
        assert_eq!(html(&pieces[0].1), format!("<span id=\"L1\">a\n</span><span id=\"L2\">b\n</span>{CLOSING}"));
        assert_eq!(pieces.len(), 1);
        assert_eq!(html(&lex(b"").pieces[0].1), CLOSING);
    }

    #[test]
    fn a_long_text_has_several_pages() {
        let lexed = lex("line\n".repeat(13_001).as_bytes());
        let first_lines: Vec<u32> = lexed.pieces.iter().map(|(line, _)| *line).collect();
        assert_eq!(first_lines, [1, 6_001, 12_001]);
        for (line, fragment) in &lexed.pieces {
            let html = html(fragment);
            assert!(html.starts_with(&format!("<span id=\"L{line}\">")) && html.ends_with(CLOSING));
            assert_eq!(html.matches(CLOSING).count(), 1);
        }
    }

    #[test]
    fn the_encoding_is_told_and_decoded() {
        let lexed = lex(b"\xff\xfea\0\n\0");
        assert_eq!(lexed.facts.encoding, "UTF-16LE");
        assert!(html(&lexed.pieces[0].1).contains("a\n</span>"));
    }

    #[test]
    fn a_preview_is_one_piece_with_its_own_end() {
        let lexed = Fragmenter::new(1, Arc::default()).preview(b"a.pyc", b"\0\0");
        assert_eq!(lexed.facts.kind.as_deref(), Some("Python bytecode"));
        let [(1, fragment)] = &lexed.pieces[..] else { panic!("{:?}", lexed.pieces) };
        assert!(html(fragment).ends_with(&format!("</div>\n{PREVIEW_CLOSING}")));
    }

    #[test]
    fn a_file_of_line_feeds_has_no_page_of_a_gigabyte() {
        assert_eq!(lex(&vec![b'\n'; 8 << 20]).pieces, []);
    }
}
