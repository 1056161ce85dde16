//! What GNU tar makes of the members of an archive.
//!
//! Members are made one after the other, as `tar -x` run by a user makes them: what is in the way is removed
//! unless it is a folder with something in it, missing folders are made, links on the way are followed. Links
//! that are absolute or go up are made at the end, until then an empty file is in their place, so that nothing
//! is made through them.
//!
//! Two things are decided otherwise, because with tar they depend on the machine. The modes of folders lock
//! nobody out (tar sets the mode of a folder as soon as a member elsewhere follows, and a user may then fail to
//! add to it). And a member that takes the place of such an empty file stays there (tar knows the file by its
//! inode number, which a file system may give to the new member at once).

use std::collections::HashMap;

use super::tree::{Bytes, Fault, Node, NodeId, Tree};
use crate::model::{Member, MemberKind};

/// Which members are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exclude {
    /// None.
    Nothing,
    /// Those called `.pc` or `X/.pc`, and what is below: the bookkeeping of quilt.
    QuiltFolder,
}

/// Makes the members of a part in a new folder.
///
/// # Errors
/// When tar would complain; the message says of what.
pub(super) fn extract(tree: &mut Tree, part: u32, members: &[Member], exclude: Exclude) -> Result<NodeId, String> {
    let top = tree.new_top();
    let mut extraction = Extraction { tree, top, delayed: Vec::new(), placeholders: HashMap::new() };
    for (member, position) in members.iter().zip(0..) {
        let name = without_trailing_slashes(&member.path);
        if exclude == Exclude::QuiltFolder && is_quilt_folder(name) {
            continue;
        }
        let bytes = Bytes::Member { part, member: position };
        extraction
            .member(name, member, bytes)
            .map_err(|reason| format!("member `{}`: {reason}", member.path.escape_ascii()))?;
    }
    extraction.make_delayed_links()?;
    Ok(top)
}

/// A link whose placeholder is in place.
struct DelayedLink {
    path: Vec<u8>,
    target: Vec<u8>,
    is_symlink: bool,
    placeholder: NodeId,
}

struct Extraction<'t> {
    tree: &'t mut Tree,
    top: NodeId,
    delayed: Vec<DelayedLink>,
    placeholders: HashMap<NodeId, usize>,
}

