//! Rows that come and go, brought into the shards that have them.

use std::iter::Peekable;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::document::{self, DocumentError};
use super::{Change, Changes, Partition, Prefix, Row};
use crate::fs::PathError;

/// Shards that are worked on at the same time.
const AT_ONCE: usize = 64;

/// Where shards lie.
pub trait Storage: Sync {
    /// Why it fails.
    type Error: Send;

    /// The bytes of a shard as it was before, in any form that [`document::parse`] reads.
    ///
    /// # Errors
    /// When it is not there or not what was written.
    fn read(&self, prefix: Prefix) -> Result<Vec<u8>, Self::Error>;

    /// Puts the shard with these rows, as [`document::write`] writes it, in its place, over one of the same name.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&self, prefix: Prefix, rows: &[Row]) -> Result<(), Self::Error>;

    /// The place of a key; `None` when it is no key.
    fn place(&self, key: &str) -> Option<u32>;
}

/// Why shards could not be brought up to date. Some may have been written; making all of them anew mends it.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// A shard could not be read or written.
    #[error(transparent)]
    Storage(E),
    /// The changes could not be read.
    #[error(transparent)]
    Changes(#[from] PathError),
    /// A shard is damaged.
    #[error("shard {name}: {source}")]
    Document {
        /// Its name.
        name: String,
        /// What is wrong.
        source: DocumentError,
    },
    /// A row that goes is not there, or one that comes is.
    #[error("shard {name} has other rows than it should")]
    Rows {
        /// Its name.
        name: String,
    },
}

/// One shard to be made.
struct Job {
    prefix: Prefix,
    /// The shards that had its places, as they were.
    before: Vec<(Prefix, Arc<Vec<u8>>)>,
    changes: Vec<Change>,
}

/// Applies `changes` to the shards of `before` (`None`: there are none), so that those of `after` are there; gives how
/// many were written. Shards of `before` that `after` does not have stay where they are.
///
/// # Errors
/// See [`UpdateError`].
pub fn update<S: Storage>(
    storage: &S,
    before: Option<Partition>,
    after: Partition,
    changes: Changes,
) -> Result<u64, UpdateError<S::Error>> {
    let mut jobs = Jobs { storage, before, changes: changes.peekable(), last_read: None };
    let mut prefixes = after.prefixes();
    let mut written = 0;
    loop {
        let mut batch = Vec::with_capacity(AT_ONCE);
        while batch.len() < AT_ONCE
            && let Some(prefix) = prefixes.next()
        {
            batch.extend(jobs.job(prefix)?);
        }
        if batch.is_empty() {
            return Ok(written);
        }
        let made = batch.into_par_iter().map(|job| make(storage, job)).collect::<Result<Vec<bool>, _>>()?;
        written += made.into_iter().filter(|&is_written| is_written).count() as u64;
    }
}

struct Jobs<'a, S> {
    storage: &'a S,
    before: Option<Partition>,
    changes: Peekable<Changes>,
    /// Several shards may be made of one, and the first is written before the last is made.
    last_read: Option<(Prefix, Arc<Vec<u8>>)>,
}

impl<S: Storage> Jobs<'_, S> {
    /// What there is to do for a shard, if anything. Shards are asked for in order.
    fn job(&mut self, prefix: Prefix) -> Result<Option<Job>, UpdateError<S::Error>> {
        let changes = self.changes_of(prefix)?;
        let mut before = Vec::new();
        if let Some(partition) = self.before {
            if changes.is_empty() && partition.prefix_of(prefix.first()) == prefix {
                return Ok(None);
            }
            for prefix in partition.overlapping(prefix) {
                before.push((prefix, self.read(prefix)?));
            }
        }
        Ok(Some(Job { prefix, before, changes }))
    }

    fn changes_of(&mut self, prefix: Prefix) -> Result<Vec<Change>, PathError> {
        let is_its = |change: &Result<Change, PathError>| change.as_ref().map_or(true, |it| prefix.has(it.row.place));
        std::iter::from_fn(|| self.changes.next_if(is_its)).collect()
    }

    fn read(&mut self, prefix: Prefix) -> Result<Arc<Vec<u8>>, UpdateError<S::Error>> {
        match &self.last_read {
            Some((last, bytes)) if *last == prefix => Ok(Arc::clone(bytes)),
            _ => {
                let bytes = Arc::new(self.storage.read(prefix).map_err(UpdateError::Storage)?);
                self.last_read = Some((prefix, Arc::clone(&bytes)));
                Ok(bytes)
            }
        }
    }
}

