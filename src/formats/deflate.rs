//! Deflate streams (RFC 1951) in parts that can be joined.
//!
//! This module depends on nothing else of the crate.

use flate2::{Compress, Compression, FlushCompress};

/// What a flushed part ends with: length and its complement of an empty stored block.
pub const EMPTY_STORED: [u8; 4] = [0, 0, 0xff, 0xff];

/// Deflates parts that are followed by others; keeps its memory between them.
#[derive(Debug)]
pub struct Flusher {
    compress: Compress,
}

impl Default for Flusher {
    /// With the highest effort.
    fn default() -> Self {
        Self { compress: Compress::new(Compression::best(), false) }
    }
}

impl Flusher {
    /// The bytes by themselves as blocks of which none is final, with an empty stored block at the end
    /// ([`EMPTY_STORED`], after its header and padding): what follows begins at a byte.
    pub fn flushed(&mut self, bytes: &[u8]) -> Vec<u8> {
        if bytes.is_empty() {
            return [&[0][..], &EMPTY_STORED].concat();
        }
        self.compress.reset();
        // Never larger than this: stored blocks cost 5 bytes each, and the flush adds one.
        let mut deflated = Vec::with_capacity(bytes.len() + bytes.len() / 1000 + 64);
        let mut read = 0;
        loop {
            let status = self.compress.compress_vec(&bytes[read..], &mut deflated, FlushCompress::Sync);
            read = usize::try_from(self.compress.total_in()).unwrap_or(bytes.len()).min(bytes.len());
            let is_whole =
                read == bytes.len() && deflated.ends_with(&EMPTY_STORED) && deflated.len() < deflated.capacity();
            if is_whole || status.is_err() {
                return deflated;
            }
            deflated.reserve(bytes.len() / 2 + 64);
        }
    }
}
