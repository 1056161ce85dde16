//! Splicing pages: a page is the pieces of a template, deflated once, with short values and a stored fragment.
//!
//! A [`Shell`] is made once for all pages that differ in a few values only, such as the file pages of a package
//! version. Its HTML comes from a template that was rendered with [`slot`]s where values belong:
//!
//! ```
//! use debpress::site::page::{Body, Shell, slot};
//! use debpress::settings::Encoding;
//!
//! let shell = Shell::new(&format!("<title>{}</title>", slot(0)));
//! let page = shell.page(&["a.c".into()], Body::None, Encoding::Plain)?;
//! assert_eq!(page.parts().concat(), b"<title>a.c</title>");
//! # Ok::<(), debpress::site::page::PageError>(())
//! ```
//!
//! # How the gzip member comes about
//!
//! ```text
//! gzip header | piece | LEN NLEN value | piece | LEN NLEN value | … | last piece | fragment | CRC-32, length
//! ```
//!
//! Each piece of the template is deflated by itself and sync-flushed, that is, it ends in an empty stored block:
//! the block's header and padding, then `00 00 FF FF`. In place of these four bytes stands the length of the value
//! and the value, which makes it a stored block of its own at no further cost. (Codes of the fixed Huffman table
//! are 8 or 9 bits for every literal, so they are never shorter.) The last piece keeps its empty block, so that the
//! fragment's deflate stream begins at a byte and ends the page's. All is one gzip member, as browsers show the
//! first of several and drop the rest.
//!
//! Pages that have no fragment and are made one by one go through [`encoded`].
//!
//! A value may be stored deflated itself ([`Flushed`]): it stands after the empty block.
//!
//! May use `formats`, `model` and `settings`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;

use flate2::Compression;
use flate2::write::GzEncoder;
use libdeflater::{CompressionLvl, Compressor, Decompressor};

use crate::formats::deflate::{EMPTY_STORED, Flusher};
use crate::model::{Flushed, Fragment};
use crate::settings::Encoding;

/// Version of the bytes made here, for keys: they change with the compression libraries.
pub const VERSION: u32 = 1;

/// RFC 1952: deflate, no name, no time, no hint, unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Header and padding of a stored block that begins at a byte and is not the last one.
const STORED: u8 = 0;

/// The last block of a page without fragment: fixed codes, nothing in it.
const FINAL: [u8; 2] = [3, 0];

/// Most that one stored block holds.
const STORED_LIMIT: usize = 0xffff;

/// A slot begins with this character, which Unicode guarantees to be in no text.
const SLOT_START: char = '\u{fdd0}';
const SLOT_END: char = '\u{fdd1}';

/// Why a page cannot be spliced.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The fragment does not inflate to what its record says: the store is damaged.
    #[error(
        "a stored fragment does not inflate to its {0} bytes\n  hint: `debpress check` finds and removes damaged packs"
    )]
    Fragment(u64),
}

/// What follows a shell.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// Nothing: the shell is the whole page.
    None,
    /// A fragment.
    Fragment {
        /// Length of its HTML in bytes.
        html_length: u64,
        /// CRC-32 of its HTML.
        crc32: u32,
        /// Its HTML as a raw deflate stream that ends with a final block.
        deflated: &'a [u8],
    },
}

impl<'a> From<&'a Fragment> for Body<'a> {
    fn from(fragment: &'a Fragment) -> Self {
        Self::Fragment { html_length: fragment.html_length, crc32: fragment.crc32, deflated: &fragment.deflated }
    }
}

/// What stands in a slot.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A short text, already HTML.
    Html(&'a str),
    /// HTML that is stored deflated.
    Flushed(&'a Flushed),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(html: &'a str) -> Self {
        Self::Html(html)
    }
}

impl Default for Value<'_> {
    fn default() -> Self {
        Self::Html("")
    }
}

impl Value<'_> {
    /// Bytes that it takes in a page, but for a few.
    fn stored_length(&self) -> usize {
        match self {
            Self::Html(html) => html.len(),
            Self::Flushed(Flushed(part)) => part.deflated.len(),
        }
    }
}

/// The file of one page, in parts so that a large fragment is not copied.
#[derive(Debug)]
pub struct Page<'a> {
    head: Vec<u8>,
    body: Cow<'a, [u8]>,
    trailer: Option<[u8; 8]>,
}

impl Page<'_> {
    /// The parts, to be written one after the other.
    pub fn parts(&self) -> [&[u8]; 3] {
        [&self.head, &self.body, self.trailer.as_ref().map_or(&[], |trailer| &trailer[..])]
    }
}

