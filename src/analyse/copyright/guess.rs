//! What licences a text for people seems to speak of.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::licenses;
use super::read::COMMON_LICENSES;
use crate::model::{GuessEvidence, LicenseGuess};

/// The most guesses for one file.
const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: Vec<Title>,
}

/// Words by which a licence is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    /// In lower case, with single blanks.
    words: String,
    spdx: String,
}

static TITLES: LazyLock<Vec<Title>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("titles.toml")).expect("a test reads the table that is compiled in");
    table.title
});

/// Each licence once, where it is spoken of first. Titles are looked for across line ends.
pub(super) fn guesses(text: &str) -> Vec<LicenseGuess> {
    let mut guesses = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        for part in content.split(COMMON_LICENSES).skip(1) {
            let is_of_name = |character: &char| character.is_ascii_alphanumeric() || "-.+".contains(*character);
            let name: String = part.chars().take_while(is_of_name).collect();
            let name = name.trim_end_matches(['.', '-']).to_owned();
            let (spdx, _) = licenses::license(&name, &["GPL"]);
            guesses.push(LicenseGuess { spdx, line, evidence: GuessEvidence::CommonLicense(name) });
        }
    }
    guesses.extend(titles(text));
    guesses.sort_by_key(|guess| guess.line);
    let mut seen = BTreeSet::new();
    guesses.retain(|guess| seen.insert(guess.spdx.clone()));
    guesses.truncate(MOST);
    guesses
}

fn titles(text: &str) -> Vec<LicenseGuess> {
    let (words, starts) = normalised(text);
    let first = |title: &Title| {
        let at = words.find(&title.words)?;
        let line = starts.partition_point(|start| *start <= at);
        let evidence = GuessEvidence::Title(title.words.clone());
        Some(LicenseGuess { spdx: title.spdx.clone(), line: u32::try_from(line).unwrap_or(u32::MAX), evidence })
    };
    TITLES.iter().filter_map(first).collect()
}

/// Words in lower case with single blanks, and where each line begins among them.
fn normalised(text: &str) -> (String, Vec<usize>) {
    let mut words = String::with_capacity(text.len());
    let mut starts = Vec::new();
    for line in text.lines() {
        starts.push(words.len());
        for word in line.split_whitespace() {
            words.push_str(&word.to_lowercase());
            words.push(' ');
        }
    }
    (words, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_licenses_and_titles_are_found() {
        let text = "This is free software under the GNU\nGeneral Public License; see\n`/usr/share/common-licenses/GPL-2'.\n\
                    Parts: Permission is hereby granted, free of charge, to any\nperson obtaining a copy\n";
        let found: Vec<(String, u32)> = guesses(text).into_iter().map(|guess| (guess.spdx, guess.line)).collect();
        assert_eq!(found, [("GPL-2.0-only".to_owned(), 3), ("MIT".to_owned(), 4)]);
        assert!(guesses("All rights reserved.\n").is_empty());
    }

    #[test]
    fn titles_can_be_found() {
        for title in TITLES.iter() {
            assert_eq!(normalised(&title.words).0.trim(), title.words);
            assert!(spdx::Expression::parse(&title.spdx).is_ok(), "{}", title.spdx);
        }
    }
}
