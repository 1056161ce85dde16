//! The container: the one form of every stored file.
//!
//! ```text
//! header | content | section blocks | table | trailer
//! ```
//!
//! The content is what is large (members' blocks, fragments); sections hold rows or records, cut into
//! [blocks](super::block); the table names them, and the trailer, written last, seals header, table and
//! itself with a CRC-32. A file that is cut short has no trailer, and one that is changed anywhere fails a
//! checksum before the changed bytes are used. `docs/format.md` gives the layout with sizes.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use super::block::{BLOCK_LENGTH, Block, BlockEntry};
use super::error::Fault;
use crate::model::{Key, Sha256};

const MAGIC: &[u8; 8] = b"debpress";
const END_MAGIC: &[u8; 8] = b"sealed.\n";
const VERSION: u32 = 1;

/// Magic, kind, version, key.
pub(super) const HEADER_SIZE: usize = 8 + 4 + 4 + 32;
/// Section, block entry.
const TABLE_ENTRY_SIZE: usize = 4 + BlockEntry::SIZE;
/// Content length, number of table entries, CRC-32, end magic.
const TRAILER_SIZE: usize = 8 + 4 + 4 + 8;
/// So much of a file's end is read at once: all of most files, and the sections of most others.
const TAIL_LENGTH: u64 = 64 << 10;

/// What a section holds. The numbers are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Entries of a pack's content blocks.
    Blocks = 1,
    /// Rows of a pack's members.
    Members = 2,
    /// The record that the unpacker keeps with a pack.
    Measures = 3,
    /// Rows of a fragment pack's pieces.
    Pieces = 4,
    /// A record.
    Record = 5,
    /// Rows of what a fragment pack knows of its members.
    Facts = 6,
}

impl Section {
    const ALL: [Self; 6] = [Self::Blocks, Self::Members, Self::Measures, Self::Pieces, Self::Record, Self::Facts];

    fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Members => "members",
            Self::Measures => "measures",
            Self::Pieces => "pieces",
            Self::Record => "record",
            Self::Facts => "facts",
        }
    }
}

fn header(kind: [u8; 4], key: Key) -> [u8; HEADER_SIZE] {
    let mut header = [0; HEADER_SIZE];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&kind);
    header[12..16].copy_from_slice(&VERSION.to_le_bytes());
    header[16..].copy_from_slice(&key.0.0);
    header
}

fn seal(header: &[u8], table: &[u8], counts: &[u8]) -> u32 {
    let mut crc32 = crc32fast::Hasher::new();
    [header, table, counts].into_iter().for_each(|part| crc32.update(part));
    crc32.finalize()
}

/// A section being filled, row by row; no row lies in two blocks.
#[derive(Debug)]
pub(super) struct SectionWriter {
    section: Section,
    rows: Vec<u8>,
    blocks: Vec<Block>,
}

impl SectionWriter {
    pub(super) fn new(section: Section) -> Self {
        Self { section, rows: Vec::new(), blocks: Vec::new() }
    }

    /// A section that holds one run of bytes.
    pub(super) fn of(section: Section, bytes: &[u8]) -> Self {
        Self { section, rows: Vec::new(), blocks: bytes.chunks(BLOCK_LENGTH).map(Block::compress).collect() }
    }

    /// Adds the row that `write` appends to the bytes it is given.
    pub(super) fn row(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.rows);
        if self.rows.len() >= BLOCK_LENGTH {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        if !self.rows.is_empty() {
            self.blocks.push(Block::compress(&self.rows));
            self.rows.clear();
        }
    }
}

/// Writes one container from front to end.
#[derive(Debug)]
pub(super) struct ContainerWriter<W> {
    out: W,
    header: [u8; HEADER_SIZE],
    content_length: u64,
}

impl<W: Write> ContainerWriter<W> {
    pub(super) fn begin(mut out: W, kind: [u8; 4], key: Key) -> io::Result<Self> {
        let header = header(kind, key);
        out.write_all(&header)?;
        Ok(Self { out, header, content_length: 0 })
    }

    /// Adds to the content.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.content_length += bytes.len() as u64;
        Ok(())
    }

    /// Writes sections, table and trailer, and gives back what was written to.
    ///
    /// Fails with `InvalidInput` when a single row is longer than a block may be.
    pub(super) fn finish(mut self, sections: Vec<SectionWriter>) -> io::Result<W> {
        let mut table = Vec::new();
        let mut entries = 0_u32;
        for mut section in sections {
            section.close_block();
            for block in &section.blocks {
                let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "a row is longer than a block may be");
                let entry = block.entry().ok_or_else(too_long)?;
                self.out.write_all(block.stored())?;
                table.extend_from_slice(&(section.section as u32).to_le_bytes());
                table.extend_from_slice(&entry.to_bytes());
                entries += 1;
            }
        }
        let mut trailer = Vec::with_capacity(TRAILER_SIZE);
        trailer.extend_from_slice(&self.content_length.to_le_bytes());
        trailer.extend_from_slice(&entries.to_le_bytes());
        let crc32 = seal(&self.header, &table, &trailer);
        trailer.extend_from_slice(&crc32.to_le_bytes());
        trailer.extend_from_slice(END_MAGIC);
        self.out.write_all(&table)?;
        self.out.write_all(&trailer)?;
        Ok(self.out)
    }
}

/// A section block: what its section is, and where it is in the file.
#[derive(Debug)]
pub(super) struct SectionBlock {
    section: u32,
    pub(super) offset: u64,
    pub(super) entry: BlockEntry,
}

