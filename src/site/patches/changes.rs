//! The files that a patch changes, with their hunks.

use serde::Serialize;
use tera::Context;

use super::hunks::file_id;
use super::{Crumb, Links};
use crate::html;
use crate::model::{ChangeKind, FileChange, PatchFacts, ShownHunk, ShownPatch};

/// A file that the patch changes.
#[derive(Serialize)]
struct FileRow {
    id: String,
    name: String,
    /// The file's page, if the tree has it.
    link: Option<String>,
    /// What is done, when it is more than changing lines.
    what: Option<String>,
    added: String,
    removed: String,
    /// The patches that do it, where that is not plain.
    by: Vec<Crumb>,
    /// Why nothing of it is shown.
    excluded: Option<String>,
    /// The rows of a table, ready for the page.
    hunks: String,
}

/// What is told of each file beside the patch.
pub(super) struct Beside<'a> {
    /// The rows of its hunks, by the file's position.
    pub(super) hunks: &'a dyn Fn(usize, &FileChange, &[ShownHunk]) -> String,
    /// The patches that change it.
    pub(super) by: &'a dyn Fn(&FileChange) -> Vec<Crumb>,
}

/// What `patches-changes.html` uses.
pub(super) fn insert(
    patch: &PatchFacts,
    shown: &ShownPatch,
    beside: &Beside<'_>,
    links: &Links<'_>,
    context: &mut Context,
) {
    let row = |(position, file): (usize, &FileChange)| {
        let entry = links.target(&file.name);
        let excluded = entry.and_then(|entry| links.tree.excluded(entry));
        let hunks = shown.files.get(position).filter(|_| excluded.is_none());
        FileRow {
            hunks: hunks.map(|hunks| (beside.hunks)(position, file, hunks)).unwrap_or_default(),
            id: file_id(position),
            name: html::display_name(&file.name),
            link: entry.map(|entry| links.file(&entry.path).link),
            what: what(file),
            added: html::grouped(file.added),
            removed: html::grouped(file.removed),
            by: (beside.by)(file),
            excluded: excluded.map(str::to_owned),
        }
    };
    let rows: Vec<FileRow> = patch.files.iter().enumerate().map(row).collect();
    context.insert("has_by", &rows.iter().any(|row| !row.by.is_empty()));
    context.insert("files", &rows);
    context.insert("files_left", &patch.files_left);
    context.insert("total", &total(patch));
    context.insert("lines_left", &(shown.lines_left > 0).then(|| html::counted(shown.lines_left, "line")));
    context.insert("is_cut", &patch.is_cut);
}

/// `2 files, 10 lines added, 1 line removed`.
fn total(patch: &PatchFacts) -> String {
    let files = patch.files.len() as u64 + u64::from(patch.files_left);
    total_of(files, patch.added, patch.removed)
}

pub(super) fn total_of(files: u64, added: u64, removed: u64) -> String {
    format!(
        "{}, {} added, {} removed",
        html::counted(files, "file"),
        html::counted(added, "line"),
        html::counted(removed, "line")
    )
}

/// What is done to a file, when it is more than changing lines.
fn what(file: &FileChange) -> Option<String> {
    let from = || file.renamed_from.as_deref().map(html::display_name).unwrap_or_default();
    Some(match file.kind {
        ChangeKind::Modified => return None,
        ChangeKind::Added => "new".to_owned(),
        ChangeKind::Removed => "removed".to_owned(),
        ChangeKind::Renamed => format!("renamed from {}", from()),
        ChangeKind::Copied => format!("copied from {}", from()),
        ChangeKind::Mode => "another mode".to_owned(),
        ChangeKind::Binary => "binary, not shown".to_owned(),
        ChangeKind::Nothing => "nothing changed".to_owned(),
    })
}
