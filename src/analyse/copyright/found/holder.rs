//! Names of copyright holders, told from mail addresses and from what else stands in their line.

/// A name is no longer than this, in characters; nor in words.
const LONGEST: usize = 120;
const MOST_WORDS: usize = 12;

/// What ends a list of holders, in lower case.
const ENDINGS: [&str; 27] = [
    "all rights reserved",
    "all rights are reserved",
    "all right reserved",
    "some rights reserved",
    "licensed ",
    "licenced ",
    "released under",
    "distributed under",
    "under the ",
    "this program",
    "this file",
    "this software",
    "this code",
    "this is ",
    "permission ",
    "see ",
    "http://",
    "https://",
    "www.",
    "\\n",
    "\"",
    " -- ",
    "; ",
    "|",
    "copyright",
    "(c)",
    "©",
];

/// Words after which a full stop ends no sentence.
const ABBREVIATIONS: [&str; 8] = ["inc", "ltd", "corp", "jr", "sr", "dr", "bros", "univ"];

/// First words of what is no name although it stands where names do, in lower case.
const NO_NAMES: [&str; 58] = [
    "notice",
    "notices",
    "holder",
    "holders",
    "owner",
    "owners",
    "law",
    "laws",
    "statement",
    "statements",
    "year",
    "years",
    "yyyy",
    "yy",
    "date",
    "dates",
    "line",
    "lines",
    "file",
    "files",
    "information",
    "info",
    "text",
    "message",
    "string",
    "update",
    "updated",
    "updates",
    "bump",
    "and",
    "or",
    "for",
    "is",
    "in",
    "of",
    "to",
    "on",
    "as",
    "are",
    "was",
    "with",
    "has",
    "your",
    "you",
    "sign",
    "symbol",
    "header",
    "headers",
    "name",
    "at",
    "when",
    "if",
    "that",
    "this",
    "may",
    "range",
    "ranges",
    "assignment",
];

/// A holder and the mail address that stands by the name.
pub(super) type Holder = (String, Option<String>);

/// Whether a text begins as names do: with a capital, a letter of another script, or `the` and such.
pub(super) fn begins_as_name(text: &str) -> bool {
    let text = text.strip_prefix("the ").unwrap_or(text);
    let mut characters = text.chars();
    let first = characters.next().is_some_and(|it| it.is_uppercase() || (it.is_alphabetic() && !it.is_ascii()));
    first || characters.next().is_some_and(char::is_uppercase) || text.starts_with("authors")
}

/// The holders that a text names, such as `Ann Smith <ann@example.org>, Example, Inc. All rights reserved`.
pub(super) fn holders(text: &str) -> Vec<Holder> {
    let text = text.replace("E<lt>", "<").replace("E<gt>", ">").replace("&lt;", "<").replace("&gt;", ">");
    let mut rest = up_to_ending(&text);
    let mut holders = Vec::new();
    while let Some((before, mail, after)) = split_at_mail(rest) {
        let name = name(before);
        // An address alone names nobody: names are shown, addresses are not.
        holders.extend(name.map(|name| (name, Some(mail.to_owned()))));
        rest = after;
    }
    // Behind an address a comma may also begin where somebody lives.
    let more = rest.trim_start_matches([' ', ',', ')', '>']);
    let further = ["and ", "& "].iter().find_map(|and| more.strip_prefix(and)).filter(|it| begins_as_name(it));
    let more = if holders.is_empty() { Some(rest) } else { further };
    holders.extend(more.and_then(name).map(|name| (name, None)));
    holders
}

/// Any text as a holder: for tags, which are not in doubt.
pub(super) fn any(text: &str) -> Option<String> {
    let words = text.split_whitespace().filter(|word| !word.contains('@'));
    let text = words.collect::<Vec<_>>().join(" ");
    let text = text.trim_matches([',', '.', ';', ':', '-', ' ']);
    (text.chars().any(char::is_alphanumeric)).then(|| text.chars().take(LONGEST).collect())
}

/// A text up to what ends a list of holders.
pub(super) fn up_to_ending(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let end = ENDINGS.iter().filter_map(|ending| lower.find(ending)).min().unwrap_or(text.len());
    text.get(..end.min(end_of_sentence(text))).unwrap_or(text)
}

/// Where the first sentence ends: at a full stop after a word of some length, that is no abbreviation, before another word.
fn end_of_sentence(text: &str) -> usize {
    let ends = text.match_indices(". ").map(|(at, _)| at);
    let is_end = |&at: &usize| {
        let before = text.get(..at).unwrap_or_default();
        let word = before.rsplit([' ', ',', '.']).next().unwrap_or_default();
        word.chars().count() > 3 && !ABBREVIATIONS.contains(&word.to_ascii_lowercase().as_str())
    };
    ends.take(10).find(is_end).unwrap_or(text.len())
}

