//! Which patches change a file, for the notes on its page.

use std::collections::HashMap;

use super::{PatchesContent, below_patches};
use crate::model::{Entry, EntryPath};

/// Which patches of the applied list change which file of the tree.
#[derive(Debug, Default)]
pub struct TouchedFiles<'a> {
    patches: Vec<(EntryPath, String)>,
    /// For each name of a file, positions of patches, in order, with the position of the diff in the patch.
    changes: HashMap<&'a [u8], Vec<(usize, usize)>>,
}

impl<'a> TouchedFiles<'a> {
    /// Looks through all patches once. Patches that are applied at build are left out: files have none of their changes.
    pub fn new(content: &'a PatchesContent<'_>) -> Self {
        let Some(facts) = content.facts().filter(|facts| facts.is_in_tree()) else { return Self::default() };
        let mut touched = Self::default();
        for (at, patch) in facts.applied().into_iter().enumerate() {
            let name = below_patches(&patch.path);
            let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
            touched.patches.push((name, text));
            for (number, file) in patch.files.iter().enumerate() {
                let changes = touched.changes.entry(&file.name[..]).or_default();
                if changes.last().is_none_or(|(last, _)| *last != at) {
                    changes.push((at, number));
                }
            }
        }
        touched
    }

    /// The patches that change a file: their paths below debian/patches, their names, the ids of the file on their pages.
    pub fn of(&self, entry: &Entry) -> Vec<(&EntryPath, &str, String)> {
        let changes = self.changes.get(entry.path.as_bytes()).into_iter().flatten();
        let of_patch = |&(at, number): &(usize, usize)| {
            let (path, text) = self.patches.get(at)?;
            Some((path, text.as_str(), super::hunks::file_id(number)))
        };
        changes.filter_map(of_patch).collect()
    }
}
