//! What is told of patches while they are applied.

use std::collections::BTreeMap;

use super::Package;
use super::tree::{Bytes, Node, NodeId, Tree};
use crate::model::{Applied, EntryPath};

/// Is told of each patch of a series, in the order in which they are applied. The diff of format 1.0 is none.
pub trait Witness {
    /// A patch was applied.
    fn applied(&mut self, patch: &AppliedFrom<'_>);
}

/// Nobody wants to know.
impl Witness for () {
    fn applied(&mut self, _: &AppliedFrom<'_>) {}
}

/// A patch that was applied a moment ago.
pub struct AppliedFrom<'a> {
    /// Where it is in the package, as the series names it.
    pub path: &'a [u8],
    /// Its bytes, decompressed.
    pub bytes: &'a [u8],
    /// What it did.
    pub applied: &'a Applied,
    /// What was at a path before all patches.
    pub before: &'a dyn Fn(&EntryPath) -> Original,
}

/// What was at a path before all patches: the position of a part, and that of a member in it; `None` when it was no file.
pub type Original = Option<(u32, u32)>;

impl Package<'_> {
    /// Remembers what is at a path that a patch is going to write or remove; the first time counts.
    pub(super) fn remember(&mut self, path: &EntryPath) {
        if !self.originals.contains_key(path) {
            let original = member_at(&self.tree, self.root, path);
            self.originals.insert(path.clone(), original);
        }
    }

    /// Tells the witness of a patch.
    pub(super) fn tell(&mut self, path: &[u8], bytes: &[u8], applied: &Applied) {
        let Self { tree, root, originals, witness, .. } = self;
        let before = |path: &EntryPath| original(originals, tree, *root, path);
        witness.applied(&AppliedFrom { path, bytes, applied, before: &before });
    }
}

/// What no patch has touched is as it was.
fn original(originals: &BTreeMap<EntryPath, Original>, tree: &Tree, root: NodeId, path: &EntryPath) -> Original {
    originals.get(path).copied().unwrap_or_else(|| member_at(tree, root, path))
}

fn member_at(tree: &Tree, root: NodeId, path: &EntryPath) -> Original {
    match tree.find_itself(root, path.as_bytes()).map(|id| tree.node(id)) {
        Ok(Node::File { bytes: Bytes::Member { part, member }, .. }) => Some((*part, *member)),
        _ => None,
    }
}
