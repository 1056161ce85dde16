//! The published folder: ours to change, and changed only by whole files and whole folders.
//!
//! `.debpress/` in it marks it as ours and holds what is not finished yet. A folder of pages is built
//! there ([`Output::stage`]) and then exchanged with the published one, so that a reader sees the old or
//! the new state of a version and a killed run leaves at most something to sweep. Files whose bytes stay
//! the same keep their inode and time.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::fs::{self, PathError};

/// The folder, below the output folder, that marks it as ours.
const OWN_FOLDER: &str = ".debpress";
const MARKER: &str = "README";
const MARKER_TEXT: &str =
    "This folder is made by debpress. Everything in it is replaced or removed by `debpress build`.\n";

/// Why the published folder cannot be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// It has something in it that debpress did not make.
    #[error(
        "{} is not empty and was not made by debpress; nothing was changed\n  hint: choose another `output.dir`, or empty it yourself",
        .0.display()
    )]
    NotOurs(PathBuf),
    /// Something could not be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// The published folder.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    own: PathBuf,
    files_written: AtomicU64,
    bytes_written: AtomicU64,
}

impl Output {
    /// Whether `root` is a folder that debpress made; nothing is changed.
    pub fn is_ours(root: &Path) -> bool {
        root.join(OWN_FOLDER).join(MARKER).is_file()
    }

    /// Takes the folder over: creates it if there is none, sweeps what a killed run left.
    ///
    /// # Errors
    /// When it is not ours and not empty, or cannot be written.
    pub fn open(root: &Path) -> Result<Self, OutputError> {
        let own = root.join(OWN_FOLDER);
        if !Self::is_ours(root) {
            if has_foreign_files(root)? {
                return Err(OutputError::NotOurs(root.to_owned()));
            }
            fs::create_folders(&own)?;
            fs::write_atomically(&own.join(MARKER), &[MARKER_TEXT.as_bytes()])?;
        }
        fs::sweep(&own)?;
        let [files_written, bytes_written] = [AtomicU64::new(0), AtomicU64::new(0)];
        Ok(Self { root: root.to_owned(), own, files_written, bytes_written })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Brings all that was written to the disk.
    ///
    /// # Errors
    /// When the system reports a lost write.
    pub fn sync(&self) -> Result<(), OutputError> {
        Ok(fs::sync_file_system(&self.root)?)
    }

    /// Files and bytes written so far.
    pub fn written(&self) -> (u64, u64) {
        (self.files_written.load(Ordering::Relaxed), self.bytes_written.load(Ordering::Relaxed))
    }

    /// Begins the folder that will be published as `place`, a path relative to the root.
    ///
    /// # Errors
    /// When the unfinished folder cannot be created.
    pub fn stage(&self, place: &[u8]) -> Result<Stage<'_>, OutputError> {
        let folder = self.own.join(fs::temporary_name());
        fs::create_folder(&folder)?;
        let place = self.root.join(fs::path_of(place));
        let replaces = place.is_dir();
        Ok(Stage { output: self, folder, place, replaces, done: false })
    }

    /// Publishes one file, unless it is there with these bytes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, place: &[u8], bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.root.join(fs::path_of(place));
        if fs::has_bytes(&path, &[bytes]) {
            return Ok(());
        }
        // Written in our own folder, so that what a killed run leaves is never published.
        let unfinished = self.own.join(fs::temporary_name());
        fs::write_new(&unfinished, &[bytes])?;
        move_in(&unfinished, &path)?;
        self.count(bytes.len());
        Ok(())
    }

    /// Removes a published file or folder and the folders above it that become empty.
    ///
    /// # Errors
    /// When something in it cannot be removed.
    pub fn remove(&self, place: &[u8]) -> Result<(), OutputError> {
        let path = self.root.join(fs::path_of(place));
        if path.is_dir() {
            let aside = self.own.join(fs::temporary_name());
            fs::rename(&path, &aside)?;
            fs::remove_tree(&aside)?;
        } else {
            fs::remove_file(&path)?;
        }
        let mut above = path.parent();
        while let Some(folder) = above.filter(|folder| **folder != *self.root && folder.starts_with(&self.root)) {
            if !fs::remove_empty_folder(folder) {
                break;
            }
            above = folder.parent();
        }
        Ok(())
    }

    /// The names of the folders in a published folder; none when it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn folders_in(&self, place: &[u8]) -> Result<Vec<Vec<u8>>, OutputError> {
        Ok(fs::folders_in(&self.root.join(fs::path_of(place)))?)
    }

    /// The names of the files in a published folder; none when it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn files_in(&self, place: &[u8]) -> Result<Vec<Vec<u8>>, OutputError> {
        Ok(fs::files_in(&self.root.join(fs::path_of(place)))?)
    }

    /// Whether something is published at `place`.
    pub fn has(&self, place: &[u8]) -> bool {
        self.root.join(fs::path_of(place)).symlink_metadata().is_ok()
    }

    fn count(&self, bytes: usize) {
        self.files_written.fetch_add(1, Ordering::Relaxed);
        self.bytes_written.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// How often a folder is made again that another thread removes as it is empty.
const MOVES: u32 = 100;

/// Moves something to a place whose folders need not be there.
fn move_in(from: &Path, to: &Path) -> Result<(), PathError> {
    let mut moves = 0;
    loop {
        moves += 1;
        let made = to.parent().map_or(Ok(()), fs::create_folders);
        match made.and_then(|()| fs::rename(from, to)) {
            Err(error) if moves < MOVES && is_of_a_vanished_folder(&error) => {}
            other => return other,
        }
    }
}

/// Whether a folder went between two steps: it is not there, or was there a moment ago.
fn is_of_a_vanished_folder(error: &PathError) -> bool {
    matches!(error.source.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists)
}

fn has_foreign_files(root: &Path) -> Result<bool, PathError> {
    use crate::fs::PathContext;
    match std::fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        // A run killed before the marker was written leaves our own folder alone.
        other => Ok(other.at("list", root)?.any(|entry| entry.is_ok_and(|entry| entry.file_name() != OWN_FOLDER))),
    }
}

