//! Looking things up in the tree of a version.

use std::collections::BTreeMap;

use crate::model::{Entry, EntryKind, EntryPath, Tree, folder_of};

/// Links that are followed on the way of another, as many as Linux follows (`path_resolution(7)`).
const LINKS_FOLLOWED: usize = 40;

/// A tree, the contents of its folders, and what of it is excluded.
#[derive(Debug)]
pub struct TreeIndex<'a> {
    tree: &'a Tree,
    folders: BTreeMap<&'a [u8], Vec<&'a Entry>>,
    excluded: BTreeMap<&'a [u8], &'a str>,
}

/// Where a symbolic link leads.
#[derive(Debug, PartialEq, Eq)]
pub enum LinkTarget<'a> {
    /// To this entry.
    Entry(&'a Entry),
    /// To the version's topmost folder.
    Top,
    /// To a place inside the version where nothing is, or round in circles.
    Missing,
    /// Out of the version.
    Outside,
}

impl<'a> TreeIndex<'a> {
    /// Indexes `tree`; `excluded` says of each entry why it is neither shown nor published, if it is not.
    pub fn new(tree: &'a Tree, excluded: impl Fn(&EntryPath) -> Option<&'a str>) -> Self {
        let mut index = Self { tree, folders: BTreeMap::new(), excluded: BTreeMap::new() };
        for entry in &tree.entries {
            let path = entry.path.as_bytes();
            index.folders.entry(folder_of(path)).or_default().push(entry);
            if let Some(reason) = excluded(&entry.path) {
                index.excluded.insert(path, reason);
            }
        }
        index
    }

    /// The tree itself.
    pub fn tree(&self) -> &'a Tree {
        self.tree
    }

    /// The entry at `path`.
    pub fn entry(&self, path: &[u8]) -> Option<&'a Entry> {
        let found = self.tree.entries.binary_search_by(|entry| entry.path.as_bytes().cmp(path)).ok()?;
        self.tree.entries.get(found)
    }

    /// What is in a folder (`None`: the topmost), sorted by the bytes of names.
    pub fn children(&self, folder: Option<&EntryPath>) -> &[&'a Entry] {
        let path = folder.map_or(&b""[..], EntryPath::as_bytes);
        self.folders.get(path).map_or(&[], Vec::as_slice)
    }

    /// Why the entry is excluded, if it is.
    pub fn excluded(&self, entry: &Entry) -> Option<&'a str> {
        self.excluded.get(entry.path.as_bytes()).copied()
    }

    /// The most folders that lie above an entry.
    pub fn depth(&self) -> usize {
        let depth = |folder: &&[u8]| folder.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).count();
        self.folders.keys().map(depth).max().unwrap_or_default()
    }

    /// The file at `path`, or that the links there lead to; `None` when that is a folder, nothing, or outside.
    pub fn file_at(&self, path: &[u8]) -> Option<&'a Entry> {
        let LinkTarget::Entry(mut entry) = self.follow_from(b"", path) else { return None };
        for _ in 0..LINKS_FOLLOWED {
            match &entry.kind {
                EntryKind::File { .. } => return Some(entry),
                EntryKind::Directory => return None,
                EntryKind::Symlink { target } => match self.follow(&entry.path, target) {
                    LinkTarget::Entry(next) => entry = next,
                    LinkTarget::Top | LinkTarget::Missing | LinkTarget::Outside => return None,
                },
            }
        }
        None
    }

    /// Where the link at `path` leads. The last component is not followed further, those before it are: what a
    /// reader sees is the page of the thing that the link names.
    pub fn follow(&self, path: &EntryPath, target: &[u8]) -> LinkTarget<'a> {
        self.follow_from(folder_of(path.as_bytes()), target)
    }

    /// The same for a link in a folder.
    fn follow_from(&self, folder: &[u8], target: &[u8]) -> LinkTarget<'a> {
        if target.first() == Some(&b'/') {
            return LinkTarget::Outside;
        }
        let mut place = folder.to_vec();
        // The components still to go, the next one last.
        let mut ahead: Vec<&[u8]> = target.rsplit(|&byte| byte == b'/').collect();
        let mut followed = 0;
        while let Some(part) = ahead.pop() {
            match part {
                b"" | b"." => continue,
                b".." if place.is_empty() => return LinkTarget::Outside,
                b".." => leave_folder(&mut place),
                part => {
                    if !place.is_empty() {
                        place.push(b'/');
                    }
                    place.extend_from_slice(part);
                }
            }
            let is_last = ahead.iter().all(|part| matches!(*part, b"" | b"."));
            let Some(entry) = self.entry(&place).filter(|_| !is_last) else { continue };
            if let EntryKind::Symlink { target } = &entry.kind {
                followed += 1;
                if followed > LINKS_FOLLOWED {
                    return LinkTarget::Missing;
                }
                if target.first() == Some(&b'/') {
                    return LinkTarget::Outside;
                }
                leave_folder(&mut place);
                ahead.extend(target.rsplit(|&byte| byte == b'/'));
            }
        }
        match place.is_empty() {
            true => LinkTarget::Top,
            false => self.entry(&place).map_or(LinkTarget::Missing, LinkTarget::Entry),
        }
    }
}

fn leave_folder(place: &mut Vec<u8>) {
    let length = folder_of(place).len();
    place.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let path = |text: &str| EntryPath::new(text).unwrap();
        let folder = |text| Entry { path: path(text), executable: true, kind: EntryKind::Directory };
        let link = |text, target: &str| Entry {
            path: path(text),
            executable: false,
            kind: EntryKind::Symlink { target: target.into() },
        };
        let entries = vec![
            folder("a"),
            folder("a-b"),
            link("a/loop", "loop/x"),
            link("a/up", "../lib"),
            link("absolute", "/etc"),
            folder("b"),
            folder("lib"),
            folder("lib/c"),
        ];
        Tree { entries, ..Tree::default() }
    }

    #[test]
    fn links_are_followed_as_far_as_the_version_goes() {
        let tree = tree();
        let index = TreeIndex::new(&tree, |_| None);
        let from = |place: &str, target: &str| match index.follow(&EntryPath::new(place).unwrap(), target.as_bytes()) {
            LinkTarget::Entry(entry) => entry.path.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(from("a/x", "up"), "a/up");
        assert_eq!(from("a/x", "./up/c/"), "lib/c");
        assert_eq!(from("a/x", "up/../b"), "b");
        assert_eq!(from("a/x", "../b//"), "b");
        assert_eq!(from("a/x", ".."), "Top");
        assert_eq!(from("a/x", "../.."), "Outside");
        assert_eq!(from("x", "/a"), "Outside");
        assert_eq!(from("x", "absolute/passwd"), "Outside");
        assert_eq!(from("x", "a/loop/y"), "Missing");
        assert_eq!(from("x", "none"), "Missing");
    }

    #[test]
    fn a_folder_has_its_own_children_alone() {
        let tree = tree();
        let index = TreeIndex::new(&tree, |_| None);
        let names = |folder: Option<&str>| {
            let folder = folder.map(|folder| EntryPath::new(folder).unwrap());
            index.children(folder.as_ref()).iter().map(|entry| entry.path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(None), ["a", "a-b", "absolute", "b", "lib"]);
        assert_eq!(names(Some("a")), ["a/loop", "a/up"]);
        assert!(names(Some("b")).is_empty());
    }
}
