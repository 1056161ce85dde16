//! What is known of the patches of a version: made once, and kept with the facts.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _};

use super::copyright::beginning;
use super::difference::{self, Difference};
use super::publish::PublishError;
use crate::analyse::fragment;
use crate::analyse::lexer::Overrides;
use crate::analyse::patches::series::{self, PackageFiles};
use crate::analyse::patches::{self, blame, bugs, facts, rules, shown, status};
use crate::formats::compression::{self, Compression};
use crate::model::{
    AppliedSeries, Bug, Entry, EntryKind, EntryPath, FileChange, Key, PatchFacts, PatchHeader, PatchId, PatchStatus,
    PatchesFacts, ShownPatch, SourcePackage, Tree,
};
use crate::site::patches::{
    self as site, Companions, DifferenceView, PatchView, PatchesContent, PatchesView, below_patches,
};
use crate::site::sources::{OutputFile, SourcesSite, TreeIndex};
use crate::site::urls::Address;
use crate::store::{Bucket, FragmentPack, Store, StoreError};
use crate::timestamp::Timestamp;

/// Where these facts are kept.
pub(super) const PATCHES: Bucket = Bucket::Facts("patches");

/// Version of how patches are found and what is kept of them, beside the rules by which they are read.
const VERSION: u32 = 2;

/// How much of a patch is read, in bytes; of a compressed one, of what is in it.
const READ: u64 = 16 << 20;

/// The most lines of a patch that its page shows; the raw file has all.
const MOST_LINES: usize = 20_000;

/// The most bytes of all patches that are offered as one file.
const MOST_OF_SERIES: usize = 32 << 20;

/// How much of other files is read.
const READ_OTHERS: usize = 1 << 20;

/// The file that says which change was made when.
const CHANGELOG: &str = "debian/changelog";

/// Changes whenever the same tree may have other facts, or something else is told of them.
pub(super) fn rules_key() -> Key {
    let rules = serde_json::to_vec(status::rules()).expect("plain structures of texts can be written as JSON");
    Key::of("rules of patches", VERSION)
        .number(u64::from(patches::VERSION))
        .number(u64::from(blame::VERSION))
        .number(u64::from(fragment::MARKS_VERSION))
        .bytes(&rules)
        .finish()
}

/// The key of the facts of a tree.
pub(super) fn facts_key(tree: Key) -> Key {
    Key::of("patches", VERSION).number(u64::from(patches::VERSION)).key(tree).finish()
}

/// What is known of the tree with the key `tree_key`, from the store or made now.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn facts(
    store: &Store,
    tree_key: Key,
    package: &SourcePackage,
    tree: &Tree,
) -> Result<PatchesFacts, StoreError> {
    let key = facts_key(tree_key);
    if let Some(facts) = store.get(PATCHES, key)? {
        return Ok(facts);
    }
    let facts = of_tree(store, package, tree)?;
    store.put(PATCHES, key, &facts)?;
    Ok(facts)
}

/// What is stored of a tree that was published, or made again.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn of_stored(
    store: &Store,
    tree_key: Key,
    package: &SourcePackage,
) -> Result<Option<PatchesFacts>, StoreError> {
    if let Some(facts) = store.get(PATCHES, facts_key(tree_key))? {
        return Ok(Some(facts));
    }
    let Some(tree): Option<Tree> = store.get(Bucket::Trees, tree_key)? else { return Ok(None) };
    Ok(Some(facts(store, tree_key, package, &tree)?))
}

