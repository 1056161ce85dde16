//! What became of the patches of each package from version to version: one page a package that has at least two, and a feed
//! of its patches.
//!
//! A package is compared again only when its [inputs](Planner::package_inputs) change, and then its neighbouring versions
//! are, and those that its suites have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::excludes::FileExcludes;
use super::patches::{self, patch_bytes};
use super::plan::{PlannedVersion, Planner};
use super::publications::{Publications, Unit};
use super::publish::Publisher;
use super::views::suites_of;
use super::{BuildError, package_pages};
use crate::analyse::patches::diff::{PatchVersion, interdiff};
use crate::analyse::patches::history;
use crate::html;
use crate::model::{
    EntryPath, InterdiffLine, Key, PackageName, PatchChange, PatchFacts, PatchId, PatchesFacts, SeriesComparison,
    SourcePackage, SuiteName, Tree,
};
use crate::site::patches::{
    ComparedSuites, HistoryComparison, HistoryVersion, HistoryView, PatchInterdiff, PatchesContent, below_patches,
    has_feed, has_history,
};
use crate::site::sources::TreeIndex;
use crate::site::urls::Address;
use crate::store::{Bucket, Store, StoreError};
use crate::timestamp::Timestamp;

/// The most lines of the difference of two patches that are shown.
const MOST_LINES: usize = 400;

/// The most lines of differences on one page; those of further patches are left out.
const MOST_LINES_ON_PAGE: usize = 10_000;

/// Keeps the pages up to date.
pub(super) struct PatchHistories<'a> {
    pub(super) planner: &'a Planner<'a>,
    pub(super) publisher: Publisher<'a>,
    pub(super) store: &'a Store,
}

/// A version of which something may be told.
struct Version<'p, 'a> {
    package: &'a SourcePackage,
    tree: Key,
    suites: Vec<SuiteName>,
    excludes: FileExcludes<'p>,
    content: PatchesContent<'p>,
}

impl PatchHistories<'_> {
    /// Publishes page and feed of every package whose versions changed.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn update(
        &self,
        plan: &[PlannedVersion<'_>],
        publications: &mut Publications,
    ) -> Result<(), BuildError> {
        package_pages::renew(plan, self.planner, publications, self.store, Unit::patch_history, |due, _| {
            let pool = self.publisher.pool;
            pool.install(|| due.par_iter().try_for_each(|due| self.package(due.name, &due.versions)))
        })
    }

    /// Publishes page and feed of a package, as far as there is something to tell. Versions are compared from the oldest on.
    fn package(&self, name: &PackageName, planned: &[&PlannedVersion<'_>]) -> Result<(), BuildError> {
        let first_seen = self.store.state().read(|state| state.patches(name))?;
        let mut versions = Vec::with_capacity(planned.len());
        for planned in planned.iter().rev() {
            versions.extend(self.version(planned, &first_seen)?);
        }
        let contents = || versions.iter().map(|version| &version.content);
        let (has_history, has_feed) = (has_history(contents()), has_feed(contents()));
        // A patch that is excluded in one version is not told of by way of another.
        let hidden: BTreeSet<EntryPath> = contents().flat_map(PatchesContent::hidden).cloned().collect();
        versions.iter_mut().for_each(|it| it.content.hide(&hidden));
        let shown: Vec<HistoryVersion<'_>> = versions
            .iter()
            .map(|it| HistoryVersion { version: &it.package.version, suites: &it.suites, content: &it.content })
            .collect();
        let site = self.publisher.site;
        let mut files = Vec::new();
        if has_history {
            files.push((Address::PatchHistory(name).output_path(site.layout()), self.page(name, &versions, &shown)?));
        }
        if has_feed {
            files.push((Address::PatchFeed(name).output_path(site.layout()), site.patch_feed(name, &shown)));
        }
        Ok(self.publisher.files(&Unit::patch_history(name), &files)?)
    }

    /// A version as far as it may be told of; `None` when its list of patches is not known or excluded.
    fn version<'p, 'a>(
        &'p self,
        planned: &PlannedVersion<'a>,
        first_seen: &HashMap<PatchId, i64>,
    ) -> Result<Option<Version<'p, 'a>>, BuildError> {
        let package = planned.package;
        let Some(tree) = self.planner.tree_of(planned) else { return Ok(None) };
        let Some(facts) = patches::of_stored(self.store, tree, package)? else { return Ok(None) };
        let excludes = self.planner.excludes.files(&package.name, &package.version);
        let first_seen = |id: PatchId| Some(Timestamp(*first_seen.get(&id)?));
        let content = patches::content(facts, package, &|path| excludes.reason(path), &first_seen);
        if content.facts().is_none() {
            return Ok(None);
        }
        let suites = suites_of(self.planner.catalogue, package);
        Ok(Some(Version { package, tree, suites, excludes, content }))
    }

    fn page(
        &self,
        name: &PackageName,
        versions: &[Version<'_, '_>],
        shown: &[HistoryVersion<'_>],
    ) -> Result<Vec<u8>, BuildError> {
        let names: Vec<Vec<String>> =
            versions.iter().map(|it| applied(&it.content).into_iter().map(name_of).collect()).collect();
        let series: Vec<Vec<PatchVersion<'_>>> = versions
            .iter()
            .zip(&names)
            .map(|(version, names)| {
                let patches = applied(&version.content).into_iter().zip(names);
                patches.map(|(patch, name)| PatchVersion { name, ids: patch.ids }).collect()
            })
            .collect();
        let neighbours = history::neighbours(&series);
        let lives = history::lives(series.first().map_or(0, Vec::len), &neighbours);
        let far = pairs_of_suites(versions).into_keys().filter(|(old, new)| old + 1 != *new);
        let far: Vec<SeriesComparison> = far.map(|(old, new)| history::compare(&series, old, new)).collect();
        let mut interdiffs = Interdiffs { store: self.store, versions, lines_left: MOST_LINES_ON_PAGE };
        let mut comparisons = Vec::with_capacity(neighbours.len() + far.len());
        for comparison in neighbours.iter().chain(&far).rev() {
            comparisons.push(HistoryComparison { comparison, interdiffs: interdiffs.of(comparison)? });
        }
        comparisons.sort_by_key(|it| std::cmp::Reverse((it.comparison.new, it.comparison.old)));
        let view = HistoryView {
            package: name,
            versions: shown,
            lives: &lives,
            comparisons: &comparisons,
            suites: &pairs_of_suites(versions),
        };
        Ok(self.publisher.site.patch_history(&view)?)
    }
}

/// The applied patches of a version.
fn applied<'c>(content: &'c PatchesContent<'_>) -> Vec<&'c PatchFacts> {
    content.facts().map(PatchesFacts::applied).unwrap_or_default()
}

/// What a patch is found again by.
fn name_of(patch: &PatchFacts) -> String {
    html::display_name(below_patches(&patch.path).as_bytes())
}

/// The pairs of versions, as positions, that one comes from a suite to the next with, and the suites' names. A suite
/// stands for the newest version that it has, and suites are in the order of those; the last pair leads from the first
/// suite to the last.
fn pairs_of_suites(versions: &[Version<'_, '_>]) -> ComparedSuites {
    let mut newest: BTreeMap<&SuiteName, usize> = BTreeMap::new();
    for (at, version) in versions.iter().enumerate() {
        newest.extend(version.suites.iter().map(|suite| (suite, at)));
    }
    let mut groups: BTreeMap<usize, Vec<SuiteName>> = BTreeMap::new();
    for (suite, at) in newest {
        groups.entry(at).or_default().push(suite.clone());
    }
    let groups: Vec<(usize, Vec<SuiteName>)> = groups.into_iter().collect();
    let ends = groups.first().zip(groups.last()).filter(|(first, last)| first.0 != last.0);
    let pairs = groups.windows(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?))).chain(ends);
    pairs.map(|(old, new)| ((old.0, new.0), (old.1.clone(), new.1.clone()))).collect()
}

