//! What patches do to a tree, one rule a test. The judge's word for each of them is in `tests/patches`.

use proptest::prelude::*;

use super::*;

const V1: PatchRules = PatchRules::FORMAT_1_0;
const V2: PatchRules = PatchRules::FORMAT_2_0;
const V3: PatchRules = PatchRules::FORMAT_3_0_QUILT;

fn path(text: &str) -> EntryPath {
    EntryPath::new(text).unwrap()
}

/// A tree of files, given as pairs of path and content.
fn tree(files: &[(&str, &str)]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for (name, content) in files {
        tree.write(&path(name), content.as_bytes().to_vec(), false);
    }
    tree
}

/// The tree in one line: `folder/ file=content file*=executable link>target`.
fn show(tree: &MemoryTree) -> String {
    let entry = |(path, entry): (&EntryPath, &MemoryEntry)| match entry {
        MemoryEntry::Directory => format!("{path}/"),
        MemoryEntry::Symlink { target } => format!("{path}>{}", target.escape_ascii()),
        MemoryEntry::File { bytes, executable: false } => format!("{path}={}", bytes.escape_ascii()),
        MemoryEntry::File { bytes, executable: true } => format!("{path}*={}", bytes.escape_ascii()),
    };
    tree.entries().map(entry).collect::<Vec<_>>().join(" ")
}

/// What a patch makes of a tree.
fn patched(rules: PatchRules, files: &[(&str, &str)], patch: &str) -> String {
    let mut tree = tree(files);
    apply("p.patch", patch.as_bytes(), &rules, &mut tree).unwrap();
    show(&tree)
}

/// Why a patch is refused.
fn refused(rules: PatchRules, files: &[(&str, &str)], patch: &str) -> Refusal {
    apply("p.patch", patch.as_bytes(), &rules, &mut tree(files)).unwrap_err().refusal
}

/// A diff of the file `f` with the given hunks.
fn diff(hunks: &str) -> String {
    format!("--- a/f\n+++ b/f\n{hunks}")
}

const CHANGE: &str = "@@ -1 +1 @@\n-old\n+new\n";
const CREATE: &str = "@@ -0,0 +1 @@\n+new\n";
const DELETE: &str = "@@ -1 +0,0 @@\n-old\n";

mod placing {
    use super::*;

    fn offsets(content: &str, hunks: &str) -> Vec<i64> {
        let applied = apply("p.patch", diff(hunks).as_bytes(), &V3, &mut tree(&[("f", content)])).unwrap();
        applied.files[0].offsets.clone()
    }

    #[test]
    fn a_hunk_is_found_above_or_below_its_place() {
        assert_eq!(offsets("x\ny\nold\nz\n", "@@ -1,3 +1,3 @@\n y\n-old\n+new\n z\n"), [1]);
        assert_eq!(offsets("y\nold\nz\n", "@@ -7,3 +7,3 @@\n y\n-old\n+new\n z\n"), [-6]);
    }

    #[test]
    fn of_two_places_the_nearer_one_is_taken_and_the_lower_one_on_equal_distance() {
        let content = "old\nx\nx\nx\nold\n";
        assert_eq!(patched(V3, &[("f", content)], &diff("@@ -2 +2 @@\n-old\n+new\n")), "f=new\\nx\\nx\\nx\\nold\\n");
        assert_eq!(patched(V3, &[("f", content)], &diff("@@ -3 +3 @@\n-old\n+new\n")), "f=old\\nx\\nx\\nx\\nnew\\n");
    }

    #[test]
    fn a_hunk_moves_the_ones_after_it() {
        let hunks = "@@ -1 +1 @@\n-a\n+A\n@@ -3 +3 @@\n-b\n+B\n";
        assert_eq!(offsets("x\nx\na\nb\nb\n", hunks), [2, 2]);
    }