/// What stands in a template's HTML where value number `index` belongs.
pub fn slot(index: usize) -> String {
    format!("{SLOT_START}{index}{SLOT_END}")
}

/// `text` without the characters that mark slots.
pub fn without_slots(text: &str) -> String {
    text.replace([SLOT_START, SLOT_END], "")
}

/// A piece of HTML that is the same on all pages of a shell, and the value after it.
#[derive(Debug)]
struct Piece {
    html: Box<[u8]>,
    /// Ends with header and padding of a stored block.
    deflated: Box<[u8]>,
    /// `None` after the last piece.
    value: Option<usize>,
}

/// The part of pages that comes from a template, ready for splicing.
#[derive(Debug)]
pub struct Shell {
    pieces: Vec<Piece>,
}

impl Shell {
    /// Cuts `html` at its slots and deflates what is between them.
    pub fn new(html: &str) -> Self {
        let mut flusher = Flusher::default();
        let pieces = cut(html)
            .into_iter()
            .map(|(html, value)| Piece {
                html: html.as_bytes().into(),
                deflated: deflated_to_stored_header(html, &mut flusher).into(),
                value,
            })
            .collect();
        Self { pieces }
    }

    /// One page: the value of each slot by its number (missing ones are empty), and what follows.
    ///
    /// # Errors
    /// In plain encoding, when the fragment or a flushed value is damaged. (In gzip encoding they are not looked into.)
    pub fn page<'a>(&self, values: &[Value<'_>], body: Body<'a>, encoding: Encoding) -> Result<Page<'a>, PageError> {
        match encoding {
            Encoding::Plain => self.plain(values, body),
            Encoding::Gzip => Ok(self.gzipped(values, body)),
        }
    }

    fn plain<'a>(&self, values: &[Value<'_>], body: Body<'a>) -> Result<Page<'a>, PageError> {
        let mut head = Vec::with_capacity(self.length(values, |piece| &piece.html));
        for (piece, value) in self.parts(values) {
            head.extend_from_slice(&piece.html);
            match value {
                Value::Html(html) => head.extend_from_slice(html.as_bytes()),
                Value::Flushed(Flushed(part)) => {
                    let whole = [&part.deflated[..], &FINAL].concat();
                    head.extend_from_slice(&inflate(part.html_length, part.crc32, &whole)?);
                }
            }
        }
        let body = match body {
            Body::None => Vec::new(),
            Body::Fragment { html_length, crc32, deflated } => inflate(html_length, crc32, deflated)?,
        };
        Ok(Page { head, body: Cow::Owned(body), trailer: None })
    }

    fn gzipped<'a>(&self, values: &[Value<'_>], body: Body<'a>) -> Page<'a> {
        let mut head = Vec::with_capacity(self.length(values, |piece| &piece.deflated) + 64);
        let mut sum = Sum::default();
        head.extend_from_slice(&GZIP_HEADER);
        for (piece, value) in self.parts(values) {
            head.extend_from_slice(&piece.deflated);
            sum.add(&piece.html);
            match value {
                Value::Html(html) => {
                    push_stored(html.as_bytes(), &mut head);
                    sum.add(html.as_bytes());
                }
                Value::Flushed(Flushed(part)) => {
                    head.extend_from_slice(&EMPTY_STORED);
                    head.extend_from_slice(&part.deflated);
                    sum.add_known(part.crc32, part.html_length);
                }
            }
        }
        let body = match body {
            Body::None => &FINAL[..],
            Body::Fragment { html_length, crc32, deflated } => {
                sum.add_known(crc32, html_length);
                deflated
            }
        };
        Page { head, body: Cow::Borrowed(body), trailer: Some(sum.trailer()) }
    }

    fn parts<'v>(&'v self, values: &'v [Value<'v>]) -> impl Iterator<Item = (&'v Piece, Value<'v>)> {
        let value = |index: usize| values.get(index).copied();
        self.pieces.iter().map(move |piece| (piece, piece.value.and_then(value).unwrap_or_default()))
    }

    /// Bytes of all pieces and values, and of the lengths of values.
    fn length(&self, values: &[Value<'_>], bytes: impl Fn(&Piece) -> &[u8]) -> usize {
        self.parts(values).map(|(piece, value)| bytes(piece).len() + value.stored_length() + EMPTY_STORED.len()).sum()
    }
}

