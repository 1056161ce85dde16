//! What a patch says of itself: its header, the bugs it names, and what became of it upstream.
//!
//! Terms are those of DEP-3 (*Patch Tagging Guidelines*). Texts are kept in their own case and lines; one-line
//! values have no control characters, which are shown as pictures instead. Everything is bounded, whatever the file.

use serde::{Deserialize, Serialize};

use super::{Field, Finding};
use crate::timestamp::Timestamp;

/// The text before the first diff of a patch file. The default is that of a patch without one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatchHeader {
    /// Its form.
    pub kind: HeaderKind,
    /// Its length in bytes: the file's first bytes are the header as it is written.
    pub length: u64,
    /// The encoding's name in the WHATWG Encoding Standard; empty without a header.
    pub encoding: String,
    /// One line of what the patch does, without `[PATCH n/m]`: the first line of `Description`, or `Subject`, or the
    /// beginning of a text without fields.
    pub subject: Option<String>,
    /// The long description, lines parted by `\n`; may be empty.
    pub description: String,
    /// `Author` and `From`, in order, each once.
    pub authors: Vec<Person>,
    /// `Origin`.
    pub origin: Option<PatchOrigin>,
    /// The commit that the patch was exported from. Whose repository that is, nobody says.
    pub commit: Option<String>,
    /// Commits that the text says the patch was picked from, such as `(cherry picked from commit …)`.
    pub picked_from: Vec<String>,
    /// Bugs that the header names, sorted, each once.
    pub bugs: Vec<BugReference>,
    /// `Forwarded`.
    pub forwarded: ForwardedField,
    /// `Reviewed-by` and `Acked-by`, in order, each once.
    pub reviewers: Vec<Person>,
    /// `Last-Update`, as `YYYY-MM-DD`.
    pub last_update: Option<String>,
    /// `Applied-Upstream`.
    pub applied_upstream: Option<AppliedUpstream>,
    /// `Date` of a mail or of an exported commit.
    pub date: Option<Timestamp>,
    /// Trailers of the message, such as `Signed-off-by` and `Fixes`, in order.
    pub trailers: Vec<Field>,
    /// Fields that none of the others stands for, in order.
    pub others: Vec<Field>,
    /// What is wrong or odd, by line.
    pub findings: Vec<Finding>,
}

impl PatchHeader {
    /// The header as it is written, from the bytes of its file.
    pub fn raw<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        file.get(..length).unwrap_or(file)
    }
}

/// The form of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderKind {
    /// There is none: blanks at most.
    #[default]
    None,
    /// A text without fields.
    FreeText,
    /// Fields by DEP-3.
    Dep3,
    /// A mail, as `git format-patch` writes it.
    GitMail,
    /// A commit, as `git log` and `git show` write it.
    GitLog,
    /// Comment lines of dpatch, `## DP:`.
    Dpatch,
    /// An export of Mercurial, `# HG changeset patch`.
    Mercurial,
    /// An entry of Subversion's log.
    Subversion,
    /// More than one of these, such as a mail with fields of DEP-3 in it.
    Mixed,
}

/// Somebody who wrote or reviewed a patch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Person {
    /// The name as written, without quotes; may be empty when there is an address.
    pub name: String,
    /// The mail address. Not for anything aggregated.
    pub mail: Option<String>,
}

/// Where a patch comes from: `Origin`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatchOrigin {
    /// The keyword before the comma; `None` when there is none, or one that DEP-3 does not know.
    pub class: Option<OriginClass>,
    /// An address in the value.
    pub url: Option<String>,
    /// A commit in the value: after `commit:`, or at the end of an address that shows a commit.
    pub commit: Option<String>,
    /// The value as written, in one line.
    pub text: String,
}

/// The keywords of `Origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginClass {
    /// Taken from upstream's repository as it is.
    Upstream,
    /// Upstream's, changed to fit this version.
    Backport,
    /// Made by a distribution.
    Vendor,
    /// Anything else, such as a patch from a bug report.
    Other,
}

/// The value of `Forwarded`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedField {
    /// There is no such field.
    #[default]
    Absent,
    /// `no`: not yet.
    No,
    /// `not-needed`: it is of no use upstream.
    NotNeeded,
    /// `yes`, without saying where.
    Yes,
    /// An address where it was sent.
    Url(String),
    /// Anything else, in one line; DEP-3 takes it for `yes`.
    Other(String),
    /// Nothing, or the words of a template that nobody filled in.
    Unusable(String),
}

