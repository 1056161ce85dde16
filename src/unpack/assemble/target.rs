//! The package as patches see it.

use std::sync::Arc;

use super::Package;
use super::tree::{Bytes, Node, NodeId};
use crate::model::EntryPath;
use crate::unpack::patch::{Lookup, PatchTarget, ReadError};

/// A package that patches change.
pub(super) struct Target<'p, 's> {
    pub(super) package: &'p mut Package<'s>,
}

/// How far a path is there, following no link.
enum Found {
    Node(NodeId),
    Nothing,
    BehindSymlink,
}

impl Target<'_, '_> {
    fn find(&self, path: &EntryPath) -> Found {
        let tree = &self.package.tree;
        let mut node = self.package.root;
        for name in path.components() {
            if matches!(tree.node(node), Node::Symlink(_)) {
                return Found::BehindSymlink;
            }
            match tree.child(node, name) {
                Some(child) => node = child,
                None => return Found::Nothing,
            }
        }
        Found::Node(node)
    }

    /// The folder around `path`, made with those around it where nothing is; `None` where something else is.
    fn folder_around(&mut self, path: &EntryPath) -> Option<NodeId> {
        let mut folder = self.package.root;
        let Some(parent) = path.parent() else { return Some(folder) };
        for name in parent.components() {
            folder = match self.package.tree.child(folder, name) {
                Some(child) => child,
                None => self.package.tree.create_directory(folder, name).ok()?,
            };
            self.package.tree.directory(folder)?;
        }
        Some(folder)
    }

    /// Puts `node` at `path`. The applier has looked before that folders are on the way and none is there.
    fn put(&mut self, path: &EntryPath, node: Node) {
        self.package.remember(path);
        if let Some(folder) = self.folder_around(path) {
            self.package.tree.detach(folder, path.name());
            // Nothing is there any more, so the name is free.
            let _ = self.package.tree.create(folder, path.name(), node);
        }
    }
}

impl PatchTarget for Target<'_, '_> {
    fn lookup(&self, path: &EntryPath) -> Lookup {
        match self.find(path) {
            Found::Nothing => Lookup::Missing,
            Found::BehindSymlink => Lookup::BehindSymlink,
            Found::Node(id) => match self.package.tree.node(id) {
                Node::File { executable, .. } => Lookup::File { executable: *executable },
                Node::Symlink(_) => Lookup::Symlink,
                Node::Directory(_) | Node::Special => Lookup::Directory,
            },
        }
    }

    fn read(&mut self, path: &EntryPath) -> Result<Vec<u8>, ReadError> {
        let Found::Node(id) = self.find(path) else { return Err(ReadError("it is not there".into())) };
        match self.package.tree.node(id) {
            Node::Symlink(target) => Ok(target.to_vec()),
            _ => self.package.read_node(path.as_bytes(), id).map_err(|error| ReadError(error.into())),
        }
    }

    fn write(&mut self, path: &EntryPath, bytes: Vec<u8>, executable: bool) {
        self.put(path, Node::File { executable, bytes: Bytes::New(Arc::new(bytes)) });
    }

    fn symlink(&mut self, path: &EntryPath, target: Vec<u8>) {
        self.put(path, Node::Symlink(target.into()));
    }

    fn create_folder(&mut self, path: &EntryPath) {
        if let Some(folder) = self.folder_around(path) {
            // Where something is already, the applier does not ask for a folder.
            let _ = self.package.tree.create_directory(folder, path.name());
        }
    }

    fn remove(&mut self, path: &EntryPath, prune_empty_folders: bool) {
        self.package.remember(path);
        let tree = &mut self.package.tree;
        let is_kept = |node: &Node| matches!(node, Node::Directory(_));
        if let Ok(id) = tree.find_itself(self.package.root, path.as_bytes())
            && !is_kept(tree.node(id))
        {
            tree.remove(self.package.root, path.as_bytes());
        }
        let mut above = path.parent().filter(|_| prune_empty_folders);
        while let Some(folder) = above {
            if !tree.remove(self.package.root, folder.as_bytes()) {
                break;
            }
            above = folder.parent();
        }
    }
}
