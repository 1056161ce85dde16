//! The only place that writes files.
//!
//! Every file appears whole or not at all: it is written under a temporary name on the same file
//! system and renamed. Errors carry the path. `clippy.toml` bans the writing functions of `std::fs`
//! everywhere else.
//!
//! This module depends on nothing else of the crate.
#![allow(clippy::disallowed_methods)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, IoSlice, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Names of unfinished files begin so; [`sweep`] removes those that a killed run left.
pub const TEMPORARY_PREFIX: &str = ".tmp-";

/// What could not be done with which path.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct PathError {
    /// The attempt, as it completes "cannot …".
    pub action: &'static str,
    /// The path.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Adds the path to an input/output error.
pub trait PathContext<T> {
    /// Says that `action` was tried with `path`.
    ///
    /// # Errors
    /// The error that was there, with its path.
    fn at(self, action: &'static str, path: &Path) -> Result<T, PathError>;
}

impl<T> PathContext<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, PathError> {
        self.map_err(|source| PathError { action, path: path.to_owned(), source })
    }
}

impl<T> PathContext<T> for rustix::io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, PathError> {
        self.map_err(io::Error::from).at(action, path)
    }
}

/// A path from bytes, as packages name files.
pub fn path_of(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// The whole of a file.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, PathError> {
    fs::read(path).at("read", path)
}

/// The whole of a file, or `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, PathError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).at("read", path),
    }
}

/// Makes a folder and those above it.
///
/// # Errors
/// When one cannot be made.
pub fn create_folders(path: &Path) -> Result<(), PathError> {
    fs::create_dir_all(path).at("create the folder", path)
}

/// Makes one folder whose parent is there.
///
/// # Errors
/// When it cannot be made, or is there already.
pub fn create_folder(path: &Path) -> Result<(), PathError> {
    fs::create_dir(path).at("create the folder", path)
}

/// Writes a new file under its final name, without a temporary one: only inside a folder that nobody
/// looks at until it is renamed as a whole.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn write_new(path: &Path, parts: &[&[u8]]) -> Result<(), PathError> {
    let mut file = create_new(path).at("create", path)?;
    write_parts(&mut file, parts).at("write", path)
}

/// Writes a file so that readers see the old or the new one, never a part. The folder must be there.
///
/// # Errors
/// When it cannot be written; the old file is then untouched.
pub fn write_atomically(path: &Path, parts: &[&[u8]]) -> Result<(), PathError> {
    let mut file = AtomicFile::create(path)?;
    write_parts(&mut file, parts).at("write", path)?;
    file.commit()
}

/// Gives the system all parts in one call, as far as it takes them, and copies none.
fn write_parts(file: &mut impl Write, parts: &[&[u8]]) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
    let mut rest = &mut slices[..];
    // Removes empty parts at the front, so that a write of nothing means that nothing is taken.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match file.write_vectored(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn create_new(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(path)
}

/// A file being written under a temporary name beside its final one; removed when it is dropped
/// without [`commit`](Self::commit).
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    temporary: PathBuf,
    path: PathBuf,
    done: bool,
}

impl AtomicFile {
    /// Begins the file `path`.
    ///
    /// # Errors
    /// When the temporary file cannot be created.
    pub fn create(path: &Path) -> Result<Self, PathError> {
        let temporary = path.with_file_name(temporary_name());
        let file = create_new(&temporary).at("create", &temporary)?;
        Ok(Self { file, temporary, path: path.to_owned(), done: false })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn commit(mut self) -> Result<(), PathError> {
        fs::rename(&self.temporary, &self.path).at("rename to", &self.path)?;
        self.done = true;
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.file.write_vectored(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// A file in `folder` that has no name and is gone when it is closed, for reading and writing.
///
/// # Errors
/// When it cannot be created.
pub fn nameless_file(folder: &Path) -> Result<File, PathError> {
    let path = folder.join(temporary_name());
    let file = fs::OpenOptions::new().read(true).write(true).create_new(true).open(&path).at("create", &path)?;
    remove_file(&path)?;
    Ok(file)
}

/// A temporary name that no other running debpress uses.
pub fn temporary_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{TEMPORARY_PREFIX}{}-{count}", std::process::id())
}

/// Renames a file or folder over `to`, which must not be a folder with something in it.
///
/// # Errors
/// When it cannot be renamed.
pub fn rename(from: &Path, to: &Path) -> Result<(), PathError> {
    fs::rename(from, to).at("rename to", to)
}

/// Puts the folder `from` in the place of the folder `to` at once, so that no reader finds neither;
/// what was at `to` is at `from` afterwards.
///
/// # Errors
/// When one of them is not there, or the system refuses.
pub fn exchange(from: &Path, to: &Path) -> Result<(), PathError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::EXCHANGE) {
        // Some file systems cannot exchange: then there is a moment without the folder.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            let aside = from.with_file_name(temporary_name());
            rename(to, &aside)?;
            rename(from, to)?;
            rename(&aside, from)
        }
        other => other.at("exchange with", to),
    }
}

/// Gives the file `from` a second name, and says whether the file system could.
pub fn hard_link(from: &Path, to: &Path) -> bool {
    fs::hard_link(from, to).is_ok()
}

