//! Lists that are cut where they become too long for a page.

use serde::Serialize;

/// The first rows of a list, and how many more there are.
#[derive(Debug, Serialize)]
pub(in crate::site) struct Listed<T> {
    pub(in crate::site) rows: Vec<T>,
    pub(in crate::site) left: usize,
}

impl<T> Listed<T> {
    /// Makes rows of the first `most` of all.
    pub(in crate::site) fn new<A>(all: impl IntoIterator<Item = A>, most: usize, row: impl FnMut(A) -> T) -> Self {
        let mut all = all.into_iter();
        let rows = all.by_ref().take(most).map(row).collect();
        Self { rows, left: all.count() }
    }
}
