//! Blocks: runs of bytes that are compressed and checksummed one by one.
//!
//! A block is made by a worker thread ([`Block::compress`]), kept with twelve bytes beside it
//! ([`BlockEntry`]: lengths and a CRC-32 of the stored bytes), and read alone. Bytes that compression does
//! not shorten are stored as they are, which a reader sees by the two lengths being equal.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

use super::error::Fault;

/// How many bytes a block has before compression, about: a writer closes a block at the first member end
/// after so many, so that members that are read together share blocks and others do not.
pub const BLOCK_LENGTH: usize = 1 << 20;

/// The longest block that is written or read: what a reader can be made to allocate for one.
pub const MAX_BLOCK_LENGTH: usize = 64 << 20;

/// One of zstd's fast levels, which trade length for speed. Blocks are written in the hot path and read about
/// once; `docs/benchmarks.md` has what the levels cost.
const LEVEL: i32 = -3;

/// Compressed bytes with their checksum, ready to be written.
#[derive(Debug, Clone)]
pub struct Block {
    stored: Vec<u8>,
    length: usize,
    crc32: u32,
}

thread_local! {
    static COMPRESSOR: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

impl Block {
    /// Compresses `bytes`. Pure, made for worker threads: each keeps its compressor.
    pub fn compress(bytes: &[u8]) -> Self {
        let stored = compress(bytes).unwrap_or_else(|| bytes.to_vec());
        let crc32 = crc32fast::hash(&stored);
        Self { stored, length: bytes.len(), crc32 }
    }

    /// Length before compression, in bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The bytes as they are stored.
    pub(super) fn stored(&self) -> &[u8] {
        &self.stored
    }

    /// What is kept beside the bytes; `None` for a block longer than [`MAX_BLOCK_LENGTH`].
    pub(super) fn entry(&self) -> Option<BlockEntry> {
        if self.length > MAX_BLOCK_LENGTH {
            return None;
        }
        let stored = u32::try_from(self.stored.len()).ok()?;
        Some(BlockEntry { stored, length: u32::try_from(self.length).ok()?, crc32: self.crc32 })
    }
}

/// The compressed form, if it is shorter.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = Some((Compressor::new(LEVEL).ok()?, Vec::new()));
        }
        let (compressor, buffer) = kept.as_mut()?;
        buffer.clear();
        buffer.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        let length = compressor.compress_to_buffer(bytes, buffer).ok()?;
        let shorter = (length < bytes.len()).then(|| buffer.clone());
        if buffer.capacity() > 4 * BLOCK_LENGTH {
            *buffer = Vec::new();
        }
        shorter
    })
}

/// What is kept of a block beside its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockEntry {
    /// Length as stored.
    pub(super) stored: u32,
    /// Length before compression.
    pub(super) length: u32,
    /// CRC-32 of the stored bytes.
    pub(super) crc32: u32,
}

impl BlockEntry {
    /// Bytes of an entry on the disk.
    pub(super) const SIZE: usize = 12;

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        for (place, number) in bytes.chunks_exact_mut(4).zip([self.stored, self.length, self.crc32]) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Reads an entry and checks that its lengths are ones that a writer makes.
    pub(super) fn from_bytes(bytes: [u8; Self::SIZE]) -> Result<Self, Fault> {
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let entry = Self { stored: number(0), length: number(4), crc32: number(8) };
        if entry.stored > entry.length || entry.length as usize > MAX_BLOCK_LENGTH {
            return Fault::damaged("a block has lengths that no writer makes");
        }
        Ok(entry)
    }

    /// Checks the stored bytes and puts what they stand for into `out`, which is exactly as long.
    pub(super) fn expand(self, stored: &[u8], out: &mut [u8]) -> Result<(), Fault> {
        if crc32fast::hash(stored) != self.crc32 {
            return Fault::damaged("the checksum of a block differs");
        }
        if stored.len() == out.len() {
            out.copy_from_slice(stored);
            return Ok(());
        }
        DECOMPRESSOR.with_borrow_mut(|kept| {
            let decompressor = match kept {
                Some(decompressor) => decompressor,
                None => kept.insert(Decompressor::new()?),
            };
            match decompressor.decompress_to_buffer(stored, out) {
                Ok(length) if length == out.len() => Ok(()),
                Ok(_) => Fault::damaged("a block is shorter than its entry says"),
                Err(error) => Fault::damaged(format!("a block cannot be decompressed: {error}")),
            }
        })
    }
}
