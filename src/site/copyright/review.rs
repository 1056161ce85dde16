//! Files that a reviewer of licences looks at: excluded ones that are there, and what has no source beside it.

use serde::Serialize;

use super::Links;
use super::licences::FileLicence;
use super::listed::Listed;
use crate::model::{Compiled, CopyrightFacts, Entry};
use crate::site::sources::{Crumb, TreeIndex};

/// The most files of one kind that are listed.
const MOST_LISTED: usize = 200;

/// A file.
#[derive(Serialize)]
pub(super) struct ReviewRow {
    file: Crumb,
    /// What it is; may be empty.
    kind: &'static str,
}

/// Files that `Files-Excluded:` names, and that are there.
pub(super) fn excluded_there(facts: &CopyrightFacts, links: &Links<'_>) -> Listed<ReviewRow> {
    let there = facts.excluded_there.iter().filter_map(|path| links.tree.entry(path.as_bytes()));
    let shown = there.filter(|entry| links.tree.excluded(entry).is_none());
    Listed::new(shown, MOST_LISTED, |entry| ReviewRow { file: links.file(entry), kind: "" })
}

/// Files that were made from others, which are not beside them.
pub(super) fn without_source(files: &[FileLicence<'_>], links: &Links<'_>) -> Listed<ReviewRow> {
    let candidates = files.iter().filter_map(|it| Some((it.entry, it.found.compiled?)));
    let candidates = candidates.filter(|(entry, kind)| !has_source(entry, *kind, links.tree));
    Listed::new(candidates, MOST_LISTED, |(entry, kind)| ReviewRow { file: links.file(entry), kind: kind.name() })
}

/// Whether beside `a.min.js` there is `a.js`.
fn has_source(entry: &Entry, kind: Compiled, tree: &TreeIndex<'_>) -> bool {
    let path = entry.path.as_bytes();
    let Some(at) = memchr::memmem::rfind(path, b".min.").filter(|_| kind == Compiled::Minified) else { return false };
    tree.entry(&[&path[..at], &path[at + ".min".len()..]].concat()).is_some()
}
