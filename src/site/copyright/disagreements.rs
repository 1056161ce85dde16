//! The files that packages declare differently, those of most packages first.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::Serialize;

use super::listed::Listed;
use crate::html;
use crate::model::{Disagreement, EntryPath, Occurrence, Sha256};
use crate::site::SiteError;
use crate::site::page::Encoder;
use crate::site::sources::{Crumb, OutputFile, SourcesSite};
use crate::site::urls::{self, Address};

/// Files on one page.
const ON_PAGE: usize = 200;

/// The most files that have a place on a page; the documents have all.
const MOST: usize = 10_000;

/// The most licences that are shown for one file.
const MOST_LICENCES: usize = 20;

#[derive(Serialize)]
struct FileRow {
    name: String,
    /// Where all that have the file are listed.
    link: String,
    packages: String,
    licences: Listed<LicenceRow>,
}

#[derive(Serialize)]
struct LicenceRow {
    name: String,
    packages: String,
    examples: Vec<Crumb>,
    others: bool,
}

#[derive(Serialize)]
struct Record<'a> {
    sha256: String,
    #[serde(flatten)]
    disagreement: &'a Disagreement,
}

impl SourcesSite {
    /// The pages at [`Address::Disagreements`] and the documents at [`Address::DisagreementsDocument`]: JSON, a list with
    /// `{"sha256": "…", "packages": 3, "licences": [{"licence": "MIT", "packages": 2, "examples": [["hello", "2.10-3",
    /// "lib/a.c", "MIT"]]}]}` on each line; TSV, with a line for each licence of a file: checksum, licence, packages that
    /// declare it, and one that does with version and path.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn disagreements(&self, all: &BTreeMap<Sha256, Disagreement>) -> Result<Vec<OutputFile>, SiteError> {
        let mut files = self.disagreements_documents(all);
        let mut most: Vec<(&Sha256, &Disagreement)> = all.iter().collect();
        most.sort_by_key(|(sha256, it)| (std::cmp::Reverse(it.packages), **sha256));
        most.truncate(MOST);
        let last = most.len().div_ceil(ON_PAGE).max(1);
        for number in 1..=last {
            let rows = most.iter().skip((number - 1) * ON_PAGE).take(ON_PAGE);
            files.push(self.disagreements_page(number, last, all.len(), rows)?);
        }
        Ok(files)
    }

    fn disagreements_page<'a>(
        &self,
        number: usize,
        last: usize,
        all: usize,
        rows: impl Iterator<Item = &'a (&'a Sha256, &'a Disagreement)>,
    ) -> Result<OutputFile, SiteError> {
        let address = |number: usize| Address::Disagreements(u32::try_from(number).unwrap_or(u32::MAX));
        let here = address(number);
        let mut context = self.context(&here);
        context
            .insert("folders", &[Crumb { name: "Licences".to_owned(), link: self.link(&here, &Address::Copyright) }]);
        context.insert("current", "Declared differently");
        context.insert("count", &html::counted(all as u64, "file"));
        context.insert("is_cut", &(all > MOST));
        context.insert("rows", &rows.map(|(sha256, it)| self.disagreement_row(&here, sha256, it)).collect::<Vec<_>>());
        let neighbour = |number: usize| self.link(&here, &address(number));
        context.insert("previous", &(number > 1).then(|| neighbour(number - 1)));
        context.insert("next", &(number < last).then(|| neighbour(number + 1)));
        context.insert("json", &self.link(&here, &Address::DisagreementsDocument("json")));
        context.insert("tsv", &self.link(&here, &Address::DisagreementsDocument("tsv")));
        Ok((here.output_path(self.layout()), self.encoded("copyright-disagreements.html", &context)?))
    }

    fn disagreement_row(&self, here: &Address<'_>, sha256: &Sha256, disagreement: &Disagreement) -> FileRow {
        let first = disagreement.licences.first().and_then(|it| it.examples.first());
        let name = first.and_then(|it| it.path.rsplit('/').next()).unwrap_or_default();
        FileRow {
            name: readable(name),
            link: format!("{}#{sha256}", self.link(here, &Address::Checksums)),
            packages: html::grouped(u64::from(disagreement.packages)),
            licences: Listed::new(&disagreement.licences, MOST_LICENCES, |it| LicenceRow {
                name: html::display_name(it.licence.as_bytes()),
                packages: html::grouped(u64::from(it.packages)),
                examples: it.examples.iter().map(|occurrence| self.occurrence(here, occurrence)).collect(),
                others: it.packages as usize > it.examples.len(),
            }),
        }
    }

    fn occurrence(&self, here: &Address<'_>, occurrence: &Occurrence) -> Crumb {
        let path = urls::decode(&occurrence.path).and_then(|path| EntryPath::new(path).ok());
        let (package, version) = (&occurrence.package, &occurrence.version);
        let address = match &path {
            Some(path) => Address::File(package, version, path),
            None => Address::Version(package, version),
        };
        Crumb { name: format!("{package} {version}"), link: self.link(here, &address) }
    }

    fn disagreements_documents(&self, all: &BTreeMap<Sha256, Disagreement>) -> Vec<OutputFile> {
        let mut json = Encoder::new(self.layout().encoding);
        let mut tsv = Encoder::new(self.layout().encoding);
        let write = |out: &mut Encoder, bytes: &[u8]| out.write_all(bytes).expect("writing to memory does not fail");
        write(&mut json, b"[");
        write(&mut tsv, b"sha256\tlicence\tpackages\tpackage\tversion\tpath\n");
        for (number, (sha256, disagreement)) in all.iter().enumerate() {
            let record = Record { sha256: sha256.to_string(), disagreement };
            write(&mut json, if number == 0 { b"\n" } else { b",\n" });
            write(&mut json, &serde_json::to_vec(&record).expect("plain structures of texts can be written as JSON"));
            for declared in &disagreement.licences {
                let Some(Occurrence { package, version, path, .. }) = declared.examples.first() else { continue };
                let (licence, packages) = (&declared.licence, declared.packages);
                write(&mut tsv, format!("{sha256}\t{licence}\t{packages}\t{package}\t{version}\t{path}\n").as_bytes());
            }
        }
        write(&mut json, b"\n]\n");
        let path = |format| Address::DisagreementsDocument(format).output_path(self.layout());
        vec![(path("json"), json.finish()), (path("tsv"), tsv.finish())]
    }
}

/// A component of a path as it is read.
fn readable(encoded: &str) -> String {
    html::display_name(&urls::decode(encoded).unwrap_or_else(|| encoded.into()))
}