/// What pages may say of it: nothing of files that are excluded. `first_seen` tells since when the archive has a patch.
pub(super) fn content<'e>(
    mut facts: PatchesFacts,
    version: &SourcePackage,
    excluded: &dyn Fn(&EntryPath) -> Option<&'e str>,
    first_seen: &dyn Fn(PatchId) -> Option<Timestamp>,
) -> PatchesContent<'e> {
    let applied = facts.series.applied_list().and_then(|list| list.path.as_ref());
    if let Some(reason) = applied.and_then(excluded) {
        return PatchesContent::Excluded(reason);
    }
    let is_shown = |path: &EntryPath| excluded(path).is_none();
    facts.series.lists.retain(|list| list.path.as_ref().is_none_or(is_shown));
    facts.series.unlisted.retain(|file| is_shown(&file.path));
    let names_excluded = |what: &str| EntryPath::new(what).is_ok_and(|path| !is_shown(&path));
    facts.series.findings.retain(|finding| !names_excluded(&finding.what));
    facts.patches.retain(|patch| is_shown(&patch.path) && is_shown(&patch.place));
    if EntryPath::new(CHANGELOG).is_ok_and(|path| !is_shown(&path)) {
        facts.patches.iter_mut().for_each(|patch| patch.changelog_bugs.clear());
    }
    let status = |patch: &PatchFacts| status::status(&patch.header, &version.version);
    let statuses: Vec<PatchStatus> = facts.patches.iter().map(status).collect();
    let first_seen = facts.patches.iter().map(|patch| first_seen(patch.ids?.hunks)).collect();
    PatchesContent::Facts { facts, statuses, first_seen }
}

/// The bytes of a patch, decompressed, and whether they are its beginning only; `None` when there is no such file.
///
/// # Errors
/// When the store fails.
pub(super) fn patch_bytes(
    store: &Store,
    tree: &TreeIndex<'_>,
    path: &EntryPath,
) -> Result<Option<(Vec<u8>, bool)>, StoreError> {
    let Some(entry) = tree.file_at(path.as_bytes()) else { return Ok(None) };
    let most = usize::try_from(READ).unwrap_or(usize::MAX);
    let Some((bytes, length)) = beginning(store, tree.tree(), entry, most)? else { return Ok(None) };
    let is_cut = length > READ;
    let method = Compression::from_name(&String::from_utf8_lossy(path.name()));
    if !method.is_known_to_dpkg() {
        return Ok(Some((bytes, is_cut)));
    }
    let mut patch = Vec::new();
    let decoder = compression::decoder(method, Box::new(Cursor::new(&bytes[..])));
    let read = decoder.and_then(|decoder| decoder.take(READ + 1).read_to_end(&mut patch));
    let is_longer = patch.len() > most;
    patch.truncate(most);
    // What is no compressed file is a patch without diffs; unpacking has judged it.
    Ok(Some((patch, is_cut || is_longer || read.is_err())))
}

/// What the pages of a version's patches are made from.
pub(super) struct VersionPatches<'a> {
    pub(super) package: &'a SourcePackage,
    pub(super) tree: &'a TreeIndex<'a>,
    pub(super) content: &'a PatchesContent<'a>,
    /// What unpacking did with them.
    pub(super) series: Option<&'a AppliedSeries>,
    /// Why nothing is told of what is at a path.
    pub(super) excluded: &'a dyn Fn(&EntryPath) -> Option<&'a str>,
}