/// Makes a shard, and says whether it was written: when nothing changes, it is not.
fn make<S: Storage>(storage: &S, job: Job) -> Result<bool, UpdateError<S::Error>> {
    let Job { prefix, before, changes } = job;
    let mut rows = Vec::new();
    for (before, bytes) in &before {
        let found = document::rows(bytes, |key| storage.place(key));
        let found = found.map_err(|source| UpdateError::Document { name: before.name(), source })?;
        rows.extend(found.into_iter().filter(|row| prefix.has(row.place)));
    }
    let is_same_shard = matches!(&before[..], [(before, _)] if *before == prefix);
    let applied = apply(&rows, changes).ok_or_else(|| UpdateError::Rows { name: prefix.name() })?;
    if is_same_shard && applied == rows {
        return Ok(false);
    }
    storage.write(prefix, &applied).map_err(UpdateError::Storage)?;
    Ok(true)
}

/// The rows after the changes, both in order; `None` when they do not fit together.
fn apply(rows: &[Row], changes: Vec<Change>) -> Option<Vec<Row>> {
    let mut applied = Vec::with_capacity(rows.len() + changes.len());
    let mut rows = rows.iter().peekable();
    for Change { row, is_added } in changes {
        while let Some(kept) = rows.next_if(|kept| **kept < row) {
            applied.push(kept.clone());
        }
        let is_there = rows.next_if(|there| **there == row).is_some();
        match is_added {
            true if is_there || applied.last() == Some(&row) => return None,
            true => applied.push(row),
            false if !is_there => return None,
            false => {}
        }
    }
    applied.extend(rows.cloned());
    Some(applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shards::Sorter;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Mutex;

    #[derive(Default)]
    struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

    impl Storage for Memory {
        type Error = String;

        fn read(&self, prefix: Prefix) -> Result<Vec<u8>, String> {
            self.0.lock().unwrap().get(&prefix.name()).cloned().ok_or(prefix.name())
        }

        fn write(&self, prefix: Prefix, rows: &[Row]) -> Result<(), String> {
            self.0.lock().unwrap().insert(prefix.name(), document::write(prefix, rows).into_bytes());
            Ok(())
        }

        fn place(&self, key: &str) -> Option<u32> {
            u32::from_str_radix(key, 16).ok()
        }
    }

    fn row((place, value): (u32, u8)) -> Row {
        Row { place, key: format!("{place:08x}"), value: value.to_string() }
    }

    fn changes(gone: impl Iterator<Item = (u32, u8)>, new: impl Iterator<Item = (u32, u8)>) -> Changes {
        let mut sorter = Sorter::new(std::env::temp_dir());
        gone.for_each(|it| sorter.push(Change { row: row(it), is_added: false }).unwrap());
        new.for_each(|it| sorter.push(Change { row: row(it), is_added: true }).unwrap());
        sorter.finish().unwrap()
    }

    type Table = BTreeSet<(u32, u8)>;

    fn scratch(table: &Table, partition: Partition) -> BTreeMap<String, Vec<u8>> {
        let memory = Memory::default();
        update(&memory, None, partition, changes(std::iter::empty(), table.iter().copied())).unwrap();
        memory.0.into_inner().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn an_updated_table_is_as_one_made_anew(
            tables in proptest::collection::vec(
                (proptest::collection::btree_set((any::<u32>(), 0_u8..3), 0..60), 1_u32..40), 1..5),
        ) {
            let memory = Memory::default();
            let (mut last, mut before): (Table, Option<Partition>) = (Table::new(), None);
            for (mut table, shards) in tables {
                // Some rows stay.
                table.extend(last.iter().step_by(2).copied());
                let after = Partition::new(shards);
                let gone = last.iter().copied();
                update(&memory, before, after, changes(gone, table.iter().copied())).unwrap();
                let wanted: BTreeSet<String> = after.prefixes().map(Prefix::name).collect();
                memory.0.lock().unwrap().retain(|name, _| wanted.contains(name));
                prop_assert_eq!(&*memory.0.lock().unwrap(), &scratch(&table, after));
                (last, before) = (table, Some(after));
            }
        }

        #[test]
        fn a_change_writes_the_shards_of_its_rows_alone(
            table in proptest::collection::btree_set((any::<u32>(), 0_u8..3), 1..60),
            new in proptest::collection::btree_set((any::<u32>(), 5_u8..8), 0..4),
            shards in 1_u32..200,
        ) {
            let partition = Partition::new(shards);
            let memory = Memory(Mutex::new(scratch(&table, partition)));
            let added = changes(std::iter::empty(), new.iter().copied());
            let written = update(&memory, Some(partition), partition, added).unwrap();
            let of_rows: BTreeSet<String> = new.iter().map(|(place, _)| partition.prefix_of(*place).name()).collect();
            prop_assert_eq!(written, of_rows.len() as u64);
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_told() {
        let partition = Partition::new(2);
        let memory = Memory(Mutex::new(scratch(&[(7, 1)].into(), partition)));
        let twice = changes(std::iter::empty(), [(7, 1)].into_iter());
        assert!(matches!(update(&memory, Some(partition), partition, twice), Err(UpdateError::Rows { .. })));
        let missing = changes([(8, 1)].into_iter(), std::iter::empty());
        assert!(matches!(update(&memory, Some(partition), partition, missing), Err(UpdateError::Rows { .. })));
    }
}
