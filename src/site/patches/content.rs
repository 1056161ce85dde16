//! What pages may say of a version's patches.

use std::collections::BTreeSet;

use crate::html;
use crate::model::{ChangeFormat, EntryPath, PatchFacts, PatchState, PatchStatus, PatchSystem, PatchesFacts};
use crate::timestamp::Timestamp;

/// What pages may say of a version's patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchesContent<'a> {
    /// Nothing, as the list of patches is excluded, for this reason.
    Excluded(&'a str),
    /// What is known, without what is excluded.
    Facts {
        /// The facts.
        facts: PatchesFacts,
        /// What became of each of the patches, in their order.
        statuses: Vec<PatchStatus>,
        /// Since when the archive has each, in their order; `None` when that is not known.
        first_seen: Vec<Option<Timestamp>>,
    },
}

impl PatchesContent<'_> {
    /// What is known; `None` when nothing is told.
    pub fn facts(&self) -> Option<&PatchesFacts> {
        match self {
            Self::Excluded(_) => None,
            Self::Facts { facts, .. } => Some(facts),
        }
    }

    /// What became of a patch.
    pub fn status(&self, patch: &PatchFacts) -> Option<&PatchStatus> {
        let Self::Facts { statuses, .. } = self else { return None };
        statuses.get(self.position(patch)?)
    }

    /// Since when the archive has a patch.
    pub fn first_seen(&self, patch: &PatchFacts) -> Option<Timestamp> {
        let Self::Facts { first_seen, .. } = self else { return None };
        first_seen.get(self.position(patch)?).copied().flatten()
    }

    fn position(&self, patch: &PatchFacts) -> Option<usize> {
        self.facts()?.patches.binary_search_by(|it| it.path.cmp(&patch.path)).ok()
    }

    /// The patches of the lists of which nothing is told.
    pub fn hidden(&self) -> impl Iterator<Item = &EntryPath> {
        let facts = self.facts().into_iter();
        facts.flat_map(|facts| {
            let entries = facts.series.lists.iter().flat_map(|list| &list.entries);
            entries.filter_map(|entry| entry.path.as_ref()).filter(|path| facts.patch(path).is_none())
        })
    }

    /// Tells nothing of these patches.
    pub fn hide(&mut self, hidden: &BTreeSet<EntryPath>) {
        let Self::Facts { facts, statuses, first_seen } = self else { return };
        let is_shown: Vec<bool> = facts.patches.iter().map(|patch| !hidden.contains(&patch.path)).collect();
        retain(&mut facts.patches, &is_shown);
        retain(statuses, &is_shown);
        retain(first_seen, &is_shown);
    }

    /// A few words, not yet escaped for HTML.
    pub fn in_short(&self) -> String {
        let Some(facts) = self.facts() else { return "not shown".to_owned() };
        match facts.applied().len() {
            0 => none_in_short(facts).to_owned(),
            patches => count(patches),
        }
    }

    /// How many patches of the applied list are in each state.
    pub(super) fn by_state(&self) -> Vec<(PatchState, u64)> {
        let Some(facts) = self.facts() else { return Vec::new() };
        let mut counts = std::collections::BTreeMap::new();
        for status in facts.applied().into_iter().filter_map(|patch| self.status(patch)) {
            *counts.entry(status.state).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }
}

/// Keeps those that are marked, by their positions.
fn retain<T>(all: &mut Vec<T>, is_kept: &[bool]) {
    let mut is_kept = is_kept.iter();
    all.retain(|_| is_kept.next().copied().unwrap_or(false));
}

/// `1 patch`, `2 patches`.
pub(super) fn count(patches: usize) -> String {
    match patches {
        1 => "1 patch".to_owned(),
        patches => format!("{} patches", html::grouped(patches as u64)),
    }
}

fn none_in_short(facts: &PatchesFacts) -> &'static str {
    match facts.series.format {
        ChangeFormat::Native if facts.series.system == PatchSystem::None => "none: a native package",
        ChangeFormat::Diff => "one diff",
        ChangeFormat::Git => "commits of git",
        ChangeFormat::Other(_) => "not read",
        _ => "none",
    }
}

/// The source format as it is written in a `.dsc`.
pub(super) fn format_name(format: &ChangeFormat) -> &str {
    match format {
        ChangeFormat::Quilt => "3.0 (quilt)",
        ChangeFormat::SinglePatch => "3.0 (quilt), single-debian-patch",
        ChangeFormat::Patches => "2.0",
        ChangeFormat::Diff => "1.0",
        ChangeFormat::Native => "native",
        ChangeFormat::Git => "3.0 (git)",
        ChangeFormat::Other(name) => name,
    }
}