/// CRC-32 and length of what was added.
#[derive(Default)]
struct Sum {
    crc32: crc32fast::Hasher,
    length: u64,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        self.crc32.update(bytes);
        self.length += bytes.len() as u64;
    }

    fn add_known(&mut self, crc32: u32, length: u64) {
        self.crc32.combine(&crc32fast::Hasher::new_with_initial_len(crc32, length));
        self.length += length;
    }

    /// CRC-32 and length modulo 2³² (RFC 1952).
    fn trailer(self) -> [u8; 8] {
        let length = self.length as u32;
        let [a, b, c, d] = self.crc32.finalize().to_le_bytes();
        let [e, f, g, h] = length.to_le_bytes();
        [a, b, c, d, e, f, g, h]
    }
}

/// The bytes of a page's file, for a page that is made as a whole.
pub fn encoded(html: &str, encoding: Encoding) -> Vec<u8> {
    /// Pages without fragment are few and small: effort costs little.
    const LEVEL: i32 = 6;
    thread_local! {
        static COMPRESSOR: RefCell<Compressor> =
            RefCell::new(Compressor::new(CompressionLvl::new(LEVEL).unwrap_or_default()));
    }
    match encoding {
        Encoding::Plain => html.as_bytes().to_vec(),
        Encoding::Gzip => COMPRESSOR.with_borrow_mut(|compressor| {
            let mut gzipped = vec![0; compressor.gzip_compress_bound(html.len())];
            let length = compressor
                .gzip_compress(html.as_bytes(), &mut gzipped)
                .expect("the buffer has the length that the library asks for");
            gzipped.truncate(length);
            gzipped
        }),
    }
}

/// Takes the bytes of a file that is made piece by piece, and keeps them as they are stored.
#[derive(Debug)]
pub enum Encoder {
    /// As they are.
    Plain(Vec<u8>),
    /// As one gzip member.
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

impl Encoder {
    /// An empty file.
    pub fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Plain => Self::Plain(Vec::new()),
            Encoding::Gzip => Self::Gzip(Box::new(GzEncoder::new(Vec::new(), Compression::default()))),
        }
    }

    /// The bytes of the file.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Gzip(encoder) => encoder.finish().expect("writing to memory does not fail"),
        }
    }
}

impl io::Write for Encoder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(written) => written.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The HTML before each slot and the slot's number; last the HTML after them all.
fn cut(html: &str) -> Vec<(&str, Option<usize>)> {
    let mut pieces = Vec::new();
    let mut rest = html;
    let mut searched = 0;
    while let Some(start) = rest[searched..].find(SLOT_START).map(|at| searched + at) {
        let inside = &rest[start + SLOT_START.len_utf8()..];
        let slot = inside.split_once(SLOT_END).and_then(|(index, after)| Some((index.parse().ok()?, after)));
        match slot {
            Some((index, after)) => {
                pieces.push((&rest[..start], Some(index)));
                rest = after;
                searched = 0;
            }
            None => searched = rest.len() - inside.len(),
        }
    }
    pieces.push((rest, None));
    pieces
}

/// Deflates `html` by itself, up to and with the padded header of an empty stored block.
fn deflated_to_stored_header(html: &str, flusher: &mut Flusher) -> Vec<u8> {
    let mut deflated = flusher.flushed(html.as_bytes());
    deflated.truncate(deflated.len().saturating_sub(EMPTY_STORED.len()));
    deflated
}

/// Completes a stored block whose header is there; a value that is too long for one becomes several.
fn push_stored(value: &[u8], deflated: &mut Vec<u8>) {
    let mut chunks = value.chunks(STORED_LIMIT);
    let mut chunk = chunks.next().unwrap_or_default();
    loop {
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        deflated.extend_from_slice(&length.to_le_bytes());
        deflated.extend_from_slice(&(!length).to_le_bytes());
        deflated.extend_from_slice(chunk);
        match chunks.next() {
            Some(next) => chunk = next,
            None => break,
        }
        deflated.push(STORED);
    }
}

