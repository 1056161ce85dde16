//! Verification: reading everything that is stored.

use std::io::{self, Write};

use rayon::prelude::*;
use sha1::Digest as _;

use super::error::Fault;
use super::{Bucket, Damage, FragmentPack, OutlinePack, Pack, Section, Store, StoreError, Usage};
use crate::model::{Key, MemberKind, Sha1, Sha256};

/// So many results are read before what was found is told.
const BATCH: usize = 1024;

impl Store {
    /// Reads every stored result to its last byte, on all cores, and tells `on_problem` what is damaged: checksums of
    /// all blocks, and the SHA-256 and SHA-1 of all members. Nothing is thrown away; see [`discard`](Self::discard).
    /// Gives how much was read.
    ///
    /// # Errors
    /// When something cannot be read for a reason outside it.
    pub fn verify(&self, on_problem: &mut dyn FnMut(Damage)) -> Result<Usage, StoreError> {
        let mut usage = Usage::default();
        for bucket in self.buckets()? {
            for batch in self.list(bucket)?.chunks(BATCH) {
                let read: Vec<_> = batch.par_iter().map(|key| self.verify_one(bucket, *key)).collect();
                for result in read {
                    match result {
                        Ok(bytes) => bytes.into_iter().for_each(|bytes| usage.add(bytes)),
                        Err(StoreError::Damaged(damage)) => on_problem(damage),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(usage)
    }

    /// Reads one result, and gives the bytes of its file; `None` when it is gone.
    fn verify_one(&self, bucket: Bucket, key: Key) -> Result<Option<u64>, StoreError> {
        let bytes = self.file_size(bucket, key)?;
        match bucket {
            Bucket::Packs => self.read_pack(key)?.as_ref().map(verify_pack),
            Bucket::Outlines => self.read_outlines(key)?.as_ref().map(verify_outlines),
            Bucket::Fragments => self.read_fragments(key)?.as_ref().map(verify_fragments),
            _ => self.open_container(bucket, key)?.map(|(origin, container)| {
                container.section_bytes(Section::Record).map(|_| ()).map_err(|fault| origin.error(fault))
            }),
        }
        .transpose()?;
        Ok(bytes)
    }
}

fn verify_pack(pack: &Pack) -> Result<(), StoreError> {
    for (index, member) in (0..).zip(pack.members()) {
        let MemberKind::File { sha256, sha1, .. } = &member.kind else { continue };
        let mut checksums = Checksums { sha256: sha2::Sha256::new(), sha1: sha1::Sha1::new() };
        pack.copy_to(index, &mut checksums)?;
        if checksums.finish() != (*sha256, *sha1) {
            let what = format!("the checksum of member {index} differs");
            return Err(pack.origin().error(Fault::Damaged(what)));
        }
    }
    Ok(())
}

fn verify_fragments(pack: &FragmentPack) -> Result<(), StoreError> {
    pack.all_pieces().iter().try_for_each(|piece| pack.read(piece).map(|_| ()))
}

fn verify_outlines(pack: &OutlinePack) -> Result<(), StoreError> {
    pack.all_pieces().iter().try_for_each(|piece| pack.read(piece).map(|_| ()))?;
    pack.each_member(|_, _| {})
}

struct Checksums {
    sha256: sha2::Sha256,
    sha1: sha1::Sha1,
}

impl Checksums {
    fn finish(self) -> (Sha256, Sha1) {
        (Sha256(self.sha256.finalize().into()), Sha1(self.sha1.finalize().into()))
    }
}

impl Write for Checksums {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sha256.update(bytes);
        self.sha1.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
