//! Tables of one row a version, from which pages across packages are made: kept as one stored result each, so that a run
//! reads what is known of changed versions only.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::BuildError;
use super::plan::{PlannedVersion, Planner};
use super::views::suites_of;
use crate::model::{DebianVersion, Key, PackageName, SourcePackage, SuiteName, VersionDigest};
use crate::store::{Bucket, Store};

/// What a version adds to a table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row<D> {
    /// The package.
    pub package: PackageName,
    /// Its version.
    pub version: DebianVersion,
    /// The key of its tree.
    pub tree: Key,
    /// The key of all that the digest was made from.
    pub made_from: Key,
    /// What it adds.
    pub digest: D,
}

/// How the rows of one table are made.
pub(super) trait Rows {
    /// What a version adds.
    type Digest: Serialize + DeserializeOwned;

    /// Where the table is kept.
    fn place(&self) -> (Bucket, Key);

    /// The key of all that the digest of a version with this tree is made from.
    fn made_from(&self, planned: &PlannedVersion<'_>, tree: Key) -> Key;

    /// The digest; `None` when nothing of the version is told.
    ///
    /// # Errors
    /// When something cannot be read.
    fn digest(&self, planned: &PlannedVersion<'_>, tree: Key) -> Result<Option<Self::Digest>, BuildError>;
}

/// A row and the suites of its version.
pub(super) type RowOfSuites<D> = (Row<D>, Vec<SuiteName>);

/// Brings a table up to date and gives its rows by package and version. Of versions that are not in the plan, what is known
/// stays.
///
/// # Errors
/// When something cannot be read or stored.
pub(super) fn update<R: Rows>(
    rows: &R,
    planner: &Planner<'_>,
    store: &Store,
    plan: &[PlannedVersion<'_>],
) -> Result<Vec<RowOfSuites<R::Digest>>, BuildError> {
    let (bucket, key) = rows.place();
    let known: Vec<Row<R::Digest>> = store.get(bucket, key)?.unwrap_or_default();
    let mut known: HashMap<(PackageName, DebianVersion), Row<R::Digest>> =
        known.into_iter().map(|row| ((row.package.clone(), row.version.clone()), row)).collect();
    let planned: HashMap<(&PackageName, &DebianVersion), &PlannedVersion<'_>> =
        plan.iter().map(|it| ((&it.package.name, &it.package.version), it)).collect();
    let mut packages: Vec<&SourcePackage> = planner.catalogue.packages.iter().collect();
    packages.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.version.cmp(&b.version)));
    let (mut table, mut suites) = (Vec::with_capacity(packages.len()), Vec::with_capacity(packages.len()));
    for package in packages {
        let before = known.remove(&(package.name.clone(), package.version.clone()));
        let row = match planned.get(&(&package.name, &package.version)) {
            Some(planned) => row(rows, planner, planned, before)?,
            None => before,
        };
        suites.extend(row.is_some().then(|| suites_of(planner.catalogue, package)));
        table.extend(row);
    }
    store.put(bucket, key, &table)?;
    Ok(table.into_iter().zip(suites).collect())
}

/// The same for pages across packages.
pub(super) fn versions<D>(rows: &[RowOfSuites<D>]) -> Vec<VersionDigest<'_, D>> {
    let versions = rows.iter().map(|(row, suites)| VersionDigest {
        package: &row.package,
        version: &row.version,
        suites,
        digest: &row.digest,
    });
    versions.collect()
}

/// The row of a version; `None` when nothing of it is told.
fn row<R: Rows>(
    rows: &R,
    planner: &Planner<'_>,
    planned: &PlannedVersion<'_>,
    before: Option<Row<R::Digest>>,
) -> Result<Option<Row<R::Digest>>, BuildError> {
    let Some(tree) = planner.tree_of(planned) else { return Ok(None) };
    let made_from = rows.made_from(planned, tree);
    if let Some(row) = before.filter(|row| row.made_from == made_from) {
        return Ok(Some(row));
    }
    let SourcePackage { name, version, .. } = planned.package;
    let row = |digest| Row { package: name.clone(), version: version.clone(), tree, made_from, digest };
    Ok(rows.digest(planned, tree)?.map(row))
}