    #[test]
    fn less_context_above_than_below_means_the_begin_of_the_file() {
        let hunk = diff("@@ -1,2 +1,2 @@\n-old\n+new\n same\n");
        assert!(matches!(refused(V3, &[("f", "x\nold\nsame\n")], &hunk), Refusal::HunkFails));
    }

    #[test]
    fn less_context_below_than_above_means_the_end_of_the_file() {
        let hunk = diff("@@ -1,2 +1,2 @@\n same\n-old\n+new\n");
        assert!(matches!(refused(V3, &[("f", "same\nold\nx\n")], &hunk), Refusal::HunkFails));
        assert_eq!(patched(V3, &[("f", "same\nold\nsame\nold\n")], &hunk), "f=same\\nold\\nsame\\nnew\\n");
    }

    #[test]
    fn there_is_no_fuzz() {
        let hunk = diff("@@ -1,3 +1,3 @@\n other\n-old\n+new\n same\n");
        assert!(matches!(refused(V1, &[("f", "same\nold\nsame\n")], &hunk), Refusal::HunkFails));
    }

    #[test]
    fn lines_without_context_go_where_the_header_says_even_behind_the_end() {
        assert_eq!(patched(V3, &[("f", "a\nb\n")], &diff("@@ -1,0 +2 @@\n+new\n")), "f=a\\nnew\\nb\\n");
        assert_eq!(patched(V3, &[("f", "a\n")], &diff("@@ -900,0 +901 @@\n+new\n")), "f=a\\nnew\\n");
        let endless = diff("@@ -9223372036854775800,0 +1 @@\n+new\n");
        assert!(matches!(refused(V3, &[("f", "a\n")], &endless), Refusal::HunkTooFar));
    }

    #[test]
    fn hunks_must_be_in_order() {
        let hunks = diff("@@ -3,0 +4 @@\n+new\n@@ -1,0 +1 @@\n+new\n");
        assert!(matches!(refused(V3, &[("f", "a\nb\nc\n")], &hunks), Refusal::HunkOrder));
    }

    #[test]
    fn a_hundred_thousand_hunks_far_from_their_places_take_about_linear_time() {
        let lines = 100_000;
        let content: String =
            (0..lines).map(|n| format!("line {n} of a file of some megabytes, to be changed\n")).collect();
        let hunks: String = (0..lines)
            .map(|n| {
                let place = if n % 2 == 0 { lines } else { 1 };
                let line = format!("line {n} of a file of some megabytes, to be changed");
                format!("@@ -{place} +{place} @@\n-{line}\n+{n}\n")
            })
            .collect();
        let mut tree = tree(&[("f", &content)]);
        apply("p.patch", diff(&hunks).as_bytes(), &V3, &mut tree).unwrap();
        assert!(show(&tree).ends_with("99998\\n99999\\n"));
    }

    #[test]
    fn a_search_that_compares_too_much_is_given_up() {
        let alternating = "a\nb\n".repeat(60_000);
        let run = "-b\n-a\n".repeat(30_000);
        let hunk = diff(&format!("@@ -9,60003 +9,3 @@\n a\n{run}-b\n+x\n b\n"));
        assert!(matches!(refused(V3, &[("f", &alternating)], &hunk), Refusal::SearchTooLong));
    }
}

mod contents {
    use super::*;

    #[test]
    fn missing_newlines_are_kept_added_and_removed() {
        let removed = diff("@@ -1 +1 @@\n-old\n+new\n\\ No newline at end of file\n");
        assert_eq!(patched(V3, &[("f", "old\n")], &removed), "f=new");
        let added = diff("@@ -1 +1 @@\n-old\n\\ Pas de fin de ligne\n+new\n");
        assert_eq!(patched(V3, &[("f", "old")], &added), "f=new\\n");
    }

    #[test]
    fn a_line_behind_one_without_a_newline_ends_it() {
        let hunk = diff("@@ -1,0 +2 @@\n+new\n");
        assert_eq!(patched(V3, &[("f", "old")], &hunk), "f=old\\nnew\\n");
    }

