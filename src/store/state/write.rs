//! Changing the state.

use std::ops::Deref;

use rusqlite::{Params, params};

use super::{Failure, Purge, StateError, StateReader, state_error};
use crate::model::{DebianVersion, Key, PackageName, PatchId, Sha256, SuiteName};
use crate::store::Bucket;

/// One change of the state, kept as a whole or not at all; it sees what it wrote.
#[derive(Debug)]
pub struct StateWriter<'c> {
    pub(super) reader: StateReader<'c>,
}

/// What failed, for [`StateWriter::record_failure`].
#[derive(Debug, Clone, Copy)]
pub struct FailedStep<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// Its version.
    pub version: &'a DebianVersion,
    /// The key of the step.
    pub inputs: Key,
    /// The step's name.
    pub step: &'a str,
    /// What went wrong, one line.
    pub reason: &'a str,
}

impl<'c> Deref for StateWriter<'c> {
    type Target = StateReader<'c>;

    fn deref(&self) -> &StateReader<'c> {
        &self.reader
    }
}

impl StateWriter<'_> {
    /// Sets a single value.
    ///
    /// # Errors
    /// When the database cannot be written, as all methods here.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StateError> {
        self.write("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [key, value])
    }

    /// Removes a single value.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn clear_meta(&self, key: &str) -> Result<(), StateError> {
        self.write("DELETE FROM meta WHERE key = ?1", [key])
    }

    /// Notes that a run which read exactly this has ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn complete_run(&self, run: Key) -> Result<(), StateError> {
        self.write("INSERT OR IGNORE INTO completed_runs (key) VALUES (?1)", [run.0.0])
    }

    /// Forgets all runs that ended: what they published is about to change.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn clear_completed_runs(&self) -> Result<(), StateError> {
        self.write("DELETE FROM completed_runs", [])
    }

    /// Notes that a suite is in its archive now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn see_suite(&self, archive: &str, suite: &SuiteName, now: i64) -> Result<(), StateError> {
        let sql = "INSERT INTO suites (archive, suite, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT DO UPDATE SET first_seen = min(first_seen, ?3), last_seen = max(last_seen, ?3)";
        self.write(sql, params![archive, suite.as_str(), now])
    }

    /// Forgets a suite.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_suite(&self, archive: &str, suite: &SuiteName) -> Result<(), StateError> {
        self.write("DELETE FROM suites WHERE archive = ?1 AND suite = ?2", [archive, suite.as_str()])
    }

    /// Notes that a version is in the archive now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn see_version(&self, package: &PackageName, version: &DebianVersion, now: i64) -> Result<(), StateError> {
        let sql = "INSERT INTO versions (package, version, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT DO UPDATE SET first_seen = min(first_seen, ?3), last_seen = max(last_seen, ?3)";
        self.write(sql, params![package.as_str(), version.as_str(), now])
    }

    /// Notes that a patch of a package is in the archive now; when it was seen before, that stays.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn see_patch(&self, package: &PackageName, id: PatchId, now: i64) -> Result<(), StateError> {
        let sql = "INSERT OR IGNORE INTO patches (package, id, first_seen) VALUES (?1, ?2, ?3)";
        self.write(sql, params![package.as_str(), id.0.0, now])
    }

    /// Forgets a version.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_version(&self, package: &PackageName, version: &DebianVersion) -> Result<(), StateError> {
        let sql = "DELETE FROM versions WHERE package = ?1 AND version = ?2";
        self.write(sql, [package.as_str(), version.as_str()])
    }

    /// Notes that a step failed, and gives what is then known of it. With the same inputs as before it is
    /// one more attempt at the same failure; with others, a new one. `delay` tells how many seconds after
    /// that many attempts (1 for the first) it is to be tried again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn record_failure(
        &self,
        failed: FailedStep<'_>,
        now: i64,
        delay: impl FnOnce(u32) -> i64,
    ) -> Result<Failure, StateError> {
        let FailedStep { package, version, inputs, step, reason } = failed;
        let before = self.failure(package, version)?.filter(|failure| failure.inputs == inputs);
        let (since, attempts) = before.map_or((now, 0), |failure| (failure.since, failure.attempts));
        let attempts = attempts.saturating_add(1);
        let failure = Failure {
            package: package.clone(),
            version: version.clone(),
            inputs,
            step: step.to_owned(),
            reason: reason.to_owned(),
            since,
            attempts,
            next_retry: now.saturating_add(delay(attempts)),
        };
        let sql = "INSERT OR REPLACE INTO failures
            (package, version, inputs, step, reason, since, attempts, next_retry)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let key = (package.as_str(), version.as_str(), inputs.0.0);
        self.write(sql, params![key.0, key.1, key.2, step, reason, since, attempts, failure.next_retry])?;
        Ok(failure)
    }

    /// Forgets the failure of a version.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn clear_failure(&self, package: &PackageName, version: &DebianVersion) -> Result<(), StateError> {
        let sql = "DELETE FROM failures WHERE package = ?1 AND version = ?2";
        self.write(sql, [package.as_str(), version.as_str()])
    }

    /// Notes what a unit of the site was made from; nothing for one that is about to change.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_publication(&self, unit: &str, inputs: &str) -> Result<(), StateError> {
        self.write("INSERT OR REPLACE INTO publications (unit, inputs) VALUES (?1, ?2)", [unit, inputs])
    }

    /// Forgets a unit that is gone.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove_publication(&self, unit: &str) -> Result<(), StateError> {
        self.write("DELETE FROM publications WHERE unit = ?1", [unit])
    }

    /// Forgets all units.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn clear_publications(&self) -> Result<(), StateError> {
        self.write("DELETE FROM publications", [])
    }

    /// Notes a takedown; a second one of the same replaces the first.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn record_purge(&self, purge: &Purge) -> Result<(), StateError> {
        let version = purge.version.as_ref().map(DebianVersion::as_str);
        let sql = "INSERT OR REPLACE INTO purges (package, version, reason, at) VALUES (?1, ?2, ?3, ?4)";
        self.write(sql, params![purge.package.as_str(), version, purge.reason, purge.at])
    }

    /// Takes a takedown back.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn lift_purge(&self, package: &PackageName, version: Option<&DebianVersion>) -> Result<(), StateError> {
        let sql = "DELETE FROM purges WHERE package = ?1 AND version IS ?2";
        self.write(sql, params![package.as_str(), version.map(DebianVersion::as_str)])
    }

    /// Keeps the SHA-256 of a source file whose index has weaker checksums only.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_weak_checksum(&self, key: Key, sha256: Sha256) -> Result<(), StateError> {
        let sql = "INSERT OR REPLACE INTO weak_checksums (key, sha256) VALUES (?1, ?2)";
        self.write(sql, params![key.0.0, sha256.0])
    }

    /// Replaces all notes of what nothing reaches.
    pub(in crate::store) fn set_garbage<'a>(
        &self,
        notes: impl IntoIterator<Item = &'a (Bucket, Key, i64)>,
    ) -> Result<(), StateError> {
        self.write("DELETE FROM garbage", [])?;
        let sql = "INSERT INTO garbage (bucket, key, since) VALUES (?1, ?2, ?3)";
        notes
            .into_iter()
            .try_for_each(|(bucket, key, since)| self.write(sql, params![bucket.to_string(), key.0.0, since]))
    }

    /// Adds a statistic; one of the same time is replaced.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_history(&self, name: &str, at: i64, value: i64) -> Result<(), StateError> {
        self.write("INSERT OR REPLACE INTO history (name, at, value) VALUES (?1, ?2, ?3)", params![name, at, value])
    }

    fn write(&self, sql: &str, parameters: impl Params) -> Result<(), StateError> {
        let write = || self.transaction.prepare_cached(sql)?.execute(parameters).map(|_| ());
        write().map_err(|source| state_error(self.path, source))
    }
}
