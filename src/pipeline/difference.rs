//! The complete difference of a version from upstream, without debian/.
//!
//! It is put together from what is stored: files before and after the patches, and where their lines come from; of format
//! 1.0 it is what its diff says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::patches::VersionPatches;
use super::publish::PublishError;
use crate::analyse::patches::diff::{self, FileSide};
use crate::model::{
    AppliedSeries, ChangeFormat, Entry, EntryKind, EntryPath, Key, Member, MemberKind, PatchFacts, Place,
};
use crate::site::sources::TreeIndex;
use crate::store::{Bucket, Pack, Store};

/// The most bytes of one file that are compared.
const MOST_OF_FILE: u64 = 8 << 20;

/// The most bytes of all files together that are read, and the most that a difference has.
const MOST_READ: u64 = 64 << 20;
const MOST_WRITTEN: usize = 16 << 20;

/// The complete difference of a version.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// As one patch.
    pub(super) bytes: Vec<u8>,
    /// Whether it is the beginning of a longer one.
    pub(super) is_cut: bool,
    /// Whether numbers of lines in it are those of the files as they are.
    pub(super) is_exact: bool,
    /// Files that differ and are not in it, with the reason.
    pub(super) left: Vec<(EntryPath, String)>,
    /// What the diff of format 1.0 says of files below debian/, as one patch.
    pub(super) packaging: Vec<u8>,
}

/// The difference of a version; `None` when there is none, or nothing may be told of it.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn of_version(store: &Store, version: &VersionPatches<'_>) -> Result<Option<Difference>, PublishError> {
    let Some(facts) = version.content.facts() else { return Ok(None) };
    let difference = match (&facts.series.format, version.series) {
        (ChangeFormat::Diff, _) => of_diff(store, version)?,
        (_, Some(series)) => Some(of_series(store, version, series, &facts.patches)?),
        _ => None,
    };
    Ok(difference.filter(|it| !it.bytes.is_empty() || !it.left.is_empty()))
}

/// Format 1.0: the parts of its diff.
fn of_diff(store: &Store, version: &VersionPatches<'_>) -> Result<Option<Difference>, PublishError> {
    let is_diff = |member: &Member| {
        let mut names = version.package.files.iter().map(|file| file.name.as_str());
        names.any(|name| name.contains(".diff.") && name.as_bytes() == member.path)
    };
    for &key in &version.tree.tree().packs {
        let pack = open(store, key)?;
        if let [member] = pack.members()
            && is_diff(member)
        {
            let mut beginning = Beginning::default();
            pack.copy_to(0, &mut beginning)?;
            let Beginning { bytes, is_cut } = beginning;
            let told = |ranges: Vec<std::ops::Range<u64>>| -> Vec<u8> {
                let range = |range: std::ops::Range<u64>| {
                    Some(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
                };
                ranges.into_iter().filter_map(|it| bytes.get(range(it)?)).flatten().copied().collect()
            };
            let read = diff::read(&bytes, 1);
            let (upstream, packaging) = (told(diff::upstream(&read)), told(diff::packaging(&read)));
            return Ok(Some(Difference { bytes: upstream, packaging, is_cut, ..Difference::default() }));
        }
    }
    Ok(None)
}

/// Formats with a series: files before and after it.
fn of_series(
    store: &Store,
    version: &VersionPatches<'_>,
    series: &AppliedSeries,
    told: &[PatchFacts],
) -> Result<Difference, PublishError> {
    let hidden = touched_by_hidden(series, told);
    let mut reader = Reader { store, packs: &version.tree.tree().packs, opened: BTreeMap::new(), read: 0 };
    let mut difference = Difference { is_exact: true, ..Difference::default() };
    for pair in pairs(version.tree, series) {
        let path = pair.path;
        if path.as_bytes().starts_with(b"debian/") || path.name().ends_with(b".dpkg-orig") {
            continue;
        }
        let paths = || pair.before.iter().map(|(path, _)| *path).chain([path]);
        if let Some(reason) = paths().find_map(|path| (version.excluded)(path)) {
            difference.left.push((path.clone(), reason.to_owned()));
        } else if paths().any(|path| hidden.contains(path)) {
            difference.left.push((path.clone(), "a patch that changes it is not shown".to_owned()));
        } else if difference.bytes.len() > MOST_WRITTEN || !reader.has_room(&pair)? {
            difference.left.push((path.clone(), "too much to be compared here".to_owned()));
        } else {
            reader.write(&pair, series, &mut difference.bytes)?;
        }
    }
    Ok(difference)
}

/// The files that patches changed of which nothing is told.
fn touched_by_hidden<'s>(series: &'s AppliedSeries, told: &[PatchFacts]) -> BTreeSet<&'s EntryPath> {
    let is_told = |path: &EntryPath| told.iter().any(|patch| patch.path == *path);
    let hidden = series.patches.iter().filter(|patch| !patch.path.as_ref().is_some_and(is_told));
    hidden.flat_map(|patch| &patch.applied.files).flat_map(|file| [&file.input, &file.path]).collect()
}

