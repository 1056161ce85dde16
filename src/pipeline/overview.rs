//! What the page of a version says of the whole of it: made once, and kept with the facts.

use std::borrow::Cow;

use super::prepare::{PrepareError, Preparer};
use crate::analyse::{packaging, totals};
use crate::model::{Entry, EntryKind, Key, Overview, Packaging, PageFacts, Totals, Tree};
use crate::store::{Bucket, FragmentPack, Store};

/// Where overviews are kept.
pub(super) const OVERVIEWS: Bucket = Bucket::Facts("overview");

/// Version of what an overview is made of, beside the rules that its parts have.
const VERSION: u32 = 2;

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
    let fragments = preparer.fragments_keys(tree_key, tree);
    let key = overview_key(tree_key, &fragments);
    if let Some(overview) = store.get(OVERVIEWS, key)? {
        return Ok(overview);
    }
    let overview = Overview { packaging: packaging_of(store, tree)?, totals: totals_of(store, &fragments, tree)? };
    store.put(OVERVIEWS, key, &overview)?;
    Ok(overview)
}

/// The key of the overview of a tree, whose packs have these fragments.
pub(super) fn overview_key(tree_key: Key, fragments: &[Key]) -> Key {
    let key = Key::of("overview", VERSION).number(u64::from(packaging::VERSION)).key(tree_key);
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

fn totals_of(store: &Store, fragments: &[Key], tree: &Tree) -> Result<Totals, PrepareError> {
    let opened = fragments.iter().map(|&key| store.fragments(key)).collect::<Result<Vec<_>, _>>()?;
    let facts = |entry: &Entry| facts_of(entry, |pack| opened.get(pack)?.as_ref());
    Ok(totals::of_folders(&tree.entries, facts).remove(&b""[..]).unwrap_or_default())
}

/// What is known of a file beside its bytes; `fragments` gives those of a pack, by its place in the tree.
pub(super) fn facts_of<'a>(
    entry: &Entry,
    fragments: impl Fn(usize) -> Option<&'a FragmentPack>,
) -> Option<&'a PageFacts> {
    match entry.kind {
        EntryKind::File { place, .. } => fragments(place.pack as usize)?.facts(place.member),
        EntryKind::Directory | EntryKind::Symlink { .. } => None,
    }
}
