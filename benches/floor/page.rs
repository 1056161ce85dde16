//! A page: a head that was deflated before, the lines deflated in one buffer, the trailer.

use flate2::{Compress, Compression, FlushCompress};
use libdeflater::{CompressionLvl, Compressor};
use sha2::Digest as _;

use crate::Failure;
use debpress::analyse::lexer::{self, Language, Overrides};

use crate::lines::Html;

/// Larger members get no lines, as in debpress.
const LARGEST_TEXT: usize = 16 << 20;

/// How much of a member is looked at for control characters.
const SAMPLE: usize = 32 * 1024;

const CLOSING: &[u8] = b"</code></pre></main></body></html>\n";

/// The parts of pages that are the same everywhere.
#[derive(Clone)]
pub(crate) struct Templates {
    level: CompressionLvl,
    /// gzip header and deflated head.
    head: Vec<u8>,
    head_html: Vec<u8>,
    lexer: bool,
    /// The whole page of a binary file.
    pub(crate) binary: Vec<u8>,
    /// The whole page of a folder.
    pub(crate) folder: Vec<u8>,
}

impl Templates {
    pub(crate) fn new(level: i32, lexer: bool) -> Result<Self, Failure> {
        let level = CompressionLvl::new(level).map_err(|_| "--level is a number from 1 to 12")?;
        let head_html = format!("{HEAD}{}<pre><code id=\"sourcecode\">", rows(HEAD_ROWS)).into_bytes();
        let mut head = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        head.reserve(2 * head_html.len());
        Compress::new(Compression::best(), false).compress_vec(&head_html, &mut head, FlushCompress::Sync)?;
        let mut templates = Self { level, head, head_html, lexer: false, binary: Vec::new(), folder: Vec::new() };
        let mut writer = Writer::new(&templates);
        writer.html.write(b"This file is not a text.", CLOSING);
        let binary = writer.finish(&templates).to_vec();
        writer.html.write(rows(FOLDER_ROWS).as_bytes(), CLOSING);
        templates.folder = writer.finish(&templates).to_vec();
        templates.binary = binary;
        templates.lexer = lexer;
        Ok(templates)
    }
}

/// What stands before the lines, as far as it compresses well.
const HEAD: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Name — package 1.0-1 — Sources</title>\
    <link rel=\"icon\" type=\"image/svg+xml\" href=\"../../../../static/icon.svg\">\
    <link rel=\"stylesheet\" href=\"../../../../static/style.css\"></head><body>\
    <header><nav aria-label=\"Where you are\"><a class=\"home\" href=\"../../../../\">Sources</a></nav></header><main>";

/// As many as make the deflated head as long as that of a page of debpress: about 1,200 bytes.
const HEAD_ROWS: usize = 20;

/// The rows of the page of a folder, which is a little longer than that of debpress in the middle.
const FOLDER_ROWS: usize = 1;

/// Links to different places.
fn rows(count: usize) -> String {
    let row = |number: usize| {
        let checksum = sha2::Sha256::digest(number.to_le_bytes());
        let digits: String = checksum.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("<p><a href=\"../../../../src/{digits}/\">A link</a></p>")
    };
    (0..count).map(row).collect()
}

/// Makes pages; one a thread, as it keeps its buffers.
pub(crate) struct Writer {
    compressor: Compressor,
    html: Html,
    /// What debpress's lexer made, when it is to be part of the floor.
    lexed: Option<Vec<u8>>,
    page: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(templates: &Templates) -> Self {
        Self {
            compressor: Compressor::new(templates.level),
            html: Html::default(),
            lexed: templates.lexer.then(Vec::new),
            page: templates.head.clone(),
        }
    }

    /// The page of a text; `None` for a file that gets no lines.
    pub(crate) fn page(&mut self, templates: &Templates, path: &[u8], bytes: &[u8]) -> Option<&[u8]> {
        if bytes.len() > LARGEST_TEXT || !is_text(bytes) {
            return None;
        }
        match &mut self.lexed {
            None => self.html.write(bytes, CLOSING),
            Some(html) => {
                html.clear();
                let language = Language::detect(path, bytes, &Overrides::default());
                lexer::write_lines(bytes, language, usize::MAX, html)?;
                html.extend_from_slice(CLOSING);
            }
        }
        Some(self.finish(templates))
    }

    fn finish(&mut self, templates: &Templates) -> &[u8] {
        let html = self.lexed.as_deref().filter(|html| !html.is_empty()).unwrap_or(self.html.as_bytes());
        let start = templates.head.len();
        let most = start + self.compressor.deflate_compress_bound(html.len()) + 8;
        if self.page.len() < most {
            self.page.resize(most, 0);
        }
        let length = self
            .compressor
            .deflate_compress(html, &mut self.page[start..])
            .expect("the buffer has the length that the library asks for");
        let mut crc32 = crc32fast::Hasher::new();
        crc32.update(&templates.head_html);
        crc32.update(html);
        let end = start + length;
        let html_length = (templates.head_html.len() + html.len()) as u32;
        self.page[end..end + 4].copy_from_slice(&crc32.finalize().to_le_bytes());
        self.page[end + 4..end + 8].copy_from_slice(&html_length.to_le_bytes());
        &self.page[..end + 8]
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let is_odd = |byte: u8| byte < 0x20 && !matches!(byte, 8..=13 | 0x1a | 0x1b) || byte == 0x7f;
    let odd = sample.iter().filter(|&&byte| is_odd(byte)).count();
    odd * 32 <= sample.len() && memchr::memchr(0, bytes).is_none()
}
