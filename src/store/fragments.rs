//! Fragment packs: the members of one pack as parts of pages, deflated and ready to be spliced.
//!
//! A fragment pack is the fragments' deflate streams one after the other, a row for each, and what is known of
//! each member's text. A member may be absent (it is no text), and a long one may be kept in several pieces,
//! each beginning at a line, so that it becomes several pages.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::unix::fs::FileExt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::container::{Container, ContainerWriter, HEADER_SIZE, Section, SectionWriter};
use super::error::{Fault, Origin, Target};
use super::{StoreError, decode_record, encode_record};
use crate::fs::AtomicFile;
use crate::model::{Fragment, Key, Lexed, PageFacts};

/// Where a fragment is in a fragment pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The member it is of.
    pub member: u32,
    /// The line it begins with, counted from 1.
    pub first_line: u32,
    /// Bytes of the HTML.
    pub html_length: u64,
    /// CRC-32 of the HTML.
    pub crc32: u32,
    offset: u64,
    length: u32,
    stored_crc32: u32,
}

impl Piece {
    /// Bytes of a row: member, first line, HTML length, HTML CRC-32, stored length, stored CRC-32.
    const ROW_SIZE: usize = 4 + 4 + 8 + 4 + 4 + 4;

    fn write_row(&self, row: &mut Vec<u8>) {
        row.extend_from_slice(&self.member.to_le_bytes());
        row.extend_from_slice(&self.first_line.to_le_bytes());
        row.extend_from_slice(&self.html_length.to_le_bytes());
        for number in [self.crc32, self.length, self.stored_crc32] {
            row.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn from_row(row: &[u8; Self::ROW_SIZE], offset: u64) -> Self {
        let short = |at: usize| u32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
        Self {
            member: short(0),
            first_line: short(4),
            html_length: u64::from(short(8)) | u64::from(short(12)) << 32,
            crc32: short(16),
            offset,
            length: short(20),
            stored_crc32: short(24),
        }
    }

    /// Bytes of the deflate stream.
    pub fn stored_length(&self) -> u64 {
        self.length.into()
    }

    fn place(&self) -> (u32, u32) {
        (self.member, self.first_line)
    }
}

/// A fragment pack being written. Nothing of it is seen before [`finish`](Self::finish); dropped without it,
/// it leaves nothing.
#[derive(Debug)]
pub struct FragmentWriter(Writer);

impl FragmentWriter {
    pub(super) fn begin(target: Target, file: AtomicFile) -> Result<Self, StoreError> {
        Writer::begin(target, file).map(Self)
    }

    /// Adds a member's text. Members come in their order; any may be left out.
    ///
    /// # Errors
    /// As [`push_piece`](Self::push_piece).
    pub fn push(&mut self, member: u32, lexed: &Lexed) -> Result<(), StoreError> {
        for (first_line, fragment) in &lexed.pieces {
            self.push_piece(member, *first_line, fragment)?;
        }
        self.0.push_facts(member, &lexed.facts)
    }

    /// Adds the piece of a member that begins at a line.
    ///
    /// # Errors
    /// [`StoreError::Order`] when a later piece was added before; [`StoreError::TooLong`] for a fragment of 4 GiB
    /// or more; else when it cannot be written.
    pub fn push_piece(&mut self, member: u32, first_line: u32, fragment: &Fragment) -> Result<(), StoreError> {
        self.0.push_piece(member, first_line, fragment)
    }

    /// Writes the index and puts the fragment pack in its place.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn finish(self) -> Result<(), StoreError> {
        self.0.finish()
    }
}

/// Writes pieces of members, and a record of facts a member.
#[derive(Debug)]
pub(super) struct Writer {
    target: Target,
    container: ContainerWriter<BufWriter<AtomicFile>>,
    pieces: SectionWriter,
    facts: SectionWriter,
    /// Member and first line of the latest piece.
    latest: Option<(u32, u32)>,
}

impl Writer {
    pub(super) fn begin(target: Target, file: AtomicFile) -> Result<Self, StoreError> {
        let out = BufWriter::with_capacity(256 << 10, file);
        let container = ContainerWriter::begin(out, target.bucket.kind(), target.key).map_err(|e| target.error(e))?;
        let [pieces, facts] = [Section::Pieces, Section::Facts].map(SectionWriter::new);
        Ok(Self { target, container, pieces, facts, latest: None })
    }

    pub(super) fn push_facts(&mut self, member: u32, facts: &impl Serialize) -> Result<(), StoreError> {
        let record = encode_record(self.target.bucket, self.target.key, facts)?;
        let length = u32::try_from(record.len()).map_err(|_| self.target.too_long(record.len(), u32::MAX as usize))?;
        self.facts.row(|row| {
            row.extend_from_slice(&member.to_le_bytes());
            row.extend_from_slice(&length.to_le_bytes());
            row.extend_from_slice(&record);
        });
        Ok(())
    }

