//! What patch files look like, and how they are read.

use proptest::prelude::*;

use super::*;

fn single(patch: &str) -> FileDiff<'_> {
    let mut diff = parse(patch.as_bytes()).unwrap();
    assert_eq!(diff.files.len(), 1);
    diff.files.remove(0)
}

fn names(patch: &str) -> (Option<String>, Option<String>) {
    let file = single(patch);
    let text = |name: Option<Vec<u8>>| name.map(|name| String::from_utf8(name).unwrap());
    (text(file.old), text(file.new))
}

fn problem(patch: &str) -> (usize, DiffProblem) {
    let error = parse(patch.as_bytes()).unwrap_err();
    (error.line, error.problem)
}

const HUNK: &str = "@@ -1 +1 @@\n-old\n+new\n";

#[test]
fn the_text_around_the_diffs_is_kept() {
    let patch = format!("# Author\nFix\n--- a/f\n+++ b/f\n{HUNK}between\n--- a/g\n+++ b/g\n{HUNK}-- \n2.39\n");
    let diff = parse(patch.as_bytes()).unwrap();
    assert_eq!(diff.header(), b"# Author\nFix\n");
    assert_eq!(diff.files[1].text, b"between\n");
    assert_eq!(diff.trailer, b"-- \n2.39\n");
    assert_eq!((diff.files[0].line, diff.files[0].hunks[0].line), (5, 5));
    assert_eq!(diff.files[1].old.as_deref(), Some(&b"g"[..]));
}

#[test]
fn a_patch_with_a_header_only_has_no_diffs() {
    assert_eq!(parse(b"Only words\n").unwrap().header(), b"Only words\n");
    assert!(parse(b"").unwrap().files.is_empty());
}

#[test]
fn names_end_at_a_tab_or_else_at_a_blank() {
    let (old, new) = names(&format!("--- a/my file\t2020-01-01 00:00:00\n+++ b/my file\n{HUNK}"));
    assert_eq!((old.as_deref(), new.as_deref()), (Some("my file"), Some("my")));
}

#[test]
fn names_lose_their_first_component() {
    let (old, new) = names(&format!("--- a//x/y\n+++ /y\n{HUNK}"));
    assert_eq!((old.as_deref(), new.as_deref()), (Some("x/y"), Some("y")));
    assert_eq!(names(&format!("--- f\n+++ b/\n{HUNK}")), (None, None));
}

#[test]
fn null_names_and_epoch_stamps_say_that_a_file_is_missing() {
    let created = single("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\n");
    assert_eq!((created.old, created.before, created.after), (None, Presence::Missing, Presence::Filled));
    let deleted = single("--- a/f\n+++ b/f\t1970-01-01 00:00:00 +0000\n@@ -1 +0,0 @@\n-old\n");
    assert_eq!((deleted.before, deleted.after), (Presence::Filled, Presence::Missing));
    let unknown = single("--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+new\n");
    assert_eq!(unknown.before, Presence::Empty);
}

#[test]
fn git_headers_stand_alone() {
    let patch = "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n\
                 diff --git a/z b/z\nold mode 100644\nnew mode 100755\n";
    let diff = parse(patch.as_bytes()).unwrap();
    let [renamed, changed] = &diff.files[..] else { panic!("two diffs") };
    assert_eq!((renamed.old.as_deref(), renamed.new.as_deref()), (Some(&b"x"[..]), Some(&b"y"[..])));
    assert!(renamed.git.as_ref().unwrap().renames());
    let git = changed.git.as_ref().unwrap();
    assert_eq!((git.old_mode, git.new_mode), (Some(0o100_644), Some(0o100_755)));
}

#[test]
fn git_headers_tell_the_presence_of_files_by_their_blobs() {
    let file = single("diff --git a/f b/f\nnew file mode 100644\nindex 0000000..e69de29\n");
    assert_eq!((file.before, file.after), (Presence::Missing, Presence::Empty));
}

#[test]
fn quoted_git_names_are_decoded() {
    let file = single("diff --git \"a/\\303\\244 \\\"\" \"b/\\t\"\nold mode 100644\nnew mode 100755\n");
    assert_eq!(file.old.as_deref(), Some("ä \"".as_bytes()));
    assert_eq!(file.new.as_deref(), Some(&b"\t"[..]));
}

#[test]
fn git_binary_patches_are_marked() {
    let file = single("diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\nliteral 0\nHc$@<O00001\n\n");
    assert!(file.git.unwrap().binary);
}

