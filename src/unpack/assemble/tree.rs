//! A file system in memory, with as much of the kernel's path rules as unpacking depends on.
//!
//! Nodes live in one vector and are named by their position, like inodes: hard links are names of one node.
//! Folders know their parent, so that `..` in the target of a link is followed as the kernel does. Whatever
//! leads out of the folder that a walk began in is [`Fault::Outside`]. Removed nodes keep their place in the
//! vector: a package removes few.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of a name, and of a path, that Linux allows.
const NAME_BYTES: usize = 255;
const PATH_BYTES: usize = 4095;
/// Links that the kernel follows in one path.
const LINKS_FOLLOWED: usize = 40;

/// A node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NodeId(usize);

/// What a node is.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Directory(Directory),
    File { executable: bool, bytes: Bytes },
    Symlink(Box<[u8]>),
    Special,
}

/// Where a file's bytes are.
#[derive(Debug, Clone)]
pub(super) enum Bytes {
    /// A member of a part.
    Member { part: u32, member: u32 },
    /// Made by patching.
    New(Arc<Vec<u8>>),
    /// The file stands for a link that is made when the archive is read.
    Placeholder,
}

/// A folder.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    parent: NodeId,
    children: BTreeMap<Box<[u8]>, NodeId>,
}

impl Directory {
    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }
}

/// Why a path does not lead to a node, after the errors of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("there is no such file or folder")]
    NotFound,
    #[error("something on the way is not a folder")]
    NotDirectory,
    #[error("something is there already")]
    Exists,
    #[error("it is a folder, or not a file")]
    NotAFile,
    #[error("links lead in a circle")]
    Loop,
    #[error("a name is too long")]
    NameTooLong,
    #[error("a link leads out of the package")]
    Outside,
    #[error("a link leads to /dev/null")]
    NullDevice,
}

/// Where a path leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'p> {
    /// The folder.
    pub(super) folder: NodeId,
    /// The name in it; `None` for `.` and `..`.
    pub(super) name: Option<&'p [u8]>,
    /// What has that name.
    pub(super) node: Option<NodeId>,
}