fn inflate(html_length: u64, crc32: u32, deflated: &[u8]) -> Result<Vec<u8>, PageError> {
    let damaged = PageError::Fragment(html_length);
    /// Deflate expands at most 1,032 times; more is a damaged record, which must not cost memory.
    const LARGEST_RATIO: u64 = 1_032;
    if html_length / LARGEST_RATIO > deflated.len() as u64 {
        return Err(damaged);
    }
    let Ok(length) = usize::try_from(html_length) else { return Err(damaged) };
    let mut html = vec![0; length];
    match Decompressor::new().deflate_decompress(deflated, &mut html) {
        Ok(written) if written == length && crc32fast::hash(&html) == crc32 => Ok(html),
        _ => Err(damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read;

    fn fragment(html: &[u8]) -> Fragment {
        let mut compressor = Compressor::new(CompressionLvl::fastest());
        let mut deflated = vec![0; compressor.deflate_compress_bound(html.len())];
        let length = compressor.deflate_compress(html, &mut deflated).unwrap();
        deflated.truncate(length);
        Fragment { html_length: html.len() as u64, crc32: crc32fast::hash(html), deflated }
    }

    /// Unpacks exactly one member and checks that nothing follows it.
    fn unpack(gzipped: &[u8]) -> Vec<u8> {
        let mut decoder = flate2::bufread::GzDecoder::new(gzipped);
        let mut html = Vec::new();
        decoder.read_to_end(&mut html).unwrap();
        assert!(decoder.into_inner().is_empty());
        html
    }

    #[test]
    fn a_page_is_one_gzip_member_of_its_parts() {
        let shell = Shell::new(&format!("<title>{}</title>{}{}<code>", slot(1), slot(0), slot(1)));
        let fragment = fragment(b"int main;</code>");
        let page = shell.page(&["".into(), "x".into()], Body::from(&fragment), Encoding::Gzip).unwrap();
        assert_eq!(unpack(&page.parts().concat()), b"<title>x</title>x<code>int main;</code>");
    }

    #[test]
    fn a_slot_is_nothing_but_a_slot() {
        let html = format!("{SLOT_START}{SLOT_START}7 a{SLOT_START}0");
        let page = Shell::new(&html).page(&["value".into()], Body::None, Encoding::Plain).unwrap();
        assert_eq!(page.parts().concat(), html.as_bytes());
        assert_eq!(without_slots(&slot(3)), "3");
    }

    #[test]
    fn a_damaged_fragment_is_told() {
        let whole = fragment(b"abc");
        let shell = Shell::new("");
        let wrong_length = Fragment { html_length: u64::MAX, ..whole.clone() };
        let wrong_crc = Fragment { crc32: 0, ..whole.clone() };
        let wrong_bytes = Fragment { deflated: vec![0xff; 9], ..whole };
        for damaged in [wrong_length, wrong_crc, wrong_bytes] {
            assert!(shell.page(&[], Body::from(&damaged), Encoding::Plain).is_err());
        }
    }

    proptest! {
        #[test]
        fn both_encodings_have_the_same_html(
            html in "[a-z<>/é]{0,300}",
            places in proptest::collection::vec(0_usize..=300, 0..6),
            values in proptest::collection::vec(("[a-zä<]{0,40}", any::<bool>()), 3),
            repeat in prop_oneof![Just(1_usize), Just(20_000)],
            body in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..2000)),
        ) {
            let mut template: Vec<char> = html.chars().collect();
            for place in places {
                let at = place.min(template.len());
                template.splice(at..at, slot(place % 4).chars());
            }
            let mut flusher = Flusher::default();
            let values: Vec<(String, Option<Flushed>)> = values
                .into_iter()
                .map(|(value, is_flushed)| (value.repeat(repeat), is_flushed))
                .map(|(html, is_flushed)| {
                    let part = |deflated| Flushed(Fragment { deflated, ..fragment(html.as_bytes()) });
                    let flushed = is_flushed.then(|| part(flusher.flushed(html.as_bytes())));
                    (html, flushed)
                })
                .collect();
            let htmls: Vec<Value<'_>> = values.iter().map(|(html, _)| Value::Html(html)).collect();
            let values: Vec<Value<'_>> = values
                .iter()
                .map(|(html, flushed)| flushed.as_ref().map_or(Value::Html(html), Value::Flushed))
                .collect();
            let shell = Shell::new(&template.iter().collect::<String>());
            let fragment = body.map(|html| fragment(&html));
            let body = fragment.as_ref().map_or(Body::None, Body::from);
            let plain = shell.page(&values, body, Encoding::Plain).unwrap().parts().concat();
            let gzipped = shell.page(&values, body, Encoding::Gzip).unwrap().parts().concat();
            prop_assert_eq!(unpack(&gzipped), &plain[..]);
            prop_assert_eq!(&shell.page(&htmls, body, Encoding::Plain).unwrap().parts().concat(), &plain);
            let html = String::from_utf8_lossy(&plain);
            prop_assert_eq!(unpack(&encoded(&html, Encoding::Gzip)), html.as_bytes());
        }
    }
}
