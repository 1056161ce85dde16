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

#[cfg(test)]
mod tests {
    use crate::model::{Key, Member, MemberKind, Sha1, Sha256, TextFacts};
    use crate::store::{Block, Store};

    /// The members of each group of a pack of files of these sizes, whose stream is cut at these positions.
    fn grouped(sizes: &[usize], cuts: &[usize]) -> Vec<std::ops::Range<u32>> {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = Key::of("test", 1).finish();
        let mut writer = store.pack_writer(key).unwrap();
        for size in sizes {
            let (size, text) = (*size as u64, TextFacts::default());
            let kind = MemberKind::File { size, sha256: Sha256([0; 32]), sha1: Sha1([0; 20]), text };
            writer.push_member(Member { path: Vec::new(), mode: 0, kind });
        }
        let ends = cuts.iter().copied().chain([sizes.iter().sum()]);
        let starts = [0].into_iter().chain(cuts.iter().copied());
        for (start, end) in starts.zip(ends) {
            writer.push_block(Block::compress(&vec![0; end - start])).unwrap();
        }
        writer.finish(&()).unwrap();
        let pack = store.pack(key).unwrap().unwrap();
        pack.groups().iter().map(|group| group.members()).collect()
    }

    const K: usize = 1 << 10;
    const M: usize = 1 << 20;

    #[test]
    fn groups_end_where_blocks_end() {
        assert_eq!(grouped(&[600 * K, 500 * K, 700 * K, 400 * K], &[1100 * K]), [0..2, 2..4]);
    }

    #[test]
    fn small_blocks_share_a_group() {
        assert_eq!(grouped(&[200 * K; 4], &[200 * K, 400 * K, 600 * K]), [0..3, 3..4]);
    }

    #[test]
    fn a_large_member_is_a_group_of_its_own() {
        assert_eq!(grouped(&[10, 3 * M, 0, 10], &[10, M, 2 * M, 3 * M + 10]), [0..1, 1..2, 2..4]);
    }

    #[test]
    fn blocks_that_end_inside_members_do_not_chain_groups_for_ever() {
        assert_eq!(grouped(&[M; 9], &[M / 2, 7 * M + M / 2]), [0..4, 4..8, 8..9]);
    }
}
