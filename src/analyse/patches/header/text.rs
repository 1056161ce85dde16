//! Texts for people: without what changes how they are shown, and of bounded length.

use std::borrow::Cow;

/// A text fit to be shown.
pub(super) struct Shown<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whether control characters were replaced.
    pub(super) had_controls: bool,
    /// Whether it was cut.
    pub(super) was_cut: bool,
}

/// A text of at most `longest` bytes. Control characters become their pictures (U+2400 to U+2421), those that only
/// change the direction of writing U+FFFD; line feeds and tabs stay.
pub(super) fn shown(text: &str, longest: usize) -> Shown<'_> {
    let original_length = text.len();
    let part = text.get(..text.floor_char_boundary(longest)).unwrap_or(text);
    let had_controls = part.contains(|character| picture(character).is_some());
    let text = if had_controls {
        Cow::Owned(part.chars().map(|character| picture(character).unwrap_or(character)).collect())
    } else {
        Cow::Borrowed(part)
    };
    Shown { text, had_controls, was_cut: part.len() < original_length }
}

/// What is shown for a character that changes how a text is shown; `None` for any other one.
fn picture(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => None,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_made_visible_and_lengths_bounded() {
        let text = shown("a\x1b[31m\tb\u{202e}c\n", 100);
        assert_eq!((&*text.text, text.had_controls, text.was_cut), ("a␛[31m\tb\u{fffd}c\n", true, false));
        let cut = shown("éé", 3);
        assert_eq!((&*cut.text, cut.had_controls, cut.was_cut), ("é", false, true));
    }
}
