//! The flow of a run, from the archives to the published folder: [`build`].
//!
//! The stages run one after the other, each parallel inside: [`plan`] decides from checksums what is
//! missing, [`prepare`] makes what is missing in the store, [`publish`] makes files of it. May use all
//! rooms but `cli`.

mod census;
pub mod checksums;
mod copyright;
mod difference;
mod documents;
pub mod excludes;
mod execute;
mod licences;
pub mod maintain;
pub mod output;
mod overview;
mod package_pages;
mod patch_census;
mod patch_history;
mod patches;
pub mod plan;
pub mod prepare;
pub mod progress;
pub mod publications;
pub mod publish;
mod reading;
mod removal;
pub mod report;
mod run_key;
mod sitewide;
mod statistics;
mod symbols;
pub mod version_rows;
mod views;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::archive::{ArchiveError, Catalogue, Fetcher};
use crate::model::{DebianVersion, Key, PackageName, SourcePackage};
use crate::settings::Settings;
use crate::site::SiteError;
use crate::site::sources::SourcesSite;
use crate::site::templates::Templates;
use crate::store::{StateError, Store, StoreError};
use crate::timestamp::Timestamp;

use census::Census;
use checksums::Checksums;
use excludes::ExcludeError;
use execute::Executor;
use output::{Output, OutputError};
use patch_census::PatchCensus;
use patch_history::PatchHistories;
use plan::{Known, PlannedVersion, Planner, Presentation, TooManyGone};
use prepare::{Fragmenters, Outliners, Preparer};
use progress::Progress;
use publish::{PublishError, Publisher};
use removal::{emptied_packages, gone_versions, not_shown, remove_packages, remove_versions, units_to_change};
use report::{FailureReport, Outcome, Report, Stopwatch, Versions};
use run_key::{is_done, limits_key, raw_names_key, run_key};
use sitewide::Sitewide;
use views::VersionFacts;

pub use reading::{read_catalogue, read_excludes, read_releases};

/// How a run differs from the plain nightly one.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// Only these packages; empty: all. The others stay as they are.
    pub only: Vec<PackageName>,
    /// Only these sites of each version; none: all. What there is of the others stays as it is, but lists across packages
    /// are brought up to date.
    pub sites: BTreeSet<plan::Site>,
    /// Threads that work; absent: one for each core.
    pub jobs: Option<usize>,
    /// The archive's clock; absent: the newest `Date` of the Release files.
    pub now: Option<Timestamp>,
    /// Whether to change nothing and say what would be done.
    pub dry_run: bool,
    /// The package, or `package=version`, to tell about; implies a dry run.
    pub explain: Option<String>,
    /// Whether the guard against removing much is off.
    pub force_remove: bool,
}

impl BuildOptions {
    /// The sites that the run is restricted to; none when it makes all.
    fn restriction(&self) -> BTreeSet<plan::Site> {
        if plan::Site::ALL.iter().all(|site| self.sites.contains(site)) { BTreeSet::new() } else { self.sites.clone() }
    }
}

