//! Names in patches as paths of the tree.

use super::{Lookup, PatchRules, PatchTarget, Refusal};
use crate::model::EntryPath;

/// What a file name in a diff means, after its first component is stripped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// A path of the tree; `./` and doubled slashes are taken out.
    Path(EntryPath),
    /// The same with a slash at the end, which only a folder can have.
    FolderPath(EntryPath),
    /// The top folder itself.
    Top,
    /// No path of the tree: there is a `..` or a NUL byte in it.
    Nowhere,
}

/// Finds out what `name` means.
pub(super) fn locate(name: &[u8]) -> Location {
    let components = name.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    let path = components.collect::<Vec<_>>().join(&b'/');
    if path.is_empty() {
        return Location::Top;
    }
    match EntryPath::new(path) {
        Ok(path) if name.ends_with(b"/") => Location::FolderPath(path),
        Ok(path) => Location::Path(path),
        Err(_) => Location::Nowhere,
    }
}

/// What is at the place that `name` means.
pub(super) fn look(target: &dyn PatchTarget, name: &[u8]) -> Lookup {
    match locate(name) {
        Location::Path(path) => target.lookup(&path),
        Location::FolderPath(path) => match target.lookup(&path) {
            Lookup::File { .. } => Lookup::Missing,
            other => other,
        },
        Location::Top => Lookup::Directory,
        // Above a folder there is one; no other place outside the tree can be chosen, so they do not matter.
        Location::Nowhere => match name.strip_suffix(b"..").map(|folder| look(target, folder)) {
            Some(Lookup::Directory) => Lookup::Directory,
            _ => Lookup::Missing,
        },
    }
}

/// Whether `name`, or a folder on the way to it, is a symbolic link.
pub(super) fn meets_symlink(target: &dyn PatchTarget, name: &[u8]) -> bool {
    let mut way = Vec::new();
    for part in name.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b".")) {
        way.push(part);
        let Ok(path) = EntryPath::new(way.join(&b'/')) else { return false };
        match target.lookup(&path) {
            Lookup::Symlink | Lookup::BehindSymlink => return true,
            Lookup::Missing => return false,
            Lookup::File { .. } | Lookup::Directory => {}
        }
    }
    false
}

/// Makes the folder `path` unless it is there.
pub(super) fn create_folder(target: &mut dyn PatchTarget, path: &EntryPath) -> Result<(), Refusal> {
    match target.lookup(path) {
        Lookup::Directory => Ok(()),
        Lookup::File { .. } => Err(Refusal::NotAFolder(path.clone())),
        Lookup::Symlink | Lookup::BehindSymlink => Err(Refusal::ThroughSymlink(path.as_bytes().to_vec())),
        Lookup::Missing => {
            let ancestors = std::iter::successors(path.parent(), EntryPath::parent);
            for ancestor in ancestors {
                if matches!(target.lookup(&ancestor), Lookup::File { .. }) {
                    return Err(Refusal::NotAFolder(ancestor));
                }
            }
            target.create_folder(path);
            Ok(())
        }
    }
}

/// The longest name of a file, in bytes, on the file systems that dpkg-source unpacks to.
pub(super) const LONGEST_NAME: usize = 255;

/// The path of the backup of `path`.
pub(super) fn backup_path(path: &EntryPath) -> Result<EntryPath, Refusal> {
    let bytes = [path.as_bytes(), b".dpkg-orig"].concat();
    let backup = EntryPath::new(bytes).ok().filter(|backup| backup.name().len() <= LONGEST_NAME);
    backup.ok_or_else(|| Refusal::Name(path.as_bytes().to_vec()))
}

/// What dpkg does behind a patch with each file that it takes for patched: it sets the file's time, which fails when
/// the name has a slash at its end and the file is there, and removes the backup.
pub(super) fn finish(target: &mut dyn PatchTarget, name: &[u8], rules: &PatchRules) -> Result<(), Refusal> {
    if let Location::FolderPath(path) = locate(name)
        && matches!(target.lookup(&path), Lookup::File { .. })
    {
        return Err(Refusal::Name(name.to_vec()));
    }
    if !rules.keep_backups {
        return Ok(());
    }
    let backup = [name, b".dpkg-orig"].concat();
    match (locate(&backup), look(target, &backup)) {
        (Location::Path(path), Lookup::File { .. } | Lookup::Symlink) => {
            target.remove(&path, false);
            Ok(())
        }
        _ => Err(Refusal::NoBackup(backup)),
    }
}
