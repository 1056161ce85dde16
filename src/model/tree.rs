//! What is in a source file, and in an unpacked package.

use serde::{Deserialize, Serialize};

use super::{EntryPath, Key, Sha1, Sha256};

/// What kind of thing a pack's member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberKind {
    /// A regular file.
    File {
        /// Length in bytes.
        size: u64,
        /// Checksum of the bytes.
        sha256: Sha256,
        /// Checksum of the bytes, for SPDX.
        sha1: Sha1,
        /// What its text is like.
        text: TextFacts,
    },
    /// A symbolic link to `target`, as written.
    Symlink {
        /// The target's bytes, not interpreted.
        target: Vec<u8>,
    },
    /// A hard link to an earlier member, named as in the tarball.
    HardLink {
        /// The linked member's name as written.
        target: Vec<u8>,
    },
    /// A folder.
    Directory,
    /// A pipe. (A tarball with a device node is refused: dpkg-source run by a user cannot make one.)
    Special,
}

/// One member of a source file, in the order of the tarball, under the name written there.
///
/// Names are not yet interpreted: `./a`, `../a` and repeated names are kept as they are;
/// `unpack::assemble` decides what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name's bytes as in the tarball.
    pub path: Vec<u8>,
    /// The permission bits (0o7777) as in the tarball.
    pub mode: u16,
    /// What it is.
    pub kind: MemberKind,
}

/// What an analysis says of one file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextFacts {
    /// Whether the file is shown as text.
    pub is_text: bool,
    /// Lines of a text: the number of `\n`, plus one when the last line has none.
    pub lines: u32,
}

/// What kind of thing a tree's entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Length in bytes.
        size: u64,
        /// Checksum of the bytes.
        sha256: Sha256,
        /// What its text is like.
        text: TextFacts,
        /// Where its bytes and fragment are.
        place: Place,
    },
    /// A symbolic link, its target as written.
    Symlink {
        /// The target's bytes.
        target: Vec<u8>,
    },
    /// A folder.
    Directory,
}

/// Where a tree's file is: which of the tree's packs, and which member of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Position in [`Tree::packs`].
    pub pack: u32,
    /// Position among the pack's members.
    pub member: u32,
}

/// One path of an unpacked package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is in the package.
    pub path: EntryPath,
    /// Whether its mode is 0755 (else 0644); true for folders.
    pub executable: bool,
    /// What it is.
    pub kind: EntryKind,
}

/// The sorted entries of a package version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tree {
    /// `Format:` of the `.dsc`, such as `3.0 (quilt)`.
    pub format: String,
    /// The packs that entries point into.
    pub packs: Vec<Key>,
    /// Sorted by path bytes. Every folder has an entry of its own.
    pub entries: Vec<Entry>,
    /// What was odd, one line each.
    pub findings: Vec<String>,
}
