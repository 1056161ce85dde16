//! The licences of a version's files as JSON, for programs.

use std::io::Write as _;

use serde::Serialize;

use super::{CopyrightView, anchor_of};
use crate::model::{Comparison, Compiled, LicenceText, SourcePackage, YearRange};
use crate::site::page::Encoder;
use crate::site::sources::SourcesSite;
use crate::site::urls::Address;

/// One file, on a line of its own. What is not known is absent.
#[derive(Serialize)]
struct FileRecord<'a> {
    /// The link to its page, seen from the version's page, as in the list of files.
    file: String,
    /// The licence that `debian/copyright` declares, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<&'a str>,
    /// The same as an SPDX expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    spdx: Option<&'a str>,
    /// The id of the paragraph, on the page of the version's licences.
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraph: Option<String>,
    /// The licences that the file names itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    says: Vec<Said<'a>>,
    /// The licence whose text it is.
    #[serde(rename = "text-of", skip_serializing_if = "Option::is_none")]
    text_of: Option<&'a str>,
    /// Who has the copyright, as the file says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copyright: Vec<Statement<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    comparison: Option<Comparison>,
    /// What it was made into.
    #[serde(skip_serializing_if = "Option::is_none")]
    compiled: Option<Compiled>,
}

#[derive(Serialize)]
struct Said<'a> {
    expression: &'a str,
    /// Absent when another file says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
struct Statement<'a> {
    holder: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    years: Vec<[u16; 2]>,
}

impl SourcesSite {
    /// What is at [`Address::CopyrightDocument`]: `{"files": [{"file": "src/a.c", "declared": "GPL-2+", "spdx":
    /// "GPL-2.0-or-later", "paragraph": "files-0", "says": [{"expression": "MIT", "line": 3}], "copyright": [{"holder":
    /// "Ada", "years": [[2001, 2003]]}], "agreement": "conflicting", "reason": "not-covered"}]}`, a file on each line.
    pub fn copyright_document(&self, view: &CopyrightView<'_>) -> Vec<u8> {
        let SourcePackage { name, version, .. } = view.package;
        let page = Address::Version(name, version);
        let mut encoder = Encoder::new(self.layout().encoding);
        let mut write = |bytes: &[u8]| encoder.write_all(bytes).expect("writing to memory does not fail");
        write(b"{\"files\":[");
        for (number, file) in view.licences.files.iter().enumerate() {
            let license = file.paragraph.and_then(|at| view.licences.paragraph(at)?.license.as_ref());
            let link = self.link(&page, &Address::File(name, version, &file.entry.path));
            let said = |(expression, line)| Said { expression, line: Some(line).filter(|line| *line > 0) };
            let years = |years: &[YearRange]| years.iter().map(|it| [it.first, it.last]).collect();
            let record = FileRecord {
                file: link,
                declared: license.map(|it| it.synopsis.as_str()),
                spdx: license.map(|it| it.spdx.as_str()).filter(|spdx| !spdx.is_empty()),
                paragraph: file.paragraph.map(anchor_of),
                says: file.says().into_iter().map(said).collect(),
                text_of: file.found.licence_text.as_ref().map(|LicenceText { id, .. }| id.as_str()),
                copyright: file
                    .found
                    .copyright
                    .iter()
                    .map(|it| Statement { holder: &it.holder, years: years(&it.years) })
                    .collect(),
                comparison: file.comparison,
                compiled: file.found.compiled,
            };
            write(if number == 0 { b"\n" } else { b",\n" });
            write(&serde_json::to_vec(&record).expect("plain structures of texts can be written as JSON"));
        }
        write(b"\n]}\n");
        encoder.finish()
    }
}