impl SectionBlock {
    /// What the section is called in messages.
    pub(super) fn name(&self) -> &'static str {
        let known = Section::ALL.into_iter().find(|section| *section as u32 == self.section);
        known.map_or("unknown", Section::name)
    }
}

/// A container open for reading, its header, table and trailer checked.
#[derive(Debug)]
pub(super) struct Container {
    file: File,
    tail: Vec<u8>,
    tail_offset: u64,
    content_length: u64,
    blocks: Vec<SectionBlock>,
}

impl Container {
    /// Opens a file of `length` bytes and checks that it is the container of that kind and key.
    pub(super) fn open(file: File, length: u64, kind: [u8; 4], key: Key) -> Result<Self, Fault> {
        let tail_offset = length.saturating_sub(TAIL_LENGTH);
        let mut tail = vec![0; usize::try_from(length - tail_offset).unwrap_or_default()];
        file.read_exact_at(&mut tail, tail_offset)?;
        let mut container = Self { file, tail, tail_offset, content_length: 0, blocks: Vec::new() };
        (container.content_length, container.blocks) = container.read_table(length, kind, key)?;
        Ok(container)
    }

    /// The length of the content, and the section blocks.
    fn read_table(&self, length: u64, kind: [u8; 4], key: Key) -> Result<(u64, Vec<SectionBlock>), Fault> {
        let Some((_, trailer)) = self.tail.split_last_chunk::<TRAILER_SIZE>() else {
            return Fault::damaged("it is too short");
        };
        if !trailer.ends_with(END_MAGIC) {
            return Fault::damaged("its end is missing");
        }
        let content_length = u64::from_le_bytes(*first(trailer)?);
        let entries = u32::from_le_bytes(*first(&trailer[8..])?);
        let table_length = u64::from(entries) * TABLE_ENTRY_SIZE as u64;
        let Some(table_offset) = length.checked_sub(TRAILER_SIZE as u64 + table_length) else {
            return Fault::damaged("its table is longer than the file");
        };
        let header = self.read(0, HEADER_SIZE as u64)?;
        let table = self.read(table_offset, table_length)?;
        if seal(&header, &table, &trailer[..12]) != u32::from_le_bytes(*first(&trailer[12..])?) {
            return Fault::damaged("the checksum of its table differs");
        }
        check_header(first(&header)?, kind, key)?;
        Ok((content_length, section_blocks(&table, content_length, table_offset)?))
    }

    /// Length of the content in bytes.
    pub(super) fn content_length(&self) -> u64 {
        self.content_length
    }

    /// Where all sections are.
    pub(super) fn section_blocks(&self) -> &[SectionBlock] {
        &self.blocks
    }

    /// Hands the blocks of a section to `each`, in order.
    pub(super) fn section(
        &self,
        section: Section,
        mut each: impl FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut bytes = Vec::new();
        for block in self.blocks.iter().filter(|block| block.section == section as u32) {
            let stored = self.read(block.offset, u64::from(block.entry.stored))?;
            bytes.resize(block.entry.length as usize, 0);
            block.entry.expand(&stored, &mut bytes)?;
            each(&bytes)?;
        }
        Ok(())
    }

    /// All bytes of a section.
    pub(super) fn section_bytes(&self, section: Section) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        self.section(section, |bytes| {
            all.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(all)
    }

    /// The file, for reading the content.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The file alone, for reading the content.
    pub(super) fn into_file(self) -> File {
        self.file
    }

    fn read(&self, offset: u64, length: u64) -> Result<std::borrow::Cow<'_, [u8]>, Fault> {
        let in_tail = offset.checked_sub(self.tail_offset).and_then(|start| {
            let start = usize::try_from(start).ok()?;
            self.tail.get(start..start.checked_add(usize::try_from(length).ok()?)?)
        });
        match in_tail {
            Some(bytes) => Ok(bytes.into()),
            None => {
                let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
                self.file.read_exact_at(&mut bytes, offset)?;
                Ok(bytes.into())
            }
        }
    }
}

fn first<const N: usize>(bytes: &[u8]) -> Result<&[u8; N], Fault> {
    bytes.first_chunk().ok_or_else(|| Fault::Damaged("it is too short".to_owned()))
}

fn check_header(header: &[u8; HEADER_SIZE], kind: [u8; 4], key: Key) -> Result<(), Fault> {
    let version = u32::from_le_bytes(*first(&header[12..])?);
    let found = Key(Sha256(*first(&header[16..])?));
    match () {
        () if !header.starts_with(MAGIC) => Fault::damaged("it is no file of debpress"),
        () if version != VERSION => Fault::damaged(format!("it has format {version}")),
        () if header[8..12] != kind => Fault::damaged(format!("it is a `{}`", header[8..12].escape_ascii())),
        () if found != key => Fault::damaged(format!("it is of the key {found}")),
        () => Ok(()),
    }
}

/// The section blocks of a table, which lie between the content and the table without a gap.
fn section_blocks(table: &[u8], content_length: u64, table_offset: u64) -> Result<Vec<SectionBlock>, Fault> {
    let mut blocks = Vec::with_capacity(table.len() / TABLE_ENTRY_SIZE);
    let mut offset = (HEADER_SIZE as u64).saturating_add(content_length);
    for row in table.chunks_exact(TABLE_ENTRY_SIZE) {
        let section = u32::from_le_bytes(*first(row)?);
        let entry = BlockEntry::from_bytes(*first(&row[4..])?)?;
        blocks.push(SectionBlock { section, offset, entry });
        offset = offset.saturating_add(u64::from(entry.stored));
    }
    if offset != table_offset {
        return Fault::damaged("its parts do not add up to its length");
    }
    Ok(blocks)
}
