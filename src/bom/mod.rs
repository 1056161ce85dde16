//! Bills of materials of local files: from which packages they come, and under which licences.
//!
//! [`files`] finds and hashes files, a [`Query`] looks their checksums up in the table that a site publishes, in a folder
//! or over HTTP, and a [`Bill`] says of each file where it comes from, by a [`Match`]; [`Format`] names what it can be
//! written as.
//!
//! ```no_run
//! # fn run(paths: &[std::path::PathBuf]) -> Result<(), Box<dyn std::error::Error>> {
//! use debpress::bom::{Bill, Match, Query, files};
//!
//! let (files, _unreadable) = files::hash(files::walk(paths), files::Sums::Sha256);
//! let query = Query::open("https://example.org/")?;
//! let found = query.look_up(files.iter().map(|file| file.sha256));
//! let bill = Bill::new(files, found.occurrences, Match::Best);
//! println!("{} of {} files are unknown", bill.unknown(), bill.items.len());
//! # Ok(()) }
//! ```
//!
//! Depends on [`crate::shards`], [`crate::site::urls`], [`crate::fs`], [`crate::model`] and, for downloads, on
//! [`crate::archive`].

mod cyclonedx;
pub mod files;
mod query;
mod spdx;
mod text;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use crate::model::{DebianVersion, Occurrence, PackageName, Sha256};
use crate::timestamp::Timestamp;

pub use self::files::HashedFile;
pub use self::query::{LookedUp, Query, QueryError};

/// Which of the versions that have a file is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Match {
    /// The one that has most of all the files; of several, the first package, and its highest version.
    #[default]
    Best,
    /// The first in the order of the table: by package, version and path, as text.
    First,
    /// Every one.
    All,
}

/// What a bill can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Lines for people: file, version, licence and path, with tabs in between.
    #[default]
    Table,
    /// One JSON object.
    Json,
    /// SPDX 2.3, JSON.
    Spdx,
    /// CycloneDX 1.6, JSON.
    CycloneDx,
}

/// What a document says beside the bill.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Whose packages these are, as package URLs name them (`debian`).
    pub vendor: &'a str,
    /// When the bill was made.
    pub created: Timestamp,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The file.
    pub file: HashedFile,
    /// Where it is from, as chosen; none when it is unknown or empty.
    pub matches: Vec<Occurrence>,
    /// How often each licence is declared for it, in all versions that have it; the most frequent first.
    pub declared: Vec<(String, u64)>,
}

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Some package has it.
    Known,
    /// It is empty, as many are, so it comes from nowhere in particular.
    Empty,
    /// No package has it.
    Unknown,
}

impl Item {
    /// How the file stands.
    pub fn status(&self) -> Status {
        match self.matches.is_empty() {
            false => Status::Known,
            true if self.file.sha256 == Sha256::of(b"") => Status::Empty,
            true => Status::Unknown,
        }
    }

    /// The one licence that all declarations name; `None` when there is none, or several.
    pub fn agreed(&self) -> Option<&str> {
        match &self.declared[..] {
            [(licence, _)] => Some(licence),
            _ => None,
        }
    }
}

/// What files consist of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// A file each, in the order in which they were given.
    pub items: Vec<Item>,
}

impl Bill {
    /// The bill of these files, of which `occurrences` tells all places.
    pub fn new(files: Vec<HashedFile>, mut occurrences: HashMap<Sha256, Vec<Occurrence>>, policy: Match) -> Self {
        let mut shares: HashMap<(PackageName, DebianVersion), u64> = HashMap::new();
        for file in &files {
            let mut versions: Vec<_> = occurrences.get(&file.sha256).into_iter().flatten().map(version_of).collect();
            versions.dedup();
            versions.into_iter().for_each(|version| *shares.entry(version).or_default() += 1);
        }
        for found in occurrences.values_mut() {
            let share = |it: &Occurrence| Reverse(shares.get(&version_of(it)).copied().unwrap_or_default());
            let by_rank = |it: &Occurrence| (share(it), it.package.clone(), Reverse(it.version.clone()));
            if policy == Match::Best {
                found.sort_by_cached_key(by_rank);
            }
        }
        let item = |file: HashedFile| {
            let found = occurrences.get(&file.sha256).map_or(&[][..], Vec::as_slice);
            let named = if policy == Match::All { found.len() } else { found.len().min(1) };
            Item { declared: declared(found), matches: found[..named].to_vec(), file }
        };
        Self { items: files.into_iter().map(item).collect() }
    }

