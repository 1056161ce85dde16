//! What can go wrong in the store, and where.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{Bucket, StateError};
use crate::fs::PathError;
use crate::model::Key;

/// A stored thing that cannot be trusted: cut short, changed, or not readable from the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where it is.
    pub bucket: Bucket,
    /// Which it is.
    pub key: Key,
    /// What is wrong with it, for a message.
    pub what: String,
    /// The file that was looked at: what has replaced it since is not thrown away for it.
    pub(super) inode: u64,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} is damaged: {}", self.bucket, self.key, self.what)
    }
}

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The database cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// Something stored is damaged. [`Store::discard`](super::Store::discard) it and make it again.
    #[error("{0}; it is made again when it is thrown away")]
    Damaged(Damage),
    /// Another run uses the cache.
    #[error(
        "the cache {} is in use by {}; one run at a time: wait for it, or stop it",
        folder.display(),
        process.map_or_else(|| "another process".to_owned(), |id| format!("process {id}"))
    )]
    Locked {
        /// The cache.
        folder: PathBuf,
        /// The other run's process id, when it could be read.
        process: Option<u32>,
    },
    /// The cache was written by a later debpress.
    #[error(
        "the cache {} has layout {found}, and this debpress knows layouts up to {known}; use a newer debpress, \
         or another cache.dir",
        folder.display()
    )]
    Newer {
        /// The cache.
        folder: PathBuf,
        /// The layout it has.
        found: u32,
        /// The newest layout this program knows.
        known: u32,
    },
    /// The folder has something in it and is no cache.
    #[error(
        "{} is not empty and not a cache of debpress (it has {}); name an empty or new folder as cache.dir",
        folder.display(),
        found.escape_debug()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// One name in it.
        found: String,
    },
    /// The layout file says nothing that can be read.
    #[error("{} does not name a layout; restore the line `debpress cache layout 1`", path.display())]
    Layout {
        /// The layout file.
        path: PathBuf,
    },
    /// There is no cache to be read.
    #[error("there is no cache in {}; `debpress build` makes it", folder.display())]
    Absent {
        /// The folder.
        folder: PathBuf,
    },
    /// The store was opened for reading.
    #[error("the cache {} is open for reading only", folder.display())]
    ReadOnly {
        /// The cache.
        folder: PathBuf,
    },
    /// A value cannot be written as a record.
    #[error("cannot store {bucket} {key}: {source}")]
    Serialize {
        /// Where it was to go.
        bucket: Bucket,
        /// Which it is.
        key: Key,
        /// What the serializer said.
        #[source]
        source: postcard::Error,
    },
    /// The members' lengths and the blocks' lengths differ: the file changed while it was read.
    #[error("pack {key} does not add up: its members have {members} bytes, its blocks {blocks}")]
    Content {
        /// The pack.
        key: Key,
        /// Bytes of all file members.
        members: u64,
        /// Bytes of all blocks before compression.
        blocks: u64,
    },
    /// A block or a fragment is longer than the format can say.
    #[error("a block or fragment of {length} bytes for {bucket} {key} is longer than {longest}")]
    TooLong {
        /// Where it was to go.
        bucket: Bucket,
        /// Which file.
        key: Key,
        /// Its length.
        length: usize,
        /// The longest that is allowed.
        longest: usize,
    },
    /// Fragments must come in the order of members and lines.
    #[error("fragment pack {key}: the piece for member {member}, line {first_line}, comes after a later one")]
    Order {
        /// The fragment pack.
        key: Key,
        /// The member.
        member: u32,
        /// The piece's first line.
        first_line: u32,
    },
    /// The pack has no file at that place.
    #[error("pack {key} has no file as member {member}")]
    NotAFile {
        /// The pack.
        key: Key,
        /// The member asked for.
        member: u32,
    },
    /// What was read could not be passed on.
    #[error("cannot write what was read from the cache: {0}")]
    Output(#[source] io::Error),
    /// More would be removed than the rules of a collection allow.
    #[error(
        "{removable} of {stored} stored results are reached by nothing, more than {percent} % of them: nothing was \
         removed; if that is right, collect again with --force-remove"
    )]
    TooMuchGarbage {
        /// What would be removed.
        removable: u64,
        /// What is stored.
        stored: u64,
        /// The share that is allowed.
        percent: u8,
    },
}

/// Why bytes of a stored file could not be had, before it is said which file that is.
#[derive(Debug)]
pub(super) enum Fault {
    /// They are not what was written.
    Damaged(String),
    /// The system refused for a reason that does not lie in the file.
    System(io::Error),
}

impl Fault {
    pub(super) fn damaged<T>(what: impl Into<String>) -> Result<T, Self> {
        Err(Self::Damaged(what.into()))
    }
}

impl From<io::Error> for Fault {
    /// A short file and a bad sector are damage: the file is of no use, and making it again heals both.
    fn from(error: io::Error) -> Self {
        let bad_sector = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged("it ends too early".to_owned()),
            _ if bad_sector => Self::Damaged("the disk cannot read it".to_owned()),
            _ => Self::System(error),
        }
    }
}

/// Which stored file an open handle is of.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) bucket: Bucket,
    pub(super) key: Key,
    pub(super) path: PathBuf,
    pub(super) inode: u64,
}

impl Origin {
    /// Says of a fault which file it is in.
    pub(super) fn error(&self, fault: Fault) -> StoreError {
        match fault {
            Fault::Damaged(what) => StoreError::Damaged(self.damage(what)),
            Fault::System(source) => read_error(&self.path, source),
        }
    }

    pub(super) fn damage(&self, what: String) -> Damage {
        Damage { bucket: self.bucket, key: self.key, what, inode: self.inode }
    }
}

pub(super) fn read_error(path: &Path, source: io::Error) -> StoreError {
    PathError { action: "read", path: path.to_owned(), source }.into()
}

/// Which stored file is being written.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) bucket: Bucket,
    pub(super) key: Key,
    pub(super) path: PathBuf,
}

impl Target {
    pub(super) fn error(&self, source: io::Error) -> StoreError {
        PathError { action: "write", path: self.path.clone(), source }.into()
    }

    pub(super) fn too_long(&self, length: usize, longest: usize) -> StoreError {
        StoreError::TooLong { bucket: self.bucket, key: self.key, length, longest }
    }
}
