//! Members as rows of bytes.
//!
//! | part | form |
//! |---|---|
//! | kind | 1 byte, see the constants |
//! | mode | 2 bytes, little-endian |
//! | path | length as LEB128, bytes |
//! | file | size and lines as LEB128, SHA-256, SHA-1 |
//! | symlink, hard link | length of the target as LEB128, bytes |

use crate::model::{Member, MemberKind, Sha1, Sha256, TextFacts};

const BINARY_FILE: u8 = 0;
const TEXT_FILE: u8 = 1;
const SYMLINK: u8 = 2;
const HARD_LINK: u8 = 3;
const DIRECTORY: u8 = 4;
const SPECIAL: u8 = 5;

/// Appends the row of a member.
pub(super) fn encode(member: &Member, out: &mut Vec<u8>) {
    out.push(match &member.kind {
        MemberKind::File { text, .. } if text.is_text => TEXT_FILE,
        MemberKind::File { .. } => BINARY_FILE,
        MemberKind::Symlink { .. } => SYMLINK,
        MemberKind::HardLink { .. } => HARD_LINK,
        MemberKind::Directory => DIRECTORY,
        MemberKind::Special => SPECIAL,
    });
    out.extend_from_slice(&member.mode.to_le_bytes());
    encode_bytes(&member.path, out);
    match &member.kind {
        MemberKind::File { size, sha256, sha1, text } => {
            encode_number(*size, out);
            encode_number(text.lines.into(), out);
            out.extend_from_slice(&sha256.0);
            out.extend_from_slice(&sha1.0);
        }
        MemberKind::Symlink { target } | MemberKind::HardLink { target } => encode_bytes(target, out),
        MemberKind::Directory | MemberKind::Special => {}
    }
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn encode_number(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes the row of a member from the front of `rows`; `None` when there is no whole row.
pub(super) fn decode(rows: &mut &[u8]) -> Option<Member> {
    let [kind] = take_array(rows)?;
    let mode = u16::from_le_bytes(take_array(rows)?);
    let path = decode_bytes(rows)?;
    let kind = match kind {
        BINARY_FILE | TEXT_FILE => MemberKind::File {
            size: decode_number(rows)?,
            text: TextFacts { is_text: kind == TEXT_FILE, lines: decode_number(rows)?.try_into().ok()? },
            sha256: Sha256(take_array(rows)?),
            sha1: Sha1(take_array(rows)?),
        },
        SYMLINK => MemberKind::Symlink { target: decode_bytes(rows)? },
        HARD_LINK => MemberKind::HardLink { target: decode_bytes(rows)? },
        DIRECTORY => MemberKind::Directory,
        SPECIAL => MemberKind::Special,
        _ => return None,
    };
    Some(Member { path, mode, kind })
}

fn take_array<const N: usize>(rows: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = rows.split_first_chunk()?;
    *rows = rest;
    Some(*array)
}

fn decode_bytes(rows: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(decode_number(rows)?).ok()?;
    let (bytes, rest) = rows.split_at_checked(length)?;
    *rows = rest;
    Some(bytes.to_vec())
}

fn decode_number(rows: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take_array(rows)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
