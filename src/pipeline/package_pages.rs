//! The pages of packages that tell of all versions: which are due, and how they come to count as made.

use std::collections::BTreeMap;

use super::BuildError;
use super::plan::{PlannedVersion, Planner};
use super::publications::{Inputs, Publications, Unit};
use crate::model::PackageName;
use crate::store::Store;

/// A package whose pages are made.
pub(super) struct DuePackage<'p, 'a> {
    pub(super) name: &'a PackageName,
    /// The newest first.
    pub(super) versions: Vec<&'p PlannedVersion<'a>>,
    /// What the pages are made from.
    inputs: Inputs,
}

/// Makes one kind of pages for the packages of the plan whose versions changed: `unit` names what is made of each, `publish`
/// makes it for all of them.
///
/// # Errors
/// When the state cannot be written, or `publish` fails.
pub(super) fn renew<'a>(
    plan: &[PlannedVersion<'a>],
    planner: &Planner<'_>,
    publications: &mut Publications,
    store: &Store,
    unit: fn(&PackageName) -> Unit,
    publish: impl FnOnce(&[DuePackage<'_, 'a>], &Publications) -> Result<(), BuildError>,
) -> Result<(), BuildError> {
    let mut packages: BTreeMap<&PackageName, Vec<&PlannedVersion<'a>>> = BTreeMap::new();
    for planned in plan {
        packages.entry(&planned.package.name).or_default().push(planned);
    }
    let mut due = Vec::new();
    for (name, mut versions) in packages {
        versions.sort_by(|a, b| b.package.version.cmp(&a.package.version));
        let inputs = planner.package_inputs(&versions);
        if publications.cause(&unit(name), &inputs).is_some() {
            due.push(DuePackage { name, versions, inputs });
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    publications.void(store.state(), &due.iter().map(|package| unit(package.name)).collect::<Vec<_>>())?;
    publish(&due, publications)?;
    let made = due.into_iter().map(|package| (unit(package.name), package.inputs)).collect();
    Ok(publications.record(store.state(), made, &[])?)
}
