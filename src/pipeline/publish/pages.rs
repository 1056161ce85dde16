//! The pages of a version's files and folders, and what lies beside them.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{PublishError, PublishedFile, Publisher, inside, published_file};
use crate::analyse::{encoding, totals};
use crate::model::{
    DebianVersion, Entry, EntryKind, EntryPath, Key, Lexed, PackageName, PageFacts, Place, Sha256, SourcePackage,
    Totals, folder_of,
};
use crate::pipeline::output::{OutputError, Stage};
use crate::pipeline::overview::facts_of;
use crate::pipeline::prepare::Preparer;
use crate::pipeline::publications::Unit;
use crate::pipeline::symbols;
use crate::settings::LinkStyle;
use crate::site::copyright::VersionLicences;
use crate::site::page::Body;
use crate::site::patches::{BlamedFiles, TouchedFiles};
use crate::site::sources::readme::{self, Readme};
use crate::site::sources::views::{FolderView, VersionView};
use crate::site::sources::{FileNotes, FilePages, Note, Shown, TreeIndex};
use crate::site::urls::{Address, Layout};
use crate::store::{Bucket, FragmentPack, OutlinePack, Piece};

/// Entries whose pages are one piece of work.
const PAGES_AT_ONCE: usize = 128;

impl Publisher<'_> {
    /// Publishes all pages of a version in place of those that are there.
    ///
    /// # Errors
    /// See [`PublishError`]; what was published stays then.
    pub(in crate::pipeline) fn pages(
        &self,
        view: &VersionView<'_>,
        (key, tree): (Key, &TreeIndex<'_>),
        notes: VersionNotes<'_>,
        preparer: &Preparer<'_>,
    ) -> Result<(), PublishError> {
        let package = view.package;
        let place = self.version_place(package);
        let stage = self.output.stage(&place)?;
        let parts_place = Address::Parts(&package.name, &package.version).output_path(self.site.layout());
        let fragments = self.fragments(key, tree.tree(), preparer)?;
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
            notes,
            preparer,
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

    pub(super) fn remove_symbols(&self, package: &PackageName, version: &DebianVersion) -> Result<(), PublishError> {
        let address = Address::Symbols(package, version).output_path(self.site.layout());
        self.output.remove(folder_of(&address))?;
        Ok(self.output.remove(&Address::SymbolsDocument(package, version).output_path(self.site.layout()))?)
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

    /// Where the list of a version's files may be, whatever style of links it was published in.
    pub(super) fn file_lists(&self, package: &PackageName, version: &DebianVersion) -> [Vec<u8>; 2] {
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
}

/// What pages of files say of them beside showing them.
#[derive(Clone, Copy)]
pub(in crate::pipeline) struct VersionNotes<'a> {
    /// Their licences.
    pub(in crate::pipeline) licences: VersionLicences<'a>,
    /// The patches that change them.
    pub(in crate::pipeline) touched: &'a TouchedFiles<'a>,
    /// The lines that patches brought.
    pub(in crate::pipeline) blamed: &'a BlamedFiles<'a>,
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
    notes: VersionNotes<'a>,
    preparer: &'a Preparer<'o>,
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
        let remade = self.without_hidden_marks(entry, place)?;
        let write = |(number, piece): (usize, &Piece)| {
            let fragment = match remade.as_ref().and_then(|lexed| lexed.pieces.get(number)) {
                Some((_, fragment)) => fragment.clone(),
                None => fragments.read(piece)?,
            };
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

    /// The file's text made again, when a patch that is not told of brought some of the lines that are marked.
    fn without_hidden_marks(&self, entry: &Entry, place: Place) -> Result<Option<Lexed>, PublishError> {
        let EntryKind::File { text, .. } = entry.kind else { return Ok(None) };
        let Some(marks) = self.notes.blamed.remaining_marks(entry) else { return Ok(None) };
        let Some(&key) = self.tree.tree().packs.get(place.pack as usize) else { return Ok(None) };
        let pack = self.publisher.store.pack(key)?.ok_or(PublishError::Vanished(Bucket::Packs, key))?;
        let bytes = pack.read(place.member)?;
        Ok(Some(self.preparer.fragment(entry.path.as_bytes(), &bytes, text, &marks)))
    }

    fn write_page(&self, entry: &Entry, shown: Option<Shown<'_>>) -> Result<PublishedFile, PublishError> {
        let number = shown.map_or(0, |shown| shown.number);
        let path = self.files.address(entry, number).output_path(self.publisher.site.layout());
        let SourcePackage { name, version, .. } = self.package;
        let said = self.notes.licences.says(entry);
        let declared = Address::CopyrightVersion(name, version);
        let licence = said.declared.as_ref().map(|it| Note { text: &it.text, address: declared, anchor: &it.anchor });
        let own = self.files.address(entry, 0);
        let says: Vec<Note<'_>> =
            said.says.iter().map(|it| Note { text: &it.text, address: own, anchor: &it.anchor }).collect();
        let patches = self.notes.touched.of(entry);
        let patches: Vec<Note<'_>> = patches
            .iter()
            .map(|(path, text, anchor)| Note { text, address: Address::Patch(name, version, path), anchor })
            .collect();
        let hunks = shown.map(|shown| self.notes.blamed.of(entry, shown.facts.lines())).unwrap_or_default();
        let notes =
            FileNotes { licence, says: &says, is_conflicting: said.is_conflicting, patches: &patches, hunks: &hunks };
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