/// A folder being built beside the published one.
#[derive(Debug)]
pub struct Stage<'a> {
    output: &'a Output,
    folder: PathBuf,
    place: PathBuf,
    replaces: bool,
    done: bool,
}

impl Stage<'_> {
    /// Makes a folder in it; its parents are there already.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create_folder(&self, path: &[u8]) -> Result<(), OutputError> {
        Ok(fs::create_folder(&self.folder.join(fs::path_of(path)))?)
    }

    /// Makes a folder in it and those above it, unless they are there.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn create_folders(&self, path: &[u8]) -> Result<(), OutputError> {
        Ok(fs::create_folders(&self.folder.join(fs::path_of(path)))?)
    }

    /// Writes one file; when the published folder has the same bytes in this place, that file is kept.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &[u8], parts: &[&[u8]]) -> Result<(), OutputError> {
        let path = fs::path_of(path);
        let new = self.folder.join(path);
        if self.replaces {
            let old = self.place.join(path);
            if fs::has_bytes(&old, parts) && fs::hard_link(&old, &new) {
                return Ok(());
            }
        }
        fs::write_new(&new, parts)?;
        self.output.count(parts.iter().map(|part| part.len()).sum());
        Ok(())
    }

    /// Writes one file that is never in memory as a whole: `write` gives its `length` bytes. What `write`
    /// ends with is the inner result.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_large<E>(
        &self,
        path: &[u8],
        length: u64,
        write: impl FnOnce(&mut dyn io::Write) -> Result<(), E>,
    ) -> Result<Result<(), E>, OutputError> {
        let path = fs::path_of(path);
        let new = self.folder.join(path);
        let mut file = fs::AtomicFile::create(&new)?;
        if let Err(error) = write(&mut file) {
            return Ok(Err(error));
        }
        file.commit()?;
        if self.replaces && fs::replace_by_link_if_same(&self.place.join(path), &new)? {
            return Ok(Ok(()));
        }
        self.output.files_written.fetch_add(1, Ordering::Relaxed);
        self.output.bytes_written.fetch_add(length, Ordering::Relaxed);
        Ok(Ok(()))
    }

    /// Publishes the folder.
    ///
    /// # Errors
    /// When it cannot be put in its place.
    pub fn publish(mut self) -> Result<(), OutputError> {
        if self.replaces {
            fs::exchange(&self.folder, &self.place)?;
            fs::remove_tree(&self.folder)?;
        } else {
            move_in(&self.folder, &self.place)?;
        }
        self.done = true;
        Ok(())
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if !self.done {
            // What cannot be removed now is swept by the next run.
            let _ = fs::remove_tree(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_foreign_folder_is_never_touched() {
        let folder = tempfile::tempdir().unwrap();
        fs::write_new(&folder.path().join("thesis.tex"), &[b"x"]).unwrap();
        let error = Output::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("was not made by debpress"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_restaged_folder_keeps_the_inodes_of_equal_files() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::open(folder.path()).unwrap();
        for same in [false, true] {
            let stage = output.stage(b"src/a").unwrap();
            stage.write(b"kept", &[b"sa", b"me"]).unwrap();
            stage.write(b"new", &[if same { b"2" } else { b"1" }]).unwrap();
            if !same {
                stage.write(b"gone", &[b""]).unwrap();
            }
            stage.publish().unwrap();
        }
        let published = folder.path().join("src/a");
        assert_eq!(fs::read(&published.join("new")).unwrap(), b"2");
        assert!(!published.join("gone").exists());
        assert_eq!(std::fs::metadata(published.join("kept")).unwrap().nlink(), 1);
        assert_eq!(output.written().0, 4);
    }

    #[test]
    fn a_folder_that_another_thread_removes_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::open(folder.path()).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let output = &output;
                scope.spawn(move || {
                    for _ in 0..500 {
                        let place = format!("map/files/a/{thread}");
                        output.write(place.as_bytes(), b"x").unwrap();
                        output.remove(place.as_bytes()).unwrap();
                    }
                });
            }
        });
    }

    #[test]
    fn removing_takes_empty_folders_along() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::open(folder.path()).unwrap();
        output.write(b"src/a/1/x", b"").unwrap();
        output.write(b"src/b/1/x", b"").unwrap();
        output.remove(b"src/a/1").unwrap();
        assert!(!folder.path().join("src/a").exists());
        assert!(folder.path().join("src/b").exists());
    }
}
