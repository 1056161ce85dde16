//! Puts the parts of a source package together: the tree that `dpkg-source -x` would leave, as entries.
//!
//! [`assemble`] knows the members of every part ([`Parts`]) and reads the bytes of the few that it needs:
//! patches, and the files that they change. The steps are those of `dpkg-source`, on a file system in memory:
//! extract each tarball into a folder of its own as tar does, move it to its place, apply the patches, check
//! the result. Where the outcome would depend on the machine (links that leave the package) the package is unpacked
//! and a finding says so.

mod extract;
mod finish;
mod layout;
mod series;
mod target;
mod tree;
mod witness;

pub use witness::{AppliedFrom, Original, Witness};

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use self::extract::Exclude;
use self::tree::{Bytes, Node, NodeId, Tree};
use super::UnpackError;
use super::dsc::{Format, Part, Role};
use crate::model::{EntryPath, Member, MemberKind};
use crate::settings::Limits;

/// Version of the rules of unpacking: part of every key that depends on them.
pub const RULES_VERSION: u32 = 1;

/// Access to the members of the package's source files. The part of a [`Role::Diff`] has one member: the
/// decompressed diff, under the name of the file; the part of a [`Role::Signature`] is not looked at.
pub trait Parts {
    /// The members of the part at position `part`, in the order of the archive.
    fn members(&self, part: usize) -> &[Member];

    /// The bytes of the file that is member `member` of `part`.
    ///
    /// # Errors
    /// When they cannot be had.
    fn read(&self, part: usize, member: u32) -> Result<Vec<u8>, PartError>;
}

/// Why [`Parts`] cannot give the bytes of a member.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PartError(Box<dyn Error + Send + Sync>);

impl PartError {
    /// Wraps the store's own error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// A source package put together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assembled {
    /// Its entries, sorted by the bytes of their paths. Every folder has one.
    pub entries: Vec<AssembledEntry>,
    /// What was there before all patches at each path that one of them wrote or removed.
    pub originals: BTreeMap<EntryPath, Original>,
    /// What was odd, one line each.
    pub findings: Vec<String>,
}

/// One path of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembledEntry {
    /// Where it is.
    pub path: EntryPath,
    /// Whether its mode is 0755: true for folders, false for links.
    pub executable: bool,
    /// What it is.
    pub content: Content,
}

/// What an entry is, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A file as it is in a part.
    Member {
        /// Position of the part.
        part: u32,
        /// Position among its members.
        member: u32,
    },
    /// A file whose bytes exist after patching only.
    New(Vec<u8>),
    /// A symbolic link to this target.
    Symlink(Vec<u8>),
    /// A folder.
    Directory,
}

/// Puts the parts of a package together. `vendor` (in lower case) is the one whose series is applied, `witness` is told
/// of each of its patches.
///
/// # Errors
/// [`UnpackError::Refused`] when `dpkg-source` would fail, [`UnpackError::Patch`] when a patch does not apply,
/// [`UnpackError::Limit`] when patching takes too much, and when `source` cannot give bytes.
pub fn assemble(
    format: Format,
    parts: &[Part],
    vendor: &str,
    source: &dyn Parts,
    limits: &Limits,
    witness: &mut dyn Witness,
) -> Result<Assembled, UnpackError> {
    let mut package = Package::new(source, limits, witness);
    for (part, position) in parts.iter().zip(0..) {
        if matches!(part.role, Role::Native | Role::Orig) {
            let exclude = if format.has_quilt_folder() { Exclude::QuiltFolder } else { Exclude::Nothing };
            package.set_root(position, part, exclude)?;
        }
    }
    package.add_components(parts)?;
    package.add_debian(parts)?;
    match format {
        Format::V1 => package.apply_diff(parts)?,
        Format::V2 => package.apply_patches_of_2()?,
        Format::V3Quilt => package.apply_series(vendor)?,
        Format::V3Native => {}
    }
    package.finish(format)?;
    package.into_assembled(format)
}

impl Format {
    /// Whether a folder `.pc` at the top is bookkeeping of quilt and not of the package.
    fn has_quilt_folder(self) -> bool {
        matches!(self, Self::V2 | Self::V3Quilt)
    }
}

