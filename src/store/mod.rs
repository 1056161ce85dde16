//! The store: every result under the checksum of its inputs, and the little state that no input tells.
//!
//! A [`Store`] is a folder (`[cache] dir`) that one run at a time writes. A result is named by a [`Bucket`]
//! and a [`Key`]; it is there whole or not at all, never changes, and may be removed at any time, for
//! whoever needs it makes it again. Small results are records of any serializable type
//! ([`Store::put`], [`Store::get`]); members of source files are [`Pack`]s, their page fragments
//! [`FragmentPack`]s, their symbols [`OutlinePack`]s. [`State`] is a database of what cannot be derived.
//!
//! Nothing is believed unread: what is cut short or has changed is found by its checksum when it is opened
//! or read, thrown away, listed in [`Store::damaged`], and made again by the caller.
//!
//! ```
//! # use debpress::model::Key;
//! # use debpress::store::{Bucket, Store};
//! # let folder = tempfile::tempdir()?;
//! let store = Store::open(folder.path())?;
//! let key = Key::of("count-lines", 1).bytes(b"a\nb\n").finish();
//! if store.get::<u32>(Bucket::Facts("lines"), key)?.is_none() {
//!     store.put(Bucket::Facts("lines"), key, &2_u32)?;
//! }
//! assert_eq!(store.get(Bucket::Facts("lines"), key)?, Some(2_u32));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This room depends on [`crate::fs`] and [`crate::model`] alone. `docs/format.md` gives every layout.

mod block;
mod bucket;
mod container;
mod error;
mod folder;
mod fragments;
mod garbage;
mod outlines;
mod pack;
pub mod show;
mod state;
mod verify;

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use self::container::{Container, ContainerWriter, Section, SectionWriter};
use self::error::{Fault, Origin, Target};
use self::folder::Lock;
use crate::fs::{self, AtomicFile, PathContext, PathError};
use crate::model::Key;

pub use self::block::{BLOCK_LENGTH, Block, MAX_BLOCK_LENGTH};
pub use self::bucket::Bucket;
pub use self::error::{Damage, StoreError};
pub use self::fragments::{FragmentPack, FragmentWriter, Piece};
pub use self::garbage::{GcReport, GcRules};
pub use self::outlines::{OutlinePack, OutlineWriter};
pub use self::pack::{Group, GroupContent, Pack, PackWriter};
pub use self::state::{FailedStep, Failure, Purge, Seen, State, StateError, StateReader, StateWriter};

const STATE_FILE: &str = "state.sqlite";

/// How many results there are, and their bytes on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Usage {
    /// Results.
    pub count: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

impl Usage {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// An open cache. Shared by reference between worker threads.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    state: State,
    damaged: Mutex<Vec<Damage>>,
    /// Last, so that the lock outlives everything else; `None` when open for reading.
    lock: Option<Lock>,
}

