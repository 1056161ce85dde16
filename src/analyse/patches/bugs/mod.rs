//! Bugs that a patch names: in its header, in its name, in the changelog.
//!
//! Numbers mean nothing without a tracker, so they count only with a word that tells which one it is: `Closes: #n`
//! and `Debian bug #n` are Debian's, `LP: #n` is Launchpad's; a lone `#n` may be anybody's and is none. In a text
//! addresses count when they have the shape of a bug's; in a `Bug` field every address counts.

mod changelog;
mod link;
mod scan;

use std::collections::BTreeMap;

pub use changelog::of_changelog;
pub use link::{Templates, link};
pub(super) use scan::address;

use crate::model::{Bug, BugEvidence, BugReference};

/// The most bugs of a patch.
const MOST: usize = 500;

/// The most places that are kept for one bug.
const PLACES: usize = 20;

/// Collects bugs with their places.
#[derive(Debug, Default)]
pub(super) struct Bugs(BTreeMap<Bug, Vec<BugEvidence>>);

impl Bugs {
    /// Adds one bug; beyond [`MOST`] new ones are left out.
    pub(super) fn add(&mut self, bug: Bug, evidence: BugEvidence) {
        if self.0.len() >= MOST && !self.0.contains_key(&bug) {
            return;
        }
        let places = self.0.entry(bug).or_default();
        if places.len() < PLACES && !places.contains(&evidence) {
            places.push(evidence);
        }
    }

    /// Adds all bugs that a text names.
    pub(super) fn add_text(&mut self, text: &str, evidence: &BugEvidence) {
        scan::scan(text, scan::Addresses::OfBugs, |bug| self.add(bug, evidence.clone()));
    }

    /// Adds the bugs of a `Bug` or `Bug-VENDOR` field, and gives them back.
    pub(super) fn add_field(&mut self, vendor: Option<&str>, value: &str, evidence: &BugEvidence) -> Vec<Bug> {
        let bugs = scan::field(vendor, value);
        bugs.iter().for_each(|bug| self.add(bug.clone(), evidence.clone()));
        bugs
    }

    /// All, sorted.
    pub(super) fn finish(self) -> Vec<BugReference> {
        let reference = |(bug, mut evidence): (Bug, Vec<BugEvidence>)| {
            evidence.sort();
            BugReference { bug, evidence }
        };
        self.0.into_iter().map(reference).collect()
    }
}

/// The bugs that the name of a patch holds: CVE and GHSA numbers, in any capitals.
pub fn of_file_name(name: &[u8]) -> Vec<BugReference> {
    let mut bugs = Bugs::default();
    bugs.add_text(&String::from_utf8_lossy(name), &BugEvidence::FileName);
    bugs.finish().into_iter().filter(|reference| matches!(reference.bug, Bug::Cve(_) | Bug::Ghsa(_))).collect()
}

/// Joins what is known from several places: sorted, each bug once.
pub fn merge(references: impl IntoIterator<Item = Vec<BugReference>>) -> Vec<BugReference> {
    let mut bugs = Bugs::default();
    for reference in references.into_iter().flatten() {
        for evidence in reference.evidence {
            bugs.add(reference.bug.clone(), evidence);
        }
    }
    bugs.finish()
}

#[cfg(test)]
mod tests;
