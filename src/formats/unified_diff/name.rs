//! File names in the headers of diffs.

use super::timestamp::{Timestamp, classify};

/// What a `---` or `+++` line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A file, without its first component, and its time stamp.
    File(Vec<u8>, Timestamp),
    /// `/dev/null`.
    Null,
    /// Nothing of use: a malformed C string, or a name with one component only.
    Unusable,
}

/// Whether C's `isspace` says so in the C locale.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The text without leading white space.
pub(super) fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&byte| is_space(byte)).count();
    text.get(spaces..).unwrap_or_default()
}

/// The two names that the header lines of a diff have, as they are written; `/dev/null` among them.
pub(super) fn written(head: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let (mut old, mut new, mut both) = (None, None, (None, None));
    for line in head.split(|&byte| byte == b'\n') {
        let line = skip_spaces(line);
        let name = |text: &[u8]| split_name(skip_spaces(text), true).map(|(name, _)| name);
        if let Some(text) = line.strip_prefix(b"--- ") {
            old = name(text);
        } else if let Some(text) = line.strip_prefix(b"+++ ") {
            new = name(text);
        } else if let Some(text) = line.strip_prefix(b"Index:").filter(|_| both.1.is_none()) {
            let name = split_name(skip_spaces(text), false).map(|(name, _)| name);
            both = (name.clone(), name);
        } else if let Some(text) = line.strip_prefix(b"diff --git ") {
            both = word(skip_spaces(text))
                .map(|(old, rest)| (Some(old), word(skip_spaces(rest)).map(|it| it.0)))
                .unwrap_or_default();
        }
    }
    (old.or(both.0), new.or(both.1))
}

/// Reads the name after `--- ` or `+++ `: it ends at a tab, or at white space when no tab follows.
pub(super) fn from_header(text: &[u8]) -> Named {
    let text = skip_spaces(text);
    let Some((name, rest)) = split_name(text, true) else {
        return Named::Unusable;
    };
    if name == b"/dev/null" {
        return Named::Null;
    }
    match strip_first_component(&name) {
        Some(stripped) => Named::File(stripped.to_vec(), classify(rest)),
        None => Named::Unusable,
    }
}

/// Reads the name after `Index:`, which may have blanks in it and has no time stamp.
pub(super) fn from_index(text: &[u8]) -> Option<Vec<u8>> {
    let text = skip_spaces(text);
    let (name, rest) = split_name(text, false)?;
    let usable = rest.is_empty() && name != b"/dev/null";
    strip_first_component(&name).filter(|_| usable).map(<[u8]>::to_vec)
}

/// Reads both names after `diff --git `; names with blanks are possible only as C strings.
pub(super) fn from_git(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (old, rest) = git_name(text)?;
    let (new, rest) = git_name(rest).filter(|_| rest.first().is_some_and(|&byte| is_space(byte)))?;
    skip_spaces(rest).is_empty().then_some((old, new))
}

fn git_name(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (name, rest) = word(skip_spaces(text))?;
    Some((strip_first_component(&name)?.to_vec(), rest))
}

/// Reads a C string, or what stands before the first blank.
fn word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    match text.strip_prefix(b"\"") {
        Some(quoted) => c_string(quoted),
        None => {
            let end = text.iter().take_while(|&&byte| !is_space(byte)).count();
            let (name, rest) = text.split_at(end);
            Some((name.to_vec(), rest))
        }
    }
}

/// Splits a name off. A run of white space ends it if there is a tab in the run, or nothing behind the run, or
/// no tab further on although `needs_tab`.
fn split_name(text: &[u8], needs_tab: bool) -> Option<(Vec<u8>, &[u8])> {
    if let Some(quoted) = text.strip_prefix(b"\"") {
        return c_string(quoted);
    }
    let last_tab = memchr::memrchr(b'\t', text);
    let mut end = 0;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let word = rest.iter().take_while(|&&byte| !is_space(byte)).count();
        let spaces = rest.iter().skip(word).take_while(|&&byte| is_space(byte)).count();
        let run = rest.get(word..word + spaces).unwrap_or_default();
        let next = end + word + spaces;
        let goes_on = next < text.len() && (!needs_tab || last_tab.is_some_and(|tab| tab >= next));
        if memchr::memchr(b'\t', run).is_some() || !goes_on {
            let (name, rest) = text.split_at(end + word);
            return Some((name.to_vec(), rest));
        }
        end = next;
    }
}

/// Reads a C string after its opening quote; gives the text after the closing one.
fn c_string(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    let mut rest = text;
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((value, rest)),
            b'\\' => {
                let (byte, after) = escape(rest)?;
                value.push(byte);
                rest = after;
            }
            byte => value.push(byte),
        }
    }
}

/// Reads what follows a backslash in a C string.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&byte, rest) = text.split_first()?;
    let value = match byte {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' | b'"' => byte,
        b'0'..=b'3' => {
            let (digits, rest) = text.split_at_checked(3)?;
            let value = digits
                .iter()
                .try_fold(0_u8, |value, &digit| matches!(digit, b'0'..=b'7').then(|| (value << 3) | (digit - b'0')))?;
            return (value != 0).then_some((value, rest));
        }
        _ => return None,
    };
    Some((value, rest))
}

/// `a/b/c` → `b/c`, `/a` → `a`, `a//b` → `b`; none when nothing is left or there is no slash.
fn strip_first_component(name: &[u8]) -> Option<&[u8]> {
    let slash = memchr::memchr(b'/', name)?;
    let rest = name.get(slash..)?;
    let slashes = rest.iter().take_while(|&&byte| byte == b'/').count();
    rest.get(slashes..).filter(|rest| !rest.is_empty())
}
