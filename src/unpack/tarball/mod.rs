//! Streams the members of a tar archive, as GNU tar reads them.
//!
//! [`read`] hands every member to a [`MemberSink`], in order, under the name that is written in the archive;
//! what names and links mean is up to [`assemble`](super::assemble). V7, POSIX (with pax headers) and GNU
//! archives are read, sparse files are expanded. An archive of which tar complains is refused, because
//! `dpkg-source` refuses it: a wrong checksum, a field that is no number, an end in the middle. The format is
//! read here and not by a library since what counts is to agree with GNU tar on every odd archive, and to hold
//! only what the limits allow while reading it.

mod extended;
mod header;
mod input;
mod sparse;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{self, BufRead, Read};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use self::extended::Records;
use self::header::Dialect;
use self::input::{BLOCK, Block, Input};
use self::sparse::Region;
use super::UnpackError;
use crate::settings::Limits;

/// Bytes of a name, or of all extended records of a member: more is refused before it is held in memory.
const HEADER_BYTES: u64 = 1024 * 1024;

/// What an archive says of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name's bytes as written, without a NUL.
    pub path: Vec<u8>,
    /// The permission bits (0o7777) as written.
    pub mode: u16,
    /// What it is.
    pub kind: HeaderKind,
}

/// What kind of thing a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderKind {
    /// A regular file; types that nobody knows are files too.
    File {
        /// Its bytes, expanded.
        size: u64,
    },
    /// A symbolic link.
    Symlink {
        /// The target as written.
        target: Vec<u8>,
    },
    /// A hard link to an earlier member.
    HardLink {
        /// That member's name as written.
        target: Vec<u8>,
    },
    /// A folder: by its type, or a file of old archives whose name ends with a slash.
    Directory,
    /// A pipe.
    Special,
}

/// Why a [`MemberSink`] gives up.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SinkError(Box<dyn Error + Send + Sync>);

impl SinkError {
    /// Wraps the sink's own error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

impl From<io::Error> for SinkError {
    fn from(error: io::Error) -> Self {
        Self(error.into())
    }
}

/// Receives the members of an archive.
pub trait MemberSink {
    /// Takes one member. `content` gives the bytes of a file, and nothing for other kinds; it need not be
    /// read to its end. An error of reading it should be passed on, and is replaced by the exact one.
    ///
    /// # Errors
    /// When the sink cannot go on; reading stops.
    fn member(&mut self, header: Header, content: &mut dyn Read) -> Result<(), SinkError>;
}

/// What an archive measures, to be stored beside its members: the same limits can be checked later without
/// reading it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Bytes of the compressed file.
    pub compressed: u64,
    /// Bytes after decompression, and the holes of sparse files.
    pub expanded: u64,
    /// Members.
    pub entries: u64,
    /// Bytes of the longest name.
    pub longest_path: usize,
    /// Most folders above a member.
    pub deepest_path: usize,
    /// Bytes of the largest file.
    pub largest_member: u64,
}

/// Reads the archive `file_name` (whose extension tells how it is compressed) from `compressed` and gives its
/// members to `sink`. Reads on to the end of the compressed data, so that damage there is found.
///
/// # Errors
/// When the file cannot be read, when tar would complain of it, when a limit is passed (`limits.seconds` by
/// `deadline`), or when the sink gives up.
pub fn read(
    file_name: &str,
    compressed: Box<dyn BufRead + Send + '_>,
    limits: &Limits,
    deadline: Instant,
    sink: &mut dyn MemberSink,
) -> Result<Measures, UnpackError> {
    let input = Input::open(file_name, compressed, limits, deadline)?;
    let mut archive = Archive { input, limits, global: Vec::new(), is_begun: false };
    let mut measures = Measures::default();
    while let Some(member) = archive.next()? {
        measures.count(&member.header);
        check(file_name, &measures, limits)?;
        archive.deliver(file_name, member, sink)?;
    }
    archive.input.drain()?;
    measures.compressed = archive.input.compressed();
    measures.expanded = archive.input.expanded();
    check(file_name, &measures, limits)?;
    Ok(measures)
}

