//! What a file is, told by its first bytes and its name.

use std::borrow::Cow;

use super::executable;
use super::signatures::{EXTENSIONS, Form, SIGNATURES, SPECIAL_KINDS, Signature};

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// As readers call it.
    pub(super) name: String,
    /// What can be shown of it.
    pub(super) form: Form,
}

impl Kind {
    /// By the bytes if they have a signature, with the name telling which of several uses of a format it is; else by
    /// the name; else it is data.
    pub(super) fn detect(path: &[u8], bytes: &[u8]) -> Self {
        let extension = extension(path);
        let name: Cow<'_, str>;
        let mut form = Form::Other;
        if let Some(signature) = SIGNATURES.iter().find(|signature| is_signed(signature, bytes)) {
            let special = |&&(general, its, _): &&(&str, &str, &str)| general == signature.kind && its == extension;
            form = signature.form;
            name = match (SPECIAL_KINDS.iter().find(special), form) {
                (Some((_, _, special)), _) => Cow::Borrowed(special),
                (None, Form::Elf) => Cow::Owned(executable::describe(bytes)),
                (None, _) => Cow::Borrowed(signature.kind),
            };
        } else {
            let known = EXTENSIONS.iter().find(|(its, ..)| *its == extension);
            if let Some((_, _, known)) = known {
                form = *known;
            }
            name = Cow::Borrowed(known.map_or("Binary data", |(_, known, _)| known));
        }
        Self { name: name.into_owned(), form }
    }
}

fn is_signed(signature: &Signature, bytes: &[u8]) -> bool {
    let has = |(offset, magic): &(usize, &[u8])| bytes.get(*offset..).is_some_and(|rest| rest.starts_with(magic));
    signature.magic.iter().all(has)
}

/// What is behind the last dot of the path's last component, in lower case; empty when there is none.
pub(super) fn extension(path: &[u8]) -> String {
    let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]);
    let after = memchr::memrchr(b'.', name).map_or(&b""[..], |dot| &name[dot + 1..]);
    String::from_utf8_lossy(after).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str, bytes: &[u8]) -> String {
        Kind::detect(path.as_bytes(), bytes).name
    }

    #[test]
    fn bytes_tell_more_than_names() {
        assert_eq!(name("a.gif", b"\x89PNG\r\n\x1a\n"), "PNG image");
        assert_eq!(name("a/fr.gmo", b"\xde\x12\x04\x95\0\0\0\0"), "Gettext catalogue");
        assert_eq!(name("x", b"RIFF\x24\0\0\0WAVEfmt "), "WAVE audio");
        assert_eq!(name("x", b"RIFF\x24\0\0\0WEBPVP8 "), "WebP image");
        let page = b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x1e";
        assert_eq!(name("x.ogg", &[&page[..], b"\x01vorbis"].concat()), "Ogg Vorbis audio");
        assert_eq!(name("x.ogg", page), "Ogg media");
        assert_eq!(name("A.class", b"\xca\xfe\xba\xbe\0\0\0\x34"), "Java class");
        assert_eq!(name("a", b"\xca\xfe\xba\xbe\0\0\0\x02"), "Mach-O universal binary");
    }

    #[test]
    fn names_tell_which_use_of_a_format_it_is() {
        let zip = b"PK\x03\x04\x14\0";
        assert_eq!(name("lib/a.jar", zip), "Java archive");
        assert_eq!(name("lib/a.ODT", zip), "OpenDocument text");
        assert_eq!(name("lib.d/a", zip), "Zip archive");
        assert_eq!(name("a.deb", b"!<arch>\n"), "Debian package");
        assert_eq!(name("a.a", b"!<arch>\n"), "Static library");
    }

    #[test]
    fn names_tell_what_bytes_do_not() {
        assert_eq!(name("a/b.pyc", b"\0\0"), "Python bytecode");
        assert_eq!(name("a/b.unknown", b"\0\0"), "Binary data");
        assert_eq!(name("png", b"\0\0"), "Binary data");
        assert_eq!(name("", b""), "Binary data");
        assert_eq!(name("\u{fffd}.\u{fffd}", b""), "Binary data");
    }

    #[test]
    fn no_signature_hides_a_later_one() {
        for (at, later) in SIGNATURES.iter().enumerate() {
            let length = later.magic.iter().map(|(offset, magic)| offset + magic.len()).max().unwrap();
            let mut bytes = vec![0xee; length];
            later.magic.iter().for_each(|(offset, magic)| bytes[*offset..offset + magic.len()].copy_from_slice(magic));
            let first = SIGNATURES.iter().position(|signature| is_signed(signature, &bytes));
            assert_eq!(first, Some(at), "{}", later.kind);
        }
    }

    #[test]
    fn special_kinds_are_of_known_ones() {
        for (general, extension, special) in SPECIAL_KINDS {
            assert!(SIGNATURES.iter().any(|signature| signature.kind == *general), "{general} {special}");
            assert_eq!(extension.to_ascii_lowercase(), *extension);
        }
    }
}
