//! The fields of a header block (POSIX.1-1988 "ustar", its predecessor of Unix V7, and the one of GNU tar).

use std::ops::Range;

use super::input::Block;

const NAME: Range<usize> = 0..100;
const MODE: Range<usize> = 100..108;
const USER: Range<usize> = 108..116;
const GROUP: Range<usize> = 116..124;
const SIZE: Range<usize> = 124..136;
const MODIFIED: Range<usize> = 136..148;
const CHECKSUM: Range<usize> = 148..156;
const TYPE: usize = 156;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..263;
const GNU_MAGIC: Range<usize> = 257..265;
const USER_NAME: Range<usize> = 265..297;
const GROUP_NAME: Range<usize> = 297..329;
const DEVICE_MAJOR: Range<usize> = 329..337;
const DEVICE_MINOR: Range<usize> = 337..345;
const PREFIX: Range<usize> = 345..500;
const STAR_PREFIX_END: usize = 475;
const STAR_ACCESSED: Range<usize> = 476..488;
const STAR_CHANGED: Range<usize> = 488..500;
const GNU_REAL_SIZE: Range<usize> = 483..495;

/// Which layout a header has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Without a magic number.
    V7,
    /// POSIX.
    Ustar,
    /// POSIX with times at the end of the prefix.
    Star,
    /// GNU tar.
    Gnu,
}

/// A header block.
pub(super) struct Header<'a>(pub(super) &'a Block);

impl Header<'_> {
    /// Whether the sum of the block's bytes is the one that it records. Some writers summed signed bytes.
    pub(super) fn has_right_checksum(&self) -> bool {
        let mut unsigned = 0;
        let mut signed = 0;
        for (position, &byte) in self.0.iter().enumerate() {
            let byte = if CHECKSUM.contains(&position) { b' ' } else { byte };
            unsigned += i64::from(byte);
            signed += i64::from(byte.cast_signed());
        }
        octal(&self.0[CHECKSUM]).is_some_and(|sum| sum == unsigned || sum == signed)
    }

    /// The type of the member (`typeflag`).
    pub(super) fn type_flag(&self) -> u8 {
        self.0[TYPE]
    }

    pub(super) fn dialect(&self) -> Dialect {
        let is_star_time = |time: &[u8]| matches!(time, [b'0'..=b'7', .., b' ']);
        if &self.0[MAGIC] == b"ustar\0" {
            let is_star = self.0[STAR_PREFIX_END] == 0
                && is_star_time(&self.0[STAR_ACCESSED])
                && is_star_time(&self.0[STAR_CHANGED]);
            if is_star { Dialect::Star } else { Dialect::Ustar }
        } else if &self.0[GNU_MAGIC] == b"ustar  \0" {
            Dialect::Gnu
        } else {
            Dialect::V7
        }
    }

    /// The name, with the prefix of POSIX.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = text(&self.0[NAME]);
        match text(&self.0[PREFIX]) {
            prefix if !prefix.is_empty() && &self.0[MAGIC] == b"ustar\0" => [prefix, b"/", name].concat(),
            _ => name.to_vec(),
        }
    }

    pub(super) fn link(&self) -> Vec<u8> {
        text(&self.0[LINK]).to_vec()
    }

    /// The permission bits.
    pub(super) fn mode(&self) -> Result<u16, String> {
        let mode = number(&self.0[MODE]).ok_or_else(|| bad_number("mode"))?;
        Ok(u16::try_from(mode & 0o7777).unwrap_or_default())
    }

    /// Bytes of data in the archive.
    pub(super) fn size(&self) -> Result<u64, String> {
        length(&self.0[SIZE], "size")
    }

    /// Bytes of a sparse file of GNU tar when expanded.
    pub(super) fn real_size(&self) -> Result<u64, String> {
        length(&self.0[GNU_REAL_SIZE], "real size")
    }

    /// Checks the fields whose values we have no use for: tar complains of those that are no numbers, and
    /// `dpkg-source` fails when tar complains. A known user or group name spares the number; the one that is
    /// known everywhere is root.
    pub(super) fn check_unused(&self) -> Result<(), String> {
        let in_range = |field: Range<usize>, name, range: Range<i128>| {
            let value = number(&self.0[field]).ok_or_else(|| bad_number(name))?;
            if range.contains(&value) { Ok(()) } else { Err(bad_number(name)) }
        };
        in_range(MODIFIED, "modification time", i128::from(i64::MIN)..i128::from(i64::MAX) + 1)?;
        let unsigned = 0..1 << 32;
        let has_names = self.dialect() != Dialect::V7;
        for (field, name_field, name) in [(USER, USER_NAME, "user"), (GROUP, GROUP_NAME, "group")] {
            if !(has_names && text(&self.0[name_field]) == b"root") {
                in_range(field, name, unsigned.clone())?;
            }
        }
        if has_names && matches!(self.type_flag(), b'3' | b'4') {
            in_range(DEVICE_MAJOR, "device number", unsigned.clone())?;
            in_range(DEVICE_MINOR, "device number", unsigned)?;
        }
        Ok(())
    }
}