/// All that is published of a version's patches, with the paths below the published folder. `fragments` are those of the
/// tree's packs, `overrides` what the settings say of languages.
///
/// # Errors
/// When the store fails, or a template does.
pub(super) fn files(
    sources: &SourcesSite,
    store: &Store,
    version: &VersionPatches<'_>,
    fragments: &[FragmentPack],
    overrides: &Overrides,
) -> Result<Vec<OutputFile>, PublishError> {
    let &VersionPatches { package, tree, content, series, .. } = version;
    let first_lines = |entry: &Entry| match entry.kind {
        EntryKind::File { place, text, .. } if text.is_text => {
            let pieces = fragments.get(place.pack as usize).map_or(&[][..], |pack| pack.pieces(place.member));
            pieces.iter().map(|piece| piece.first_line).collect()
        }
        _ => Vec::new(),
    };
    let templates = bugs::Templates::default();
    let bug_link = |bug: &Bug| bugs::link(bug, &templates);
    let pages = sources.version_patches(PatchesView {
        package,
        tree,
        content,
        rules: rules::all(),
        status_rules: status::rules(),
        bug_link: &bug_link,
        series,
        first_lines: &first_lines,
    });
    let output_path = |address: Address<'_>| address.output_path(sources.layout());
    let SourcePackage { name, version: number, .. } = package;
    let mut files = vec![
        (output_path(Address::PatchesDocument(name, number)), pages.document()),
        (output_path(Address::PatchesApiVersion(name, number)), sources.patches_api_version(package, content)),
    ];
    let mut whole = WholeSeries::default();
    for patch in content.facts().map_or(&[][..], |facts| &facts.patches) {
        let Some((bytes, _)) = patch_bytes(store, tree, &patch.path)? else { continue };
        let mut shown = shown::lines(&bytes, MOST_LINES, overrides);
        hide_excluded(&mut shown, patch, version.excluded);
        let page = pages.patch(&PatchView { patch, bytes: &bytes, shown: &shown })?;
        files.push((output_path(Address::Patch(name, number, &below_patches(&patch.path))), page));
        whole.add(patch, bytes);
    }
    let mut companions = Companions::default();
    if let Some(patches) = whole.in_order(content, series) {
        files.push((output_path(Address::PatchSeries(name, number)), pages.series_file(patches.into_iter())));
        companions.series_file = true;
    }
    if let Some(difference) = difference::of_version(store, version)? {
        let page = difference_page(&pages, &difference, version, overrides)?;
        files.push((output_path(Address::PatchesDifference(name, number)), page));
        companions.difference = true;
    }
    files.push((output_path(Address::PatchesVersion(name, number)), pages.version(companions)?));
    Ok(files)
}

/// Takes away what hunks say of files of which nothing may be told, those among them that are not there any more.
fn hide_excluded<'e>(shown: &mut ShownPatch, patch: &PatchFacts, excluded: &dyn Fn(&EntryPath) -> Option<&'e str>) {
    let files = patch.files.iter().zip(&mut shown.files);
    files.filter(|(file, _)| is_excluded(file, excluded)).for_each(|(_, hunks)| hunks.clear());
}

fn is_excluded<'e>(file: &FileChange, excluded: &dyn Fn(&EntryPath) -> Option<&'e str>) -> bool {
    let names = [Some(&file.name), file.renamed_from.as_ref()];
    let paths = names.into_iter().flatten().filter_map(|name| EntryPath::new(&name[..]).ok());
    paths.into_iter().any(|path| excluded(&path).is_some())
}

fn difference_page(
    pages: &site::VersionPatches<'_>,
    difference: &Difference,
    version: &VersionPatches<'_>,
    overrides: &Overrides,
) -> Result<Vec<u8>, PublishError> {
    let path = EntryPath::new(&b"difference"[..]).expect("a plain name is a path");
    let mut facts = facts::of_patch(&path, &difference.bytes, 1, difference.is_cut);
    let mut shown = shown::lines(&difference.bytes, MOST_LINES, overrides);
    hide_excluded(&mut shown, &facts, version.excluded);
    facts.header = PatchHeader::default();
    let packaging = facts::of_patch(&path, &difference.packaging, 1, false).files;
    let is_told = |file: &FileChange| !is_excluded(file, version.excluded);
    let packaging: Vec<FileChange> = packaging.into_iter().filter(is_told).collect();
    Ok(pages.difference(&DifferenceView {
        facts: &facts,
        shown: &shown,
        is_exact: difference.is_exact,
        left: &difference.left,
        packaging: &packaging,
    })?)
}

/// The patches of a series, as long as they are not too many bytes for one file.
#[derive(Default)]
struct WholeSeries {
    patches: BTreeMap<EntryPath, Vec<u8>>,
    length: usize,
    is_too_long: bool,
}

impl WholeSeries {
    fn add(&mut self, patch: &PatchFacts, bytes: Vec<u8>) {
        self.length = self.length.saturating_add(bytes.len());
        self.is_too_long |= patch.is_cut || self.length > MOST_OF_SERIES;
        if !self.is_too_long {
            self.patches.insert(patch.path.clone(), bytes);
        }
    }

