//! Looking after what is stored and published: status, verification, garbage, takedowns, single trees.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::path::PathBuf;

use super::census::{CENSUS, census_key};
use super::checksums::{Checksums, DISAGREEMENTS, LISTINGS, disagreements_key};
use super::copyright::{COPYRIGHTS, facts_key};
use super::output::Output;
use super::overview::{OVERVIEWS, overview_key};
use super::patch_census::{PATCH_CENSUS, patch_census_key};
use super::patches::{self, PATCHES};
use super::plan::Known;
use super::prepare::{self, FOUND, Fragmenters, Outliners, PrepareError, Preparer, SERIES, found_key};
use super::publications::{LISTING, Publications, Unit};
use super::publish::{PublishedFile, Publisher};
use super::reading::SIGNATURES;
use super::{BuildError, read_catalogue, read_releases};
use crate::archive;
use crate::archive::Fetcher;
use crate::fs;
use crate::model::{DebianVersion, Key, PackageName, Sha256, SuiteName, Tree};
use crate::settings::Settings;
use crate::site::sources::SourcesSite;
use crate::site::templates::Templates;
use crate::store::{Bucket, Failure, GcReport, GcRules, Purge, Seen, StateWriter, Store, StoreError, Usage};
use crate::timestamp::Timestamp;

/// Why a command that is no build could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum MaintainError {
    /// As in a build.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The version is in none of the suites and areas.
    #[error("no version {version} of `{package}` in the suites and areas of the settings\n  hint: {hint}")]
    UnknownVersion {
        /// The package.
        package: PackageName,
        /// The version that was asked for.
        version: DebianVersion,
        /// The versions that there are.
        hint: String,
    },
    /// The package cannot be unpacked.
    #[error("{package}={version}: {}: {source}", source.step())]
    Package {
        /// The package.
        package: PackageName,
        /// Its version.
        version: DebianVersion,
        /// What was wrong.
        source: Box<PrepareError>,
    },
}

impl<E: Into<StoreError>> From<E> for MaintainError {
    fn from(error: E) -> Self {
        Self::Build(BuildError::Store(error.into()))
    }
}

/// The tree of a version, from the store or made now.
///
/// # Errors
/// When the archive does not have it, or it cannot be unpacked.
pub fn tree(settings: &Settings, package: &PackageName, version: &DebianVersion) -> Result<Tree, MaintainError> {
    let store = Store::open(&settings.resolve(&settings.cache.dir))?;
    let catalogue = read_catalogue(settings, read_releases(settings, &store)?, &store)?;
    let versions = || catalogue.packages.iter().filter(|it| it.name == *package);
    let record = versions().find(|it| it.version == *version).ok_or_else(|| MaintainError::UnknownVersion {
        package: package.clone(),
        version: version.clone(),
        hint: match versions().map(|it| it.version.to_string()).collect::<Vec<_>>() {
            versions if versions.is_empty() => "there is no such package".to_owned(),
            versions => format!("there is {}", versions.join(", ")),
        },
    })?;
    let pool = rayon::ThreadPoolBuilder::new().build().map_err(BuildError::Threads)?;
    let fetcher =
        Fetcher::new(settings, &settings.resolve(&settings.cache.dir).join("downloads")).map_err(BuildError::Path)?;
    let fragmenters = Fragmenters::new(settings).map_err(BuildError::Language)?;
    let preparer = Preparer::new(&store, &pool, &fetcher, &settings.limits, &fragmenters, None);
    let known = Known::load(&store)?;
    let failed = |source| MaintainError::Package {
        package: package.clone(),
        version: version.clone(),
        source: Box::new(source),
    };
    let files = preparer.checksums(record, &known.weak).map_err(failed)?;
    let (_, tree) = preparer.tree(record, &files).map_err(failed)?;
    Ok(tree)
}