/// Makes the differences of patches that changed.
struct Interdiffs<'a> {
    store: &'a Store,
    versions: &'a [Version<'a, 'a>],
    lines_left: usize,
}

impl Interdiffs<'_> {
    /// For each patch of a comparison the difference, when it changed.
    fn of(&mut self, comparison: &SeriesComparison) -> Result<Vec<Option<PatchInterdiff>>, BuildError> {
        let mut made: Vec<Option<PatchInterdiff>> = comparison.patches.iter().map(|_| None).collect();
        let is_changed = |change| change == PatchChange::Changed;
        let (Some(old), Some(new)) = (self.versions.get(comparison.old), self.versions.get(comparison.new)) else {
            return Ok(made);
        };
        if self.lines_left == 0 || !comparison.patches.iter().any(|it| is_changed(it.change)) {
            return Ok(made);
        }
        let (Some(old_tree), Some(new_tree)) = (self.tree(old)?, self.tree(new)?) else { return Ok(made) };
        let old_tree = TreeIndex::new(&old_tree, |path| old.excludes.reason(path));
        let new_tree = TreeIndex::new(&new_tree, |path| new.excludes.reason(path));
        let (old, new) = (applied(&old.content), applied(&new.content));
        for (patch, made) in comparison.patches.iter().zip(&mut made).filter(|(it, _)| is_changed(it.change)) {
            let before = patch.old.and_then(|at| old.get(at));
            let after = patch.new.and_then(|at| new.get(at));
            let (Some(before), Some(after)) = (before, after) else { continue };
            let before = patch_bytes(self.store, &old_tree, &before.path)?;
            let after = patch_bytes(self.store, &new_tree, &after.path)?;
            let (Some((before, _)), Some((after, _))) = (before, after) else { continue };
            *made = Some(self.shown(interdiff(&before, &after)));
        }
        Ok(made)
    }

    fn tree(&self, version: &Version<'_, '_>) -> Result<Option<Tree>, StoreError> {
        self.store.get(Bucket::Trees, version.tree)
    }

    fn shown(&mut self, mut lines: Vec<InterdiffLine>) -> PatchInterdiff {
        let shown = lines.len().min(MOST_LINES).min(self.lines_left);
        let left = lines.len() - shown;
        lines.truncate(shown);
        self.lines_left -= shown;
        PatchInterdiff { lines, left }
    }
}
