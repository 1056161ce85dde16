//! Which file is at a path: `patch` remembers files, not paths, so that a file made in the place of another is not
//! taken for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::EntryPath;

/// One file, as long as it exists (its inode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(u64);

/// What a run has last done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It was put into place: it is not backed up.
    Created,
    /// Another one was put into its place, or it was deleted.
    Replaced,
    /// It will be deleted in the end, and is taken for missing until then.
    Doomed,
}

/// The files at the paths that a run has dealt with.
#[derive(Debug, Default)]
pub(super) struct Identities {
    count: u64,
    at: BTreeMap<EntryPath, Identity>,
    marks: BTreeMap<Identity, Mark>,
    seen_by_git: BTreeSet<Identity>,
}

impl Identities {
    /// A file that is nowhere.
    pub(super) fn fresh(&mut self) -> Identity {
        self.count += 1;
        Identity(self.count)
    }

    /// The file that is at a path.
    pub(super) fn at(&mut self, path: &EntryPath) -> Identity {
        match self.at.get(path) {
            Some(&identity) => identity,
            None => self.put(path),
        }
    }

    /// Says that another file is at a path from now on.
    pub(super) fn put(&mut self, path: &EntryPath) -> Identity {
        let identity = self.fresh();
        self.at.insert(path.clone(), identity);
        identity
    }

    /// Marks a file; an earlier mark is forgotten.
    pub(super) fn mark(&mut self, identity: Identity, mark: Mark) {
        self.marks.insert(identity, mark);
    }

    /// Whether a file's last mark is this one.
    pub(super) fn is(&self, identity: Identity, mark: Mark) -> bool {
        self.marks.get(&identity) == Some(&mark)
    }

    /// Whether the file at a path will be deleted.
    pub(super) fn is_doomed(&self, path: &EntryPath) -> bool {
        self.at.get(path).is_some_and(|&identity| self.is(identity, Mark::Doomed))
    }

    /// Notes that a git diff is about to change a file, and says whether one was before.
    pub(super) fn see_by_git(&mut self, identity: Identity) -> bool {
        !self.seen_by_git.insert(identity)
    }
}
