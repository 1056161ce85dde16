//! Chosen trees and patches, each compared with the judge in all formats.

use debpress::model::EntryPath;
use debpress::unpack::patch::{MemoryTree, PatchTarget};

/// One case.
pub(crate) struct Case {
    /// What it is about.
    pub(crate) name: &'static str,
    /// Files and contents; `*` behind a path makes it executable, `>` begins the target of a link.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The patch.
    pub(crate) patch: &'static str,
    /// Whether the front page of `unpack::patch` names it as decided otherwise.
    pub(crate) otherwise: bool,
}

impl Case {
    /// The case's tree.
    pub(crate) fn tree(&self) -> MemoryTree {
        let mut tree = MemoryTree::default();
        for (name, content) in self.files {
            let bytes = content.strip_prefix('>').unwrap_or(content).as_bytes().to_vec();
            let path = EntryPath::new(name.trim_end_matches('*')).unwrap();
            if content.starts_with('>') {
                tree.symlink(&path, bytes);
            } else {
                tree.write(&path, bytes, name.ends_with('*'));
            }
        }
        tree
    }
}

const fn case(name: &'static str, files: &'static [(&'static str, &'static str)], patch: &'static str) -> Case {
    Case { name, files, patch, otherwise: false }
}

const fn otherwise(name: &'static str, files: &'static [(&'static str, &'static str)], patch: &'static str) -> Case {
    Case { name, files, patch, otherwise: true }
}

const OLD: &[(&str, &str)] = &[("f", "old\n")];

