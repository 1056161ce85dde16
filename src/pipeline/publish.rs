//! From stored results to published files: one version at a time, each folder at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use super::documents::Bill;
use super::output::{Output, OutputError, Stage};
use super::overview::facts_of;
use super::prepare::Preparer;
use super::publications::Unit;
use super::{copyright, patches, symbols};
use crate::analyse::{self, encoding, totals};
use crate::fs::PathError;
use crate::model::{
    Area, CopyrightFacts, CopyrightFormat, DebianVersion, Entry, EntryKind, EntryPath, Key, PackageName, PageFacts,
    Place, Sha256, SourcePackage, Totals, Tree, folder_of,
};
use crate::settings::LinkStyle;
use crate::site::SiteError;
use crate::site::copyright::{CopyrightView, VersionLicences};
use crate::site::page::{Body, PageError};
use crate::site::patches::{PatchesContent, TouchedFiles};
use crate::site::sources::readme::{self, Readme};
use crate::site::sources::views::{FolderView, VersionView};
use crate::site::sources::{FileNotes, FilePages, Note, Shown, SourcesSite, TreeIndex};
use crate::site::urls::{Address, Layout};
use crate::store::{Bucket, FragmentPack, Group, OutlinePack, Pack, Piece, Store, StoreError};

/// Entries whose pages are one piece of work.
const PAGES_AT_ONCE: usize = 128;

