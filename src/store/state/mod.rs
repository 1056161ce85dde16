//! The state: what cannot be derived from archive and settings, in one SQLite file.
//!
//! All of it is read and written in transactions: [`State::read`] sees one moment, [`State::transaction`]
//! changes all or nothing. Times are seconds since 1970 of the archive's clock, given by the caller.
//!
//! The database keeps a rollback journal, not a write-ahead log: one process writes it, once a run, and it
//! is then one file that can be copied, and read from a folder that cannot be written.

mod read;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::model::{DebianVersion, Key, PackageName};

pub use self::read::StateReader;
pub use self::write::{FailedStep, StateWriter};

/// The version of the tables: `PRAGMA user_version`.
const SCHEMA_VERSION: i64 = 2;
/// What each version adds to the one before; that before the first has no tables.
const SCHEMAS: [&str; 2] = [include_str!("schema.sql"), include_str!("schema_2.sql")];
/// `dbpr` in ASCII: `PRAGMA application_id` of a database that is ours.
const APPLICATION_ID: i64 = 0x6462_7072;
/// How long a reader and the writer wait for one another.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file is not what was written.
    #[error(
        "{} is damaged ({what}); restore it from a backup, or remove it: the site is then built as if every \
         package was first seen today",
        path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The file is a database of something else.
    #[error("{} is a database of another program; name another cache.dir", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// A later debpress wrote it.
    #[error(
        "{} has tables of version {found}, and this debpress knows version {SCHEMA_VERSION}; use a newer debpress",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The version it has.
        found: i64,
    },
    /// It was opened for reading before anything was written.
    #[error("{} has no tables yet; `debpress build` makes them", path.display())]
    Empty {
        /// The database.
        path: PathBuf,
    },
    /// Anything else: a full disk, no permission, another program that holds it.
    #[error("cannot use {}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
}

/// When something was in the archive, first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The first time.
    pub first: i64,
    /// The last time.
    pub last: i64,
}

/// A version that cannot be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The package.
    pub package: PackageName,
    /// Its version.
    pub version: DebianVersion,
    /// The key of the step that failed: with other inputs or settings, or a newer step, it is tried at once.
    pub inputs: Key,
    /// The step's name.
    pub step: String,
    /// What went wrong, one line.
    pub reason: String,
    /// When it failed first with these inputs.
    pub since: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried again.
    pub next_retry: i64,
}

/// A takedown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// The package.
    pub package: PackageName,
    /// One version of it, or all.
    pub version: Option<DebianVersion>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: i64,
}

/// The open database.
#[derive(Debug)]
pub struct State {
    connection: Mutex<Connection>,
    path: PathBuf,
}

impl State {
    /// Opens the database, and makes the tables that it does not have.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        let state = Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        let version = state.version()?;
        if version < SCHEMA_VERSION {
            state.bring_up_to_date(version)?;
        }
        Ok(state)
    }

    /// Opens the database for reading. SQLite itself opens it for writing where it may, for what a killed
    /// run left in the journal is to be rolled back before anything is read.
    pub(super) fn open_read_only(path: &Path) -> Result<Self, StateError> {
        let state = Self::connect(path, OpenFlags::empty())?;
        if state.version()? == 0 {
            return Err(StateError::Empty { path: path.to_owned() });
        }
        state.connection().pragma_update(None, "query_only", true).map_err(|source| state_error(path, source))?;
        Ok(state)
    }

    fn connect(path: &Path, create: OpenFlags) -> Result<Self, StateError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let connection = Connection::open_with_flags(path, flags).and_then(|connection| {
            connection.busy_timeout(PATIENCE)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(connection)
        });
        let connection = connection.map_err(|source| state_error(path, source))?;
        Ok(Self { connection: Mutex::new(connection), path: path.to_owned() })
    }

    /// The version of the tables; 0 when there are none.
    fn version(&self) -> Result<i64, StateError> {
        let connection = self.connection();
        let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let read = || {
            Ok((
                number("PRAGMA application_id")?,
                number("PRAGMA user_version")?,
                number("SELECT count(*) FROM sqlite_schema")?,
            ))
        };
        let path = self.path.clone();
        match read().map_err(|source| state_error(&self.path, source))? {
            (0, 0, 0) => Ok(0),
            (APPLICATION_ID, known @ 1..=SCHEMA_VERSION, _) => Ok(known),
            (APPLICATION_ID, found, _) => Err(StateError::Newer { path, found }),
            _ => Err(StateError::Foreign { path }),
        }
    }

    /// Adds what versions after `version` have.
    fn bring_up_to_date(&self, version: i64) -> Result<(), StateError> {
        let mut connection = self.connection();
        let known = usize::try_from(version).unwrap_or(0);
        let mut create = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            SCHEMAS.iter().skip(known).try_for_each(|schema| transaction.execute_batch(schema))?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            transaction.commit()
        };
        create().map_err(|source| state_error(&self.path, source))
    }

    /// Runs `work` over one moment of the state. Other threads wait; `work` must not come back here.
    ///
    /// # Errors
    /// What `work` says, or that the database cannot be read.
    pub fn read<T>(&self, work: impl FnOnce(&StateReader<'_>) -> Result<T, StateError>) -> Result<T, StateError> {
        let mut connection = self.connection();
        let transaction = self.begin(&mut connection, TransactionBehavior::Deferred)?;
        work(&StateReader { transaction, path: &self.path })
    }

    /// Runs `work` and keeps all that it changed; when it fails, nothing of it. Other threads wait; `work` must not
    /// come back here: what it wants to read, the writer it is given reads.
    ///
    /// # Errors
    /// What `work` says, or that the database cannot be written.
    pub fn transaction<T>(
        &self,
        work: impl FnOnce(&StateWriter<'_>) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let mut connection = self.connection();
        let transaction = self.begin(&mut connection, TransactionBehavior::Immediate)?;
        let writer = StateWriter { reader: StateReader { transaction, path: &self.path } };
        let result = work(&writer)?;
        writer.reader.transaction.commit().map_err(|source| state_error(&self.path, source))?;
        Ok(result)
    }

    fn begin<'c>(
        &self,
        connection: &'c mut Connection,
        behavior: TransactionBehavior,
    ) -> Result<Transaction<'c>, StateError> {
        connection.transaction_with_behavior(behavior).map_err(|source| state_error(&self.path, source))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says which database it was, and tells damage from other trouble.
fn state_error(path: &Path, source: rusqlite::Error) -> StateError {
    let path = path.to_owned();
    let damaged = match &source {
        rusqlite::Error::SqliteFailure(error, _) => {
            matches!(error.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        }
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => true,
        _ => false,
    };
    match damaged {
        true => StateError::Damaged { path, what: source.to_string() },
        false => StateError::Database { path, source },
    }
}

#[cfg(test)]
mod tests;