/// What there is.
#[derive(Debug)]
pub struct Status {
    /// The suites that were ever read, by archive and name.
    pub suites: BTreeMap<(String, SuiteName), Seen>,
    /// Published versions.
    pub versions: usize,
    /// Published packages.
    pub packages: usize,
    /// The published folder.
    pub output: PathBuf,
    /// The store's folder.
    pub cache: PathBuf,
    /// The store's results and bytes by kind.
    pub buckets: Vec<(Bucket, Usage)>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// What was taken down.
    pub purges: Vec<Purge>,
}

/// Tells what there is, without reading archives.
///
/// # Errors
/// When the store cannot be read.
pub fn status(settings: &Settings) -> Result<Status, MaintainError> {
    let cache = settings.resolve(&settings.cache.dir);
    let store = Store::open_read_only(&cache)?;
    let (suites, failures, purges) =
        store.state().read(|state| Ok((state.suites()?, state.failures()?, state.purges()?)))?;
    let publications = Publications::load(store.state())?;
    let buckets = store.buckets()?.into_iter().map(|bucket| Ok((bucket, store.size(bucket)?)));
    Ok(Status {
        suites,
        versions: publications.versions().len(),
        packages: publications.of_kind("package").count(),
        output: settings.resolve(&settings.output.dir),
        cache,
        buckets: buckets.collect::<Result<_, StoreError>>()?,
        failures,
        purges,
    })
}

/// How much was verified.
#[derive(Debug, Default)]
pub struct Checked {
    /// Of the store.
    pub stored: Usage,
    /// Of the published folder.
    pub published: Usage,
}

/// Reads everything that is stored and published and compares it with its checksums. With `repair`, what
/// is damaged is thrown away, so that the next build makes it again.
///
/// # Errors
/// When the store cannot be opened or changed; damage is told to `on_problem`.
pub fn check(
    settings: &Settings,
    repair: bool,
    on_problem: &mut dyn FnMut(&dyn Display),
) -> Result<Checked, MaintainError> {
    let store = Store::open(&settings.resolve(&settings.cache.dir))?;
    let mut damages = Vec::new();
    let stored = store.verify(&mut |damage| {
        on_problem(&damage);
        damages.push(damage);
    })?;
    let mut publications = Publications::load(store.state())?;
    let root = settings.resolve(&settings.output.dir);
    let mut published = Usage::default();
    let mut broken = Vec::new();
    for unit in publications.units() {
        let files: Vec<PublishedFile> = store.get(Bucket::Pages, unit.key())?.unwrap_or_default();
        let problems = files.iter().filter_map(|file| problem_of(&root, file)).inspect(|problem| on_problem(problem));
        if problems.count() > 0 {
            broken.push(unit);
        }
        published.count += files.len() as u64;
        published.bytes += files.iter().map(|file| file.length).sum::<u64>();
    }
    if repair {
        damages.into_iter().try_for_each(|damage| store.discard(damage))?;
        if !broken.is_empty() {
            publications.void(store.state(), &broken)?;
        }
    }
    Ok(Checked { stored, published })
}

fn problem_of(root: &std::path::Path, file: &PublishedFile) -> Option<String> {
    let path = root.join(fs::path_of(&file.path));
    let shown = file.path.escape_ascii();
    match fs::checksum(&path) {
        Err(error) => Some(format!("published file {shown}: {}", error.source)),
        Ok((length, _)) if length != file.length => {
            Some(format!("published file {shown} has {length} bytes, not {}", file.length))
        }
        Ok((_, sha256)) if sha256 != file.sha256.0 => {
            Some(format!("published file {shown} has the checksum {}, not {}", Sha256(sha256), file.sha256))
        }
        Ok(_) => None,
    }
}

