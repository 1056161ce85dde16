//! The raw files of a version.

use std::collections::{BTreeSet, HashMap};

use super::{ByMember, PublishError, PublishedFile, Publisher, by_member, inside};
use crate::model::{Area, DebianVersion, Entry, EntryKind, PackageName, SourcePackage};
use crate::pipeline::output::{OutputError, Stage};
use crate::pipeline::publications::Unit;
use crate::site::sources::TreeIndex;
use crate::site::urls::Address;
use crate::store::{Bucket, Group, Pack};

/// Groups of members beyond this stream from the pack to the file.
const LARGE_GROUP: u64 = 8 << 20;

/// Where a member of a pack is published: its path in the version's folder, and its length.
type Wanted = ByMember<(Vec<u8>, u64)>;

impl Publisher<'_> {
    /// Publishes the raw files of a version in place of those that are there.
    ///
    /// # Errors
    /// See [`PublishError`]; what was published stays then.
    pub fn raw(&self, package: &SourcePackage, tree: &TreeIndex<'_>) -> Result<(), PublishError> {
        let SourcePackage { name, version, area, .. } = package;
        let place = Address::RawVersion(area, name, version).output_path(self.site.layout());
        let stage = self.output.stage(&place)?;
        let shown = || tree.tree().entries.iter().filter(|entry| tree.excluded(entry).is_none());
        let raw = |entry: &Entry| Address::Raw(area, name, version, &entry.path).output_path(self.site.layout());
        let wanted = shown().filter_map(|entry| match entry.kind {
            EntryKind::File { size, .. } => Some((entry, (inside(&place, &raw(entry)).to_vec(), size))),
            EntryKind::Directory | EntryKind::Symlink { .. } => None,
        });
        let wanted: Vec<Wanted> = by_member(tree.tree(), wanted);
        create_folders(&stage, wanted.iter().flat_map(HashMap::values).flatten())?;
        let packs = self.packs(tree.tree())?;
        let groups = packs
            .iter()
            .zip(&wanted)
            .flat_map(|(pack, wanted)| pack.groups().into_iter().map(move |group| (pack, wanted, group)));
        let groups = groups.filter(|(_, wanted, group)| group.members().any(|member| wanted.contains_key(&member)));
        self.in_parallel(groups, |(pack, wanted, group)| write_group(&stage, pack, wanted, &group))?;
        stage.publish()?;
        for old in self.raw_areas(name, version)?.iter().filter(|old| *old != area) {
            self.output.remove(&Address::RawVersion(old, name, version).output_path(self.site.layout()))?;
        }
        let mut files: Vec<PublishedFile> = shown().filter_map(|entry| published_raw(raw(entry), entry)).collect();
        files.sort();
        self.record(&Unit::raw(name, version), &files)
    }

    /// Removes the raw files of a version, wherever they are.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn remove_raw(&self, package: &PackageName, version: &DebianVersion) -> Result<(), PublishError> {
        let unit = Unit::raw(package, version);
        for area in self.raw_areas(package, version)? {
            self.output.remove(&Address::RawVersion(&area, package, version).output_path(self.site.layout()))?;
        }
        Ok(self.store.remove(Bucket::Pages, unit.key())?)
    }

    /// The areas that have raw files of this version: a version may have moved from one to another.
    fn raw_areas(&self, package: &PackageName, version: &DebianVersion) -> Result<Vec<Area>, PublishError> {
        let areas = self.output.folders_in(b"data")?;
        let areas = areas.iter().filter_map(|name| Area::new(std::str::from_utf8(name).ok()?).ok());
        Ok(areas
            .filter(|area| {
                self.output.has(&Address::RawVersion(area, package, version).output_path(self.site.layout()))
            })
            .collect())
    }
}

/// Makes the folders that files lie in.
fn create_folders<'a>(stage: &Stage<'_>, files: impl Iterator<Item = &'a (Vec<u8>, u64)>) -> Result<(), OutputError> {
    let slashes = |path: &'a [u8]| memchr::memchr_iter(b'/', path).map(move |slash| &path[..slash]);
    // Sorted, a folder comes before those in it.
    let folders: BTreeSet<&[u8]> = files.flat_map(|(path, _)| slashes(path)).collect();
    folders.into_iter().try_for_each(|folder| stage.create_folder(folder))
}

fn write_group(stage: &Stage<'_>, pack: &Pack, wanted: &Wanted, group: &Group) -> Result<(), PublishError> {
    if group.length() > LARGE_GROUP {
        for member in group.members() {
            for (path, size) in wanted.get(&member).into_iter().flatten() {
                stage.write_large(path, *size, |out| pack.copy_to(member, out))??;
            }
        }
        return Ok(());
    }
    let content = pack.read_group(group)?;
    for (member, range) in content.members {
        for (path, _) in wanted.get(&member).into_iter().flatten() {
            stage.write(path, &[&content.bytes[range.clone()]])?;
        }
    }
    Ok(())
}

fn published_raw(path: Vec<u8>, entry: &Entry) -> Option<PublishedFile> {
    let EntryKind::File { size, sha256, .. } = entry.kind else { return None };
    Some(PublishedFile { path, length: size, sha256 })
}
