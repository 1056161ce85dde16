//! What is told of patches agrees with `diffstat`, with `git patch-id`, and with the text of the files before and after.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use debpress::analyse::patches::blame::Blame;
use debpress::analyse::patches::diff::{self, PatchVersion};
use debpress::formats::unified_diff::{self, LineKind};
use debpress::model::{ComparedPatch, EntryPath, LineOrigin, PatchChange};
use debpress::unpack::patch::{MemoryEntry, MemoryTree, PatchRules, PatchTarget as _, apply};
use proptest::prelude::*;

/// The patch files of the archive in `DEBPRESS_MIRROR`; empty without one.
fn patches(folder: &Path) -> Vec<PathBuf> {
    let Some(mirror) = std::env::var_os("DEBPRESS_MIRROR") else {
        eprintln!("SKIPPED, as DEBPRESS_MIRROR names no archive of real packages");
        return Vec::new();
    };
    let files = |root: &Path| walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
    for tarball in
        files(&Path::new(&mirror).join("pool")).filter(|it| it.path().to_string_lossy().contains(".debian.tar."))
    {
        let target = folder.join(tarball.file_name());
        std::fs::create_dir_all(&target).unwrap();
        let status = Command::new("tar").arg("-xf").arg(tarball.path()).arg("-C").arg(&target).status().unwrap();
        assert!(status.success(), "{}", tarball.path().display());
    }
    let is_patch = |path: &Path| path.to_string_lossy().contains("/debian/patches/");
    let found = files(folder).filter(|it| it.file_type().is_file() && is_patch(it.path()));
    found
        .map(walkdir::DirEntry::into_path)
        .filter(|path| !diff::read(&std::fs::read(path).unwrap(), 1).files.is_empty())
        .collect()
}

/// What a program prints when it is given `input`; `None` when it is not there.
#[track_caller]
fn output(command: &mut Command, input: Vec<u8>) -> Option<String> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "{command:?} is not there");
        eprintln!("SKIPPED, as {command:?} is not there; DEBPRESS_REQUIRE_TOOLS=1 makes this a failure");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn lines_are_counted_as_diffstat_counts_them() {
    let folder = tempfile::tempdir().unwrap();
    for path in patches(folder.path()) {
        let bytes = std::fs::read(&path).unwrap();
        let ours = diff::read(&bytes, 1);
        let Some(table) = output(Command::new("diffstat").args(["-p1", "-t"]), bytes) else { return };
        let column = |at: usize| -> u64 {
            table.lines().skip(1).map(|line| line.split(',').nth(at).unwrap().parse::<u64>().unwrap()).sum()
        };
        assert_eq!((ours.added(), ours.removed()), (column(0), column(1)), "{}\n{table}", path.display());
    }
}

/// The diffs as git would write them, without what does not count.
fn as_git_writes(bytes: &[u8]) -> Option<Vec<u8>> {
    let parsed = unified_diff::parse(bytes).ok()?;
    let mut text = Vec::new();
    for file in &parsed.files {
        if file.hunks.is_empty() {
            return None;
        }
        let old = String::from_utf8(file.old.clone().or(file.new.clone())?).ok()?;
        let new = String::from_utf8(file.new.clone().or(file.old.clone())?).ok()?;
        text.extend(format!("diff --git a/{old} b/{new}\n--- a/{old}\n+++ b/{new}\n").bytes());
        for hunk in &file.hunks {
            let (old, new) = (hunk.old_lines, hunk.new_lines);
            text.extend(format!("@@ -{},{old} +{},{new} @@\n", hunk.old_start, hunk.new_start).bytes());
            for line in &hunk.lines {
                text.push(match line.kind {
                    LineKind::Context => b' ',
                    LineKind::Delete => b'-',
                    LineKind::Insert => b'+',
                });
                text.extend(line.text);
                text.push(b'\n');
            }
        }
    }
    Some(text)
}

