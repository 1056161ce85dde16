//! What the store does with files that are sealed well and make no sense.

use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::model::Sha256;

/// A container with these sections, as no writer makes them.
fn nonsense(bucket: Bucket, content: &[u8], sections: &[(Section, Vec<u8>)]) -> (Origin, Container) {
    let key = Key(Sha256::of(b""));
    let mut container = ContainerWriter::begin(Vec::new(), bucket.kind(), key).unwrap();
    container.append(content).unwrap();
    let sections = sections.iter().map(|(section, bytes)| SectionWriter::of(*section, bytes)).collect();
    let bytes = container.finish(sections).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let origin = Origin { bucket, key, path: PathBuf::new(), inode: 0 };
    (origin, Container::open(file, bytes.len() as u64, bucket.kind(), key).unwrap())
}

fn open_pack(content: &[u8], blocks: Vec<u8>, members: Vec<u8>) -> Result<Pack, StoreError> {
    let sections = [(Section::Blocks, blocks), (Section::Members, members)];
    let (origin, container) = nonsense(Bucket::Packs, content, &sections);
    Pack::open(origin, container)
}

fn open_fragments(content: &[u8], pieces: Vec<u8>) -> Result<FragmentPack, StoreError> {
    let (origin, container) = nonsense(Bucket::Fragments, content, &[(Section::Pieces, pieces)]);
    FragmentPack::open(origin, container)
}

/// A file member's row with a size and no path.
fn row(size: &[u8]) -> Vec<u8> {
    [&[1, 0, 0, 0], size, &[1], &[0; 52]].concat()
}

#[test]
fn sizes_that_overflow_are_damage() {
    let largest = [[0xff; 9].as_slice(), &[1]].concat();
    let rows = [row(&largest), row(&largest), row(&[2])].concat();
    let error = open_pack(b"", Vec::new(), rows).unwrap_err();
    assert!(error.to_string().contains("add up"), "{error}");
}

#[test]
fn a_block_that_expands_further_than_it_says_is_damage() {
    let stored = zstd::bulk::compress(&[0; 100_000], 1).unwrap();
    let mut entry = Vec::new();
    for number in [stored.len() as u32, 50_000, crc32fast::hash(&stored)] {
        entry.extend_from_slice(&number.to_le_bytes());
    }
    let pack = open_pack(&stored, entry, row(&[0xd0, 0x86, 0x03])).unwrap();
    assert!(matches!(pack.read(0), Err(StoreError::Damaged(_))));
}

#[test]
fn fragments_out_of_order_are_damage() {
    let row = |member: u8| [&[member, 0, 0, 0], [0; 24].as_slice()].concat();
    assert!(open_fragments(b"", [row(1), row(2)].concat()).is_ok());
    assert!(matches!(open_fragments(b"", [row(2), row(1)].concat()), Err(StoreError::Damaged(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Rows of any bytes are damage, or members that can be asked for; never more.
    #[test]
    fn nonsense_is_damage(
        rows: Vec<u8>,
        entries in proptest::collection::vec(0..3_u8, 0..40),
        content in proptest::collection::vec(0..3_u8, 0..10),
    ) {
        match open_pack(&content, entries.clone(), rows.clone()) {
            Ok(pack) => {
                let mut members = 0..=pack.members().len() as u32;
                prop_assert!(members.all(|member| is_damage_at_worst(pack.read(member))));
            }
            error => prop_assert!(is_damage_at_worst(error)),
        }
        match open_fragments(&content, [entries, rows].concat()) {
            Ok(pack) => prop_assert!(pack.all_pieces().iter().all(|piece| is_damage_at_worst(pack.read(piece)))),
            error => prop_assert!(is_damage_at_worst(error)),
        }
    }
}

fn is_damage_at_worst<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Ok(_) | Err(StoreError::Damaged(_) | StoreError::NotAFile { .. }))
}
