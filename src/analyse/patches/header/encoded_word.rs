//! Words of mail headers in another character set: `=?utf-8?q?caf=C3=A9?=` (RFC 2047).

use std::borrow::Cow;

use encoding_rs::Encoding;

/// A text with its encoded words decoded.
pub(super) struct Decoded<'a> {
    /// The text. Words that cannot be decoded are as they were.
    pub(super) text: Cow<'a, str>,
    /// Whether there is such a word.
    pub(super) broken: bool,
}

/// Decodes the words of one unfolded value. Blanks between two encoded words are no part of the text (section 6.2);
/// words without blanks around them are decoded as well, as mail programs do.
pub(super) fn decode(value: &str) -> Decoded<'_> {
    if !value.contains("=?") {
        return Decoded { text: Cow::Borrowed(value), broken: false };
    }
    let (mut text, mut rest, mut broken) = (String::with_capacity(value.len()), value, false);
    // Characters of several bytes may be split between words, against the RFC, so bytes of one charset are joined.
    let mut pending: Option<Pending> = None;
    while let Some(begin) = rest.find("=?") {
        let (before, word) = rest.split_at(begin);
        if pending.is_none() || !before.trim().is_empty() {
            flush(&mut pending, &mut text);
            text.push_str(before);
        }
        match Word::parse(word) {
            Some((word, length)) => {
                if pending.as_ref().is_some_and(|pending| pending.charset != word.charset) {
                    flush(&mut pending, &mut text);
                }
                let bytes = &mut pending.get_or_insert(Pending { charset: word.charset, bytes: Vec::new() }).bytes;
                bytes.extend(word.bytes);
                rest = word_end(rest, begin + length);
            }
            None => {
                flush(&mut pending, &mut text);
                text.push_str("=?");
                broken = true;
                rest = word_end(rest, begin + 2);
            }
        }
    }
    flush(&mut pending, &mut text);
    text.push_str(rest);
    Decoded { text: Cow::Owned(text), broken }
}

/// A value that is no mail's: nothing is decoded.
pub(super) fn plain(value: &str) -> Decoded<'_> {
    Decoded { text: Cow::Borrowed(value), broken: false }
}

fn word_end(rest: &str, end: usize) -> &str {
    rest.get(end..).unwrap_or_default()
}

/// Bytes that wait for more of their charset.
struct Pending {
    charset: &'static Encoding,
    bytes: Vec<u8>,
}

fn flush(pending: &mut Option<Pending>, text: &mut String) {
    if let Some(Pending { charset, bytes }) = pending.take() {
        text.push_str(&charset.decode_without_bom_handling(&bytes).0);
    }
}

/// Longest encoded word that is looked at; the RFC allows 75 characters.
const LONGEST_WORD: usize = 1000;

struct Word {
    charset: &'static Encoding,
    bytes: Vec<u8>,
}

impl Word {
    /// Reads `=?charset?encoding?text?=` at the beginning of a text; the second value is its length.
    fn parse(text: &str) -> Option<(Self, usize)> {
        let window = text.get(..text.floor_char_boundary(LONGEST_WORD))?;
        let mut parts = window.strip_prefix("=?")?.splitn(3, '?');
        let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let content = rest.get(..rest.find("?=")?)?;
        // RFC 2231 allows a language behind the charset.
        let label = charset.split('*').next().unwrap_or(charset);
        let charset_length = charset.len();
        let charset = Encoding::for_label(label.as_bytes())?;
        let bytes = match encoding {
            "q" | "Q" => quoted(content),
            "b" | "B" => base64(content)?,
            _ => return None,
        };
        let length = "=?".len() + charset_length + "?".len() + encoding.len() + "?".len() + content.len() + "?=".len();
        Some((Self { charset, bytes }, length))
    }
}

/// The Q encoding (section 4.2): `_` is a blank, `=41` a byte; anything else stands for itself.
fn quoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let digits = after.first_chunk::<2>().map(|pair| pair.map(|digit| char::from(digit).to_digit(16)));
        match (first, digits) {
            (b'_', _) => bytes.push(b' '),
            (b'=', Some([Some(high), Some(low)])) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => bytes.push(first),
        }
    }
    bytes
}

/// The B encoding (RFC 4648, section 4); missing padding is forgiven.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.trim_end_matches('=').bytes().map(base64_digit).collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let value = group.iter().fold(0, |value, digit| value << 6 | digit) << (6 * (4 - group.len()));
        let [_, whole @ ..] = value.to_be_bytes();
        bytes.extend(whole.iter().take(group.len() - 1));
    }
    Some(bytes)
}

fn base64_digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_both_encodings_are_decoded() {
        for (encoded, text) in [
            ("=?utf-8?q?Piotr_O=C5=BCarowski?= <p@example.org>", "Piotr Ożarowski <p@example.org>"),
            ("=?utf-8?b?0L3QsNCx?= <n@example.org>", "наб <n@example.org>"),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?= c", "ab c"),
            ("=?utf-8?q?=C5?=  =?utf-8?q?=BC?=", "ż"),
            ("=?iso-8859-2?q?=B1?= and =?utf-8*en?Q?=3D?=", "ą and ="),
            ("x=?utf-8?B?YQ?=y", "xay"),
            ("plain", "plain"),
        ] {
            let decoded = decode(encoded);
            assert_eq!((&*decoded.text, decoded.broken), (text, false));
        }
    }

    #[test]
    fn broken_words_stay_and_are_told() {
        for broken in ["=?utf-8?q?unfinished", "=?nothing?q?a?=", "=?utf-8?x?a?=", "=?utf-8?b?*?=", "=?"] {
            let decoded = decode(broken);
            assert_eq!((&*decoded.text, decoded.broken), (broken, true));
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(text in "\\PC{0,40}") {
            let quoted: String = text.bytes().map(|byte| format!("={byte:02X}")).collect();
            let encoded = format!("=?utf-8?q?{quoted}?=");
            prop_assert_eq!(&*decode(&encoded).text, &text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "(=\\?|\\?=|utf-8|\\?q\\?|\\?b\\?|=C5|[a-z ]|ż){0,30}") {
            decode(&text);
        }
    }
}
