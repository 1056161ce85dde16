//! The pages of licences: what `debian/copyright` declares for the files of a version.
//!
//! They are made by the [`SourcesSite`], whose templates and addresses they share: [`SourcesSite::copyright`] for a
//! version, [`SourcesSite::copyright_package`] for the list of versions, [`VersionLicences::says`] for
//! the notes on pages of files. Callers give the facts; nothing here reads a file.

mod agreement;
mod census;
mod checksums;
mod content;
mod disagreements;
mod document;
pub mod documents;
mod files;
mod holders;
mod licences;
pub(in crate::site) mod listed;
mod package;
mod paragraph;
mod review;
mod summary;
pub(in crate::site) mod text;

#[cfg(test)]
mod tests;

pub use census::CensusView;
pub use checksums::TABLE;
pub use content::{CopyrightContent, is_file};
pub use licences::{FileLicence, FileSays, Remark, VersionLicences};
pub use package::{Changes, CopyrightPackageView, CopyrightVersionSummary};

use serde::Serialize;
use tera::Context;

use self::paragraph::{PageLimits, Paragraphs};
use self::summary::{finding_rows, licence_rows};
use super::SiteError;
use super::sources::{Crumb, SourcesSite, TreeIndex};
use super::urls::{Address, BomFormat};
use crate::html;
use crate::model::{
    CopyrightFacts, CopyrightFormat, Entry, EntryPath, FilesParagraph, GuessEvidence, Rule, SourcePackage,
};

/// How much of a free form text is shown, in bytes; the page of the file has all.
const MOST_TEXT: usize = 256 << 10;

/// The most characters of a licence's name in a line of facts.
const SHORT_NAME: usize = 60;

/// What the page of a version's licences shows.
#[derive(Debug, Clone, Copy)]
pub struct CopyrightView<'a> {
    /// The version.
    pub package: &'a SourcePackage,
    /// All that it has.
    pub tree: &'a TreeIndex<'a>,
    /// What may be told, and of each file.
    pub licences: VersionLicences<'a>,
    /// The rules that findings are by.
    pub rules: &'a [Rule],
    /// The text of the file, when it is for people.
    pub text: Option<&'a str>,
}

/// The id of the Files paragraph at a position, on the page of its version.
fn anchor_of(paragraph: u32) -> String {
    format!("files-{paragraph}")
}

/// What the page of a file says of its licence: the synopsis, as it is written.
fn licence_of(paragraph: &FilesParagraph) -> String {
    let synopsis = paragraph.license.as_ref().map_or("", |license| license.synopsis.as_str());
    match synopsis.char_indices().nth(SHORT_NAME) {
        _ if synopsis.is_empty() => "not named".to_owned(),
        Some((end, _)) => format!("{}…", &synopsis[..end]),
        None => synopsis.to_owned(),
    }
}

/// A licence that a text for people seems to speak of.
#[derive(Serialize)]
struct GuessRow {
    spdx: String,
    evidence: String,
    place: Crumb,
}

/// Links from the page of one version's licences.
#[derive(Clone, Copy)]
struct Links<'a> {
    site: &'a SourcesSite,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    /// Where `debian/copyright` is.
    place: Option<&'a EntryPath>,
    /// The page that they are on.
    here: Address<'a>,
}

impl Links<'_> {
    fn to(&self, address: &Address<'_>) -> String {
        self.site.link(&self.here, address)
    }

    /// The link to a file's page, with its path.
    fn file(&self, entry: &Entry) -> Crumb {
        let address = Address::File(&self.package.name, &self.package.version, &entry.path);
        Crumb { name: html::display_name(entry.path.as_bytes()), link: self.to(&address) }
    }

    /// The link to a folder's page, with its path; the topmost has an empty one.
    fn folder(&self, path: &[u8]) -> Crumb {
        let SourcePackage { name, version, .. } = self.package;
        let link = match self.tree.entry(path) {
            Some(entry) => self.to(&Address::Folder(name, version, &entry.path)),
            None => self.to(&Address::Version(name, version)),
        };
        Crumb { name: html::display_name(path), link }
    }

    /// The link to a line of `debian/copyright`.
    fn line(&self, line: u32) -> Option<Crumb> {
        let address = Address::File(&self.package.name, &self.package.version, self.place?);
        Some(Crumb { name: html::grouped(u64::from(line)), link: format!("{}#L{line}", self.to(&address)) })
    }
}

