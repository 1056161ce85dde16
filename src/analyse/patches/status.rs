//! What became of a patch upstream, by rules that are data: `status.toml`.
//!
//! [`status`] gives the state together with the rule that gave it, which a page shows with what it rests on and where
//! Debian's own database decides otherwise. It needs the header's facts only, so that a changed rule costs no parsing.

use std::sync::LazyLock;

use serde::Deserialize;

use super::header::is_of_distribution;
use crate::model::{
    Bug, BugEvidence, DebianVersion, ForwardedField, HeaderKind, OriginClass, PatchHeader, PatchState, PatchStatus,
    StatusCondition, StatusRule,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rule: Vec<StatusRule>,
}

static TABLE: LazyLock<Vec<StatusRule>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("status.toml")).expect("a test reads the table that is compiled in");
    table.rule
});

/// All rules, in the order in which they are tried. The last one has no condition.
pub fn rules() -> &'static [StatusRule] {
    &TABLE
}

/// The rule with a name.
pub fn rule(id: &str) -> Option<&'static StatusRule> {
    rules().iter().find(|rule| rule.id == id)
}

/// The state of a patch with this header, in a package of this version.
pub fn status(header: &PatchHeader, version: &DebianVersion) -> PatchStatus {
    let facts = Facts { header, version };
    let rule = rules().iter().find(|rule| rule.when.iter().all(|condition| facts.hold(*condition)));
    let (state, id) = rule.map_or((PatchState::Unknown, ""), |rule| (rule.state, rule.id.as_str()));
    let droppable = facts.hold(StatusCondition::AppliedVersionReached);
    PatchStatus { state, rule: id.to_owned(), what: facts.what(state), droppable }
}

/// What the rules ask about.
struct Facts<'a> {
    header: &'a PatchHeader,
    version: &'a DebianVersion,
}

impl Facts<'_> {
    fn hold(&self, condition: StatusCondition) -> bool {
        let header = self.header;
        let origin = header.origin.as_ref();
        let class = origin.and_then(|origin| origin.class);
        match condition {
            StatusCondition::AppliedUpstream => header.applied_upstream.is_some(),
            StatusCondition::AppliedVersionReached => self.has_reached_applied_version(),
            StatusCondition::OriginUpstream => class == Some(OriginClass::Upstream),
            StatusCondition::OriginBackport => class == Some(OriginClass::Backport),
            StatusCondition::OriginShowsCommit => {
                let address = origin.filter(|origin| origin.class.is_none() && origin.commit.is_some());
                address.and_then(|origin| origin.url.as_deref()).is_some_and(|url| !is_of_distribution(url))
            }
            StatusCondition::PickedFromCommit => !header.picked_from.is_empty(),
            StatusCondition::ExportedCommit => header.commit.is_some(),
            StatusCondition::ForwardedAbsent => header.forwarded == ForwardedField::Absent,
            StatusCondition::ForwardedNo => header.forwarded == ForwardedField::No,
            StatusCondition::ForwardedNotNeeded => header.forwarded == ForwardedField::NotNeeded,
            StatusCondition::ForwardedYes => header.forwarded == ForwardedField::Yes,
            StatusCondition::ForwardedUrl => matches!(header.forwarded, ForwardedField::Url(_)),
            StatusCondition::ForwardedOther => matches!(header.forwarded, ForwardedField::Other(_)),
            StatusCondition::ForwardedUnusable => matches!(header.forwarded, ForwardedField::Unusable(_)),
            StatusCondition::UpstreamBugUrl => self.upstream_bugs().any(has_address),
            StatusCondition::UpstreamBugUnclear => self.upstream_bugs().any(|bug| matches!(bug, Bug::Unclear(_))),
            StatusCondition::UpstreamBugIsDebian => {
                let mut bugs = self.upstream_bugs().peekable();
                bugs.peek().is_some() && bugs.all(|bug| matches!(bug, Bug::Debian(_)))
            }
            StatusCondition::Dep3Fields => matches!(header.kind, HeaderKind::Dep3 | HeaderKind::Mixed),
            StatusCondition::NoHeader => header.kind == HeaderKind::None,
        }
    }

    /// The bugs that stand in `Bug`.
    fn upstream_bugs(&self) -> impl Iterator<Item = &Bug> {
        let is_upstream = |evidence: &BugEvidence| match evidence {
            BugEvidence::Field(name, _) => name.eq_ignore_ascii_case("Bug"),
            _ => false,
        };
        let named = self.header.bugs.iter().filter(move |reference| reference.evidence.iter().any(is_upstream));
        named.map(|reference| &reference.bug)
    }

    fn has_reached_applied_version(&self) -> bool {
        let applied = self.header.applied_upstream.as_ref().and_then(|applied| applied.version.as_deref());
        applied.is_some_and(|applied| has_reached(self.version, applied))
    }

    /// What the state is about: an address, a version, a commit, a value.
    fn what(&self, state: PatchState) -> String {
        let header = self.header;
        let origin = || header.origin.as_ref().map(|origin| origin.url.as_ref().unwrap_or(&origin.text));
        let upstream_bug = || self.upstream_bugs().find_map(address);
        let what = match (state, &header.forwarded) {
            (PatchState::Accepted, _) => header.applied_upstream.as_ref().map(|applied| applied.text.clone()),
            (PatchState::Backport, _) => origin().or(header.picked_from.first()).cloned(),
            (PatchState::Forwarded, ForwardedField::Url(value) | ForwardedField::Other(value)) => Some(value.clone()),
            (PatchState::Forwarded, _) => upstream_bug(),
            (PatchState::Invalid, ForwardedField::Unusable(value)) => Some(value.clone()),
            (PatchState::Invalid, _) => upstream_bug(),
            (PatchState::Unknown, _) => header.commit.clone(),
            (PatchState::VendorOnly | PatchState::NotForwarded, _) => None,
        };
        what.unwrap_or_default()
    }
}

