//! The published shards of the table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::super::publications::{Inputs, Unit};
use super::super::publish::{PublishError, PublishedFile, Publisher, published_file};
use super::disagreements::{self, Disagreements};
use super::listing;
use crate::fs;
use crate::model::{Key, Sha256};
use crate::shards::{self, Changes, Partition, Prefix, Row, Storage, UpdateError, document};
use crate::site::copyright::TABLE;
use crate::site::sources::SourcesSite;
use crate::store::Bucket;

/// Version of what is published.
pub(super) const VERSION: u32 = 1;

/// Why the table could not be brought up to date.
pub(super) enum TableError {
    /// What is published, or what rows are made from, is not what it should be.
    Stale,
    /// Something could not be read or written.
    Failed(PublishError),
}

impl<E: Into<PublishError>> From<E> for TableError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// How many rows there are more, and how many bytes they have more.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Difference {
    rows: i64,
    bytes: i64,
}

impl Difference {
    pub(super) fn count(&mut self, row: &Row, is_added: bool) {
        let sign = if is_added { 1 } else { -1 };
        self.rows += sign;
        self.bytes += sign * i64::try_from(row.bytes()).unwrap_or(i64::MAX);
    }
}

/// What the file beside the shards says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Summary {
    /// Version of the format.
    format: u32,
    /// How many shards there are.
    shards: u32,
    /// Rows in all of them.
    rows: u64,
    /// Bytes of those rows.
    bytes: u64,
}

impl Summary {
    fn after(self, difference: Difference) -> Option<Self> {
        let bytes = self.bytes.checked_add_signed(difference.bytes)?;
        let rows = self.rows.checked_add_signed(difference.rows)?;
        Some(Self { format: VERSION, shards: Partition::of_bytes(bytes).shards(), rows, bytes })
    }
}

/// What the table is made from, beside rows.
pub(in crate::pipeline) fn inputs(site: &SourcesSite) -> Inputs {
    let key = Key::of("table of checksums", VERSION).text(&format!("{:?}", site.layout())).finish();
    Inputs::default().with("the layout of pages", key)
}

/// Removes all of the table that is published, whatever layout it has.
pub(super) fn unpublish(publisher: Publisher<'_>) -> Result<(), PublishError> {
    let folders = publisher.site.shard_folders(TABLE);
    folders.iter().try_for_each(|folder| publisher.output.remove(folder))?;
    disagreements::forget(publisher.store)?;
    publisher.remove_unit(&Unit::disagreements())?;
    Ok(publisher.store.remove(Bucket::Pages, Unit::checksum_table().key())?)
}

/// The published table while it changes.
pub(super) struct Table<'a> {
    publisher: Publisher<'a>,
    /// `None` when all of it is made anew.
    summary: Option<Summary>,
    /// What was published before.
    before: BTreeMap<Vec<u8>, PublishedFile>,
    written: Mutex<BTreeMap<Vec<u8>, PublishedFile>>,
    /// In what packages disagree, by the rows as they are to be.
    disagreements: Mutex<Disagreements>,
}

impl<'a> Table<'a> {
    /// A table to be made anew.
    pub(super) fn new(publisher: Publisher<'a>) -> Self {
        Self {
            publisher,
            summary: None,
            before: BTreeMap::new(),
            written: Mutex::default(),
            disagreements: Mutex::default(),
        }
    }

    /// The table that is published.
    pub(super) fn open(publisher: Publisher<'a>) -> Result<Self, TableError> {
        let files: Option<Vec<PublishedFile>> = publisher.store.get(Bucket::Pages, Unit::checksum_table().key())?;
        let files = files.ok_or(TableError::Stale)?;
        let before = files.into_iter().map(|file| (file.path.clone(), file)).collect();
        let mut table = Self { before, ..Self::new(publisher) };
        let summary = document::parse(&table.published(document::SUMMARY)?).map_err(|_| TableError::Stale)?;
        table.summary = Some(summary);
        let known = disagreements::load(publisher.store)?.ok_or(TableError::Stale)?;
        table.disagreements = Mutex::new(known);
        Ok(table)
    }

