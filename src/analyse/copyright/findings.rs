//! Collecting findings: bounded, whatever a file holds.

use std::collections::BTreeMap;

use super::rules::{self, RuleId};
use crate::model::Finding;

/// The most findings of one rule; those beyond are counted.
const MOST: u32 = 50;

/// Longest text that a finding quotes, in characters.
const QUOTED: usize = 200;

/// Findings on their way into a [`CopyrightFile`](crate::model::CopyrightFile).
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    counts: BTreeMap<&'static str, u32>,
}

impl Findings {
    /// Adds a finding about a line.
    pub(super) fn add(&mut self, rule: RuleId, line: u32, what: &str) {
        self.push(rule, Some(line), what);
    }

    /// Adds a finding about the file as a whole.
    pub(super) fn add_of_file(&mut self, rule: RuleId, what: &str) {
        self.push(rule, None, what);
    }

    fn push(&mut self, rule: RuleId, line: Option<u32>, what: &str) {
        let rule = rules::rule(rule);
        let count = self.counts.entry(&rule.id).or_default();
        *count += 1;
        if *count <= MOST {
            self.list.push(Finding { line, rule: rule.id.clone(), severity: rule.severity, what: quote(what) });
        }
    }

    /// Adds all of another collection.
    pub(super) fn append(&mut self, other: Self) {
        self.list.extend(other.list);
        for (id, count) in other.counts {
            *self.counts.entry(id).or_default() += count;
        }
    }

    /// All, by line, those of the file as a whole first; of rules with too many, one that says so.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        let crowded = std::mem::take(&mut self.counts).into_iter().filter(|(_, count)| *count > MOST);
        for (id, count) in crowded.collect::<Vec<_>>() {
            self.add_of_file(RuleId::FindingsLeftOut, &format!("{id}: {} more", count - MOST));
        }
        self.list.sort_by_key(|finding| finding.line);
        self.list
    }
}

fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
