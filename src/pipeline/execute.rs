//! Making and publishing what the plan says, version by version, on all threads.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::BuildError;
use super::checksums::{self, LISTINGS, Listing};
use super::documents::Bill;
use super::excludes::Excludes;
use super::overview::overview;
use super::patches::{self, VersionPatches};
use super::plan::{PlannedVersion, Planner, Standing};
use super::prepare::{PrepareError, Preparer};
use super::progress::Progress;
use super::publications::{Inputs, LISTING, Publications, Unit};
use super::publish::{PublishError, Publisher, VersionNotes};
use super::views::{VersionFacts, absence, origin};
use super::{copyright, licences};
use crate::analyse::packaging;
use crate::model::{AppliedSeries, EntryPath, Key, Overview, PackageName, PatchId, Sha256, SourceFile, SourcePackage};
use crate::site::copyright::VersionLicences;
use crate::site::patches::{BlamedFiles, PatchesContent, TouchedFiles};
use crate::site::sources::TreeIndex;
use crate::site::sources::views::{VersionContent, VersionView};
use crate::store::{FailedStep, Failure, Store, StoreError};
use crate::timestamp::Timestamp;

/// Times that a version is tried when the store turns out to be damaged.
const ATTEMPTS: u32 = 3;

/// How often finished units are recorded while a long run goes on.
const CHECKPOINT: Duration = Duration::from_secs(60);

/// First delay before a failed version is tried again, and the longest.
const FIRST_RETRY: i64 = 6 * 3600;
const LAST_RETRY: i64 = 14 * 24 * 3600;

/// Everything that publishing versions needs.
pub(super) struct Executor<'a> {
    pub(super) planner: &'a Planner<'a>,
    pub(super) excludes: &'a Excludes,
    pub(super) weak: &'a HashMap<Key, Sha256>,
    pub(super) preparer: &'a Preparer<'a>,
    pub(super) publisher: Publisher<'a>,
    pub(super) store: &'a Store,
    pub(super) progress: &'a Progress,
    pub(super) facts: VersionFacts<'a>,
}

/// What was made of one version.
#[derive(Debug, Default)]
struct Made {
    units: Vec<(Unit, Inputs)>,
    /// What its rows in the table of checksums are made from, when they have changed.
    checksums: Option<Inputs>,
    /// The SHA-256 of each of its files.
    files: Option<Vec<Sha256>>,
    /// Its patches that the state does not know.
    new_patches: Vec<PatchId>,
}

/// What a version's pages are made from.
struct Contents<'c> {
    key: Key,
    sources: &'c [(&'c SourceFile, Sha256)],
    tree: &'c TreeIndex<'c>,
    overview: &'c Overview,
    licences: VersionLicences<'c>,
    patches: &'c PatchesContent<'c>,
    series: Option<&'c AppliedSeries>,
    view: &'c VersionView<'c>,
}

/// What is known now of a planned version.
#[derive(Debug)]
pub(super) struct Known {
    /// Its position in the plan.
    pub(super) at: usize,
    /// How it stands.
    pub(super) standing: Standing,
    /// The SHA-256 of each of its files; `None` when they were not asked for.
    pub(super) files: Option<Vec<Sha256>>,
}

/// What became of the planned versions.
#[derive(Debug, Default)]
pub(super) struct Executed {
    /// What is known of those that were due.
    pub(super) known: Vec<Known>,
    /// Units made since the last checkpoint, and units that are gone.
    made: Vec<(Unit, Inputs)>,
    gone: Vec<Unit>,
    /// Patches that are told of for the first time, since then too.
    new_patches: Vec<(PackageName, PatchId)>,
    /// Versions whose rows in the table of checksums are to be brought into it.
    pub(super) checksums: Vec<checksums::Added>,
    /// Versions published.
    pub(super) published: u64,
}

/// Why a version was not published.
enum AttemptError {
    /// It is the version's fault, or its source's.
    Failed { step: &'static str, reason: String, transient: bool },
    /// Nothing can be published.
    Fatal(BuildError),
    /// Something stored was lost; it is made again.
    Again(Option<crate::store::Damage>),
}

impl From<PrepareError> for AttemptError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Store(error) => error.into(),
            error => Self::Failed { step: error.step(), transient: error.is_transient(), reason: one_line(&error) },
        }
    }
}

