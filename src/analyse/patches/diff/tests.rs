//! What patch files say, and what is counted.

use proptest::prelude::*;

use super::*;
use crate::model::{DiffLineKind, InterdiffLine, PatchChange};

const HUNK: &str = "@@ -1,2 +1,2 @@ main\n-old\n+new\n same\n";

fn single(patch: &str) -> PatchedFile {
    let mut diff = read(patch.as_bytes(), 1);
    assert_eq!(diff.files.len(), 1, "{diff:?}");
    diff.files.remove(0)
}

#[test]
fn files_hunks_and_lines_are_counted() {
    let patch = format!("Fix it\n\n--- a/f\n+++ b/f\n{HUNK}{HUNK}between\n--- a/g\n+++ b/g\n{HUNK}-- \n2.39\n");
    let diff = read(patch.as_bytes(), 1);
    assert_eq!((diff.files.len(), diff.added(), diff.removed()), (2, 3, 3));
    assert_eq!(diff.header(), 0..8);
    assert_eq!(diff.length - diff.trailer().start, 9);
    assert_eq!(diff.files[0].hunks[1].section, b"main");
    assert_eq!(diff.files[1].name(), b"g");
}

#[test]
fn kinds_are_told_by_the_headers() {
    for (patch, kind) in [
        ("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\n", ChangeKind::Added),
        ("--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n", ChangeKind::Removed),
        ("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", ChangeKind::Renamed),
        ("diff --git a/x b/y\nsimilarity index 100%\ncopy from x\ncopy to y\n", ChangeKind::Copied),
        ("diff --git a/z b/z\nold mode 100644\nnew mode 100755\n", ChangeKind::Mode),
        ("diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\nliteral 0\nHc$@<O00001\n\n", ChangeKind::Binary),
        ("diff --git a/f b/f\nindex 1..2 100644\nBinary files a/f and b/f differ\n", ChangeKind::Binary),
    ] {
        assert_eq!(single(patch).kind, kind, "{patch}");
        assert_eq!(single(patch).end, patch.len() as u64, "{patch}");
    }
}

#[test]
fn as_many_components_are_taken_off_as_asked_for() {
    let patch = format!("--- one/two/f\n+++ one/two/f\n{HUNK}");
    let name = |strip| read(patch.as_bytes(), strip).files[0].name().to_vec();
    assert_eq!([name(0), name(1), name(9)], [b"one/two/f".to_vec(), b"two/f".to_vec(), b"f".to_vec()]);
}

#[test]
fn other_formats_are_told_apart() {
    for (patch, format) in [
        ("", DiffFormat::Empty),
        ("words\n", DiffFormat::Text),
        ("*** a/f\n--- b/f\n***************\n*** 1 ****\n! old\n--- 1 ----\n! new\n", DiffFormat::Context),
        ("1c1\n< old\n---\n> new\n", DiffFormat::Normal),
        ("1c\nnew\n.\n", DiffFormat::Ed),
    ] {
        assert_eq!(read(patch.as_bytes(), 1).format, format, "{patch}");
    }
}

#[test]
fn what_stands_before_a_malformed_hunk_is_read() {
    let diff = read(format!("--- a/f\n+++ b/f\n{HUNK}@@ -9,3 +9,3 @@\n-old\nwrong\n").as_bytes(), 1);
    assert_eq!(diff.files[0].hunks.len(), 1);
    assert_eq!(diff.unreadable.map(|it| it.line), Some(9));
}

#[test]
fn a_diff_is_split_into_upstream_and_debian() {
    let patch =
        format!("--- p/debian/rules\n+++ p/debian/rules\n{HUNK}--- p/f\n+++ p/f\n{HUNK}--- p/g\n+++ p/g\n{HUNK}");
    let ranges = upstream(&read(patch.as_bytes(), 1));
    assert_eq!(ranges.len(), 1);
    let text = &patch[ranges[0].start as usize..ranges[0].end as usize];
    assert!(text.starts_with("--- p/f\n") && text.ends_with(HUNK), "{text}");
}

fn version<'a>(name: &'a str, patch: &str) -> PatchVersion<'a> {
    PatchVersion { name, ids: ids(patch.as_bytes()) }
}

