//! Buckets: the kinds of stored results, and the names of their files.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::fs::{PathContext, PathError};
use crate::model::{Key, Sha256};

/// One kind of stored results. Each has a folder of its own, whose name carries the version of what is
/// in it, so that another version never meets files it cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// What each package version last published.
    Pages,
    /// What an analysis says of a pack or a tree; the name of the analysis is one path component.
    Facts(&'static str),
    /// The entries of package versions.
    Trees,
    /// Parsed indices of archives.
    Indices,
    /// Members' symbols and outlines.
    Outlines,
    /// Members as page fragments.
    Fragments,
    /// Members' rows and bytes.
    Packs,
}

const FACTS: &str = "facts/v1";

impl Bucket {
    /// The buckets that are always there, those that point before those that are pointed at.
    const FIXED: [Self; 6] = [Self::Pages, Self::Trees, Self::Indices, Self::Outlines, Self::Fragments, Self::Packs];

    /// The folder, relative to the cache.
    pub(super) fn folder(self) -> PathBuf {
        match self {
            Self::Pages => "pages/v1".into(),
            Self::Facts(analysis) => Path::new(FACTS).join(analysis),
            Self::Trees => "trees/v1".into(),
            Self::Indices => "indices/v1".into(),
            Self::Outlines => "outlines/v1".into(),
            Self::Fragments => "fragments/v1".into(),
            Self::Packs => "packs/v1".into(),
        }
    }

    /// The end of a file name, after the dot; its first four letters are the file's [`kind`](Self::kind).
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Facts(_) => "facts",
            Self::Trees => "tree",
            Self::Indices => "index",
            Self::Outlines => "outlines",
            Self::Fragments => "fragments",
            Self::Packs => "pack",
        }
    }

    /// What stands in a file's header, so that a file in the wrong folder is found.
    pub(super) fn kind(self) -> [u8; 4] {
        let mut kind = [b' '; 4];
        kind.iter_mut().zip(self.extension().bytes()).for_each(|(place, letter)| *place = letter);
        kind
    }

    /// The path of a file: the first two digits of the key are a folder, so that no folder grows long.
    pub(super) fn path(self, cache: &Path, key: Key) -> PathBuf {
        let name = format!("{key}.{}", self.extension());
        let mut path = cache.join(self.folder());
        path.push(&name[..2]);
        path.push(name);
        path
    }

    /// All buckets of a cache, with the analyses that it has facts of; what points at other results comes
    /// before what it points at, so that a removal that is broken off leaves nothing that points at nothing.
    pub(super) fn all(cache: &Path) -> Result<Vec<Self>, PathError> {
        let mut buckets = Vec::new();
        for (name, _) in entries(&cache.join(FACTS))? {
            if let Some(name) = name.to_str() {
                buckets.push(Self::Facts(kept_name(name)));
            }
        }
        buckets.extend(Self::FIXED);
        buckets.sort_unstable();
        Ok(buckets)
    }

    /// The folders with files in them.
    pub(super) fn shards(self, cache: &Path) -> Result<Vec<PathBuf>, PathError> {
        let is_shard = |name: &OsStr| name.len() == 2 && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit);
        let entries = entries(&cache.join(self.folder()))?;
        let mut shards: Vec<_> = entries.into_iter().filter(|(name, _)| is_shard(name)).map(|(_, path)| path).collect();
        shards.sort_unstable();
        Ok(shards)
    }

    /// The keys of one folder, sorted. Names that are no key of this bucket are passed over.
    pub(super) fn keys(self, shard: &Path) -> Result<Vec<Key>, PathError> {
        let key_of = |name: &OsStr| -> Option<Key> {
            let stem = name.to_str()?.strip_suffix(self.extension())?.strip_suffix('.')?;
            stem.parse::<Sha256>().ok().map(Key)
        };
        let mut keys: Vec<_> = entries(shard)?.iter().filter_map(|(name, _)| key_of(name)).collect();
        keys.sort_unstable();
        Ok(keys)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pages => f.write_str("pages"),
            Self::Facts(analysis) => write!(f, "facts/{analysis}"),
            Self::Trees => f.write_str("tree"),
            Self::Indices => f.write_str("index"),
            Self::Outlines => f.write_str("outlines"),
            Self::Fragments => f.write_str("fragments"),
            Self::Packs => f.write_str("pack"),
        }
    }
}

/// The names and paths in a folder; none when there is no folder.
fn entries(folder: &Path) -> Result<Vec<(OsString, PathBuf)>, PathError> {
    let listing = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        other => other.at("list", folder)?,
    };
    listing.map(|entry| entry.map(|entry| (entry.file_name(), entry.path())).at("list", folder)).collect()
}

/// Names of analyses are few and mostly literals; one that is met on the disk is kept for the life of
/// the process, once.
fn kept_name(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}
