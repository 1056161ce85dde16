//! Text that packages control, on its way into HTML.
//!
//! Depends on nothing else of the crate: what analyses and sites write goes through here.

use std::fmt::Write as _;

/// `text` with the five characters that mean something in HTML as references: safe in content and in attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A file name or link target as readers see it, not yet escaped for HTML: bytes that are no UTF-8 as `\xe9`,
/// control characters and those that reorder text, which could make a name look like another, as `\n`, `\u{202e}`,
/// blanks at both ends, which would not be seen, as `\x20`.
pub fn display_name(name: &[u8]) -> String {
    let mut shown = String::with_capacity(name.len());
    let leading = name.iter().take_while(|&&byte| byte == b' ').count();
    let trailing = name[leading..].iter().rev().take_while(|&&byte| byte == b' ').count();
    let blank = "\\x20";
    shown.push_str(&blank.repeat(leading));
    for chunk in name[leading..name.len() - trailing].utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\t' | '\n' | '\r' => shown.extend(character.escape_default()),
                other if other.is_control() || is_invisible(other) => shown.extend(other.escape_unicode()),
                other => shown.push(other),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown.push_str(&blank.repeat(trailing));
    shown
}

/// A text of several lines as readers see it, not yet escaped for HTML: control characters but tabs and line feeds, and
/// characters that reorder text, as `\u{202e}`.
pub fn display_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|character| push_shown(character, &mut shown));
    shown
}

/// A line of a file as readers see it, not yet escaped for HTML: as [`display_name`], but with tabs and blanks as they are.
pub fn display_line(line: &[u8]) -> String {
    let mut shown = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\r' => shown.push_str("\\r"),
                other => push_shown(other, &mut shown),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

fn push_shown(character: char, shown: &mut String) {
    match character {
        '\t' | '\n' => shown.push(character),
        other if other.is_control() || is_invisible(other) => shown.extend(other.escape_unicode()),
        other => shown.push(other),
    }
}

/// Marks without width that change the order or the look of what is around them (Unicode UAX #9, 2), and
/// characters that Unicode says are in no text.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

/// A number with its thousands apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number and what it counts: `1 line`, `2,000 lines`.
pub fn counted(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_pretend() {
        assert_eq!(display_name(b"caf\xc3\xa9"), "café");
        assert_eq!(display_name(b"caf\xe9\n\x1b"), "caf\\xe9\\n\\u{1b}");
        assert_eq!(display_name("a\u{202e}c.exe".as_bytes()), "a\\u{202e}c.exe");
        assert_eq!(display_name(b" a  b "), "\\x20a  b\\x20");
        assert_eq!(display_name(b"  "), "\\x20\\x20");
        assert_eq!(display_line(b" a\tb\xe9\x1b \r"), " a\tb\\xe9\\u{1b} \\r");
        assert_eq!(escape("<a href='\"&'>"), "&lt;a href=&#39;&quot;&amp;&#39;&gt;");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(counted(0, "byte"), "0 bytes");
        assert_eq!(counted(1, "byte"), "1 byte");
        assert_eq!(counted(1_234_567, "byte"), "1,234,567 bytes");
    }
}
