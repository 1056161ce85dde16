//! Findings under the rules that they are by, for templates.

use serde::Serialize;

use super::sources::Crumb;
use crate::html;
use crate::model::{Finding, Rule, Severity};

/// Findings of one rule.
#[derive(Serialize)]
pub(in crate::site) struct FindingRow<'a> {
    severity: &'static str,
    title: &'a str,
    explanation: &'a str,
    mend: &'a str,
    places: Vec<FindingPlace>,
}

#[derive(Serialize)]
struct FindingPlace {
    /// None when all findings of the page are about one file.
    file: Option<Crumb>,
    line: Option<Crumb>,
    what: String,
}

/// A finding, and where it leads.
pub(in crate::site) struct Found<'a> {
    pub(in crate::site) finding: &'a Finding,
    pub(in crate::site) file: Option<Crumb>,
    pub(in crate::site) line: Option<Crumb>,
}

/// Those that weigh most first, then in the order of the rules.
pub(in crate::site) fn rows<'a, 'f>(
    rules: &'a [Rule],
    found: impl IntoIterator<Item = Found<'f>>,
) -> Vec<FindingRow<'a>> {
    let mut found: Vec<Option<Found<'f>>> = found.into_iter().map(Some).collect();
    let mut rows = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        for rule in rules {
            let is_of_rule = |it: &Found<'_>| it.finding.rule == rule.id && it.finding.severity == severity;
            let of_rule = found.iter_mut().filter_map(|slot| slot.take_if(|it| is_of_rule(it)));
            let places: Vec<FindingPlace> = of_rule.map(place).collect();
            if !places.is_empty() {
                let Rule { title, explanation, mend, .. } = rule;
                rows.push(FindingRow { severity: severity_name(severity), title, explanation, mend, places });
            }
        }
    }
    rows
}

fn place(found: Found<'_>) -> FindingPlace {
    FindingPlace { file: found.file, line: found.line, what: html::display_name(found.finding.what.as_bytes()) }
}

/// What readers call it.
pub(in crate::site) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
