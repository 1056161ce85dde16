//! The store as the pipeline uses it, and what it does with files that are cut short or changed.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use debpress::fs;
use debpress::model::{
    Entry, EntryKind, EntryPath, Fragment, Key, Lexed, Member, MemberKind, PageFacts, Sha1, Sha256, TextFacts, Tree,
};
use debpress::store::{Block, Bucket, FragmentPack, GcRules, Group, Store, StoreError, show};
use proptest::prelude::*;
use tempfile::TempDir;

fn key(name: &str) -> Key {
    Key::of("test", 1).text(name).finish()
}

fn cache() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

/// Where a result's file is, as `docs/format.md` says.
fn path(cache: &Path, folder: &str, key: Key, extension: &str) -> PathBuf {
    let name = key.to_string();
    cache.join(folder).join(&name[..2]).join(format!("{name}.{extension}"))
}

fn file(path: &str, content: &[u8]) -> Member {
    let text = TextFacts { is_text: true, lines: 1 };
    let kind =
        MemberKind::File { size: content.len() as u64, sha256: Sha256::of(content), sha1: Sha1::of(content), text };
    Member { path: path.into(), mode: 0o644, kind }
}

fn first_piece(pack: &FragmentPack, member: u32) -> Result<Option<Fragment>, StoreError> {
    pack.pieces(member).first().map(|piece| pack.read(piece)).transpose()
}

fn fragment(html_length: u64, deflated: &[u8]) -> Fragment {
    Fragment { html_length, crc32: 0xdead_beef, deflated: deflated.to_vec() }
}

/// Writes a pack of files, their bytes cut into blocks of `block` bytes.
fn write_pack(store: &Store, key: Key, files: &[&[u8]], block: usize) {
    let mut writer = store.pack_writer(key).unwrap();
    for (number, content) in files.iter().enumerate() {
        writer.push_member(file(&format!("pkg-1.0/{number}"), content));
    }
    files.concat().chunks(block).for_each(|bytes| writer.push_block(Block::compress(bytes)).unwrap());
    writer.finish(&(7_u64, "measured")).unwrap();
}

