//! Reading the state.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Params, Row, Transaction};

use super::{Failure, Purge, Seen, StateError, state_error};
use crate::model::{DebianVersion, Key, PackageName, PatchId, Sha1, Sha256, SuiteName};

/// One moment of the state.
#[derive(Debug)]
pub struct StateReader<'c> {
    pub(super) transaction: Transaction<'c>,
    pub(super) path: &'c Path,
}

const FAILURES: &str = "SELECT package, version, inputs, step, reason, since, attempts, next_retry FROM failures";

impl StateReader<'_> {
    /// A single value.
    ///
    /// # Errors
    /// When the database cannot be read, as all methods here.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StateError> {
        self.one("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
    }

    /// Whether a run that read exactly this has ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_completed(&self, run: Key) -> Result<bool, StateError> {
        let found = self.one("SELECT 1 FROM completed_runs WHERE key = ?1", [run.0.0], |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// The units of the site that are published, with what each was made from.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn publications(&self) -> Result<BTreeMap<String, String>, StateError> {
        let rows = self.all("SELECT unit, inputs FROM publications", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// The suites of all archives, by the archive's name and the suite's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn suites(&self) -> Result<BTreeMap<(String, SuiteName), Seen>, StateError> {
        let rows = self.all("SELECT archive, suite, first_seen, last_seen FROM suites", [], |row| {
            Ok(((row.get(0)?, text(row, 1)?), seen(row, 2)?))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// All versions that were ever seen, by the package's name and the version's spelling.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn versions(&self) -> Result<Vec<(PackageName, DebianVersion, Seen)>, StateError> {
        let sql = "SELECT package, version, first_seen, last_seen FROM versions ORDER BY package, version";
        self.all(sql, [], |row| Ok((text(row, 0)?, text(row, 1)?, seen(row, 2)?)))
    }

    /// When a version was seen.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn version(&self, package: &PackageName, version: &DebianVersion) -> Result<Option<Seen>, StateError> {
        let sql = "SELECT first_seen, last_seen FROM versions WHERE package = ?1 AND version = ?2";
        self.one(sql, [package.as_str(), version.as_str()], |row| seen(row, 0))
    }

    /// When each patch of a package was first seen.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn patches(&self, package: &PackageName) -> Result<HashMap<PatchId, i64>, StateError> {
        let sql = "SELECT id, first_seen FROM patches WHERE package = ?1";
        let rows = self.all(sql, [package.as_str()], |row| Ok((PatchId(Sha1(row.get(0)?)), row.get(1)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// All versions that cannot be published.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn failures(&self) -> Result<Vec<Failure>, StateError> {
        self.all(&format!("{FAILURES} ORDER BY package, version"), [], failure)
    }

    /// Why a version cannot be published.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn failure(&self, package: &PackageName, version: &DebianVersion) -> Result<Option<Failure>, StateError> {
        let sql = format!("{FAILURES} WHERE package = ?1 AND version = ?2");
        self.one(&sql, [package.as_str(), version.as_str()], failure)
    }

    /// All takedowns.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn purges(&self) -> Result<Vec<Purge>, StateError> {
        let sql = "SELECT package, version, reason, at FROM purges ORDER BY package, version";
        self.all(sql, [], |row| {
            let version = row.get::<_, Option<String>>(1)?.map(|_| text(row, 1)).transpose()?;
            Ok(Purge { package: text(row, 0)?, version, reason: row.get(2)?, at: row.get(3)? })
        })
    }

    /// The SHA-256 of all source files whose index has weaker checksums only.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn weak_checksums(&self) -> Result<Vec<(Key, Sha256)>, StateError> {
        let row = |row: &Row<'_>| Ok((Key(Sha256(row.get(0)?)), Sha256(row.get(1)?)));
        self.all("SELECT key, sha256 FROM weak_checksums", [], row)
    }

    /// The SHA-256 of a source file whose index has weaker checksums only; `key` is of its path, size and those.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn weak_checksum(&self, key: Key) -> Result<Option<Sha256>, StateError> {
        self.one("SELECT sha256 FROM weak_checksums WHERE key = ?1", [key.0.0], |row| row.get(0).map(Sha256))
    }

    /// What nothing reached when garbage was last collected, and since when; by the bucket's name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn garbage(&self) -> Result<BTreeMap<(String, Key), i64>, StateError> {
        let rows = self.all("SELECT bucket, key, since FROM garbage", [], |row| {
            Ok(((row.get(0)?, Key(Sha256(row.get(1)?))), row.get(2)?))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// One statistic over time, oldest first: when, and its value.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn history(&self, name: &str) -> Result<Vec<(i64, i64)>, StateError> {
        self.all("SELECT at, value FROM history WHERE name = ?1 ORDER BY at", [name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// The names of all statistics.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn history_names(&self) -> Result<Vec<String>, StateError> {
        self.all("SELECT DISTINCT name FROM history ORDER BY name", [], |row| row.get(0))
    }

    /// The latest value of each statistic whose name begins with `prefix`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_history(&self, prefix: &str) -> Result<BTreeMap<String, i64>, StateError> {
        let sql = "SELECT name, value, max(at) FROM history WHERE substr(name, 1, length(?1)) = ?1 GROUP BY name";
        Ok(self.all(sql, [prefix], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
    }

    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StateError> {
        let query = || self.transaction.prepare_cached(sql)?.query_row(parameters, read).optional();
        query().map_err(|source| state_error(self.path, source))
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StateError> {
        let query =
            || self.transaction.prepare_cached(sql)?.query_map(parameters, read)?.collect::<Result<Vec<_>, _>>();
        query().map_err(|source| state_error(self.path, source))
    }
}

fn seen(row: &Row<'_>, column: usize) -> rusqlite::Result<Seen> {
    Ok(Seen { first: row.get(column)?, last: row.get(column + 1)? })
}

fn failure(row: &Row<'_>) -> rusqlite::Result<Failure> {
    Ok(Failure {
        package: text(row, 0)?,
        version: text(row, 1)?,
        inputs: Key(Sha256(row.get(2)?)),
        step: row.get(3)?,
        reason: row.get(4)?,
        since: row.get(5)?,
        attempts: row.get(6)?,
        next_retry: row.get(7)?,
    })
}

/// A value of one of the model's types.
fn text<T: FromStr<Err: Error + Send + Sync + 'static>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
