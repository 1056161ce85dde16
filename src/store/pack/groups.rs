//! Reading members in groups: every block is decompressed once.

use std::ops::Range;

use super::{Pack, file_size};
use crate::store::StoreError;
use crate::store::block::BLOCK_LENGTH;

/// Members larger than this are groups of their own; other groups end at a block end from half of it on.
const GROUP_LENGTH: u64 = BLOCK_LENGTH as u64;

/// A group that has no end at a block's end goes on no longer than this.
const LONGEST_GROUP: u64 = 4 * GROUP_LENGTH;

/// Consecutive members whose bytes lie in the same blocks: a unit of work for parallel reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    members: Range<u32>,
    bytes: Range<u64>,
}

impl Group {
    /// The members; those among them that are no files have no bytes.
    pub fn members(&self) -> Range<u32> {
        self.members.clone()
    }

    /// Bytes of all its members: what [`Pack::read_group`] holds in memory. A group of one member may be
    /// as large as that member; [`Pack::copy_to`] streams it.
    pub fn length(&self) -> u64 {
        self.bytes.end - self.bytes.start
    }
}

/// The bytes of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupContent {
    /// The bytes of its file members, one after the other.
    pub bytes: Vec<u8>,
    /// Each file member, and where its bytes are in [`bytes`](Self::bytes).
    pub members: Vec<(u32, Range<usize>)>,
}

impl Pack {
    /// Cuts the members into groups, in order; every file member is in exactly one.
    ///
    /// Two groups share a block only where the writer ended none at the end of a member.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups = Vec::new();
        let mut open: Option<Group> = None;
        for (index, (member, start)) in (0..).zip(self.members.iter().zip(&self.starts)) {
            let Some(size) = file_size(member) else { continue };
            let end = start + size;
            if size > GROUP_LENGTH {
                groups.extend(open.take());
            }
            let group = open.get_or_insert(Group { members: index..index, bytes: *start..*start });
            group.members.end = index + 1;
            group.bytes.end = end;
            let full = group.length() >= GROUP_LENGTH / 2 && self.is_block_end(end);
            if full || group.length() >= LONGEST_GROUP || size > GROUP_LENGTH {
                groups.extend(open.take());
            }
        }
        groups.extend(open);
        groups
    }

    fn is_block_end(&self, position: u64) -> bool {
        self.blocks.binary_search_by_key(&position, |block| block.end()).is_ok()
    }

    /// Reads the members of a group of this pack.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a checksum differs.
    pub fn read_group(&self, group: &Group) -> Result<GroupContent, StoreError> {
        let mut bytes = Vec::new();
        self.append(group.bytes.clone(), &mut bytes)?;
        let mut members = Vec::new();
        let mut start = 0;
        for index in group.members() {
            let Some(size) = self.members.get(index as usize).and_then(file_size) else { continue };
            let end = start + size as usize;
            members.push((index, start..end));
            start = end;
        }
        Ok(GroupContent { bytes, members })
    }
}