fn has_address(bug: &Bug) -> bool {
    !matches!(bug, Bug::Debian(_) | Bug::Unclear(_))
}

/// A bug as one reads it.
fn address(bug: &Bug) -> Option<String> {
    match bug {
        Bug::Tracker(text) | Bug::Unclear(text) | Bug::Cve(text) | Bug::Ghsa(text) => Some(text.clone()),
        Bug::Debian(number) => Some(format!("#{number}")),
        Bug::Launchpad(number) => Some(format!("LP: #{number}")),
    }
}

/// Whether the upstream part of a package's version is `upstream` or later, by Debian's order, whatever its
/// repackaging (`+dfsg`, `~ds1`).
fn has_reached(version: &DebianVersion, upstream: &str) -> bool {
    let Ok(upstream) = DebianVersion::new(upstream) else { return false };
    let own = version.as_str();
    let own = own.split_once(':').map_or(own, |(_epoch, rest)| rest);
    let own = own.rsplit_once('-').map_or(own, |(own, _revision)| own);
    let own = without_repackaging(own);
    DebianVersion::new(own).is_ok_and(|own| own >= upstream)
}

fn without_repackaging(version: &str) -> &str {
    const MARKS: [&str; 5] = ["dfsg", "ds", "repack", "debian", "really"];
    let marks = version.match_indices(['+', '~', '.']).map(|(at, _)| at);
    let begins_mark = |at: &usize| {
        let rest = version.get(at + 1..).unwrap_or_default();
        MARKS.iter().any(|mark| rest.starts_with(mark))
    };
    let end = marks.into_iter().find(begins_mark).unwrap_or(version.len());
    version.get(..end).unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::analyse::patches::header::parse;

    fn of(header: &str, version: &str) -> PatchStatus {
        status(&parse(header.as_bytes()), &DebianVersion::new(version).unwrap())
    }

    fn told(header: &str) -> (PatchState, String) {
        let status = of(&format!("Description: it\n{header}\n"), "1.2-3");
        (status.state, status.rule)
    }

    #[test]
    fn every_rule_is_given_by_some_header() {
        let mut given = BTreeSet::new();
        for (header, state, rule) in [
            ("Forwarded:", PatchState::Invalid, "forwarded-unusable"),
            ("Forwarded: (no|not-needed|<patch-forwarded-url>)", PatchState::Invalid, "forwarded-unusable"),
            ("Applied-Upstream: v1.2, commit:abcdef1", PatchState::Accepted, "applied-version-reached"),
            ("Applied-Upstream: 1.3\nForwarded: no", PatchState::Accepted, "applied-upstream"),
            ("Origin: upstream, https://example.org/commit/abcdef1", PatchState::Backport, "origin-upstream"),
            ("Origin: backport, commit:abcdef1\nForwarded: not-needed", PatchState::Backport, "origin-backport"),
            ("\n(cherry picked from commit abcdef1234)", PatchState::Backport, "picked-from-commit"),
            ("Origin: https://example.org/p/commit/?id=abcdef1", PatchState::Backport, "origin-shows-commit"),
            ("Origin: https://salsa.debian.org/x/-/commit/abcdef1", PatchState::NotForwarded, "forwarded-absent"),
            ("Forwarded: not-needed", PatchState::VendorOnly, "forwarded-not-needed"),
            ("Forwarded: no", PatchState::NotForwarded, "forwarded-no"),
            ("Forwarded: https://example.org/1", PatchState::Forwarded, "forwarded-address"),
            ("Forwarded: yes\nBug: https://example.org/1", PatchState::Forwarded, "forwarded-yes-with-bug"),
            ("Forwarded: yes\nBug: https://bugs.debian.org/1", PatchState::Forwarded, "forwarded-yes-with-debian-bug"),
            ("Forwarded: yes", PatchState::Forwarded, "forwarded-yes"),
            ("Forwarded: by mail to somebody", PatchState::Forwarded, "forwarded-other"),
            ("Bug: https://bugs.debian.org/123456", PatchState::Invalid, "bug-of-debian"),
            ("Bug: https://example.org/1", PatchState::Forwarded, "bug-of-upstream"),
            ("Bug: #12", PatchState::Forwarded, "bug-without-address"),
            ("Bug-Debian: https://bugs.debian.org/123456", PatchState::NotForwarded, "forwarded-absent"),
        ] {
            assert_eq!(told(header), (state, rule.to_owned()), "{header}");
            given.insert(rule);
        }
        let mail = "From abcdef1234567 Mon Sep 17 00:00:00 2001\nSubject: it\n";
        assert_eq!(of(mail, "1").rule, "exported-commit");
        assert_eq!(of("", "1").rule, "no-header");
        assert_eq!(of("A text.\n", "1").rule, "no-fields-of-dep3");
        given.extend(["exported-commit", "no-header", "no-fields-of-dep3"]);
        assert_eq!(given, rules().iter().map(|rule| rule.id.as_str()).collect());
    }

    #[test]
    fn the_state_says_what_it_is_about() {
        let what = |header: &str| of(&format!("Description: it\n{header}\n"), "1.2-3").what;
        assert_eq!(what("Forwarded: https://example.org/1"), "https://example.org/1");
        assert_eq!(what("Bug: https://example.org/2"), "https://example.org/2");
        assert_eq!(what("Applied-Upstream: 1.3, https://example.org/3"), "1.3, https://example.org/3");
        assert_eq!(what("Bug: https://bugs.debian.org/123456"), "#123456");
    }

    #[test]
    fn a_version_that_is_reached_makes_a_patch_droppable() {
        let droppable = |applied: &str, version: &str| {
            of(&format!("Description: it\nApplied-Upstream: {applied}\n"), version).droppable
        };
        assert!(droppable("609", "643-1"));
        assert!(!droppable("609", "590-2.1~deb12u2"));
        assert!(droppable("v3.3.1", "1:3.3.1~dfsg-3+deb11u1"));
        assert!(droppable("in 1.10", "1.10+ds2-1"));
        assert!(!droppable("2.0", "2.0~rc1-1"));
        assert!(!droppable("https://example.org/commit/abcdef1", "9-1"));
    }

    #[test]
    fn the_last_rule_has_no_condition_and_names_differ() {
        assert!(rules().last().is_some_and(|rule| rule.when.is_empty()));
        let names: BTreeSet<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(names.len(), rules().len());
        assert!(rule("no-header").is_some() && rule("nothing").is_none());
    }
}
