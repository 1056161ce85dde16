//! What is kept of a patch: its header, its bugs, and what it does to which file.

use super::{bugs, diff, header};
use crate::model::{EntryPath, FileChange, PatchDiff, PatchFacts, PatchedFile};

/// The most files of a patch that are kept one by one.
const MOST_FILES: usize = 5_000;

/// The facts of the patch at `path`, given its bytes, decompressed. `strip` is as in [`SeriesEntry`](crate::model::SeriesEntry).
/// Of a patch that `is_cut`, `bytes` are the beginning.
pub fn of_patch(path: &EntryPath, bytes: &[u8], strip: u32, is_cut: bool) -> PatchFacts {
    let diff = diff::read(bytes, strip);
    let files_left = diff.files.len().saturating_sub(MOST_FILES);
    PatchFacts {
        path: path.clone(),
        place: path.clone(),
        length: diff.length,
        is_cut,
        header: header::parse(bytes),
        named_bugs: bugs::of_file_name(path.name()),
        changelog_bugs: Vec::new(),
        format: diff.format,
        files: diff.files.iter().take(MOST_FILES).map(file_change).collect(),
        files_left: u32::try_from(files_left).unwrap_or(u32::MAX),
        added: diff.added(),
        removed: diff.removed(),
        ids: diff::ids(bytes).filter(|_| !is_cut),
        unreadable: unreadable(diff, is_cut),
    }
}

/// Adds the bugs that debian/changelog names together with each patch.
pub fn add_changelog(changelog: &str, patches: &mut [PatchFacts]) {
    const FOLDER: &[u8] = b"debian/patches/";
    let name = |patch: &PatchFacts| {
        let path = patch.path.as_bytes();
        path.strip_prefix(FOLDER).unwrap_or(path).to_vec()
    };
    let names: Vec<Vec<u8>> = patches.iter().map(name).collect();
    for (patch, bugs) in patches.iter_mut().zip(bugs::of_changelog(changelog, &names)) {
        patch.changelog_bugs = bugs;
    }
}

/// A patch that was cut ends within a hunk, which says nothing of the patch.
fn unreadable(diff: PatchDiff, is_cut: bool) -> Option<crate::model::UnreadableDiff> {
    diff.unreadable.filter(|_| !is_cut)
}

fn file_change(file: &PatchedFile) -> FileChange {
    FileChange {
        name: file.name().to_vec(),
        renamed_from: file.old.clone().filter(|old| file.new.as_ref().is_some_and(|new| new != old)),
        kind: file.kind,
        added: file.added,
        removed: file.removed,
        hunks: u32::try_from(file.hunks.len()).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bug, ChangeKind};

    #[test]
    fn a_patch_is_told_in_numbers() {
        let path = EntryPath::new("debian/patches/fix-CVE-2026-12345.patch").unwrap();
        let patch = b"Description: fix\n--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n--- /dev/null\n+++ b/g\n@@ -0,0 +1 @@\n+x\n";
        let mut facts = [of_patch(&path, patch, 1, false)];
        add_changelog("p (1) sid; urgency=low\n\n  * fix-CVE-2026-12345.patch: new. (Closes: #123456)\n", &mut facts);
        let [facts] = facts;
        assert_eq!((facts.added, facts.removed, facts.files.len()), (3, 1, 2));
        assert_eq!((facts.files[1].kind, &facts.files[1].name[..]), (ChangeKind::Added, &b"g"[..]));
        assert_eq!(facts.named_bugs[0].bug, Bug::Cve("CVE-2026-12345".to_owned()));
        assert!(facts.changelog_bugs.iter().any(|reference| reference.bug == Bug::Debian(123_456)));
        assert_eq!(facts.header.subject.as_deref(), Some("fix"));
        assert!(facts.unreadable.is_none());
        let cut = of_patch(&path, &patch[..patch.len() - 20], 1, true);
        assert!(cut.unreadable.is_none() && cut.is_cut);
    }
}
