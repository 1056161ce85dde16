//! What is published and not wanted any more.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{self, PlannedVersion};
use super::publications::{Publications, Unit};
use super::publish::Publisher;
use super::{BuildError, BuildOptions};
use crate::archive::Catalogue;
use crate::model::{DebianVersion, PackageName};
use crate::store::Store;

/// The published versions that are not wanted any more; too many of them stop the run.
pub(super) fn gone_versions(
    catalogue: &Catalogue,
    options: &BuildOptions,
    publications: &Publications,
) -> Result<Vec<(PackageName, DebianVersion)>, BuildError> {
    let published = publications.versions();
    let mut wanted: BTreeMap<PackageName, Vec<usize>> = BTreeMap::new();
    for (at, package) in catalogue.packages.iter().enumerate() {
        wanted.entry(package.name.clone()).or_default().push(at);
    }
    if options.only.is_empty() && !options.force_remove {
        plan::guard(&published.iter().map(|(name, _)| name.clone()).collect(), &wanted)?;
    }
    let is_wanted = |name: &PackageName, version: &DebianVersion| {
        wanted.get(name).is_some_and(|versions| versions.iter().any(|&at| catalogue.packages[at].version == *version))
    };
    let in_question = |name: &PackageName| {
        (options.only.is_empty() || options.only.contains(name)) && !catalogue.may_have(name.as_str())
    };
    Ok(published.into_iter().filter(|(name, version)| in_question(name) && !is_wanted(name, version)).collect())
}

pub(super) fn units_to_change(plan: &[PlannedVersion<'_>], gone: &[(PackageName, DebianVersion)]) -> Vec<Unit> {
    let gone = gone.iter().flat_map(|(name, version)| Unit::all_of(name, version));
    plan.iter().flat_map(PlannedVersion::units).chain(gone).collect()
}

/// The versions that are gone, and those of which nothing is shown.
pub(super) fn not_shown(
    plan: &[PlannedVersion<'_>],
    gone: &[(PackageName, DebianVersion)],
) -> Vec<(PackageName, DebianVersion)> {
    let not_shown = plan.iter().filter(|planned| !matches!(planned.standing, plan::Standing::Shown));
    let not_shown = not_shown.map(|planned| (planned.package.name.clone(), planned.package.version.clone()));
    not_shown.chain(gone.iter().cloned()).collect()
}

/// Removes what is published of versions that are gone.
pub(super) fn remove_versions(
    publisher: &Publisher<'_>,
    store: &Store,
    gone: &[(PackageName, DebianVersion)],
    publications: &mut Publications,
) -> Result<(), BuildError> {
    for (name, version) in gone {
        publisher.remove(name, version)?;
    }
    store
        .state()
        .transaction(|state| gone.iter().try_for_each(|(name, version)| state.clear_failure(name, version)))?;
    Ok(publications.record(store.state(), Vec::new(), &units_to_change(&[], gone))?)
}

/// The packages that have a page and no version.
pub(super) fn emptied_packages(
    catalogue: &Catalogue,
    options: &BuildOptions,
    publications: &Publications,
) -> BTreeSet<PackageName> {
    if !options.only.is_empty() {
        return BTreeSet::new();
    }
    let left: BTreeSet<&str> = catalogue.packages.iter().map(|package| package.name.as_str()).collect();
    let names = publications.of_kind("package").filter(|name| !left.contains(name) && !catalogue.may_have(name));
    names.filter_map(|name| PackageName::new(name).ok()).collect()
}

pub(super) fn remove_packages(
    publisher: &Publisher<'_>,
    store: &Store,
    emptied: &BTreeSet<PackageName>,
    publications: &mut Publications,
) -> Result<(), BuildError> {
    let units: Vec<Unit> = emptied.iter().flat_map(|name| [Unit::package(name), Unit::patch_history(name)]).collect();
    units.iter().try_for_each(|unit| publisher.remove_unit(unit))?;
    Ok(publications.record(store.state(), Vec::new(), &units)?)
}