    pub(super) fn push_piece(&mut self, member: u32, first_line: u32, fragment: &Fragment) -> Result<(), StoreError> {
        if self.latest.is_some_and(|latest| latest >= (member, first_line)) {
            return Err(StoreError::Order { key: self.target.key, member, first_line });
        }
        let too_long = || self.target.too_long(fragment.deflated.len(), u32::MAX as usize);
        let piece = Piece {
            member,
            first_line,
            html_length: fragment.html_length,
            crc32: fragment.crc32,
            offset: 0,
            length: u32::try_from(fragment.deflated.len()).map_err(|_| too_long())?,
            stored_crc32: crc32fast::hash(&fragment.deflated),
        };
        self.container.append(&fragment.deflated).map_err(|e| self.target.error(e))?;
        self.pieces.row(|row| piece.write_row(row));
        self.latest = Some((member, first_line));
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), StoreError> {
        let Self { target, container, pieces, facts, .. } = self;
        let out = container.finish(vec![pieces, facts]).map_err(|e| target.error(e))?;
        let file = out.into_inner().map_err(|e| target.error(io::Error::from(e)))?;
        Ok(file.commit()?)
    }
}

/// A fragment pack open for reading; several threads may read it at once.
#[derive(Debug)]
pub struct FragmentPack {
    origin: Origin,
    file: File,
    pieces: Vec<Piece>,
    facts: Vec<(u32, PageFacts)>,
}

impl FragmentPack {
    pub(super) fn open(origin: Origin, container: Container) -> Result<Self, StoreError> {
        match pieces(&container).and_then(|pieces| Ok((pieces, facts(&container)?))) {
            Ok((pieces, facts)) => Ok(Self { origin, file: container.into_file(), pieces, facts }),
            Err(fault) => Err(origin.error(fault)),
        }
    }

    /// The key it is stored under.
    pub fn key(&self) -> Key {
        self.origin.key
    }

    /// All pieces, in the order of members and lines.
    pub fn all_pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What is known of each member's text, in the order of members.
    pub fn all_facts(&self) -> &[(u32, PageFacts)] {
        &self.facts
    }

    /// The pieces of one member, in the order of lines; none when it has no fragment.
    pub fn pieces(&self, member: u32) -> &[Piece] {
        pieces_of(&self.pieces, member)
    }

    /// What is known of a member's text; `None` when it is no text.
    pub fn facts(&self, member: u32) -> Option<&PageFacts> {
        let at = self.facts.binary_search_by_key(&member, |(member, _)| *member).ok()?;
        self.facts.get(at).map(|(_, facts)| facts)
    }

    /// The fragment of a piece of this pack.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the checksum of the stored bytes differs.
    pub fn read(&self, piece: &Piece) -> Result<Fragment, StoreError> {
        read_piece(&self.origin, &self.file, piece)
    }
}

/// The pieces of one member among those of all.
pub(super) fn pieces_of(pieces: &[Piece], member: u32) -> &[Piece] {
    let start = pieces.partition_point(|piece| piece.member < member);
    let rest = pieces.get(start..).unwrap_or_default();
    let count = rest.iter().take_while(|piece| piece.member == member).count();
    rest.get(..count).unwrap_or_default()
}

/// The fragment of a piece, its checksum compared.
pub(super) fn read_piece(origin: &Origin, file: &File, piece: &Piece) -> Result<Fragment, StoreError> {
    let mut deflated = vec![0; piece.length as usize];
    let read = file.read_exact_at(&mut deflated, piece.offset).map_err(Fault::from);
    let checked = read.and_then(|()| match crc32fast::hash(&deflated) == piece.stored_crc32 {
        true => Ok(()),
        false => Fault::damaged(format!("the checksum of the fragment of member {} differs", piece.member)),
    });
    checked.map_err(|fault| origin.error(fault))?;
    Ok(Fragment { html_length: piece.html_length, crc32: piece.crc32, deflated })
}

/// All pieces of a container, by member and line.
pub(super) fn pieces(container: &Container) -> Result<Vec<Piece>, Fault> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut offset = HEADER_SIZE as u64;
    container.section(Section::Pieces, |rows| {
        let (rows, rest) = rows.as_chunks::<{ Piece::ROW_SIZE }>();
        if !rest.is_empty() {
            return Fault::damaged("a row is cut short");
        }
        for row in rows {
            let piece = Piece::from_row(row, offset);
            if pieces.last().is_some_and(|last| last.place() >= piece.place()) {
                return Fault::damaged("its rows are out of order");
            }
            offset += u64::from(piece.length);
            pieces.push(piece);
        }
        Ok(())
    })?;
    if offset != HEADER_SIZE as u64 + container.content_length() {
        return Fault::damaged("its fragments do not add up to its content");
    }
    pieces.shrink_to_fit();
    Ok(pieces)
}

fn facts(container: &Container) -> Result<Vec<(u32, PageFacts)>, Fault> {
    let mut facts: Vec<(u32, PageFacts)> = Vec::new();
    each_facts(container, |member, its| {
        facts.push((member, its));
        Ok(())
    })?;
    facts.shrink_to_fit();
    Ok(facts)
}

/// Hands the record of each member that has one to `visit`, by member, a block of them in memory at a time.
pub(super) fn each_facts<F: DeserializeOwned>(
    container: &Container,
    mut visit: impl FnMut(u32, F) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut latest = None;
    container.section(Section::Facts, |mut rows| {
        while let Some((head, rest)) = rows.split_first_chunk::<8>() {
            let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
            let (member, length) = (number(0), number(4) as usize);
            let Some((record, rest)) = rest.split_at_checked(length) else { break };
            if latest.is_some_and(|latest| latest >= member) {
                return Fault::damaged("its rows are out of order");
            }
            latest = Some(member);
            visit(member, decode_record(record)?)?;
            rows = rest;
        }
        if rows.is_empty() { Ok(()) } else { Fault::damaged("a row is cut short") }
    })
}