    #[test]
    fn removing_behind_a_line_that_was_given_no_newline_is_refused() {
        let hunks = diff("@@ -1,0 +2 @@\n+new\n\\ No newline at end of file\n@@ -2 +2,0 @@\n-b\n");
        assert!(matches!(refused(V3, &[("f", "a\nb\nc\n")], &hunks), Refusal::BehindUnterminated));
    }

    #[test]
    fn an_inserted_line_without_any_byte_is_refused() {
        let hunk = diff("@@ -1 +1,2 @@\n old\n+\n\\ No newline at end of file\n");
        assert!(matches!(refused(V3, &[("f", "old\n")], &hunk), Refusal::NothingInserted));
    }

    #[test]
    fn carriage_returns_are_content_unless_the_headers_have_them() {
        let hunk = "@@ -1 +1 @@\r\n-old\r\n+new\r\n";
        assert_eq!(patched(V3, &[("f", "old\n")], &format!("--- a/f\r\n+++ b/f\r\n{hunk}")), "f=new\\n");
        let hunk = diff("@@ -1 +1 @@\n-old\r\n+new\r\n");
        assert_eq!(patched(V3, &[("f", "old\r\n")], &hunk), "f=new\\r\\n");
    }

    #[test]
    fn nul_bytes_are_content() {
        assert_eq!(patched(V3, &[("f", "o\0\n")], &diff("@@ -1 +1 @@\n-o\0\n+n\0\n")), "f=n\\x00\\n");
    }

    #[test]
    fn the_word_of_a_prereq_line_must_be_in_the_file() {
        let patch = format!("Prereq: 1.2\n{}", diff("@@ -1 +1 @@\n-v 1.2 \n+new\n"));
        assert_eq!(patched(V3, &[("f", "v 1.2 \n")], &patch), "f=new\\n");
        let patch = format!("Prereq: 1.3\n{}", diff(CHANGE));
        assert!(matches!(refused(V3, &[("f", "old\n")], &patch), Refusal::Prerequisite(_)));
    }
}

mod presence {
    use super::*;

    #[test]
    fn files_are_created_with_their_folders() {
        let patch = format!("--- /dev/null\n+++ b/x/y/f\n{CREATE}");
        assert_eq!(patched(V3, &[], &patch), "x/ x/y/ x/y/f=new\\n");
    }

    #[test]
    fn a_created_file_must_not_be_there() {
        let patch = format!("--- /dev/null\n+++ b/f\n{CREATE}");
        assert!(matches!(refused(V3, &[("f", "old\n")], &patch), Refusal::AlreadyApplied(_)));
        assert_eq!(patched(V3, &[("f", "")], &patch), "f=new\\n");
    }

    #[test]
    fn without_a_sign_of_creation_lines_are_added_to_the_file_that_is_there() {
        assert_eq!(patched(V3, &[("f", "old\n")], &diff(CREATE)), "f=new\\nold\\n");
    }

    #[test]
    fn a_file_is_deleted_with_the_folders_that_become_empty() {
        let patch = format!("--- a/d/e/f\n+++ /dev/null\n{DELETE}");
        assert_eq!(patched(V3, &[("d/e/f", "old\n"), ("d/g", "")], &patch), "d/ d/g=");
    }

    #[test]
    fn the_folder_of_a_deleted_file_stays_where_its_backup_was() {
        let patch = format!("--- a/d/f\n+++ /dev/null\n{DELETE}");
        assert_eq!(patched(V1, &[("d/f", "old\n")], &patch), "d/");
        assert_eq!(patched(V2, &[("d/f", "old\n")], &patch), "d/");
    }

