//! The patches of all versions of an archive in short: what pages across packages are made from.

use serde::{Deserialize, Serialize};

use super::{Bug, EntryPath, PatchId, PatchState, VersionDigest};

/// What a version adds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PatchesDigest {
    /// Who maintains the package, by name; never with a mail address.
    pub maintainer: Option<String>,
    /// The applied patches, in their order.
    pub patches: Vec<PatchDigest>,
    /// Rules by name that the lists of patches deviate from.
    pub findings: Vec<String>,
}

/// A patch in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchDigest {
    /// Its path below debian/patches.
    pub path: EntryPath,
    /// What it does, in one line.
    pub subject: Option<String>,
    /// What became of it upstream.
    pub state: PatchState,
    /// Whether the package's upstream version has it already.
    pub droppable: bool,
    /// When it was made or last changed, by its header: `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The bugs that it names, each once.
    pub bugs: Vec<Bug>,
    /// Rules by name that its header deviates from, each once.
    pub findings: Vec<String>,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// What `git patch-id --stable` calls it.
    pub id: Option<PatchId>,
}

/// A version with its patches.
pub type PatchesVersion<'a> = VersionDigest<'a, PatchesDigest>;
