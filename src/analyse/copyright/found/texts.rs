//! Known licence texts, told by checksum: `texts.toml` has the checksums, and no text.
//!
//! Of a file that is called like a licence, the words from those with which a text begins are compared, as many as the text has, so that
//! titles before and instructions behind do not matter, and by [`Words`] neither do case, wrapping and punctuation. Lines
//! with copyright are left out. Short licences that everybody puts a name into (MIT, BSD, ISC) are notices.

use std::sync::LazyLock;

use memchr::memmem;
use serde::Deserialize;

use super::words::Words;
use crate::model::{LicenceText, Sha256};

/// Files beyond this are no licences.
const LONGEST: usize = 256 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownText {
    id: String,
    begins: String,
    words: usize,
    sha256: String,
    /// Where the text was seen; for people.
    #[allow(dead_code, reason = "read to be checked, and for people")]
    from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownTexts {
    text: Vec<KnownText>,
}

static TEXTS: LazyLock<Vec<KnownText>> = LazyLock::new(|| {
    let texts: KnownTexts =
        toml::from_str(include_str!("texts.toml")).expect("texts.toml is part of the program, and tested");
    texts.text
});

/// What `texts.toml` says of a text: how many words from the first of `begins` to the last of `ends`, and the checksum
/// of those. Both are words in lower case. `None` when the text does not have them.
pub fn measure(text: &[u8], begins: &str, ends: &str) -> Option<(usize, Sha256)> {
    let words = words(text);
    let start = words.as_str().find(&format!(" {begins} "))? + 1;
    let rest = words.as_str().get(start..)?;
    let end = rest.rfind(&format!(" {ends} "))? + ends.len() + 2;
    let part = rest.get(..end)?;
    Some((part.split_ascii_whitespace().count(), Sha256::of(part.as_bytes())))
}

/// The known text in a file, if it is called as licences are. Of several the one with the most words.
pub(super) fn read(path: &[u8], bytes: &[u8]) -> Option<LicenceText> {
    if !is_licence_name(path) || bytes.len() > LONGEST {
        return None;
    }
    let words = words(bytes);
    let text = TEXTS.iter().filter(|text| text.is_in(words.as_str())).max_by_key(|text| text.words)?;
    let all = words.as_str().split_ascii_whitespace().count();
    let other_words = u32::try_from(all - text.words.min(all)).unwrap_or(u32::MAX);
    Some(LicenceText { id: text.id.clone(), other_words })
}

impl KnownText {
    fn is_in(&self, words: &str) -> bool {
        let begins = format!(" {} ", self.begins);
        let Some(start) = memmem::find(words.as_bytes(), begins.as_bytes()) else { return false };
        let rest = words.get(start + 1..).unwrap_or_default();
        let last = rest.match_indices(' ').nth(self.words - 1);
        let part = last.and_then(|(end, _)| rest.get(..=end));
        part.is_some_and(|part| Sha256::of(part.as_bytes()).to_string() == self.sha256)
    }
}

fn words(text: &[u8]) -> Words {
    Words::of_lines(text, |line| !is_copyright_line(line))
}

fn is_copyright_line(line: &[u8]) -> bool {
    let Some((word, rest)) = line.split_at_checked(b"copyright".len()) else { return false };
    let follows = rest.trim_ascii_start().to_ascii_lowercase();
    word.eq_ignore_ascii_case(b"copyright")
        && ([&b"(c)"[..], b"\xc2\xa9", b"\xa9", b"["].iter().any(|sign| follows.starts_with(sign))
            || follows.first().is_some_and(u8::is_ascii_digit))
}

/// Whether a file is called as licences are: `COPYING.LIB`, `LICENSE-MIT`, `licence.txt`, or anything in `LICENSES/`.
pub(in crate::analyse::copyright) fn is_licence_name(path: &[u8]) -> bool {
    let (folder, name) = match memchr::memrchr(b'/', path) {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&b""[..], path),
    };
    let name = name.to_ascii_lowercase();
    let is_named = [&b"copying"[..], b"license", b"licence", b"unlicense"].iter().any(|it| name.starts_with(it));
    let is_titled = [b"gpl", b"fdl"].iter().any(|it| memmem::find(&name, *it).is_some())
        && [&b".txt"[..], b".texi", b".md", b"gpl", b"fdl"].iter().any(|it| name.ends_with(it));
    is_named || is_titled || folder == b"LICENSES" || folder.ends_with(b"/LICENSES")
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNLICENSE: &str = concat!(
        "This is free and unencumbered software released into the public domain.\n\nAnyone is free to copy, modify, publish, use, ",
        "compile, sell, or\ndistribute this software, either in source code form or as a compiled\nbinary, for any purpose",
    );

    #[test]
    fn files_are_called_as_licences_are() {
        for name in [
            "COPYING",
            "lib/COPYING.LIB",
            "LICENSE-MIT",
            "licence.txt",
            "LICENSES/any",
            "a/LICENSES/MIT.txt",
            "doc/fdl.texi",
            "gpl-3.0.txt",
        ] {
            assert!(is_licence_name(name.as_bytes()), "{name}");
        }
        for name in ["copy.c", "src/main.c", "LICENSES", "NOTLICENSES/a", "gpl.c", "mylicense"] {
            assert_eq!(is_licence_name(name.as_bytes()), name == "LICENSES", "{name}");
        }
    }

    #[test]
    fn measures_do_not_depend_on_what_surrounds_a_text() {
        let (begins, ends) = ("this is free", "for any purpose");
        let plain = measure(UNLICENSE.as_bytes(), begins, ends).unwrap();
        let marked: String = UNLICENSE.to_uppercase().lines().map(|line| format!(" * {line}\r\n")).collect();
        let marked = format!("Title\nCopyright (c) 2001 Ann\n{marked} * THE END\n");
        assert_eq!(measure(marked.as_bytes(), begins, ends), Some(plain));
        let changed = UNLICENSE.replace("sell", "give");
        assert_ne!(measure(changed.as_bytes(), begins, ends), Some(plain));
    }

    #[test]
    fn the_data_can_be_read_and_is_distinct() {
        let mut sums: Vec<&str> = TEXTS.iter().map(|it| it.sha256.as_str()).collect();
        assert!(TEXTS.iter().all(|it| it.words > 50 && it.sha256.parse::<Sha256>().is_ok() && !it.from.is_empty()));
        sums.sort_unstable();
        assert!(sums.windows(2).all(|pair| pair[0] != pair[1]) && sums.len() > 15);
    }
}