#[test]
fn checksums_of_patches_are_those_of_git() {
    let folder = tempfile::tempdir().unwrap();
    for path in patches(folder.path()) {
        let bytes = std::fs::read(&path).unwrap();
        let Some(text) = as_git_writes(&bytes) else { continue };
        let Some(theirs) = output(Command::new("git").args(["patch-id", "--stable"]), text) else { return };
        let ours = diff::ids(&bytes).unwrap().hunks.0.to_string();
        assert_eq!(theirs.split(' ').next(), Some(ours.as_str()), "{}", path.display());
    }
}

/// The patches of one version: the name of each below debian/patches, its bytes, and what git calls it.
type GitSeries = Vec<(String, Vec<u8>, Option<String>)>;

/// The series of each version of each package, by package; `None` without git.
fn series_by_package(folder: &Path) -> Option<BTreeMap<String, Vec<GitSeries>>> {
    let mut packages: BTreeMap<String, BTreeMap<String, GitSeries>> = BTreeMap::new();
    for path in patches(folder) {
        let bytes = std::fs::read(&path).unwrap();
        let id = match as_git_writes(&bytes) {
            Some(text) => {
                let printed = output(Command::new("git").args(["patch-id", "--stable"]), text)?;
                printed.split(' ').next().map(str::to_owned)
            }
            None => None,
        };
        let below = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        let (tarball, name) = below.split_once("/debian/patches/").unwrap();
        let versions = packages.entry(tarball.split('_').next().unwrap().to_owned()).or_default();
        versions.entry(tarball.to_owned()).or_default().push((name.to_owned(), bytes, id));
    }
    Some(packages.into_iter().map(|(package, versions)| (package, versions.into_values().collect())).collect())
}

#[test]
fn what_became_of_a_patch_agrees_with_what_git_takes_for_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let Some(packages) = series_by_package(folder.path()) else { return };
    let mut counts: BTreeMap<PatchChange, u32> = BTreeMap::new();
    for (package, versions) in &packages {
        for pair in versions.windows(2) {
            let [old, new] = [series_of(&pair[0]), series_of(&pair[1])];
            let compared = diff::compare(&old, &new);
            for it in &compared {
                *counts.entry(it.change).or_default() += 1;
                let (Some(before), Some(after)) = (it.old.map(|at| &pair[0][at]), it.new.map(|at| &pair[1][at])) else {
                    continue;
                };
                let (Some(theirs_before), Some(theirs_after)) = (&before.2, &after.2) else { continue };
                let is_same = theirs_before == theirs_after;
                let agrees = match it.change {
                    PatchChange::Same => is_same,
                    // git looks at context too, but not at places.
                    PatchChange::Refreshed => true,
                    PatchChange::Changed | PatchChange::New | PatchChange::Dropped => !is_same,
                };
                assert!(agrees, "{package}: {} and {}: {it:?}", before.0, after.0);
            }
            let lost =
                |of: fn(&ComparedPatch) -> Option<usize>, change: PatchChange, series: &GitSeries| -> Vec<String> {
                    let lost = compared.iter().filter(|it| it.change == change).filter_map(of);
                    lost.filter_map(|at| series[at].2.clone()).collect()
                };
            let dropped = lost(|it| it.old, PatchChange::Dropped, &pair[0]);
            let added = lost(|it| it.new, PatchChange::New, &pair[1]);
            assert!(dropped.iter().all(|id| !added.contains(id)), "{package}: git finds a patch that was dropped");
        }
    }
    if !packages.is_empty() {
        assert_eq!(counts.len(), 5, "the archive shows not all that may become of a patch: {counts:?}");
    }
}

fn series_of(patches: &GitSeries) -> Vec<PatchVersion<'_>> {
    patches.iter().map(|(name, bytes, _)| PatchVersion { name, ids: diff::ids(bytes) }).collect()
}

