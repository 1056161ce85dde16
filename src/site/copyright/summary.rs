//! The licences of a version with their shares, and what is wrong with its `debian/copyright`.

use serde::Serialize;

use super::Links;
use crate::html;
use crate::model::{CopyrightFacts, Finding, Rule, Severity};
use crate::site::sources::Crumb;

/// A licence in the summary.
#[derive(Serialize)]
pub(super) struct LicenceRow {
    name: String,
    files: String,
    percent: String,
    /// The share, in thousandths.
    share: u64,
}

pub(super) fn licence_rows(facts: &CopyrightFacts) -> Vec<LicenceRow> {
    let all = u64::from(facts.files());
    let row = |(spdx, files): (&str, u32)| {
        // Rounded down, so shares never add up to more than all.
        let share = (u64::from(files) * 1000).checked_div(all).unwrap_or(0);
        LicenceRow {
            name: if spdx.is_empty() { "none declared".to_owned() } else { html::display_name(spdx.as_bytes()) },
            files: html::grouped(u64::from(files)),
            percent: format!("{}.{}", share / 10, share % 10),
            share,
        }
    };
    facts.files_by_expression().into_iter().map(row).collect()
}

/// Findings of one rule.
#[derive(Serialize)]
pub(super) struct FindingRow<'a> {
    severity: &'static str,
    title: &'a str,
    explanation: &'a str,
    mend: &'a str,
    places: Vec<FindingPlace>,
}

#[derive(Serialize)]
struct FindingPlace {
    line: Option<Crumb>,
    what: String,
}

/// Puts findings under their rules.
pub(super) struct Findings<'a> {
    pub(super) rules: &'a [Rule],
    pub(super) links: Links<'a>,
}

impl<'a> Findings<'a> {
    /// Those that weigh most first, then in the order of the rules.
    pub(super) fn rows(&self, facts: &CopyrightFacts) -> Vec<FindingRow<'a>> {
        let all: Vec<&Finding> = facts.file.findings.iter().chain(&facts.tree_findings).collect();
        let mut rows = Vec::new();
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            for rule in self.rules {
                let of_rule = all.iter().filter(|it| it.rule == rule.id && it.severity == severity);
                let places: Vec<FindingPlace> = of_rule.map(|finding| self.place(finding)).collect();
                if !places.is_empty() {
                    let Rule { title, explanation, mend, .. } = rule;
                    rows.push(FindingRow { severity: severity_name(severity), title, explanation, mend, places });
                }
            }
        }
        rows
    }

    fn place(&self, finding: &Finding) -> FindingPlace {
        let line = finding.line.and_then(|line| self.links.line(line));
        FindingPlace { line, what: html::display_name(finding.what.as_bytes()) }
    }
}

/// What readers call it.
pub(super) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