/// Whether the file `path` has exactly the bytes `parts`; no when it cannot be read.
pub fn has_bytes(path: &Path, parts: &[&[u8]]) -> bool {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let same_length = fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() == length as u64);
    same_length && fs::read(path).is_ok_and(|bytes| bytes == parts.concat())
}

/// Makes `new` a second name of `old` when both have the same bytes, and says whether they had.
///
/// # Errors
/// When `new` cannot be read or replaced.
pub fn replace_by_link_if_same(old: &Path, new: &Path) -> Result<bool, PathError> {
    if !same_bytes(old, new).at("compare", new)? {
        return Ok(false);
    }
    let link = new.with_file_name(temporary_name());
    if !hard_link(old, &link) {
        return Ok(false);
    }
    rename(&link, new)?;
    Ok(true)
}

fn same_bytes(old: &Path, new: &Path) -> io::Result<bool> {
    use std::io::{BufRead as _, BufReader};
    let Ok(first) = File::open(old) else { return Ok(false) };
    let second = File::open(new)?;
    if first.metadata()?.len() != second.metadata()?.len() {
        return Ok(false);
    }
    let [mut first, mut second] = [first, second].map(|file| BufReader::with_capacity(1 << 20, file));
    loop {
        let (a, b) = (first.fill_buf()?, second.fill_buf()?);
        let length = a.len().min(b.len());
        if a[..length] != b[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
        first.consume(length);
        second.consume(length);
    }
}

/// Length and SHA-256 of a file, read piece by piece.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(path: &Path) -> Result<(u64, [u8; 32]), PathError> {
    use sha2::Digest as _;
    use std::io::Read as _;
    let mut file = File::open(path).at("read", path)?;
    let mut hash = sha2::Sha256::new();
    let mut piece = vec![0; 1 << 18];
    let mut length = 0;
    loop {
        let read = file.read(&mut piece).at("read", path)?;
        if read == 0 {
            return Ok((length, hash.finalize().into()));
        }
        hash.update(&piece[..read]);
        length += read as u64;
    }
}

/// The names of the folders in a folder, sorted; none when it is not there.
///
/// # Errors
/// When it is there and cannot be read.
pub fn folders_in(folder: &Path) -> Result<Vec<Vec<u8>>, PathError> {
    names_in(folder, |kind| kind.is_dir())
}

fn names_in(folder: &Path, is_wanted: impl Fn(fs::FileType) -> bool) -> Result<Vec<Vec<u8>>, PathError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.at("list", folder)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.at("list", folder)?;
        if is_wanted(entry.file_type().at("examine", &entry.path())?) {
            names.push(entry.file_name().as_bytes().to_vec());
        }
    }
    names.sort();
    Ok(names)
}

/// The names of the files in a folder, sorted; none when it is not there.
///
/// # Errors
/// When it is there and cannot be read.
pub fn files_in(folder: &Path) -> Result<Vec<Vec<u8>>, PathError> {
    names_in(folder, |kind| kind.is_file())
}

/// Removes a file; one that is not there is fine.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove_file(path: &Path) -> Result<(), PathError> {
    allow_missing(fs::remove_file(path)).at("remove", path)
}

/// Removes a folder with all that is in it, following no link; one that is not there is fine.
///
/// # Errors
/// When something in it cannot be removed.
pub fn remove_tree(path: &Path) -> Result<(), PathError> {
    allow_missing(fs::remove_dir_all(path)).at("remove", path)
}

/// Removes a folder if nothing is in it, and says whether it is gone.
pub fn remove_empty_folder(path: &Path) -> bool {
    fs::remove_dir(path).is_ok()
}

fn allow_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Removes unfinished files and folders that a killed run left directly in `folder`.
///
/// # Errors
/// When the folder is there and cannot be read, or something in it cannot be removed.
pub fn sweep(folder: &Path) -> Result<(), PathError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.at("list", folder)?,
    };
    for entry in entries {
        let entry = entry.at("list", folder)?;
        if !entry.file_name().as_bytes().starts_with(TEMPORARY_PREFIX.as_bytes()) {
            continue;
        }
        match entry.file_type().at("examine", &entry.path())?.is_dir() {
            true => remove_tree(&entry.path())?,
            false => remove_file(&entry.path())?,
        }
    }
    Ok(())
}

/// Asks the system to bring all that was written to the file system of `folder` to the disk: once a
/// run, before the record that makes the run count.
///
/// # Errors
/// When the folder cannot be opened or the system reports a lost write.
pub fn sync_file_system(folder: &Path) -> Result<(), PathError> {
    let file = File::open(folder).at("open", folder)?;
    rustix::fs::syncfs(&file).at("sync", folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abandoned_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write_atomically(&path, &[b"old"]).unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        drop(file);
        assert_eq!(read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn sweeping_takes_unfinished_things_alone() {
        let folder = tempfile::tempdir().unwrap();
        create_folders(&folder.path().join(temporary_name()).join("x")).unwrap();
        write_new(&folder.path().join("kept"), &[b""]).unwrap();
        sweep(folder.path()).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["kept"]);
    }
}