/// All cases.
pub(crate) const CASES: &[Case] = &[
    case(
        "two places at equal distance",
        &[("f", "old\nx\nx\nx\nold\n")],
        "--- a/f\n+++ b/f\n@@ -3 +3 @@\n-old\n+new\n",
    ),
    case("the nearer place", &[("f", "old\nx\nx\nx\nold\n")], "--- a/f\n+++ b/f\n@@ -2 +2 @@\n-old\n+new\n"),
    case(
        "a hunk moves the next",
        &[("f", "x\nx\na\nb\nb\n")],
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+A\n@@ -3 +3 @@\n-b\n+B\n",
    ),
    case("only the begin fits", &[("f", "x\nold\nsame\n")], "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n"),
    case(
        "the end is preferred",
        &[("f", "same\nold\nsame\nold\n")],
        "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n",
    ),
    case(
        "a guess inside what is past changing",
        &[("f", "a\nb\nb\na\nb\nc\n")],
        "--- a/f\n+++ b/f\n@@ -4 +4,2 @@\n a\n+x\n b\n@@ -1,2 +1 @@\n-b\n c\n",
    ),
    case(
        "the image of a guess past changing",
        &[("f", "x\nq\nx\nq\nx\nq\nx\nq\n")],
        "--- a/f\n+++ b/f\n@@ -5 +5 @@\n-x\n+y\n@@ -5 +5 @@\n-q\n+z\n@@ -2 +2 @@\n-q\n+w\n",
    ),
    case("lines inserted behind the end", &[("f", "a\n")], "--- a/f\n+++ b/f\n@@ -900,0 +901 @@\n+new\n"),
    case("hunks out of order", &[("f", "a\nb\nc\n")], "--- a/f\n+++ b/f\n@@ -3,0 +4 @@\n+new\n@@ -1,0 +1 @@\n+new\n"),
    case(
        "removing behind an unterminated line",
        &[("f", "a\nb\nc\n")],
        "--- a/f\n+++ b/f\n@@ -1,0 +2 @@\n+new\n\\ No newline at end of file\n@@ -2 +2,0 @@\n-b\n",
    ),
    case(
        "inserting behind an unterminated line",
        &[("f", "a\nb\nc\n")],
        "--- a/f\n+++ b/f\n@@ -1,0 +2 @@\n+new\n\\ No newline at end of file\n@@ -2,0 +4 @@\n+b\n",
    ),
    case("appending to an unterminated line", &[("f", "old")], "--- a/f\n+++ b/f\n@@ -1,0 +2 @@\n+new\n"),
    case("NUL bytes", &[("f", "o\0\n")], "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-o\0\n+n\0\n"),
    case("a NUL in a name", OLD, "--- a/f\0x\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n"),
    case("a Prereq that holds", &[("f", "v 1.2 \n")], "Prereq: 1.2\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-v 1.2 \n+new\n"),
    case("a Prereq at the very end", &[("f", "v 1.2")], "Prereq: 1.2\n--- a/f\n+++ b/f\n@@ -1,0 +2 @@\n+new\n"),
    case("a Prereq that fails", OLD, "Prereq: 1.3\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n"),
    case("creating over a file", OLD, "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\n"),
    case("creating over an empty file", &[("f", "")], "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\n"),
    case("creating without saying so", OLD, "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+new\n"),
    case(
        "deleting with folders",
        &[("d/e/f", "old\n"), ("d/g", "")],
        "--- a/d/e/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n",
    ),
    case(
        "deleting by a time stamp",
        OLD,
        "--- a/f\n+++ b/f\t1970-01-01 01:00:00.000000000 +0100\n@@ -1 +0,0 @@\n-old\n",
    ),
    case("deleting less than all", &[("f", "old\nmore\n")], "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"),
    case(
        "deleting and making again",
        &[("d/f", "old\n")],
        "--- a/d/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n--- /dev/null\n+++ b/d/f\n@@ -0,0 +1 @@\n+new\n",
    ),
    case(
        "making and deleting again",
        &[("d/g", "")],
        "--- /dev/null\n+++ b/d/f\n@@ -0,0 +1 @@\n+new\n--- a/d/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-new\n",
    ),
    case(
        "deleting a file and making a folder of its name",
        &[("d", "old\n")],
        "--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n--- /dev/null\n+++ b/d/f\n@@ -0,0 +1 @@\n+new\n",
    ),
    case(
        "a backup in the way",
        &[("f", "old\n"), ("f.dpkg-orig", "x\n")],
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case(
        "a folder in the way of a backup",
        &[("f", "old\n"), ("f.dpkg-orig/x", "x\n")],
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case(
        "one file by two spellings",
        OLD,
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n--- a/./f\n+++ b/./f\n@@ -1 +1 @@\n-new\n+newer\n",
    ),
    case(
        "a shorter name in more folders hides both",
        &[("x/f", "old\n"), ("longer", "old\n")],
        "--- a/x/f\n+++ b/longer\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case(
        "different files by dpkg and by patch",
        &[("longfolder/a", "old\n"), ("x/abc", "old\n")],
        "--- a/longfolder/a\n+++ b/x/abc\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case("fewer new folders", &[("there/x", "")], "--- a/there/f\n+++ b/not/f\n@@ -0,0 +1 @@\n+new\n"),
    case("a name with a slash at the end", OLD, "--- a/new/\n+++ b/new/\n@@ -0,0 +1 @@\n+new\n"),
    case("a name for the top", OLD, "--- a/.\n+++ b/.\n@@ -1 +1 @@\n-old\n+new\n"),
    case("a file as a folder", OLD, "--- /dev/null\n+++ b/f/g\n@@ -0,0 +1 @@\n+new\n"),
    case("through a link", &[("l", ">d"), ("d/f", "old\n")], "--- a/l/f\n+++ b/l/f\n@@ -1 +1 @@\n-old\n+new\n"),
    case("a mode", OLD, "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n"),
    case("a mode of an empty file", &[("f", "")], "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n"),
    case("a mode taken away", &[("f*", "old\n")], "diff --git a/f b/f\nold mode 100755\nnew mode 100644\n"),
    case("a mode of no file", &[], "diff --git a/f b/f\nold mode 100644\nnew mode 100755\n"),
    case("an executable file patched", &[("f*", "old\n")], "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n"),
    case("a rename", &[("d/f*", "old\n")], "diff --git a/d/f b/g\nrename from d/f\nrename to g\n"),
    case("a rename of an empty file", &[("f", "")], "diff --git a/f b/g\nrename from f\nrename to g\n"),
    case("a rename done already", &[("g", "old\n")], "diff --git a/f b/g\nrename from f\nrename to g\n"),
    case("a rename over a file", &[("f", "1\n"), ("g", "2\n")], "diff --git a/f b/g\nrename from f\nrename to g\n"),
    case("a rename with blanks", &[("my f", "1\n")], "diff --git a/my f b/g\nrename from my f\nrename to g\n"),
    case("a rename in quotes", &[("my f", "1\n")], "diff --git \"a/my f\" b/g\nrename from my f\nrename to g\n"),
    case(
        "a copy changed",
        &[("f", "old\n")],
        "diff --git a/f b/x/g\ncopy from f\ncopy to x/g\n--- a/f\n+++ b/x/g\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case(
        "an exchange",
        &[("f", "1\n"), ("g", "2\n")],
        "diff --git a/f b/g\nrename from f\nrename to g\ndiff --git a/g b/f\nrename from g\nrename to f\n",
    ),
    case(
        "a copy of the state before",
        OLD,
        "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n\
         diff --git a/f b/g\ncopy from f\ncopy to g\n",
    ),
    case(
        "git diffs in a row",
        OLD,
        "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n\
         diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-new\n+newer\n",
    ),
    case(
        "a rename and then the new file",
        OLD,
        "diff --git a/f b/g\nrename from f\nrename to g\ndiff --git a/g b/g\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case(
        "a git diff and then a plain one",
        OLD,
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\nIndex: f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-new\n+x\n",
    ),
    case(
        "a new link",
        OLD,
        "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+f\n\\ No newline at end of file\n",
    ),
    case("a link to nothing", OLD, "diff --git a/x/l b/x/l\nnew file mode 120000\nindex 0000000..e69de29\n"),
    case(
        "a link patched by its header",
        &[("l", ">f")],
        "diff --git a/l b/m\nindex 1..2 120000\nrename from l\nrename to m\n",
    ),
    case("a file into a link", OLD, "diff --git a/f b/f\nold mode 100644\nnew mode 120000\n"),
    case("a new empty file", &[], "diff --git a/x/f b/x/f\nnew file mode 100644\nindex 0000000..e69de29\n"),
    case(
        "an empty file deleted",
        &[("f", "")],
        "diff --git a/f b/f\ndeleted file mode 100644\nindex e69de29..0000000\n",
    ),
    case("a submodule", &[], "diff --git a/f b/f\nnew file mode 160000\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+Sub\n"),
    case(
        "a git binary patch",
        OLD,
        "diff --git a/f b/f\nindex 1..2 100644\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n",
    ),
    case("an indented diff", OLD, "As in\n  --- a/f\n  +++ b/f\n  @@ -1 +1 @@\n  -old\n  +new\n"),
    case(
        "an empty line without a newline inserted",
        OLD,
        "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n old\n+\n\\ No newline at end of file\n",
    ),
    case(
        "a rename whose old name has a slash at the end",
        &[("d/f", "old\n")],
        "diff --git a/d/f b/g\nrename from d/f\nrename to g\n--- a/x/d/f/\n+++ b/d/f\n@@ -1 +1 @@\n-old\n+new\n",
    ),
    case(
        "a slash at the end of the name that dpkg takes",
        &[],
        "diff --git a/d/f b/d/f\n--- /dev/null\n+++ a/d/f/\n@@ -0,0 +1 @@\n+new\n",
    ),
    case(
        "the epoch behind a name with a blank",
        &[("a y", "old\n"), ("a", "old\n")],
        "--- a/a\n+++ b/a y  Thu Jan  1 00:00:00 1970\n@@ -1 +0,0 @@\n-old\n",
    ),
    case(
        "a header that changes nothing of a new file",
        &[],
        "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\ndiff --git a/f b/f\nindex 1..2 100644\n",
    ),
    case("a header that changes nothing of a link", &[("l", ">f")], "diff --git a/l b/l\nindex 1..2 120000\n"),
    case(
        "a header that changes nothing of an executable file",
        &[("f*", "x\n")],
        "diff --git a/f b/f\nindex 1..2 100644\n",
    ),
    case(
        "a rename from behind a file",
        &[("f", "x\n")],
        "  diff --git a/n/w b/n/w\n  rename from n/w\n  rename to n/w\n  --- a/f/x\n  +++ b/n/w\n  @@ -0,0 +1 @@\n  +u\n",
    ),
    case(
        "a missing file renamed to itself twice",
        &[("d/x", "")],
        "diff --git a/d/f b/d/f\nrename from d/f\nrename to d/f\nindex 0000000..1 100644\n\
         diff --git a/d/f b/d/f\nrename from d/f\nrename to d/f\nindex 0000000..1 100644\n",
    ),
    case(
        "a file deleted, made again and renamed to itself",
        OLD,
        "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-old\ndiff --git a/f b/f\nrename from f\nrename to f\nindex 00..1 100755\n\
         --- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new\n",
    ),
    case(
        "a link made twice by git diffs",
        &[],
        "diff --git a/l b/l\nindex e69de29..1 120000\n--- a/l\n+++ b/l\n@@ -0,0 +1 @@\n+x\n\
         diff --git a/l b/l\nindex e69de29..1 120000\n--- a/l\n+++ b/l\n@@ -0,0 +1 @@\n+x\n",
    ),
    case("text only", OLD, "Description: none\n"),
    case("nothing", OLD, ""),
    otherwise(
        "a normal diff behind a diff",
        OLD,
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\nIndex: a/f\n1c1\n< new\n---\n> x\n",
    ),
    otherwise(
        "a header alone through a link",
        &[("l", ">d"), ("d/f", "old\n")],
        "diff --git a/l/f b/l/f\nold mode 100644\nnew mode 100755\n",
    ),
    otherwise(
        "a diff quoted in a mail",
        OLD,
        " - --- a/f\t2020-01-01 00:00:00 +0000\n +++ b/f\t2020-01-01 00:00:00 +0000\n @@ -1 +1 @@\n - -old\n +new\n",
    ),
    otherwise(
        "a context diff in a text",
        OLD,
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n *** a/f\n --- b/f\n ***************\n *** 1 ****\n ! new\n --- 1 ----\n ! x\n",
    ),
];