/// What became of a patch upstream: `Applied-Upstream`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AppliedUpstream {
    /// The first upstream version that has it, without a `v` before the number.
    pub version: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The address of the commit.
    pub url: Option<String>,
    /// The value as written, in one line.
    pub text: String,
}

/// A bug, or a weakness with a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bug {
    /// A weakness with a CVE number, in capitals: `CVE-2024-56201`.
    Cve(String),
    /// An advisory of GitHub, its digits in small letters: `GHSA-q2x7-8rv6-6q7h`.
    Ghsa(String),
    /// A number in Debian's bug tracking system.
    Debian(u32),
    /// A number in Launchpad.
    Launchpad(u32),
    /// The address of a bug anywhere else.
    Tracker(String),
    /// What stands in `Bug` or `Bug-VENDOR` and is none of these, in one line.
    Unclear(String),
}

/// A bug that a patch names, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BugReference {
    /// The bug.
    pub bug: Bug,
    /// Where it is named, in order; only some when it is named very often.
    pub evidence: Vec<BugEvidence>,
}

/// Where a bug is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BugEvidence {
    /// In a field or trailer, by its name and line.
    Field(String, u32),
    /// In the subject.
    Subject(u32),
    /// In the text, by line.
    Text(u32),
    /// In the name of the patch.
    FileName,
    /// In the entry of debian/changelog that names the patch, by line.
    Changelog(u32),
}

/// What became of a patch, as far as its header tells, and why that is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchStatus {
    /// The state.
    pub state: PatchState,
    /// The [`StatusRule::id`] that gave it.
    pub rule: String,
    /// Where it was sent, the version or commit that has it, or the value that is wrong; may be empty.
    pub what: String,
    /// Whether the package's upstream version has it already.
    pub droppable: bool,
}

/// The states of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchState {
    /// Upstream has it, or will in a version that is named.
    Accepted,
    /// It comes from upstream.
    Backport,
    /// It was sent upstream.
    Forwarded,
    /// It is for this distribution only.
    VendorOnly,
    /// It was not sent upstream.
    NotForwarded,
    /// The header does not tell.
    Unknown,
    /// The header contradicts the specification.
    Invalid,
}

impl PatchState {
    /// Its name in addresses, documents and statistics.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Backport => "backport",
            Self::Forwarded => "forwarded",
            Self::VendorOnly => "vendor-only",
            Self::NotForwarded => "not-forwarded",
            Self::Unknown => "unknown",
            Self::Invalid => "invalid",
        }
    }
}

/// A rule that gives a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRule {
    /// The stable name, in lower case with hyphens.
    pub id: String,
    /// The state.
    pub state: PatchState,
    /// The conditions, of which all must hold; of several rules the first one counts.
    pub when: Vec<StatusCondition>,
    /// The reason in a few words.
    pub title: String,
    /// What of DEP-3 it rests on.
    pub dep3: String,
    /// Where Debian's database (UDD) decides otherwise; empty when it does not.
    #[serde(default)]
    pub udd: String,
}

/// What a [`StatusRule`] can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusCondition {
    /// `Applied-Upstream` says something usable.
    AppliedUpstream,
    /// `Applied-Upstream` names a version that the package has reached.
    AppliedVersionReached,
    /// `Origin: upstream`.
    OriginUpstream,
    /// `Origin: backport`.
    OriginBackport,
    /// `Origin` is the address of a commit that is not in a repository of a distribution, without a keyword.
    OriginShowsCommit,
    /// The text says which commit the patch was picked from.
    PickedFromCommit,
    /// The patch was exported from a commit of some repository.
    ExportedCommit,
    /// There is no `Forwarded`.
    ForwardedAbsent,
    /// `Forwarded: no`.
    ForwardedNo,
    /// `Forwarded: not-needed`.
    ForwardedNotNeeded,
    /// `Forwarded: yes`.
    ForwardedYes,
    /// `Forwarded` is an address.
    ForwardedUrl,
    /// `Forwarded` is something else.
    ForwardedOther,
    /// `Forwarded` is empty or the words of a template.
    ForwardedUnusable,
    /// `Bug` is an address outside Debian's bug tracking system.
    UpstreamBugUrl,
    /// `Bug` is something without an address.
    UpstreamBugUnclear,
    /// `Bug` names a bug of Debian.
    UpstreamBugIsDebian,
    /// Some field of DEP-3 is there.
    Dep3Fields,
    /// There is no header.
    NoHeader,
}
