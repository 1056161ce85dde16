//! What files say of their licences against what is declared for them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Links;
use super::licences::{FileLicence, VersionLicences};
use super::listed::Listed;
use crate::html;
use crate::model::{Agreement, Comparison};
use crate::site::sources::Crumb;

/// The most files that are listed of those that say the same; the page of all files has the others.
const MOST_LISTED: usize = 100;

/// The most combinations of what is declared and said.
const MOST_COMBINATIONS: usize = 100;

/// How many files go together with their declaration in one way.
#[derive(Serialize)]
pub(super) struct AgreementRow {
    name: &'static str,
    reason: &'static str,
    files: String,
}

/// Files that say one thing, which is not declared for them.
#[derive(Serialize)]
pub(super) struct ConflictRow {
    declared: String,
    says: String,
    count: String,
    files: Listed<Crumb>,
}

/// The name of an outcome; of `None` too: neither says anything.
pub(super) fn name_of(comparison: Option<Comparison>) -> &'static str {
    match comparison.map(|it| it.agreement) {
        Some(Agreement::Agreed) => "agreed",
        Some(Agreement::Conflicting) => "not declared",
        Some(Agreement::OnlyDeclared) => "only declared",
        Some(Agreement::OnlyFound) => "only said",
        None => "neither",
    }
}

/// By outcome and the rule that says so, most doubtful first.
pub(super) fn rows(files: &[FileLicence<'_>]) -> Vec<AgreementRow> {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for comparison in files.iter().filter_map(|it| it.comparison) {
        *counts.entry((comparison.agreement, comparison.reason)).or_default() += 1;
    }
    let row = |((agreement, reason), files): (_, u64)| AgreementRow {
        name: name_of(Some(Comparison { agreement, reason })),
        reason: reason.explanation(),
        files: html::grouped(files),
    };
    counts.into_iter().rev().map(row).collect()
}

/// Files that say what is not declared for them, by what is declared and said, most files first.
pub(super) fn conflicts(licences: &VersionLicences<'_>, links: &Links<'_>) -> Listed<ConflictRow> {
    let mut combinations: BTreeMap<(String, String), Vec<&FileLicence<'_>>> = BTreeMap::new();
    for file in licences.files.iter().filter(|it| it.is_conflicting()) {
        combinations.entry((declared(licences, file), said(file))).or_default().push(file);
    }
    let mut combinations: Vec<_> = combinations.into_iter().collect();
    combinations.sort_by_key(|(_, files)| std::cmp::Reverse(files.len()));
    Listed::new(combinations, MOST_COMBINATIONS, |((declared, says), files)| ConflictRow {
        declared,
        says,
        count: html::counted(files.len() as u64, "file"),
        files: Listed::new(files, MOST_LISTED, |file| links.file(file.entry)),
    })
}

/// The declared licence in SPDX's terms, for a page; empty when there is none.
pub(super) fn declared(licences: &VersionLicences<'_>, file: &FileLicence<'_>) -> String {
    let license = file.paragraph.and_then(|at| licences.paragraph(at)?.license.as_ref());
    license.map(|license| html::display_name(license.spdx.as_bytes())).unwrap_or_default()
}

/// The licences that a file names, for a page; empty when it names none.
pub(super) fn said(file: &FileLicence<'_>) -> String {
    let says = file.says().into_iter().map(|(expression, _)| html::display_name(expression.as_bytes()));
    let text = file.found.licence_text.as_ref().map(|text| format!("the text of {}", text.id));
    says.chain(text).collect::<Vec<_>>().join(", ")
}
