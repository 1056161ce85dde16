//! Which characters the bytes of a text stand for.
//!
//! [`decode`] decides on one encoding for a whole file, in this order: a byte order mark; UTF-16 and UTF-32
//! without one, seen by where their NUL bytes are; UTF-8; a legacy encoding, guessed from the bytes as
//! browsers do (WHATWG Encoding Standard; the guess is `chardetng`'s). A legacy encoding is taken only if
//! every byte has a meaning in it. When nothing fits, the text is UTF-8 and the bytes that are none stay in
//! it as they are: the lexer marks them.
//!
//! [`is_wide`] tells from the start of a file whether it is UTF-16 or UTF-32, which look like binary data to
//! anything that knows bytes only.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// Version of the rules here: part of the key of every fragment.
pub const VERSION: u32 = 1;

/// How much of a file is looked at for the places of its NUL bytes.
const SAMPLE: usize = 4096;

/// A text has at most one byte that is not UTF-8 for so many characters beyond ASCII, to be UTF-8 with a fault.
const FAULTLESS_SHARE: usize = 8;

/// The most bytes that the guess looks at: it is much slower than everything else.
const GUESSED_FROM: usize = 256 << 10;

/// A text and its encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// UTF-8, but for bytes that fit no character in the encoding: those are as they are in the file. A byte order
    /// mark stays as U+FEFF.
    pub text: Cow<'a, [u8]>,
    /// The encoding's name in the WHATWG Encoding Standard; `UTF-32LE` and `UTF-32BE` beside those.
    pub encoding: &'static str,
}

/// Name of the encoding of nearly all files.
pub const UTF8: &str = "UTF-8";

/// Encodings of more than one byte a character at least.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wide {
    Utf16(&'static Encoding),
    Utf32 { big_endian: bool },
}

/// Decodes a whole file.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    if let Some(decoded) = wide(bytes).and_then(|wide| decode_wide(bytes, wide)) {
        return decoded;
    }
    let as_utf8 = Decoded { text: Cow::Borrowed(bytes), encoding: UTF8 };
    let Err(error) = std::str::from_utf8(bytes) else {
        return decode_escapes(bytes).unwrap_or(as_utf8);
    };
    if is_utf8_with_faults(bytes) {
        return as_utf8;
    }
    let legacy = guess(bytes, error.valid_up_to());
    match legacy.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if legacy != UTF_8 => {
            Decoded { text: Cow::Owned(text.into_owned().into_bytes()), encoding: legacy.name() }
        }
        _ => as_utf8,
    }
}

/// Whether a file that begins with these bytes is in UTF-16 or UTF-32, so that NUL bytes in it mean nothing.
pub fn is_wide(start: &[u8]) -> bool {
    let odd = |character: char| character < '\t' || ('\u{e}'..'\u{1b}').contains(&character);
    match wide(start) {
        None => false,
        Some(wide @ Wide::Utf32 { .. }) => decode_wide(&start[..start.len() / 4 * 4], wide).is_some(),
        Some(Wide::Utf16(encoding)) => {
            let (text, _) = encoding.decode_without_bom_handling(start);
            // The last character may be cut in half.
            let whole = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
            !whole.contains(|character| odd(character) || character == char::REPLACEMENT_CHARACTER)
        }
    }
}

fn wide(bytes: &[u8]) -> Option<Wide> {
    let utf32 = |big_endian| Some(Wide::Utf32 { big_endian });
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => utf32(false),
        [0, 0, 0xfe, 0xff, ..] => utf32(true),
        [0xff, 0xfe, _, _, ..] => Some(Wide::Utf16(UTF_16LE)),
        [0xfe, 0xff, _, _, ..] => Some(Wide::Utf16(UTF_16BE)),
        _ => wide_without_mark(&bytes[..bytes.len().min(SAMPLE)]),
    }
}

/// Texts that are mostly Latin have every second byte (three of four) NUL, and no NUL elsewhere.
fn wide_without_mark(sample: &[u8]) -> Option<Wide> {
    let (quads, _) = sample.as_chunks::<4>();
    if quads.len() < 4 {
        return None;
    }
    let nuls = |at: usize| quads.iter().filter(|quad| quad[at] == 0).count();
    let (all, most) = (quads.len(), quads.len() - quads.len() / 8);
    let counts = [0, 1, 2, 3].map(nuls);
    match counts {
        [0, b, c, d] if b >= most && c >= most && d == all => Some(Wide::Utf32 { big_endian: false }),
        [a, b, c, 0] if a == all && b >= most && c >= most => Some(Wide::Utf32 { big_endian: true }),
        [0, b, 0, d] if b >= most && d >= most => Some(Wide::Utf16(UTF_16LE)),
        [a, 0, c, 0] if a >= most && c >= most => Some(Wide::Utf16(UTF_16BE)),
        _ => None,
    }
}