/// A package that is being put together.
struct Package<'s> {
    tree: Tree,
    root: NodeId,
    source: &'s dyn Parts,
    limits: &'s Limits,
    deadline: Instant,
    witness: &'s mut dyn Witness,
    originals: BTreeMap<EntryPath, Original>,
    findings: Vec<String>,
}

impl<'s> Package<'s> {
    fn new(source: &'s dyn Parts, limits: &'s Limits, witness: &'s mut dyn Witness) -> Self {
        let mut tree = Tree::default();
        let root = tree.new_top();
        let deadline = Instant::now() + Duration::from_secs(limits.seconds);
        Self { tree, root, source, limits, deadline, witness, originals: BTreeMap::new(), findings: Vec::new() }
    }

    /// The bytes of a file, through all links; `/dev/null` has none.
    fn read(&self, path: &[u8]) -> Result<Vec<u8>, UnpackError> {
        match self.tree.find(self.root, path) {
            Ok(id) => self.read_node(path, id),
            Err(tree::Fault::NullDevice) => Ok(Vec::new()),
            Err(fault) => Err(refused(path, fault.to_string())),
        }
    }

    fn read_node(&self, path: &[u8], id: NodeId) -> Result<Vec<u8>, UnpackError> {
        match self.tree.node(id) {
            Node::File { bytes: Bytes::Member { part, member }, .. } => self.read_member(path, *part, *member),
            Node::File { bytes: Bytes::New(bytes), .. } => Ok(bytes.as_ref().clone()),
            _ => Err(refused(path, "it is not a file".to_owned())),
        }
    }

    fn read_member(&self, path: &[u8], part: u32, member: u32) -> Result<Vec<u8>, UnpackError> {
        let kind = self.source.members(part as usize).get(member as usize).map(|member| &member.kind);
        if matches!(kind, Some(MemberKind::File { size, .. }) if *size > self.limits.patch_bytes) {
            return Err(self.over_patch_bytes(path));
        }
        let source = self.source.read(part as usize, member);
        source.map_err(|source| UnpackError::Part { path: path.escape_ascii().to_string(), source })
    }

    fn over_patch_bytes(&self, path: &[u8]) -> UnpackError {
        UnpackError::Limit {
            file: path.escape_ascii().to_string(),
            what: "bytes of a patch, or of a file that is patched",
            key: "patch-bytes",
            limit: self.limits.patch_bytes,
        }
    }

    fn check_deadline(&self) -> Result<(), UnpackError> {
        if Instant::now() < self.deadline {
            return Ok(());
        }
        let limit = self.limits.seconds;
        Err(UnpackError::Limit { file: "patches".to_owned(), what: "seconds of patching", key: "seconds", limit })
    }

    /// The entries of the tree.
    fn into_assembled(mut self, format: Format) -> Result<Assembled, UnpackError> {
        if format.has_quilt_folder() {
            self.tree.detach(self.root, b".pc");
        }
        let mut entries = Vec::new();
        let mut pending = vec![(Vec::new(), self.root)];
        while let Some((above, folder)) = pending.pop() {
            for (name, id) in self.tree.children(folder) {
                let path = if above.is_empty() { name.to_vec() } else { [&above, &b"/"[..], name].concat() };
                let Some((executable, content)) = entry_of(self.tree.node(id)) else {
                    self.findings.push(format!("{}: a pipe, left out", path.escape_ascii()));
                    continue;
                };
                if content == Content::Directory {
                    pending.push((path.clone(), id));
                }
                let path = EntryPath::new(path).map_err(|error| refused(b"", error.to_string()))?;
                entries.push(AssembledEntry { path, executable, content });
            }
        }
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.findings.sort_unstable();
        Ok(Assembled { entries, originals: self.originals, findings: self.findings })
    }
}

fn entry_of(node: &Node) -> Option<(bool, Content)> {
    Some(match node {
        Node::Directory(_) => (true, Content::Directory),
        Node::Symlink(target) => (false, Content::Symlink(target.to_vec())),
        Node::File { executable, bytes: Bytes::Member { part, member } } => {
            (*executable, Content::Member { part: *part, member: *member })
        }
        Node::File { executable, bytes: Bytes::New(bytes) } => (*executable, Content::New(bytes.to_vec())),
        Node::File { bytes: Bytes::Placeholder, .. } | Node::Special => return None,
    })
}

fn refused(path: &[u8], reason: String) -> UnpackError {
    UnpackError::Refused { path: path.escape_ascii().to_string(), reason }
}
