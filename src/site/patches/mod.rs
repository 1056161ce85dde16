//! The patch tracker: what each patch of a version changes, what it says of itself, what became of it upstream.
//!
//! Pages are made by the [`SourcesSite`], whose templates and addresses they share: [`SourcesSite::patches_package`] for
//! the list of versions, [`SourcesSite::patch_history`] for what changed between them, [`SourcesSite::patch_feed`] for what is
//! new, [`SourcesSite::patch_census`] for all packages, [`VersionPatches`] for one version
//! and each of its patches, [`TouchedFiles`] and [`BlamedFiles`] for the notes on pages of files, [`SourcesSite::patches_api_package`]
//! for programs that know Debsources. Callers give the facts
//! and the lines of diffs; nothing here reads a file.

mod api;
mod blame;
mod bugs;
mod census;
mod changes;
mod content;
mod difference;
mod document;
mod feed;
mod header;
mod history;
mod hunks;
mod lines;
mod notes;
mod package;
mod patch;
mod status;
mod version;

#[cfg(test)]
pub(in crate::site) mod tests;

pub use blame::BlamedFiles;
pub use census::PatchCensusView;
pub use content::PatchesContent;
pub use difference::DifferenceView;
pub use feed::has_feed;
pub use history::{ComparedSuites, HistoryComparison, HistoryVersion, HistoryView, PatchInterdiff, has_history};
pub use notes::TouchedFiles;
pub use package::{PatchesPackageView, PatchesVersionSummary};
pub use patch::PatchView;
pub use version::Companions;

use std::collections::HashMap;

use super::sources::{Crumb, SourcesSite, TreeIndex};
use super::urls::Address;
use crate::html;
use crate::model::{
    AppliedSeries, Bug, Entry, EntryKind, EntryPath, PatchFacts, PatchesFacts, Rule, SourcePackage, StatusRule,
};

/// Version of what the pages here look like for the same templates, for keys.
pub const VERSION: u32 = 1;

/// The folder of patches, with a slash at its end.
const FOLDER: &[u8] = b"debian/patches/";

/// What pages of patches show of a version.
#[derive(Clone, Copy)]
pub struct PatchesView<'a> {
    /// The version.
    pub package: &'a SourcePackage,
    /// All that it has.
    pub tree: &'a TreeIndex<'a>,
    /// What may be told.
    pub content: &'a PatchesContent<'a>,
    /// The rules that findings are by.
    pub rules: &'a [Rule],
    /// The rules that states are by.
    pub status_rules: &'a [StatusRule],
    /// The address of a bug, if it has one.
    pub bug_link: &'a dyn Fn(&Bug) -> Option<String>,
    /// What unpacking did with the patches; `None` when it applied none.
    pub series: Option<&'a AppliedSeries>,
    /// The first line of each page of a file.
    pub first_lines: FirstLines<'a>,
}

/// Tells the first line of each page of a file; none when it has no text.
pub type FirstLines<'a> = &'a dyn Fn(&Entry) -> Vec<u32>;

/// Makes the pages of one version's patches.
pub struct VersionPatches<'a> {
    site: &'a SourcesSite,
    view: PatchesView<'a>,
    /// The patches of the list that is applied, in order.
    applied: Vec<&'a PatchFacts>,
    /// For each name of a file, the patch that changes it last, by its position, and the position of the diff in it.
    last_change: HashMap<&'a [u8], (usize, usize)>,
}

impl SourcesSite {
    /// The pages of a version's patches.
    pub fn version_patches<'a>(&'a self, view: PatchesView<'a>) -> VersionPatches<'a> {
        let applied = view.content.facts().map(PatchesFacts::applied).unwrap_or_default();
        let mut last_change = HashMap::new();
        for (at, patch) in applied.iter().enumerate() {
            for (number, file) in patch.files.iter().enumerate() {
                last_change.insert(&file.name[..], (at, number));
            }
        }
        VersionPatches { site: self, view, applied, last_change }
    }
}

impl<'a> VersionPatches<'a> {
    fn links(&self, here: Address<'a>) -> Links<'a> {
        Links { site: self.site, package: self.view.package, tree: self.view.tree, here }
    }
}

/// The address of the page of a patch; `path` is [`below_patches`].
fn address<'a>(package: &'a SourcePackage, path: &'a EntryPath) -> Address<'a> {
    Address::Patch(&package.name, &package.version, path)
}

/// The path of a patch below debian/patches, where its page has its name from.
pub fn below_patches(path: &EntryPath) -> EntryPath {
    let below = path.as_bytes().strip_prefix(FOLDER).and_then(|below| EntryPath::new(below).ok());
    below.unwrap_or_else(|| path.clone())
}

/// The name of a patch as readers see it.
fn shown_name(patch: &PatchFacts) -> String {
    html::display_name(below_patches(&patch.path).as_bytes())
}

/// The pages of a file.
struct FilePages {
    first_lines: Vec<u32>,
    /// The link to each.
    parts: Vec<String>,
}

impl FilePages {
    /// The link to a line; to none when the file is not shown as text.
    fn line(&self, line: u64) -> Option<String> {
        let number = self.first_lines.partition_point(|&first| u64::from(first) <= line);
        let link = self.parts.get(number.checked_sub(1)?)?;
        Some(format!("{link}#L{line}"))
    }
}

/// Links from one page.
#[derive(Clone, Copy)]
struct Links<'a> {
    site: &'a SourcesSite,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    here: Address<'a>,
}

impl Links<'_> {
    fn to(&self, address: &Address<'_>) -> String {
        self.site.link(&self.here, address)
    }

    /// The link to the page of a patch, with its name.
    fn patch(&self, patch: &PatchFacts) -> Crumb {
        let link = self.to(&address(self.package, &below_patches(&patch.path)));
        Crumb { name: shown_name(patch), link }
    }

    /// The link to the page of a file of the tree, which may be excluded.
    fn file(&self, path: &EntryPath) -> Crumb {
        let address = Address::File(&self.package.name, &self.package.version, path);
        Crumb { name: html::display_name(path.as_bytes()), link: self.to(&address) }
    }

    /// The link to a line of a file.
    fn line(&self, path: &EntryPath, line: u32) -> Crumb {
        let Crumb { link, .. } = self.file(path);
        Crumb { name: html::grouped(u64::from(line)), link: format!("{link}#L{line}") }
    }

    /// The links to lines of a file, which may have several pages.
    fn pages(&self, entry: &Entry, first_lines: FirstLines<'_>) -> FilePages {
        let SourcePackage { name, version, .. } = self.package;
        let first_lines = first_lines(entry);
        let part = |number: u32| match number {
            0 => self.to(&Address::File(name, version, &entry.path)),
            number => self.to(&Address::FilePart(name, version, &entry.path, number + 1)),
        };
        let parts = (0..).zip(&first_lines).map(|(number, _)| part(number)).collect();
        FilePages { first_lines, parts }
    }

    /// The link to the bytes of a file.
    fn raw(&self, path: &EntryPath) -> String {
        let SourcePackage { name, version, area, .. } = self.package;
        self.to(&Address::Raw(area, name, version, path))
    }

    /// The file of the tree that a name in a patch means, if it is there.
    fn target(&self, name: &[u8]) -> Option<&Entry> {
        self.tree.entry(name).filter(|entry| matches!(entry.kind, EntryKind::File { .. }))
    }
}
