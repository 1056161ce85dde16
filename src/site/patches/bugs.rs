//! Bugs that a patch names, for templates.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::html;
use crate::model::{Bug, BugEvidence, PatchFacts};

/// The most bugs of a patch that a page names.
const MOST: usize = 50;

/// A bug.
#[derive(Serialize)]
pub(super) struct BugRow {
    name: String,
    link: Option<String>,
    /// Where it is named.
    evidence: String,
}

/// The bugs of a patch, each once: those of its header, of its name and of the changelog.
pub(super) fn rows(patch: &PatchFacts, link: &dyn Fn(&Bug) -> Option<String>) -> Vec<BugRow> {
    let mut bugs: BTreeMap<&Bug, Vec<&BugEvidence>> = BTreeMap::new();
    for reference in patch.header.bugs.iter().chain(&patch.named_bugs).chain(&patch.changelog_bugs) {
        bugs.entry(&reference.bug).or_default().extend(&reference.evidence);
    }
    let row = |(bug, evidence): (&Bug, Vec<&BugEvidence>)| BugRow {
        name: name_of(bug),
        link: link(bug),
        evidence: evidence.into_iter().map(place_of).collect::<Vec<_>>().join(", "),
    };
    bugs.into_iter().take(MOST).map(row).collect()
}

/// A bug as one reads it: an address without what all have.
pub(super) fn name_of(bug: &Bug) -> String {
    match bug {
        Bug::Cve(text) | Bug::Ghsa(text) => html::display_name(text.as_bytes()),
        Bug::Debian(number) => format!("#{number}"),
        Bug::Launchpad(number) => format!("LP: #{number}"),
        Bug::Tracker(address) => {
            let short = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
            html::display_name(short.trim_end_matches('/').as_bytes())
        }
        Bug::Unclear(text) => html::display_name(text.as_bytes()),
    }
}

fn place_of(evidence: &BugEvidence) -> String {
    match evidence {
        BugEvidence::Field(name, line) => format!("{}, line {line}", html::display_name(name.as_bytes())),
        BugEvidence::Subject(line) => format!("the subject, line {line}"),
        BugEvidence::Text(line) => format!("the text, line {line}"),
        BugEvidence::FileName => "the file’s name".to_owned(),
        BugEvidence::Changelog(line) => format!("debian/changelog, line {line}"),
    }
}