    /// Applies changes, which make this difference, and publishes the result.
    pub(super) fn update(self, changes: Changes, difference: Difference) -> Result<(), TableError> {
        let before = self.summary.map(|summary| Partition::new(summary.shards));
        let summary = self.summary.unwrap_or_default().after(difference).ok_or(TableError::Stale)?;
        let after = Partition::new(summary.shards);
        let updated = self.publisher.pool.install(|| shards::update(&self, before, after, changes));
        updated.map_err(|error| match error {
            UpdateError::Storage(error) => error,
            UpdateError::Changes(error) => error.into(),
            UpdateError::Document { .. } | UpdateError::Rows { .. } => TableError::Stale,
        })?;
        let text = serde_json::to_string(&summary).expect("numbers can be written as JSON") + "\n";
        self.put(document::SUMMARY, &text)?;
        self.finish(after)
    }

    /// Removes what is not of the table any more, and records what is.
    fn finish(self, after: Partition) -> Result<(), TableError> {
        let disagreements = self.disagreements.lock().unwrap_or_else(PoisonError::into_inner);
        disagreements::keep(self.publisher.store, &disagreements)?;
        drop(disagreements);
        let site = self.publisher.site;
        let names = after.prefixes().map(Prefix::name).chain([document::SUMMARY.to_owned()]);
        let paths: BTreeSet<Vec<u8>> = names.map(|name| site.shard_path(TABLE, &name)).collect();
        let mut old: Vec<Vec<u8>> = self.before.keys().cloned().collect();
        if self.summary.is_none() {
            old.extend(self.found()?);
        }
        old.iter().filter(|path| !paths.contains(*path)).try_for_each(|path| self.publisher.output.remove(path))?;
        let mut files = self.before;
        files.extend(self.written.into_inner().unwrap_or_else(PoisonError::into_inner));
        files.retain(|path, _| paths.contains(path));
        let files: Vec<PublishedFile> = files.into_values().collect();
        Ok(self.publisher.record(&Unit::checksum_table(), &files)?)
    }

    /// Files where shards may lie: those of a run that was killed are in no record.
    fn found(&self) -> Result<Vec<Vec<u8>>, PublishError> {
        let mut found = Vec::new();
        for folder in self.publisher.site.shard_folders(TABLE) {
            let names = self.publisher.output.files_in(&folder)?;
            found.extend(names.into_iter().map(|name| [&folder[..], b"/", &name].concat()));
        }
        Ok(found)
    }

    /// A file as it was published.
    fn published(&self, name: &str) -> Result<Vec<u8>, TableError> {
        let path = self.publisher.site.shard_path(TABLE, name);
        let file = self.before.get(&path).ok_or(TableError::Stale)?;
        let bytes = fs::read_if_there(&self.publisher.output.root().join(fs::path_of(&path)))?;
        bytes.filter(|bytes| Sha256::of(bytes) == file.sha256).ok_or(TableError::Stale)
    }

    fn put(&self, name: &str, text: &str) -> Result<(), TableError> {
        let (path, bytes) = self.publisher.site.shard(TABLE, name, text);
        self.publisher.output.write(&path, &bytes)?;
        let file = published_file(path.clone(), &bytes);
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(path, file);
        Ok(())
    }
}

impl Storage for Table<'_> {
    type Error = TableError;

    fn read(&self, prefix: Prefix) -> Result<Vec<u8>, TableError> {
        self.published(&prefix.name())
    }

    fn write(&self, prefix: Prefix, rows: &[Row]) -> Result<(), TableError> {
        let found = disagreements::in_shard(rows).ok_or(TableError::Stale)?;
        let mut all = self.disagreements.lock().unwrap_or_else(PoisonError::into_inner);
        disagreements::replace(&mut all, prefix, found);
        drop(all);
        self.put(&prefix.name(), &document::write(prefix, rows))
    }

    fn place(&self, key: &str) -> Option<u32> {
        listing::place(key)
    }
}
