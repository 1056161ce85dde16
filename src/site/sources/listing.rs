//! The rows of a folder and the way to it.

use serde::Serialize;

use super::tree::{LinkTarget, TreeIndex};
use super::{Crumb, SourcesSite};
use crate::html;
use crate::model::{Entry, EntryKind, EntryPath, SourcePackage};
use crate::site::urls::Address;

/// One entry of a folder.
#[derive(Serialize)]
pub(super) struct Row {
    kind: &'static str,
    mode: &'static str,
    executable: bool,
    size: String,
    name: String,
    link: String,
    target: Option<String>,
    target_link: Option<String>,
    excluded: bool,
}

/// The rows of a folder (`None`: the topmost): folders first, then by the bytes of names.
pub(super) fn rows(
    site: &SourcesSite,
    package: &SourcePackage,
    tree: &TreeIndex<'_>,
    folder: Option<&EntryPath>,
) -> Vec<Row> {
    let here = match folder {
        None => Address::Version(&package.name, &package.version),
        Some(folder) => Address::Folder(&package.name, &package.version, folder),
    };
    let row = |entry: &&Entry| {
        let (target, target_link) = match &entry.kind {
            EntryKind::Symlink { target } => {
                let link = target_address(package, &tree.follow(&entry.path, target)).map(|to| site.link(&here, &to));
                (Some(html::display_name(target)), link)
            }
            EntryKind::File { .. } | EntryKind::Directory => (None, None),
        };
        Row {
            kind: kind(entry),
            mode: mode(entry),
            executable: entry.executable && matches!(entry.kind, EntryKind::File { .. }),
            size: size(entry).map(html::grouped).unwrap_or_default(),
            name: html::display_name(entry.path.name()),
            link: site.link(&here, &address(package, entry)),
            target,
            target_link,
            excluded: tree.excluded(entry).is_some(),
        }
    };
    let children = tree.children(folder);
    let is_folder = |entry: &&&Entry| matches!(entry.kind, EntryKind::Directory);
    let folders = children.iter().filter(|entry| is_folder(entry));
    folders.chain(children.iter().filter(|entry| !is_folder(entry))).map(row).collect()
}

/// The folders above `folder`, for the page `here` of that folder.
pub(super) fn crumbs(
    site: &SourcesSite,
    package: &SourcePackage,
    here: &Address<'_>,
    folder: &EntryPath,
) -> Vec<Crumb> {
    let mut above = std::iter::successors(folder.parent(), EntryPath::parent).collect::<Vec<_>>();
    above.reverse();
    above
        .iter()
        .map(|path| Crumb {
            name: html::display_name(path.name()),
            link: site.link(here, &Address::Folder(&package.name, &package.version, path)),
        })
        .collect()
}

/// The folders above a file as HTML, for one of the file's pages: `<li><a href="../">src</a></li>`.
pub(super) fn file_crumbs(site: &SourcesSite, package: &SourcePackage, here: &Address<'_>, path: &EntryPath) -> String {
    let mut html = String::new();
    for Crumb { name, link } in crumbs(site, package, here, path) {
        html.push_str("<li><a href=\"");
        html.push_str(&link);
        html.push_str("\">");
        html.push_str(&html::escape(&name));
        html.push_str("</a></li>");
    }
    html
}

/// The page of an entry.
pub(super) fn address<'a>(package: &'a SourcePackage, entry: &'a Entry) -> Address<'a> {
    match entry.kind {
        EntryKind::Directory => Address::Folder(&package.name, &package.version, &entry.path),
        EntryKind::File { .. } | EntryKind::Symlink { .. } => {
            Address::File(&package.name, &package.version, &entry.path)
        }
    }
}

/// The page that a symbolic link leads to, if there is one.
pub(super) fn target_address<'a>(package: &'a SourcePackage, target: &LinkTarget<'a>) -> Option<Address<'a>> {
    match target {
        LinkTarget::Entry(entry) => Some(address(package, entry)),
        LinkTarget::Top => Some(Address::Version(&package.name, &package.version)),
        LinkTarget::Missing | LinkTarget::Outside => None,
    }
}

/// Type and permissions as `ls -l` shows them.
pub(super) fn mode(entry: &Entry) -> &'static str {
    match (&entry.kind, entry.executable) {
        (EntryKind::Directory, _) => "drwxr-xr-x",
        (EntryKind::Symlink { .. }, _) => "lrwxrwxrwx",
        (EntryKind::File { .. }, true) => "-rwxr-xr-x",
        (EntryKind::File { .. }, false) => "-rw-r--r--",
    }
}

fn kind(entry: &Entry) -> &'static str {
    match entry.kind {
        EntryKind::Directory => "folder",
        EntryKind::Symlink { .. } => "link",
        EntryKind::File { .. } => "file",
    }
}

fn size(entry: &Entry) -> Option<u64> {
    match entry.kind {
        EntryKind::File { size, .. } => Some(size),
        EntryKind::Directory | EntryKind::Symlink { .. } => None,
    }
}
