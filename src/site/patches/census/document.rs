//! All patches of all versions for programs: JSON and TSV.

use std::io::Write as _;

use serde::Serialize;

use super::PatchCensusView;
use crate::html;
use crate::model::{Bug, PatchDigest, PatchId, PatchState, PatchesVersion};
use crate::site::page::Encoder;
use crate::site::patches::bugs;
use crate::site::sources::{OutputFile, SourcesSite};
use crate::site::urls::{Address, encoded_path};

/// A version, on a line of its own.
#[derive(Serialize)]
struct VersionRecord<'a> {
    package: &'a str,
    version: &'a str,
    suites: Vec<&'a str>,
    patches: Vec<PatchRecord<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PatchRecord<'a> {
    /// The path below debian/patches, percent-encoded.
    patch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    state: PatchState,
    droppable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    bugs: &'a [Bug],
    added: u64,
    removed: u64,
    /// As `git patch-id --stable` calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_id: Option<PatchId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [String],
}

impl<'a> From<&'a PatchesVersion<'a>> for VersionRecord<'a> {
    fn from(version: &'a PatchesVersion<'a>) -> Self {
        Self {
            package: version.package.as_str(),
            version: version.version.as_str(),
            suites: version.suites.iter().map(|suite| suite.as_str()).collect(),
            patches: version.digest.patches.iter().map(PatchRecord::from).collect(),
            findings: &version.digest.findings,
        }
    }
}

impl<'a> From<&'a PatchDigest> for PatchRecord<'a> {
    fn from(patch: &'a PatchDigest) -> Self {
        Self {
            patch: encoded_path(&patch.path),
            subject: patch.subject.as_deref(),
            state: patch.state,
            droppable: patch.droppable,
            date: patch.date.as_deref(),
            bugs: &patch.bugs,
            added: patch.added,
            removed: patch.removed,
            patch_id: patch.id,
            findings: &patch.findings,
        }
    }
}

impl SourcesSite {
    /// What is at [`Address::PatchCensus`], versions without patches left out: JSON, `{"versions": [{"package": "hello",
    /// "version": "2.10-3", "suites": ["sid"], "patches": [{"patch": "fix.patch", "state": "forwarded", …}]}]}`; TSV, with
    /// a line for each patch: package, version, suites (with commas), patch, state, droppable, date, bugs (with blanks),
    /// added, removed, subject.
    pub(super) fn patch_documents(&self, view: &PatchCensusView<'_>) -> [OutputFile; 2] {
        let mut json = Encoder::new(self.layout().encoding);
        let mut tsv = Encoder::new(self.layout().encoding);
        let write = |out: &mut Encoder, bytes: &[u8]| out.write_all(bytes).expect("writing to memory does not fail");
        write(&mut json, b"{\"versions\":[");
        write(&mut tsv, b"package\tversion\tsuites\tpatch\tstate\tdroppable\tdate\tbugs\tadded\tremoved\tsubject\n");
        let versions = view.versions.iter().filter(|it| !it.digest.patches.is_empty());
        for (number, version) in versions.enumerate() {
            let record = VersionRecord::from(version);
            write(&mut json, if number == 0 { b"\n" } else { b",\n" });
            write(&mut json, &serde_json::to_vec(&record).expect("plain structures of texts can be written as JSON"));
            let suites = record.suites.join(",");
            for patch in &version.digest.patches {
                let row = [record.package, record.version, &suites, &row_of(patch)].join("\t");
                write(&mut tsv, format!("{row}\n").as_bytes());
            }
        }
        write(&mut json, b"\n]}\n");
        let path = |format| Address::PatchCensus(format).output_path(self.layout());
        [(path("json"), json.finish()), (path("tsv"), tsv.finish())]
    }
}

/// The columns of a patch, without tabs and line feeds in them.
fn row_of(patch: &PatchDigest) -> String {
    let bugs: Vec<String> = patch.bugs.iter().map(|bug| bugs::name_of(bug).replace(' ', "")).collect();
    let state = patch.state.slug();
    [
        encoded_path(&patch.path),
        state.to_owned(),
        if patch.droppable { "yes".to_owned() } else { "no".to_owned() },
        patch.date.clone().unwrap_or_default(),
        bugs.join(" "),
        patch.added.to_string(),
        patch.removed.to_string(),
        html::display_name(patch.subject.as_deref().unwrap_or_default().as_bytes()),
    ]
    .join("\t")
}
