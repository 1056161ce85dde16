//! How single names of a package are changed where they could meet a file of ours.

use std::borrow::Cow;

use crate::model::Sha256;

/// Longest component that is kept as it is: with a tilde and `.html.gz` behind it, it still fits into the 255
/// bytes that file systems allow.
const LONGEST: usize = 240;

/// What is kept of a longer one.
const KEPT: usize = 160;

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// The name itself, or a short one in its place when it is too long or looks like a shortened one.
pub(super) fn shortened(name: &[u8]) -> Cow<'_, [u8]> {
    if name.len() <= LONGEST && !looks_shortened(name) {
        return Cow::Borrowed(name);
    }
    let mut short = name[..name.len().min(KEPT)].to_vec();
    short.push(b'~');
    short.extend_from_slice(Sha256::of(name).to_string().as_bytes());
    Cow::Owned(short)
}

/// The component of a page of several with one name: those after the first have their number behind it.
pub(super) fn numbered(name: &str, number: u32) -> Vec<u8> {
    let name = if number == 1 { name.to_owned() } else { format!("{name}~{number}") };
    shortened(name.as_bytes()).into_owned()
}

fn looks_shortened(name: &[u8]) -> bool {
    name.len() == KEPT + 1 + DIGITS
        && name[KEPT] == b'~'
        && name[KEPT + 1..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The component of a folder of pages: never one that the page of a file has.
pub(super) fn folder(name: &[u8]) -> Cow<'_, [u8]> {
    with_tilde_if(name, ends_like_page)
}

/// The name, shortened if need be, and with one more tilde if what is before its tildes is a name of ours.
fn with_tilde_if(name: &[u8], is_ours: fn(&[u8]) -> bool) -> Cow<'_, [u8]> {
    let short = shortened(name);
    if !is_ours(without_tildes(&short)) {
        return short;
    }
    let mut escaped = short.into_owned();
    escaped.push(b'~');
    Cow::Owned(escaped)
}

/// Whether it is `index`, or that with tildes behind it.
pub(super) fn is_index(name: &[u8]) -> bool {
    without_tildes(name) == b"index"
}

/// The last component of a path.
pub(super) fn last(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// Whether it ends like the file of a page.
pub(super) fn ends_like_page(name: &[u8]) -> bool {
    name.ends_with(b".html") || name.ends_with(b".html.gz")
}

fn without_tildes(name: &[u8]) -> &[u8] {
    let kept = name.iter().rposition(|&byte| byte != b'~').map_or(0, |last| last + 1);
    &name[..kept]
}

/// Extensions, in lower case, that every host serves as an image, which no browser runs as a page. SVG is none of
/// them.
const IMAGES: [&[u8]; 6] = [b"png", b"jpg", b"jpeg", b"gif", b"webp", b"ico"];

/// The name of a raw file on a host without rules: with `.txt` behind it, unless it is an image.
///
/// What such a host says of other names cannot be known: pages and XML documents may be run by the browser,
/// scripts by the host, and a name without extension may get no type at all, so that browsers guess. Names with
/// several extensions count as dangerous, as Apache looks at all of them (`a.html.png` may be a page to it).
pub(super) fn raw_file_without_rules(name: &[u8]) -> Cow<'_, [u8]> {
    if is_image(name) {
        return Cow::Borrowed(name);
    }
    let mut text = shortened(name).into_owned();
    text.extend_from_slice(b".txt");
    Cow::Owned(text)
}

/// The component of a folder of raw files on a host without rules: never one that a raw file has.
pub(super) fn raw_folder_without_rules(name: &[u8]) -> Cow<'_, [u8]> {
    with_tilde_if(name, |end| end.ends_with(b".txt"))
}

fn is_image(name: &[u8]) -> bool {
    let mut parts = name.split(|&byte| byte == b'.');
    let stem = parts.next().unwrap_or_default();
    match (parts.next(), parts.next()) {
        (Some(extension), None) => !stem.is_empty() && IMAGES.contains(&&extension.to_ascii_lowercase()[..]),
        _ => false,
    }
}