    /// The patches in the order in which they are applied, or were when that is known; `None` when one is not whole, or there
    /// are fewer than two.
    fn in_order(&self, content: &PatchesContent<'_>, series: Option<&AppliedSeries>) -> Option<Vec<&[u8]>> {
        let told = content.facts()?;
        let patches: Vec<&EntryPath> = match series {
            Some(series) => series.patches.iter().filter_map(|patch| patch.path.as_ref()).collect(),
            None => told.applied().into_iter().map(|patch| &patch.path).collect(),
        };
        let patches = patches.into_iter().filter(|path| told.patch(path).is_some());
        let patches: Option<Vec<&[u8]>> = patches.map(|path| self.patches.get(path).map(Vec::as_slice)).collect();
        patches.filter(|patches| !self.is_too_long && patches.len() > 1)
    }
}

fn of_tree(store: &Store, package: &SourcePackage, tree: &Tree) -> Result<PatchesFacts, StoreError> {
    let index = TreeIndex::new(tree, |_| None);
    let below_debian = |entry: &&Entry| entry.path.as_bytes().starts_with(b"debian/");
    let files = tree.entries.iter().filter(below_debian).filter(|entry| !matches!(entry.kind, EntryKind::Directory));
    let paths: Vec<EntryPath> = files.map(|entry| entry.path.clone()).collect();
    let texts = series_texts(store, &index, &paths)?;
    let read = |path: &[u8]| texts.get(path).map(|text| Cow::Borrowed(&text[..]));
    let series = series::read(&PackageFiles {
        format: &tree.format,
        has_diff: package.files.iter().any(|file| file.name.as_str().contains(".diff.")),
        vendor: &package.vendor,
        paths: &paths,
        read: &read,
    });
    let entries = series.lists.iter().flat_map(|list| &list.entries);
    let strips: BTreeMap<&EntryPath, u32> =
        entries.rev().filter_map(|entry| Some((entry.path.as_ref()?, entry.strip))).collect();
    let mut known = Vec::with_capacity(strips.len());
    for (path, strip) in strips {
        if let Some((bytes, is_cut)) = patch_bytes(store, &index, path)? {
            let place = index.file_at(path.as_bytes()).map_or(path, |entry| &entry.path).clone();
            known.push(PatchFacts { place, ..facts::of_patch(path, &bytes, strip, is_cut) });
        }
    }
    if let Some(changelog) = text_of(store, &index, CHANGELOG.as_bytes())? {
        facts::add_changelog(&String::from_utf8_lossy(&changelog), &mut known);
    }
    Ok(PatchesFacts { series, patches: known })
}

/// The texts that tell how a package carries its patches: small files directly in debian/patches, and a few others.
fn series_texts(
    store: &Store,
    tree: &TreeIndex<'_>,
    paths: &[EntryPath],
) -> Result<HashMap<Vec<u8>, Vec<u8>>, StoreError> {
    let is_wanted = |path: &&EntryPath| match path.as_bytes().strip_prefix(b"debian/") {
        Some(b"rules" | b"rules.patch" | b"source/options") => true,
        Some(below) => below.starts_with(b"patches/") && is_like_list(path.name()),
        None => false,
    };
    let mut texts = HashMap::new();
    for path in paths.iter().filter(is_wanted) {
        if let Some(text) = text_of(store, tree, path.as_bytes())? {
            texts.insert(path.as_bytes().to_vec(), text);
        }
    }
    Ok(texts)
}

fn is_like_list(name: &[u8]) -> bool {
    name.starts_with(b"series") || name.starts_with(b"00list") || name.ends_with(b".series")
}

/// The beginning of a small file.
///
/// # Errors
/// When the store fails.
pub(super) fn text_of(store: &Store, tree: &TreeIndex<'_>, path: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(entry) = tree.file_at(path) else { return Ok(None) };
    Ok(beginning(store, tree.tree(), entry, READ_OTHERS)?.map(|(bytes, _)| bytes))
}
