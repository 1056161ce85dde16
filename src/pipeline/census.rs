//! The licences of all versions: a table that is kept, so that a run reads what is known of changed versions only.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::plan::{PlannedVersion, Planner};
use super::publications::{Inputs, Publications, Unit};
use super::publish::Publisher;
use super::views::suites_of;
use super::{BuildError, copyright};
use crate::analyse::copyright::{SPDX_LIST_VERSION, digest, full_name, rules};
use crate::model::{CensusVersion, DebianVersion, Key, LicenceDigest, PackageName, SourcePackage};
use crate::site::copyright::CensusView;
use crate::store::{Bucket, Store};

/// Where the table is kept.
pub(super) const CENSUS: Bucket = Bucket::Facts("census");

/// Version of what a row has.
const VERSION: u32 = 1;

/// The key of the table: there is one.
pub(super) fn census_key() -> Key {
    Key::of("census", VERSION).finish()
}

/// What a version adds, and the key of what that was made from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    package: PackageName,
    version: DebianVersion,
    made_from: Key,
    digest: LicenceDigest,
}

/// Counts licences and publishes what across packages is told of them.
pub(super) struct Census<'a> {
    pub(super) planner: &'a Planner<'a>,
    pub(super) publisher: Publisher<'a>,
    pub(super) store: &'a Store,
}

impl Census<'_> {
    /// Brings the table and its pages up to date. Of versions that are not in the plan, what is known stays.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn update(
        &self,
        plan: &[PlannedVersion<'_>],
        publications: &mut Publications,
    ) -> Result<(), BuildError> {
        let known: Vec<Row> = self.store.get(CENSUS, census_key())?.unwrap_or_default();
        let mut known: HashMap<(PackageName, DebianVersion), Row> =
            known.into_iter().map(|row| ((row.package.clone(), row.version.clone()), row)).collect();
        let planned: HashMap<(&PackageName, &DebianVersion), &PlannedVersion<'_>> =
            plan.iter().map(|it| ((&it.package.name, &it.package.version), it)).collect();
        let catalogue = self.planner.catalogue;
        let mut packages: Vec<&SourcePackage> = catalogue.packages.iter().collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.version.cmp(&b.version)));
        let mut rows = Vec::with_capacity(packages.len());
        let mut suites = Vec::with_capacity(packages.len());
        for package in packages {
            let before = known.remove(&(package.name.clone(), package.version.clone()));
            let row = match planned.get(&(&package.name, &package.version)) {
                Some(planned) => self.row(planned, before)?,
                None => before,
            };
            suites.extend(row.is_some().then(|| suites_of(catalogue, package)));
            rows.extend(row);
        }
        self.store.put(CENSUS, census_key(), &rows)?;
        publications.void(self.store.state(), &[Unit::census()])?;
        let versions = rows.iter().zip(suites).map(|(row, suites)| CensusVersion {
            package: &row.package,
            version: &row.version,
            suites,
            digest: &row.digest,
        });
        let view = CensusView {
            versions: &versions.collect::<Vec<_>>(),
            rules: rules::all(),
            full_name: &full_name,
            list_version: SPDX_LIST_VERSION,
        };
        self.publisher.files(&Unit::census(), &self.publisher.site.census(&view)?)?;
        Ok(publications.record(self.store.state(), vec![(Unit::census(), Inputs::default())], &[])?)
    }

    /// The row of a version; `None` when nothing of it is told.
    fn row(&self, planned: &PlannedVersion<'_>, before: Option<Row>) -> Result<Option<Row>, BuildError> {
        let SourcePackage { name, version, .. } = planned.package;
        let excludes = self.planner.excludes.files(name, version);
        let Some(tree) = self.planner.tree_of(planned) else { return Ok(None) };
        let made_from =
            Key::of("row of census", VERSION).key(copyright::rules_key()).key(tree).key(excludes.key()).finish();
        if let Some(row) = before.filter(|row| row.made_from == made_from) {
            return Ok(Some(row));
        }
        let Some(facts) = copyright::of_stored(self.store, tree)? else { return Ok(None) };
        let Some(facts) = copyright::told(&facts, &excludes).facts() else { return Ok(None) };
        let digest = digest(facts);
        Ok(Some(Row { package: name.clone(), version: version.clone(), made_from, digest }))
    }
}
