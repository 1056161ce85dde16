//! One source file becomes a pack and its fragments, in one pass over its bytes.

use std::io::{self, Read};

use rayon::ThreadPool;
use sha2::Digest as _;

use super::PrepareError;
use super::batch::{BATCH_BYTES, Batch, Fragmenters, Processed};
use super::conveyor::Conveyor;
use crate::analyse::text::Inspector;
use crate::model::{AppliedSeries, Key, Lexed, Member, MemberKind, Sha1, Sha256};
use crate::store::{Block, FragmentWriter, Group, GroupContent, Pack, PackWriter, Store, StoreError};

/// Batches of one source file, beside one for each thread, that may be between its decompression and the store.
const SPARE_BATCHES: usize = 2;

/// What packing needs of the run.
#[derive(Clone, Copy)]
pub(super) struct Workshop<'a> {
    pub(super) store: &'a Store,
    pub(super) pool: &'a ThreadPool,
    pub(super) fragmenters: &'a Fragmenters,
    /// Files beyond this many bytes stream past memory and get no fragment.
    pub(super) member_bytes: u64,
    /// The patches whose lines are marked in fragments; members then have the paths that they have in the package.
    pub(super) series: Option<&'a AppliedSeries>,
}

impl Workshop<'_> {
    /// Bytes of one source file that may be in memory: enough for all threads to have work.
    fn bytes_under_way(&self) -> usize {
        (self.pool.current_num_threads() + SPARE_BATCHES) * BATCH_BYTES
    }
}

/// Where the members of one source file are given, in order.
pub(super) struct Packer<'s, 'scope> {
    conveyor: Conveyor<'s, 'scope, Processed>,
    batch: Batch,
    fragmenters: &'scope Fragmenters,
    series: Option<&'scope AppliedSeries>,
    writers: Writers,
    member_bytes: u64,
}

/// Fills a pack and its fragments with what `fill` gives to the packer, and stores them with the
/// measures that it returns.
pub(super) fn pack<M: serde::Serialize>(
    workshop: Workshop<'_>,
    pack_key: Key,
    fragments_key: Key,
    fill: impl FnOnce(&mut Packer<'_, '_>) -> Result<M, PrepareError>,
) -> Result<Written, PrepareError> {
    let writers = Writers {
        pack: workshop.store.pack_writer(pack_key)?,
        fragments: workshop.store.fragment_writer(fragments_key)?,
        written: Written::default(),
    };
    let (measures, writers) = workshop.pool.in_place_scope_fifo(|scope| {
        let mut packer = Packer {
            conveyor: Conveyor::new(scope, workshop.bytes_under_way()),
            batch: Batch::default(),
            fragmenters: workshop.fragmenters,
            series: workshop.series,
            writers,
            member_bytes: workshop.member_bytes,
        };
        let measures = fill(&mut packer)?;
        Ok::<_, PrepareError>((measures, packer.finish()?))
    })?;
    // The pack makes both count: it is looked for first.
    writers.fragments.finish()?;
    writers.pack.finish(&measures)?;
    Ok(writers.written)
}

/// How much went into a pack.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    pub(super) members: u32,
    pub(super) lexed_bytes: u64,
}

struct Writers {
    pack: PackWriter,
    fragments: FragmentWriter,
    written: Written,
}

impl Writers {
    fn take(&mut self, processed: Processed) -> Result<(), PrepareError> {
        if let Some(block) = processed.block {
            self.pack.push_block(block)?;
        }
        for (member, lexed) in processed.members {
            if let Some(lexed) = lexed {
                self.push_lexed(&member, &lexed)?;
            }
            self.pack.push_member(member);
            self.written.members += 1;
        }
        Ok(())
    }

    fn push_lexed(&mut self, member: &Member, lexed: &Lexed) -> Result<(), PrepareError> {
        if let MemberKind::File { size, .. } = member.kind {
            self.written.lexed_bytes += size;
        }
        Ok(self.fragments.push(self.written.members, lexed)?)
    }
}