/// What stands before the first mail address, it, and what stands behind it.
fn split_at_mail(text: &str) -> Option<(&str, &str, &str)> {
    let is_spelled = |inside: &str| inside.contains(" at ") || inside.contains(" AT ") || inside.contains("(at)");
    for (open, close) in [('<', '>'), ('(', ')'), ('[', ']')] {
        let Some((before, rest)) = text.split_once(open) else { continue };
        let Some((inside, after)) = rest.split_once(close) else { continue };
        if !before.contains('@') && inside.len() < LONGEST && (inside.contains('@') || is_spelled(inside)) {
            return Some((before, inside.trim_start_matches("mailto:").trim(), after));
        }
    }
    let at = text.find('@')?;
    let is_outside = |character: char| character.is_whitespace() || "<>()[],;".contains(character);
    let start = text[..at].rfind(is_outside).map_or(0, |it| it + text[it..].chars().next().map_or(1, char::len_utf8));
    let end = text[at..].find(is_outside).map_or(text.len(), |it| at + it);
    Some((&text[..start], text[start..end].trim_end_matches('.'), &text[end..]))
}

/// A name from what stands where a name does.
fn name(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let mut text = text.trim_matches([',', '.', ';', ':', '-', '*', '/', ' ', '<', '(', '\'', '&']);
    for lead in ["by ", "and ", "By "] {
        text = text.strip_prefix(lead).unwrap_or(text);
    }
    text = text.trim_end_matches(" and");
    if text.matches('(').count() == text.matches(')').count() + 1 {
        text = text.rsplit_once('(').map_or(text, |(before, _)| before.trim_end());
    } else if !text.contains('(') {
        text = text.trim_end_matches(')');
    }
    text = text.trim_end_matches([',', '.', ';', ':', '-', ' ']);
    let first = text.split([' ', ',', '-', '/']).next().unwrap_or_default().to_ascii_lowercase();
    let letters = text.chars().filter(|it| it.is_alphabetic()).take(2).count();
    let is_name = letters == 2
        && text.starts_with(|it: char| it.is_alphanumeric() || it == '\'')
        && text.chars().take(LONGEST + 1).count() <= LONGEST
        && words.len() <= MOST_WORDS
        && !text.contains(['"', '$', '%', '{', '}', '=', ';', '\\', '<', '>', '[', ']', '@', '|', '`'])
        && !NO_NAMES.contains(&first.as_str());
    is_name.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        holders(text)
    }

    #[test]
    fn names_and_addresses_are_told_apart() {
        let ann = || ("Ann Smith".to_owned(), Some("ann@example.org".to_owned()));
        for text in [
            "Ann Smith <ann@example.org>",
            "Ann  Smith, (ann@example.org).",
            "by Ann Smith ann@example.org, All Rights Reserved",
            "Ann Smith E<lt>ann@example.orgE<gt>.",
            "Ann Smith <ann@example.org>  http://example.org/",
        ] {
            assert_eq!(read(text), [ann()], "{text}");
        }
        let bob = ("Bob".to_owned(), Some("bob@example.org".to_owned()));
        assert_eq!(read("Ann Smith <ann@example.org> and Bob <bob@example.org>"), [ann(), bob]);
        assert_eq!(read("Ann Smith <ann@example.org> and Carl"), [ann(), ("Carl".to_owned(), None)]);
        assert_eq!(read("Ann Smith <ann@example.org>, Espoo, Finland"), [ann()]);
        assert_eq!(read("Ann Smith <ann at example dot org>")[0].0, "Ann Smith");
        assert_eq!(read("<ann@example.org>"), []);
    }

    #[test]
    fn companies_keep_their_names() {
        let only = |text: &str| read(text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(only("Example Foundation, Inc."), ["Example Foundation, Inc"]);
        assert_eq!(only("Example, Inc. All rights reserved."), ["Example, Inc"]);
        assert_eq!(only("Ann Smith. Licensed under the ISC license"), ["Ann Smith"]);
        assert_eq!(only("J. R. Smith"), ["J. R. Smith"]);
        assert_eq!(only("notice and this permission"), [""; 0]);
        assert_eq!(only("$holder"), [""; 0]);
    }

    proptest! {
        #[test]
        fn no_address_is_left_in_a_name(text in "[A-Za-z@<>(),. é]{0,80}") {
            for (name, _) in read(&text) {
                prop_assert!(!name.contains('@') && !name.is_empty() && name.trim() == name, "{}", name);
            }
        }
    }
}