#[test]
fn patches_are_found_again_by_name_or_by_what_they_do() {
    let patch = |at: u32, context: &str, new: &str| {
        format!("--- a/f\n+++ b/f\n@@ -{at},2 +{at},2 @@\n-old\n+{new}\n {context}\n")
    };
    let old = [
        version("same", &patch(1, "c", "new")),
        version("moved", &patch(1, "c", "two")),
        version("changed", &patch(1, "c", "three")),
        version("before", &patch(1, "c", "four")),
        version("gone", &patch(1, "c", "five")),
    ];
    let new = [
        version("same", &patch(1, "c", "new")),
        version("moved", &patch(7, "other", "two")),
        version("changed", &patch(1, "c", "thirty")),
        version("after", &patch(1, "d", "four")),
        version("fresh", &patch(1, "c", "six")),
    ];
    let result: Vec<_> = compare(&old, &new).into_iter().map(|it| (it.change, it.renamed)).collect();
    use PatchChange::{Changed, Dropped, New, Refreshed, Same};
    assert_eq!(
        result,
        [(Same, false), (Refreshed, false), (Changed, false), (Refreshed, true), (New, false), (Dropped, false)]
    );
}

#[test]
fn the_difference_of_two_patches_is_that_of_their_changes() {
    let patch = |new: &str| format!("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+{new}\n");
    let line = |is_new: bool, text: &[u8]| InterdiffLine {
        file: b"f".to_vec(),
        is_new,
        kind: DiffLineKind::Insert,
        text: text.to_vec(),
    };
    assert_eq!(
        interdiff(patch("a").as_bytes(), patch("b").as_bytes()),
        [line(false, b"a"), line(true, b"b")],
        "both remove the old line"
    );
    assert_eq!(interdiff(patch("a").as_bytes(), patch("a").as_bytes()), []);
}

proptest! {
    #[test]
    fn the_pieces_together_are_the_file(lines in proptest::collection::vec(line(), 0..40)) {
        let patch = lines.concat();
        let diff = read(&patch, 1);
        let mut end = 0;
        for piece in diff.pieces() {
            prop_assert_eq!(piece.start, end);
            end = piece.end;
        }
        prop_assert_eq!(end, patch.len() as u64);
        for hunk in diff.files.iter().flat_map(|file| &file.hunks) {
            let bytes = &patch[hunk.bytes.start as usize..hunk.bytes.end as usize];
            prop_assert!(memchr::memmem::find(bytes, b"@@ -").is_some());
        }
    }
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let common = prop::sample::select(vec![
        "--- a/f\n",
        "+++ b/f\n",
        "@@ -1 +1 @@\n",
        "@@ -1,2 +1 @@\n",
        "-old\n",
        "+new\n",
        " same\n",
        "\n",
        "\\ No newline\n",
        "diff --git a/f b/f\n",
        "new mode 100755\n",
        "GIT binary patch\n",
        "literal 3\n",
        "Index: f\n",
        "rename from f\n",
        "rename to g\n",
        "*** f\n",
        "1d\n",
        ".\n",
        "--- a/f\r\n",
        "#\n",
        "words\n",
    ]);
    prop_oneof![9 => common.prop_map(|line| line.as_bytes().to_vec()), 1 => proptest::collection::vec(any::<u8>(), 0..9)]
}

#[test]
fn a_header_ends_where_that_of_the_header_reader_ends() {
    let text = "Description: x\n*** WARNING\nIndex: words\n--- not a name\n\ndiff -u a/f b/f\n";
    let patch = format!("{text}--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n");
    let length = header_length(patch.as_bytes()) as u64;
    assert_eq!(read(patch.as_bytes(), 1).header(), 0..length);
}

#[test]
fn the_difference_of_long_patches_is_told_in_bounded_time() {
    let hunk = |line: u32, new: &str| format!("@@ -{line} +{line} @@\n-a\n+{new}\n");
    let patch = |new: &str| {
        let hunks: String = (1..=100_000).map(|line| hunk(line, if line == 7 { "same" } else { new })).collect();
        format!("--- a/f\n+++ b/f\n{hunks}").into_bytes()
    };
    let difference = interdiff(&patch("b"), &patch("c"));
    let count = |is_new: bool, text: &[u8]| {
        let is_meant =
            |line: &&InterdiffLine| line.is_new == is_new && line.kind == DiffLineKind::Insert && line.text == text;
        difference.iter().filter(is_meant).count()
    };
    assert_eq!((count(false, b"b"), count(true, b"c")), (99_999, 99_999));
}
