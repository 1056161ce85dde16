//! The table of checksums: for the SHA-256 of a file every version that has it, as [`shards`] that are kept up to date.
//!
//! What a version gives to the table is its [`Listing`], a stored result. The state knows of each version which listing
//! is in the published shards, so a run takes away and adds the rows of versions that changed, in the shards of those
//! rows, and reads nothing else. The unit of the table is voided while shards change; when it is found void (a run was
//! killed), or a shard is not what was published, all shards are made anew from the listings of all versions. Both ways
//! give the same bytes.

mod disagreements;
mod listing;
mod table;

use std::path::PathBuf;

use super::BuildError;
use super::plan::PlannedVersion;
use super::publications::{Cause, Inputs, LISTING, Publications, SOURCE_FILES, Unit};
use super::publish::{PublishError, Publisher};
use crate::fs::PathError;
use crate::model::{DebianVersion, Key, PackageName, Tree};
use crate::shards::{Change, Changes, Sorter};
use crate::store::{Bucket, Store, StoreError};

pub use self::disagreements::Disagreements;
pub(super) use self::disagreements::{DISAGREEMENTS, disagreements_key};
pub use self::listing::Listing;
pub(super) use self::listing::{LISTINGS, listing_key};
pub(super) use self::table::inputs as table_inputs;
use self::table::{Difference, Table, TableError};

/// Changes whenever the table may have other rows for the same trees, or be written otherwise.
pub(super) fn rules_key() -> Key {
    Key::of("rules of checksums", listing::VERSION)
        .number(u64::from(table::VERSION))
        .number(u64::from(disagreements::VERSION))
        .finish()
}

/// A version whose rows come, and what they are made from.
pub(super) type Added = (PackageName, DebianVersion, Inputs);

/// Keeps the table up to date.
pub(super) struct Checksums<'a> {
    pub(super) publisher: Publisher<'a>,
    /// Where changes are sorted that are too many for memory.
    pub(super) scratch: PathBuf,
}

/// What is done to the rows of a version.
struct VersionRows {
    package: PackageName,
    version: DebianVersion,
    tree: Key,
    listing: Key,
    is_added: bool,
}