impl Extraction<'_> {
    fn member(&mut self, name: &[u8], member: &Member, bytes: Bytes) -> Result<(), String> {
        if goes_up(&member.path) {
            return Err("the name goes up".to_owned());
        }
        let path = safe_suffix(name);
        let made = match &member.kind {
            MemberKind::File { .. } => {
                let executable = member.mode & 0o111 != 0;
                self.make(path, |tree, top| {
                    let node = Node::File { executable, bytes: bytes.clone() };
                    tree.create(top, path, node)
                })
            }
            MemberKind::Symlink { target } if target.starts_with(b"/") || goes_up(target) => {
                self.make_placeholder(path, target, true)
            }
            MemberKind::Symlink { target } if target.is_empty() => Err(Fault::NotFound),
            MemberKind::Symlink { target } => {
                self.make(path, |tree, top| tree.create(top, path, Node::Symlink(target.as_slice().into())))
            }
            MemberKind::HardLink { target } => self.make_hard_link(path, safe_suffix(target)),
            MemberKind::Directory => self.make_directory(path),
            MemberKind::Special => self.make(path, |tree, top| tree.create(top, path, Node::Special)),
        };
        made.map_err(|fault| fault.to_string())
    }

    /// Calls `create` until it succeeds or nothing more can be done about its failure.
    fn make<T>(&mut self, path: &[u8], create: impl Fn(&mut Tree, NodeId) -> Result<T, Fault>) -> Result<(), Fault> {
        let mut has_made_folders = false;
        loop {
            match create(self.tree, self.top) {
                Ok(_) => return Ok(()),
                Err(fault) if self.recover(path, fault, &mut has_made_folders) => {}
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Removes what is in the way, or makes the folders on the way (once), and says whether it did.
    fn recover(&mut self, path: &[u8], fault: Fault, has_made_folders: &mut bool) -> bool {
        if *has_made_folders {
            return false;
        }
        match fault {
            Fault::Exists if self.tree.remove(self.top, path) => true,
            Fault::Exists | Fault::NotFound => {
                *has_made_folders = self.make_folders_above(path);
                *has_made_folders
            }
            _ => false,
        }
    }

    fn make_folders_above(&mut self, path: &[u8]) -> bool {
        for (position, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            let above = &path[..position];
            if above.is_empty() || matches!(above.rsplit(|&byte| byte == b'/').next(), None | Some(b"" | b"." | b".."))
            {
                continue;
            }
            match self.tree.create_directory(self.top, above) {
                Ok(_) | Err(Fault::Exists) => {}
                Err(_) => return false,
            }
        }
        true
    }

    fn make_directory(&mut self, path: &[u8]) -> Result<(), Fault> {
        let mut has_made_folders = false;
        loop {
            let fault = match self.tree.create_directory(self.top, path) {
                Ok(_) => return Ok(()),
                Err(fault) => fault,
            };
            if fault == Fault::Exists && self.is_directory(path) {
                return Ok(());
            }
            if !self.recover(path, fault, &mut has_made_folders) {
                return Err(fault);
            }
        }
    }

    fn is_directory(&self, path: &[u8]) -> bool {
        self.tree.find_itself(self.top, path).is_ok_and(|id| self.tree.directory(id).is_some())
    }

    fn make_hard_link(&mut self, path: &[u8], target: &[u8]) -> Result<(), Fault> {
        let source = self.tree.find_itself(self.top, target);
        if source.is_ok_and(|id| self.placeholders.contains_key(&id)) {
            return self.make_placeholder(path, target, false);
        }
        let mut has_made_folders = false;
        loop {
            let fault = match self.tree.create_hard_link(self.top, target, path) {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            let is_same = source.is_ok() && self.tree.find_itself(self.top, path) == source;
            if is_same {
                return Ok(());
            }
            if !self.recover(path, fault, &mut has_made_folders) {
                return Err(fault);
            }
        }
    }

    fn make_placeholder(&mut self, path: &[u8], target: &[u8], is_symlink: bool) -> Result<(), Fault> {
        let mut has_made_folders = false;
        let placeholder = loop {
            let node = Node::File { executable: false, bytes: Bytes::Placeholder };
            let fault = match self.tree.create(self.top, path, node) {
                Ok(id) => break id,
                Err(fault) => fault,
            };
            let there = self.tree.find_itself(self.top, path);
            if fault == Fault::Exists && there.is_ok_and(|id| self.placeholders.contains_key(&id)) {
                return Ok(());
            }
            if !self.recover(path, fault, &mut has_made_folders) {
                return Err(fault);
            }
        };
        self.placeholders.insert(placeholder, self.delayed.len());
        self.delayed.push(DelayedLink { path: path.to_vec(), target: target.to_vec(), is_symlink, placeholder });
        Ok(())
    }

    /// Puts the links in the places of their placeholders, where those are still there.
    fn make_delayed_links(&mut self) -> Result<(), String> {
        for link in std::mem::take(&mut self.delayed) {
            if self.tree.find_itself(self.top, &link.path) != Ok(link.placeholder) {
                continue;
            }
            self.tree.remove(self.top, &link.path);
            let made = if link.is_symlink {
                self.tree.create(self.top, &link.path, Node::Symlink(link.target.as_slice().into())).map(drop)
            } else {
                self.tree.create_hard_link(self.top, &link.target, &link.path)
            };
            made.map_err(|fault| format!("link `{}`: {fault}", link.path.escape_ascii()))?;
        }
        Ok(())
    }
}

/// Whether a path has a component `..`.
fn goes_up(path: &[u8]) -> bool {
    path.split(|&byte| byte == b'/').any(|part| part == b"..")
}

/// Without the slashes at the end, but a slash alone stays.
fn without_trailing_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(1, |last| last + 1);
    &path[..end.min(path.len())]
}

/// What is behind the last component `..` and the slashes in front; `.` when nothing is.
fn safe_suffix(path: &[u8]) -> &[u8] {
    let mut begin = 0;
    let mut position = 0;
    for part in path.split(|&byte| byte == b'/') {
        position += part.len();
        if part == b".." {
            begin = position;
        }
        position += 1;
    }
    let rest = &path[begin..];
    let slashes = rest.iter().take_while(|&&byte| byte == b'/').count();
    match &rest[slashes..] {
        b"" => b".",
        suffix => suffix,
    }
}

/// Whether a name, as written but without slashes at its end, is the one of quilt's folder at the top or one
/// below it, or of something in there. Slashes count as they are written: `./X/.pc` is another depth.
fn is_quilt_folder(name: &[u8]) -> bool {
    let mut parts = name.split(|&byte| byte == b'/');
    parts.next() == Some(b".pc") || parts.next() == Some(b".pc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_leads_out() {
        for (name, suffix) in
            [("a/b", "a/b"), ("/a", "a"), ("//", "."), ("", "."), ("../../a", "a"), ("a/../..b", "..b"), ("a/..", ".")]
        {
            assert_eq!(safe_suffix(name.as_bytes()), suffix.as_bytes(), "{name}");
        }
        assert_eq!(without_trailing_slashes(b"a//"), b"a");
        assert_eq!(without_trailing_slashes(b"//"), b"/");
        assert_eq!(without_trailing_slashes(b""), b"");
    }

    #[test]
    fn quilt_folders_are_known_at_two_depths_only() {
        for name in [".pc", ".pc/a", "x/.pc", "x/.pc/a", "./.pc", "/.pc"] {
            assert!(is_quilt_folder(name.as_bytes()), "{name}");
        }
        for name in ["./x/.pc", "x/y/.pc", "x//.pc", ".pcx", "x/.pcx", "x"] {
            assert!(!is_quilt_folder(name.as_bytes()), "{name}");
        }
    }

    fn member(path: &str, kind: MemberKind) -> Member {
        Member { path: path.into(), mode: 0o644, kind }
    }

    fn file(path: &str) -> Member {
        let (sha256, sha1) = (crate::model::Sha256([0; 32]), crate::model::Sha1([0; 20]));
        member(path, MemberKind::File { size: 0, sha256, sha1, text: crate::model::TextFacts::default() })
    }

    fn symlink(path: &str, target: &str) -> Member {
        member(path, MemberKind::Symlink { target: target.into() })
    }

    fn hard_link(path: &str, target: &str) -> Member {
        member(path, MemberKind::HardLink { target: target.into() })
    }

    fn folder(path: &str) -> Member {
        member(path, MemberKind::Directory)
    }

    /// What is at `path` after extraction: the position of a file's member, a link's target, or the kind.
    fn found(members: &[Member], path: &str) -> Result<String, String> {
        let mut tree = Tree::default();
        let top = extract(&mut tree, 0, members, Exclude::Nothing)?;
        let id = tree.find_itself(top, path.as_bytes()).map_err(|fault| fault.to_string())?;
        Ok(match tree.node(id) {
            Node::File { bytes: Bytes::Member { member, .. }, .. } => member.to_string(),
            Node::Symlink(target) => String::from_utf8_lossy(target).into_owned(),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn members_are_made_through_links_that_stay_inside() {
        let members = [folder("d"), symlink("l", "d"), file("l/x")];
        assert_eq!(found(&members, "d/x").unwrap(), "2");
        for target in ["/tmp", "../d", "nowhere", "l"] {
            assert!(found(&[folder("d"), symlink("l", target), file("l/x")], "l").is_err(), "{target}");
        }
    }

    #[test]
    fn a_later_member_takes_the_place_of_an_earlier_one() {
        assert_eq!(found(&[file("a"), file("a")], "a").unwrap(), "1");
        assert_eq!(found(&[symlink("a", "/x"), file("a")], "a").unwrap(), "1");
        assert_eq!(found(&[folder("a"), file("a")], "a").unwrap(), "1");
        assert_eq!(found(&[symlink("a", "b"), folder("b"), folder("a"), file("a/x")], "a/x").unwrap(), "3");
        assert!(found(&[file("a/x"), file("a")], "a").is_err());
        assert!(found(&[file("a"), file("a/x")], "a").is_err());
    }

    #[test]
    fn hard_links_share_the_file_they_name() {
        assert_eq!(found(&[file("a"), hard_link("d/b", "/a")], "d/b").unwrap(), "0");
        assert_eq!(found(&[file("a"), hard_link("b", "a"), file("a")], "b").unwrap(), "0");
        assert_eq!(found(&[symlink("a", "../x"), hard_link("b", "a")], "b").unwrap(), "../x");
        assert!(found(&[folder("a"), hard_link("b", "a")], "b").is_err());
        assert!(found(&[hard_link("b", "a"), file("a")], "b").is_err());
    }
}