impl SourcesSite {
    /// The page of a version's licences.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn copyright(&self, view: &CopyrightView<'_>) -> Result<Vec<u8>, SiteError> {
        let package = view.package;
        let here = Address::CopyrightVersion(&package.name, &package.version);
        let mut context = self.context(&here);
        self.insert_package(package, &here, &mut context);
        context.insert("current", "Licences");
        context.insert("versions", &self.link(&here, &Address::CopyrightPackage(&package.name)));
        context.insert("document", &self.link(&here, &Address::CopyrightDocument(&package.name, &package.version)));
        let bill = |format: BomFormat| Crumb {
            name: format.name().to_owned(),
            link: self.link(&here, &Address::BillOfMaterials(&package.name, &package.version, format)),
        };
        context.insert("bills", &BomFormat::ALL.map(bill));
        context.insert("all_files", &self.link(&here, &Address::CopyrightFiles(&package.name, &package.version)));
        let links = Links { site: self, package, tree: view.tree, place: None, here };
        context.insert("agreements", &agreement::rows(view.licences.files));
        context.insert("conflicts", &agreement::conflicts(&view.licences, &links));
        context.insert("holders", &holders::rows(view.licences.files));
        context.insert("without_source", &review::without_source(view.licences.files, &links));
        match view.licences.content {
            CopyrightContent::Excluded(reason) => {
                context.insert("kind", "excluded");
                context.insert("reason", reason);
            }
            CopyrightContent::Facts(facts) => self.insert_facts(view, facts, &mut context),
        }
        self.encoded("copyright-version.html", &context)
    }

    fn insert_facts(&self, view: &CopyrightView<'_>, facts: &CopyrightFacts, context: &mut Context) {
        let links = Links {
            site: self,
            package: view.package,
            tree: view.tree,
            place: facts.place.as_ref(),
            here: Address::CopyrightVersion(&view.package.name, &view.package.version),
        };
        let SourcePackage { name, version, area, .. } = view.package;
        if let Some(place) = &facts.place {
            let link = links.to(&Address::File(name, version, place));
            context.insert("file", &Crumb { name: html::display_name(place.as_bytes()), link });
            context.insert("raw", &links.to(&Address::Raw(area, name, version, place)));
        }
        context.insert("excluded_there", &review::excluded_there(facts, &links));
        let written = view.tree.entry(b"debian/copyright").is_some();
        context.insert("findings", &finding_rows(facts, view.rules, &links));
        match &facts.file.format {
            CopyrightFormat::None if facts.place.is_some() => context.insert("kind", "empty"),
            CopyrightFormat::None if written => context.insert("kind", "broken"),
            CopyrightFormat::None => context.insert("kind", "missing"),
            CopyrightFormat::FreeForm { guesses } => {
                context.insert("kind", "free-form");
                let guess = |guess: &crate::model::LicenseGuess| {
                    let (GuessEvidence::CommonLicense(text) | GuessEvidence::Title(text)) = &guess.evidence;
                    let evidence = html::display_text(text);
                    Some(GuessRow { spdx: guess.spdx.clone(), evidence, place: links.line(guess.line)? })
                };
                context.insert("guesses", &guesses.iter().filter_map(guess).collect::<Vec<_>>());
                let text = view.text.unwrap_or_default();
                let shown = &text[..text.floor_char_boundary(MOST_TEXT)];
                context.insert("text", &text::pieces(shown));
                context.insert("is_cut", &(shown.len() < text.len()));
            }
            CopyrightFormat::MachineReadable { canonical, .. } => {
                context.insert("kind", "machine-readable");
                context.insert("canonical", canonical);
                context.insert("main", &facts.main_licence());
                context.insert("licences", &licence_rows(facts));
                context.insert("total", &html::counted(u64::from(facts.files()), "file"));
                Paragraphs { facts, links, limits: PageLimits::default() }.insert(context);
            }
        }
    }
}