    #[test]
    fn an_emptied_file_is_deleted_but_for_format_1_0() {
        assert_eq!(patched(V1, &[("f", "old\n")], &diff(DELETE)), "f=");
        assert_eq!(patched(V2, &[("f", "old\n")], &diff(DELETE)), "");
        assert_eq!(patched(V3, &[("f", "old\n")], &diff(DELETE)), "");
    }

    #[test]
    fn a_time_stamp_of_the_epoch_deletes_as_dev_null_does() {
        let patch = format!("--- a/f\n+++ b/f\t1970-01-01 01:00:00.000000000 +0100\n{DELETE}");
        assert_eq!(patched(V1, &[("f", "old\n")], &patch), "");
    }

    #[test]
    fn a_file_with_more_content_than_the_patch_knows_is_not_deleted() {
        let patch = format!("--- a/f\n+++ /dev/null\n{DELETE}");
        assert!(matches!(refused(V3, &[("f", "old\nmore\n")], &patch), Refusal::NotEmptied(_)));
    }

    #[test]
    fn a_file_that_is_deleted_may_be_made_again() {
        let patch = format!("--- a/d/f\n+++ /dev/null\n{DELETE}--- /dev/null\n+++ b/d/f\n{CREATE}");
        assert_eq!(patched(V3, &[("d/f", "old\n")], &patch), "d/ d/f=new\\n");
    }

    #[test]
    fn a_file_may_be_patched_twice() {
        let patch = diff(CHANGE) + &diff("@@ -1 +1 @@\n-new\n+newer\n");
        assert_eq!(patched(V1, &[("f", "old\n")], &patch), "f=newer\\n");
    }

    #[test]
    fn an_applied_patch_is_refused() {
        assert!(matches!(refused(V3, &[("f", "new\n")], &diff(CHANGE)), Refusal::HunkFails));
    }

    #[test]
    fn an_empty_patch_is_accepted_but_not_one_with_text_only() {
        assert_eq!(patched(V3, &[("f", "old\n")], ""), "f=old\\n");
        assert!(matches!(refused(V3, &[("f", "old\n")], "Description: none\n"), Refusal::OnlyText));
    }
}

mod names {
    use super::*;

    #[test]
    fn the_name_that_exists_is_taken() {
        let patch = format!("--- a/f.orig\n+++ b/f\n{CHANGE}");
        assert_eq!(patched(V1, &[("f", "old\n")], &patch), "f=new\\n");
        let patch = format!("--- a/f\n+++ b/f.new\n{CHANGE}");
        assert_eq!(patched(V1, &[("f", "old\n")], &patch), "f=new\\n");
    }

    #[test]
    fn of_two_files_the_one_with_fewer_folders_and_a_shorter_name_is_taken() {
        let patch = format!("--- a/f.orig\n+++ b/f\n{CHANGE}");
        assert_eq!(patched(V3, &[("f", "old\n"), ("f.orig", "old\n")], &patch), "f=new\\n f.orig=old\\n");
    }

    #[test]
    fn a_shorter_name_in_more_folders_hides_both() {
        // The length of `x/f` is not forgotten when `longer` is preferred for its fewer folders.
        let patch = format!("--- a/x/f\n+++ b/longer\n{CHANGE}");
        assert!(matches!(refused(V3, &[("x/f", "old\n"), ("longer", "old\n")], &patch), Refusal::NoFile));
    }

    #[test]
    fn unusable_names_are_refused() {
        let files = [("f", "old\n")];
        for (old, new) in [("f", "f"), ("/dev/null", "/dev/null"), ("\"a/f\"", "b/f"), ("a/f.dpkg-orig", "b/f")] {
            let patch = format!("--- {old}\n+++ {new}\n{CHANGE}");
            let refusal = refused(V3, &files, &patch);
            assert!(matches!(refusal, Refusal::NoName | Refusal::QuotedName | Refusal::BackupName), "{old}: {refusal}");
        }
    }