/// Compares what an archive measured when it was read with `limits`, which may be others now.
///
/// # Errors
/// [`UnpackError::Limit`] for the first limit that is passed.
pub fn check(file_name: &str, measures: &Measures, limits: &Limits) -> Result<(), UnpackError> {
    let over = |what, key, limit| Err(UnpackError::Limit { file: file_name.to_owned(), what, key, limit });
    if measures.entries > limits.entries {
        return over("members", "entries", limits.entries);
    }
    if measures.longest_path > limits.path_length {
        return over("bytes in a name", "path-length", limits.path_length as u64);
    }
    if measures.deepest_path > limits.path_depth {
        return over("folders above a member", "path-depth", limits.path_depth as u64);
    }
    input::check_bytes(file_name, measures.compressed, measures.expanded, limits)
}

impl Measures {
    fn count(&mut self, header: &Header) {
        let parts = header.path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b".")).count();
        self.entries += 1;
        self.longest_path = self.longest_path.max(header.path.len());
        self.deepest_path = self.deepest_path.max(parts.saturating_sub(1));
        if let HeaderKind::File { size } = header.kind {
            self.largest_member = self.largest_member.max(size);
        }
    }
}

/// A member whose header is read and whose data come next.
struct Member {
    header: Header,
    /// Bytes of data that are left in the archive, without padding.
    stored: u64,
    /// The regions of a sparse file.
    map: Option<Vec<Region>>,
}

/// What precedes a member's own header.
#[derive(Default)]
struct Preamble {
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    /// Data of an extended header. They are looked at when a member follows: tar does not complain of others.
    records: Option<Vec<u8>>,
}

struct Archive<'a> {
    input: Input<'a>,
    limits: &'a Limits,
    /// Records of the last global header, which every member takes over.
    global: Vec<extended::Record>,
    is_begun: bool,
}

