//! Changes in order, however many there are: what memory cannot hold is sorted in parts, which are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::Change;
use crate::fs::{self, PathContext, PathError};

/// Bytes of changes that are held in memory.
const IN_MEMORY: usize = 64 << 20;

/// What a change takes in memory beside its texts: itself, and what the allocator adds to both of them.
const OVERHEAD: usize = size_of::<Change>() + 32;

/// How strongly parts are compressed: as fast as a disk takes them.
const LEVEL: i32 = 1;

/// Takes changes in any order, and gives them in order.
#[derive(Debug)]
pub struct Sorter {
    folder: PathBuf,
    limit: usize,
    changes: Vec<Change>,
    bytes: usize,
    parts: Vec<File>,
}

impl Sorter {
    /// What does not fit in memory goes to nameless files in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, limit: IN_MEMORY, changes: Vec::new(), bytes: 0, parts: Vec::new() }
    }

    /// Takes a change.
    ///
    /// # Errors
    /// When a part cannot be written.
    pub fn push(&mut self, change: Change) -> Result<(), PathError> {
        self.bytes += change.row.key.capacity() + change.row.value.capacity() + OVERHEAD;
        self.changes.push(change);
        if self.bytes >= self.limit { self.write_part() } else { Ok(()) }
    }

    /// All changes in order. A row that goes and comes again is among them, twice.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn finish(mut self) -> Result<Changes, PathError> {
        self.changes.sort_unstable();
        let mut sources = Vec::with_capacity(self.parts.len() + 1);
        for part in self.parts {
            sources.push(Source::Part(part_reader(part).at("read", &self.folder)?));
        }
        sources.push(Source::Memory(self.changes.into_iter()));
        let mut changes = Changes { folder: self.folder, sources, first: BinaryHeap::new() };
        for source in 0..changes.sources.len() {
            changes.refill(source)?;
        }
        Ok(changes)
    }

    fn write_part(&mut self) -> Result<(), PathError> {
        self.changes.sort_unstable();
        let file = fs::nameless_file(&self.folder)?;
        self.parts.push(write_changes(file, &self.changes).at("write", &self.folder)?);
        self.changes.clear();
        self.bytes = 0;
        Ok(())
    }
}

fn write_changes(file: File, changes: &[Change]) -> io::Result<File> {
    let mut out = zstd::Encoder::new(BufWriter::with_capacity(1 << 18, file), LEVEL)?;
    for change in changes {
        let bytes = postcard::to_stdvec(change).map_err(io::Error::other)?;
        out.write_all(&u32::try_from(bytes.len()).map_err(io::Error::other)?.to_le_bytes())?;
        out.write_all(&bytes)?;
    }
    let mut file = out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

type PartReader = zstd::Decoder<'static, BufReader<File>>;

fn part_reader(file: File) -> io::Result<PartReader> {
    zstd::Decoder::with_buffer(BufReader::with_capacity(1 << 17, file))
}

enum Source {
    Memory(std::vec::IntoIter<Change>),
    Part(PartReader),
}

impl Source {
    fn next(&mut self, folder: &Path) -> Result<Option<Change>, PathError> {
        match self {
            Self::Memory(changes) => Ok(changes.next()),
            Self::Part(reader) => read_change(reader).at("read", folder),
        }
    }
}

fn read_change(reader: &mut impl Read) -> io::Result<Option<Change>> {
    let mut length = [0; 4];
    match reader.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut bytes = vec![0; usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?];
    reader.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
}

/// Changes in order.
pub struct Changes {
    folder: PathBuf,
    sources: Vec<Source>,
    /// The first change of each source that has one left.
    first: BinaryHeap<Reverse<(Change, usize)>>,
}

impl Changes {
    fn refill(&mut self, source: usize) -> Result<(), PathError> {
        let next = self.sources.get_mut(source).map(|it| it.next(&self.folder)).transpose()?;
        self.first.extend(next.flatten().map(|change| Reverse((change, source))));
        Ok(())
    }
}

impl Iterator for Changes {
    type Item = Result<Change, PathError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((change, source)) = self.first.pop()?;
        Some(self.refill(source).map(|()| change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shards::Row;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn parts_are_merged_in_order(
            rows in proptest::collection::vec((0_u32..50, "[a-c]{0,2}", any::<bool>()), 0..400),
            limit in 200_usize..40_000,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter { limit, ..Sorter::new(folder.path().to_owned()) };
            let mut changes: Vec<Change> = rows
                .into_iter()
                .map(|(place, value, is_added)| Change { row: Row { place, key: place.to_string(), value }, is_added })
                .collect();
            changes.iter().for_each(|change| sorter.push(change.clone()).unwrap());
            let sorted: Vec<Change> = sorter.finish().unwrap().map(Result::unwrap).collect();
            changes.sort();
            prop_assert_eq!(sorted, changes);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
