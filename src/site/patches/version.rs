//! The patches of one version: its lists in order, the files that they change, and what is odd.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::Context;

use super::changes::total_of;
use super::content::{count, format_name};
use super::status::{StatusRow, counts};
use super::{Links, PatchesContent, VersionPatches, bugs, header};
use crate::html;
use crate::model::{
    AppliedWhen, ChangeFormat, EntryPath, PatchFacts, PatchSystem, PatchesFacts, SeriesEntry, SeriesKind, SeriesList,
    SourcePackage,
};
use crate::site::SiteError;
use crate::site::copyright::listed::Listed;
use crate::site::findings::{self, Found};
use crate::site::sources::Crumb;
use crate::site::urls::Address;

/// The most files that are listed.
const MOST_FILES: usize = 2_000;

/// The most patches that are named for a file.
const MOST_NAMED: usize = 20;

/// A list of patches.
#[derive(Serialize)]
struct ListRow<'a> {
    name: String,
    /// The page of its file.
    link: Option<String>,
    /// Its bytes.
    raw: Option<String>,
    what: String,
    count: String,
    entries: Vec<EntryRow<'a>>,
    comments: String,
}

/// A patch of a list.
#[derive(Serialize)]
struct EntryRow<'a> {
    number: usize,
    name: String,
    link: Option<String>,
    subject: Option<String>,
    authors: String,
    status: Option<StatusRow<'a>>,
    bugs: Vec<bugs::BugRow>,
    files: String,
    added: String,
    removed: String,
    flags: Vec<&'static str>,
    options: String,
    comments: String,
    /// Why nothing is told of it.
    absent: Option<String>,
}

/// A file that patches change.
#[derive(Serialize)]
struct FileRow {
    name: String,
    link: Option<String>,
    added: String,
    removed: String,
    patches: Listed<Crumb>,
}

/// What is published beside the page of all patches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Companions {
    /// Whether the complete difference has a page.
    pub difference: bool,
    /// Whether the series is there as one file.
    pub series_file: bool,
}