/// Removes stored results that nothing published needs, when they were not needed for the grace period.
///
/// # Errors
/// When the archives or the store cannot be read, or more than half of the store would go without `force`.
pub fn collect_garbage(settings: &Settings, force: bool) -> Result<GcReport, MaintainError> {
    let store = Store::open(&settings.resolve(&settings.cache.dir))?;
    let releases = read_releases(settings, &store)?;
    let publications = Publications::load(store.state())?;
    let mut live = live_results(settings, &store, &publications)?;
    live.extend(publications.units().iter().map(|unit| (Bucket::Pages, unit.key())));
    live.insert((CENSUS, census_key()));
    live.insert((DISAGREEMENTS, disagreements_key()));
    live.insert((PATCH_CENSUS, patch_census_key()));
    for release in &releases {
        live.insert((SIGNATURES, release.verification_key()));
        live.extend(release.indices.iter().map(|file| (Bucket::Indices, archive::index_key(file))));
    }
    let now = releases.iter().map(|release| release.date).max().unwrap_or(Timestamp(0));
    let rules = GcRules {
        now: now.0,
        grace: i64::from(settings.cache.grace_days) * 24 * 3600,
        largest_share: if force { 100 } else { 50 },
    };
    Ok(store.gc(&|bucket, key| live.contains(&(bucket, key)), &rules)?)
}

/// The trees, the packs and fragments that they point to, and what is said of them. Rows of the table of checksums can be
/// taken away only while the trees and listings are there that they were made from, so those count too.
fn live_results(
    settings: &Settings,
    store: &Store,
    publications: &Publications,
) -> Result<HashSet<(Bucket, Key)>, StoreError> {
    let settings_key = prepare::fragments_settings_key(settings);
    // Without ctags there is none of whose outlines are in use.
    let outliners = Outliners::new(settings).ok().flatten();
    let mut live = HashSet::new();
    for key in publications.trees() {
        live.insert((Bucket::Trees, key));
        let Some(tree): Option<Tree> = store.get(Bucket::Trees, key)? else { continue };
        let fragments = prepare::fragments_keys(settings_key, key, &tree);
        live.insert((COPYRIGHTS, facts_key(key)));
        live.insert((PATCHES, patches::facts_key(key)));
        live.insert((SERIES, prepare::series_key(key)));
        live.insert((OVERVIEWS, overview_key(key, &fragments)));
        let outlines = |&pack: &Key| Some((Bucket::Outlines, outliners.as_ref()?.outlines_key(pack)));
        live.extend(tree.packs.iter().filter_map(outlines));
        live.extend(tree.packs.iter().map(|&pack| (FOUND, found_key(pack))));
        live.extend(tree.packs.into_iter().map(|pack| (Bucket::Packs, pack)));
        live.extend(fragments.into_iter().map(|fragments| (Bucket::Fragments, fragments)));
    }
    let listings = publications.units().into_iter().filter_map(|unit| publications.key_of(&unit, LISTING));
    live.extend(listings.map(|listing| (LISTINGS, listing)));
    Ok(live)
}

/// What a takedown removed.
#[derive(Debug, Default)]
pub struct Purged {
    /// The versions that were published.
    pub versions: Vec<DebianVersion>,
    /// Stored results.
    pub results: usize,
}