/// Groups of members beyond this stream from the pack to the file.
const LARGE_GROUP: u64 = 8 << 20;

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

    /// Publishes all pages of a version in place of those that are there.
    ///
    /// # Errors
    /// See [`PublishError`]; what was published stays then.
    pub fn pages(
        &self,
        view: &VersionView<'_>,
        tree: &TreeIndex<'_>,
        (licences, touched): (VersionLicences<'_>, &TouchedFiles<'_>),
        preparer: &Preparer<'_>,
    ) -> Result<(), PublishError> {
        let package = view.package;
        let place = self.version_place(package);
        let stage = self.output.stage(&place)?;
        let parts_place = Address::Parts(&package.name, &package.version).output_path(self.site.layout());
        let fragments = self.fragments(tree.tree(), preparer)?;
        let outlines = self.outlines(tree.tree(), preparer)?;
        // Nothing of what is excluded is told, not even its language.
        let facts =
            |entry: &Entry| facts_of(entry, |pack| fragments.get(pack)).filter(|_| tree.excluded(entry).is_none());
        let pages = Pages {
            totals: totals::of_folders(&tree.tree().entries, facts),
            publisher: *self,
            package,
            tree,
            place: &place,
            stage: &stage,
            parts: OnceLock::new(),
            parts_place: &parts_place,
            files: self.site.file_pages(package, tree)?,
            fragments: &fragments,
            outlines: &outlines,
            licences,
            touched,
        };
        for folder in tree.tree().entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Directory)) {
            stage.create_folder(&pages.folder_path(folder))?;
        }
        let published = Mutex::new(Vec::with_capacity(tree.tree().entries.len()));
        self.in_parallel(tree.tree().entries.chunks(PAGES_AT_ONCE), |entries| {
            let made = entries.iter().map(|entry| pages.write(entry)).collect::<Result<Vec<_>, _>>()?;
            published.lock().unwrap_or_else(PoisonError::into_inner).extend(made.into_iter().flatten());
            Ok(())
        })?;
        // First what the pages link to.
        match pages.parts.into_inner() {
            Some(parts) => parts?.publish()?,
            None => self.output.remove(&parts_place)?,
        }
        let version_page = self.site.version(view)?;
        let address = Address::Version(&package.name, &package.version).output_path(self.site.layout());
        stage.write(inside(&place, &address), &[&version_page])?;
        stage.publish()?;
        let mut published = published.into_inner().unwrap_or_else(PoisonError::into_inner);
        published.push(self.file_list(package, tree)?);
        published.extend(self.symbols(package, tree, &outlines, &fragments)?);
        published.sort();
        self.record(&Unit::pages(&package.name, &package.version), &published)?;
        self.record_version_page(package, address, &version_page)
    }

    /// How much a version defines.
    ///
    /// # Errors
    /// When the store fails.
    pub fn symbol_count(&self, tree: &TreeIndex<'_>, preparer: &Preparer<'_>) -> Result<u64, PublishError> {
        symbols::count(tree, &self.outlines(tree.tree(), preparer)?)
    }

    /// Publishes what a version defines, in place of what is there of it.
    fn symbols(
        &self,
        package: &SourcePackage,
        tree: &TreeIndex<'_>,
        outlines: &[OutlinePack],
        fragments: &[FragmentPack],
    ) -> Result<Vec<PublishedFile>, PublishError> {
        let address = Address::Symbols(&package.name, &package.version).output_path(self.site.layout());
        let place = folder_of(&address);
        let mut files = symbols::symbol_files(self.site, package, tree, outlines, fragments)?;
        let published = files.iter().map(|(path, bytes)| published_file(path.clone(), bytes)).collect();
        match files.pop() {
            None => self.remove_symbols(&package.name, &package.version)?,
            Some((document, bytes)) => {
                let stage = self.output.stage(place)?;
                for (path, bytes) in &files {
                    let path = inside(place, path);
                    stage.create_folders(folder_of(path))?;
                    stage.write(path, &[bytes])?;
                }
                stage.publish()?;
                self.output.write(&document, &bytes)?;
            }
        }
        Ok(published)
    }

    fn remove_symbols(&self, package: &PackageName, version: &DebianVersion) -> Result<(), PublishError> {
        let address = Address::Symbols(package, version).output_path(self.site.layout());
        self.output.remove(folder_of(&address))?;
        Ok(self.output.remove(&Address::SymbolsDocument(package, version).output_path(self.site.layout()))?)
    }

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
        package: &SourcePackage,
        tree: &TreeIndex<'_>,
        content: &PatchesContent<'_>,
        preparer: &Preparer<'_>,
    ) -> Result<(), PublishError> {
        let files = patches::files(self.site, self.store, package, tree, content, preparer.overrides())?;
        self.files(&Unit::patches(&package.name, &package.version), &files)
    }

    /// Publishes the list of a version's files that the script searches.
    fn file_list(&self, package: &SourcePackage, tree: &TreeIndex<'_>) -> Result<PublishedFile, PublishError> {
        let list = self.site.file_list(package, tree);
        let path = Address::FileList(&package.name, &package.version).output_path(self.site.layout());
        for old in self.file_lists(&package.name, &package.version).iter().filter(|old| **old != path) {
            self.output.remove(old)?;
        }
        self.output.write(&path, &list)?;
        Ok(PublishedFile { path, length: list.len() as u64, sha256: Sha256::of(&list) })
    }

    /// Removes what is published of a version beside its pages and raw files.
    fn remove_companions(&self, package: &PackageName, version: &DebianVersion) -> Result<(), PublishError> {
        self.output.remove(&Address::Parts(package, version).output_path(self.site.layout()))?;
        self.remove_symbols(package, version)?;
        self.remove_unit(&Unit::copyright(package, version))?;
        self.remove_unit(&Unit::patches(package, version))?;
        self.file_lists(package, version).iter().try_for_each(|path| Ok(self.output.remove(path)?))
    }

    /// Where the list of a version's files may be, whatever style of links it was published in.
    fn file_lists(&self, package: &PackageName, version: &DebianVersion) -> [Vec<u8>; 2] {
        let path = |links| Address::FileList(package, version).output_path(Layout { links, ..self.site.layout() });
        [LinkStyle::Clean, LinkStyle::File].map(path)
    }

    /// The README of a folder (`None`: the topmost), if it has one that is not too long.
    ///
    /// # Errors
    /// When the store fails.
    pub fn readme<'t>(
        &self,
        tree: &TreeIndex<'t>,
        folder: Option<&EntryPath>,
    ) -> Result<Option<Readme<'t>>, PublishError> {
        let Some(entry) = readme::find(tree.children(folder)) else { return Ok(None) };
        let EntryKind::File { place, .. } = entry.kind else { return Ok(None) };
        let Some(&key) = tree.tree().packs.get(place.pack as usize) else { return Ok(None) };
        let pack = self.store.pack(key)?.ok_or(PublishError::Vanished(Bucket::Packs, key))?;
        let bytes = pack.read(place.member)?;
        let text = String::from_utf8_lossy(&encoding::decode(&bytes).text).into_owned();
        Ok(Some(Readme { entry, text }))
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
        let row = |(path, bytes): &(Vec<u8>, Vec<u8>)| PublishedFile {
            path: path.clone(),
            length: bytes.len() as u64,
            sha256: Sha256::of(bytes),
        };
        let new: Vec<PublishedFile> = files.iter().map(row).collect();
        let old: Vec<PublishedFile> = self.store.get(Bucket::Pages, unit.key())?.unwrap_or_default();
        if old != new {
            // A run that is killed below leaves a record of all that may be there.
            self.record(unit, &[&old[..], &new[..]].concat())?;
        }
        files.iter().try_for_each(|(path, bytes)| self.output.write(path, bytes))?;
        for file in old.iter().filter(|old| !new.iter().any(|new| new.path == old.path)) {
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

    pub(super) fn record(&self, unit: &Unit, files: &[PublishedFile]) -> Result<(), PublishError> {
        Ok(self.store.put(Bucket::Pages, unit.key(), &files)?)
    }

    fn packs(&self, tree: &Tree) -> Result<Vec<Pack>, PublishError> {
        let open = |&key| self.store.pack(key)?.ok_or(PublishError::Vanished(Bucket::Packs, key));
        tree.packs.iter().map(open).collect()
    }

    fn fragments(&self, tree: &Tree, preparer: &Preparer<'_>) -> Result<Vec<FragmentPack>, PublishError> {
        let open = |&key| {
            let key = preparer.fragments_key(key);
            self.store.fragments(key)?.ok_or(PublishError::Vanished(Bucket::Fragments, key))
        };
        tree.packs.iter().map(open).collect()
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

/// The pages of one version on their way.
struct Pages<'a, 'o> {
    publisher: Publisher<'o>,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    place: &'a [u8],
    stage: &'a Stage<'a>,
    /// Where the further pages of long files are built, from the first of them on.
    parts: OnceLock<Result<Stage<'o>, OutputError>>,
    parts_place: &'a [u8],
    files: FilePages<'a>,
    fragments: &'a [FragmentPack],
    /// None when there are no symbols in this run.
    outlines: &'a [OutlinePack],
    licences: VersionLicences<'a>,
    touched: &'a TouchedFiles<'a>,
    /// What is below each folder, by its path.
    totals: BTreeMap<&'a [u8], Totals>,
}

impl Pages<'_, '_> {
    fn folder_path(&self, folder: &Entry) -> Vec<u8> {
        let SourcePackage { name, version, .. } = self.package;
        let page = Address::Folder(name, version, &folder.path).output_path(self.publisher.site.layout());
        inside(self.place, folder_of(&page)).to_vec()
    }

    /// Writes all pages of an entry.
    fn write(&self, entry: &Entry) -> Result<Vec<PublishedFile>, PublishError> {
        match &entry.kind {
            EntryKind::Directory => self.write_folder(entry).map(|page| vec![page]),
            // Nothing of what is excluded is told, not even how many pages it would have.
            _ if self.tree.excluded(entry).is_some() => self.write_page(entry, None).map(|page| vec![page]),
            EntryKind::File { place, .. } => match self.fragments.get(place.pack as usize) {
                Some(fragments) if !fragments.pieces(place.member).is_empty() => {
                    self.write_text(entry, fragments, *place)
                }
                _ => self.write_page(entry, None).map(|page| vec![page]),
            },
            EntryKind::Symlink { .. } => self.write_page(entry, None).map(|page| vec![page]),
        }
    }

    fn write_folder(&self, folder: &Entry) -> Result<PublishedFile, PublishError> {
        let SourcePackage { name, version, .. } = self.package;
        let path = Address::Folder(name, version, &folder.path).output_path(self.publisher.site.layout());
        let readme = self.publisher.readme(self.tree, Some(&folder.path))?;
        let page = self.publisher.site.folder(&FolderView {
            package: self.package,
            tree: self.tree,
            folder: &folder.path,
            totals: self.totals.get(folder.path.as_bytes()),
            readme: readme.as_ref(),
        })?;
        self.stage.write(inside(self.place, &path), &[&page])?;
        Ok(PublishedFile { path, length: page.len() as u64, sha256: Sha256::of(&page) })
    }

    fn write_text(
        &self,
        entry: &Entry,
        fragments: &FragmentPack,
        place: Place,
    ) -> Result<Vec<PublishedFile>, PublishError> {
        let no_facts = PageFacts::default();
        let facts = fragments.facts(place.member).unwrap_or(&no_facts);
        let pieces = fragments.pieces(place.member);
        let outlines = self.outlines.get(place.pack as usize);
        let first_lines: Vec<u32> = pieces.iter().map(|piece| piece.first_line).collect();
        let write = |(number, piece): (usize, &Piece)| {
            let fragment = fragments.read(piece)?;
            let body = Body::from(&fragment);
            let outline = match outlines {
                Some(outlines) => outlines.outline(place.member, piece.first_line)?,
                None => None,
            };
            let outline = outline.as_ref();
            self.write_page(entry, Some(Shown { body, facts, first_lines: &first_lines, number, outline }))
        };
        pieces.iter().enumerate().map(write).collect()
    }

    fn write_page(&self, entry: &Entry, shown: Option<Shown<'_>>) -> Result<PublishedFile, PublishError> {
        let number = shown.map_or(0, |shown| shown.number);
        let path = self.files.address(entry, number).output_path(self.publisher.site.layout());
        let SourcePackage { name, version, .. } = self.package;
        let said = self.licences.says(entry);
        let declared = Address::CopyrightVersion(name, version);
        let licence = said.declared.as_ref().map(|it| Note { text: &it.text, address: declared, anchor: &it.anchor });
        let own = self.files.address(entry, 0);
        let says: Vec<Note<'_>> =
            said.says.iter().map(|it| Note { text: &it.text, address: own, anchor: &it.anchor }).collect();
        let patches = self.touched.of(entry);
        let patches: Vec<Note<'_>> = patches
            .iter()
            .map(|(path, text, anchor)| Note { text, address: Address::Patch(name, version, path), anchor })
            .collect();
        let notes = FileNotes { licence, says: &says, is_conflicting: said.is_conflicting, patches: &patches };
        let page = self.files.page(entry, shown, notes)?;
        let parts = page.parts();
        if number == 0 {
            self.stage.write(inside(self.place, &path), &parts)?;
        } else {
            let stage = self.parts.get_or_init(|| self.publisher.output.stage(self.parts_place));
            let stage = stage.as_ref().map_err(|error| PublishError::Parts(error.to_string()))?;
            let path = inside(self.parts_place, &path);
            stage.create_folders(folder_of(path))?;
            stage.write(path, &parts)?;
        }
        let length = parts.iter().map(|part| part.len()).sum::<usize>() as u64;
        Ok(PublishedFile { path, length, sha256: Sha256::of_parts(&parts) })
    }
}

/// Something of the files of one pack, by the number of the member that each is: equal files may be one member.
pub(super) type ByMember<T> = HashMap<u32, Vec<T>>;

/// Where a member of a pack is published: its path in the version's folder, and its length.
type Wanted = ByMember<(Vec<u8>, u64)>;

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

pub(super) fn published_file(path: Vec<u8>, bytes: &[u8]) -> PublishedFile {
    PublishedFile { path, length: bytes.len() as u64, sha256: Sha256::of(bytes) }
}

fn published_raw(path: Vec<u8>, entry: &Entry) -> Option<PublishedFile> {
    let EntryKind::File { size, sha256, .. } = entry.kind else { return None };
    Some(PublishedFile { path, length: size, sha256 })
}

/// What follows the folder `place` in `path`, which lies in it.
fn inside<'a>(place: &[u8], path: &'a [u8]) -> &'a [u8] {
    path.get(place.len() + 1..).unwrap_or_default()
}