/// A file before and after the patches.
struct Pair<'a> {
    before: Option<(&'a EntryPath, Place)>,
    after: Option<&'a Entry>,
    /// The path of either.
    path: &'a EntryPath,
}

/// The files that patches wrote or removed, by path. A renamed file is one with that which it was.
fn pairs<'a>(tree: &TreeIndex<'a>, series: &'a AppliedSeries) -> Vec<Pair<'a>> {
    let before: BTreeMap<&EntryPath, Place> =
        series.before.iter().filter_map(|(path, place)| Some((path, (*place)?))).collect();
    let entry = |path: &EntryPath| {
        let entry = tree.entry(path.as_bytes());
        entry.filter(|entry| matches!(entry.kind, EntryKind::File { .. }))
    };
    let mut renamed = BTreeSet::new();
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    for (path, _) in &series.before {
        let Some(after) = entry(path) else { continue };
        let source = series.blame(path.as_bytes()).and_then(|blame| blame.source.as_ref());
        // A source that is still there was copied.
        let is_rename = source.is_some_and(|source| source != path && entry(source).is_none());
        let from = if is_rename { source } else { Some(path) };
        let from = from.and_then(|from| before.get_key_value(from)).map(|(path, place)| (*path, *place));
        renamed.extend(from.filter(|_| is_rename).map(|(path, _)| path));
        pairs.push(Pair { before: from, after: Some(after), path });
    }
    let gone = series.before.iter().filter(|(path, _)| entry(path).is_none() && !renamed.contains(path));
    pairs.extend(gone.filter_map(|(path, place)| Some(Pair { before: Some((path, (*place)?)), after: None, path })));
    pairs.sort_by_key(|pair| pair.path);
    pairs
}

/// Reads files from packs, each opened once.
struct Reader<'a> {
    store: &'a Store,
    packs: &'a [Key],
    opened: BTreeMap<u32, Pack>,
    read: u64,
}

impl Reader<'_> {
    fn pack(&mut self, place: Place) -> Result<Option<&Pack>, PublishError> {
        let Some(&key) = self.packs.get(place.pack as usize) else { return Ok(None) };
        if !self.opened.contains_key(&place.pack) {
            self.opened.insert(place.pack, open(self.store, key)?);
        }
        Ok(self.opened.get(&place.pack))
    }

    /// Bytes and mode of a file.
    fn file(&mut self, place: Place) -> Result<Option<(Vec<u8>, bool)>, PublishError> {
        let Some(pack) = self.pack(place)? else { return Ok(None) };
        let Some(member) = pack.members().get(place.member as usize) else { return Ok(None) };
        Ok(Some((pack.read(place.member)?, member.mode & 0o111 != 0)))
    }

    /// Counts the bytes of both files as read, when there is room for them.
    fn has_room(&mut self, pair: &Pair<'_>) -> Result<bool, PublishError> {
        let before = match pair.before {
            Some((_, place)) => {
                self.pack(place)?.and_then(|pack| pack.members().get(place.member as usize)).map_or(0, size)
            }
            None => 0,
        };
        let after = pair.after.map_or(0, |entry| if let EntryKind::File { size, .. } = entry.kind { size } else { 0 });
        let fits = before.max(after) <= MOST_OF_FILE && self.read + before + after <= MOST_READ;
        self.read += if fits { before + after } else { 0 };
        Ok(fits)
    }

    fn write(&mut self, pair: &Pair<'_>, series: &AppliedSeries, patch: &mut Vec<u8>) -> Result<(), PublishError> {
        let before = match pair.before {
            Some((path, place)) => self.file(place)?.map(|(bytes, executable)| (path, bytes, executable)),
            None => None,
        };
        let after = match pair.after.map(|entry| (entry, &entry.kind)) {
            Some((entry, EntryKind::File { place, .. })) => {
                self.file(*place)?.map(|(bytes, _)| (&entry.path, bytes, entry.executable))
            }
            _ => None,
        };
        let blame = series.blame(pair.path.as_bytes());
        diff::write_difference(side(&before), side(&after), blame, patch);
        Ok(())
    }
}

fn side<'a>(file: &'a Option<(&EntryPath, Vec<u8>, bool)>) -> Option<FileSide<'a>> {
    let (path, bytes, executable) = file.as_ref()?;
    Some(FileSide { path: path.as_bytes(), bytes, executable: *executable })
}

fn size(member: &Member) -> u64 {
    if let MemberKind::File { size, .. } = member.kind { size } else { 0 }
}

fn open(store: &Store, key: Key) -> Result<Pack, PublishError> {
    store.pack(key)?.ok_or(PublishError::Vanished(Bucket::Packs, key))
}

/// Takes any number of bytes and keeps the first of them.
#[derive(Default)]
struct Beginning {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let kept = bytes.len().min(MOST_WRITTEN.saturating_sub(self.bytes.len()));
        self.bytes.extend(bytes.iter().take(kept));
        self.is_cut |= kept < bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
