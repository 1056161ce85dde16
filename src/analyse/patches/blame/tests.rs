use super::*;
use crate::formats::unified_diff;
use crate::model::{BlameRun, LineOrigin, RemovedRun};

fn path(text: &str) -> EntryPath {
    EntryPath::new(text).unwrap()
}

/// What patches, whose hunks are all where they say, make of files `f` and `g` of ten lines each.
fn track(patches: &[&str]) -> BTreeMap<EntryPath, FileBlame> {
    let is_there = |file: &EntryPath| [&b"f"[..], b"g"].contains(&file.as_bytes());
    let mut blame = Blame::default();
    for patch in patches {
        let diff = unified_diff::parse(patch.as_bytes()).unwrap();
        let files = diff.files.iter().map(|file| {
            let old = file.old.as_ref().or(file.new.as_ref()).unwrap();
            let new = if file.git.as_ref().is_some_and(|git| git.renames() || git.copies()) {
                file.new.as_ref().unwrap()
            } else {
                old
            };
            let path = |name: &[u8]| EntryPath::new(name).unwrap();
            AppliedFile { input: path(old), path: path(new), offsets: vec![0; file.hunks.len()] }
        });
        blame.apply(&diff, &Applied { files: files.collect() }, &mut |file| is_there(file).then_some(10));
    }
    blame.finish()
}

fn change(hunk: &str) -> String {
    format!("--- a/f\n+++ b/f\n{hunk}")
}

fn by(patch: u32, hunk: u32) -> HunkOrigin {
    HunkOrigin { patch, file: 0, hunk }
}

/// The lines of a file, each as the number of its patch, or as its line upstream with a minus.
fn lines(file: &FileBlame) -> Vec<i64> {
    let number = |run: &BlameRun, line: u64| match run.origin {
        LineOrigin::Upstream(first) => -i64::try_from(first + line).unwrap(),
        LineOrigin::Patch(hunk) => i64::from(hunk.patch),
    };
    file.lines.iter().flat_map(|run| (0..run.count).map(|line| number(run, line))).collect()
}

/// The files, each with the one that its lines from upstream are of.
fn sources(files: &BTreeMap<EntryPath, FileBlame>) -> Vec<String> {
    let name = |(path, file): (&EntryPath, &FileBlame)| match &file.source {
        Some(source) => format!("{path} from {source}"),
        None => path.to_string(),
    };
    files.iter().map(name).collect()
}

#[test]
fn lines_are_those_of_the_hunk_that_brought_them_and_what_is_gone_has_a_place() {
    let files = track(&[&change("@@ -2,3 +2,3 @@\n two\n-three\n+drei\n four\n@@ -9 +9,2 @@\n nine\n+more\n")]);
    let file = &files[&path("f")];
    assert_eq!(file.source, Some(path("f")));
    assert_eq!(lines(file), [-1, -2, 0, -4, -5, -6, -7, -8, -9, 0, -10]);
    let origins: Vec<_> = file.lines.iter().map(|run| run.origin).collect();
    assert_eq!(origins[1], LineOrigin::Patch(by(0, 0)));
    assert_eq!(origins[3], LineOrigin::Patch(by(0, 1)));
    let removed = RemovedRun { after: 2, count: 1, origin: LineOrigin::Upstream(3), by: by(0, 0) };
    assert_eq!(file.removed, [removed]);
}

#[test]
fn a_later_patch_takes_lines_of_an_earlier_one_away() {
    let first = change("@@ -1,2 +1,4 @@\n one\n+a\n+b\n two\n");
    let second = change("@@ -2,3 +2,2 @@\n a\n-b\n-two\n+c\n");
    let files = track(&[&first, &second]);
    assert_eq!(lines(&files[&path("f")]), [-1, 0, 1, -3, -4, -5, -6, -7, -8, -9, -10]);
    let removed = |origin| RemovedRun { after: 2, count: 1, origin, by: by(1, 0) };
    let expected = [removed(LineOrigin::Patch(by(0, 0))), removed(LineOrigin::Upstream(2))];
    assert_eq!(files[&path("f")].removed, expected);
}

#[test]
fn a_file_is_followed_through_renames_and_copies() {
    let moved =
        |verb: &str, old: &str, new: &str| format!("diff --git a/{old} b/{new}\n{verb} from {old}\n{verb} to {new}\n");
    let files = track(&[&change("@@ -0,0 +1 @@\n+a\n"), &moved("rename", "f", "h"), &moved("copy", "h", "i")]);
    assert_eq!(sources(&files), ["h from f", "i from f"]);
    assert_eq!(lines(&files[&path("i")])[..2], [0, -1]);
    let exchanged = track(&[&(moved("rename", "f", "g") + &moved("rename", "g", "f"))]);
    assert_eq!(sources(&exchanged), ["f from g", "g from f"]);
    let create = "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n";
    let files = track(&[&(create.to_owned() + &moved("copy", "n", "o"))]);
    assert_eq!((sources(&files), lines(&files[&path("o")])), (vec!["n".to_owned(), "o".to_owned()], vec![0]));
}

#[test]
fn created_files_are_all_of_their_patch_and_removed_ones_are_not_told_of() {
    let create = "--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+a\n+b\n";
    let delete = "--- a/g\n+++ /dev/null\n@@ -1,10 +0,0 @@\n-1\n-2\n-3\n-4\n-5\n-6\n-7\n-8\n-9\n-10\n";
    let files = track(&[create, delete]);
    assert_eq!(sources(&files), ["new"]);
    assert_eq!(lines(&files[&path("new")]), [0, 0]);
}
