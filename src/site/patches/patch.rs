//! The page of one patch: its story, and the difference it makes.

use tera::Context;

use super::changes::{self, Beside};
use super::hunks::{self, Places, file_id};
use super::lines::FinalLines;
use super::status::StatusRow;
use super::{Links, VersionPatches, address, below_patches, bugs, header, shown_name};
use crate::html;
use crate::model::{AppliedWhen, FileChange, PatchFacts, SeriesEntry, ShownHunk, ShownPatch, SourcePackage};
use crate::site::SiteError;
use crate::site::findings::{self, Found};
use crate::site::sources::Crumb;
use crate::site::urls::Address;

/// What the page of a patch shows beside the facts.
#[derive(Clone, Copy)]
pub struct PatchView<'a> {
    /// The patch, one of the version's.
    pub patch: &'a PatchFacts,
    /// Its bytes, for the header.
    pub bytes: &'a [u8],
    /// Its hunks.
    pub shown: &'a ShownPatch,
}

impl VersionPatches<'_> {
    /// The page of one patch.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn patch(&self, view: &PatchView<'_>) -> Result<Vec<u8>, SiteError> {
        let PatchView { patch, bytes, shown } = *view;
        let SourcePackage { name, version, .. } = self.view.package;
        let path = below_patches(&patch.path);
        let here = address(self.view.package, &path);
        let links = Links { here, ..self.links(Address::PatchesVersion(name, version)) };
        let mut context = self.site.context(&here);
        self.site.insert_package(self.view.package, &here, &mut context);
        let series = links.to(&Address::PatchesVersion(name, version));
        context.insert("folders", &[Crumb { name: "Patches".to_owned(), link: series }]);
        context.insert("current", &shown_name(patch));
        context.insert("raw", &links.raw(&patch.path));
        context.insert("source", &links.file(&patch.path).link);
        self.insert_place(patch, &links, &mut context);
        self.insert_header(patch, bytes, &links, &mut context);
        let hunks = |position: usize, file: &FileChange, hunks: &[ShownHunk]| {
            self.hunk_rows(patch, position, file, hunks, &links)
        };
        changes::insert(patch, shown, &Beside { hunks: &hunks, by: &|_| Vec::new() }, &links, &mut context);
        let unreadable = patch.unreadable.as_ref();
        context.insert("unreadable", &unreadable.map(|it| format!("line {}: {}", it.line, it.problem)));
        self.site.encoded("patches-patch.html", &context)
    }

    /// Its place in the series: neighbours, options, comments.
    fn insert_place(&self, patch: &PatchFacts, links: &Links<'_>, context: &mut Context) {
        let at = self.applied.iter().position(|it| it.path == patch.path);
        let neighbour = |at: Option<usize>| Some(links.patch(self.applied.get(at?)?));
        context.insert("previous", &neighbour(at.and_then(|at| at.checked_sub(1))));
        context.insert("next", &neighbour(at.map(|at| at + 1)));
        context.insert("position", &at.map(|at| format!("{} of {}", at + 1, self.applied.len())));
        let facts = self.view.content.facts();
        let lists = facts.map_or(&[][..], |facts| &facts.series.lists);
        let entry: Option<&SeriesEntry> =
            lists.iter().flat_map(|list| &list.entries).find(|entry| entry.path.as_ref() == Some(&patch.path));
        let shown = |texts: &[String], between: &str| html::display_text(&texts.join(between)).trim().to_owned();
        context.insert("options", &entry.map(|entry| shown(&entry.options, " ")).unwrap_or_default());
        context.insert("comments", &entry.map(|entry| shown(&entry.comments, "\n")).unwrap_or_default());
        context.insert("is_automatic", &entry.is_some_and(|entry| entry.automatic));
        context.insert("applies", &self.applies(patch));
        context.insert("at_build", &facts.is_some_and(|facts| facts.series.applied == AppliedWhen::Building));
    }

    /// How unpacking applies the patch; `None` when it applies none.
    fn applies(&self, patch: &PatchFacts) -> Option<String> {
        let series = self.view.series?;
        if !self.applied.iter().any(|applied| applied.path == patch.path) {
            return None;
        }
        let Some((_, applied)) = series.patch(&patch.path) else { return Some("not at all".to_owned()) };
        let offsets = || applied.files.iter().flat_map(|file| &file.offsets);
        let moved = offsets().filter(|offset| **offset != 0).count() as u64;
        let furthest = offsets().map(|offset| offset.unsigned_abs()).max().unwrap_or(0);
        Some(match moved {
            0 => "cleanly".to_owned(),
            moved => format!(
                "with {} of {} moved, by up to {}",
                html::grouped(moved),
                html::counted(offsets().count() as u64, "hunk"),
                html::counted(furthest, "line")
            ),
        })
    }

    fn insert_header(&self, patch: &PatchFacts, bytes: &[u8], links: &Links<'_>, context: &mut Context) {
        let status = self.view.content.status(patch);
        context.insert("status", &status.map(|status| StatusRow::new(status, self.view.status_rules)));
        context.insert("subject", &header::subject(&patch.header));
        context.insert("description", &header::description(&patch.header));
        context.insert("fields", &header::rows(&patch.header, self.view.content.first_seen(patch)));
        context.insert("bugs", &bugs::rows(patch, self.view.bug_link));
        let (raw, is_whole) = header::raw(&patch.header, bytes);
        context.insert("raw_header", &raw);
        context.insert("raw_header_is_whole", &is_whole);
        let found = patch.header.findings.iter().map(|finding| Found {
            finding,
            file: None,
            line: finding.line.map(|line| links.line(&patch.path, line)),
        });
        context.insert("findings", &findings::rows(self.view.rules, found));
    }

    /// The hunks of a file, with links to its page.
    fn hunk_rows(
        &self,
        patch: &PatchFacts,
        position: usize,
        file: &FileChange,
        hunks: &[ShownHunk],
        links: &Links<'_>,
    ) -> String {
        let id = file_id(position);
        let series = self.view.series.and_then(|series| Some((series, series.patch(&patch.path)?)));
        let Some(((series, (number, applied)), entry)) = series.zip(links.target(&file.name)) else {
            return hunks::rows(&id, hunks, &Places { link: &|_| None, offset: &|_| 0 });
        };
        let is_last = self.has_its_lines(patch, position, file);
        let lines = FinalLines::new(series, (number, position), applied, entry, hunks, is_last);
        let pages = links.pages(entry, self.view.first_lines);
        let link = |line| pages.line(lines.number(line)?);
        hunks::rows(&id, hunks, &Places { link: &link, offset: &|hunk| lines.offset(hunk) })
    }

    /// Whether the file of the tree is as this diff left it: no later one changes it.
    fn has_its_lines(&self, patch: &PatchFacts, position: usize, file: &FileChange) -> bool {
        let Some(&(last, diff)) = self.last_change.get(&file.name[..]) else { return false };
        let is_in_tree = self.view.content.facts().is_some_and(|facts| facts.is_in_tree());
        is_in_tree && diff == position && self.applied.get(last).is_some_and(|it| it.path == patch.path)
    }
}
