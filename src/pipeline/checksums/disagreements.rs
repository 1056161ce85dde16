//! The files that packages declare differently: found in each shard that is written, and kept as one stored result.

use std::collections::BTreeMap;

use crate::analyse::copyright::disagreement;
use crate::model::{Disagreement, Key, Occurrence, Sha256};
use crate::shards::{Prefix, Row};
use crate::store::{Bucket, Store, StoreError};

/// Where they are kept.
pub(in crate::pipeline) const DISAGREEMENTS: Bucket = Bucket::Facts("disagreements");

/// Version of what counts as one, and of what is kept.
pub(super) const VERSION: u32 = 1;

/// All of them, by the checksum of the file.
pub type Disagreements = BTreeMap<Sha256, Disagreement>;

/// The key of the result: there is one.
pub(in crate::pipeline) fn disagreements_key() -> Key {
    Key::of("disagreements", VERSION).finish()
}

/// Those of the published table; `None` when they are not there.
///
/// # Errors
/// When the store fails.
pub(super) fn load(store: &Store) -> Result<Option<Disagreements>, StoreError> {
    store.get(DISAGREEMENTS, disagreements_key())
}

/// Keeps those of the table that is about to be published.
///
/// # Errors
/// When the store fails.
pub(super) fn keep(store: &Store, disagreements: &Disagreements) -> Result<(), StoreError> {
    store.put(DISAGREEMENTS, disagreements_key(), disagreements)
}

/// Forgets them.
///
/// # Errors
/// When the store fails.
pub(super) fn forget(store: &Store) -> Result<(), StoreError> {
    store.remove(DISAGREEMENTS, disagreements_key())
}

/// Those in a shard with these rows; `None` when a row is none of the table's.
pub(super) fn in_shard(rows: &[Row]) -> Option<Vec<(Sha256, Disagreement)>> {
    let mut found = Vec::new();
    for same_file in rows.chunk_by(|a, b| a.key == b.key).filter(|rows| rows.len() > 1) {
        let occurrences = same_file.iter().map(|row| serde_json::from_str(&row.value));
        let occurrences: Vec<Occurrence> = occurrences.collect::<Result<_, _>>().ok()?;
        if let Some(disagreement) = disagreement(&occurrences) {
            found.push((same_file[0].key.parse().ok()?, disagreement));
        }
    }
    Some(found)
}

/// Puts those of a shard in the place of what was known of its places.
pub(super) fn replace(all: &mut Disagreements, prefix: Prefix, new: Vec<(Sha256, Disagreement)>) {
    all.retain(|sha256, _| !prefix.has(sha256.place()));
    all.extend(new);
}
