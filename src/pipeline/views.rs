//! What pages say of a version, put together from catalogue and state.

use super::documents::Origin;
use super::plan::{Standing, conflicts_of};
use super::publications::{Publications, Unit};
use crate::archive::Catalogue;
use crate::model::{PackageName, SourcePackage, SuiteName};
use crate::settings::Settings;
use crate::site::sources::views::{Absence, VersionContent, VersionView};
use crate::site::urls::{Candidate, NamedVersion, PackageNames};
use crate::timestamp::Timestamp;

/// Where suites, conflicts and pool addresses of versions are known.
#[derive(Clone, Copy)]
pub(super) struct VersionFacts<'a> {
    pub(super) settings: &'a Settings,
    pub(super) catalogue: &'a Catalogue,
}

/// What the page of one version says beside its files.
pub(super) struct VersionRow<'a> {
    package: &'a SourcePackage,
    suites: Vec<SuiteName>,
    conflicts: Vec<String>,
    pool: Option<String>,
}

impl<'a> VersionFacts<'a> {
    pub(super) fn of(&self, package: &'a SourcePackage) -> VersionRow<'a> {
        VersionRow {
            package,
            suites: suites_of(self.catalogue, package),
            conflicts: conflicts_of(self.catalogue, package).collect(),
            pool: pool_address(self.settings, package),
        }
    }
}

impl VersionRow<'_> {
    pub(super) fn view<'v>(&'v self, content: VersionContent<'v>) -> VersionView<'v> {
        VersionView {
            package: self.package,
            suites: &self.suites,
            pool: self.pool.as_deref(),
            conflicts: &self.conflicts,
            content,
        }
    }
}

/// The names of the suites that have a version, in the catalogue's order.
pub(super) fn suites_of(catalogue: &Catalogue, package: &SourcePackage) -> Vec<SuiteName> {
    let suite = |&at: &u16| catalogue.suites.get(usize::from(at)).map(|suite| suite.name.clone());
    package.suites.iter().filter_map(suite).collect()
}

/// The names that stand for one of these versions of a package. A version of which nothing is published counts as
/// none, and those whose files are not shown come last.
pub(super) fn names_of(
    catalogue: &Catalogue,
    package: &PackageName,
    versions: &[&SourcePackage],
    publications: &Publications,
) -> PackageNames {
    let is_there = |it: &&&SourcePackage| publications.has(&Unit::version(package, &it.version));
    let candidate = |it: &&SourcePackage| {
        let suites = it.suites.iter().filter_map(|&at| catalogue.suites.get(usize::from(at)));
        Candidate {
            version: NamedVersion { version: it.version.clone(), area: it.area.clone() },
            suites: suites
                .flat_map(|suite| suite.aliases.iter().map(String::as_str).chain([suite.name.as_str()]))
                .collect(),
            is_shown: publications.has(&Unit::pages(package, &it.version)),
        }
    };
    let candidates: Vec<_> = versions.iter().filter(is_there).map(candidate).collect();
    PackageNames::new(package.clone(), &candidates)
}

/// Where a version comes from.
pub(super) fn origin<'a>(settings: &'a Settings, package: &SourcePackage) -> Origin<'a> {
    let archive = settings.archives.get(usize::from(package.archive));
    Origin { vendor: archive.map_or("", |archive| &archive.name), pool: pool_address(settings, package) }
}

fn pool_address(settings: &Settings, package: &SourcePackage) -> Option<String> {
    let archive = settings.archives.get(usize::from(package.archive)).filter(|archive| archive.is_remote())?;
    Some(format!("{}/{}", archive.url.trim_end_matches('/'), package.directory))
}

/// Why a version's files are not there, with the texts that its page shows.
pub(super) struct OwnedAbsence<'a> {
    standing: &'a Standing,
    since: String,
}

/// Why the files of a version that stands so are not there; `None` when they are.
pub(super) fn absence(standing: &Standing) -> Option<OwnedAbsence<'_>> {
    match standing {
        Standing::Shown => None,
        Standing::Excluded(_) => Some(OwnedAbsence { standing, since: String::new() }),
        Standing::Failed(failure) => Some(OwnedAbsence { standing, since: since(failure.since) }),
    }
}

impl OwnedAbsence<'_> {
    /// As templates take it.
    pub(super) fn as_view(&self) -> Absence<'_> {
        match self.standing {
            Standing::Failed(failure) => {
                Absence::Failed { step: &failure.step, reason: &failure.reason, since: &self.since }
            }
            Standing::Excluded(reason) => Absence::Excluded { reason },
            Standing::Shown => Absence::Excluded { reason: "" },
        }
    }
}

/// A moment of the archive's clock as pages show it.
pub(super) fn since(seconds: i64) -> String {
    Timestamp(seconds).to_string()
}