/// Removes a package, or one version of it, from the site and the store, now, and notes that it stays
/// excluded. What other packages share with it (an equal tarball) is kept.
/// Stored results that nothing published reaches go with it, whosever they are.
///
/// # Errors
/// When the store or the published folder cannot be changed.
pub fn purge(
    settings: &Settings,
    package: &PackageName,
    version: Option<&DebianVersion>,
    reason: &str,
) -> Result<Purged, MaintainError> {
    let store = Store::open(&settings.resolve(&settings.cache.dir))?;
    let mut publications = Publications::load(store.state())?;
    let concerned = |name: &PackageName, its: &DebianVersion| name == package && version.is_none_or(|only| only == its);
    let versions: Vec<DebianVersion> =
        publications.versions().into_iter().filter(|(name, its)| concerned(name, its)).map(|(_, its)| its).collect();
    let at = store.state().read(|state| state.meta("clock"))?.and_then(|clock| clock.parse().ok()).unwrap_or(0);
    let purge = Purge { package: package.clone(), version: version.cloned(), reason: reason.to_owned(), at };
    // The note comes first: a takedown that is interrupted is finished by the next build.
    store.state().transaction(|state: &StateWriter<'_>| {
        state.record_purge(&purge)?;
        state.set_meta(TAKEDOWN, UNFINISHED)?;
        state.clear_completed_runs()
    })?;
    // The page of the package names versions; when some stay, the next build renews it.
    let is_whole = !publications.versions().iter().any(|(name, its)| name == package && !versions.contains(its));
    let units: Vec<Unit> = versions
        .iter()
        .flat_map(|its| Unit::all_of(package, its).chain([Unit::checksums(package, its)]))
        .chain(is_whole.then(|| Unit::package(package)))
        .chain([Unit::patch_history(package), Unit::census(), Unit::patch_census()])
        .collect();
    remove_published(settings, &store, &mut publications, package, &versions, is_whole)?;
    publications.record(store.state(), Vec::new(), &units)?;
    let results = finish_takedown(settings, &store, &publications)?;
    Ok(Purged { versions, results })
}

/// Where the state says whether the stored results of a takedown are still to be removed.
const TAKEDOWN: &str = "takedown";
const UNFINISHED: &str = "unfinished";

/// Removes the stored results of a takedown, when what it removes is not published any more; gives how many.
pub(super) fn finish_takedown(
    settings: &Settings,
    store: &Store,
    publications: &Publications,
) -> Result<usize, StoreError> {
    if store.state().read(|state| state.meta(TAKEDOWN))?.as_deref() != Some(UNFINISHED) {
        return Ok(0);
    }
    let results = remove_unreached(store, &live_results(settings, store, publications)?)?;
    store.state().transaction(|state| state.set_meta(TAKEDOWN, ""))?;
    Ok(results)
}

/// Removes every stored result of packages that nothing published reaches: what belongs to a package that
/// failed or was excluded before is found no other way. Of others, all of it can be made again.
fn remove_unreached(store: &Store, live: &HashSet<(Bucket, Key)>) -> Result<usize, StoreError> {
    let mut removed = 0;
    let buckets = [
        CENSUS,
        PATCH_CENSUS,
        COPYRIGHTS,
        PATCHES,
        SERIES,
        FOUND,
        LISTINGS,
        OVERVIEWS,
        Bucket::Trees,
        Bucket::Outlines,
        Bucket::Fragments,
        Bucket::Packs,
    ];
    for bucket in buckets {
        for key in store.list(bucket)?.into_iter().filter(|&key| !live.contains(&(bucket, key))) {
            store.remove(bucket, key)?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn remove_published(
    settings: &Settings,
    store: &Store,
    publications: &mut Publications,
    package: &PackageName,
    versions: &[DebianVersion],
    is_whole: bool,
) -> Result<(), BuildError> {
    let root = settings.resolve(&settings.output.dir);
    if !Output::is_ours(&root) {
        return Ok(());
    }
    let output = Output::open(&root)?;
    let site = SourcesSite::new(Templates::load(settings)?, settings)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let publisher = Publisher { output: &output, site: &site, store, pool: &pool };
    let gone: Vec<_> = versions.iter().map(|version| (package.clone(), version.clone())).collect();
    let scratch = settings.resolve(&settings.cache.dir);
    Checksums { publisher, scratch }.take_down(publications, &gone)?;
    // What is told across packages names this one: the next build makes it again without it.
    publisher.remove_unit(&Unit::census())?;
    publisher.remove_unit(&Unit::patch_census())?;
    publisher.remove_unit(&Unit::patch_history(package))?;
    let removed = versions.iter().try_for_each(|version| publisher.remove(package, version));
    removed.and_then(|()| if is_whole { publisher.remove_unit(&Unit::package(package)) } else { Ok(()) })?;
    Ok(())
}