/// The nodes.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Makes a folder that is in no other.
    pub(super) fn new_top(&mut self) -> NodeId {
        let id = self.next_id();
        self.nodes.push(Node::Directory(Directory { parent: id, children: BTreeMap::new() }));
        id
    }

    fn next_id(&self) -> NodeId {
        NodeId(self.nodes.len())
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0]
    }

    /// The folder `id`, if it is one.
    pub(super) fn directory(&self, id: NodeId) -> Option<&Directory> {
        match self.node(id) {
            Node::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// What has the name `name` in `folder`.
    pub(super) fn child(&self, folder: NodeId, name: &[u8]) -> Option<NodeId> {
        self.directory(folder)?.children.get(name).copied()
    }

    /// Names and nodes in `folder`, in the order of the names' bytes; none when it is not a folder.
    pub(super) fn children(&self, folder: NodeId) -> impl Iterator<Item = (&[u8], NodeId)> {
        self.directory(folder).into_iter().flat_map(|it| it.children.iter().map(|(name, &id)| (name.as_ref(), id)))
    }

    /// Puts `id` into `folder`, in the place of whatever has that name.
    pub(super) fn attach(&mut self, folder: NodeId, name: &[u8], id: NodeId) {
        if let Node::Directory(directory) = self.node_mut(id) {
            directory.parent = folder;
        }
        if let Node::Directory(directory) = self.node_mut(folder) {
            directory.children.insert(name.into(), id);
        }
    }

    /// Takes a name, with all that is below it, out of `folder`.
    pub(super) fn detach(&mut self, folder: NodeId, name: &[u8]) -> Option<NodeId> {
        let id = match self.node_mut(folder) {
            Node::Directory(directory) => directory.children.remove(name)?,
            _ => return None,
        };
        if let Node::Directory(directory) = self.node_mut(id) {
            directory.parent = id;
        }
        Some(id)
    }

    /// Follows `path` from the folder `base`. The last component need not be there; when it is a link, it is
    /// followed if `follow`.
    pub(super) fn walk<'p>(&'p self, base: NodeId, path: &'p [u8], follow: bool) -> Result<Spot<'p>, Fault> {
        if path.is_empty() {
            return Err(Fault::NotFound);
        }
        if path.len() > PATH_BYTES {
            return Err(Fault::NameTooLong);
        }
        let mut walk = Walk { pending: vec![enter(path)?], links: 0 };
        let mut folder = base;
        while let Some(name) = walk.next_component() {
            match name {
                b"." => continue,
                b".." => {
                    let parent = self.directory(folder).map_or(folder, |directory| directory.parent);
                    folder = if parent == folder { return Err(Fault::Outside) } else { parent };
                    continue;
                }
                _ if name.len() > NAME_BYTES => return Err(Fault::NameTooLong),
                _ => {}
            }
            let is_last = walk.is_done();
            let node = self.child(folder, name);
            let spot = Spot { folder, name: Some(name), node };
            match node.map(|id| (id, self.node(id))) {
                None if is_last => return Ok(spot),
                None => return Err(Fault::NotFound),
                Some((_, Node::Symlink(_))) if is_last && !follow => return Ok(spot),
                Some((_, Node::Symlink(target))) => walk.follow(target)?,
                Some(_) if is_last => return Ok(spot),
                Some((id, Node::Directory(_))) => folder = id,
                Some(_) => return Err(Fault::NotDirectory),
            }
        }
        Ok(Spot { folder, name: None, node: Some(folder) })
    }

    /// The node that `path` leads to through all links.
    pub(super) fn find(&self, base: NodeId, path: &[u8]) -> Result<NodeId, Fault> {
        self.walk(base, path, true)?.node.ok_or(Fault::NotFound)
    }

    /// The node called `path`, which may be a link.
    pub(super) fn find_itself(&self, base: NodeId, path: &[u8]) -> Result<NodeId, Fault> {
        self.walk(base, path, false)?.node.ok_or(Fault::NotFound)
    }

    /// Whether something is where `path` leads, as `test -e` tells.
    pub(super) fn exists(&self, base: NodeId, path: &[u8]) -> bool {
        matches!(self.find(base, path), Ok(_) | Err(Fault::NullDevice))
    }

    /// Makes `node` under the name `path`, where nothing may be.
    pub(super) fn create(&mut self, base: NodeId, path: &[u8], node: Node) -> Result<NodeId, Fault> {
        let (folder, name) = self.vacancy(base, path)?;
        let id = self.next_id();
        self.nodes.push(node);
        self.attach(folder, &name, id);
        Ok(id)
    }

    /// Makes an empty folder called `path`.
    pub(super) fn create_directory(&mut self, base: NodeId, path: &[u8]) -> Result<NodeId, Fault> {
        let (folder, name) = self.vacancy(base, path)?;
        let id = self.new_top();
        self.attach(folder, &name, id);
        Ok(id)
    }

    /// Makes `path` another name of the node called `old`, which may be a link but not a folder.
    pub(super) fn create_hard_link(&mut self, base: NodeId, old: &[u8], path: &[u8]) -> Result<(), Fault> {
        let id = self.find_itself(base, old)?;
        let (folder, name) = self.vacancy(base, path)?;
        if self.directory(id).is_some() {
            return Err(Fault::NotAFile);
        }
        self.attach(folder, &name, id);
        Ok(())
    }

    /// The folder and the name of a path where nothing is yet.
    fn vacancy(&self, base: NodeId, path: &[u8]) -> Result<(NodeId, Box<[u8]>), Fault> {
        match self.walk(base, path, false)? {
            Spot { folder, name: Some(name), node: None } => Ok((folder, name.into())),
            _ => Err(Fault::Exists),
        }
    }

    /// Removes the name `path` of a file, a link or an empty folder, and says whether it could.
    pub(super) fn remove(&mut self, base: NodeId, path: &[u8]) -> bool {
        let Ok(Spot { folder, name: Some(name), node: Some(id) }) = self.walk(base, path, false) else { return false };
        let is_kept = self.directory(id).is_some_and(|directory| !directory.is_empty());
        let name: Box<[u8]> = name.into();
        !is_kept && self.detach(folder, &name).is_some()
    }

    /// Writes a file as a shell's redirection does: through links, and into the node that is there.
    pub(super) fn overwrite(&mut self, base: NodeId, path: &[u8], new: Vec<u8>) -> Result<(), Fault> {
        let new = Bytes::New(Arc::new(new));
        let Spot { folder, name, node } = self.walk(base, path, true)?;
        match (node, name) {
            (Some(id), _) => match self.node_mut(id) {
                Node::File { bytes, .. } => *bytes = new,
                _ => return Err(Fault::NotAFile),
            },
            (None, Some(name)) => {
                let name: Box<[u8]> = name.into();
                self.create(folder, &name, Node::File { executable: false, bytes: new })?;
            }
            (None, None) => return Err(Fault::NotFound),
        }
        Ok(())
    }

    /// Makes a file executable.
    pub(super) fn make_executable(&mut self, id: NodeId) {
        if let Node::File { executable, .. } = self.node_mut(id) {
            *executable = true;
        }
    }
}

/// The components that a walk has before it: the rest of the path, and above it the rests of the targets of
/// links that it met.
struct Walk<'p> {
    pending: Vec<&'p [u8]>,
    links: usize,
}

