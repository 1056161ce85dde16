//! The expanded bytes of one source file, in blocks and runs, metered against the limits.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::formats::compression::{self, Compression};
use crate::settings::Limits;
use crate::unpack::UnpackError;

/// Bytes of a block, the unit of tar archives.
pub(super) const BLOCK: usize = 512;

/// Expanded bytes from which the ratio is looked at: less is harmless, and short files have extreme ratios.
const RATIO_FROM: u64 = 64_000_000;

/// One block.
pub(super) type Block = [u8; BLOCK];

/// The stream of a compressed archive.
pub(super) struct Input<'a> {
    file: &'a str,
    limits: &'a Limits,
    deadline: Instant,
    stream: Box<dyn Read + Send + 'a>,
    compressed: Arc<AtomicU64>,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    /// Bytes that left the decoder.
    decoded: u64,
    /// Bytes of holes in sparse files, which are expanded too.
    holes: u64,
}

impl<'a> Input<'a> {
    pub(super) fn open(
        file: &'a str,
        compressed: Box<dyn BufRead + Send + 'a>,
        limits: &'a Limits,
        deadline: Instant,
    ) -> Result<Self, UnpackError> {
        let count = Arc::new(AtomicU64::new(0));
        let counted = Box::new(Counted { inner: compressed, count: Arc::clone(&count) });
        let stream = compression::decoder(Compression::from_name(file), counted)
            .map_err(|source| UnpackError::Read { file: file.to_owned(), expanded: 0, source })?;
        let buffer = vec![0; 128 * BLOCK];
        Ok(Self { file, limits, deadline, stream, compressed: count, buffer, begin: 0, end: 0, decoded: 0, holes: 0 })
    }

    /// Where the next block is in the archive, in bytes.
    pub(super) fn position(&self) -> u64 {
        self.decoded - (self.end - self.begin) as u64
    }

    pub(super) fn compressed(&self) -> u64 {
        self.compressed.load(Ordering::Relaxed)
    }

    pub(super) fn expanded(&self) -> u64 {
        self.decoded + self.holes
    }

    /// The next block, or `None` when less than a block is left (tar passes over a shorter rest).
    pub(super) fn block(&mut self) -> Result<Option<Block>, UnpackError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest)? {
                0 => return Ok(None),
                count => filled += count,
            }
        }
        Ok(Some(block))
    }

    /// Reads up to the length of `target`; 0 at the end of the file.
    pub(super) fn read(&mut self, target: &mut [u8]) -> Result<usize, UnpackError> {
        if self.begin == self.end {
            self.fill()?;
        }
        let available = self.buffer.get(self.begin..self.end).unwrap_or_default();
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.begin += count;
        Ok(count)
    }

    /// Passes over `count` bytes.
    pub(super) fn skip(&mut self, mut count: u64) -> Result<(), UnpackError> {
        while count > 0 {
            if self.begin == self.end {
                self.fill()?;
            }
            let available = self.end - self.begin;
            if available == 0 {
                return Err(self.bad("it ends inside a member"));
            }
            let step = usize::try_from(count).unwrap_or(usize::MAX).min(available);
            self.begin += step;
            count -= step as u64;
        }
        Ok(())
    }

    /// Reads to the end of the compressed file, so that damage after the end of the archive is found, as
    /// `dpkg-source` finds it in the decompressor's exit code.
    pub(super) fn drain(&mut self) -> Result<(), UnpackError> {
        while self.begin != self.end || self.fill()? > 0 {
            self.begin = self.end;
        }
        Ok(())
    }

    /// Counts `count` bytes of a hole as expanded.
    pub(super) fn charge_hole(&mut self, count: u64) -> Result<(), UnpackError> {
        self.holes = self.holes.saturating_add(count);
        self.check()
    }

    pub(super) fn bad(&self, reason: impl Into<String>) -> UnpackError {
        UnpackError::Archive { file: self.file.to_owned(), offset: self.position(), reason: reason.into() }
    }

    pub(super) fn over(&self, what: &'static str, key: &'static str, limit: u64) -> UnpackError {
        UnpackError::Limit { file: self.file.to_owned(), what, key, limit }
    }

    fn fill(&mut self) -> Result<usize, UnpackError> {
        self.begin = 0;
        self.end = loop {
            match self.stream.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    self.end = 0;
                    return Err(UnpackError::Read { file: self.file.to_owned(), expanded: self.decoded, source });
                }
                Ok(count) => break count,
            }
        };
        self.decoded += self.end as u64;
        self.check()?;
        Ok(self.end)
    }

    fn check(&self) -> Result<(), UnpackError> {
        check_bytes(self.file, self.compressed(), self.expanded(), self.limits)?;
        if Instant::now() >= self.deadline {
            return Err(self.over("seconds of unpacking", "seconds", self.limits.seconds));
        }
        Ok(())
    }
}

/// Compares byte counts with their limits.
pub(super) fn check_bytes(file: &str, compressed: u64, expanded: u64, limits: &Limits) -> Result<(), UnpackError> {
    let over = |what, key, limit| Err(UnpackError::Limit { file: file.to_owned(), what, key, limit });
    if compressed > limits.compressed_bytes {
        return over("compressed bytes", "compressed-bytes", limits.compressed_bytes);
    }
    if expanded > limits.expanded_bytes {
        return over("expanded bytes", "expanded-bytes", limits.expanded_bytes);
    }
    if expanded > RATIO_FROM && expanded / limits.ratio.max(1) > compressed {
        return over("expanded bytes for a compressed one", "ratio", limits.ratio);
    }
    Ok(())
}

/// Counts the bytes that are taken from a reader.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        self.inner.consume(count);
    }
}
