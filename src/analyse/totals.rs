//! How much there is below each folder of a version: files, bytes and languages.
//!
//! [`of_folders`] adds up the whole tree in one pass: each file counts once, in its own folder, and each folder's sum
//! is added to the one around it when all below it is known. So the work grows with the lengths of the paths, however
//! deep they are.
//!
//! Paths are those of a [`Tree`](crate::model::Tree)'s entries, folders without slash at the end; the topmost is empty.

use std::collections::BTreeMap;

use crate::model::{Entry, EntryKind, LanguageShare, PageFacts, Totals, folder_of};

/// Most languages that are told of a folder.
const LANGUAGES: usize = 12;

/// What is below each folder, the topmost one included, by its path. `facts` says what is known of a file's text; files
/// of which it knows nothing count among the files and bytes, but for no language.
pub fn of_folders<'a>(
    entries: &'a [Entry],
    facts: impl Fn(&Entry) -> Option<&'a PageFacts>,
) -> BTreeMap<&'a [u8], Totals> {
    let mut open: BTreeMap<&[u8], Sum<'_>> = BTreeMap::from([(&b""[..], Sum::default())]);
    for entry in entries {
        let path = entry.path.as_bytes();
        match entry.kind {
            EntryKind::Directory => drop(open.entry(path).or_default()),
            EntryKind::File { size, .. } => open.entry(folder_of(path)).or_default().count(size, facts(entry)),
            EntryKind::Symlink { .. } => {}
        }
    }
    let mut totals = BTreeMap::new();
    // A folder comes before all that is in it, so the last one is complete.
    while let Some((path, sum)) = open.pop_last() {
        totals.insert(path, sum.told());
        if !path.is_empty() {
            open.entry(folder_of(path)).or_default().add(sum);
        }
    }
    totals
}

/// What is known of a folder so far.
#[derive(Default)]
struct Sum<'a> {
    files: u64,
    bytes: u64,
    languages: BTreeMap<&'a str, Share>,
}

#[derive(Default, Clone, Copy)]
struct Share {
    files: u64,
    bytes: u64,
    code_lines: u64,
}

impl<'a> Sum<'a> {
    fn count(&mut self, bytes: u64, facts: Option<&'a PageFacts>) {
        self.files += 1;
        self.bytes += bytes;
        if let Some((language, facts)) = facts.and_then(|facts| Some((facts.language.as_deref()?, facts))) {
            self.add_share(language, Share { files: 1, bytes, code_lines: u64::from(facts.code_lines) });
        }
    }

    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        other.languages.into_iter().for_each(|(language, share)| self.add_share(language, share));
    }

    fn add_share(&mut self, language: &'a str, share: Share) {
        let sum = self.languages.entry(language).or_default();
        sum.files += share.files;
        sum.bytes += share.bytes;
        sum.code_lines += share.code_lines;
    }

    /// As readers are told.
    fn told(&self) -> Totals {
        let named = |(&language, &Share { files, bytes, code_lines }): (&&str, &Share)| LanguageShare {
            language: language.to_owned(),
            files,
            bytes,
            code_lines,
        };
        let mut languages: Vec<LanguageShare> = self.languages.iter().map(named).collect();
        languages.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.language.cmp(&b.language)));
        languages.truncate(LANGUAGES);
        Totals { files: self.files, bytes: self.bytes, languages }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{EntryPath, Place, Sha256, TextFacts};

    fn entry(path: &str, kind: EntryKind) -> Entry {
        Entry { path: EntryPath::new(path).unwrap(), executable: false, kind }
    }

    /// A file whose member number says which of [`FACTS`] it has.
    fn file(path: &str, size: u64, member: u32) -> Entry {
        let text = TextFacts { is_text: true, lines: 1 };
        entry(path, EntryKind::File { size, sha256: Sha256([0; 32]), text, place: Place { pack: 0, member } })
    }

    fn known() -> [PageFacts; 2] {
        ["C", "Shell"].map(|language| PageFacts {
            language: Some(language.to_owned()),
            code_lines: 10,
            ..PageFacts::default()
        })
    }

    fn totals<'a>(entries: &'a [Entry], known: &'a [PageFacts]) -> BTreeMap<&'a [u8], Totals> {
        of_folders(entries, |entry| match entry.kind {
            EntryKind::File { place, .. } => known.get(place.member as usize),
            _ => None,
        })
    }

    #[test]
    fn a_folder_has_all_that_is_below_it() {
        let mut entries = vec![
            entry("a", EntryKind::Directory),
            entry("a-b", EntryKind::Directory),
            file("a-b/c", 1, 0),
            entry("a/b", EntryKind::Directory),
            file("a/b/c", 20, 0),
            file("a/b/d", 300, 1),
            file("a/e", 4000, 7),
            entry("a/link", EntryKind::Symlink { target: b"e".to_vec() }),
            entry("empty", EntryKind::Directory),
        ];
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let known = known();
        let totals = totals(&entries, &known);
        let told = |path: &str| {
            let Totals { files, bytes, languages } = &totals[path.as_bytes()];
            let languages: Vec<_> = languages.iter().map(|it| (it.language.as_str(), it.files, it.bytes)).collect();
            (*files, *bytes, languages)
        };
        assert_eq!(told(""), (4, 4321, vec![("Shell", 1, 300), ("C", 2, 21)]));
        assert_eq!(told("a"), (3, 4320, vec![("Shell", 1, 300), ("C", 1, 20)]));
        assert_eq!(told("a/b"), (2, 320, vec![("Shell", 1, 300), ("C", 1, 20)]));
        assert_eq!(told("a-b"), (1, 1, vec![("C", 1, 1)]));
        assert_eq!(told("empty"), (0, 0, vec![]));
        assert_eq!(totals[&b"a"[..]].languages[0].code_lines, 10);
    }

    proptest! {
        #[test]
        fn it_is_what_counting_each_folder_by_itself_gives(paths in proptest::collection::btree_set("[ab-](/[ab-]){0,5}/f", 0..40)) {
            let known = known();
            let files: Vec<Entry> = paths.iter().map(|path| file(path, path.len() as u64, path.len() as u32 % 3)).collect();
            for (folder, sum) in totals(&files, &known) {
                let below = |entry: &&Entry| folder.is_empty() || entry.path.as_bytes().starts_with(&[folder, b"/"].concat());
                let alone: Vec<Entry> = files.iter().filter(below).cloned().collect();
                prop_assert_eq!(sum.files, alone.len() as u64);
                prop_assert_eq!(&sum, &totals(&alone, &known)[&b""[..]]);
            }
        }
    }
}
