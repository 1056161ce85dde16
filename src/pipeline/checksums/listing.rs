//! Which files of a version are in the table of checksums, and what is declared for each: kept with the facts.
//!
//! Checksums and paths are in the tree already; a listing has the rest, and is short, as files that follow one another
//! mostly have the same licence.

use serde::{Deserialize, Serialize};

use super::super::copyright;
use crate::model::{DebianVersion, Entry, EntryKind, Key, Occurrence, PackageName, Sha256, Tree};
use crate::shards::Row;
use crate::site::copyright::{CopyrightContent, is_file};
use crate::site::sources::TreeIndex;
use crate::site::urls;
use crate::store::Bucket;

/// Where listings are kept.
pub(in crate::pipeline) const LISTINGS: Bucket = Bucket::Facts("checksums");

/// Version of which files have rows, and what is in them.
pub(super) const VERSION: u32 = 1;

/// The key of the listing of a tree, with these rules of what is excluded.
pub(in crate::pipeline) fn listing_key(tree: Key, excludes: Key) -> Key {
    Key::of("listing of checksums", VERSION).key(copyright::rules_key()).key(tree).key(excludes).finish()
}

/// The rows of a version, beside what its tree says.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Listing {
    /// The SPDX expressions that are declared.
    licences: Vec<String>,
    /// All entries of the tree, in its order.
    runs: Vec<Run>,
}

/// Entries in a row of which the same is said.
#[derive(Debug, Serialize, Deserialize)]
struct Run {
    entries: u32,
    said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Said {
    /// It has no row: it is no file, empty as so many others, or excluded.
    Nothing,
    /// Nothing is declared for it.
    Undeclared,
    /// This licence is declared, a position among the listing's.
    Declared(u32),
}

impl Listing {
    /// The listing of a tree.
    pub(in crate::pipeline) fn new(tree: &TreeIndex<'_>, content: CopyrightContent<'_>) -> Self {
        let mut licences = Vec::new();
        let facts = content.facts();
        let mut of_paragraph = |paragraph: u32| -> Said {
            let license = facts.and_then(|facts| facts.file.files.get(paragraph as usize)?.license.as_ref());
            let Some(spdx) = license.map(|license| &license.spdx).filter(|spdx| !spdx.is_empty()) else {
                return Said::Undeclared;
            };
            let known = licences.iter().position(|known| known == spdx).unwrap_or_else(|| {
                licences.push(spdx.clone());
                licences.len() - 1
            });
            u32::try_from(known).map_or(Said::Undeclared, Said::Declared)
        };
        let said: Vec<Said> = match facts {
            Some(facts) => (0..).zip(&facts.file.files).map(|(paragraph, _)| of_paragraph(paragraph)).collect(),
            None => Vec::new(),
        };
        let mut paragraphs = facts.into_iter().flat_map(|facts| facts.paragraphs());
        let mut listing = Self { licences, runs: Vec::new() };
        for entry in &tree.tree().entries {
            let is_told = is_file(entry) && tree.excluded(entry).is_none();
            let paragraph = if is_told { paragraphs.next().flatten() } else { None };
            let of_entry = match entry.kind {
                EntryKind::File { size, .. } if is_told && size > 0 => {
                    paragraph.and_then(|it| said.get(it as usize).copied()).unwrap_or(Said::Undeclared)
                }
                _ => Said::Nothing,
            };
            listing.push(of_entry);
        }
        listing
    }

    fn push(&mut self, said: Said) {
        match self.runs.last_mut() {
            Some(run) if run.said == said => run.entries += 1,
            _ => self.runs.push(Run { entries: 1, said }),
        }
    }

    /// The rows of a version with this tree.
    pub(in crate::pipeline) fn rows<'a>(
        &'a self,
        tree: &'a Tree,
        package: &'a PackageName,
        version: &'a DebianVersion,
    ) -> impl Iterator<Item = Row> + 'a {
        let said = self.runs.iter().flat_map(|run| std::iter::repeat_n(run.said, run.entries as usize));
        tree.entries.iter().zip(said).filter_map(move |(entry, said)| {
            let license = match said {
                Said::Nothing => return None,
                Said::Undeclared => None,
                Said::Declared(licence) => self.licences.get(licence as usize).cloned(),
            };
            row(entry, package, version, license)
        })
    }
}

fn row(entry: &Entry, package: &PackageName, version: &DebianVersion, license: Option<String>) -> Option<Row> {
    let EntryKind::File { sha256, .. } = entry.kind else { return None };
    let path = urls::encoded_path(&entry.path);
    let occurrence = Occurrence { package: package.clone(), version: version.clone(), path, license };
    let value = serde_json::to_string(&occurrence).expect("plain structures of texts can be written as JSON");
    Some(Row { place: sha256.place(), key: sha256.to_string(), value })
}

/// The place of a row's key.
pub(super) fn place(key: &str) -> Option<u32> {
    Some(key.parse::<Sha256>().ok()?.place())
}