/// Everything that can be read of a pack; `None` when the store says that it is damaged or absent.
fn read_pack(store: &Store, key: Key) -> Option<Vec<Vec<u8>>> {
    let pack = store.pack(key).unwrap()?;
    let mut contents = Vec::new();
    for (number, _) in pack.members().iter().enumerate() {
        match pack.read(number as u32) {
            Ok(bytes) => contents.push(bytes),
            Err(StoreError::Damaged(damage)) => {
                store.discard(damage).unwrap();
                return None;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(pack.measures::<(u64, String)>().unwrap(), (7, "measured".to_owned()));
    Some(contents)
}

#[test]
fn a_pack_gives_back_members_and_bytes() {
    let (_folder, store) = cache();
    let files: [&[u8]; 4] = [b"one\n", b"", b"three\n", &[b'x'; 5000]];
    write_pack(&store, key("a"), &files, 1024);
    let pack = store.pack(key("a")).unwrap().unwrap();
    assert_eq!(pack.members()[2], file("pkg-1.0/2", b"three\n"));
    assert_eq!(read_pack(&store, key("a")).unwrap(), files);
    let mut copied = Vec::new();
    pack.copy_to(3, &mut copied).unwrap();
    assert_eq!(copied, files[3]);
    assert!(matches!(pack.read(4), Err(StoreError::NotAFile { member: 4, .. })));
}

#[test]
fn a_pack_whose_blocks_do_not_fit_its_members_is_refused() {
    let (folder, store) = cache();
    let mut writer = store.pack_writer(key("a")).unwrap();
    writer.push_member(file("a", b"twelve bytes"));
    writer.push_block(Block::compress(b"ten bytes.")).unwrap();
    let error = writer.finish(&()).unwrap_err();
    assert!(matches!(error, StoreError::Content { members: 12, blocks: 10, .. }), "{error}");
    assert_eq!(files_below(&folder.path().join("packs")), 0);
}

#[test]
fn dropped_writers_leave_nothing() {
    let (folder, store) = cache();
    let mut pack = store.pack_writer(key("a")).unwrap();
    pack.push_block(Block::compress(&[b'x'; 100_000])).unwrap();
    let mut fragments = store.fragment_writer(key("a")).unwrap();
    fragments.push_piece(0, 1, &fragment(1, &[b'x'; 1_000_000])).unwrap();
    drop((pack, fragments));
    assert_eq!(files_below(&folder.path().join("packs")), 0);
    assert_eq!(files_below(&folder.path().join("fragments")), 0);
    assert!(!store.contains(Bucket::Packs, key("a")).unwrap());
}

fn files_below(folder: &Path) -> usize {
    walkdir::WalkDir::new(folder).into_iter().filter(|entry| entry.as_ref().unwrap().file_type().is_file()).count()
}

#[test]
fn fragments_come_in_order_and_may_be_absent() {
    let (_folder, store) = cache();
    let mut writer = store.fragment_writer(key("a")).unwrap();
    writer.push_piece(3, 1, &fragment(10, b"three")).unwrap();
    let facts = PageFacts { encoding: "KOI8-R".to_owned(), code_lines: 2_100, ..PageFacts::default() };
    let pieces = vec![(1, fragment(11, b"five, first")), (2001, fragment(12, b"five, second"))];
    writer.push(5, &Lexed { pieces, facts: facts.clone() }).unwrap();
    assert!(matches!(writer.push_piece(4, 1, &fragment(1, b"")), Err(StoreError::Order { member: 4, .. })));
    writer.finish().unwrap();

    let pack = store.fragments(key("a")).unwrap().unwrap();
    assert_eq!(first_piece(&pack, 3).unwrap(), Some(fragment(10, b"three")));
    assert_eq!(first_piece(&pack, 4).unwrap(), None);
    assert_eq!((pack.facts(5), pack.facts(3)), (Some(&facts), None));
    let lines: Vec<_> = pack.pieces(5).iter().map(|piece| (piece.first_line, pack.read(piece).unwrap())).collect();
    assert_eq!(lines, [(1, fragment(11, b"five, first")), (2001, fragment(12, b"five, second"))]);
}

#[test]
fn records_are_replaced_and_removed() {
    let (_folder, store) = cache();
    assert_eq!(store.get::<String>(Bucket::Pages, key("a")).unwrap(), None);
    store.put(Bucket::Pages, key("a"), &"old").unwrap();
    store.put(Bucket::Pages, key("a"), &"new").unwrap();
    store.put(Bucket::Facts("licences"), key("a"), &vec![1, 2, 3]).unwrap();
    assert_eq!(store.get(Bucket::Pages, key("a")).unwrap(), Some("new".to_owned()));
    assert_eq!(store.list(Bucket::Pages).unwrap(), [key("a")]);
    assert_eq!(store.size(Bucket::Facts("licences")).unwrap().count, 1);
    assert!(store.buckets().unwrap().contains(&Bucket::Facts("licences")));
    store.remove(Bucket::Pages, key("a")).unwrap();
    assert!(!store.contains(Bucket::Pages, key("a")).unwrap());
    assert!(store.damaged().is_empty());
}

#[test]
fn a_record_of_another_type_is_made_again() {
    let (_folder, store) = cache();
    store.put(Bucket::Trees, key("a"), &"text").unwrap();
    assert_eq!(store.get::<u8>(Bucket::Trees, key("a")).unwrap(), None);
    assert_eq!(store.damaged().len(), 1);
    assert!(!store.contains(Bucket::Trees, key("a")).unwrap());
}

/// Every copy of `file` with one bit changed, one byte removed from its end or more, or something added.
fn mutilated(file: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let flipped = (0..file.len() * 8).map(|bit| {
        let mut bytes = file.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    let shorter = (0..file.len()).map(|length| file[..length].to_vec());
    let longer = [b"\0".as_slice(), file].map(|more| [file, more].concat());
    flipped.chain(shorter).chain(longer)
}

/// Puts mutilated copies in the place of a stored file: `read` must find every one of them out, and the
/// store must throw it away.
fn every_damage_is_found(folder: &Path, store: &Store, path: &Path, read: impl Fn() -> bool) {
    assert!(read(), "{} is whole", path.display());
    let whole = fs::read(path).unwrap();
    for (number, copy) in mutilated(&whole).enumerate() {
        let before = store.damaged().len();
        fs::write_atomically(path, &[&copy]).unwrap();
        assert!(!read(), "copy {number} of {}", path.strip_prefix(folder).unwrap().display());
        assert_eq!(store.damaged().len(), before + 1, "copy {number}");
        assert!(!path.exists(), "copy {number}");
    }
}

#[test]
fn every_damage_to_a_pack_is_found() {
    let (folder, store) = cache();
    let files: [&[u8]; 3] = [b"#!/bin/sh\n", &[b'y'; 300], b""];
    write_pack(&store, key("a"), &files, 200);
    every_damage_is_found(folder.path(), &store, &path(folder.path(), "packs/v1", key("a"), "pack"), || {
        read_pack(&store, key("a")).is_some_and(|contents| {
            assert_eq!(contents, files);
            true
        })
    });
}

#[test]
fn every_damage_to_fragments_is_found() {
    let (folder, store) = cache();
    let mut writer = store.fragment_writer(key("a")).unwrap();
    writer.push_piece(0, 1, &fragment(10, b"zero")).unwrap();
    writer.push_piece(2, 1, &fragment(20, b"two")).unwrap();
    writer.finish().unwrap();
    let read = || -> Result<bool, StoreError> {
        let Some(pack) = store.fragments(key("a"))? else { return Ok(false) };
        assert_eq!(first_piece(&pack, 0)?, Some(fragment(10, b"zero")));
        assert_eq!(first_piece(&pack, 2)?, Some(fragment(20, b"two")));
        Ok(true)
    };
    let path = path(folder.path(), "fragments/v1", key("a"), "fragments");
    every_damage_is_found(folder.path(), &store, &path, || match read() {
        Err(StoreError::Damaged(damage)) => {
            store.discard(damage).unwrap();
            false
        }
        other => other.unwrap(),
    });
}

#[test]
fn every_damage_to_a_tree_is_found() {
    let (folder, store) = cache();
    let entry = Entry { path: EntryPath::new("debian").unwrap(), executable: true, kind: EntryKind::Directory };
    let tree = Tree { format: "3.0 (quilt)".into(), packs: vec![key("p")], entries: vec![entry], findings: vec![] };
    store.put(Bucket::Trees, key("a"), &tree).unwrap();
    every_damage_is_found(folder.path(), &store, &path(folder.path(), "trees/v1", key("a"), "tree"), || {
        store.get(Bucket::Trees, key("a")).unwrap().is_some_and(|found: Tree| {
            assert_eq!(found, tree);
            true
        })
    });
}

#[test]
fn a_file_in_the_place_of_another_is_found() {
    let (folder, store) = cache();
    store.put(Bucket::Trees, key("a"), &1_u8).unwrap();
    store.put(Bucket::Trees, key("b"), &2_u8).unwrap();
    let place = |name| path(folder.path(), "trees/v1", key(name), "tree");
    fs::rename(&place("b"), &place("a")).unwrap();
    assert_eq!(store.get::<u8>(Bucket::Trees, key("a")).unwrap(), None);
    assert!(store.damaged()[0].what.contains(&key("b").to_string()), "{}", store.damaged()[0]);
}

#[test]
fn looking_at_a_cache_changes_nothing() {
    let (folder, store) = cache();
    store.put(Bucket::Trees, key("a"), &1_u8).unwrap();
    let place = path(folder.path(), "trees/v1", key("a"), "tree");
    fs::write_atomically(&place, &[b"short"]).unwrap();
    let reader = Store::open_read_only(folder.path()).unwrap();
    assert_eq!(reader.get::<u8>(Bucket::Trees, key("a")).unwrap(), None);
    assert_eq!(reader.damaged().len(), 1);
    assert!(place.exists());
}

#[test]
fn what_replaced_a_damaged_pack_is_kept() {
    let (folder, store) = cache();
    write_pack(&store, key("a"), &[b"content"], 100);
    let place = path(folder.path(), "packs/v1", key("a"), "pack");
    let mut bytes = fs::read(&place).unwrap();
    bytes[50] ^= 1;
    fs::write_atomically(&place, &[&bytes]).unwrap();
    let pack = store.pack(key("a")).unwrap().unwrap();
    let Err(StoreError::Damaged(damage)) = pack.read(0) else { panic!("damage is found") };
    assert!(damage.what.contains("content block 0"), "{damage}");
    write_pack(&store, key("a"), &[b"content"], 100);
    store.discard(damage).unwrap();
    assert_eq!(read_pack(&store, key("a")).unwrap(), [b"content"]);
}

#[test]
fn a_pack_stays_readable_while_it_is_removed() {
    let (_folder, store) = cache();
    write_pack(&store, key("a"), &[b"content"], 100);
    let pack = store.pack(key("a")).unwrap().unwrap();
    store.remove(Bucket::Packs, key("a")).unwrap();
    assert_eq!(pack.read(0).unwrap(), b"content");
    assert!(store.pack(key("a")).unwrap().is_none());
}

#[test]
fn one_run_at_a_time() {
    let (folder, store) = cache();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    store.put(Bucket::Trees, key("a"), &1_u8).unwrap();
    let reader = Store::open_read_only(folder.path()).unwrap();
    assert_eq!(reader.get(Bucket::Trees, key("a")).unwrap(), Some(1_u8));
    assert!(matches!(reader.put(Bucket::Trees, key("b"), &1_u8), Err(StoreError::ReadOnly { .. })));
    drop(store);
    Store::open(folder.path()).unwrap();
}

#[test]
fn what_a_killed_run_left_is_swept() {
    let (folder, store) = cache();
    write_pack(&store, key("a"), &[b"content"], 100);
    drop(store);
    let unfinished = path(folder.path(), "packs/v1", key("a"), "pack").with_file_name(fs::temporary_name());
    fs::write_new(&unfinished, &[b"half"]).unwrap();
    fs::write_atomically(&folder.path().join("lock"), &[b"4194305\n"]).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert!(!unfinished.exists());
    assert_eq!(read_pack(&store, key("a")).unwrap(), [b"content"]);
}

#[test]
fn folders_of_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write_new(&folder.path().join("thesis.tex"), &[b""]).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("thesis.tex"), "{error}");
    assert_eq!(files_below(folder.path()), 1);
    let absent = Store::open_read_only(&folder.path().join("none")).unwrap_err();
    assert!(matches!(absent, StoreError::Absent { .. }), "{absent}");
}

#[test]
fn a_cache_of_a_later_program_is_refused() {
    let (folder, store) = cache();
    drop(store);
    fs::write_atomically(&folder.path().join("layout"), &[b"debpress cache layout 2\n"]).unwrap();
    for result in [Store::open(folder.path()), Store::open_read_only(folder.path())] {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 2, known: 1, .. }), "{error}");
    }
}

