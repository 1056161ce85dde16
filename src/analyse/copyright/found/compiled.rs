//! Files that were made from others: what a reviewer looks for the source of.

use crate::model::Compiled;

/// Scripts and style sheets this long, in bytes, with lines this long on average are made by a program.
const MINIFIED_SIZE: usize = 4 << 10;
const MINIFIED_LINE: usize = 500;

/// Flash films are shorter than this, in bytes.
const LONGEST_FILM: usize = 1 << 28;

/// What a file was made into, by its name and first bytes; `None` for one that may well be written by hand.
pub(super) fn compiled(path: &[u8], bytes: &[u8]) -> Option<Compiled> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x7fELF") {
        return Some(Compiled::Elf);
    }
    // Mach-O for several machines begins as a class file does, and goes on with their number: a few.
    if starts(b"\xca\xfe\xba\xbe") && bytes.get(4..8).is_some_and(|version| version > &[0, 0, 0, 40][..]) {
        return Some(Compiled::JavaClass);
    }
    if is_flash(bytes) {
        return Some(Compiled::Flash);
    }
    if starts(b"\0asm") {
        return Some(Compiled::WebAssembly);
    }
    is_minified(path, bytes).then_some(Compiled::Minified)
}

/// Whether it has the header of a Flash film: signature, version, and its length when it is not compressed.
fn is_flash(bytes: &[u8]) -> bool {
    let Some(([signature @ .., version], rest)) = bytes.split_first_chunk::<4>() else { return false };
    let Some(length) = rest.first_chunk::<4>().map(|length| u32::from_le_bytes(*length) as usize) else { return false };
    let is_signature = [b"FWS", b"CWS", b"ZWS"].contains(&signature);
    is_signature && (1..64).contains(version) && (bytes.len()..LONGEST_FILM).contains(&length)
}

fn is_minified(path: &[u8], bytes: &[u8]) -> bool {
    let ends =
        |ending: &[u8]| path.len() >= ending.len() && path[path.len() - ending.len()..].eq_ignore_ascii_case(ending);
    if [&b".min.js"[..], b".min.css", b".min.mjs"].iter().any(|ending| ends(ending)) {
        return true;
    }
    let is_script = [&b".js"[..], b".mjs", b".css"].iter().any(|ending| ends(ending));
    is_script
        && bytes.len() >= MINIFIED_SIZE
        && bytes.len() / (memchr::memchr_iter(b'\n', bytes).count() + 1) >= MINIFIED_LINE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compiled_is_known_by_its_first_bytes() {
        assert_eq!(compiled(b"a", b"\x7fELF\x02\x01"), Some(Compiled::Elf));
        assert_eq!(compiled(b"A.class", b"\xca\xfe\xba\xbe\0\0\0\x41"), Some(Compiled::JavaClass));
        assert_eq!(compiled(b"fat", b"\xca\xfe\xba\xbe\0\0\0\x02"), None);
        assert_eq!(compiled(b"a.swf", b"CWS\x09\0\x10\0\0x"), Some(Compiled::Flash));
        assert_eq!(compiled(b"a.txt", b"CWS is a name"), None);
        assert_eq!(compiled(b"a.wasm", b"\0asm\x01\0\0\0"), Some(Compiled::WebAssembly));
    }

    #[test]
    fn minified_scripts_are_known_by_name_or_by_their_lines() {
        assert_eq!(compiled(b"web/jquery.min.js", b"a"), Some(Compiled::Minified));
        assert_eq!(compiled(b"web/jquery.js", &b"f(a);".repeat(2000)), Some(Compiled::Minified));
        assert_eq!(compiled(b"web/jquery.js", &b"f(a);\n".repeat(2000)), None);
        assert_eq!(compiled(b"data.json", &b"[1],".repeat(2000)), None);
    }
}