/// A field that ends at its first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

fn bad_number(name: &str) -> String {
    format!("the {name} in a header is not a number in range")
}

/// A length or offset: a number that is not negative and fits 63 bits.
pub(super) fn length(field: &[u8], name: &str) -> Result<u64, String> {
    let value = number(field).and_then(|value| i64::try_from(value).ok());
    value.and_then(|value| u64::try_from(value).ok()).ok_or_else(|| bad_number(name))
}

/// A number in octal digits, or in the base-256 notation of GNU tar and star. Blanks alone are no number,
/// NULs alone are 0.
fn number(field: &[u8]) -> Option<i128> {
    let is_base_256 = |first| first == 0x80 || first == 0xff;
    match trim(field) {
        [first, rest @ ..] if is_base_256(*first) && !rest.is_empty() => base_256(*first, rest).map(i128::from),
        _ => octal(field).map(i128::from),
    }
}

/// Two's complement, the first byte without its top bit.
fn base_256(first: u8, rest: &[u8]) -> Option<i64> {
    rest.iter().try_fold(if first == 0xff { -1_i64 } else { 0 }, |value, &byte| {
        value.checked_mul(256)?.checked_add(i64::from(byte))
    })
}

fn octal(field: &[u8]) -> Option<i64> {
    let digits = trim(field);
    if digits.is_empty() {
        return None;
    }
    let end = digits.iter().position(|byte| !(b'0'..=b'7').contains(byte)).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    if rest.first().is_some_and(|&byte| byte != 0 && !is_blank(byte)) {
        return None;
    }
    digits.iter().try_fold(0_i64, |value, digit| value.checked_mul(8)?.checked_add(i64::from(digit - b'0')))
}

/// Without leading blanks; old writers also leave one NUL in front.
fn trim(field: &[u8]) -> &[u8] {
    let field = field.strip_prefix(b"\0").unwrap_or(field);
    let begin = field.iter().position(|&byte| !is_blank(byte)).unwrap_or(field.len());
    &field[begin..]
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_notation() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 x"), Some(0o644));
        assert_eq!(number(b"\0  644 \0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"777"), Some(0o777));
        assert_eq!(number(b"    "), None);
        assert_eq!(number(b"648\0"), None);
        assert_eq!(number(b"+AAA"), None);
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02"), Some(258));
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), Some(-1));
        assert_eq!(number(b"\x80\x01\0\0\0\0\0\0\0\0\0\0"), None);
        assert!(length(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "size").is_err());
    }

    #[test]
    fn a_checksum_of_signed_bytes_is_right_too() {
        let mut block = [0; 512];
        block[..4].copy_from_slice("n\u{e4}m".as_bytes());
        let sums = |block: &Block| {
            let blank = 8 * 32;
            let unsigned: i64 = block.iter().map(|&byte| i64::from(byte)).sum();
            let signed: i64 = block.iter().map(|&byte| i64::from(byte.cast_signed())).sum();
            [unsigned + blank, signed + blank]
        };
        for sum in sums(&block) {
            let mut block = block;
            block[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            assert!(Header(&block).has_right_checksum());
            block[0] = b'N';
            assert!(!Header(&block).has_right_checksum());
        }
    }
}