impl<'scope> Packer<'_, 'scope> {
    /// Adds a regular file of `size` bytes.
    pub(super) fn file(
        &mut self,
        path: Vec<u8>,
        mode: u16,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), PrepareError> {
        if size > self.member_bytes {
            return self.large_file(path, mode, content);
        }
        let read = |bytes: &mut Vec<u8>| content.read_to_end(bytes).map(drop);
        self.batch.push_file(path, mode, read).map_err(PrepareError::Read)?;
        self.hand_on_if_full()
    }

    /// Adds what is no regular file.
    pub(super) fn other(&mut self, member: Member) -> Result<(), PrepareError> {
        self.batch.push_other(member);
        self.hand_on_if_full()
    }

    /// A file that is never in memory as a whole: its checksums are computed here, block by block, while
    /// other threads compress the blocks.
    fn large_file(&mut self, path: Vec<u8>, mode: u16, content: &mut dyn Read) -> Result<(), PrepareError> {
        self.hand_on()?;
        let (mut sha256, mut sha1) = (sha2::Sha256::new(), sha1::Sha1::new());
        let (mut text, mut size) = (Inspector::default(), 0);
        loop {
            let mut block = Vec::with_capacity(BATCH_BYTES);
            content.take(BATCH_BYTES as u64).read_to_end(&mut block).map_err(PrepareError::Read)?;
            if block.is_empty() {
                break;
            }
            sha256.update(&block);
            sha1.update(&block);
            text.push(&block);
            size += block.len() as u64;
            let writers = &mut self.writers;
            let compress = move || Processed { members: Vec::new(), block: Some(Block::compress(&block)) };
            self.conveyor.put(BATCH_BYTES, compress, &mut |processed| writers.take(processed))?;
        }
        let (sha256, sha1) = (Sha256(sha256.finalize().into()), Sha1(sha1.finalize().into()));
        let kind = MemberKind::File { size, sha256, sha1, text: text.finish() };
        self.batch.push_other(Member { path, mode, kind });
        Ok(())
    }

    fn hand_on_if_full(&mut self) -> Result<(), PrepareError> {
        if self.batch.is_full() { self.hand_on() } else { Ok(()) }
    }

    fn hand_on(&mut self) -> Result<(), PrepareError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        let (fragmenters, series, writers) = (self.fragmenters, self.series, &mut self.writers);
        let weight = batch.weight();
        self.conveyor.put(weight, move || batch.process(fragmenters, series), &mut |processed| writers.take(processed))
    }

    fn finish(mut self) -> Result<Writers, PrepareError> {
        self.hand_on()?;
        let mut writers = self.writers;
        self.conveyor.finish(&mut |processed| writers.take(processed))?;
        Ok(writers)
    }
}

/// Reads a source file that is one thing, not a tarball, and gives its length: a diff, or a file that is
/// only offered raw.
pub(super) fn pack_whole(packer: &mut Packer<'_, '_>, name: &str, content: &mut dyn Read) -> Result<u64, PrepareError> {
    let mut counted = Counted { inner: content, count: 0 };
    // Its length is not known before it is decompressed: hold what a member may have, stream the rest.
    let mut start = Vec::new();
    let most = packer.member_bytes;
    (&mut counted).take(most + 1).read_to_end(&mut start).map_err(PrepareError::Read)?;
    let size = start.len() as u64;
    packer.file(name.as_bytes().to_vec(), 0o644, size, &mut io::Cursor::new(start).chain(&mut counted))?;
    Ok(counted.count)
}

struct Counted<'a> {
    inner: &'a mut dyn Read,
    count: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// Makes the fragments of a stored pack from its bytes.
pub(super) fn refragment(workshop: Workshop<'_>, pack: &Pack, key: Key) -> Result<Written, PrepareError> {
    let mut writer = workshop.store.fragment_writer(key)?;
    let mut written = Written::default();
    let work = |group: &Group| group_fragments(workshop, pack, group);
    each_group(workshop, pack, work, &mut |lexed: Result<Vec<(u32, u64, Lexed)>, StoreError>| {
        for (member, size, lexed) in lexed? {
            written.lexed_bytes += size;
            writer.push(member, &lexed)?;
        }
        Ok(())
    })?;
    writer.finish()?;
    Ok(written)
}

/// Does `work` on the groups of a pack in the pool's threads, and gives the results to `take` in order. Groups that are
/// larger than members held in memory may be are left out.
pub(super) fn each_group<T: Send>(
    workshop: Workshop<'_>,
    pack: &Pack,
    work: impl Fn(&Group) -> T + Sync,
    take: &mut impl FnMut(T) -> Result<(), PrepareError>,
) -> Result<(), PrepareError> {
    workshop.pool.in_place_scope_fifo(|scope| {
        let mut conveyor = Conveyor::new(scope, workshop.bytes_under_way());
        for group in pack.groups() {
            if group.length() > workshop.member_bytes.max(4 * BATCH_BYTES as u64) {
                continue;
            }
            let weight = usize::try_from(group.length()).unwrap_or(usize::MAX);
            let work = &work;
            conveyor.put(weight, move || work(&group), take)?;
        }
        conveyor.finish(take)
    })
}

fn group_fragments(workshop: Workshop<'_>, pack: &Pack, group: &Group) -> Result<Vec<(u32, u64, Lexed)>, StoreError> {
    let GroupContent { bytes, members } = pack.read_group(group)?;
    Ok(workshop.fragmenters.lend(|lexer| {
        let lex = |(member, range): (u32, std::ops::Range<usize>)| {
            let row = pack.members().get(member as usize)?;
            let MemberKind::File { size, text, .. } = row.kind else { return None };
            let bytes = bytes.get(range).filter(|_| size <= workshop.member_bytes)?;
            let marks = workshop.series.and_then(|series| series.marks(&row.path));
            Some((member, size, lexer.fragment(&row.path, bytes, text, marks.as_ref())))
        };
        members.into_iter().filter_map(lex).collect()
    }))
}
