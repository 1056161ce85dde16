//! The patches of all versions: a table that is kept, so that a run reads what is known of changed versions only.

use std::borrow::Cow;

use super::excludes::FileExcludes;
use super::plan::{PlannedVersion, Planner};
use super::publications::{Inputs, Publications, Unit};
use super::publish::Publisher;
use super::statistics::Values;
use super::version_rows::{self, Rows};
use super::{BuildError, patches};
use crate::analyse::packaging;
use crate::analyse::patches::{bugs, digest, rules};
use crate::model::{Bug, EntryPath, Key, PatchesDigest, PatchesVersion, SuiteName, Tree};
use crate::site::patches::{PatchCensusView, PatchesContent};
use crate::site::sources::TreeIndex;
use crate::store::{Bucket, StateError, Store, StoreError};
use crate::timestamp::Timestamp;

/// Where the table is kept.
pub(super) const PATCH_CENSUS: Bucket = Bucket::Facts("patch-census");

/// Version of what a row has.
const VERSION: u32 = 2;

/// From this age on a patch that was not forwarded is old: two years, in seconds.
const OLD: i64 = 2 * 365 * 24 * 3600;

/// The file that names the maintainer.
const CONTROL: &str = "debian/control";

/// The key of the table: there is one.
pub(super) fn patch_census_key() -> Key {
    Key::of("census of patches", VERSION).number(u64::from(digest::VERSION)).finish()
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
        let rows = version_rows::update(self, self.planner, self.store, plan)?;
        publications.void(self.store.state(), &[Unit::patch_census()])?;
        let templates = bugs::Templates::default();
        let old_before = Timestamp(self.planner.now.saturating_sub(OLD)).to_string();
        let view = PatchCensusView {
            versions: &version_rows::versions(&rows),
            rules: rules::all(),
            bug_link: &|bug: &Bug| bugs::link(bug, &templates),
            old_before: old_before.get(..10).unwrap_or_default(),
            has_people: self.planner.settings.site.people,
        };
        self.note(view.versions)?;
        let files = self.publisher.pool.install(|| self.publisher.site.patch_census(&view))?;
        self.publisher.files(&Unit::patch_census(), &files)?;
        Ok(publications.record(self.store.state(), vec![(Unit::patch_census(), Inputs::default())], &[])?)
    }

    /// Notes in the state `patches/SUITE/versions`, `patches/SUITE/patches` and `patches/SUITE/STATUS`, the suite being `all` for
    /// all versions.
    fn note(&self, versions: &[PatchesVersion<'_>]) -> Result<(), StateError> {
        let mut values = Values::default();
        for version in versions {
            let suites = version.suites.iter().map(SuiteName::as_str);
            for suite in std::iter::once("all").chain(suites) {
                values.add(format!("{suite}/versions"), 1);
                values.add(format!("{suite}/patches"), version.digest.patches.len() as u64);
                for patch in &version.digest.patches {
                    values.add(format!("{suite}/{}", patch.state.slug()), 1);
                }
            }
        }
        values.note("patches/", self.planner.now, self.store)
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

impl Rows for PatchCensus<'_> {
    type Digest = PatchesDigest;

    fn place(&self) -> (Bucket, Key) {
        (PATCH_CENSUS, patch_census_key())
    }

    fn made_from(&self, planned: &PlannedVersion<'_>, tree: Key) -> Key {
        let excludes = self.planner.excludes.files(&planned.package.name, &planned.package.version);
        Key::of("row of the census of patches", VERSION)
            .number(u64::from(digest::VERSION))
            .key(patches::rules_key())
            .key(tree)
            .key(excludes.key())
            .finish()
    }

    fn digest(&self, planned: &PlannedVersion<'_>, tree: Key) -> Result<Option<PatchesDigest>, BuildError> {
        let package = planned.package;
        let excludes = self.planner.excludes.files(&package.name, &package.version);
        let Some(facts) = patches::of_stored(self.store, tree, package)? else { return Ok(None) };
        let content = patches::content(facts, package, &|path| excludes.reason(path), &|_| None);
        let PatchesContent::Facts { facts, statuses, .. } = content else { return Ok(None) };
        let maintainer = match facts.applied().is_empty() {
            true => None,
            false => self.maintainer(tree, &excludes)?,
        };
        Ok(Some(digest::digest(&facts, &statuses, maintainer.as_deref())))
    }
}
