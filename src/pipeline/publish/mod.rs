//! From stored results to published files: one version at a time, each folder at once.

mod pages;
mod raw;

pub(super) use pages::VersionNotes;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use super::copyright;
use super::documents::Bill;
use super::output::{Output, OutputError};
use super::patches::{self, VersionPatches};
use super::prepare::Preparer;
use super::publications::Unit;
use crate::analyse;
use crate::fs::PathError;
use crate::model::{
    CopyrightFacts, CopyrightFormat, DebianVersion, Entry, EntryKind, Key, PackageName, Sha256, SourcePackage, Tree,
    folder_of,
};
use crate::site::SiteError;
use crate::site::copyright::CopyrightView;
use crate::site::page::PageError;
use crate::site::sources::SourcesSite;
use crate::site::sources::views::VersionView;
use crate::site::urls::Address;
use crate::store::{Bucket, FragmentPack, OutlinePack, Pack, Store, StoreError};

/// Why a version could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The published folder cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The store failed, or had something damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A template failed.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A stored fragment is not what its record says.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The folder for further pages of long files could not be begun.
    #[error("{0}")]
    Parts(String),
    /// Something that was stored a moment ago is not there any more.
    #[error("{0} {1} vanished from the cache while it was used")]
    Vanished(Bucket, Key),
}

impl From<PathError> for PublishError {
    fn from(error: PathError) -> Self {
        Self::Output(error.into())
    }
}

/// One published file, as the unit's record keeps it for `debpress check`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublishedFile {
    /// Its path below the published folder.
    pub path: Vec<u8>,
    /// Its length in bytes.
    pub length: u64,
    /// Its checksum.
    pub sha256: Sha256,
}

/// Publishes versions; shared by all threads.
#[derive(Clone, Copy)]
pub struct Publisher<'a> {
    /// The published folder.
    pub output: &'a Output,
    /// Makes pages.
    pub site: &'a SourcesSite,
    /// Has what pages are made from.
    pub store: &'a Store,
    /// Does the work.
    pub pool: &'a ThreadPool,
}

