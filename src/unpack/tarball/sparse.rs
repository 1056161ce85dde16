//! Sparse files: maps of the regions that have data, and the file that they make.

use super::extended::decimal;
use super::header::length;
use super::input::{BLOCK, Block, Input};
use crate::unpack::UnpackError;

/// Regions of one file that are accepted; each takes 16 bytes of memory.
pub(super) const MOST_REGIONS: usize = 1_000_000;

/// Where the map begins in a GNU header, and in the blocks that continue it.
const GNU_MAP: usize = 386;
const GNU_MAP_LENGTH: usize = 4;
const GNU_CONTINUES: usize = 482;
const CONTINUATION_LENGTH: usize = 21;
const CONTINUATION_CONTINUES: usize = 504;

/// A run of data in a sparse file; what is between runs is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    /// Where it begins in the file.
    pub(super) offset: u64,
    /// Its bytes. In the archive they are padded to whole blocks.
    pub(super) length: u64,
}

impl Region {
    fn end(self) -> Option<u64> {
        self.offset.checked_add(self.length).filter(|&end| i64::try_from(end).is_ok())
    }
}

/// Checks a map and says how long the file is: tar writes region after region, the last one, often of no
/// length, ends the file.
pub(super) fn file_length(map: &[Region]) -> Result<u64, String> {
    let mut length = 0;
    for region in map {
        let end = region.end().ok_or("a region of a sparse file ends beyond all bounds")?;
        if region.offset < length {
            return Err("the regions of a sparse file overlap".to_owned());
        }
        length = end;
    }
    Ok(length)
}

/// Reads the map of a file of GNU tar (type `S`): in its header, and in blocks that follow it.
pub(super) fn read_gnu_map(header: &Block, real_size: u64, input: &mut Input<'_>) -> Result<Vec<Region>, UnpackError> {
    let mut map = Vec::new();
    let entries = &header[GNU_MAP..GNU_MAP + 24 * GNU_MAP_LENGTH];
    let mut goes_on = push_gnu_entries(entries, real_size, &mut map).map_err(|reason| input.bad(reason))?;
    let mut has_next = header[GNU_CONTINUES] != 0;
    while goes_on && has_next {
        let block = input.block()?.ok_or_else(|| input.bad("it ends inside the map of a sparse file"))?;
        let entries = &block[..24 * CONTINUATION_LENGTH];
        goes_on = push_gnu_entries(entries, real_size, &mut map).map_err(|reason| input.bad(reason))?;
        has_next = block[CONTINUATION_CONTINUES] != 0;
        if map.len() > MOST_REGIONS {
            return Err(input.over("regions of a sparse file", "entries", MOST_REGIONS as u64));
        }
    }
    Ok(map)
}

/// Adds entries up to the first empty one, and says whether there was none.
fn push_gnu_entries(entries: &[u8], real_size: u64, map: &mut Vec<Region>) -> Result<bool, String> {
    for entry in entries.chunks_exact(24) {
        let (offset, bytes) = entry.split_at(12);
        if bytes[0] == 0 {
            return Ok(false);
        }
        let region = Region { offset: length(offset, "offset")?, length: length(bytes, "length")? };
        if region.end().is_none_or(|end| end > real_size) {
            return Err("a region of a sparse file ends beyond the file".to_owned());
        }
        map.push(region);
    }
    Ok(true)
}

/// Reads the map of a pax sparse file of version 1.0, which precedes the data: decimal numbers, a line each,
/// first how many regions. Also says how many bytes it takes in the archive.
pub(super) fn read_pax_map(input: &mut Input<'_>) -> Result<(Vec<Region>, u64), UnpackError> {
    let mut lines = Lines { block: None, position: BLOCK, taken: 0 };
    let count = lines.number(input)?;
    if count > MOST_REGIONS as u64 {
        return Err(input.over("regions of a sparse file", "entries", MOST_REGIONS as u64));
    }
    let mut map = Vec::new();
    for _ in 0..count {
        map.push(Region { offset: lines.number(input)?, length: lines.number(input)? });
    }
    Ok((map, lines.taken))
}

/// Lines of blocks; what is left of the last block is padding.
struct Lines {
    block: Option<Block>,
    position: usize,
    taken: u64,
}

impl Lines {
    fn number(&mut self, input: &mut Input<'_>) -> Result<u64, UnpackError> {
        let mut digits = Vec::new();
        loop {
            let byte = self.byte(input)?;
            if byte == b'\n' {
                let number = decimal(&digits).filter(|&number| i64::try_from(number).is_ok());
                return number.ok_or_else(|| input.bad("the map of a sparse file has a line that is no number"));
            }
            digits.push(byte);
            if digits.len() > 20 {
                return Err(input.bad("the map of a sparse file has a line that is no number"));
            }
        }
    }

    fn byte(&mut self, input: &mut Input<'_>) -> Result<u8, UnpackError> {
        loop {
            if let Some(&byte) = self.block.as_ref().and_then(|block| block.get(self.position)) {
                self.position += 1;
                return Ok(byte);
            }
            let block = input.block()?.ok_or_else(|| input.bad("it ends inside the map of a sparse file"))?;
            (self.block, self.position) = (Some(block), 0);
            self.taken += BLOCK as u64;
        }
    }
}