impl Store {
    /// Opens a cache for one run, making it if the folder is new or empty, and locks it until the store is
    /// dropped. What a killed run left unfinished is removed.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another run has it; [`StoreError::Foreign`] when the folder has something
    /// else in it; [`StoreError::Newer`] when a later program wrote it; else when it cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        folder::refuse_foreign(folder)?;
        fs::create_folders(folder)?;
        let lock = Lock::take(folder)?;
        folder::prepare(folder)?;
        if lock.after_kill() {
            folder::sweep(folder)?;
        }
        let state = State::open(&folder.join(STATE_FILE))?;
        Ok(Self { folder: folder.to_owned(), state, damaged: Mutex::default(), lock: Some(lock) })
    }

    /// Opens a cache without locking it: for looking at it, also while a run writes it. What is damaged is
    /// left where it is.
    ///
    /// # Errors
    /// [`StoreError::Absent`] when there is none; [`StoreError::Newer`] when a later program wrote it.
    pub fn open_read_only(folder: &Path) -> Result<Self, StoreError> {
        folder::require(folder)?;
        let path = folder.join(STATE_FILE);
        if !path.try_exists().at("examine", &path)? {
            return Err(StoreError::Absent { folder: folder.to_owned() });
        }
        let state = State::open_read_only(&path)?;
        Ok(Self { folder: folder.to_owned(), state, damaged: Mutex::default(), lock: None })
    }

    /// What cannot be derived.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes a record, over the one that may be there.
    ///
    /// # Errors
    /// When it cannot be serialized or written.
    pub fn put<T: Serialize>(&self, bucket: Bucket, key: Key, value: &T) -> Result<(), StoreError> {
        let target = self.target(bucket, key)?;
        let bytes = encode_record(bucket, key, value)?;
        let record = SectionWriter::of(Section::Record, &bytes);
        let container = ContainerWriter::begin(Vec::new(), bucket.kind(), key);
        let file = container.and_then(|container| container.finish(vec![record])).map_err(|e| target.error(e))?;
        Ok(with_folder(&target.path, |path| fs::write_atomically(path, &[&file]))?)
    }

    /// Reads a record; `None` when there is none. A damaged one is thrown away and is none.
    ///
    /// # Errors
    /// When it is there and cannot be read for a reason outside it.
    pub fn get<T: DeserializeOwned>(&self, bucket: Bucket, key: Key) -> Result<Option<T>, StoreError> {
        self.undamaged(self.read_record(bucket, key))
    }

    /// Begins a pack.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn pack_writer(&self, key: Key) -> Result<PackWriter, StoreError> {
        let target = self.target(Bucket::Packs, key)?;
        let file = with_folder(&target.path, AtomicFile::create)?;
        PackWriter::begin(target, file)
    }

    /// Opens a pack; `None` when there is none. One with a damaged index is thrown away and is none; damaged
    /// content is found when it is read.
    ///
    /// # Errors
    /// When it is there and cannot be read for a reason outside it.
    pub fn pack(&self, key: Key) -> Result<Option<Pack>, StoreError> {
        self.undamaged(self.read_pack(key))
    }

    /// Begins a fragment pack.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn fragment_writer(&self, key: Key) -> Result<FragmentWriter, StoreError> {
        let target = self.target(Bucket::Fragments, key)?;
        let file = with_folder(&target.path, AtomicFile::create)?;
        FragmentWriter::begin(target, file)
    }

    /// Opens a fragment pack; `None` when there is none. One with a damaged index is thrown away and is none.
    ///
    /// # Errors
    /// When it is there and cannot be read for a reason outside it.
    pub fn fragments(&self, key: Key) -> Result<Option<FragmentPack>, StoreError> {
        self.undamaged(self.read_fragments(key))
    }

    /// Begins an outline pack.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn outline_writer(&self, key: Key) -> Result<OutlineWriter, StoreError> {
        let target = self.target(Bucket::Outlines, key)?;
        let file = with_folder(&target.path, AtomicFile::create)?;
        OutlineWriter::begin(target, file)
    }

    /// Opens an outline pack; `None` when there is none. One with a damaged index is thrown away and is none.
    ///
    /// # Errors
    /// When it is there and cannot be read for a reason outside it.
    pub fn outlines(&self, key: Key) -> Result<Option<OutlinePack>, StoreError> {
        self.undamaged(self.read_outlines(key))
    }

    /// Whether there is such a result. It may turn out to be damaged.
    ///
    /// # Errors
    /// When the folder cannot be looked at.
    pub fn contains(&self, bucket: Bucket, key: Key) -> Result<bool, StoreError> {
        let path = bucket.path(&self.folder, key);
        Ok(path.try_exists().at("examine", &path)?)
    }

    /// Removes a result at once; one that is not there is fine. Who has it open may read on.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self, bucket: Bucket, key: Key) -> Result<(), StoreError> {
        self.writable()?;
        Ok(fs::remove_file(&bucket.path(&self.folder, key))?)
    }

    /// The keys of a bucket, sorted. Walks its folders.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn list(&self, bucket: Bucket) -> Result<Vec<Key>, StoreError> {
        let mut keys = Vec::new();
        for shard in bucket.shards(&self.folder)? {
            keys.extend(bucket.keys(&shard)?);
        }
        Ok(keys)
    }

    /// The buckets of this cache, with one for each analysis that it has facts of.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn buckets(&self) -> Result<Vec<Bucket>, StoreError> {
        Ok(Bucket::all(&self.folder)?)
    }

    /// Results and bytes of a bucket. Walks its folders and looks at every file.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn size(&self, bucket: Bucket) -> Result<Usage, StoreError> {
        let mut usage = Usage::default();
        for key in self.list(bucket)? {
            if let Some(bytes) = self.file_size(bucket, key)? {
                usage.add(bytes);
            }
        }
        Ok(usage)
    }

    /// Throws away what was found damaged, unless it was replaced since, and notes it for [`damaged`](Self::damaged).
    /// In a store that is open for reading it is noted only.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(&self, damage: Damage) -> Result<(), StoreError> {
        let path = damage.bucket.path(&self.folder, damage.key);
        let is_the_same = std::fs::metadata(&path).is_ok_and(|metadata| metadata.ino() == damage.inode);
        if self.lock.is_some() && is_the_same {
            fs::remove_file(&path)?;
        }
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).push(damage);
        Ok(())
    }

    /// What was found damaged and thrown away since the store was opened.
    pub fn damaged(&self) -> Vec<Damage> {
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Brings all that was written to the disk: once a run, before the state says that the run counts.
    ///
    /// # Errors
    /// When the system reports a lost write.
    pub fn sync(&self) -> Result<(), StoreError> {
        Ok(fs::sync_file_system(&self.folder)?)
    }

    fn read_record<T: DeserializeOwned>(&self, bucket: Bucket, key: Key) -> Result<Option<T>, StoreError> {
        let Some((origin, container)) = self.open_container(bucket, key)? else { return Ok(None) };
        let value = container.section_bytes(Section::Record).and_then(|bytes| decode_record(&bytes));
        value.map(Some).map_err(|fault| origin.error(fault))
    }

    fn read_pack(&self, key: Key) -> Result<Option<Pack>, StoreError> {
        let opened = self.open_container(Bucket::Packs, key)?;
        opened.map(|(origin, container)| Pack::open(origin, container)).transpose()
    }

    fn read_fragments(&self, key: Key) -> Result<Option<FragmentPack>, StoreError> {
        let opened = self.open_container(Bucket::Fragments, key)?;
        opened.map(|(origin, container)| FragmentPack::open(origin, container)).transpose()
    }

    fn read_outlines(&self, key: Key) -> Result<Option<OutlinePack>, StoreError> {
        let opened = self.open_container(Bucket::Outlines, key)?;
        opened.map(|(origin, container)| OutlinePack::open(origin, container)).transpose()
    }

    fn open_container(&self, bucket: Bucket, key: Key) -> Result<Option<(Origin, Container)>, StoreError> {
        let path = bucket.path(&self.folder, key);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.at("open", &path)?,
        };
        let metadata = file.metadata().at("examine", &path)?;
        let origin = Origin { bucket, key, path, inode: metadata.ino() };
        match Container::open(file, metadata.len(), bucket.kind(), key) {
            Ok(container) => Ok(Some((origin, container))),
            Err(fault) => Err(origin.error(fault)),
        }
    }

    /// Turns damage into absence, after throwing away what is damaged.
    fn undamaged<T>(&self, result: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
        match result {
            Err(StoreError::Damaged(damage)) => self.discard(damage).map(|()| None),
            other => other,
        }
    }

    fn target(&self, bucket: Bucket, key: Key) -> Result<Target, StoreError> {
        self.writable()?;
        Ok(Target { bucket, key, path: bucket.path(&self.folder, key) })
    }

    fn writable(&self) -> Result<(), StoreError> {
        match self.lock {
            Some(_) => Ok(()),
            None => Err(StoreError::ReadOnly { folder: self.folder.clone() }),
        }
    }

    /// Bytes of a result's file; `None` when it is gone.
    fn file_size(&self, bucket: Bucket, key: Key) -> Result<Option<u64>, StoreError> {
        let path = bucket.path(&self.folder, key);
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => Ok(Some(other.at("examine", &path)?.len())),
        }
    }
}

/// Does `create`; when the folder around the path is missing, makes it and tries again.
fn with_folder<T>(path: &Path, create: impl Fn(&Path) -> Result<T, PathError>) -> Result<T, PathError> {
    match (create(path), path.parent()) {
        (Err(error), Some(folder)) if error.source.kind() == io::ErrorKind::NotFound => {
            fs::create_folders(folder)?;
            create(path)
        }
        (result, _) => result,
    }
}

/// A value as the bytes of a record, in postcard's wire format.
fn encode_record<T: Serialize>(bucket: Bucket, key: Key, value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(value).map_err(|source| StoreError::Serialize { bucket, key, source })
}

/// The value of a record; every byte must belong to it.
fn decode_record<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Fault::damaged(format!("{} bytes follow the record", rest.len())),
        Err(error) => Fault::damaged(format!("the record is not of the type that is expected: {error}")),
    }
}

#[cfg(test)]
mod tests;
