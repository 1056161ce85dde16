//! The patches of a version as JSON, for programs.
//!
//! Paths are percent-encoded (RFC 3986), slashes kept: decoded, they are bytes, which may be no UTF-8. What is not known is
//! absent. People are told by name; mail addresses stand in the patches themselves.

use std::io::Write as _;

use serde::Serialize;

use super::{VersionPatches, below_patches};
use crate::model::{
    AppliedUpstream, AppliedWhen, Bug, BugEvidence, ChangeFormat, ChangeKind, DiffFormat, EntryPath, FileChange,
    Finding, ForwardedField, HeaderKind, PatchFacts, PatchHeader, PatchId, PatchOrigin, PatchStatus, PatchSystem,
    Person, SeriesEntry, SeriesKind, SeriesList, SourcePackage, UnreadableDiff,
};
use crate::site::page::Encoder;
use crate::site::urls::{Address, encoded_component};

/// How the version carries its changes.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct SeriesRecord<'a> {
    package: &'a str,
    version: &'a str,
    /// Why nothing else is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded: Option<&'a str>,
    #[serde(flatten)]
    told: Option<ToldRecord<'a>>,
}

#[derive(Serialize)]
struct ToldRecord<'a> {
    format: &'a ChangeFormat,
    system: PatchSystem,
    applied: AppliedWhen,
    reason: &'a str,
    generated: bool,
    lists: Vec<ListRecord<'a>>,
    /// Files of debian/patches that no list names.
    unlisted: Vec<String>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct ListRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    kind: &'a SeriesKind,
    entries: Vec<EntryRecord<'a>>,
}

#[derive(Serialize)]
struct EntryRecord<'a> {
    line: u32,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    options: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    comments: &'a [String],
}

/// One patch, on a line of its own.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PatchRecord<'a> {
    file: String,
    /// The link to its page, seen from the page of the version's patches.
    page: String,
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a PatchStatus>,
    header: HeaderRecord<'a>,
    bugs: Vec<BugRecord<'a>>,
    diff: DiffFormat,
    added: u64,
    removed: u64,
    /// As `git patch-id --stable` calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_id: Option<PatchId>,
    files: Vec<FileRecord>,
    /// How many further files there are.
    files_left: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<&'a UnreadableDiff>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct HeaderRecord<'a> {
    kind: HeaderKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviewers: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a PatchOrigin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    picked_from: &'a [String],
    forwarded: &'a ForwardedField,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_upstream: Option<&'a AppliedUpstream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

#[derive(Serialize)]
struct BugRecord<'a> {
    #[serde(flatten)]
    bug: &'a Bug,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    evidence: &'a [BugEvidence],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct FileRecord {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    kind: ChangeKind,
    added: u64,
    removed: u64,
    hunks: u32,
}

impl VersionPatches<'_> {
    /// What is at [`Address::PatchesDocument`]: `{"series": {…}, "patches": [{…}]}`, a patch on each line, by path.
    pub fn document(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(self.site.layout().encoding);
        let mut write = |bytes: &[u8]| encoder.write_all(bytes).expect("writing to memory does not fail");
        write(b"{\"series\":");
        write(&json(&self.series_record()));
        write(b",\n\"patches\":[");
        let patches = self.view.content.facts().map_or(&[][..], |facts| &facts.patches);
        for (number, patch) in patches.iter().enumerate() {
            write(if number == 0 { b"\n" } else { b",\n" });
            write(&json(&self.patch_record(patch)));
        }
        write(b"\n]}\n");
        encoder.finish()
    }

    fn series_record(&self) -> SeriesRecord<'_> {
        let SourcePackage { name, version, .. } = self.view.package;
        let excluded = match self.view.content {
            super::PatchesContent::Excluded(reason) => Some(*reason),
            super::PatchesContent::Facts { .. } => None,
        };
        let told = self.view.content.facts().map(|facts| ToldRecord {
            format: &facts.series.format,
            system: facts.series.system,
            applied: facts.series.applied,
            reason: &facts.series.reason,
            generated: facts.series.generated,
            lists: facts.series.lists.iter().map(list_record).collect(),
            unlisted: facts.series.unlisted.iter().map(|file| encoded(file.path.as_bytes())).collect(),
            findings: &facts.series.findings,
        });
        SeriesRecord { package: name.as_str(), version: version.as_str(), excluded, told }
    }

    fn patch_record<'p>(&'p self, patch: &'p PatchFacts) -> PatchRecord<'p> {
        let SourcePackage { name, version, .. } = self.view.package;
        let below = below_patches(&patch.path);
        let page = self.site.link(&Address::PatchesVersion(name, version), &Address::Patch(name, version, &below));
        let references = patch.header.bugs.iter().chain(&patch.named_bugs).chain(&patch.changelog_bugs);
        PatchRecord {
            file: encoded(patch.path.as_bytes()),
            page,
            length: patch.length,
            status: self.view.content.status(patch),
            header: header_record(&patch.header),
            bugs: references
                .map(|it| BugRecord { bug: &it.bug, link: (self.view.bug_link)(&it.bug), evidence: &it.evidence })
                .collect(),
            diff: patch.format,
            added: patch.added,
            removed: patch.removed,
            patch_id: patch.ids.map(|ids| ids.hunks),
            files: patch.files.iter().map(file_record).collect(),
            files_left: patch.files_left,
            unreadable: patch.unreadable.as_ref(),
            findings: &patch.header.findings,
        }
    }
}

fn json(record: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(record).expect("plain structures of texts can be written as JSON")
}

fn list_record(list: &SeriesList) -> ListRecord<'_> {
    let path = |path: &EntryPath| encoded(path.as_bytes());
    let entry = |entry: &'_ SeriesEntry| entry.path.as_ref().map(path);
    ListRecord {
        file: list.path.as_ref().map(path),
        kind: &list.kind,
        entries: list
            .entries
            .iter()
            .map(|it| EntryRecord {
                line: it.line,
                name: &it.name,
                file: entry(it),
                options: &it.options,
                comments: &it.comments,
            })
            .collect(),
    }
}

fn header_record(header: &PatchHeader) -> HeaderRecord<'_> {
    fn names(people: &[Person]) -> Vec<&str> {
        people.iter().map(|person| person.name.as_str()).filter(|name| !name.is_empty()).collect()
    }
    HeaderRecord {
        kind: header.kind,
        subject: header.subject.as_deref(),
        description: &header.description,
        authors: names(&header.authors),
        reviewers: names(&header.reviewers),
        origin: header.origin.as_ref(),
        commit: header.commit.as_deref(),
        picked_from: &header.picked_from,
        forwarded: &header.forwarded,
        applied_upstream: header.applied_upstream.as_ref(),
        last_update: header.last_update.as_deref(),
        date: header.date.map(|date| date.to_string()),
    }
}

fn file_record(file: &FileChange) -> FileRecord {
    FileRecord {
        file: encoded(&file.name),
        renamed_from: file.renamed_from.as_deref().map(encoded),
        kind: file.kind,
        added: file.added,
        removed: file.removed,
        hunks: file.hunks,
    }
}

/// A path of any kind, percent-encoded.
fn encoded(path: &[u8]) -> String {
    path.split(|&byte| byte == b'/').map(encoded_component).collect::<Vec<_>>().join("/")
}