/// A version of a file, by the names of its lines, made from the one before: which lines go, how many come behind.
fn edited(before: &[u32], edits: &[(bool, u8)], next: &mut u32) -> Vec<u32> {
    let mut after = Vec::new();
    for (at, (removes, added)) in edits.iter().enumerate() {
        after.extend(before.get(at).filter(|_| !removes));
        after.extend(*next..*next + u32::from(*added));
        *next += u32::from(*added);
    }
    after.extend(before.iter().skip(edits.len()));
    after
}

/// A patch without context between two versions, all of whose lines differ.
fn patch(before: &[u32], after: &[u32]) -> String {
    let mut text = "--- a/f\n+++ b/f\n".to_owned();
    let (mut old, mut new) = (0, 0);
    while old < before.len() || new < after.len() {
        if old < before.len() && before.get(old) == after.get(new) {
            (old, new) = (old + 1, new + 1);
            continue;
        }
        let removed = before[old..].iter().take_while(|line| !after.contains(line)).count();
        let added = after[new..].iter().take_while(|line| !before.contains(line)).count();
        let start = |at: usize, count: usize| if count == 0 { at } else { at + 1 };
        text += &format!("@@ -{},{removed} +{},{added} @@\n", start(old, removed), start(new, added));
        before[old..old + removed].iter().for_each(|line| text += &format!("-{line}\n"));
        after[new..new + added].iter().for_each(|line| text += &format!("+{line}\n"));
        (old, new) = (old + removed, new + added);
    }
    text
}

proptest! {
    #[test]
    fn every_line_is_followed_through_the_series(
        length in 1_u32..30,
        series in prop::collection::vec(prop::collection::vec((any::<bool>(), 0_u8..3), 0..30), 1..6),
    ) {
        let path = EntryPath::new("f").unwrap();
        let mut lines: Vec<u32> = (0..length).collect();
        let mut origins: HashMap<u32, LineOrigin> =
            lines.iter().map(|&line| (line, LineOrigin::Upstream(u64::from(line) + 1))).collect();
        let mut tree = MemoryTree::default();
        let text = |lines: &[u32]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        tree.write(&path, text(&lines).into_bytes(), false);
        let (mut blame, mut next, mut removed, mut patches) = (Blame::default(), length, 0, 0);
        for edits in &series {
            let after = edited(&lines, edits, &mut next);
            if after == lines || after.is_empty() {
                continue;
            }
            let patch = patch(&lines, &after);
            let diff = unified_diff::parse(patch.as_bytes()).unwrap();
            let applied = apply("p", patch.as_bytes(), &PatchRules::FORMAT_3_0_QUILT, &mut tree).unwrap();
            blame.apply(&diff, &applied, &mut |_| Some(u64::from(length)));
            removed += lines.iter().filter(|line| !after.contains(line)).count() as u64;
            for (position, hunk) in (0..).zip(&diff.files[0].hunks) {
                for line in hunk.lines.iter().filter(|line| line.kind == LineKind::Insert) {
                    let origin = debpress::model::HunkOrigin { patch: patches, file: 0, hunk: position };
                    let name = std::str::from_utf8(line.text).unwrap().parse().unwrap();
                    origins.insert(name, LineOrigin::Patch(origin));
                }
            }
            patches += 1;
            lines = after;
        }
        let expected = MemoryEntry::File { bytes: text(&lines).into_bytes(), executable: false };
        prop_assert_eq!(tree.entries().find(|(it, _)| **it == path).unwrap().1, &expected);
        let found = blame.finish().remove(&path).unwrap_or_default();
        let told: Vec<LineOrigin> = found.lines.iter().flat_map(|run| (0..run.count).map(move |at| match run.origin {
            LineOrigin::Upstream(line) => LineOrigin::Upstream(line + at),
            patch => patch,
        })).collect();
        if patches > 0 {
            prop_assert_eq!(told, lines.iter().map(|line| origins[line]).collect::<Vec<_>>());
        }
        prop_assert_eq!(found.removed.iter().map(|run| run.count).sum::<u64>(), removed);
    }
}
