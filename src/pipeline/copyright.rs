//! What `debian/copyright` declares for the files of a version: made once, and kept with the facts.

use std::io::{self, Write};

use super::excludes::FileExcludes;
use crate::analyse::copyright;
use crate::model::{
    CopyrightFacts, Coverage, Entry, EntryKind, EntryPath, FilesParagraph, Glob, Key, ParagraphRun, Tree,
};
use crate::site::copyright::{CopyrightContent, is_file};
use crate::site::sources::TreeIndex;
use crate::store::{Bucket, Store, StoreError};

/// Where these facts are kept.
pub(super) const COPYRIGHTS: Bucket = Bucket::Facts("copyright");

/// Version of how the file is found and what is kept of it, beside the rules by which it is read.
const VERSION: u32 = 2;

/// Changes whenever the same tree may have other facts, or its files say something else.
pub(super) fn rules_key() -> Key {
    Key::of("rules of copyright", VERSION)
        .number(u64::from(copyright::VERSION))
        .number(u64::from(copyright::found::VERSION))
        .finish()
}

/// The key of the facts of a tree.
pub(super) fn facts_key(tree: Key) -> Key {
    Key::of("copyright", VERSION).number(u64::from(copyright::VERSION)).key(tree).finish()
}

/// What is known of the tree with the key `tree_key`, from the store or made now. Of files that are excluded, nothing
/// is told.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn facts(store: &Store, tree_key: Key, tree: &TreeIndex<'_>) -> Result<CopyrightFacts, StoreError> {
    let key = facts_key(tree_key);
    let facts = match store.get(COPYRIGHTS, key)? {
        Some(facts) => facts,
        None => {
            let facts = of_tree(store, tree)?;
            store.put(COPYRIGHTS, key, &facts)?;
            facts
        }
    };
    let shown: Vec<&Entry> = files(tree.tree()).filter(|entry| tree.excluded(entry).is_none()).collect();
    Ok(if shown.len() == facts.files() as usize { facts } else { with_files(facts, &shown) })
}

/// What is stored of a tree that was published, or made again.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn of_stored(store: &Store, tree_key: Key) -> Result<Option<CopyrightFacts>, StoreError> {
    if let Some(facts) = store.get(COPYRIGHTS, facts_key(tree_key))? {
        return Ok(Some(facts));
    }
    let Some(tree): Option<Tree> = store.get(Bucket::Trees, tree_key)? else { return Ok(None) };
    Ok(Some(facts(store, tree_key, &TreeIndex::new(&tree, |_| None))?))
}

/// What pages may say of it that do not have the tree at hand.
pub(super) fn told<'a>(facts: &'a CopyrightFacts, excludes: &'a FileExcludes<'_>) -> CopyrightContent<'a> {
    let written = EntryPath::new(copyright::PATH).ok();
    match written.iter().chain(&facts.place).find_map(|path| excludes.reason(path)) {
        Some(reason) => CopyrightContent::Excluded(reason),
        None => CopyrightContent::Facts(facts),
    }
}

/// What pages may say of it.
pub(super) fn content<'a>(facts: &'a CopyrightFacts, tree: &TreeIndex<'a>) -> CopyrightContent<'a> {
    let written = tree.entry(copyright::PATH.as_bytes());
    let place = facts.place.as_ref().and_then(|place| tree.entry(place.as_bytes()));
    match written.into_iter().chain(place).find_map(|entry| tree.excluded(entry)) {
        Some(reason) => CopyrightContent::Excluded(reason),
        None => CopyrightContent::Facts(facts),
    }
}

/// The text of the file, as far as it is read; `None` when there is none.
///
/// # Errors
/// When the store fails.
pub(super) fn text(store: &Store, facts: &CopyrightFacts, tree: &TreeIndex<'_>) -> Result<Option<String>, StoreError> {
    let Some(entry) = facts.place.as_ref().and_then(|place| tree.entry(place.as_bytes())) else { return Ok(None) };
    let Some((bytes, _)) = beginning(store, tree.tree(), entry, copyright::READ)? else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(&crate::analyse::encoding::decode(&bytes).text).into_owned()))
}

