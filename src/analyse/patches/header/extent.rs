//! Where the header of a patch file ends: before the first line of the first diff.
//!
//! GNU patch takes any line that begins with `--- ` or `*** ` for a name, also in a message; that has no effect
//! unless hunks follow. A reader means the header to end where the diff begins, so here such a line counts only
//! together with the line after it.

/// The length of the header in bytes: all of the file when there is no diff.
///
/// One pass, in which every line is looked at with the one after it.
pub fn header_length(file: &[u8]) -> usize {
    let mut start = 0;
    while let Some(rest) = file.get(start..).filter(|rest| !rest.is_empty()) {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let (line, after) = rest.split_at(end);
        if begins_diff(line, after) {
            return start;
        }
        start += end;
    }
    start
}

/// Whether a line begins a diff, given all that follows it.
fn begins_diff(line: &[u8], after: &[u8]) -> bool {
    let follows = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| after.starts_with(prefix));
    match line.first() {
        Some(b'd') => line.starts_with(b"diff -") || (line.starts_with(b"diff ") && follows(&[b"--- ", b"*** "])),
        Some(b'-') => line.starts_with(b"--- ") && follows(&[b"+++ "]),
        Some(b'*') => line.starts_with(b"*** ") && follows(&[b"--- ", b"***************"]),
        Some(b'I') => line.starts_with(b"Index:") && follows(&[b"====", b"--- ", b"*** ", b"diff -", b"RCS file:"]),
        Some(b'=') => line.starts_with(b"=== modified ") || line.starts_with(b"=== added "),
        Some(b'@') => line.starts_with(b"@@ -"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(file: &str) -> &str {
        &file[..header_length(file.as_bytes())]
    }

    #[test]
    fn the_header_ends_before_the_first_diff() {
        for diff in [
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
            "diff --git a/f b/f\nindex 1..2 100644\n",
            "diff -Nru a/f b/f\n--- a/f\n+++ b/f\n",
            "diff a/f b/f\n--- a/f\n+++ b/f\n",
            "Index: f\n===================\n--- a/f\n+++ b/f\n",
            "*** a/f\n--- b/f\n***************\n",
            "@@ -1 +1 @@\n",
            "",
        ] {
            let text = "Description: fix --- and +++ in a line\n--- not a name\n*** nor this\nIndex: words\n---\n f | 2 +-\n\n";
            assert_eq!(header(&format!("{text}{diff}")), text, "{diff}");
        }
    }

    proptest! {
        #[test]
        fn it_is_within_the_file(file in "([-+*@d ]{1,4}|Index: |diff --git |\n|=|a){0,40}") {
            prop_assert!(header_length(file.as_bytes()) <= file.len());
        }
    }
}
