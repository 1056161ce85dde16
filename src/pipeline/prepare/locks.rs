//! One thread makes a result; others that want the same wait and find it stored.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::model::Key;

/// Keys whose results are being made.
#[derive(Debug, Default)]
pub(super) struct KeyLocks {
    held: Mutex<HashSet<Key>>,
    released: Condvar,
}

/// Releases its key when dropped.
pub(super) struct KeyGuard<'a> {
    locks: &'a KeyLocks,
    key: Key,
}

impl KeyLocks {
    /// Waits until no other thread makes `key`. A thread holds one key at a time, so none waits for ever.
    pub(super) fn lock(&self, key: Key) -> KeyGuard<'_> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while !held.insert(key) {
            held = self.released.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        KeyGuard { locks: self, key }
    }
}

impl Drop for KeyGuard<'_> {
    fn drop(&mut self) {
        self.locks.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        self.locks.released.notify_all();
    }
}