    #[test]
    fn names_that_go_up_are_refused() {
        for name in ["a/../f", "a/d/../../f", "a/.."] {
            let patch = format!("--- {name}\n+++ {name}\n{CHANGE}");
            let refusal = refused(V3, &[("f", "old\n"), ("d/g", "")], &patch);
            assert!(matches!(refusal, Refusal::Outside(_) | Refusal::Kind(_)), "{name}: {refusal}");
        }
    }

    #[test]
    fn an_absolute_name_loses_its_slash_and_stays_inside() {
        let patch = format!("--- /f\n+++ /f\n{CHANGE}");
        assert_eq!(patched(V3, &[("f", "old\n")], &patch), "f=new\\n");
    }

    #[test]
    fn nothing_is_patched_through_a_link() {
        let mut tree = tree(&[("d/f", "old\n")]);
        tree.symlink(&path("l"), b"d".to_vec());
        tree.symlink(&path("m"), b"d/f".to_vec());
        for name in ["l/f", "m", "l/new/f"] {
            let patch = format!("--- a/{name}\n+++ b/{name}\n{CHANGE}");
            let error = apply("p.patch", patch.as_bytes(), &V3, &mut tree).unwrap_err();
            assert!(matches!(error.refusal, Refusal::ThroughSymlink(_)), "{name}");
        }
    }

    #[test]
    fn a_folder_is_no_file_and_a_file_no_folder() {
        let patch = format!("--- a/d\n+++ b/d\n{CHANGE}");
        assert!(matches!(refused(V3, &[("d/f", "")], &patch), Refusal::Kind(_)));
        let patch = format!("--- /dev/null\n+++ b/f/g\n{CREATE}");
        assert!(matches!(refused(V3, &[("f", "")], &patch), Refusal::NotAFolder(_)));
    }

    #[test]
    fn a_name_too_long_for_a_temporary_file_beside_it_is_refused() {
        let create = |length| format!("--- /dev/null\n+++ b/{}\n{CREATE}", "n".repeat(length));
        assert!(patched(V3, &[], &create(247)).starts_with("nnn"));
        assert!(matches!(refused(V3, &[], &create(248)), Refusal::Name(_)));
        assert!(matches!(refused(V1, &[], &create(246)), Refusal::Name(_)));
    }

    #[test]
    fn a_slash_at_the_end_of_the_name_that_dpkg_takes_is_refused() {
        let patch = format!("diff --git a/d/f b/d/f\n--- /dev/null\n+++ a/d/f/\n{CREATE}");
        assert!(matches!(refused(V3, &[], &patch), Refusal::Name(_)));
    }

    #[test]
    fn in_format_1_0_dpkg_must_expect_the_file_that_is_patched() {
        // dpkg takes the shorter base name, GNU patch the shorter whole name.
        let patch = format!("--- a/longfolder/a\n+++ b/x/abc\n{CHANGE}");
        let files = [("longfolder/a", "old\n"), ("x/abc", "old\n")];
        assert!(matches!(refused(V1, &files, &patch), Refusal::NoBackup(_)));
        assert_eq!(patched(V3, &files, &patch), "longfolder/ longfolder/a=old\\n x/ x/abc=new\\n");
    }
}

mod git {
    use super::*;

    fn header(extended: &str) -> String {
        format!("diff --git a/f b/f\n{extended}")
    }

    #[test]
    fn modes_are_set() {
        let patch = header("old mode 100644\nnew mode 100755\n");
        assert_eq!(patched(V3, &[("f", "old\n")], &patch), "f*=old\\n");
        let patch = header("new file mode 100755\n") + "--- /dev/null\n+++ b/f\n" + CREATE;
        assert_eq!(patched(V3, &[], &patch), "f*=new\\n");
    }

    #[test]
    fn a_mode_alone_leaves_its_backup_in_format_1_0() {
        let patch = header("old mode 100644\nnew mode 100755\n");
        assert_eq!(patched(V1, &[("f", "old\n")], &patch), "f*=old\\n f.dpkg-orig=old\\n");
    }