#[test]
fn garbage_goes_after_its_grace() {
    let (_folder, store) = cache();
    for name in ["live", "dead"] {
        store.put(Bucket::Trees, key(name), &name).unwrap();
    }
    let collect = |now| {
        let live = |_: Bucket, found: Key| found == key("live");
        store.gc(&live, &GcRules { now, grace: 100, largest_share: 50 }).unwrap()
    };
    assert_eq!(collect(1000).waiting.count, 1);
    assert_eq!(collect(1100).waiting.count, 1);
    let report = collect(1101);
    assert_eq!((report.live, report.waiting.count, report.removed.count), (1, 0, 1));
    assert_eq!(store.list(Bucket::Trees).unwrap(), [key("live")]);
}

#[test]
fn what_is_reached_again_begins_a_new_grace() {
    let (_folder, store) = cache();
    store.put(Bucket::Trees, key("a"), &1_u8).unwrap();
    let collect = |now, live: bool| {
        store.gc(&|_, _| live, &GcRules { now, grace: 100, largest_share: 50 }).unwrap().removed.count
    };
    assert_eq!([collect(0, false), collect(90, true), collect(120, false), collect(200, false)], [0; 4]);
    assert_eq!(collect(300, false), 1);
}

#[test]
fn a_large_share_of_garbage_is_kept() {
    let (_folder, store) = cache();
    (0..20).for_each(|number| store.put(Bucket::Trees, key(&number.to_string()), &1_u8).unwrap());
    let rules = GcRules { now: 0, grace: -1, largest_share: 50 };
    let error = store.gc(&|_, _| false, &rules).unwrap_err();
    assert!(matches!(error, StoreError::TooMuchGarbage { removable: 20, stored: 20, .. }), "{error}");
    assert_eq!(store.list(Bucket::Trees).unwrap().len(), 20);
    store.gc(&|_, _| false, &GcRules { largest_share: 100, ..rules }).unwrap();
    assert_eq!(store.list(Bucket::Trees).unwrap(), []);
}

