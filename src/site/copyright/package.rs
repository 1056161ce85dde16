//! The versions of a package, with what `debian/copyright` of each says and how it changed.

use serde::Serialize;

use super::content::CopyrightContent;
use super::listed::Listed;
use super::{anchor_of, licence_of};
use crate::html;
use crate::model::{CopyrightChanges, CopyrightFile, PackageName, ParagraphChange, SuiteName};
use crate::site::SiteError;
use crate::site::sources::SourcesSite;
use crate::site::sources::views::{Absence, VersionSummary};
use crate::site::urls::Address;

/// The most changes of a version that are listed.
const MOST_CHANGES: usize = 100;

/// What the list of a package's versions shows.
#[derive(Debug, Clone, Copy)]
pub struct CopyrightPackageView<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// Its versions, the newest first.
    pub versions: &'a [CopyrightVersionSummary<'a>],
}

/// One version.
#[derive(Debug, Clone)]
pub struct CopyrightVersionSummary<'a> {
    /// The version.
    pub summary: VersionSummary<'a>,
    /// What may be told of its licences; `None` when it is not there.
    pub content: Option<CopyrightContent<'a>>,
    /// In what its file differs from that of the next older version of which something may be told.
    pub changes: Option<Changes<'a>>,
}

/// In what a `debian/copyright` differs from an older one.
#[derive(Debug, Clone)]
pub struct Changes<'a> {
    /// The older one.
    pub old: &'a CopyrightFile,
    /// The newer one.
    pub new: &'a CopyrightFile,
    /// The differences.
    pub changes: CopyrightChanges,
}

#[derive(Serialize)]
struct VersionRow<'a> {
    version: &'a str,
    link: Option<String>,
    suites: &'a [SuiteName],
    absent: Option<Absence<'a>>,
    licences: String,
    /// None when there is no older version.
    changes: Option<Listed<ChangeRow>>,
}

/// One difference.
#[derive(Serialize)]
struct ChangeRow {
    /// `added`, `removed` or `changed`.
    what: &'static str,
    name: String,
    /// Where it is now.
    link: Option<String>,
    /// The licence, or the fields that differ.
    detail: String,
}

impl SourcesSite {
    /// The versions of a package, for their licences.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn copyright_package(&self, view: &CopyrightPackageView<'_>) -> Result<Vec<u8>, SiteError> {
        let here = Address::CopyrightPackage(view.package);
        let rows = view.versions.iter().map(|it| {
            let link = self.link(&here, &Address::CopyrightVersion(view.package, it.summary.version));
            VersionRow {
                version: it.summary.version.as_str(),
                suites: it.summary.suites,
                absent: it.summary.absent,
                licences: it.content.map(|content| content.in_short()).unwrap_or_default(),
                changes: it.changes.as_ref().map(|changes| changes.rows(&link)),
                link: it.summary.absent.is_none().then_some(link),
            }
        });
        let mut context = self.context(&here);
        context.insert("package", view.package);
        context.insert("versions", &rows.collect::<Vec<_>>());
        context.insert("crumbs", &self.package_crumbs(view.package, &here));
        context.insert("current", "Licences");
        self.encoded("copyright-package.html", &context)
    }
}

impl Changes<'_> {
    fn rows(&self, page: &str) -> Listed<ChangeRow> {
        let row = |what, name: String, detail: String, anchor: Option<String>| ChangeRow {
            what,
            name: html::display_name(name.as_bytes()),
            link: anchor.map(|anchor| format!("{page}#{anchor}")),
            detail: html::display_name(detail.as_bytes()),
        };
        let format = self.changes.format_changed.then(|| row("changed", "the format".to_owned(), String::new(), None));
        let header = (!self.changes.header.is_empty())
            .then(|| row("changed", "the header".to_owned(), self.changes.header.join(", "), None));
        let files = self.changes.files.iter().map(|change| {
            let (what, name, own, anchor) = self.files(change);
            row(what, name, fields_of(change).unwrap_or(own), anchor)
        });
        let texts = self.changes.licenses.iter().map(|change| {
            let (what, name, anchor) = self.text(change);
            row(what, format!("text of {name}"), fields_of(change).unwrap_or_default(), anchor)
        });
        Listed::new(format.into_iter().chain(header).chain(files).chain(texts), MOST_CHANGES, |row| row)
    }

    /// What became of a Files paragraph: its first patterns, its licence, and its place.
    fn files(&self, change: &ParagraphChange) -> (&'static str, String, String, Option<String>) {
        let (what, file, at, anchor) = self.place(change, anchor_of);
        let paragraph = file.files.get(at as usize);
        let globs = paragraph.map_or(&[][..], |paragraph| &paragraph.globs);
        let first = globs.first().map(|glob| glob.written.clone()).unwrap_or_default();
        let name = if globs.len() > 1 { format!("{first} …") } else { first };
        (what, name, paragraph.map(licence_of).unwrap_or_default(), anchor)
    }

    fn text(&self, change: &ParagraphChange) -> (&'static str, String, Option<String>) {
        let (what, file, at, anchor) = self.place(change, |at| format!("license-{at}"));
        let license = file.licenses.get(at as usize);
        (what, license.map(|it| it.license.synopsis.clone()).unwrap_or_default(), anchor)
    }

    fn place(
        &self,
        change: &ParagraphChange,
        anchor: impl Fn(u32) -> String,
    ) -> (&'static str, &CopyrightFile, u32, Option<String>) {
        match change {
            ParagraphChange::Added { new } => ("added", self.new, *new, Some(anchor(*new))),
            ParagraphChange::Removed { old } => ("removed", self.old, *old, None),
            ParagraphChange::Changed { new, .. } => ("changed", self.new, *new, Some(anchor(*new))),
        }
    }
}

fn fields_of(change: &ParagraphChange) -> Option<String> {
    match change {
        ParagraphChange::Changed { fields, .. } => Some(fields.join(", ")),
        ParagraphChange::Added { .. } | ParagraphChange::Removed { .. } => None,
    }
}
