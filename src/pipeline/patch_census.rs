//! The patches of all versions: a table that is kept, so that a run reads what is known of changed versions only.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::excludes::FileExcludes;
use super::plan::{PlannedVersion, Planner};
use super::publications::{Inputs, Publications, Unit};
use super::publish::Publisher;
use super::views::suites_of;
use super::{BuildError, patches};
use crate::analyse::packaging;
use crate::analyse::patches::{bugs, digest, rules};
use crate::model::{
    Bug, DebianVersion, EntryPath, Key, PackageName, PatchesDigest, PatchesVersion, SourcePackage, Tree,
};
use crate::site::patches::{PatchCensusView, PatchesContent};
use crate::site::sources::TreeIndex;
use crate::store::{Bucket, Store, StoreError};
use crate::timestamp::Timestamp;

/// Where the table is kept.
pub(super) const PATCH_CENSUS: Bucket = Bucket::Facts("patch-census");

/// Version of what a row has.
const VERSION: u32 = 1;

/// From this age on a patch that was not forwarded is old: two years, in seconds.
const OLD: i64 = 2 * 365 * 24 * 3600;

/// The file that names the maintainer.
const CONTROL: &str = "debian/control";

/// The key of the table: there is one.
pub(super) fn patch_census_key() -> Key {
    Key::of("census of patches", VERSION).number(u64::from(digest::VERSION)).finish()
}

/// What a version adds, and the key of what that was made from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    package: PackageName,
    version: DebianVersion,
    made_from: Key,
    digest: PatchesDigest,
}

/// Counts patches and publishes what across packages is told of them.
pub(super) struct PatchCensus<'a> {
    pub(super) planner: &'a Planner<'a>,
    pub(super) publisher: Publisher<'a>,
    pub(super) store: &'a Store,
}

impl PatchCensus<'_> {
    /// Brings the table and its pages up to date. Of versions that are not in the plan, what is known stays.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn update(
        &self,
        plan: &[PlannedVersion<'_>],
        publications: &mut Publications,
    ) -> Result<(), BuildError> {
        let known: Vec<Row> = self.store.get(PATCH_CENSUS, patch_census_key())?.unwrap_or_default();
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
        self.store.put(PATCH_CENSUS, patch_census_key(), &rows)?;
        publications.void(self.store.state(), &[Unit::patch_census()])?;
        let versions = rows.iter().zip(suites).map(|(row, suites)| PatchesVersion {
            package: &row.package,
            version: &row.version,
            suites,
            digest: &row.digest,
        });
        let templates = bugs::Templates::default();
        let old_before = Timestamp(self.planner.now.saturating_sub(OLD)).to_string();
        let view = PatchCensusView {
            versions: &versions.collect::<Vec<_>>(),
            rules: rules::all(),
            bug_link: &|bug: &Bug| bugs::link(bug, &templates),
            old_before: old_before.get(..10).unwrap_or_default(),
            has_people: self.planner.settings.site.people,
        };
        let files = self.publisher.pool.install(|| self.publisher.site.patch_census(&view))?;
        self.publisher.files(&Unit::patch_census(), &files)?;
        Ok(publications.record(self.store.state(), vec![(Unit::patch_census(), Inputs::default())], &[])?)
    }

    /// The row of a version; `None` when nothing of it is told.
    fn row(&self, planned: &PlannedVersion<'_>, before: Option<Row>) -> Result<Option<Row>, BuildError> {
        let package = planned.package;
        let excludes = self.planner.excludes.files(&package.name, &package.version);
        let Some(tree) = self.planner.tree_of(planned) else { return Ok(None) };
        let made_from = Key::of("row of the census of patches", VERSION)
            .number(u64::from(digest::VERSION))
            .key(patches::rules_key())
            .key(tree)
            .key(excludes.key())
            .finish();
        if let Some(row) = before.filter(|row| row.made_from == made_from) {
            return Ok(Some(row));
        }
        let Some(facts) = patches::of_stored(self.store, tree, package)? else { return Ok(None) };
        let content = patches::content(facts, package, &|path| excludes.reason(path), &|_| None);
        let PatchesContent::Facts { facts, statuses, .. } = content else { return Ok(None) };
        let maintainer = match facts.applied().is_empty() {
            true => None,
            false => self.maintainer(tree, &excludes)?,
        };
        let digest = digest::digest(&facts, &statuses, maintainer.as_deref());
        Ok(Some(Row { package: package.name.clone(), version: package.version.clone(), made_from, digest }))
    }

    /// `Maintainer:` as it is written.
    fn maintainer(&self, tree: Key, excludes: &FileExcludes<'_>) -> Result<Option<String>, StoreError> {
        if EntryPath::new(CONTROL).is_ok_and(|path| excludes.reason(&path).is_some()) {
            return Ok(None);
        }
        let Some(tree): Option<Tree> = self.store.get(Bucket::Trees, tree)? else { return Ok(None) };
        let index = TreeIndex::new(&tree, |path| excludes.reason(path));
        let Some(text) = patches::text_of(self.store, &index, CONTROL.as_bytes())? else { return Ok(None) };
        let packaging = packaging::analyse(|path| (path == CONTROL).then(|| Cow::Borrowed(&text[..])));
        Ok(packaging.field("Maintainer").map(str::to_owned))
    }
}
