//! A small tree to apply a patch to, apart from any package.

use std::collections::BTreeMap;

use super::{Lookup, PatchTarget, ReadError};
use crate::model::EntryPath;

/// A tree whose files are all in memory; a path is in it together with the folders around it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryTree {
    entries: BTreeMap<EntryPath, MemoryEntry>,
}

/// What is at one path of a [`MemoryTree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryEntry {
    /// A file.
    File {
        /// Its content.
        bytes: Vec<u8>,
        /// Whether it is executable.
        executable: bool,
    },
    /// A symbolic link.
    Symlink {
        /// Where it points.
        target: Vec<u8>,
    },
    /// A folder.
    Directory,
}

impl MemoryTree {
    /// All entries, sorted by the bytes of their paths.
    pub fn entries(&self) -> impl Iterator<Item = (&EntryPath, &MemoryEntry)> {
        self.entries.iter()
    }

    fn put(&mut self, path: &EntryPath, entry: MemoryEntry) {
        for folder in std::iter::successors(path.parent(), EntryPath::parent) {
            self.entries.entry(folder).or_insert(MemoryEntry::Directory);
        }
        self.entries.insert(path.clone(), entry);
    }

    fn is_empty_folder(&self, path: &EntryPath) -> bool {
        let below = [path.as_bytes(), b"/"].concat();
        // Paths like `a-b` sort between `a` and `a/b`, so the next entry alone does not tell.
        let is_below = |other: &EntryPath| other.as_bytes().starts_with(&below);
        self.entries.get(path) == Some(&MemoryEntry::Directory) && !self.entries.range(path..).any(|(p, _)| is_below(p))
    }
}

impl PatchTarget for MemoryTree {
    fn lookup(&self, path: &EntryPath) -> Lookup {
        let is_link = |entry: Option<&MemoryEntry>| matches!(entry, Some(MemoryEntry::Symlink { .. }));
        if std::iter::successors(path.parent(), EntryPath::parent).any(|folder| is_link(self.entries.get(&folder))) {
            return Lookup::BehindSymlink;
        }
        match self.entries.get(path) {
            None => Lookup::Missing,
            Some(MemoryEntry::File { executable, .. }) => Lookup::File { executable: *executable },
            Some(MemoryEntry::Symlink { .. }) => Lookup::Symlink,
            Some(MemoryEntry::Directory) => Lookup::Directory,
        }
    }

    fn read(&mut self, path: &EntryPath) -> Result<Vec<u8>, ReadError> {
        match self.entries.get(path) {
            Some(MemoryEntry::File { bytes, .. }) => Ok(bytes.clone()),
            Some(MemoryEntry::Symlink { target }) => Ok(target.clone()),
            _ => Err(ReadError("it is not there".into())),
        }
    }

    fn write(&mut self, path: &EntryPath, bytes: Vec<u8>, executable: bool) {
        self.put(path, MemoryEntry::File { bytes, executable });
    }

    fn symlink(&mut self, path: &EntryPath, target: Vec<u8>) {
        self.put(path, MemoryEntry::Symlink { target });
    }

    fn create_folder(&mut self, path: &EntryPath) {
        self.put(path, MemoryEntry::Directory);
    }

    fn remove(&mut self, path: &EntryPath, prune_empty_folders: bool) {
        self.entries.remove(path);
        let mut around = path.parent().filter(|_| prune_empty_folders);
        while let Some(folder) = around.filter(|folder| self.is_empty_folder(folder)) {
            self.entries.remove(&folder);
            around = folder.parent();
        }
    }
}