impl<'p> Walk<'p> {
    fn next_component(&mut self) -> Option<&'p [u8]> {
        while let Some(path) = self.pending.pop() {
            let path = without_leading_slashes(path);
            let end = path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
            let (name, rest) = path.split_at(end);
            let rest = without_leading_slashes(rest);
            if !rest.is_empty() {
                self.pending.push(rest);
            }
            if !name.is_empty() {
                return Some(name);
            }
        }
        None
    }

    fn is_done(&self) -> bool {
        self.pending.is_empty()
    }

    fn follow(&mut self, target: &'p [u8]) -> Result<(), Fault> {
        self.links += 1;
        if self.links > LINKS_FOLLOWED {
            return Err(Fault::Loop);
        }
        if target == b"/dev/null" {
            return Err(if self.is_done() { Fault::NullDevice } else { Fault::NotDirectory });
        }
        self.pending.push(enter(target)?);
        Ok(())
    }
}

fn enter(path: &[u8]) -> Result<&[u8], Fault> {
    if path.starts_with(b"/") { Err(Fault::Outside) } else { Ok(path) }
}

fn without_leading_slashes(path: &[u8]) -> &[u8] {
    let begin = path.iter().position(|&byte| byte != b'/').unwrap_or(path.len());
    &path[begin..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(folders: &[&str], links: &[(&str, &str)]) -> (Tree, NodeId) {
        let mut tree = Tree::default();
        let top = tree.new_top();
        for folder in folders {
            tree.create_directory(top, folder.as_bytes()).unwrap();
        }
        for (name, target) in links {
            tree.create(top, name.as_bytes(), Node::Symlink(target.as_bytes().into())).unwrap();
        }
        (tree, top)
    }

    #[test]
    fn links_are_followed_as_the_kernel_does() {
        let (tree, top) = tree(
            &["a", "a/b", "c"],
            &[("c/up", "../a/b"), ("c/self", "."), ("loop", "loop"), ("out", "../x"), ("root", "/etc"), ("gone", "x")],
        );
        assert_eq!(tree.find(top, b"c/up/../b"), tree.find(top, b"a/b"));
        assert_eq!(tree.find(top, b"c/self/self//up/."), tree.find(top, b"a/b"));
        assert_eq!(tree.find(top, b"loop"), Err(Fault::Loop));
        assert_eq!(tree.find(top, b"out"), Err(Fault::Outside));
        assert_eq!(tree.find(top, b"root/passwd"), Err(Fault::Outside));
        assert_eq!(tree.find(top, b"gone"), Err(Fault::NotFound));
        assert_eq!(tree.find(top, b"gone/x"), Err(Fault::NotFound));
        assert!(tree.find_itself(top, b"gone").is_ok());
        assert_eq!(tree.find(top, b"a/../.."), Err(Fault::Outside));
        assert_eq!(tree.find(top, &[b'n'; 256]), Err(Fault::NameTooLong));
    }

    #[test]
    fn a_file_is_made_through_a_link_to_nowhere_only_by_overwriting() {
        let (mut tree, top) = tree(&["a"], &[("link", "a/file")]);
        assert_eq!(tree.create(top, b"link", Node::Special).unwrap_err(), Fault::Exists);
        tree.overwrite(top, b"link", b"x".to_vec()).unwrap();
        assert!(tree.find_itself(top, b"a/file").is_ok());
        assert!(!tree.remove(top, b"a"));
        assert!(tree.remove(top, b"a/file") && tree.remove(top, b"a"));
    }
}
