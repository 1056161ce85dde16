//! What became of the patches of a package: each patch in each version, and every two versions that one comes from one
//! to the other between.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PatchesContent, below_patches, header, shown_name};
use crate::html;
use crate::model::{
    ComparedPatch, DebianVersion, DiffLineKind, InterdiffLine, PackageName, PatchChange, PatchFacts, PatchLife,
    PatchesFacts, SeriesComparison, SuiteName,
};
use crate::site::SiteError;
use crate::site::copyright::listed::Listed;
use crate::site::sources::{Crumb, SourcesSite};
use crate::site::urls::{Address, encoded_component};

/// The most patches in the table of all versions.
const MOST_PATCHES: usize = 2_000;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct HistoryView<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// The versions that are compared, the oldest first.
    pub versions: &'a [HistoryVersion<'a>],
    /// The life of each patch, in the order in which they are shown.
    pub lives: &'a [PatchLife],
    /// Pairs of versions, in the order in which they are shown.
    pub comparisons: &'a [HistoryComparison<'a>],
    /// The suites whose newest versions are compared.
    pub suites: &'a ComparedSuites,
}

/// For pairs of versions, given as positions, the suites whose newest versions they are.
pub type ComparedSuites = BTreeMap<(usize, usize), (Vec<SuiteName>, Vec<SuiteName>)>;

/// A version that is compared.
#[derive(Debug, Clone, Copy)]
pub struct HistoryVersion<'a> {
    /// The version.
    pub version: &'a DebianVersion,
    /// The suites that have it.
    pub suites: &'a [SuiteName],
    /// What may be told of its patches.
    pub content: &'a PatchesContent<'a>,
}

/// Two versions, compared.
#[derive(Debug, Clone)]
pub struct HistoryComparison<'a> {
    /// What became of each patch.
    pub comparison: &'a SeriesComparison,
    /// For each of these, the difference, when it changed and that is shown.
    pub interdiffs: Vec<Option<PatchInterdiff>>,
}

/// In what two versions of a patch differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PatchInterdiff {
    /// The first lines.
    pub lines: Vec<InterdiffLine>,
    /// How many more there are.
    pub left: usize,
}

/// Whether the versions of a package that may be told of have a history: two of them, and a patch in some.
pub fn has_history<'c>(contents: impl Iterator<Item = &'c PatchesContent<'c>>) -> bool {
    let series: Vec<usize> = contents.filter_map(|it| Some(it.facts()?.applied().len())).collect();
    series.len() > 1 && series.iter().any(|&patches| patches > 0)
}

#[derive(Serialize)]
struct VersionColumn<'a> {
    version: &'a str,
    link: String,
    suites: &'a [SuiteName],
    /// Whether some of its patches are not shown.
    is_partial: bool,
}

#[derive(Serialize)]
struct LifeRow {
    name: String,
    subject: Option<String>,
    /// The day since when the archive has it, in whatever form.
    since: String,
    /// One for each version; `None` when it does not have the patch.
    cells: Vec<Option<Cell>>,
}

#[derive(Serialize)]
struct Cell {
    /// `new`, `same` and so on.
    change: &'static str,
    link: Option<String>,
    renamed: bool,
}

#[derive(Serialize)]
struct ComparisonRow<'a> {
    id: String,
    anchor: String,
    old: &'a str,
    new: &'a str,
    /// The suites, when these are the newest versions of some.
    suites: Option<[String; 2]>,
    /// How many patches there are of each change.
    summary: String,
    dropped: Vec<PatchRow>,
    added: Vec<PatchRow>,
    changed: Vec<PatchRow>,
    refreshed: Vec<PatchRow>,
    same: Vec<PatchRow>,
}

#[derive(Serialize)]
struct PatchRow {
    patch: Crumb,
    subject: Option<String>,
    /// Its name in the older version, when that is another one.
    renamed_from: Option<String>,
    difference: Vec<LineRow>,
    lines_left: String,
}

#[derive(Serialize)]
struct LineRow {
    /// `file` for the name of one, otherwise `d` for a line of the older patch and `i` for one of the newer.
    class: &'static str,
    text: String,
}

impl SourcesSite {
    /// The page that tells what became of the patches of a package.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn patch_history(&self, view: &HistoryView<'_>) -> Result<Vec<u8>, SiteError> {
        let here = Address::PatchHistory(view.package);
        let page = HistoryPage::new(self, view, here);
        let mut context = self.context(&here);
        context.insert("package", view.package);
        context.insert("crumbs", &self.package_crumbs(view.package, &here));
        let patches =
            Crumb { name: "Patches".to_owned(), link: self.link(&here, &Address::PatchesPackage(view.package)) };
        context.insert("folders", &[patches]);
        context.insert("current", "History");
        context.insert("versions", &page.columns());
        context.insert("patches", &Listed::new(view.lives, MOST_PATCHES, |life| page.life(life)));
        let comparisons: Vec<ComparisonRow<'_>> = view.comparisons.iter().map(|it| page.comparison(it)).collect();
        context.insert("comparisons", &comparisons);
        self.encoded("patches-history.html", &context)
    }
}

/// The page on its way.
struct HistoryPage<'a> {
    site: &'a SourcesSite,
    view: &'a HistoryView<'a>,
    here: Address<'a>,
    /// The applied patches of each version.
    applied: Vec<Vec<&'a PatchFacts>>,
}

impl<'a> HistoryPage<'a> {
    fn new(site: &'a SourcesSite, view: &'a HistoryView<'a>, here: Address<'a>) -> Self {
        let applied = |it: &HistoryVersion<'a>| it.content.facts().map(PatchesFacts::applied).unwrap_or_default();
        Self { site, view, here, applied: view.versions.iter().map(applied).collect() }
    }