#[test]
fn verification_tells_what_is_damaged() {
    let (folder, store) = cache();
    write_pack(&store, key("good"), &[b"content"], 100);
    let mut writer = store.pack_writer(key("bad")).unwrap();
    writer.push_member(file("a", b"content"));
    writer.push_block(Block::compress(b"c0ntent")).unwrap();
    writer.finish(&()).unwrap();
    store.put(Bucket::Facts("licences"), key("bad"), &1_u8).unwrap();
    fs::write_atomically(&path(folder.path(), "facts/v1/licences", key("bad"), "facts"), &[b"short"]).unwrap();

    let mut found = Vec::new();
    let usage = store.verify(&mut |damage| found.push(damage.to_string())).unwrap();
    assert_eq!(usage.count, 1);
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("facts/licences") && found[0].ends_with("too short"), "{found:?}");
    assert!(found[1].starts_with("pack") && found[1].contains("member 0"), "{found:?}");
    assert!(store.contains(Bucket::Packs, key("bad")).unwrap());
}

/// The worked example of `docs/format.md`: its bytes and its printed form are those of this program.
#[test]
fn the_documented_example_is_true() {
    let document = String::from_utf8(fs::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/format.md")).unwrap());
    let document = document.unwrap();
    let example = document.split_once("## A worked example").unwrap().1;
    let fenced = |language: &str| {
        let start = example.split_once(&format!("```{language}\n")).unwrap().1;
        start.split_once("```").unwrap().0.to_owned()
    };
    let (folder, store) = cache();
    let key = Key(Sha256::of(b""));
    let mut writer = store.pack_writer(key).unwrap();
    writer.push_member(file("hello", b"hello\n"));
    writer.push_block(Block::compress(b"hello\n")).unwrap();
    writer.finish(&()).unwrap();
    let mut shown = Vec::new();
    assert!(show::pack(&store, key, &mut shown).unwrap());
    assert_eq!(String::from_utf8(shown).unwrap(), fenced("text"));
    let bytes = fs::read(&path(folder.path(), "packs/v1", key, "pack")).unwrap();
    assert_eq!(hexdump(&bytes), fenced("hexdump"));
}

/// What `xxd -g 1` prints, without the text column.
fn hexdump(bytes: &[u8]) -> String {
    let line = |(number, line): (usize, &[u8])| {
        let digits: String = line.iter().map(|byte| format!(" {byte:02x}")).collect();
        format!("{:08x}:{digits}\n", number * 16)
    };
    bytes.chunks(16).enumerate().map(line).collect()
}

/// Members of all kinds, files with their content.
fn members() -> impl Strategy<Value = Vec<(Member, Vec<u8>)>> {
    let path = proptest::collection::vec(any::<u8>(), 0..40);
    let content = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..2000),
        (any::<u8>(), 0..5000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    let kind = (0..5_u8, content, path.clone(), any::<bool>(), any::<u32>()).prop_map(
        |(kind, content, target, is_text, lines)| match kind {
            0 => (MemberKind::Symlink { target }, Vec::new()),
            1 => (MemberKind::HardLink { target }, Vec::new()),
            2 => (MemberKind::Directory, Vec::new()),
            3 => (MemberKind::Special, Vec::new()),
            _ => {
                let (size, sha256, sha1) = (content.len() as u64, Sha256::of(&content), Sha1::of(&content));
                (MemberKind::File { size, sha256, sha1, text: TextFacts { is_text, lines } }, content)
            }
        },
    );
    let member =
        (path, any::<u16>(), kind).prop_map(|(path, mode, (kind, content))| (Member { path, mode, kind }, content));
    proptest::collection::vec(member, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However the stream is cut into blocks: members, single reads, streams and groups give back what went in.
    #[test]
    fn packs_keep_everything(members in members(), cuts in proptest::collection::vec(1..3000_usize, 1..20)) {
        let (_folder, store) = cache();
        let mut writer = store.pack_writer(key("a")).unwrap();
        let stream: Vec<u8> = members.iter().flat_map(|(_, content)| content.clone()).collect();
        let mut rest = stream.as_slice();
        for cut in cuts.iter().cycle() {
            let (block, after) = rest.split_at((*cut).min(rest.len()));
            writer.push_block(Block::compress(block)).unwrap();
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        members.iter().for_each(|(member, _)| writer.push_member(member.clone()));
        writer.finish(&()).unwrap();

        let pack = store.pack(key("a")).unwrap().unwrap();
        prop_assert!(pack.members().iter().eq(members.iter().map(|(member, _)| member)));
        prop_assert_eq!(pack.content_length(), stream.len() as u64);
        let files: Vec<(u32, &Vec<u8>)> = (0..)
            .zip(&members)
            .filter(|(_, (member, _))| matches!(member.kind, MemberKind::File { .. }))
            .map(|(index, (_, content))| (index, content))
            .collect();
        for &(index, content) in &files {
            prop_assert_eq!(&pack.read(index).unwrap(), content);
            let mut copied = Vec::new();
            pack.copy_to(index, &mut copied).unwrap();
            prop_assert_eq!(&copied, content);
        }
        let mut grouped = Vec::new();
        for group in pack.groups() {
            let content = pack.read_group(&group).unwrap();
            prop_assert_eq!(content.bytes.len() as u64, Group::length(&group));
            for (index, range) in content.members {
                grouped.push((index, content.bytes[range].to_vec()));
            }
        }
        prop_assert!(grouped.iter().map(|(index, content)| (*index, content)).eq(files));
        prop_assert_eq!(store.verify(&mut |damage| panic!("{damage}")).unwrap().count, 1);
    }

    /// Any value that serde can write comes back, whatever its size.
    #[test]
    fn records_keep_everything(value: Vec<(String, u64, Option<Vec<u8>>)>, repeat in 1..200_usize) {
        let (_folder, store) = cache();
        let value = vec![value; repeat];
        store.put(Bucket::Indices, key("a"), &value).unwrap();
        prop_assert_eq!(store.get(Bucket::Indices, key("a")).unwrap(), Some(value));
    }
}
