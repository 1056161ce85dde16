//! The tokens of changed lines.

use crate::analyse::lexer::{self, Language};
use crate::html;
use crate::model::DiffLineKind;

/// The longest HTML of one side of a hunk.
const LONGEST: usize = 16 << 20;

/// The HTML of each line of a hunk. Deleted lines are lexed with the context as the old text, all others as the new one.
pub(super) fn lines(texts: &[String], kinds: &[DiffLineKind], language: Option<Language>) -> Vec<String> {
    let mut htmls: Vec<String> = texts.iter().map(|text| html::escape(&html::display_line(text.as_bytes()))).collect();
    let Some(language) = language else { return htmls };
    // The new side last: context is shown as it is there.
    for left_out in [DiffLineKind::Insert, DiffLineKind::Delete] {
        if !kinds.iter().any(|kind| *kind != left_out) {
            continue;
        }
        let side: Vec<usize> = (0..texts.len()).filter(|&at| kinds.get(at) != Some(&left_out)).collect();
        let Some(lexed) = lexed(side.iter().filter_map(|&at| texts.get(at)), language) else { continue };
        for (at, line) in side.into_iter().zip(lexed) {
            if let (Some(html), Some(text)) = (htmls.get_mut(at), texts.get(at))
                && is_shown_as_it_is(text)
            {
                *html = line;
            }
        }
    }
    htmls
}

/// Whether all characters of a line are seen and change nothing around them.
pub(super) fn is_shown_as_it_is(text: &str) -> bool {
    html::display_line(text.as_bytes()) == text
}

/// The HTML of lines; `None` when it is too long.
fn lexed<'a>(lines: impl Iterator<Item = &'a String>, language: Language) -> Option<Vec<String>> {
    let text: String = lines.flat_map(|line| [line.as_str(), "\n"]).collect();
    let mut html = Vec::new();
    lexer::write_lines(text.as_bytes(), Some(language), LONGEST, &mut html)?;
    let html = String::from_utf8(html).ok()?;
    // Each line is `<span id="L1">…` up to a line feed and `</span>`; nothing else that is written holds this tag.
    let line = |part: &str| {
        let (_, line) = part.split_once('>')?;
        Some(line.strip_suffix('\n').unwrap_or(line).to_owned())
    };
    html.split_terminator("</span>").map(line).collect()
}
