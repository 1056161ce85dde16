//! Licence notices that exact rules know: `notices.toml` has them.
//!
//! A rule speaks when all its phrases stand one after the other in the words at a file's start, none further from the one before than it
//! allows, and none of the words that would mean something else stands among or behind them.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde::Deserialize;

use super::words::Words;
use crate::model::LicenceNotice;

/// One rule: what it says when it speaks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// Its name.
    pub id: String,
    /// The SPDX licence expression that it says.
    pub expression: String,
    /// Phrases that stand in this order, as words in lower case; each is one of some wordings.
    phrases: Vec<Vec<String>>,
    /// Most characters of words between two phrases.
    #[serde(default = "default_gap")]
    gap: usize,
    /// Phrases that make the notice another one when they stand in it or behind it.
    #[serde(default)]
    unless: Vec<String>,
    /// How far behind the notice those are sought, in characters.
    #[serde(default = "default_reach")]
    reach: usize,
    /// What the notice does not tell.
    pub does_not_tell: String,
}

fn default_gap() -> usize {
    60
}

fn default_reach() -> usize {
    120
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rule: Vec<NoticeRule>,
}

struct Matcher {
    rules: Vec<NoticeRule>,
    phrases: AhoCorasick,
    /// For each phrase of the automaton: the rules that it belongs to.
    uses: Vec<Vec<(usize, Role)>>,
}

#[derive(Clone, Copy)]
enum Role {
    /// A wording of the phrase in this place.
    Phrase(usize),
    Unless,
}

/// A phrase of a rule in a text.
#[derive(Clone, Copy)]
struct Hit {
    role: Role,
    start: usize,
    end: usize,
}

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
    let rules: Rules =
        toml::from_str(include_str!("notices.toml")).expect("notices.toml is part of the program, and tested");
    Matcher::new(rules.rule)
});

/// All rules, in the order in which they are tried.
pub fn rules() -> &'static [NoticeRule] {
    &MATCHER.rules
}

/// The notices in these words, in the order of the rules.
pub(in crate::analyse::copyright) fn read(words: &Words) -> Vec<LicenceNotice> {
    MATCHER.read(words)
}

impl Matcher {
    fn new(rules: Vec<NoticeRule>) -> Self {
        let mut phrases: Vec<String> = Vec::new();
        let mut uses: Vec<Vec<(usize, Role)>> = Vec::new();
        let mut add = |phrase: &str, rule: usize, role: Role| {
            let phrase = format!(" {phrase} ");
            let known = phrases.iter().position(|it| *it == phrase);
            let place = known.unwrap_or_else(|| {
                phrases.push(phrase);
                uses.push(Vec::new());
                phrases.len() - 1
            });
            if let Some(its) = uses.get_mut(place) {
                its.push((rule, role));
            }
        };
        for (number, rule) in rules.iter().enumerate() {
            for (place, wordings) in rule.phrases.iter().enumerate() {
                wordings.iter().for_each(|wording| add(wording, number, Role::Phrase(place)));
            }
            rule.unless.iter().for_each(|phrase| add(phrase, number, Role::Unless));
        }
        let builder =
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).match_kind(MatchKind::Standard).build(phrases);
        Self { rules, phrases: builder.expect("some hundred phrases fit an automaton"), uses }
    }

    fn read(&self, words: &Words) -> Vec<LicenceNotice> {
        let mut hits: Vec<Vec<Hit>> = vec![Vec::new(); self.rules.len()];
        for found in self.phrases.find_overlapping_iter(words.as_str()) {
            for &(rule, role) in self.uses.get(found.pattern().as_usize()).into_iter().flatten() {
                // The blank at the end is the next phrase's blank at the start.
                let hit = Hit { role, start: found.start(), end: found.end() - 1 };
                hits.get_mut(rule).into_iter().for_each(|its| its.push(hit));
            }
        }
        let matched = self.rules.iter().zip(&hits).filter_map(|(rule, hits)| {
            let start = rule.match_in(hits)?;
            let line = words.line_of(start + 1);
            Some(LicenceNotice { rule: rule.id.clone(), expression: rule.expression.clone(), line })
        });
        matched.collect()
    }
}

impl NoticeRule {
    /// Where the first notice of this rule begins.
    fn match_in(&self, hits: &[Hit]) -> Option<usize> {
        let starts = hits.iter().filter(|hit| matches!(hit.role, Role::Phrase(0)));
        starts.filter(|first| self.continues(first, hits)).map(|first| first.start).next()
    }

    /// Whether the other phrases follow the first, and nothing speaks against them.
    fn continues(&self, first: &Hit, hits: &[Hit]) -> bool {
        let mut end = first.end;
        for place in 1..self.phrases.len() {
            let is_next = |hit: &&Hit| {
                matches!(hit.role, Role::Phrase(its) if its == place) && (end..=end + self.gap).contains(&hit.start)
            };
            let Some(next) = hits.iter().find(is_next) else { return false };
            end = next.end;
        }
        let range = first.start..end + self.reach;
        !hits.iter().any(|hit| matches!(hit.role, Role::Unless) && range.contains(&hit.start))
    }
}
