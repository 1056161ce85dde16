//! The licences of a version with their shares, and what is wrong with its `debian/copyright`.

use serde::Serialize;

use super::Links;
use crate::html;
use crate::model::{CopyrightFacts, Rule};
use crate::site::findings::{self, FindingRow, Found};

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

/// Findings of the file and of the tree under their rules.
pub(super) fn finding_rows<'a>(facts: &CopyrightFacts, rules: &'a [Rule], links: &Links<'_>) -> Vec<FindingRow<'a>> {
    let all = facts.file.findings.iter().chain(&facts.tree_findings);
    findings::rows(
        rules,
        all.map(|finding| Found { finding, file: None, line: finding.line.and_then(|line| links.line(line)) }),
    )
}