impl Publisher<'_> {
    /// Publishes what is told of the licences of a version.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub(super) fn copyright(&self, bill: &Bill<'_>) -> Result<(), PublishError> {
        let Bill { package, tree, licences, .. } = *bill;
        let is_for_people = |facts: &&CopyrightFacts| matches!(facts.file.format, CopyrightFormat::FreeForm { .. });
        let text = match licences.content.facts().filter(is_for_people) {
            Some(facts) => copyright::text(self.store, facts, tree)?,
            None => None,
        };
        let rules = analyse::copyright::rules::all();
        let view = CopyrightView { package, tree, licences, rules, text: text.as_deref() };
        let SourcePackage { name, version, .. } = package;
        let file = |address: Address<'_>, bytes| (address.output_path(self.site.layout()), bytes);
        let mut files = vec![
            file(Address::CopyrightVersion(name, version), self.site.copyright(&view)?),
            file(Address::CopyrightFiles(name, version), self.site.copyright_files(&view)?),
            file(Address::CopyrightDocument(name, version), self.site.copyright_document(&view)),
        ];
        files.extend(bill.files(self.site, self.store)?);
        self.files(&Unit::copyright(name, version), &files)
    }

    /// Publishes what is told of the patches of a version.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub(super) fn patches(
        &self,
        key: Key,
        version: &VersionPatches<'_>,
        preparer: &Preparer<'_>,
    ) -> Result<(), PublishError> {
        let fragments = self.fragments(key, version.tree.tree(), preparer)?;
        let files = patches::files(self.site, self.store, version, &fragments, preparer.overrides())?;
        let SourcePackage { name, version, .. } = version.package;
        self.files(&Unit::patches(name, version), &files)
    }

    /// Removes what is published of a version beside its pages and raw files.
    fn remove_companions(&self, package: &PackageName, version: &DebianVersion) -> Result<(), PublishError> {
        self.output.remove(&Address::Parts(package, version).output_path(self.site.layout()))?;
        self.remove_symbols(package, version)?;
        self.remove_unit(&Unit::copyright(package, version))?;
        self.remove_unit(&Unit::patches(package, version))?;
        self.file_lists(package, version).iter().try_for_each(|path| Ok(self.output.remove(path)?))
    }

    /// Publishes a version page in place of all pages and raw files of the version: there is nothing else to show.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn notice(&self, view: &VersionView<'_>) -> Result<(), PublishError> {
        let SourcePackage { name, version, .. } = view.package;
        let place = self.version_place(view.package);
        let page = self.site.version(view)?;
        let address = Address::Version(name, version).output_path(self.site.layout());
        let stage = self.output.stage(&place)?;
        stage.write(inside(&place, &address), &[&page])?;
        stage.publish()?;
        self.remove_raw(name, version)?;
        self.remove_companions(name, version)?;
        self.store.remove(Bucket::Pages, Unit::pages(name, version).key())?;
        self.record_version_page(view.package, address, &page)
    }

    /// Publishes a version page alone.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn version_page(&self, view: &VersionView<'_>) -> Result<(), PublishError> {
        let page = self.site.version(view)?;
        let address = Address::Version(&view.package.name, &view.package.version).output_path(self.site.layout());
        self.output.write(&address, &page)?;
        self.record_version_page(view.package, address, &page)
    }

    /// The folder around the pages of a version.
    fn version_place(&self, package: &SourcePackage) -> Vec<u8> {
        let version_page = Address::Version(&package.name, &package.version).output_path(self.site.layout());
        folder_of(&version_page).to_vec()
    }

    fn record_version_page(&self, package: &SourcePackage, path: Vec<u8>, page: &[u8]) -> Result<(), PublishError> {
        let file = PublishedFile { path, length: page.len() as u64, sha256: Sha256::of(page) };
        self.record(&Unit::version(&package.name, &package.version), &[file])
    }

    /// Removes all that is published of a version.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn remove(&self, package: &PackageName, version: &DebianVersion) -> Result<(), PublishError> {
        let version_page = Address::Version(package, version).output_path(self.site.layout());
        self.output.remove(folder_of(&version_page))?;
        self.remove_companions(package, version)?;
        self.remove_raw(package, version)?;
        for unit in [Unit::pages(package, version), Unit::version(package, version)] {
            self.store.remove(Bucket::Pages, unit.key())?;
        }
        Ok(())
    }

    /// Publishes a few files, with their paths below the published folder, in place of those that the unit had.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn files(&self, unit: &Unit, files: &[(Vec<u8>, Vec<u8>)]) -> Result<(), PublishError> {
        let new: Vec<PublishedFile> = files.iter().map(|(path, bytes)| published_file(path.clone(), bytes)).collect();
        let old: Vec<PublishedFile> = self.store.get(Bucket::Pages, unit.key())?.unwrap_or_default();
        if old != new {
            // A run that is killed below leaves a record of all that may be there.
            self.record(unit, &[&old[..], &new[..]].concat())?;
        }
        files.iter().try_for_each(|(path, bytes)| self.output.write(path, bytes))?;
        let kept: HashSet<&[u8]> = new.iter().map(|new| &new.path[..]).collect();
        for file in old.iter().filter(|old| !kept.contains(&old.path[..])) {
            self.output.remove(&file.path)?;
        }
        if old != new { self.record(unit, &new) } else { Ok(()) }
    }

    /// Removes the files of a unit that [`files`](Self::files) published.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub fn remove_unit(&self, unit: &Unit) -> Result<(), PublishError> {
        let files: Vec<PublishedFile> = self.store.get(Bucket::Pages, unit.key())?.unwrap_or_default();
        files.iter().try_for_each(|file| self.output.remove(&file.path))?;
        Ok(self.store.remove(Bucket::Pages, unit.key())?)
    }

    pub(super) fn record(&self, unit: &Unit, files: &[PublishedFile]) -> Result<(), PublishError> {
        Ok(self.store.put(Bucket::Pages, unit.key(), &files)?)
    }

    fn packs(&self, tree: &Tree) -> Result<Vec<Pack>, PublishError> {
        let open = |&key| self.store.pack(key)?.ok_or(PublishError::Vanished(Bucket::Packs, key));
        tree.packs.iter().map(open).collect()
    }

    fn fragments(&self, key: Key, tree: &Tree, preparer: &Preparer<'_>) -> Result<Vec<FragmentPack>, PublishError> {
        let open = |key| self.store.fragments(key)?.ok_or(PublishError::Vanished(Bucket::Fragments, key));
        preparer.fragments_keys(key, tree).into_iter().map(open).collect()
    }

    fn outlines(&self, tree: &Tree, preparer: &Preparer<'_>) -> Result<Vec<OutlinePack>, PublishError> {
        let keys = tree.packs.iter().filter_map(|&key| preparer.outlines_key(key));
        let open = |key| self.store.outlines(key)?.ok_or(PublishError::Vanished(Bucket::Outlines, key));
        keys.map(open).collect()
    }

    /// Does `work` on every item in the pool's threads; the first error ends it.
    fn in_parallel<T: Send>(
        &self,
        items: impl Iterator<Item = T>,
        work: impl Fn(T) -> Result<(), PublishError> + Sync,
    ) -> Result<(), PublishError> {
        let first_error = Mutex::new(None);
        let error = || first_error.lock().unwrap_or_else(PoisonError::into_inner);
        self.pool.in_place_scope_fifo(|scope| {
            for item in items {
                let (work, error) = (&work, &error);
                scope.spawn_fifo(move |_| {
                    if error().is_some() {
                        return;
                    }
                    if let Err(failed) = work(item) {
                        error().get_or_insert(failed);
                    }
                });
            }
        });
        first_error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Something of the files of one pack, by the number of the member that each is: equal files may be one member.
pub(super) type ByMember<T> = HashMap<u32, Vec<T>>;

/// What is given of each file, for each pack of a tree by member. What is given of anything else is left out.
pub(super) fn by_member<'a, T>(tree: &Tree, given: impl Iterator<Item = (&'a Entry, T)>) -> Vec<ByMember<T>> {
    let mut packs: Vec<ByMember<T>> = tree.packs.iter().map(|_| ByMember::new()).collect();
    for (entry, what) in given {
        if let EntryKind::File { place, .. } = entry.kind
            && let Some(members) = packs.get_mut(place.pack as usize)
        {
            members.entry(place.member).or_default().push(what);
        }
    }
    packs
}

pub(super) fn published_file(path: Vec<u8>, bytes: &[u8]) -> PublishedFile {
    PublishedFile { path, length: bytes.len() as u64, sha256: Sha256::of(bytes) }
}

/// What follows the folder `place` in `path`, which lies in it.
fn inside<'a>(place: &[u8], path: &'a [u8]) -> &'a [u8] {
    path.get(place.len() + 1..).unwrap_or_default()
}
