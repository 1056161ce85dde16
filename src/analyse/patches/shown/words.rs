//! The words that differ between a deleted line and the line that takes its place.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::highlight::is_shown_as_it_is;
use crate::model::DiffLineKind;

/// Longest line whose words are compared, in bytes.
const LONGEST: usize = 2_000;

/// Marks the words that differ, where as many lines were inserted as were deleted just before.
pub(super) fn mark(texts: &[String], kinds: &[DiffLineKind], htmls: &mut [String]) {
    let mut at = 0;
    while at < kinds.len() {
        let deleted = run(kinds, at, DiffLineKind::Delete);
        let inserted = run(kinds, at + deleted, DiffLineKind::Insert);
        if deleted > 0 && deleted == inserted {
            (at..at + deleted).for_each(|old| mark_pair(texts, htmls, old, old + deleted));
        }
        at += (deleted + inserted).max(1);
    }
}

/// How many lines from `start` on are of one kind.
fn run(kinds: &[DiffLineKind], start: usize, kind: DiffLineKind) -> usize {
    kinds.iter().skip(start).take_while(|its| **its == kind).count()
}

fn mark_pair(texts: &[String], htmls: &mut [String], old: usize, new: usize) {
    let (Some(before), Some(after)) = (texts.get(old), texts.get(new)) else { return };
    let is_usable = |text: &String| text.len() <= LONGEST && is_shown_as_it_is(text);
    if !is_usable(before) || !is_usable(after) {
        return;
    }
    let Some((removed, added)) = differences(before, after) else { return };
    for (at, ranges) in [(old, removed), (new, added)] {
        if let Some(html) = htmls.get_mut(at) {
            *html = marked(html, &ranges);
        }
    }
}

/// Parts of a line, in bytes.
type Parts = Vec<Range<usize>>;

/// Where two lines differ, in bytes of each; `None` when they have little in common.
fn differences(before: &str, after: &str) -> Option<(Parts, Parts)> {
    let (old, new) = (words(before), words(after));
    let mut input = InternedInput::default();
    input.update_before(old.iter().map(|range| before.get(range.clone()).unwrap_or_default()));
    input.update_after(new.iter().map(|range| after.get(range.clone()).unwrap_or_default()));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for hunk in diff.hunks() {
        removed.extend(joined(&old, hunk.before));
        added.extend(joined(&new, hunk.after));
    }
    let length = |ranges: &[Range<usize>]| ranges.iter().map(ExactSizeIterator::len).sum::<usize>();
    let is_alike = |changed: &[Range<usize>], text: &str| length(changed) * 3 <= text.trim().len() * 2;
    (is_alike(&removed, before) && is_alike(&added, after)).then_some((removed, added))
}

/// The bytes of a run of words.
fn joined(words: &[Range<usize>], run: Range<u32>) -> Option<Range<usize>> {
    let words = words.get(run.start as usize..run.end as usize)?;
    Some(words.first()?.start..words.last()?.end)
}

/// The words of a line: letters and digits, blanks, and every other character alone.
fn words(line: &str) -> Vec<Range<usize>> {
    #[derive(PartialEq)]
    enum Kind {
        Word,
        Blank,
        Other,
    }
    let kind = |character: char| match character {
        '_' => Kind::Word,
        other if other.is_alphanumeric() => Kind::Word,
        other if other.is_whitespace() => Kind::Blank,
        _ => Kind::Other,
    };
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut last = Kind::Other;
    for (at, character) in line.char_indices() {
        let this = kind(character);
        let end = at + character.len_utf8();
        match words.last_mut() {
            Some(word) if this != Kind::Other && this == last => word.end = end,
            _ => words.push(at..end),
        }
        last = this;
    }
    words
}

/// The HTML of a line with marks around the text of these ranges, in order; a mark never encloses a tag.
fn marked(html: &str, ranges: &[Range<usize>]) -> String {
    let mut marked = String::with_capacity(html.len() + ranges.len() * "<mark></mark>".len());
    let mut rest = html;
    let mut position = 0;
    let mut ranges = ranges.iter().peekable();
    let mut is_open = false;
    while let Some(first) = rest.chars().next() {
        while ranges.next_if(|range| range.end <= position).is_some() {}
        let is_tag = first == '<';
        let is_inside = !is_tag && ranges.peek().is_some_and(|range| range.start <= position);
        if is_inside != is_open {
            marked.push_str(if is_inside { "<mark>" } else { "</mark>" });
            is_open = is_inside;
        }
        let length = match first {
            '<' => rest.find('>').map_or(rest.len(), |end| end + 1),
            '&' => rest.find(';').map_or(rest.len(), |end| end + 1),
            other => other.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        marked.push_str(piece);
        rest = after;
        position += match first {
            '<' => 0,
            // What is written as a reference is one byte of ASCII.
            '&' => 1,
            other => other.len_utf8(),
        };
    }
    if is_open {
        marked.push_str("</mark>");
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(before: &str, after: &str) -> [String; 2] {
        let texts = [before.to_owned(), after.to_owned()];
        let mut htmls = texts.clone().map(|text| crate::html::escape(&text));
        mark(&texts, &[DiffLineKind::Delete, DiffLineKind::Insert], &mut htmls);
        htmls
    }

    #[test]
    fn words_that_differ_are_marked() {
        assert_eq!(
            pair("if (a < 1) return old_name;", "if (a <= 1) return new_name;"),
            [
                "if (a &lt; 1) return <mark>old_name</mark>;",
                "if (a &lt;<mark>=</mark> 1) return <mark>new_name</mark>;"
            ]
        );
        assert_eq!(pair("one thing", "quite another"), ["one thing", "quite another"]);
        assert_eq!(pair("caf\u{e9} noir ici", "caf\u{e9} creme ici")[1], "caf\u{e9} <mark>creme</mark> ici");
    }

    #[test]
    fn marks_are_within_tags() {
        let html = "a <i class=s>&lt;b&gt;</i> c";
        assert_eq!(
            marked(html, std::slice::from_ref(&(2..7))),
            "a <i class=s><mark>&lt;b&gt;</mark></i><mark> c</mark>"
        );
    }

    proptest! {
        #[test]
        fn the_text_stays_the_same(before in "[ab<&é ;]{0,12}", after in "[ab<&é ;]{0,12}") {
            let without = |html: &str| html.replace("<mark>", "").replace("</mark>", "");
            let htmls = pair(&before, &after);
            prop_assert_eq!(without(&htmls[0]), crate::html::escape(&before));
            prop_assert_eq!(without(&htmls[1]), crate::html::escape(&after));
        }
    }
}