#[test]
fn a_mark_in_any_language_says_that_the_newline_is_missing() {
    let file = single("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n\\ Kein Zeilenumbruch am Dateiende.\n+new\n");
    let newlines: Vec<_> = file.hunks[0].lines.iter().map(|line| line.newline).collect();
    assert_eq!(newlines, [false, true]);
}

#[test]
fn carriage_returns_of_the_headers_are_taken_off_every_line() {
    let file = single("--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-old\r\n+new\r\n");
    assert_eq!(file.hunks[0].lines[1].text, b"new");
    let file = single("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\r\n+new\r\n");
    assert_eq!(file.hunks[0].lines[1].text, b"new\r");
}

#[test]
fn context_may_have_lost_its_blank() {
    let file = single("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n\n\tx\n-old\n+new\n");
    let texts: Vec<_> = file.hunks[0].old().map(|line| line.text).collect();
    assert_eq!(texts, [&b""[..], b"\tx", b"old"]);
}

#[test]
fn up_to_three_blank_lines_may_be_cut_off_at_the_end() {
    let file = single("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n-old\n+new\n");
    assert_eq!(file.hunks[0].trailing_context(), 2);
    assert_eq!(problem("--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n-old\n+new\n"), (5, DiffProblem::Truncated));
}

#[test]
fn malformed_hunks_are_refused_with_their_line() {
    for (header, expected) in [
        ("@@ -1 +1\n", DiffProblem::HunkHeader),
        ("@@ -1,1000000000000000000000000000000 +1 @@\n", DiffProblem::HunkHeader),
        ("@@ -9223372036854775807 +1 @@\n", DiffProblem::HunkHeader),
        ("@@ -1,0 +1,0 @@\n", DiffProblem::NoChange),
    ] {
        assert_eq!(problem(&format!("--- a/f\n+++ b/f\n{header}-old\n+new\n")), (3, expected), "{header}");
    }
    assert_eq!(problem("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\nnew\n"), (5, DiffProblem::HunkLine));
    assert_eq!(problem("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n-old\n"), (5, DiffProblem::HunkLine));
}

#[test]
fn a_count_that_lies_costs_nothing() {
    assert_eq!(problem("--- a/f\n+++ b/f\n@@ -1,999999999999 +1 @@\n-old\n").1, DiffProblem::HunkLine);
}

#[test]
fn other_formats_after_the_first_diff_are_refused() {
    let first = format!("--- a/f\n+++ b/f\n{HUNK}");
    for other in ["Index: g\n1d\n", "Index: g\n1c1\n< a\n", " *** a/g\n ****************\n *** 1 ****\n"] {
        assert_eq!(problem(&format!("{first}{other}")).1, DiffProblem::NotUnified, "{other}");
    }
}

#[test]
fn an_indented_diff_in_a_text_counts() {
    let file = single("As in\n  --- a/f\n  +++ b/f\n  @@ -1 +1 @@\n  -old\n  +new\n");
    assert_eq!(file.old.as_deref(), Some(&b"f"[..]));
    assert_eq!(file.hunks[0].lines[0].text, b"old");
}

#[test]
fn a_name_of_many_words_is_read_in_one_pass() {
    let words = "w ".repeat(200_000);
    let (old, _) = names(&format!("--- a/{words}\t2020-01-01\n+++ b/f\n{HUNK}"));
    assert_eq!(old.unwrap().len(), words.len() - 1);
}

proptest! {
    #[test]
    fn no_input_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_mixture_of_patch_lines_makes_it_panic(lines in proptest::collection::vec(line(), 0..30)) {
        let patch = lines.concat();
        if let Ok(diff) = parse(patch.as_bytes()) {
            let hunks = diff.files.iter().flat_map(|file| &file.hunks);
            for hunk in hunks {
                prop_assert_eq!(hunk.old().count() as u64, hunk.old_lines);
            }
        }
    }
}

fn line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "--- a/f\n",
        "+++ b/f\n",
        "@@ -1 +1 @@\n",
        "@@ -1,2 +1 @@\n",
        "@@ -0,0 +1 @@\n",
        "-old\n",
        "+new\n",
        " same\n",
        "\n",
        "\\ No newline\n",
        "diff --git a/f b/f\n",
        "new mode 100755\n",
        "index 1..0 100644\n",
        "Index: f\n",
        "rename from f\n",
        "rename to g\n",
        "*** f\n",
        "********\n",
        "1d\n",
        ".\n",
        "--- a/f\r\n",
        "  --- a/f\n",
        "#\n",
    ])
}