/// Why a run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// An archive cannot be read or believed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The published folder cannot be used.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// An `[[exclude]]` rule is wrong.
    #[error(transparent)]
    Exclude(#[from] ExcludeError),
    /// A `[[language]]` rule is wrong.
    #[error("[[language]]: {0}")]
    Language(#[from] crate::analyse::lexer::OverrideError),
    /// A template is wrong.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// Something could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// More would be removed than is likely to be meant.
    #[error(transparent)]
    TooManyGone(#[from] TooManyGone),
    /// A package of `--only` or `--explain` is in no archive.
    #[error("no package `{0}` in the suites and areas of the settings")]
    UnknownPackage(String),
    /// The threads could not be started.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The report could not be written.
    #[error(transparent)]
    Path(#[from] crate::fs::PathError),
}

impl From<StateError> for BuildError {
    fn from(error: StateError) -> Self {
        Self::Store(error.into())
    }
}

/// Brings the site up to date with its archives. When a source file was not there that an index lists, and the
/// archives have changed since the run began, that is done once more: the pool is newer than the index was.
///
/// # Errors
/// See [`BuildError`]. Single packages that fail are no error but part of the report.
pub fn build(settings: &Settings, options: &BuildOptions, progress: &Progress) -> Result<Report, BuildError> {
    match build_once(settings, options, progress)? {
        (report, false) => Ok(report),
        (report, true) => {
            progress.note("The archive changed while it was read; reading it again.");
            let report = build_once(settings, options, progress)?.0.after(report);
            write_report(settings, &report)?;
            Ok(report)
        }
    }
}

/// One run, and whether the archives have changed under it.
fn build_once(settings: &Settings, options: &BuildOptions, progress: &Progress) -> Result<(Report, bool), BuildError> {
    let mut watch = Stopwatch::start();
    let site = SourcesSite::new(Templates::load(settings)?, settings)?;
    let store = Store::open(&settings.resolve(&settings.cache.dir))?;
    let root = settings.resolve(&settings.output.dir);

    // 1. What the archives say, by their signed Release files alone.
    let releases = read_releases(settings, &store)?;
    let clock =
        options.now.unwrap_or_else(|| releases.iter().map(|release| release.date).max().unwrap_or(Timestamp(0)));
    let excludes = read_excludes(settings, &store)?;
    let (outliners, without_symbols) = find_outliners(settings);
    let run = run_key(settings, options, &site, outliners.as_ref(), &releases, &store)?;
    watch.lap("release files");

    // 2. A run that read exactly this before has left nothing to do.
    if !options.dry_run && Output::is_ours(&root) && is_done(&store, run, clock)? {
        return Ok((nothing_to_do(&store, clock, watch)?, false));
    }

    // 3. All package versions; an index whose checksum is known is not read again.
    let catalogue = read_catalogue(settings, releases, &store)?;
    watch.lap("indices");

    // 4. What is missing: wanted minus published.
    let mut known = Known::load(&store)?;
    if !Output::is_ours(&root) && !options.dry_run {
        known.publications.clear(store.state())?;
    }
    let planner = Planner {
        settings,
        catalogue: &catalogue,
        excludes: &excludes,
        presentation: Presentation {
            pages: site.key(),
            raw_names: raw_names_key(settings),
            fragments: prepare::fragments_settings_key(settings),
            outlines: outliners.as_ref().map(Outliners::key),
            bills: documents::rules_key(settings),
        },
        limits: limits_key(settings),
        sites: options.restriction(),
        now: clock.0,
    };
    let mut plan = plan_versions(&planner, options, &known)?;
    checksums::require_listings(&mut plan, &checksums::table_inputs(&site), &known.publications, &store)?;
    let gone = gone_versions(&catalogue, options, &known.publications)?;
    watch.lap("plan");
    if options.dry_run {
        return Ok((dry_run(options, &plan, &gone, clock, watch), false));
    }

    // 5. Make and publish what is due, the largest first.
    let output = Output::open(&root)?;
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let fetcher = Fetcher::new(settings, &settings.resolve(&settings.cache.dir).join("downloads"))?;
    let fragmenters = Fragmenters::new(settings)?;
    let preparer = Preparer::new(&store, &pool, &fetcher, &settings.limits, &fragmenters, outliners.as_ref());
    let publisher = Publisher { output: &output, site: &site, store: &store, pool: &pool };
    let mut publications = known.publications;
    publications.void(store.state(), &units_to_change(&plan, &gone))?;
    let executor = Executor {
        planner: &planner,
        excludes: &excludes,
        weak: &known.weak,
        preparer: &preparer,
        publisher,
        store: &store,
        progress,
        facts: VersionFacts { settings, catalogue: &catalogue },
    };
    let mut executed = executor.run(&plan, &mut publications)?;
    for execute::Known { at, standing, files } in std::mem::take(&mut executed.known) {
        plan[at].standing = standing;
        plan[at].files = files.or_else(|| plan[at].files.take());
    }
    watch.lap("packages");

    // 6. Pages across packages; what is not wanted any more goes after nothing links to it.
    let sitewide =
        Sitewide { settings, catalogue: &catalogue, planner: &planner, site: &site, publisher, store: &store };
    PatchHistories { planner: &planner, publisher, store: &store }.update(&plan, &mut publications)?;
    sitewide.packages(&plan, &mut publications)?;
    remove_versions(&publisher, &store, &gone, &mut publications)?;
    let failures = store.state().read(|state| state.failures())?;
    let emptied = emptied_packages(&catalogue, options, &publications);
    sitewide.lists(&mut publications, &emptied, &failures)?;
    remove_packages(&publisher, &store, &emptied, &mut publications)?;
    Census { planner: &planner, publisher, store: &store }.update(&plan, &mut publications)?;
    PatchCensus { planner: &planner, publisher, store: &store }.update(&plan, &mut publications)?;
    let table = Checksums { publisher, scratch: settings.resolve(&settings.cache.dir) };
    let added = std::mem::take(&mut executed.checksums);
    let is_complete = table.update(&mut publications, added, &not_shown(&plan, &gone))?;
    maintain::finish_takedown(settings, &store, &publications)?;
    watch.lap("lists");

    // 7. One sync, then the record that makes the run count.
    store.sync()?;
    output.sync()?;
    finish_run(settings, &store, &catalogue, options, is_complete.then_some(run), clock)?;
    watch.lap("record");

    let (files_written, bytes_written) = output.written();
    let wanted = plan.len() as u64;
    let failed = (plan.iter().filter_map(sitewide::failure_of).count() + catalogue.unread.len()) as u64;
    let due = plan.iter().filter(|planned| planned.is_due()).count() as u64;
    let (seconds, stages) = watch.stop();
    let report = Report {
        outcome: Outcome::Published,
        debpress: env!("CARGO_PKG_VERSION"),
        clock: clock.to_string(),
        seconds,
        stages,
        versions: Versions {
            wanted,
            published: executed.published,
            unchanged: wanted - due,
            failed,
            removed: gone.len() as u64,
        },
        cache: preparer.cache_use(),
        files_written,
        bytes_written,
        failures: failures.iter().map(FailureReport::from).collect(),
        warnings: [warnings(&catalogue, &store), without_symbols, failed_symbols(outliners.as_ref())].concat(),
        explanations: Vec::new(),
    };
    write_report(settings, &report)?;
    let releases = || read_releases(settings, &store);
    let has_changed =
        fetcher.has_missed() && run_key(settings, options, &site, outliners.as_ref(), &releases()?, &store)? != run;
    Ok((report, has_changed))
}

/// Where the rules for web servers are written: a folder beside the published one.
pub fn hosts_folder(settings: &Settings) -> PathBuf {
    let mut name = settings.output.dir.clone().into_os_string();
    name.push(".hosts");
    settings.resolve(&PathBuf::from(name))
}

/// Where the report of the last run is written.
pub fn report_path(settings: &Settings) -> PathBuf {
    settings.resolve(&settings.cache.dir).join("report.json")
}

/// What finds symbols, or a warning that nothing does.
fn find_outliners(settings: &Settings) -> (Option<Outliners>, Vec<String>) {
    match Outliners::new(settings) {
        Ok(outliners) => (outliners, Vec::new()),
        Err(error) => {
            let hint = "install universal-ctags, or say `enabled = false` in [symbols]";
            (None, vec![format!("pages have no symbols: {error}; {hint}")])
        }
    }
}

/// A warning when there are files whose symbols could not be found.
fn failed_symbols(outliners: Option<&Outliners>) -> Vec<String> {
    let failed = outliners.map_or(0, Outliners::failed);
    let told = || format!("no symbols of {}: ctags failed or took too long", crate::html::counted(failed, "file"));
    (failed > 0).then(told).into_iter().collect()
}

fn plan_versions<'a>(
    planner: &Planner<'a>,
    options: &BuildOptions,
    known: &Known,
) -> Result<Vec<PlannedVersion<'a>>, BuildError> {
    let catalogue = planner.catalogue;
    for name in &options.only {
        if !catalogue.packages.iter().any(|package| package.name == *name) {
            return Err(BuildError::UnknownPackage(name.to_string()));
        }
    }
    if let Some(id) = &options.explain {
        let is_asked_for = |package: &SourcePackage| package.name.as_str() == id || package.id() == *id;
        let is_gone =
            |(name, version): (PackageName, DebianVersion)| name.as_str() == id || format!("{name}={version}") == *id;
        if !catalogue.packages.iter().any(is_asked_for) && !known.publications.versions().into_iter().any(is_gone) {
            return Err(BuildError::UnknownPackage(id.clone()));
        }
    }
    let wanted = |name: &PackageName| options.only.is_empty() || options.only.contains(name);
    let plan = catalogue.packages.iter().filter(|it| wanted(&it.name)).map(|package| planner.plan(package, known));
    Ok(plan.map(|planned| planned.restricted_to(&planner.sites)).collect())
}

fn archive_name(settings: &Settings, archive: u16) -> &str {
    settings.archives.get(usize::from(archive)).map_or("", |archive| archive.name.as_str())
}

fn finish_run(
    settings: &Settings,
    store: &Store,
    catalogue: &Catalogue,
    options: &BuildOptions,
    run: Option<Key>,
    clock: Timestamp,
) -> Result<(), BuildError> {
    Ok(store.state().transaction(|state| {
        if options.only.is_empty() {
            for suite in &catalogue.suites {
                state.see_suite(archive_name(settings, suite.archive), &suite.name, clock.0)?;
            }
            for package in &catalogue.packages {
                state.see_version(&package.name, &package.version, clock.0)?;
            }
        }
        state.set_meta("clock", &clock.0.to_string())?;
        state.set_meta("unread", &catalogue.unread.len().to_string())?;
        state.set_meta("versions", &catalogue.packages.len().to_string())?;
        run.map_or(Ok(()), |run| state.complete_run(run))
    })?)
}

fn nothing_to_do(store: &Store, clock: Timestamp, watch: Stopwatch) -> Result<Report, BuildError> {
    let (failures, wanted, unread) =
        store.state().read(|state| Ok((state.failures()?, state.meta("versions")?, state.meta("unread")?)))?;
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let (wanted, failed) = (number(wanted), failures.len() as u64 + number(unread));
    let (seconds, stages) = watch.stop();
    Ok(Report {
        versions: Versions { wanted, unchanged: wanted, failed, ..Versions::default() },
        failures: failures.iter().map(FailureReport::from).collect(),
        ..Report::empty(Outcome::NothingToDo, clock, seconds, stages)
    })
}

fn dry_run(
    options: &BuildOptions,
    plan: &[PlannedVersion<'_>],
    gone: &[(PackageName, DebianVersion)],
    clock: Timestamp,
    watch: Stopwatch,
) -> Report {
    let asked = |planned: &&PlannedVersion<'_>| match &options.explain {
        Some(id) => planned.package.id() == *id || planned.package.name.as_str() == id,
        None => planned.is_due(),
    };
    let removed = gone.iter().map(|(name, version)| format!("{name}={version}: remove, as it is in no suite any more"));
    let removed = removed.filter(|line| options.explain.as_ref().is_none_or(|id| line.starts_with(id.as_str())));
    let explanations = plan.iter().filter(asked).map(PlannedVersion::explanation).chain(removed).collect();
    let due = plan.iter().filter(|planned| planned.is_due()).count() as u64;
    let wanted = plan.len() as u64;
    let (seconds, stages) = watch.stop();
    Report {
        versions: Versions { wanted, published: due, unchanged: wanted - due, removed: gone.len() as u64, failed: 0 },
        explanations,
        ..Report::empty(Outcome::DryRun, clock, seconds, stages)
    }
}

fn warnings(catalogue: &Catalogue, store: &Store) -> Vec<String> {
    let problems = catalogue.problems.iter().map(ToString::to_string);
    let conflicts =
        catalogue.conflicts.iter().map(|it| format!("{}: {}", it.package, plan::conflict_text(catalogue, it)));
    let damage = store.damaged().into_iter().map(|damage| format!("{damage}; it was made again"));
    catalogue.warnings.iter().cloned().chain(problems).chain(conflicts).chain(damage).collect()
}

fn write_report(settings: &Settings, report: &Report) -> Result<(), BuildError> {
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    Ok(crate::fs::write_atomically(&report_path(settings), &[json.as_bytes(), b"\n"])?)
}