impl Archive<'_> {
    /// The next member, or `None` at the end: at a block of zeros, or where the file ends.
    fn next(&mut self) -> Result<Option<Member>, UnpackError> {
        let mut preamble = Preamble::default();
        loop {
            let Some(block) = self.input.block()? else {
                return if self.is_begun { Ok(None) } else { Err(self.input.bad("it is shorter than a block")) };
            };
            self.is_begun = true;
            if block.iter().all(|&byte| byte == 0) {
                return Ok(None);
            }
            let header = header::Header(&block);
            if !header.has_right_checksum() {
                return Err(self.input.bad("a header has a wrong checksum"));
            }
            let size = match header.type_flag() {
                b'1' => 0,
                _ => header.size().map_err(|reason| self.input.bad(reason))?,
            };
            match header.type_flag() {
                b'L' => preamble.long_name = Some(until_nul(self.header_data(size)?)),
                b'K' => preamble.long_link = Some(until_nul(self.header_data(size)?)),
                b'x' | b'X' => preamble.records = Some(self.header_data(size)?),
                b'g' => {
                    let data = self.header_data(size)?;
                    self.global = self.split(&data)?;
                }
                b'V' => self.volume_label(&block, size, std::mem::take(&mut preamble))?,
                b'M' => return Err(self.input.bad("a file is continued from another volume")),
                _ => return self.member(&block, size, preamble).map(Some),
            }
        }
    }

    /// Passes over the name of a volume, which is no member, but must not look like one that goes up.
    fn volume_label(&mut self, block: &Block, size: u64, preamble: Preamble) -> Result<(), UnpackError> {
        let label = self.member(block, size, preamble)?;
        if label.header.path.split(|&byte| byte == b'/').any(|part| part == b"..") {
            return Err(self.input.bad("the name of a volume goes up"));
        }
        self.input.skip(padded(label.stored))
    }

    fn split(&self, data: &[u8]) -> Result<Vec<extended::Record>, UnpackError> {
        extended::split(data).map_err(|reason| self.input.bad(reason))
    }

    /// Data that belong to a header, held in memory.
    fn header_data(&mut self, size: u64) -> Result<Vec<u8>, UnpackError> {
        let length = usize::try_from(size).ok().filter(|_| size <= HEADER_BYTES);
        let length = length.ok_or_else(|| self.input.over("bytes in a header", "path-length", HEADER_BYTES))?;
        let mut data = Vec::with_capacity(length.next_multiple_of(BLOCK));
        while data.len() < length {
            let block = self.input.block()?.ok_or_else(|| self.input.bad("it ends inside a header"))?;
            data.extend_from_slice(&block);
        }
        data.truncate(length);
        Ok(data)
    }

    fn member(&mut self, block: &Block, size: u64, preamble: Preamble) -> Result<Member, UnpackError> {
        let header = header::Header(block);
        let has_records = preamble.records.is_some();
        let mut records = Records::default();
        let own = self.split(preamble.records.as_deref().unwrap_or_default())?;
        for record in self.global.iter().chain(&own) {
            records.apply(record).map_err(|reason| self.input.bad(reason))?;
        }
        header.check_unused().map_err(|reason| self.input.bad(reason))?;
        let mode = header.mode().map_err(|reason| self.input.bad(reason))?;
        let path = records.path.take().or(preamble.long_name).unwrap_or_else(|| header.name());
        let link = records.link.take().or(preamble.long_link).unwrap_or_else(|| header.link());
        let size = records.size.unwrap_or(size);
        let plain_size = records.real_size.unwrap_or(size);
        let (kind, stored, map) = match self.sparse_map(block, size, &records, has_records)? {
            Some((map, stored)) => {
                let size = sparse::file_length(&map).map_err(|reason| self.input.bad(reason))?;
                (HeaderKind::File { size }, stored, Some(map))
            }
            None => {
                if matches!(header.type_flag(), b'3' | b'4') {
                    let name = path.escape_ascii();
                    return Err(self.input.bad(format!("it holds the device node `{name}`, which only root can make")));
                }
                let (kind, stored) = plain_kind(header.type_flag(), &path, link, plain_size);
                (kind, stored, None)
            }
        };
        Ok(Member { header: Header { path, mode, kind }, stored, map })
    }

    /// The map of a sparse file, and how much of its data is left after the map.
    fn sparse_map(
        &mut self,
        block: &Block,
        size: u64,
        records: &Records,
        has_records: bool,
    ) -> Result<Option<(Vec<Region>, u64)>, UnpackError> {
        let header = header::Header(block);
        match (header.dialect(), header.type_flag()) {
            (Dialect::Gnu, b'S') => {
                let real_size = header.real_size().map_err(|reason| self.input.bad(reason))?;
                self.check_announced(real_size)?;
                Ok(Some((sparse::read_gnu_map(block, real_size, &mut self.input)?, size)))
            }
            (Dialect::Ustar, _) if has_records && records.is_sparse() => {
                self.check_announced(records.real_size.unwrap_or_default())?;
                if records.sparse_major == 0 {
                    return Ok(Some((records.map.clone(), size)));
                }
                let (map, taken) = sparse::read_pax_map(&mut self.input)?;
                Ok(Some((map, size.saturating_sub(taken))))
            }
            (Dialect::Star, b'S') => Err(self.input.bad("sparse files of star are not supported")),
            _ => Ok(None),
        }
    }

    /// Gives a member to the sink and passes over what is left of its data.
    fn deliver(&mut self, file: &str, member: Member, sink: &mut dyn MemberSink) -> Result<(), UnpackError> {
        let size = match member.header.kind {
            HeaderKind::File { size } => size,
            _ => 0,
        };
        self.check_announced(size)?;
        let map = member.map.unwrap_or_else(|| vec![Region { offset: 0, length: size }]);
        let mut content = Content {
            input: &mut self.input,
            regions: map.into_iter(),
            hole: 0,
            data: 0,
            padding: 0,
            position: 0,
            taken: 0,
            failure: None,
        };
        let result = sink.member(member.header, &mut content);
        if content.failure.is_none() && result.is_ok() {
            content.finish();
        }
        let Content { taken, failure, .. } = content;
        if let Some(failure) = failure {
            return Err(failure);
        }
        result.map_err(|source| UnpackError::Sink { file: file.to_owned(), source })?;
        self.input.skip(padded(member.stored).saturating_sub(taken))
    }

    /// A file that says it is larger than all that may come is refused before anybody prepares for it.
    fn check_announced(&self, size: u64) -> Result<(), UnpackError> {
        match self.limits.expanded_bytes {
            limit if size > limit => Err(self.input.over("expanded bytes", "expanded-bytes", limit)),
            _ => Ok(()),
        }
    }
}

