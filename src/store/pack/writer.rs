//! Writing a pack.

use std::io::{self, BufWriter};

use serde::Serialize;

use super::{file_size, rows};
use crate::fs::AtomicFile;
use crate::model::Member;
use crate::store::block::{Block, MAX_BLOCK_LENGTH};
use crate::store::container::{ContainerWriter, Section, SectionWriter};
use crate::store::error::Target;
use crate::store::{StoreError, encode_record};

/// A pack being written. Nothing of it is seen before [`finish`](Self::finish); dropped without it, it
/// leaves nothing.
///
/// Members and blocks are pushed in the order of the tarball, members as they are known and blocks as
/// worker threads have made them; neither waits for the other. Blocks should end at the end of a member,
/// at [`BLOCK_LENGTH`](crate::store::BLOCK_LENGTH) bytes or soon after it.
#[derive(Debug)]
pub struct PackWriter {
    target: Target,
    container: ContainerWriter<BufWriter<AtomicFile>>,
    members: SectionWriter,
    blocks: SectionWriter,
    member_bytes: u64,
    block_bytes: u64,
}

impl PackWriter {
    pub(in crate::store) fn begin(target: Target, file: AtomicFile) -> Result<Self, StoreError> {
        let out = BufWriter::with_capacity(64 << 10, file);
        let container = ContainerWriter::begin(out, target.bucket.kind(), target.key).map_err(|e| target.error(e))?;
        Ok(Self {
            target,
            container,
            members: SectionWriter::new(Section::Members),
            blocks: SectionWriter::new(Section::Blocks),
            member_bytes: 0,
            block_bytes: 0,
        })
    }

    /// Adds the next member. It is kept as a compressed row.
    pub fn push_member(&mut self, member: Member) {
        self.member_bytes = self.member_bytes.saturating_add(file_size(&member).unwrap_or(0));
        self.members.row(|row| rows::encode(&member, row));
    }

    /// Adds the next run of the file members' bytes.
    ///
    /// # Errors
    /// When it cannot be written, or is longer than [`MAX_BLOCK_LENGTH`](crate::store::MAX_BLOCK_LENGTH).
    pub fn push_block(&mut self, block: Block) -> Result<(), StoreError> {
        if block.length() == 0 {
            return Ok(());
        }
        let entry = block.entry().ok_or_else(|| self.target.too_long(block.length(), MAX_BLOCK_LENGTH))?;
        self.container.append(block.stored()).map_err(|e| self.target.error(e))?;
        self.block_bytes += u64::from(entry.length);
        self.blocks.row(|row| row.extend_from_slice(&entry.to_bytes()));
        Ok(())
    }

    /// Writes the index and puts the pack in its place. `measures` is kept with it for
    /// [`Pack::measures`](super::Pack::measures).
    ///
    /// # Errors
    /// [`StoreError::Content`] when the blocks are not as long as the file members together;
    /// else when something cannot be written.
    pub fn finish<M: Serialize>(self, measures: &M) -> Result<(), StoreError> {
        let Self { target, container, members, blocks, member_bytes, block_bytes } = self;
        if member_bytes != block_bytes {
            return Err(StoreError::Content { key: target.key, members: member_bytes, blocks: block_bytes });
        }
        let measures = encode_record(target.bucket, target.key, measures)?;
        let measures = SectionWriter::of(Section::Measures, &measures);
        let out = container.finish(vec![blocks, members, measures]).map_err(|e| target.error(e))?;
        let file = out.into_inner().map_err(|e| target.error(io::Error::from(e)))?;
        Ok(file.commit()?)
    }
}