/// When all shards are made anew, the versions whose listings are not there any more are due.
///
/// # Errors
/// When the store cannot be looked at.
pub(super) fn require_listings(
    plan: &mut [PlannedVersion<'_>],
    table: &Inputs,
    publications: &Publications,
    store: &Store,
) -> Result<(), StoreError> {
    if publications.cause(&Unit::checksum_table(), table).is_none() {
        return Ok(());
    }
    for planned in plan.iter_mut().filter(|planned| planned.checksums.is_none()) {
        let unit = Unit::checksums(&planned.package.name, &planned.package.version);
        let (Some(tree), Some(listing)) = (publications.tree_of(&unit), publications.key_of(&unit, LISTING)) else {
            continue;
        };
        if !store.contains(LISTINGS, listing)? || !store.contains(Bucket::Trees, tree)? {
            planned.checksums = Some(Cause::New);
        }
    }
    Ok(())
}

impl Checksums<'_> {
    /// Brings the table, and the pages made of it, up to date with versions that were made and versions that are gone, and
    /// says whether they are: when they are not, they are not published, and the next run makes them.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn update(
        &self,
        publications: &mut Publications,
        added: Vec<Added>,
        gone: &[(PackageName, DebianVersion)],
    ) -> Result<bool, BuildError> {
        let is_done = self.update_table(publications, added, gone)?;
        let state = self.publisher.store.state();
        match disagreements::load(self.publisher.store)?.filter(|_| is_done) {
            Some(disagreements) => {
                publications.void(state, &[Unit::disagreements()])?;
                let files = self.publisher.site.disagreements(&disagreements)?;
                self.publisher.files(&Unit::disagreements(), &files)?;
                publications.record(state, vec![(Unit::disagreements(), Inputs::default())], &[])?;
            }
            None => publications.record(state, Vec::new(), &[Unit::disagreements()])?,
        }
        Ok(is_done)
    }

    fn update_table(
        &self,
        publications: &mut Publications,
        added: Vec<Added>,
        gone: &[(PackageName, DebianVersion)],
    ) -> Result<bool, BuildError> {
        let (unit, inputs) = (Unit::checksum_table(), table::inputs(self.publisher.site));
        let gone: Vec<_> =
            gone.iter().filter(|(name, version)| publications.has(&Unit::checksums(name, version))).collect();
        let is_current = publications.cause(&unit, &inputs).is_none()
            && self.publisher.store.contains(DISAGREEMENTS, disagreements_key())?;
        if is_current && added.is_empty() && gone.is_empty() {
            return Ok(true);
        }
        let state = self.publisher.store.state();
        publications.void(state, std::slice::from_ref(&unit))?;
        let is_done = is_current && {
            let differing = self.differing(publications, &added, &gone);
            self.try_with(Table::open(self.publisher), differing)?
        };
        let gone: Vec<Unit> = gone.into_iter().map(|(name, version)| Unit::checksums(name, version)).collect();
        let mut made: Vec<(Unit, Inputs)> = Vec::with_capacity(added.len() + 1);
        made.extend(added.into_iter().map(|(name, version, inputs)| (Unit::checksums(&name, &version), inputs)));
        let is_done = match is_done {
            true => true,
            false => {
                publications.record(state, made.clone(), &gone)?;
                let all = all(publications);
                let is_done = self.try_with(Ok(Table::new(self.publisher)), all)?;
                if !is_done {
                    table::unpublish(self.publisher)?;
                }
                is_done
            }
        };
        made.extend(is_done.then_some((unit, inputs)));
        self.publisher.store.sync()?;
        self.publisher.output.sync()?;
        publications.record(state, made, &gone)?;
        Ok(is_done)
    }

    /// Takes the rows of versions away now. A table that is not current is not published until the next run makes it.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub(super) fn take_down(
        &self,
        publications: &mut Publications,
        gone: &[(PackageName, DebianVersion)],
    ) -> Result<(), BuildError> {
        let is_current = publications.cause(&Unit::checksum_table(), &table::inputs(self.publisher.site)).is_none();
        if is_current {
            return self.update(publications, Vec::new(), gone).map(drop);
        }
        let state = self.publisher.store.state();
        publications.void(state, &[Unit::checksum_table()])?;
        table::unpublish(self.publisher)?;
        Ok(publications.record(state, Vec::new(), &[Unit::disagreements()])?)
    }

    /// The rows of these versions as they are published, and as they are to be; `None` when that is not known.
    fn differing(
        &self,
        publications: &Publications,
        added: &[Added],
        gone: &[&(PackageName, DebianVersion)],
    ) -> Option<Vec<VersionRows>> {
        let mut differing = Vec::new();
        let added_names = added.iter().map(|(name, version, _)| (name, version));
        for (name, version) in added_names.chain(gone.iter().map(|(name, version)| (name, version))) {
            let unit = Unit::checksums(name, version);
            if publications.has(&unit) {
                differing.push(published_rows(publications, &unit, name, version)?);
            }
        }
        for (name, version, inputs) in added {
            differing.push(VersionRows {
                package: name.clone(),
                version: version.clone(),
                tree: inputs.key_of(SOURCE_FILES)?,
                listing: inputs.key_of(LISTING)?,
                is_added: true,
            });
        }
        Some(differing)
    }

    /// Brings these rows into the table; false when that is not possible, as something is missing or not what it was.
    fn try_with(
        &self,
        table: Result<Table<'_>, TableError>,
        versions: Option<Vec<VersionRows>>,
    ) -> Result<bool, BuildError> {
        let (Some(versions), table) = (versions, table) else { return Ok(false) };
        let done = table.and_then(|table| {
            let Some((changes, difference)) = self.changes(&versions)? else { return Err(TableError::Stale) };
            table.update(changes, difference)
        });
        match done {
            Ok(()) => Ok(true),
            Err(TableError::Stale) => Ok(false),
            Err(TableError::Failed(error)) => Err(error.into()),
        }
    }

    /// The rows of these versions in order; `None` when a listing or a tree is not there.
    fn changes(&self, versions: &[VersionRows]) -> Result<Option<(Changes, Difference)>, PublishError> {
        let mut sorter = Sorter::new(self.scratch.clone());
        let mut difference = Difference::default();
        let store = self.publisher.store;
        for VersionRows { package, version, tree, listing, is_added } in versions {
            let (Some(tree), Some(listing)) =
                (store.get::<Tree>(Bucket::Trees, *tree)?, store.get::<Listing>(LISTINGS, *listing)?)
            else {
                return Ok(None);
            };
            listing.rows(&tree, package, version).try_for_each(|row| -> Result<(), PathError> {
                difference.count(&row, *is_added);
                sorter.push(Change { row, is_added: *is_added })
            })?;
        }
        Ok(Some((sorter.finish()?, difference)))
    }
}

/// The rows of all versions that the state knows; `None` when it does not know of what they are made.
fn all(publications: &Publications) -> Option<Vec<VersionRows>> {
    let versions = publications.of_kind(Unit::CHECKSUMS).map(|rest| {
        let (name, version) = rest.split_once('/')?;
        let (name, version) = (PackageName::new(name).ok()?, DebianVersion::new(version).ok()?);
        let rows = published_rows(publications, &Unit::checksums(&name, &version), &name, &version)?;
        Some(VersionRows { is_added: true, ..rows })
    });
    versions.collect()
}

fn published_rows(
    publications: &Publications,
    unit: &Unit,
    package: &PackageName,
    version: &DebianVersion,
) -> Option<VersionRows> {
    Some(VersionRows {
        package: package.clone(),
        version: version.clone(),
        tree: publications.tree_of(unit)?,
        listing: publications.key_of(unit, LISTING)?,
        is_added: false,
    })
}
