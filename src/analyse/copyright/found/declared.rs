//! Who has the copyright by a `Copyright` field of `debian/copyright`: free text, of which names are taken with care.

use super::{holder, statement, years};

/// Words in lower case that stand in names.
const PARTICLES: [&str; 18] =
    ["a", "al", "and", "da", "de", "del", "der", "di", "du", "et", "für", "for", "la", "of", "the", "van", "von", "y"];

/// First words of sentences, in lower case.
const SENTENCES: [&str; 6] = ["written", "copyright", "public", "placed", "released", "authors"];

/// The holders that the field names, in order, without their mail addresses. With years before it, what begins as a name is one;
/// without, only what looks like one from the first word to the last.
pub fn declared_holders(field: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in field.lines().map(str::trim) {
        match lines.last_mut() {
            Some(last) if statement::goes_on(last, line) => *last = format!("{last} {line}"),
            _ => lines.push(line.to_owned()),
        }
    }
    let statements = lines.iter().flat_map(|line| statement::tagged(line, 0));
    let named = statements.filter_map(|statement| {
        let name = without_years(&statement.holder);
        let is_named = if statement.years.is_empty() { is_name(name) } else { may_be_name(name) };
        is_named.then(|| name.to_owned())
    });
    named.collect()
}

fn may_be_name(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    !text.contains('@') && !SENTENCES.contains(&first.as_str()) && text.chars().any(char::is_alphabetic)
}

fn is_name(text: &str) -> bool {
    let is_capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase) || !word.is_ascii();
    let is_shouted = text.split_whitespace().count() > 1 && !text.chars().any(char::is_lowercase);
    let is_word_of_name = |word: &str| is_capital(word) || PARTICLES.contains(&word);
    may_be_name(text)
        && holder::begins_as_name(text)
        && !is_shouted
        && text.split_whitespace().all(|word| is_word_of_name(word.trim_matches(['(', '"', '\''])))
}

/// The name without years behind it, as in `Example, Inc, 2000, 2010`.
fn without_years(name: &str) -> &str {
    let is_year = |part: &str| matches!(years::take_years(part.trim()), (years, "") if !years.is_empty());
    match name.rsplit_once(',') {
        Some((before, part)) if is_year(part) => without_years(before.trim_end()),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_mail_addresses_are_taken_from_names() {
        let field = " 1990-2001, Free Software\n  Foundation, Inc.\n  2005 Ann Smith <ann@example.org>\n  bob@example.org\n  \
                     Example Corporation, 2000, 2010\n  2017-present fd developers\n";
        let holders = ["Free Software Foundation, Inc", "Ann Smith", "Example Corporation", "fd developers"];
        assert_eq!(declared_holders(field), holders);
    }

    #[test]
    fn sentences_are_no_names() {
        let field = " 2006 Ann Smith\n .\n Example is free software; you can redistribute it\n WITHOUT ANY WARRANTY\n \
                     Written in 2012 by Bob\n see AUTHORS\n Public domain\n A PARTICULAR PURPOSE\n";
        assert_eq!(declared_holders(field), ["Ann Smith"]);
    }
}