fn decode_wide(bytes: &[u8], wide: Wide) -> Option<Decoded<'_>> {
    let (text, encoding) = match wide {
        Wide::Utf16(encoding) => {
            (encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned(), encoding.name())
        }
        Wide::Utf32 { big_endian } => {
            let (quads, []) = bytes.as_chunks::<4>() else { return None };
            let read = if big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
            let text = quads.iter().map(|quad| char::from_u32(read(*quad))).collect::<Option<String>>()?;
            (text, if big_endian { "UTF-32BE" } else { "UTF-32LE" })
        }
    };
    Some(Decoded { text: Cow::Owned(text.into_bytes()), encoding })
}

/// ISO-2022-JP is 7-bit, and its escape sequences give it away.
fn decode_escapes(bytes: &[u8]) -> Option<Decoded<'_>> {
    let escape = memchr::memmem::find(bytes, b"\x1b$")?;
    if !matches!(bytes.get(escape + 2), Some(b'@' | b'B')) || !bytes.is_ascii() {
        return None;
    }
    let text = ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(Decoded { text: Cow::Owned(text.into_owned().into_bytes()), encoding: ISO_2022_JP.name() })
}

/// Whether far more characters beyond ASCII are right than bytes are wrong.
fn is_utf8_with_faults(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        // Each character beyond ASCII has one byte that begins it.
        right += chunk.valid().bytes().filter(|&byte| byte >= 0xc0).count();
        wrong += chunk.invalid().len();
    }
    right >= FAULTLESS_SHARE * wrong
}

/// The legacy encoding that the text is most likely in. `ascii` bytes at its start tell nothing.
fn guess(bytes: &[u8], ascii: usize) -> &'static Encoding {
    let start = ascii.saturating_sub(SAMPLE);
    let part = &bytes[start..bytes.len().min(start + GUESSED_FROM)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(part, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    if guessed == REPLACEMENT { UTF_8 } else { guessed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> (String, &'static str) {
        let Decoded { text, encoding } = decode(bytes);
        (String::from_utf8(text.into_owned()).unwrap(), encoding)
    }

    #[test]
    fn ascii_and_utf8_are_borrowed() {
        for text in ["", "plain", "Žluťoučký kůň", "\u{feff}with a mark"] {
            let decoded = decode(text.as_bytes());
            assert_eq!(decoded, Decoded { text: Cow::Borrowed(text.as_bytes()), encoding: UTF8 });
        }
    }

    #[test]
    fn wide_encodings_are_seen_with_and_without_mark() {
        let text = "Copyright (C) 2001 Jürgen\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wide: Vec<u8> = text.chars().flat_map(|it| u32::from(it).to_le_bytes()).collect();
        assert_eq!(decoded(&le), (text.to_owned(), "UTF-16LE"));
        assert_eq!(decoded(&be), (text.to_owned(), "UTF-16BE"));
        assert_eq!(decoded(&wide), (text.to_owned(), "UTF-32LE"));
        assert_eq!(decoded(&[b"\xff\xfe", &le[..]].concat()), (format!("\u{feff}{text}"), "UTF-16LE"));
        assert!(is_wide(&le) && !is_wide(text.as_bytes()) && !is_wide(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"));
    }

    #[test]
    fn legacy_encodings_are_guessed() {
        let latin = b"Ren\xe9 Descartes \xe9tait n\xe9 \xe0 La Haye, en Touraine, le 31 mars 1596.\n";
        assert_eq!(decoded(latin).1, "windows-1252");
        assert!(decoded(latin).0.starts_with("René Descartes était né à"));
        let (russian, ..) = encoding_rs::KOI8_R.encode("Все счастливые семьи похожи друг на друга\n");
        assert_eq!(decoded(&russian).1, "KOI8-U");
        let (japanese, ..) = encoding_rs::EUC_JP.encode("吾輩は猫である。名前はまだ無い。\n");
        assert_eq!(decoded(&japanese), ("吾輩は猫である。名前はまだ無い。\n".to_owned(), "EUC-JP"));
        let (escaped, ..) = ISO_2022_JP.encode("吾輩は猫である。\n");
        assert_eq!(decoded(&escaped), ("吾輩は猫である。\n".to_owned(), "ISO-2022-JP"));
    }

    #[test]
    fn one_bad_byte_does_not_make_a_text_latin() {
        let bytes = ["Příliš žluťoučký kůň úpěl".as_bytes(), b"\xe9"].concat();
        assert_eq!(decode(&bytes), Decoded { text: Cow::Borrowed(&bytes[..]), encoding: UTF8 });
    }

    proptest! {
        #[test]
        fn nothing_is_lost(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let Decoded { text, encoding } = decode(&bytes);
            match Encoding::for_label(encoding.as_bytes()) {
                Some(it) if it == UTF_8 => prop_assert_eq!(&text[..], &bytes[..]),
                Some(encoding) => {
                    let expected = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
                    prop_assert_eq!(expected.map(|text| text.into_owned().into_bytes()), Some(text.into_owned()));
                }
                None => prop_assert!(encoding.starts_with("UTF-32") && bytes.len() % 4 == 0),
            }
        }
    }
}