fn of_tree(store: &Store, tree: &TreeIndex<'_>) -> Result<CopyrightFacts, StoreError> {
    let mut facts = CopyrightFacts::default();
    if let Some(entry) = tree.file_at(copyright::PATH.as_bytes())
        && let Some((bytes, length)) = beginning(store, tree.tree(), entry, copyright::READ)?
    {
        facts.place = Some(entry.path.clone());
        facts.file = copyright::parse_beginning(&bytes, length);
    }
    Ok(with_files(facts, &files(tree.tree()).collect::<Vec<_>>()))
}

/// The same file's facts, for these files.
fn with_files(facts: CopyrightFacts, files: &[&Entry]) -> CopyrightFacts {
    let paths: Vec<&[u8]> = files.iter().map(|entry| entry.path.as_bytes()).collect();
    let coverage = copyright::cover(&facts.file.files, &paths);
    let tree_findings = copyright::coverage_findings(&facts.file, &paths, &coverage);
    let excluded_there = excluded_there(&facts, files);
    CopyrightFacts { tree_findings, runs: runs(&coverage), globs: coverage.globs, excluded_there, ..facts }
}

/// What `Files-Excluded:` names and is there all the same. A pattern that matches a folder means all in it (`uscan(1)`).
fn excluded_there(facts: &CopyrightFacts, files: &[&Entry]) -> Vec<EntryPath> {
    let patterns = facts.file.header.iter().flat_map(|header| &header.files_excluded);
    let whole = |glob: &Glob| {
        let folder = glob.pattern.trim_end_matches('/');
        [folder.to_owned(), format!("{folder}/*")].map(|pattern| Glob { pattern, ..glob.clone() })
    };
    let globs: Vec<Glob> = patterns.flat_map(whole).collect();
    if globs.is_empty() {
        return Vec::new();
    }
    let paths: Vec<&[u8]> = files.iter().map(|entry| entry.path.as_bytes()).collect();
    let coverage = copyright::cover(&[FilesParagraph { globs, ..FilesParagraph::default() }], &paths);
    let there = files.iter().zip(&coverage.winners).filter(|(_, winner)| winner.is_some());
    there.map(|(entry, _)| entry.path.clone()).collect()
}

fn runs(coverage: &Coverage) -> Vec<ParagraphRun> {
    let paragraphs = coverage.winners.iter().map(|winner| winner.map(|(paragraph, _)| paragraph));
    let mut runs: Vec<ParagraphRun> = Vec::new();
    for paragraph in paragraphs {
        match runs.last_mut() {
            Some(run) if run.paragraph == paragraph => run.files += 1,
            _ => runs.push(ParagraphRun { files: 1, paragraph }),
        }
    }
    runs
}

/// What patterns are matched with: all but folders.
fn files(tree: &Tree) -> impl Iterator<Item = &Entry> {
    tree.entries.iter().filter(|entry| is_file(entry))
}

/// At most `most` bytes of a file, and the length of the whole; `None` for what is no file.
///
/// # Errors
/// When the store fails.
pub(super) fn beginning(
    store: &Store,
    tree: &Tree,
    entry: &Entry,
    most: usize,
) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
    let EntryKind::File { place, size, .. } = entry.kind else { return Ok(None) };
    let Some(pack) = tree.packs.get(place.pack as usize).map(|&key| store.pack(key)).transpose()?.flatten() else {
        return Ok(None);
    };
    let mut beginning = Beginning { bytes: Vec::new(), most };
    pack.copy_to(place.member, &mut beginning)?;
    Ok(Some((beginning.bytes, size)))
}

/// Takes any number of bytes and keeps the first of them.
struct Beginning {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.most.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.iter().take(room));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
