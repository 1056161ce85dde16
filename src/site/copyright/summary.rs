//! The licences of a version with their shares, and what is wrong with its `debian/copyright`.

use std::collections::HashMap;

use serde::Serialize;

use super::Links;
use crate::html;
use crate::model::{CopyrightFacts, Finding, Rule, Severity};
use crate::site::sources::Crumb;

/// How many files each SPDX expression is declared for, most files first; files without one are under an empty name.
pub(super) fn licences(facts: &CopyrightFacts) -> Vec<(&str, u32)> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for run in &facts.runs {
        let paragraph = run.paragraph.and_then(|paragraph| facts.file.files.get(paragraph as usize));
        let license = paragraph.and_then(|paragraph| paragraph.license.as_ref());
        *counts.entry(license.map_or("", |license| license.spdx.as_str())).or_default() += run.files;
    }
    let mut licences: Vec<(&str, u32)> = counts.into_iter().collect();
    licences.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    licences
}

/// The licence that the header declares, or that most files have, as an SPDX expression.
pub(super) fn main_licence(facts: &CopyrightFacts) -> Option<String> {
    let header = facts.file.header.as_ref().and_then(|header| header.license.as_ref());
    let of_header = header.map(|license| license.spdx.as_str()).filter(|spdx| !spdx.is_empty());
    let of_files = || licences(facts).into_iter().map(|(spdx, _)| spdx).find(|spdx| !spdx.is_empty());
    of_header.or_else(of_files).map(str::to_owned)
}

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
    licences(facts).into_iter().map(row).collect()
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
                    rows.push(FindingRow { severity: name_of(severity), title, explanation, mend, places });
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

fn name_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