impl From<PublishError> for AttemptError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => error.into(),
            PublishError::Vanished(..) => Self::Again(None),
            error => Self::Fatal(error.into()),
        }
    }
}

impl From<StoreError> for AttemptError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(damage) => Self::Again(Some(damage)),
            error => Self::Fatal(error.into()),
        }
    }
}

fn one_line(error: &dyn std::error::Error) -> String {
    error.to_string().split('\n').map(str::trim).collect::<Vec<_>>().join("; ")
}

impl<'a> Executor<'a> {
    /// Publishes all versions that are due, the largest first, and records what was made.
    pub(super) fn run(
        &self,
        plan: &[PlannedVersion<'a>],
        publications: &mut Publications,
    ) -> Result<Executed, BuildError> {
        let mut due: Vec<usize> = (0..plan.len()).filter(|&at| plan[at].is_due()).collect();
        due.sort_by_key(|&at| std::cmp::Reverse(plan[at].package.size()));
        self.progress.begin(due.iter().map(|&at| plan[at].package.size()).sum());
        let queue = Mutex::new(due.into_iter());
        let shared = Mutex::new((Executed::default(), publications, Instant::now()));
        let error = Mutex::new(None);
        // One loop on each thread; what a loop spawns is never a version, so a thread that helps out while it
        // waits comes back soon, and never to a key that it holds itself.
        let next = || lock(&queue).next();
        self.publisher.pool.broadcast(|_| {
            while let Some(at) = next() {
                if lock(&error).is_some() {
                    break;
                }
                if let Err(failed) = self.publish(at, &plan[at], &shared) {
                    lock(&error).get_or_insert(failed);
                }
            }
        });
        self.progress.end();
        let (mut executed, publications, _) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        self.checkpoint(&mut executed, publications)?;
        Ok(executed)
    }

    fn publish(
        &self,
        at: usize,
        planned: &PlannedVersion<'a>,
        shared: &Mutex<(Executed, &mut Publications, Instant)>,
    ) -> Result<(), BuildError> {
        let id = planned.package.id();
        self.progress.working_on(&id);
        let (standing, made) = self.attempt_until_stored(planned)?;
        let told = match &standing {
            Standing::Shown => "published".to_owned(),
            Standing::Excluded(reason) => format!("not shown: {reason}"),
            Standing::Failed(failure) => format!("failed: {}: {}", failure.step, failure.reason),
        };
        self.progress.advance(planned.package.size(), &id, &told);
        let mut shared = lock(shared);
        let (executed, publications, last_checkpoint) = &mut *shared;
        if !matches!(standing, Standing::Shown) {
            let SourcePackage { name, version, .. } = planned.package;
            executed.gone.extend(Unit::contents(name, version));
        }
        executed.published += u64::from(matches!(standing, Standing::Shown));
        executed.made.extend(made.units);
        executed.new_patches.extend(made.new_patches.into_iter().map(|id| (planned.package.name.clone(), id)));
        let SourcePackage { name, version, .. } = planned.package;
        executed.checksums.extend(made.checksums.map(|inputs| (name.clone(), version.clone(), inputs)));
        executed.known.push(Known { at, standing, files: made.files });
        if last_checkpoint.elapsed() > CHECKPOINT {
            self.checkpoint(executed, publications)?;
            *last_checkpoint = Instant::now();
        }
        Ok(())
    }

    /// Brings to the disk what was written, then records it.
    fn checkpoint(&self, executed: &mut Executed, publications: &mut Publications) -> Result<(), BuildError> {
        let (made, gone) = (std::mem::take(&mut executed.made), std::mem::take(&mut executed.gone));
        let new_patches = std::mem::take(&mut executed.new_patches);
        if made.is_empty() && gone.is_empty() && new_patches.is_empty() {
            return Ok(());
        }
        self.store.sync()?;
        self.publisher.output.sync()?;
        // Pages that tell since when a patch is there count only once the state tells it too.
        self.store.state().transaction(|state| {
            new_patches.iter().try_for_each(|(package, id)| state.see_patch(package, *id, self.planner.now))
        })?;
        Ok(publications.record(self.store.state(), made, &gone)?)
    }

    fn attempt_until_stored(&self, planned: &PlannedVersion<'a>) -> Result<(Standing, Made), BuildError> {
        for _ in 0..ATTEMPTS {
            let attempt = panic::catch_unwind(AssertUnwindSafe(|| self.attempt(planned)));
            let (step, reason, transient) = match attempt {
                Ok(Ok(made)) => {
                    self.forget_failure(planned)?;
                    return Ok((planned.standing.clone(), made));
                }
                Ok(Err(AttemptError::Again(damage))) => {
                    damage.map_or(Ok(()), |damage| self.store.discard(damage))?;
                    continue;
                }
                Ok(Err(AttemptError::Fatal(error))) => return Err(error),
                Ok(Err(AttemptError::Failed { step, reason, transient })) => (step, reason, transient),
                Err(_) => {
                    ("internal", "debpress met something that it did not expect; please report it".to_owned(), false)
                }
            };
            return self.failed(planned, step, &reason, transient);
        }
        let reason = "the cache was damaged again and again while it was used";
        self.failed(planned, "store", reason, true)
    }

    /// Makes and publishes one version; what was published stays when it fails.
    fn attempt(&self, planned: &PlannedVersion<'a>) -> Result<Made, AttemptError> {
        let package = planned.package;
        if let Some(absence) = absence(&planned.standing) {
            self.publisher.notice(&self.facts.of(package).view(VersionContent::Absent(absence.as_view())))?;
            return Ok(Made { units: vec![self.version_unit(package, &planned.standing, None)], ..Made::default() });
        }
        let sources = self.preparer.checksums(package, self.weak)?;
        let (key, tree) = self.preparer.tree(package, &sources)?;
        let excludes = self.excludes.files(&package.name, &package.version);
        let excluded = |path: &EntryPath| excludes.reason(path);
        let tree = TreeIndex::new(&tree, excluded);
        let mut overview = overview(self.store, self.preparer, key, tree.tree())?;
        let is_excluded = |path: &&str| tree.entry(path.as_bytes()).is_some_and(|it| tree.excluded(it).is_some());
        packaging::FILES
            .iter()
            .filter(|path| is_excluded(path))
            .for_each(|path| packaging::forget(path, &mut overview.packaging));
        let copyright = copyright::facts(self.store, key, &tree)?;
        let copyright = copyright::content(&copyright, &tree);
        let patches = patches::facts(self.store, key, package, tree.tree())?;
        let known = self.store.state().read(|state| state.patches(&package.name)).map_err(StoreError::from)?;
        let now = self.planner.now;
        let first_seen = |id: PatchId| Some(Timestamp(known.get(&id).copied().unwrap_or(now)));
        let patches = patches::content(patches, package, &excluded, &first_seen);
        let shown = patches.facts().map_or(&[][..], |facts| &facts.patches);
        let ids = shown.iter().filter_map(|patch| Some(patch.ids?.hunks));
        let new_patches = ids.filter(|id| !known.contains_key(id)).collect();
        let renews_patches = planned.patches.is_some() || planned.pages.is_some();
        let series = match renews_patches {
            true => self.preparer.series(package, &sources, key, tree.tree())?,
            false => None,
        };
        let renews_licences = planned.copyright.is_some() || planned.pages.is_some();
        let found = if renews_licences { licences::found(self.store, self.preparer, &tree)? } else { Vec::new() };
        let files = licences::compared(copyright, &found);
        let licences = VersionLicences { content: copyright, files: &files };
        let row = self.facts.of(package);
        let readme = self.publisher.readme(&tree, None)?;
        let symbols = self.publisher.symbol_count(&tree, self.preparer)?;
        let content = VersionContent::Tree {
            tree: &tree,
            overview: &overview,
            copyright,
            patches: &patches,
            symbols,
            readme: readme.as_ref(),
        };
        let contents = Contents {
            key,
            sources: &sources,
            tree: &tree,
            overview: &overview,
            licences,
            patches: &patches,
            series: series.as_ref(),
            view: &row.view(content),
        };
        Ok(Made { new_patches, ..self.publish_due(planned, &contents)? })
    }

    /// Publishes what is due of a version, that first which others link to.
    fn publish_due(&self, planned: &PlannedVersion<'a>, contents: &Contents<'_>) -> Result<Made, AttemptError> {
        let package = planned.package;
        let SourcePackage { name, version, .. } = package;
        let &Contents { key, sources, tree, overview, licences, patches, series, view } = contents;
        let mut units = Vec::new();
        let checksums = planned.checksums.is_some().then(|| self.planner.checksums_inputs(package, key));
        if let Some(listing) = checksums.as_ref().and_then(|inputs| inputs.key_of(LISTING)) {
            self.store.put(LISTINGS, listing, &Listing::new(tree, licences.content))?;
        }
        if planned.raw.is_some() {
            self.publisher.raw(package, tree)?;
            units.push((Unit::raw(name, version), self.planner.raw_inputs(package, key)));
        }
        if planned.copyright.is_some() {
            let origin = origin(self.facts.settings, package);
            let identity = self.planner.bill_key(package, key);
            let bill = Bill { package, sources, tree, overview, licences, origin: &origin, identity };
            self.publisher.copyright(&bill)?;
            units.push((Unit::copyright(name, version), self.planner.copyright_inputs(package, key)));
        }
        if planned.patches.is_some() {
            let excludes = self.excludes.files(name, version);
            let excluded = |path: &EntryPath| excludes.reason(path);
            let version_patches = VersionPatches { package, tree, content: patches, series, excluded: &excluded };
            self.publisher.patches(key, &version_patches, self.preparer)?;
            units.push((Unit::patches(name, version), self.planner.patches_inputs(package, key)));
        }
        if planned.pages.is_some() {
            let (touched, blamed) = (TouchedFiles::new(patches), BlamedFiles::new(patches, series));
            let notes = VersionNotes { licences, touched: &touched, blamed: &blamed };
            self.publisher.pages(view, (key, tree), notes, self.preparer)?;
            units.push((Unit::pages(name, version), self.planner.pages_inputs(package, key)));
        } else if !planned.keeps_version_page {
            self.publisher.version_page(view)?;
        }
        units.extend((!planned.keeps_version_page).then(|| self.version_unit(package, &planned.standing, Some(key))));
        Ok(Made {
            units,
            checksums,
            new_patches: Vec::new(),
            files: Some(sources.iter().map(|(_, sha256)| *sha256).collect()),
        })
    }

    fn version_unit(&self, package: &SourcePackage, standing: &Standing, tree: Option<Key>) -> (Unit, Inputs) {
        let inputs = self.planner.index_inputs(package, standing, tree);
        (Unit::version(&package.name, &package.version), inputs)
    }

    fn forget_failure(&self, planned: &PlannedVersion<'_>) -> Result<(), BuildError> {
        let SourcePackage { name, version, .. } = planned.package;
        let state = self.store.state();
        if matches!(planned.standing, Standing::Shown) && state.read(|state| state.failure(name, version))?.is_some() {
            state.transaction(|state| state.clear_failure(name, version))?;
        }
        Ok(())
    }

    /// Records a failure and publishes the page that tells it.
    fn failed(
        &self,
        planned: &PlannedVersion<'a>,
        step: &'static str,
        reason: &str,
        transient: bool,
    ) -> Result<(Standing, Made), BuildError> {
        let package = planned.package;
        let failed = FailedStep {
            package: &package.name,
            version: &package.version,
            inputs: self.planner.attempt_key(package, planned.files.as_deref()),
            step,
            reason,
        };
        let delay = |attempts| if transient { 0 } else { retry_delay(attempts) };
        let record = |state: &crate::store::StateWriter<'_>| state.record_failure(failed, self.planner.now, delay);
        let failure: Failure = self.store.state().transaction(record)?;
        let standing = Standing::Failed(failure);
        if let Some(absence) = absence(&standing) {
            self.publisher.notice(&self.facts.of(package).view(VersionContent::Absent(absence.as_view())))?;
        }
        let unit = self.version_unit(package, &standing, None);
        Ok((standing, Made { units: vec![unit], ..Made::default() }))
    }
}

/// 6 hours after the first attempt, twice as long after each further one, 14 days at most.
fn retry_delay(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    (FIRST_RETRY << doublings).min(LAST_RETRY)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_retried_ever_more_rarely() {
        assert_eq!([1, 2, 3, 50].map(retry_delay), [21_600, 43_200, 86_400, 1_209_600]);
    }
}