    /// How many files no package has.
    pub fn unknown(&self) -> usize {
        self.items.iter().filter(|item| item.status() == Status::Unknown).count()
    }

    /// Writes the bill.
    ///
    /// # Errors
    /// When `out` refuses, or a file of an SPDX document has no SHA-1.
    pub fn write(&self, format: Format, about: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Table => text::write_table(self, out),
            Format::Json => text::write_json(self, out),
            Format::Spdx => spdx::write(self, about, out),
            Format::CycloneDx => cyclonedx::write(self, about, out),
        }
    }

    /// The versions that are named, each with the files that come from it.
    fn versions(&self) -> BTreeMap<(&PackageName, &DebianVersion), Vec<usize>> {
        let mut versions: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            for it in &item.matches {
                let files = versions.entry((&it.package, &it.version)).or_default();
                if files.last() != Some(&at) {
                    files.push(at);
                }
            }
        }
        versions
    }

    /// What tells this bill from others: a UUID (RFC 9562, version 8) made of the checksum of all that it is about.
    fn uuid(&self) -> String {
        let lines = self.items.iter().map(|item| {
            let matches = serde_json::to_string(&item.matches).unwrap_or_default();
            format!("{} {:?} {matches}\n", item.file.sha256, item.file.name)
        });
        let digits = Sha256::of(lines.collect::<String>().as_bytes()).to_string();
        [
            &digits[..8],
            &digits[8..12],
            &format!("8{}", &digits[12..15]),
            &format!("8{}", &digits[15..18]),
            &digits[18..30],
        ]
        .join("-")
    }
}

fn version_of(it: &Occurrence) -> (PackageName, DebianVersion) {
    (it.package.clone(), it.version.clone())
}

fn declared(found: &[Occurrence]) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    found.iter().filter_map(|it| it.license.as_deref()).for_each(|licence| *counts.entry(licence).or_default() += 1);
    let mut counts: Vec<(String, u64)> =
        counts.into_iter().map(|(licence, count)| (licence.to_owned(), count)).collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sha1;

    fn occurrence(package: &str, version: &str, license: Option<&str>) -> Occurrence {
        Occurrence {
            package: PackageName::new(package).unwrap(),
            version: DebianVersion::new(version).unwrap(),
            path: "a".to_owned(),
            license: license.map(str::to_owned),
        }
    }

    fn file(content: &str) -> HashedFile {
        HashedFile {
            name: content.as_bytes().to_vec(),
            sha256: Sha256::of(content.as_bytes()),
            sha1: Some(Sha1::of(content.as_bytes())),
        }
    }

    /// Two files that `b` has in two versions, one of which `a` has too, one that nobody has, and an empty one.
    fn bill(policy: Match) -> Bill {
        let both = vec![
            occurrence("a", "1", Some("ISC")),
            occurrence("b", "1.10", Some("MIT")),
            occurrence("b", "1.9", Some("MIT")),
        ];
        let of_b = vec![occurrence("b", "1.10", None), occurrence("b", "1.9", None)];
        let occurrences = [(file("x").sha256, both), (file("y").sha256, of_b)].into();
        Bill::new(["x", "y", "z", ""].map(file).into(), occurrences, policy)
    }

    #[test]
    fn the_best_match_is_the_version_with_most_files() {
        let named = |policy| {
            let bill = bill(policy);
            bill.items[0].matches.iter().map(|it| format!("{} {}", it.package, it.version)).collect::<Vec<_>>()
        };
        assert_eq!(named(Match::Best), ["b 1.10"]);
        assert_eq!(named(Match::First), ["a 1"]);
        assert_eq!(named(Match::All), ["a 1", "b 1.10", "b 1.9"]);
        let statuses: Vec<Status> = bill(Match::Best).items.iter().map(Item::status).collect();
        assert_eq!(statuses, [Status::Known, Status::Known, Status::Unknown, Status::Empty]);
        assert_eq!(bill(Match::Best).items[0].declared, [("MIT".to_owned(), 2), ("ISC".to_owned(), 1)]);
    }

    #[test]
    fn every_format_names_what_is_unknown() {
        for format in [Format::Table, Format::Json, Format::Spdx, Format::CycloneDx] {
            let mut out = Vec::new();
            bill(Match::All).write(format, &About { vendor: "debian", created: Timestamp(0) }, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains("unknown"), "{text}");
            if format != Format::Table {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
            }
        }
    }
}
