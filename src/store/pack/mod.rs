//! Packs: the members of one source file (or those that patching makes), with their bytes.
//!
//! A pack is the members' rows and one logical stream of bytes: those of the file members, in their order,
//! one after the other. The stream is cut into [blocks](super::block). A [`PackWriter`] takes blocks that
//! worker threads made; a [`Pack`] reads single members, streams large ones, or reads [groups](Group) of
//! members so that every block is decompressed once.

mod groups;
mod rows;
mod writer;

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::StoreError;
use super::block::{BLOCK_LENGTH, BlockEntry};
use super::container::{Container, HEADER_SIZE, Section};
use super::error::{Fault, Origin};
use crate::model::{Key, Member, MemberKind};

pub use groups::{Group, GroupContent};
pub use writer::PackWriter;

/// A block of the content: where it is stored, and where its bytes are in the logical stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContentBlock {
    pub(super) offset: u64,
    start: u64,
    pub(super) entry: BlockEntry,
}

impl ContentBlock {
    fn end(&self) -> u64 {
        self.start + u64::from(self.entry.length)
    }
}

/// A block that was decompressed, and its position.
type DecompressedBlock = (usize, Arc<Vec<u8>>);

/// A pack open for reading. Its index was checked when it was opened; content is read when asked for.
///
/// A pack can be read by several threads at once, and it stays readable while its file is replaced or removed.
#[derive(Debug)]
pub struct Pack {
    origin: Origin,
    file: File,
    members: Vec<Member>,
    /// Where the bytes of each member begin in the logical stream, and, last, where the stream ends.
    starts: Vec<u64>,
    blocks: Vec<ContentBlock>,
    measures: Vec<u8>,
    /// Members are mostly read in their order, and many small ones share a block.
    latest: Mutex<Option<DecompressedBlock>>,
}

impl Pack {
    pub(super) fn open(origin: Origin, container: Container) -> Result<Self, StoreError> {
        Self::read_index(origin.clone(), container).map_err(|fault| origin.error(fault))
    }

