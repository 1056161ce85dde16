//! The licences of all versions: a table that is kept, so that a run reads what is known of changed versions only.

use std::collections::BTreeMap;

use super::plan::{PlannedVersion, Planner};
use super::publications::{Inputs, Publications, Unit};
use super::publish::Publisher;
use super::statistics::Values;
use super::version_rows::{self, Row, RowOfSuites, Rows};
use super::{BuildError, copyright};
use crate::analyse::copyright::{SPDX_LIST_VERSION, digest, full_name, rules, text_of};
use crate::model::{CommonWording, Key, LicenceDigest, Sha256, SuiteName, SuiteStatistics};
use crate::site::copyright::CensusView;
use crate::store::{Bucket, StateError, Store};

/// Where the table is kept.
pub(super) const CENSUS: Bucket = Bucket::Facts("census");

/// Version of what a row has.
const VERSION: u32 = 3;

/// The most that is shown of a licence's text, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

/// The key of the table: there is one.
pub(super) fn census_key() -> Key {
    Key::of("census", VERSION).finish()
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
        let rows = version_rows::update(self, self.planner, self.store, plan)?;
        publications.void(self.store.state(), &[Unit::census()])?;
        let versions = version_rows::versions(&rows);
        let statistics = SuiteStatistics::of(&versions);
        let view = CensusView {
            versions: &versions,
            rules: rules::all(),
            full_name: &full_name,
            list_version: SPDX_LIST_VERSION,
            statistics: &statistics,
            texts: &self.texts(&rows)?,
            people: self.planner.settings.site.people,
        };
        self.publisher.files(&Unit::census(), &self.publisher.site.census(&view)?)?;
        self.note(&statistics)?;
        Ok(publications.record(self.store.state(), vec![(Unit::census(), Inputs::default())], &[])?)
    }

    /// Notes in the state `licences/SUITE/versions`, `licences/SUITE/machine-readable`, `licences/SUITE/files` and
    /// `licences/SUITE/files/LICENCE`, the suite being `all` for all versions.
    fn note(&self, statistics: &SuiteStatistics<'_>) -> Result<(), StateError> {
        let mut values = Values::default();
        for (suite, statistics) in statistics.each() {
            let suite = suite.map_or("all", SuiteName::as_str);
            values.add(format!("{suite}/versions"), statistics.versions);
            values.add(format!("{suite}/machine-readable"), statistics.machine_readable);
            values.add(format!("{suite}/files"), statistics.files);
            for (licence, tally) in &statistics.licences {
                values.add(format!("{suite}/files/{licence}"), tally.files);
            }
        }
        values.note("licences/", self.planner.now, self.store)
    }

    /// The text of each licence in the wording that most versions have, as the first of them writes it.
    fn texts(&self, rows: &[RowOfSuites<LicenceDigest>]) -> Result<BTreeMap<String, CommonWording>, BuildError> {
        let mut wordings: BTreeMap<&str, BTreeMap<Sha256, (u64, &Row<LicenceDigest>)>> = BTreeMap::new();
        for (row, _) in rows {
            for (licence, wording) in &row.digest.texts {
                wordings.entry(licence).or_default().entry(*wording).or_insert((0, row)).0 += 1;
            }
        }
        let mut texts = BTreeMap::new();
        for (licence, wordings) in wordings {
            let Some((wording, (versions, row))) = wordings.iter().max_by_key(|(_, (versions, _))| *versions) else {
                continue;
            };
            let Some(facts) = copyright::of_stored(self.store, row.tree)? else { continue };
            let Some(mut text) = text_of(&facts.file, licence, *wording) else { continue };
            text.truncate(text.floor_char_boundary(LONGEST_TEXT));
            let of = wordings.values().map(|(versions, _)| versions).sum();
            let text = CommonWording { text, versions: *versions, of, wordings: wordings.len() as u64 };
            texts.insert(licence.to_owned(), text);
        }
        Ok(texts)
    }
}

impl Rows for Census<'_> {
    type Digest = LicenceDigest;

    fn place(&self) -> (Bucket, Key) {
        (CENSUS, census_key())
    }

    fn made_from(&self, planned: &PlannedVersion<'_>, tree: Key) -> Key {
        let excludes = self.planner.excludes.files(&planned.package.name, &planned.package.version);
        Key::of("row of census", VERSION).key(copyright::rules_key()).key(tree).key(excludes.key()).finish()
    }

    fn digest(&self, planned: &PlannedVersion<'_>, tree: Key) -> Result<Option<LicenceDigest>, BuildError> {
        let excludes = self.planner.excludes.files(&planned.package.name, &planned.package.version);
        let Some(facts) = copyright::of_stored(self.store, tree)? else { return Ok(None) };
        Ok(copyright::told(&facts, &excludes).facts().map(digest))
    }
}