    #[test]
    fn files_are_renamed_and_copied() {
        let moved = |verb: &str| format!("diff --git a/d/f b/g\n{verb} from d/f\n{verb} to g\n");
        assert_eq!(patched(V3, &[("d/f", "old\n")], &moved("rename")), "g=old\\n");
        assert_eq!(patched(V3, &[("d/f", "old\n")], &moved("copy")), "d/ d/f=old\\n g=old\\n");
        let changed = moved("rename") + "--- a/d/f\n+++ b/g\n" + CHANGE;
        assert_eq!(patched(V3, &[("d/f", "old\n")], &changed), "g=new\\n");
    }

    #[test]
    fn the_old_name_of_a_rename_done_already_may_be_any_safe_name() {
        let patch = format!("diff --git a/d/f b/g\nrename from d/f\nrename to g\n--- a/d/f/\n+++ b/d/f\n{CHANGE}");
        assert_eq!(patched(V3, &[("d/f", "old\n")], &patch), "d/ d/f=new\\n");
    }

    #[test]
    fn two_files_are_exchanged_since_git_speaks_of_the_tree_before() {
        let patch = "diff --git a/f b/g\nrename from f\nrename to g\ndiff --git a/g b/f\nrename from g\nrename to f\n";
        assert_eq!(patched(V3, &[("f", "1\n"), ("g", "2\n")], patch), "f=2\\n g=1\\n");
    }

    #[test]
    fn a_file_renamed_to_itself_and_filled_stays() {
        let patch = header("rename from f\nrename to f\n") + "--- /dev/null\n+++ b/f\n" + CREATE;
        assert_eq!(patched(V3, &[("f", "")], &patch), "f=new\\n");
    }

    #[test]
    fn two_git_diffs_of_one_file_follow_each_other() {
        let patch = header("index 1..2 100644\n") + &diff(CHANGE) + &header("") + &diff("@@ -1 +1 @@\n-new\n+newer\n");
        assert_eq!(patched(V3, &[("f", "old\n")], &patch), "f=newer\\n");
    }

    #[test]
    fn links_are_made() {
        let hunk = "@@ -0,0 +1 @@\n+d/g\n\\ No newline at end of file\n";
        let patch = header("new file mode 120000\n") + "--- /dev/null\n+++ b/f\n" + hunk;
        assert_eq!(patched(V3, &[], &patch), "f>d/g");
    }

    #[test]
    fn a_link_is_not_made_twice() {
        let patch = header("index e69de29..1 120000\n") + &diff("@@ -0,0 +1 @@\n+x\n");
        assert!(matches!(refused(V3, &[], &patch.repeat(2)), Refusal::Kind(_)));
    }

    #[test]
    fn a_file_deleted_made_again_and_renamed_to_itself_is_gone() {
        let again = header("rename from f\nrename to f\n") + "--- /dev/null\n+++ b/f\n" + CREATE;
        assert_eq!(patched(V3, &[("f", "old\n")], &(diff(DELETE) + &again)), "");
    }

    #[test]
    fn empty_files_are_made_in_format_1_0_only() {
        let patch = header("new file mode 100644\nindex 0000000..e69de29\n");
        assert_eq!(patched(V1, &[], &patch), "f= f.dpkg-orig=");
        assert_eq!(patched(V3, &[], &patch), "");
    }

    #[test]
    fn empty_files_are_deleted() {
        let patch = header("deleted file mode 100644\nindex e69de29..0000000\n");
        assert_eq!(patched(V3, &[("f", "")], &patch), "");
    }

    #[test]
    fn a_header_that_changes_nothing_needs_the_file() {
        let patch = header("index e69de29..1234abc 100755\n");
        assert!(matches!(refused(V1, &[], &patch), Refusal::NoFile));
    }

