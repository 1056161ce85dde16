//! The manifest of a tree: one line an entry, to compare trees by.
//!
//! `TYPE MODE SIZE VALUE PATH`, separated by blanks: the type is `f`, `l` or `d`; the mode `644` or `755`, or
//! `-` for links; the size in bytes of a file, else `-`; the value the SHA-256 of a file, the percent-encoded
//! target of a link, else `-`; the path percent-encoded. Lines are in the order of the paths' bytes.

use std::fmt::Write as _;

use crate::model::{Entry, EntryKind, EntryPath, Sha256};

/// What a line says of its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A regular file.
    File {
        /// Whether its mode is 0755, else 0644.
        executable: bool,
        /// Its bytes.
        size: u64,
        /// Their checksum.
        sha256: Sha256,
    },
    /// A symbolic link.
    Symlink {
        /// Its target as written.
        target: &'a [u8],
    },
    /// A folder.
    Directory,
}

impl<'a> Kind<'a> {
    /// What there is to say of an entry of a stored tree.
    pub fn of(entry: &'a Entry) -> Self {
        match &entry.kind {
            EntryKind::File { size, sha256, .. } => {
                Self::File { executable: entry.executable, size: *size, sha256: *sha256 }
            }
            EntryKind::Symlink { target } => Self::Symlink { target },
            EntryKind::Directory => Self::Directory,
        }
    }
}

/// The line of one entry, without a newline at its end.
pub fn line(path: &EntryPath, kind: Kind<'_>) -> String {
    let mut line = match kind {
        Kind::File { executable, size, sha256 } => {
            format!("f {} {size} {sha256} ", if executable { "755" } else { "644" })
        }
        Kind::Symlink { target } => format!("l - - {} ", percent_encoded(target)),
        Kind::Directory => "d 755 - - ".to_owned(),
    };
    line.push_str(&percent_encoded(path.as_bytes()));
    line
}

/// Letters, digits and `_.-~/` as they are, every other byte as `%XX`.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' | b'/' => text.push(byte.into()),
            _ => _ = write!(text, "%{byte:02X}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_odd_byte_is_encoded() {
        let path = EntryPath::new(&b"a b/\xff~%\n"[..]).unwrap();
        assert_eq!(line(&path, Kind::Directory), "d 755 - - a%20b/%FF~%25%0A");
        assert_eq!(line(&path, Kind::Symlink { target: b"../\xc3\xa4" }), "l - - ../%C3%A4 a%20b/%FF~%25%0A");
        let file = Kind::File { executable: true, size: 0, sha256: Sha256::of(b"") };
        assert!(line(&path, file).starts_with("f 755 0 e3b0c442"));
    }
}
