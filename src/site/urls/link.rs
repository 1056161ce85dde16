//! Links between addresses, percent-encoded.

use std::fmt::Write as _;

use crate::model::EntryPath;
use crate::settings::LinkStyle;

/// The link from a page to the folder `levels` above the one it lies in.
pub fn link_up(levels: usize, style: LinkStyle) -> String {
    let up = if levels == 0 { "./".to_owned() } else { "../".repeat(levels) };
    match style {
        LinkStyle::Clean => up,
        LinkStyle::File => up + "index.html",
    }
}

/// The link from the page at `base` to `target`, both given from the root of the site.
pub(super) fn relative(base: &str, target: &str) -> String {
    let folder = base.rfind('/').map_or("", |slash| &base[..=slash]);
    let same = folder.bytes().zip(target.bytes()).take_while(|(a, b)| a == b).count();
    let common = folder[..same].rfind('/').map_or(0, |slash| slash + 1);
    let up = folder[common..].bytes().filter(|&byte| byte == b'/').count();
    let rest = &target[common..];
    if up == 0 && rest.is_empty() {
        return "./".to_owned();
    }
    let mut link = String::with_capacity(3 * up + rest.len());
    (0..up).for_each(|_| link.push_str("../"));
    link.push_str(rest);
    link
}

/// One component of an address, percent-encoded.
pub fn encoded_component(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    encode(bytes, &mut text);
    text
}

/// A path in a package, each component percent-encoded.
pub fn encoded_path(path: &EntryPath) -> String {
    let mut text = String::with_capacity(path.as_bytes().len());
    for (position, part) in path.components().enumerate() {
        if position > 0 {
            text.push('/');
        }
        encode(part, &mut text);
    }
    text
}

/// Appends `bytes` percent-encoded: unreserved characters (RFC 3986, 2.3) stay, everything else becomes `%XX`.
/// So `+`, which some hosts read as a blank, and `:`, which would make a relative link absolute, are encoded, and
/// nothing is left that means something in HTML.
pub(super) fn encode(bytes: &[u8], text: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

/// Appends a path, each component percent-encoded.
pub(super) fn encode_path(path: &[u8], url: &mut String) {
    for (position, part) in path.split(|&byte| byte == b'/').enumerate() {
        if position > 0 {
            url.push('/');
        }
        encode(part, url);
    }
}