    #[test]
    fn a_header_that_changes_nothing_replaces_the_backup() {
        let patch = format!("--- /dev/null\n+++ b/g\n{CREATE}diff --git a/g b/g\nindex 1..2 100644\n");
        assert_eq!(patched(V1, &[], &patch), "g=new\\n");
        let patch = header("index 1..2 100644\n");
        assert_eq!(patched(V1, &[("f", "old\n")], &patch), "f=old\\n f.dpkg-orig=old\\n");
    }

    #[test]
    fn the_backup_of_a_name_behind_a_file_has_no_place() {
        let names = "rename from n/f\nrename to n/f\n--- a/g/x\n+++ b/n/f\n";
        let indented = format!("diff --git a/n/f b/n/f\n{names}{CREATE}");
        let patch: String = indented.lines().map(|line| format!("  {line}\n")).collect();
        assert!(matches!(refused(V1, &[("g", "")], &patch), Refusal::NotAFolder(_)));
    }

    #[test]
    fn a_missing_file_renamed_to_itself_is_there_once_and_gone_twice() {
        let patch = header("rename from f\nrename to f\nindex 0000000..1 100644\n");
        assert_eq!(patched(V1, &[], &patch), "f= f.dpkg-orig=");
        assert_eq!(patched(V1, &[], &patch.repeat(2)), "f.dpkg-orig=");
    }

    #[test]
    fn what_patch_cannot_do_is_refused() {
        let files = [("f", "old\n")];
        let binary = header("index 1..2 100644\nGIT binary patch\nliteral 0\n\n");
        assert!(matches!(refused(V3, &files, &binary), Refusal::GitBinary));
        let type_change = header("old mode 100644\nnew mode 120000\n");
        assert!(matches!(refused(V3, &files, &type_change), Refusal::TypeChange));
        let one_name = "diff --git a/f b/my file\nrename from f\nrename to my file\n";
        assert!(matches!(refused(V3, &files, one_name), Refusal::NoFile));
    }
}

#[test]
fn a_message_names_patch_and_line() {
    let error = apply("fix.patch", diff(CHANGE).as_bytes(), &V3, &mut tree(&[("f", "other\n")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fix.patch, line 3: this hunk does not apply (no fuzz is allowed); refresh the patch"
    );
}

proptest! {
    #[test]
    fn a_patch_applied_gives_the_lines_it_says(before in lines(), old in lines(), new in lines(), after in lines()) {
        prop_assume!(!old.is_empty() || !new.is_empty());
        let content = before.concat() + &old.concat() + &after.concat();
        let marked = |mark: &str, lines: &[String]| lines.iter().map(|line| format!("{mark}{line}")).collect::<String>();
        let around = before.len() + after.len();
        let range = |lines: usize| format!("{},{lines}", usize::from(lines > 0));
        let hunk = format!(
            "@@ -{} +{} @@\n{}{}{}{}",
            range(around + old.len()), range(around + new.len()),
            marked(" ", &before), marked("-", &old), marked("+", &new), marked(" ", &after),
        );
        let mut tree = tree(&[("f", &content), ("other", "")]);
        apply("p.patch", diff(&hunk).as_bytes(), &V1, &mut tree).unwrap();
        let expected = before.concat() + &new.concat() + &after.concat();
        prop_assert_eq!(tree.read(&path("f")).unwrap(), expected.into_bytes());
    }

    #[test]
    fn no_patch_makes_it_panic(lines in proptest::collection::vec("(--- a/[fg]|\\+\\+\\+ b/[fg]|@@ -[0-3],[0-3] \\+[0-3],[0-3] @@|[-+ ]old|\\\\ No|diff --git a/f b/g|rename (from|to) f|new file mode 120000|)\n", 0..20)) {
        let _ = apply("p.patch", lines.concat().as_bytes(), &V1, &mut tree(&[("f", "old\nold\n"), ("g", "old")]));
    }
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[ab]{0,2}\n", 0..5)
}
