//! The page of the complete difference of a version from upstream, and the series as one file.

use std::io::Write as _;

use serde::Serialize;

use super::changes::{self, Beside};
use super::hunks::{self, Places, file_id};
use super::lines::HunkLine;
use super::{Crumb, Links, VersionPatches};
use crate::html;
use crate::model::{ChangeFormat, EntryPath, FileChange, PatchFacts, ShownHunk, ShownPatch, SourcePackage};
use crate::site::SiteError;
use crate::site::copyright::listed::Listed;
use crate::site::page::Encoder;
use crate::site::urls::Address;

/// The most files that are named without their changes.
const MOST_NAMED: usize = 2_000;

/// What the page of a difference shows.
#[derive(Clone, Copy)]
pub struct DifferenceView<'a> {
    /// What it changes, read as a patch.
    pub facts: &'a PatchFacts,
    /// Its hunks.
    pub shown: &'a ShownPatch,
    /// Whether numbers of lines in it are those of the files as they are.
    pub is_exact: bool,
    /// Files that differ and are not in it, with the reason.
    pub left: &'a [(EntryPath, String)],
    /// What the diff of format 1.0 does below debian/.
    pub packaging: &'a [FileChange],
}

/// A file whose changes are not shown.
#[derive(Serialize)]
struct NamedRow {
    name: String,
    link: Option<String>,
    /// Why, or how much is changed.
    what: String,
}

impl VersionPatches<'_> {
    /// The page of the complete difference, at [`Address::PatchesDifference`].
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn difference(&self, view: &DifferenceView<'_>) -> Result<Vec<u8>, SiteError> {
        let SourcePackage { name, version, .. } = self.view.package;
        let here = Address::PatchesDifference(name, version);
        let links = self.links(here);
        let mut context = self.site.context(&here);
        self.site.insert_package(self.view.package, &here, &mut context);
        let series = links.to(&Address::PatchesVersion(name, version));
        context.insert("folders", &[Crumb { name: "Patches".to_owned(), link: series }]);
        context.insert("current", "Complete difference");
        context.insert("raw", "");
        let hunks = |position: usize, file: &FileChange, hunks: &[ShownHunk]| {
            self.difference_rows(view, position, file, hunks, &links)
        };
        let by = |file: &FileChange| self.changed_by(file, &links);
        changes::insert(view.facts, view.shown, &Beside { hunks: &hunks, by: &by }, &links, &mut context);
        let left = Listed::new(view.left, MOST_NAMED, |(path, reason)| NamedRow {
            name: html::display_name(path.as_bytes()),
            link: links.target(path.as_bytes()).map(|entry| links.file(&entry.path).link),
            what: reason.clone(),
        });
        context.insert("left", &left);
        let packaging = Listed::new(view.packaging, MOST_NAMED, |file| NamedRow {
            name: html::display_name(&file.name),
            link: links.target(&file.name).map(|entry| links.file(&entry.path).link),
            what: format!(
                "{} added, {} removed",
                html::counted(file.added, "line"),
                html::counted(file.removed, "line")
            ),
        });
        context.insert("packaging", &packaging);
        let format = self.view.content.facts().map(|facts| &facts.series.format);
        context.insert("is_diff", &(format == Some(&ChangeFormat::Diff)));
        self.site.encoded("patches-difference.html", &context)
    }

    /// The patches of a series one after the other, at [`Address::PatchSeries`]; `patches` are their bytes.
    pub fn series_file<'b>(&self, patches: impl Iterator<Item = &'b [u8]>) -> Vec<u8> {
        let mut encoder = Encoder::new(self.site.layout().encoding);
        let mut write = |bytes: &[u8]| encoder.write_all(bytes).expect("writing to memory does not fail");
        for patch in patches {
            write(patch);
            write(if patch.ends_with(b"\n") || patch.is_empty() { b"" } else { b"\n" });
        }
        encoder.finish()
    }

    fn difference_rows(
        &self,
        view: &DifferenceView<'_>,
        position: usize,
        file: &FileChange,
        hunks: &[ShownHunk],
        links: &Links<'_>,
    ) -> String {
        let id = file_id(position);
        let pages = links.target(&file.name).filter(|_| view.is_exact);
        let pages = pages.map(|entry| links.pages(entry, self.view.first_lines));
        let link = |line: HunkLine| pages.as_ref()?.line(hunks.get(line.hunk as usize)?.new_start + line.position);
        hunks::rows(&id, hunks, &Places { link: &link, offset: &|_| 0 })
    }

    /// The patches of the applied list that change a file.
    fn changed_by(&self, file: &FileChange, links: &Links<'_>) -> Vec<Crumb> {
        let is_in_tree = self.view.content.facts().is_some_and(|facts| facts.is_in_tree());
        let patches = self.applied.iter().filter(|_| is_in_tree);
        let of_file = patches.filter_map(|patch| {
            let position = patch.files.iter().position(|it| it.name == file.name)?;
            let Crumb { name, link } = links.patch(patch);
            Some(Crumb { name, link: format!("{link}#{}", file_id(position)) })
        });
        of_file.collect()
    }
}
