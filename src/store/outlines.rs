//! Outline packs: the symbols of one pack's members, and their outlines as parts of pages.
//!
//! Laid out as [fragment packs](super::fragments): the content is the outlines, flushed deflate blocks that are spliced
//! before a page's code, and the record of each member that defines something is its symbols.

use super::StoreError;
use super::container::Container;
use super::error::{Fault, Origin, Target};
use super::fragments::{self, Piece, Writer};
use crate::fs::AtomicFile;
use crate::model::{Flushed, Key, Outlined, Symbol};

/// An outline pack being written. Nothing of it is seen before [`finish`](Self::finish); dropped without it,
/// it leaves nothing.
#[derive(Debug)]
pub struct OutlineWriter(Writer);

impl OutlineWriter {
    pub(super) fn begin(target: Target, file: AtomicFile) -> Result<Self, StoreError> {
        Writer::begin(target, file).map(Self)
    }

    /// Adds what a member defines. Members come in their order; any may be left out.
    ///
    /// # Errors
    /// As [`FragmentWriter::push_piece`](super::FragmentWriter::push_piece).
    pub fn push(&mut self, member: u32, outlined: &Outlined) -> Result<(), StoreError> {
        for (first_line, Flushed(outline)) in &outlined.outlines {
            self.0.push_piece(member, *first_line, outline)?;
        }
        self.0.push_facts(member, &outlined.symbols)
    }

    /// Writes the index and puts the outline pack in its place.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn finish(self) -> Result<(), StoreError> {
        self.0.finish()
    }
}

/// An outline pack open for reading; several threads may read it at once.
#[derive(Debug)]
pub struct OutlinePack {
    origin: Origin,
    container: Container,
    pieces: Vec<Piece>,
}

impl OutlinePack {
    pub(super) fn open(origin: Origin, container: Container) -> Result<Self, StoreError> {
        match fragments::pieces(&container) {
            Ok(pieces) => Ok(Self { origin, container, pieces }),
            Err(fault) => Err(origin.error(fault)),
        }
    }

    /// The key it is stored under.
    pub fn key(&self) -> Key {
        self.origin.key
    }

    /// All outlines, in the order of members and lines.
    pub fn all_pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The outline of the page of a member that begins at a line; `None` when nothing is defined on it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the checksum of the stored bytes differs.
    pub fn outline(&self, member: u32, first_line: u32) -> Result<Option<Flushed>, StoreError> {
        let pieces = fragments::pieces_of(&self.pieces, member);
        let piece = pieces.iter().find(|piece| piece.first_line == first_line);
        piece.map(|piece| self.read(piece)).transpose()
    }

    /// The outline of a piece of this pack.
    ///
    /// # Errors
    /// As [`outline`](Self::outline).
    pub fn read(&self, piece: &Piece) -> Result<Flushed, StoreError> {
        fragments::read_piece(&self.origin, self.container.file(), piece).map(Flushed)
    }

    /// Hands each member that defines something to `visit`, with its symbols by line.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the stored bytes are not what was written.
    pub fn each_member(&self, mut visit: impl FnMut(u32, Vec<Symbol>)) -> Result<(), StoreError> {
        let each = fragments::each_facts(&self.container, |member, symbols| -> Result<(), Fault> {
            visit(member, symbols);
            Ok(())
        });
        each.map_err(|fault| self.origin.error(fault))
    }
}
