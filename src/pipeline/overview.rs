//! What the page of a version says of the whole of it: made once, and kept with the facts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::prepare::{PrepareError, Preparer};
use crate::analyse::packaging;
use crate::model::{Entry, EntryKind, Key, LanguageShare, Overview, Packaging, Tree};
use crate::store::{Bucket, Store};

/// Where overviews are kept.
pub(super) const OVERVIEWS: Bucket = Bucket::Facts("overview");

/// Most languages that are told.
const LANGUAGES: usize = 12;

/// The overview of the tree with the key `tree_key`, from the store or made now.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn overview(
    store: &Store,
    preparer: &Preparer<'_>,
    tree_key: Key,
    tree: &Tree,
) -> Result<Overview, PrepareError> {
    let fragments: Vec<Key> = tree.packs.iter().map(|&pack| preparer.fragments_key(pack)).collect();
    let key = overview_key(tree_key, &fragments);
    if let Some(overview) = store.get(OVERVIEWS, key)? {
        return Ok(overview);
    }
    let files = || tree.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::File { .. }));
    let size = |entry: &Entry| if let EntryKind::File { size, .. } = entry.kind { size } else { 0 };
    let overview = Overview {
        packaging: packaging_of(store, tree)?,
        languages: languages(store, &fragments, tree)?,
        files: files().count() as u64,
        bytes: files().map(size).sum(),
    };
    store.put(OVERVIEWS, key, &overview)?;
    Ok(overview)
}

/// The key of the overview of a tree, whose packs have these fragments.
pub(super) fn overview_key(tree_key: Key, fragments: &[Key]) -> Key {
    let key = Key::of("overview", packaging::VERSION).key(tree_key);
    fragments.iter().fold(key, |key, fragments| key.key(*fragments)).finish()
}

fn packaging_of(store: &Store, tree: &Tree) -> Result<Packaging, PrepareError> {
    let find = |path: &str| {
        let at = tree.entries.binary_search_by(|entry| entry.path.as_bytes().cmp(path.as_bytes())).ok()?;
        tree.entries.get(at)
    };
    let mut read: Vec<(&str, Vec<u8>)> = Vec::new();
    for path in packaging::FILES {
        if let Some(Entry { kind: EntryKind::File { place, .. }, .. }) = find(path)
            && let Some(key) = tree.packs.get(place.pack as usize)
            && let Some(pack) = store.pack(*key)?
        {
            read.push((path, pack.read(place.member)?));
        }
    }
    let bytes = |path: &str| read.iter().find(|(its, _)| *its == path).map(|(_, bytes)| Cow::Borrowed(&bytes[..]));
    let signing_key = packaging::SIGNING_KEYS.into_iter().find(|path| find(path).is_some()).map(str::to_owned);
    Ok(Packaging { signing_key, ..packaging::analyse(bytes) })
}

fn languages(store: &Store, fragments: &[Key], tree: &Tree) -> Result<Vec<LanguageShare>, PrepareError> {
    let opened = fragments.iter().map(|&key| store.fragments(key)).collect::<Result<Vec<_>, _>>()?;
    let mut shares: BTreeMap<&str, LanguageShare> = BTreeMap::new();
    for entry in &tree.entries {
        let EntryKind::File { size, place, .. } = entry.kind else { continue };
        let facts = opened.get(place.pack as usize).and_then(|pack| pack.as_ref()?.facts(place.member));
        let Some((language, facts)) = facts.and_then(|facts| Some((facts.language.as_deref()?, facts))) else {
            continue;
        };
        let share = shares.entry(language).or_default();
        share.files += 1;
        share.bytes += size;
        share.code_lines += u64::from(facts.code_lines);
    }
    let named = |(language, share): (&str, LanguageShare)| LanguageShare { language: language.to_owned(), ..share };
    let mut shares: Vec<LanguageShare> = shares.into_iter().map(named).collect();
    shares.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.language.cmp(&b.language)));
    shares.truncate(LANGUAGES);
    Ok(shares)
}