    fn patch(&self, version: usize, at: usize) -> Option<&'a PatchFacts> {
        self.applied.get(version)?.get(at).copied()
    }

    fn link(&self, version: usize, patch: &PatchFacts) -> Option<String> {
        let version = self.view.versions.get(version)?.version;
        let below = below_patches(&patch.path);
        Some(self.site.link(&self.here, &Address::Patch(self.view.package, version, &below)))
    }

    fn columns(&self) -> Vec<VersionColumn<'a>> {
        let column = |it: &HistoryVersion<'a>| VersionColumn {
            version: it.version.as_str(),
            link: self.site.link(&self.here, &Address::PatchesVersion(self.view.package, it.version)),
            suites: it.suites,
            is_partial: it.content.hidden().next().is_some(),
        };
        self.view.versions.iter().map(column).collect()
    }

    fn life(&self, life: &PatchLife) -> LifeRow {
        let last = life.stage(life.last()).and_then(|stage| self.patch(life.last(), stage.patch));
        let cell = |version: usize| {
            if version == life.last() + 1 {
                return Some(Cell { change: name_of(PatchChange::Dropped), link: None, renamed: false });
            }
            let stage = life.stage(version)?;
            let patch = self.patch(version, stage.patch)?;
            let change = stage.change.map_or("there", name_of);
            Some(Cell { change, link: self.link(version, patch), renamed: stage.renamed })
        };
        let stages = life.stages.iter().zip(life.since..);
        let first_seen = stages.filter_map(|(stage, version)| {
            self.view.versions.get(version)?.content.first_seen(self.patch(version, stage.patch)?)
        });
        LifeRow {
            since: first_seen.min().map(|moment| moment.to_string().chars().take(10).collect()).unwrap_or_default(),
            name: last.map(shown_name).unwrap_or_default(),
            subject: last.and_then(|patch| header::subject(&patch.header)),
            cells: (0..self.view.versions.len()).map(cell).collect(),
        }
    }

    fn comparison(&self, it: &'a HistoryComparison<'a>) -> ComparisonRow<'a> {
        let SeriesComparison { old, new, patches } = it.comparison;
        let version = |at: usize| self.view.versions.get(at).map_or("", |it| it.version.as_str());
        let rows = |change: PatchChange| {
            let of_change = patches.iter().zip(&it.interdiffs).filter(|(patch, _)| patch.change == change);
            of_change.filter_map(|(patch, difference)| self.row(it.comparison, patch, difference.as_ref())).collect()
        };
        let joined = |suites: &[SuiteName]| suites.iter().map(SuiteName::as_str).collect::<Vec<_>>().join(", ");
        let id = format!("{}..{}", version(*old), version(*new));
        ComparisonRow {
            anchor: encoded_component(id.as_bytes()),
            id,
            old: version(*old),
            new: version(*new),
            suites: self.view.suites.get(&(*old, *new)).map(|(old, new)| [joined(old), joined(new)]),
            summary: summary(patches),
            dropped: rows(PatchChange::Dropped),
            added: rows(PatchChange::New),
            changed: rows(PatchChange::Changed),
            refreshed: rows(PatchChange::Refreshed),
            same: rows(PatchChange::Same),
        }
    }

    fn row(
        &self,
        comparison: &SeriesComparison,
        compared: &ComparedPatch,
        difference: Option<&PatchInterdiff>,
    ) -> Option<PatchRow> {
        let old = compared.old.and_then(|at| self.patch(comparison.old, at));
        let new = compared.new.and_then(|at| self.patch(comparison.new, at));
        let (version, patch) = new.map(|new| (comparison.new, new)).or(old.map(|old| (comparison.old, old)))?;
        let left = difference.map_or(0, |difference| difference.left);
        Some(PatchRow {
            patch: Crumb { name: shown_name(patch), link: self.link(version, patch)? },
            subject: header::subject(&patch.header),
            renamed_from: old.filter(|_| compared.renamed).map(shown_name),
            difference: difference.map(line_rows).unwrap_or_default(),
            lines_left: if left == 0 { String::new() } else { html::counted(left as u64, "line") },
        })
    }
}

fn line_rows(difference: &PatchInterdiff) -> Vec<LineRow> {
    let mut rows = Vec::with_capacity(difference.lines.len());
    let mut file: Option<&[u8]> = None;
    for line in &difference.lines {
        if file.replace(&line.file) != Some(&line.file) {
            rows.push(LineRow { class: "file", text: html::display_name(&line.file) });
        }
        let sign = |is_plus: bool| if is_plus { '+' } else { '-' };
        let (side, kind) = (sign(line.is_new), sign(line.kind == DiffLineKind::Insert));
        let text = format!("{side}{kind}{}", html::display_line(&line.text));
        rows.push(LineRow { class: if line.is_new { "i" } else { "d" }, text });
    }
    rows
}

/// `1 dropped, 2 new, 12 the same`.
fn summary(patches: &[ComparedPatch]) -> String {
    let order =
        [PatchChange::Dropped, PatchChange::New, PatchChange::Changed, PatchChange::Refreshed, PatchChange::Same];
    let counts = order.into_iter().map(|change| (change, patches.iter().filter(|it| it.change == change).count()));
    let told = counts.filter(|(_, count)| *count > 0);
    let told: Vec<String> =
        told.map(|(change, count)| format!("{} {}", html::grouped(count as u64), name_of(change))).collect();
    if told.is_empty() { "no patches".to_owned() } else { told.join(", ") }
}

fn name_of(change: PatchChange) -> &'static str {
    match change {
        PatchChange::Same => "same",
        PatchChange::Refreshed => "refreshed",
        PatchChange::Changed => "changed",
        PatchChange::New => "new",
        PatchChange::Dropped => "dropped",
    }
}