impl VersionPatches<'_> {
    /// The page of all patches.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn version(&self, has: Companions) -> Result<Vec<u8>, SiteError> {
        let SourcePackage { name, version, .. } = self.view.package;
        let here = Address::PatchesVersion(name, version);
        let links = self.links(here);
        let mut context = self.site.context(&here);
        self.site.insert_package(self.view.package, &here, &mut context);
        context.insert("current", "Patches");
        context.insert("document", &links.to(&Address::PatchesDocument(name, version)));
        let companion = |is_there, address| if is_there { links.to(&address) } else { String::new() };
        context.insert("difference", &companion(has.difference, Address::PatchesDifference(name, version)));
        context.insert("series_file", &companion(has.series_file, Address::PatchSeries(name, version)));
        context.insert("versions", &links.to(&Address::PatchesPackage(name)));
        context.insert("version_page", &links.to(&Address::Version(name, version)));
        match self.view.content {
            PatchesContent::Excluded(reason) => context.insert("excluded", reason),
            PatchesContent::Facts { facts, .. } => self.insert_facts(facts, &links, &mut context),
        }
        self.site.encoded("patches-version.html", &context)
    }

    fn insert_facts(&self, facts: &PatchesFacts, links: &Links<'_>, context: &mut Context) {
        context.insert("format", &html::display_name(format_name(&facts.series.format).as_bytes()));
        context.insert("reason", &html::display_name(facts.series.reason.as_bytes()));
        context.insert("in_short", &self.view.content.in_short());
        context.insert("when", when(facts));
        context.insert("is_diff", &(facts.series.format == ChangeFormat::Diff));
        context.insert("generated", &facts.series.generated);
        let files = self.files(links);
        let (added, removed) = self.applied.iter().fold((0, 0), |(added, removed): (u64, u64), patch| {
            (added.saturating_add(patch.added), removed.saturating_add(patch.removed))
        });
        context.insert("total", &total_of((files.rows.len() + files.left) as u64, added, removed));
        context.insert("files", &files);
        context.insert("states", &counts(&self.view.content.by_state()));
        let lists: Vec<ListRow<'_>> =
            facts.series.lists.iter().enumerate().map(|(at, list)| self.list(facts, at, list, links)).collect();
        context.insert("lists", &lists);
        let unlisted: Vec<Crumb> = facts.series.unlisted.iter().map(|file| links.file(&file.path)).collect();
        context.insert("unlisted", &unlisted);
        let list = facts.series.applied_list().and_then(|list| list.path.as_ref());
        let of_series = facts.series.findings.iter().map(|finding| Found {
            finding,
            file: None,
            line: finding.line.and_then(|line| Some(links.line(list?, line))),
        });
        let of_patches = facts.patches.iter().flat_map(|patch| {
            patch.header.findings.iter().map(|finding| Found {
                finding,
                file: Some(links.patch(patch)),
                line: finding.line.map(|line| links.line(&patch.path, line)),
            })
        });
        context.insert("findings", &findings::rows(self.view.rules, of_series.chain(of_patches)));
    }

    fn list(&self, facts: &PatchesFacts, at: usize, list: &SeriesList, links: &Links<'_>) -> ListRow<'_> {
        let entries = list.entries.iter().zip(1..);
        ListRow {
            name: list
                .path
                .as_ref()
                .map_or_else(|| "all patches, by name".to_owned(), |path| html::display_name(path.as_bytes())),
            link: list.path.as_ref().map(|path| links.file(path).link),
            raw: list.path.as_ref().filter(|path| links.target(path.as_bytes()).is_some()).map(|path| links.raw(path)),
            what: what(list, at == 0),
            count: count(list.entries.len()),
            entries: entries.map(|(entry, number)| self.entry(facts, entry, number, links)).collect(),
            comments: html::display_text(&list.trailing_comments.join("\n")),
        }
    }

    fn entry(&self, facts: &PatchesFacts, entry: &SeriesEntry, number: usize, links: &Links<'_>) -> EntryRow<'_> {
        let patch = entry.path.as_ref().and_then(|path| facts.patch(path));
        let status = patch.and_then(|patch| self.view.content.status(patch));
        let files = patch.map(|patch| patch.files.len() as u64 + u64::from(patch.files_left));
        EntryRow {
            number,
            name: html::display_name(entry.name.as_bytes()),
            link: patch.map(|patch| links.patch(patch).link),
            subject: patch.and_then(|patch| header::subject(&patch.header)),
            authors: patch.map(|patch| header::people(&patch.header.authors)).unwrap_or_default(),
            status: status.map(|status| StatusRow::new(status, self.view.status_rules)),
            bugs: patch.map(|patch| bugs::rows(patch, self.view.bug_link)).unwrap_or_default(),
            files: files.map(html::grouped).unwrap_or_default(),
            added: patch.map(|patch| html::grouped(patch.added)).unwrap_or_default(),
            removed: patch.map(|patch| html::grouped(patch.removed)).unwrap_or_default(),
            flags: flags(entry, patch),
            options: html::display_name(entry.options.join(" ").as_bytes()),
            comments: html::display_text(&entry.comments.join("\n")),
            absent: patch.is_none().then(|| self.absence(entry.path.as_ref())),
        }
    }

    /// Why nothing is told of an entry.
    fn absence(&self, path: Option<&EntryPath>) -> String {
        let Some(entry) = path.and_then(|path| self.view.tree.entry(path.as_bytes())) else {
            return "there is no such file".to_owned();
        };
        match self.view.tree.excluded(entry) {
            Some(reason) => format!("not shown: {reason}"),
            None => "not shown, or no file".to_owned(),
        }
    }

    /// The files that the applied patches change, by name.
    fn files(&self, links: &Links<'_>) -> Listed<FileRow> {
        let mut files: BTreeMap<&[u8], Touched<'_>> = BTreeMap::new();
        for patch in &self.applied {
            for (position, file) in patch.files.iter().enumerate() {
                let touched = files.entry(&file.name).or_default();
                touched.added = touched.added.saturating_add(file.added);
                touched.removed = touched.removed.saturating_add(file.removed);
                touched.patches.push((patch, position));
            }
        }
        Listed::new(files, MOST_FILES, |(name, touched)| FileRow {
            name: html::display_name(name),
            link: links.target(name).map(|entry| links.file(&entry.path).link),
            added: html::grouped(touched.added),
            removed: html::grouped(touched.removed),
            patches: Listed::new(touched.patches, MOST_NAMED, |(patch, position)| {
                let Crumb { name, link } = links.patch(patch);
                Crumb { name, link: format!("{link}#{}", super::hunks::file_id(position)) }
            }),
        })
    }
}

/// What the patches of a series do to one file.
#[derive(Default)]
struct Touched<'a> {
    added: u64,
    removed: u64,
    /// Each with the position of the file in it.
    patches: Vec<(&'a PatchFacts, usize)>,
}

fn flags(entry: &SeriesEntry, patch: Option<&PatchFacts>) -> Vec<&'static str> {
    let flags = [
        (entry.automatic, "made by dpkg-source"),
        (entry.reversed, "applied backwards"),
        (patch.is_some_and(|patch| patch.files.is_empty()), "changes no file"),
        (patch.is_some_and(|patch| patch.unreadable.is_some()), "malformed"),
        (patch.is_some_and(|patch| patch.is_cut), "too large to be read whole"),
    ];
    flags.into_iter().filter(|(holds, _)| *holds).map(|(_, flag)| flag).collect()
}

/// What a list is for.
fn what(list: &SeriesList, is_first: bool) -> String {
    let applied = if is_first { "applied" } else { "not applied" };
    match &list.kind {
        SeriesKind::Main => applied.to_owned(),
        SeriesKind::Vendor(vendor) => format!("of {}, {applied} here", html::display_name(vendor.as_bytes())),
        SeriesKind::Other => "another list, which debian/rules may use".to_owned(),
        SeriesKind::Names => format!("by name, {applied}"),
    }
}

/// When the patches are applied.
fn when(facts: &PatchesFacts) -> &'static str {
    match (facts.series.applied, facts.series.system) {
        (AppliedWhen::Unpacking, _) => "The files of this version have their changes.",
        (AppliedWhen::Building, _) => {
            "They are applied when the package is built: the files of this version do not have their changes."
        }
        (AppliedWhen::Unknown, PatchSystem::Plain) => "Whether and when they are applied is not known.",
        (AppliedWhen::Unknown, _) => "",
    }
}
