//! What is declared of each file of a version, beside what the file says itself.

use std::collections::{BTreeSet, HashMap};

use super::copyright::beginning;
use super::prepare::{PrepareError, Preparer};
use crate::analyse::copyright::found::compare::{compare, identifiers};
use crate::analyse::copyright::found::reuse::{self, Annotation, SideFile};
use crate::analyse::copyright::found::speaks_of_others;
use crate::analyse::copyright::{cover, parse};
use crate::model::{Entry, EntryKind, FilesParagraph, Found, LicenceTag};
use crate::site::copyright::{CopyrightContent, FileLicence, is_file};
use crate::site::sources::TreeIndex;
use crate::store::Store;

/// The most of a `REUSE.toml` or `.reuse/dep5` that is read, in bytes.
const SIDE_FILE: usize = 1 << 20;

/// What the files and links of a version say themselves, in the order of those entries that are told of; what other
/// files of the version say of them is among it, as REUSE has it.
///
/// # Errors
/// When the store fails, or what the tree points to is not there.
pub(super) fn found<'a>(
    store: &Store,
    preparer: &Preparer<'_>,
    tree: &TreeIndex<'a>,
) -> Result<Vec<(&'a Entry, Found)>, PrepareError> {
    let packs = tree.tree().packs.iter().map(|&pack| Ok(preparer.found(pack)?.into_iter().collect()));
    let packs: Vec<HashMap<u32, Found>> = packs.collect::<Result<_, PrepareError>>()?;
    let own = |entry: &Entry| match entry.kind {
        EntryKind::File { place, .. } if !speaks_of_others(entry.path.as_bytes()) => {
            packs.get(place.pack as usize)?.get(&place.member).cloned()
        }
        _ => None,
    };
    let shown = tree.tree().entries.iter().filter(|it| is_file(it) && tree.excluded(it).is_none());
    let mut files: Vec<(&Entry, Found)> = shown.map(|entry| (entry, own(entry).unwrap_or_default())).collect();
    Spoken::read(store, tree, &files)?.apply(&mut files);
    Ok(files)
}

/// Holds what is declared against what was [found](found()).
pub(super) fn compared<'a>(content: CopyrightContent<'a>, found: &'a [(&'a Entry, Found)]) -> Vec<FileLicence<'a>> {
    let none = Vec::new();
    let paragraphs = content.facts().map_or(&none, |facts| &facts.file.files);
    let declared: Vec<BTreeSet<String>> = paragraphs.iter().map(declared).collect();
    let nothing = BTreeSet::new();
    let mut of_files = content.facts().into_iter().flat_map(|facts| facts.paragraphs());
    let licence = |(entry, found): &'a (&'a Entry, Found)| {
        let paragraph = of_files.next().flatten();
        let declared = paragraph.and_then(|at| declared.get(at as usize)).unwrap_or(&nothing);
        FileLicence { entry, paragraph, found, comparison: compare(declared, found) }
    };
    found.iter().map(licence).collect()
}

fn declared(paragraph: &FilesParagraph) -> BTreeSet<String> {
    paragraph.license.as_ref().map(identifiers).unwrap_or_default()
}

/// What files say of other files (REUSE 3.3).
#[derive(Default)]
struct Spoken<'a> {
    /// For the path of a file, what its `.license` file says.
    beside: HashMap<Vec<u8>, Found>,
    /// The annotations of each `REUSE.toml` by its folder, deepest first.
    annotations: Vec<(Vec<u8>, Vec<Annotation>)>,
    /// The licences of `.reuse/dep5`, by path.
    dep5: HashMap<&'a [u8], String>,
}

impl<'a> Spoken<'a> {
    fn read(store: &Store, tree: &TreeIndex<'a>, files: &[(&'a Entry, Found)]) -> Result<Self, PrepareError> {
        let mut spoken = Self::default();
        let bytes = |entry: &Entry| Ok::<_, PrepareError>(beginning(store, tree.tree(), entry, SIDE_FILE)?);
        for (entry, found) in files {
            match reuse::side_file(entry.path.as_bytes()) {
                None => {}
                Some(SideFile::Licence { of }) => drop(spoken.beside.insert(of, found.clone())),
                Some(SideFile::Toml { folder }) => {
                    // One that cannot be read says nothing.
                    if let Some((bytes, _)) = bytes(entry)?
                        && let Ok(annotations) = reuse::annotations(&bytes)
                    {
                        spoken.annotations.push((folder, annotations));
                    }
                }
                Some(SideFile::Dep5) => {
                    if let Some((bytes, _)) = bytes(entry)? {
                        let paths: Vec<&'a [u8]> = files.iter().map(|(entry, _)| entry.path.as_bytes()).collect();
                        spoken.dep5 = of_dep5(&bytes, &paths);
                    }
                }
            }
        }
        spoken.annotations.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        Ok(spoken)
    }

    fn apply(&self, files: &mut [(&Entry, Found)]) {
        if self.beside.is_empty() && self.annotations.is_empty() && self.dep5.is_empty() {
            return;
        }
        for (entry, found) in files {
            let path = entry.path.as_bytes();
            if let Some(beside) = self.beside.get(path) {
                *found = beside.clone();
            } else if let Some(annotation) = self.annotation(path) {
                *found = reuse::combine(std::mem::take(found), annotation);
            } else if let Some(expression) = self.dep5.get(path).filter(|_| found.tags.is_empty()) {
                found.tags.push(LicenceTag { expression: expression.clone(), line: 0 });
            }
        }
    }

    /// The annotation of the nearest `REUSE.toml` that has one.
    fn annotation(&self, path: &[u8]) -> Option<&Annotation> {
        self.annotations.iter().find_map(|(folder, annotations)| {
            let below = if folder.is_empty() { Some(path) } else { path.strip_prefix(&folder[..])?.strip_prefix(b"/") };
            reuse::annotation_for(annotations, below?)
        })
    }
}

fn of_dep5<'a>(bytes: &[u8], paths: &[&'a [u8]]) -> HashMap<&'a [u8], String> {
    let file = parse(bytes);
    let coverage = cover(&file.files, paths);
    let spdx = |at: usize| {
        let license = file.files.get(coverage.paragraph_of(at)? as usize)?.license.as_ref()?;
        Some(license.spdx.clone()).filter(|spdx| !spdx.is_empty())
    };
    paths.iter().enumerate().filter_map(|(at, path)| Some((*path, spdx(at)?))).collect()
}