/// The kind of a member that is not sparse, and how many bytes of data follow its header: tar looks for the
/// next header right after the one of a link, folder or pipe, whatever size that says.
fn plain_kind(type_flag: u8, path: &[u8], link: Vec<u8>, size: u64) -> (HeaderKind, u64) {
    match type_flag {
        b'0' | 0 | b'7' if has_trailing_slash(path) => (HeaderKind::Directory, 0),
        b'1' => (HeaderKind::HardLink { target: link }, 0),
        b'2' => (HeaderKind::Symlink { target: link }, 0),
        b'6' => (HeaderKind::Special, 0),
        b'5' => (HeaderKind::Directory, 0),
        b'D' => (HeaderKind::Directory, size),
        _ => (HeaderKind::File { size }, size),
    }
}

/// A slash alone names a folder, but does not trail.
fn has_trailing_slash(path: &[u8]) -> bool {
    path.len() > 1 && path.ends_with(b"/")
}

fn until_nul(mut data: Vec<u8>) -> Vec<u8> {
    let end = data.iter().position(|&byte| byte == 0).unwrap_or(data.len());
    data.truncate(end);
    data
}

fn padded(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64)
}

/// The bytes of a file: for each region of its map the zeros before it, then its data.
struct Content<'r, 'a> {
    input: &'r mut Input<'a>,
    regions: std::vec::IntoIter<Region>,
    /// Zeros that are due before the data of the current region.
    hole: u64,
    /// Data of the current region that are due.
    data: u64,
    /// What pads the current region's data in the archive.
    padding: u64,
    position: u64,
    /// Bytes taken from the archive.
    taken: u64,
    failure: Option<UnpackError>,
}

impl Content<'_, '_> {
    /// Reads what the sink did not want.
    fn finish(&mut self) {
        let mut rest = [0; 64 * BLOCK];
        while let Ok(1..) = self.read(&mut rest) {}
    }

    fn read_on(&mut self, target: &mut [u8]) -> Result<usize, UnpackError> {
        while self.hole == 0 && self.data == 0 {
            self.input.skip(self.padding)?;
            self.taken += std::mem::take(&mut self.padding);
            let Some(region) = self.regions.next() else { return Ok(0) };
            self.hole = region.offset - self.position;
            self.data = region.length;
            self.padding = padded(region.length) - region.length;
            self.position = region.offset + region.length;
            self.input.charge_hole(self.hole)?;
        }
        let due = if self.hole > 0 { self.hole } else { self.data };
        let length = usize::try_from(due).unwrap_or(usize::MAX).min(target.len());
        let target = &mut target[..length];
        if self.hole > 0 {
            target.fill(0);
            self.hole -= length as u64;
            return Ok(length);
        }
        let count = self.input.read(target)?;
        if count == 0 && length > 0 {
            return Err(self.input.bad("it ends inside a member"));
        }
        self.data -= count as u64;
        self.taken += count as u64;
        Ok(count)
    }
}

impl Read for Content<'_, '_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() {
            return Ok(0);
        }
        if self.failure.is_some() {
            return Err(io::Error::other("the archive cannot be read on"));
        }
        self.read_on(target).map_err(|failure| {
            let message = failure.to_string();
            self.failure = Some(failure);
            io::Error::other(message)
        })
    }
}
