//! The patches of a version in short, for pages across packages.

use std::collections::BTreeSet;

use crate::model::{
    Bug, EntryPath, PatchDigest, PatchFacts, PatchHeader, PatchState, PatchStatus, PatchesDigest, PatchesFacts,
};

/// Version of what a digest has, for keys.
pub const VERSION: u32 = 1;

/// How much of a subject is kept, in bytes.
const MOST_SUBJECT: usize = 300;

/// The most bugs of a patch that are kept.
const MOST_BUGS: usize = 50;

/// The folder of patches.
const FOLDER: &[u8] = b"debian/patches/";

/// The digest of a version, whose patches have these states, in the order of [`PatchesFacts::patches`].
pub fn digest(facts: &PatchesFacts, statuses: &[PatchStatus], maintainer: Option<&str>) -> PatchesDigest {
    let status = |patch: &PatchFacts| {
        let at = facts.patches.binary_search_by(|it| it.path.cmp(&patch.path)).ok()?;
        statuses.get(at)
    };
    let findings: BTreeSet<&str> = facts.series.findings.iter().map(|finding| finding.rule.as_str()).collect();
    PatchesDigest {
        maintainer: maintainer.and_then(name_of),
        patches: facts.applied().into_iter().map(|patch| of_patch(patch, status(patch))).collect(),
        findings: findings.into_iter().map(str::to_owned).collect(),
    }
}

fn of_patch(patch: &PatchFacts, status: Option<&PatchStatus>) -> PatchDigest {
    let references = patch.header.bugs.iter().chain(&patch.named_bugs).chain(&patch.changelog_bugs);
    let bugs: BTreeSet<&Bug> = references.map(|reference| &reference.bug).collect();
    let findings: BTreeSet<&str> = patch.header.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let below = patch.path.as_bytes().strip_prefix(FOLDER).and_then(|below| EntryPath::new(below).ok());
    PatchDigest {
        path: below.unwrap_or_else(|| patch.path.clone()),
        subject: patch.header.subject.as_deref().map(|subject| cut(subject).to_owned()),
        state: status.map_or(PatchState::Unknown, |status| status.state),
        droppable: status.is_some_and(|status| status.droppable),
        date: date_of(&patch.header),
        bugs: bugs.into_iter().filter(|bug| !matches!(bug, Bug::Unclear(_))).take(MOST_BUGS).cloned().collect(),
        findings: findings.into_iter().map(str::to_owned).collect(),
        added: patch.added,
        removed: patch.removed,
        id: patch.ids.map(|ids| ids.hunks),
    }
}

fn cut(subject: &str) -> &str {
    subject.get(..subject.floor_char_boundary(MOST_SUBJECT)).unwrap_or(subject)
}

/// The date of a mail or commit, which says when the change was made; else that of the last update.
fn date_of(header: &PatchHeader) -> Option<String> {
    let day = |moment: crate::timestamp::Timestamp| moment.to_string().chars().take(10).collect();
    header.date.map(day).or_else(|| header.last_update.clone())
}

/// The name in `Name <mail>`; `None` when there is none, or it is a mail address itself.
fn name_of(maintainer: &str) -> Option<String> {
    let name = maintainer.split('<').next().unwrap_or_default().trim().trim_matches(['"', ',']).trim();
    Some(cut(name).to_owned()).filter(|name| !name.is_empty() && !name.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_maintainer_the_name_is_kept() {
        assert_eq!(name_of("Ada L. <ada@example.org>"), Some("Ada L.".to_owned()));
        assert_eq!(name_of("\"Lovelace, Ada\" <ada@example.org>"), Some("Lovelace, Ada".to_owned()));
        assert_eq!(name_of("<ada@example.org>"), None);
        assert_eq!(name_of("ada@example.org"), None);
    }
}
