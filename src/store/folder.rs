//! The cache's folder: whether it is one, its layout version, and its lock.

use std::fs::{self as std_fs, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::{Bucket, StoreError};
use crate::fs::{self, PathContext, PathError, TEMPORARY_PREFIX};

/// The layout that this program writes. It changes when folders move or names change; what is in the files
/// of one bucket has its own version in the bucket's name.
const LAYOUT: u32 = 1;

const LAYOUT_FILE: &str = "layout";
const LAYOUT_TEXT: &str = "debpress cache layout ";
const LOCK_FILE: &str = "lock";
const TAG_FILE: &str = "CACHEDIR.TAG";
/// The signature is fixed by the Cache Directory Tagging Specification; backup programs skip the folder.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This folder is a cache of debpress. It can be removed; what is then lost for good is in state.sqlite:\n\
    # when suites and versions were first seen, failures, and the history of statistics.\n";

/// Refuses a folder that has something in it and is no cache. Nothing is written before this.
pub(super) fn refuse_foreign(folder: &Path) -> Result<(), StoreError> {
    if layout(folder)?.is_some() {
        return Ok(());
    }
    let entries = match std_fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.at("list", folder)?,
    };
    for entry in entries {
        let name = entry.at("list", folder)?.file_name().to_string_lossy().into_owned();
        let harmless =
            [LOCK_FILE, TAG_FILE, "lost+found"].contains(&name.as_str()) || name.starts_with(TEMPORARY_PREFIX);
        if !harmless {
            return Err(StoreError::Foreign { folder: folder.to_owned(), found: name });
        }
    }
    Ok(())
}

/// Makes the folder a cache, if it is not one, and refuses a layout of a later program.
pub(super) fn prepare(folder: &Path) -> Result<(), StoreError> {
    let tag = folder.join(TAG_FILE);
    match layout(folder)? {
        Some(found) => check_layout(folder, found),
        None => {
            fs::write_atomically(&tag, &[TAG.as_bytes()])?;
            Ok(fs::write_atomically(&folder.join(LAYOUT_FILE), &[format!("{LAYOUT_TEXT}{LAYOUT}\n").as_bytes()])?)
        }
    }
}

/// Refuses a folder that is no cache, or one of a later program.
pub(super) fn require(folder: &Path) -> Result<(), StoreError> {
    match layout(folder)? {
        Some(found) => check_layout(folder, found),
        None => Err(StoreError::Absent { folder: folder.to_owned() }),
    }
}

fn check_layout(folder: &Path, found: u32) -> Result<(), StoreError> {
    match found {
        LAYOUT => Ok(()),
        found => Err(StoreError::Newer { folder: folder.to_owned(), found, known: LAYOUT }),
    }
}

fn layout(folder: &Path) -> Result<Option<u32>, StoreError> {
    let path = folder.join(LAYOUT_FILE);
    let Some(bytes) = fs::read_if_there(&path)? else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let number = text.strip_prefix(LAYOUT_TEXT).and_then(|rest| rest.trim_end().parse().ok());
    number.map(Some).ok_or(StoreError::Layout { path })
}

/// Removes unfinished files of a run that was killed.
pub(super) fn sweep(folder: &Path) -> Result<(), PathError> {
    fs::sweep(folder)?;
    for bucket in Bucket::all(folder)? {
        bucket.shards(folder)?.iter().try_for_each(|shard| fs::sweep(shard))?;
    }
    Ok(())
}

/// The lock of a cache: held while this lives, let go by the system when the process ends in any way.
///
/// The file holds the process id while a run lasts and nothing after it has ended well, so that the next
/// run knows whether unfinished files may be lying about, without looking for them.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    after_kill: bool,
}

impl Lock {
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(LOCK_FILE);
        let mut file = open_lock(&path)?;
        let lock = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
        let mut owner = Vec::new();
        file.read_to_end(&mut owner).at("read", &path)?;
        match lock {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let process = String::from_utf8_lossy(&owner).trim_end().parse().ok();
                return Err(StoreError::Locked { folder: folder.to_owned(), process });
            }
            Err(error) => return Err(PathError { action: "lock", path, source: error.into() }.into()),
        }
        write_owner(&mut file).at("write", &path)?;
        Ok(Self { file, after_kill: !owner.is_empty() })
    }

    /// Whether the run before was killed.
    pub(super) fn after_kill(&self) -> bool {
        self.after_kill
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

fn write_owner(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("{}\n", std::process::id()).as_bytes())
}

/// Opens the lock file. It is the one file that is not put in place by renaming: a lock belongs to the file
/// that was opened, and a renamed one would be another.
fn open_lock(path: &Path) -> Result<File, PathError> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::from_raw_mode(0o644)).at("open", path).map(File::from)
}