    fn read_index(origin: Origin, container: Container) -> Result<Self, Fault> {
        let blocks = content_blocks(&container)?;
        let members = members(&container)?;
        let mut end = 0_u64;
        let mut starts = Vec::with_capacity(members.len() + 1);
        for member in &members {
            starts.push(end);
            end = end.saturating_add(file_size(member).unwrap_or(0));
        }
        starts.push(end);
        if end != blocks.last().map_or(0, ContentBlock::end) {
            return Fault::damaged("its members do not add up to its blocks");
        }
        let measures = container.section_bytes(Section::Measures)?;
        let file = container.into_file();
        Ok(Self { origin, file, members, starts, blocks, measures, latest: Mutex::new(None) })
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn blocks(&self) -> &[ContentBlock] {
        &self.blocks
    }

    /// The key it is stored under.
    pub fn key(&self) -> Key {
        self.origin.key
    }

    /// All members, in the order of the tarball.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Bytes of all file members.
    pub fn content_length(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// What the unpacker measured, as it was given to [`PackWriter::finish`].
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is not of that type.
    pub fn measures<M: DeserializeOwned>(&self) -> Result<M, StoreError> {
        super::decode_record(&self.measures).map_err(|fault| self.origin.error(fault))
    }

    /// The bytes of a file member.
    ///
    /// # Errors
    /// [`StoreError::NotAFile`] for another member; [`StoreError::Damaged`] when a checksum differs.
    pub fn read(&self, member: u32) -> Result<Vec<u8>, StoreError> {
        let range = self.range(member)?;
        let mut bytes = Vec::new();
        self.append(range, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes the bytes of a file member to `out`, holding one block of them at a time.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`StoreError::Output`] when `out` refuses.
    pub fn copy_to(&self, member: u32, out: &mut dyn Write) -> Result<(), StoreError> {
        let range = self.range(member)?;
        for (index, part) in self.parts(range) {
            let block = self.block(index)?;
            let bytes = block.get(part).unwrap_or_default();
            out.write_all(bytes).map_err(StoreError::Output)?;
        }
        Ok(())
    }

    /// Where a file member's bytes are in the logical stream.
    fn range(&self, member: u32) -> Result<Range<u64>, StoreError> {
        let not_a_file = StoreError::NotAFile { key: self.origin.key, member };
        let index = member as usize;
        let is_file = self.members.get(index).is_some_and(|member| file_size(member).is_some());
        match self.starts.get(index..).and_then(<[u64]>::first_chunk::<2>) {
            Some([start, end]) if is_file => Ok(*start..*end),
            _ => Err(not_a_file),
        }
    }

    /// The blocks that a range of the stream lies in, each with the part of it that belongs to the range.
    fn parts(&self, range: Range<u64>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let Range { start, end } = range;
        let first = self.blocks.partition_point(|block| block.end() <= start);
        let blocks = self.blocks.iter().enumerate().skip(first);
        blocks.take_while(move |(_, block)| start < end && block.start < end).map(move |(index, block)| {
            let from = start.saturating_sub(block.start) as usize;
            (index, from..(end.min(block.end()) - block.start) as usize)
        })
    }

    /// Appends a range of the stream to `out`. A block that lies wholly in it is decompressed in place.
    fn append(&self, range: Range<u64>, out: &mut Vec<u8>) -> Result<(), StoreError> {
        out.reserve((range.end - range.start) as usize);
        for (index, part) in self.parts(range) {
            if part.len() == self.blocks[index].entry.length as usize {
                let before = out.len();
                out.resize(before + part.len(), 0);
                self.expand(index, &mut out[before..])?;
            } else {
                out.extend_from_slice(self.block(index)?.get(part).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// A whole block, kept until another one is asked for.
    fn block(&self, index: usize) -> Result<Arc<Vec<u8>>, StoreError> {
        let latest = || self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = latest().as_ref().filter(|(at, _)| *at == index) {
            return Ok(Arc::clone(block));
        }
        let mut block = vec![0; self.blocks[index].entry.length as usize];
        self.expand(index, &mut block)?;
        let block = Arc::new(block);
        if block.len() <= 4 * BLOCK_LENGTH {
            *latest() = Some((index, Arc::clone(&block)));
        }
        Ok(block)
    }

    fn expand(&self, index: usize, out: &mut [u8]) -> Result<(), StoreError> {
        let block = &self.blocks[index];
        let mut stored = vec![0; block.entry.stored as usize];
        let read = self.file.read_exact_at(&mut stored, block.offset).map_err(Fault::from);
        let expanded = read.and_then(|()| block.entry.expand(&stored, out));
        expanded
            .map_err(|fault| match fault {
                Fault::Damaged(what) => Fault::Damaged(format!("content block {index}: {what}")),
                other => other,
            })
            .map_err(|fault| self.origin.error(fault))
    }
}

/// The size of a file member; `None` for other members, which have no bytes in the stream.
fn file_size(member: &Member) -> Option<u64> {
    match member.kind {
        MemberKind::File { size, .. } => Some(size),
        _ => None,
    }
}

fn content_blocks(container: &Container) -> Result<Vec<ContentBlock>, Fault> {
    let mut blocks = Vec::new();
    let (mut offset, mut start) = (HEADER_SIZE as u64, 0);
    container.section(Section::Blocks, |rows| {
        let (rows, rest) = rows.as_chunks::<{ BlockEntry::SIZE }>();
        if !rest.is_empty() {
            return Fault::damaged("a block entry is cut short");
        }
        for row in rows {
            let entry = BlockEntry::from_bytes(*row)?;
            blocks.push(ContentBlock { offset, start, entry });
            offset += u64::from(entry.stored);
            start += u64::from(entry.length);
        }
        Ok(())
    })?;
    if offset != HEADER_SIZE as u64 + container.content_length() {
        return Fault::damaged("its blocks do not add up to its content");
    }
    Ok(blocks)
}

fn members(container: &Container) -> Result<Vec<Member>, Fault> {
    let mut members = Vec::new();
    container.section(Section::Members, |mut rows| {
        while !rows.is_empty() {
            let Some(member) = rows::decode(&mut rows) else {
                return Fault::damaged("a member's row cannot be read");
            };
            members.push(member);
        }
        Ok(())
    })?;
    members.shrink_to_fit();
    Ok(members)
}
