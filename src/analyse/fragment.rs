//! The part of a file page that depends on the file alone, deflated once.
//!
//! A fragment is the inside of the code element and the closing tags after it, so that its deflate
//! stream can end the page's: `site::page` puts a head before it and a trailer behind it.

use libdeflater::{CompressionLvl, Compressor};

use crate::analyse::lexer;
use crate::model::Fragment;

/// Version of what [`Fragmenter`] writes, libdeflate's included (its output may change with its version).
pub const VERSION: u32 = 1;

/// What closes the page: `templates/file.html` leaves exactly these elements open.
pub const CLOSING: &str = "</code></pre></main></body></html>\n";

/// Longest HTML of one page. Escaping lengthens hostile texts thirtyfold (a file of line feeds), and no
/// browser shows such a page with pleasure.
const LONGEST_HTML: usize = 32 << 20;

/// Buffers beyond this are not kept for the next file.
const KEPT_BUFFER: usize = 4 << 20;

/// Makes fragments; one for each thread, as it keeps its buffers.
pub struct Fragmenter {
    compressor: Compressor,
    html: Vec<u8>,
    deflated: Vec<u8>,
}

impl Fragmenter {
    /// With an effort from 1 to 12; others are moved to the nearest of them.
    pub fn new(level: u8) -> Self {
        let level = CompressionLvl::new(i32::from(level.clamp(1, 12))).unwrap_or_default();
        Self { compressor: Compressor::new(level), html: Vec::new(), deflated: Vec::new() }
    }

    /// The fragment of a text file, whose whole bytes are given; `None` when its HTML would be longer
    /// than 32 MB.
    pub fn fragment(&mut self, bytes: &[u8]) -> Option<Fragment> {
        self.html.clear();
        lexer::write_lines(bytes, None, LONGEST_HTML, &mut self.html)?;
        self.html.extend_from_slice(CLOSING.as_bytes());
        let bound = self.compressor.deflate_compress_bound(self.html.len());
        if self.deflated.len() < bound {
            self.deflated = vec![0; bound];
        }
        let length = self
            .compressor
            .deflate_compress(&self.html, &mut self.deflated)
            .expect("the buffer has at least the length that the library asks for");
        let fragment = Fragment {
            html_length: self.html.len() as u64,
            crc32: crc32fast::hash(&self.html),
            deflated: self.deflated[..length].to_vec(),
        };
        self.forget_large_buffers();
        Some(fragment)
    }

    fn forget_large_buffers(&mut self) {
        if self.html.capacity() > KEPT_BUFFER {
            self.html = Vec::new();
            self.deflated = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_fragment_inflates_to_lines_and_closing_tags() {
        let fragment = Fragmenter::new(1).fragment(b"a\nb\n").unwrap();
        let mut html = String::new();
        flate2::read::DeflateDecoder::new(&fragment.deflated[..]).read_to_string(&mut html).unwrap();
        assert_eq!(html, format!("<span id=\"L1\">a\n</span><span id=\"L2\">b\n</span>{CLOSING}"));
        assert_eq!(fragment.html_length, html.len() as u64);
        assert_eq!(fragment.crc32, crc32fast::hash(html.as_bytes()));
    }

    #[test]
    fn a_file_of_line_feeds_has_no_page_of_a_gigabyte() {
        assert_eq!(Fragmenter::new(1).fragment(&vec![b'\n'; 8 << 20]), None);
    }
}
