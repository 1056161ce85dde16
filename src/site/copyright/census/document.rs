//! All licences of all versions for programs: JSON and TSV.

use std::io::Write as _;

use serde::Serialize;

use super::CensusView;
use crate::model::{CensusVersion, CopyrightForm};
use crate::site::page::Encoder;
use crate::site::sources::{OutputFile, SourcesSite};
use crate::site::urls::Address;

/// A version, on a line of its own.
#[derive(Serialize)]
struct VersionRecord<'a> {
    package: &'a str,
    version: &'a str,
    suites: Vec<&'a str>,
    form: CopyrightForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    main: Option<&'a str>,
    /// Whole SPDX expressions with their files; an empty name: nothing declared.
    expressions: Vec<(&'a str, u32)>,
    /// Single licences with their files.
    licences: Vec<(&'a str, u32)>,
    /// Rules with their findings.
    findings: Vec<(&'a str, u32)>,
}

impl<'a> From<&'a CensusVersion<'a>> for VersionRecord<'a> {
    fn from(version: &'a CensusVersion<'a>) -> Self {
        let pairs = |pairs: &'a [(String, u32)]| pairs.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        Self {
            package: version.package.as_str(),
            version: version.version.as_str(),
            suites: version.suites.iter().map(|suite| suite.as_str()).collect(),
            form: version.digest.form,
            main: version.digest.main.as_deref(),
            expressions: pairs(&version.digest.expressions),
            licences: pairs(&version.digest.licences),
            findings: pairs(&version.digest.findings),
        }
    }
}

impl SourcesSite {
    /// What is at [`Address::Census`]: JSON, `{"spdx-list": "3.29.0", "versions": [{"package": "hello", "version": "2.10-3",
    /// "suites": ["sid"], "form": "machine-readable", "main": "GPL-3.0-or-later", "expressions": [["GPL-3.0-or-later",
    /// 551]], "licences": …, "findings": [["glob-matches-nothing", 2]]}]}`; TSV, with a line for each expression of a
    /// version: package, version, suites (with commas), expression, files.
    pub(super) fn census_documents(&self, view: &CensusView<'_>) -> [OutputFile; 2] {
        let mut json = Encoder::new(self.layout().encoding);
        let mut tsv = Encoder::new(self.layout().encoding);
        let write = |out: &mut Encoder, bytes: &[u8]| out.write_all(bytes).expect("writing to memory does not fail");
        write(&mut json, format!("{{\"spdx-list\":\"{}\",\"versions\":[", view.list_version).as_bytes());
        write(&mut tsv, b"package\tversion\tsuites\texpression\tfiles\n");
        for (number, version) in view.versions.iter().enumerate() {
            let record = VersionRecord::from(version);
            write(&mut json, if number == 0 { b"\n" } else { b",\n" });
            write(&mut json, &serde_json::to_vec(&record).expect("plain structures of texts can be written as JSON"));
            let suites = record.suites.join(",");
            for (expression, files) in &record.expressions {
                let row = format!("{}\t{}\t{suites}\t{expression}\t{files}\n", record.package, record.version);
                write(&mut tsv, row.as_bytes());
            }
        }
        write(&mut json, b"\n]}\n");
        let path = |format| Address::Census(format).output_path(self.layout());
        [(path("json"), json.finish()), (path("tsv"), tsv.finish())]
    }
}
