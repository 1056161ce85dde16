//! Collecting findings by the rules of a table: bounded, whatever a file holds.
//!
//! A room that judges files has a table of [`Rule`]s (TOML, compiled in) and a name for each in the code, declared
//! with [`rule_names`]; a test of the room compares the two. May use `model`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{Finding, Rule};

/// The most findings of one rule; those beyond are counted.
const MOST: u32 = 50;

/// Longest text that a finding quotes, in characters.
const QUOTED: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rule: Vec<Rule>,
}

/// The rules of a table that is compiled in; a test of the room reads it.
pub(super) fn rules_of(table: &str) -> Vec<Rule> {
    let table: Table = toml::from_str(table).expect("a test reads the table that is compiled in");
    table.rule
}

/// The name of a rule in the code.
pub(super) trait RuleName: Copy {
    /// The rule that says how many findings of another rule are left out.
    const LEFT_OUT: Self;

    /// The rule in its table.
    fn rule(self) -> &'static Rule;
}

/// Declares the enumeration of a table's rules: `rule_names!(ALL_RULES, LeftOut; Name "id" …)`.
macro_rules! rule_names {
    ($table:expr, $left_out:ident; $($name:ident $id:literal)*) => {
        /// A rule, by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum RuleId { $($name),* }

        impl RuleId {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name),*];

            fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }
        }

        impl $crate::analyse::findings::RuleName for RuleId {
            const LEFT_OUT: Self = Self::$left_out;

            fn rule(self) -> &'static $crate::model::Rule {
                let rule = $table.iter().find(|rule| rule.id == self.id());
                rule.expect("a test finds every name in the table")
            }
        }
    };
}
pub(super) use rule_names;

/// Findings on their way into what is known of a file.
#[derive(Debug)]
pub(super) struct Findings<R> {
    list: Vec<Finding>,
    counts: BTreeMap<&'static str, u32>,
    rules: std::marker::PhantomData<R>,
}

impl<R> Default for Findings<R> {
    fn default() -> Self {
        Self { list: Vec::new(), counts: BTreeMap::new(), rules: std::marker::PhantomData }
    }
}

impl<R: RuleName> Findings<R> {
    /// Adds a finding about a line.
    pub(super) fn add(&mut self, rule: R, line: u32, what: &str) {
        self.push(rule, Some(line), what);
    }

    /// Adds a finding about the file as a whole.
    pub(super) fn add_of_file(&mut self, rule: R, what: &str) {
        self.push(rule, None, what);
    }

    fn push(&mut self, rule: R, line: Option<u32>, what: &str) {
        let rule = rule.rule();
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
            self.add_of_file(R::LEFT_OUT, &format!("{id}: {} more", count - MOST));
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
