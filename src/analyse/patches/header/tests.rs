use super::*;
use crate::model::{AppliedUpstream, ForwardedField, HeaderKind, OriginClass, PatchOrigin};
use proptest::prelude::*;

fn read(text: &str) -> PatchHeader {
    parse(text.as_bytes())
}

fn subject(text: &str) -> Option<String> {
    read(text).subject
}

fn names(header: &PatchHeader) -> Vec<&str> {
    header.authors.iter().map(|person| person.name.as_str()).collect()
}

fn rules(text: &str) -> Vec<(Option<u32>, String)> {
    read(text).findings.into_iter().map(|finding| (finding.line, finding.rule)).collect()
}

fn rule(line: u32, rule: &str) -> (Option<u32>, String) {
    (Some(line), rule.to_owned())
}

#[test]
fn all_fields_of_dep3_are_read() {
    let header = read(
        "Description: Fix the Foo\n Long text in its OWN case.\n .\n   Indented.\nOrigin: backport, \
         https://example.org/x/commit/abcdef1234\nBug: https://example.org/x/issues/1\nBug-Debian: \
         https://bugs.debian.org/123456\nForwarded: https://example.org/x/pull/2\nAuthor: A <a@example.org>\nFrom: B \
         <b@example.org>\nReviewed-by: C <c@example.org>\nAcked-By: D\nLast-Update: 2024-02-29\nApplied-Upstream: 1.2, \
         commit:1234567\nX-Other: yes\n",
    );
    assert_eq!(header.kind, HeaderKind::Dep3);
    assert_eq!(header.subject.as_deref(), Some("Fix the Foo"));
    assert_eq!(header.description, "Long text in its OWN case.\n\n  Indented.");
    assert_eq!(names(&header), ["A", "B"]);
    let url = "https://example.org/x/commit/abcdef1234".to_owned();
    let origin = header.origin.unwrap();
    assert_eq!((origin.class, origin.url), (Some(OriginClass::Backport), Some(url)));
    assert_eq!(origin.commit.as_deref(), Some("abcdef1234"));
    assert_eq!(header.bugs.len(), 2);
    assert_eq!(header.forwarded, ForwardedField::Url("https://example.org/x/pull/2".to_owned()));
    assert_eq!(header.reviewers.len(), 2);
    assert_eq!(header.last_update.as_deref(), Some("2024-02-29"));
    let applied = AppliedUpstream {
        version: Some("1.2".to_owned()),
        commit: Some("1234567".to_owned()),
        url: None,
        text: "1.2, commit:1234567".to_owned(),
    };
    assert_eq!(header.applied_upstream, Some(applied));
    assert_eq!(header.others.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["X-Other"]);
    assert_eq!(header.findings, []);
}

#[test]
fn a_second_set_of_fields_may_follow_the_text() {
    let header = read(
        "From: A <a@example.org>\nDate: Mon, 5 Dec 2022 14:16:45 -0800\nSubject: [PATCH v2 1/3] fix\n it\n\nWhy it is \
         so.\n\nForwarded: not-needed\nBug-Debian: https://bugs.debian.org/123456\n\nMore words.\nSigned-off-by: A \
         <a@example.org>\n---\n f | 2 +-\n",
    );
    assert_eq!(header.kind, HeaderKind::Mixed);
    assert_eq!(header.subject.as_deref(), Some("fix"));
    assert_eq!(header.description, "it\n\nWhy it is so.\n\nMore words.");
    assert_eq!(header.forwarded, ForwardedField::NotNeeded);
    assert_eq!(header.trailers.len(), 1);
    assert_eq!(header.date.map(|date| date.to_string()).as_deref(), Some("2022-12-05T22:16:45Z"));
}

#[test]
fn subjects_lose_marks_and_folds() {
    assert_eq!(subject("Subject: [RFC PATCH 0/2] [tests] it\n").as_deref(), Some("[tests] it"));
    assert_eq!(subject("Subject: [PATCH] it ends with,\n a comma\n").as_deref(), Some("it ends with, a comma"));
    let long = format!("Subject: {}\n folded\n", "word ".repeat(14).trim());
    assert!(subject(&long).unwrap().ends_with("word folded"));
    assert_eq!(subject("Subject: =?utf-8?q?caf=C3=A9?=\n =?utf-8?q?_au_lait?=\n").as_deref(), Some("café au lait"));
    let both = read("Subject: [PATCH] one\n\nText.\n\nDescription: two\n three\n");
    assert_eq!((both.subject.as_deref(), &*both.description), (Some("one"), "Text.\n\ntwo\nthree"));
}

#[test]
fn exports_of_other_tools_are_read() {
    let dpatch = read(
        "#! /bin/sh /usr/share/dpatch/dpatch-run\n## 10_fix.dpatch by A B <a@example.org>\n##\n## All lines beginning with \
         `## DP:' are a description of the patch.\n## DP: Fix it.\n## DP: Closes: #123456\n\nexit 0\n@DPATCH@\n",
    );
    assert_eq!((dpatch.kind, dpatch.subject.as_deref()), (HeaderKind::Dpatch, Some("Fix it.")));
    assert_eq!((names(&dpatch), dpatch.bugs.len(), &*dpatch.description), (vec!["A B"], 1, ""));

    let fields =
        read("#!/bin/sh /usr/share/dpatch/dpatch-run\n# Description: Fix\n#  more\n# Forwarded: no\n@DPATCH@\n");
    assert_eq!((fields.kind, &*fields.description), (HeaderKind::Mixed, "more"));
    assert_eq!(fields.forwarded, ForwardedField::No);

    let mercurial = read(
        "# HG changeset patch\n# User A <a@example.org>\n# Date 1367753776 -7200\n# Node ID \
         33f279c34ac6c5b4bd4eb525719261afe7e2433d\n# Parent  70f0d1da36b0\nmq: fix it\n\nWhy.\n",
    );
    assert_eq!((mercurial.kind, mercurial.subject.as_deref()), (HeaderKind::Mercurial, Some("mq: fix it")));
    assert_eq!(mercurial.commit.as_deref(), Some("33f279c34ac6c5b4bd4eb525719261afe7e2433d"));
    assert_eq!((names(&mercurial), &*mercurial.description), (vec!["A"], "Why."));

    let rule = "-".repeat(72);
    let subversion = read(&format!(
        "{rule}\nr123 | someone | 2010-01-02 12:00:00 +0100 (Sat, 02 Jan 2010) | 2 lines\n\nFix it.\n{rule}\n"
    ));
    assert_eq!((subversion.kind, subversion.subject.as_deref()), (HeaderKind::Subversion, Some("Fix it.")));
    assert_eq!(subversion.date.map(|date| date.to_string()).as_deref(), Some("2010-01-02T11:00:00Z"));
}

#[test]
fn texts_that_look_like_forms_stay_texts() {
    for (text, first) in [
        ("From upstream, as it is.\n", "From upstream, as it is."),
        ("commit it\n\nSoon: yes\n", "commit it"),
        ("## A heading\n\nText.\n", "## A heading"),
        ("Note: a word before a colon\n", "Note: a word before a colon"),
    ] {
        let header = read(text);
        assert_eq!((header.kind, header.subject.as_deref()), (HeaderKind::FreeText, Some(first)));
    }
    for text in ["\n \n", "---\n", "---\n f.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n"] {
        assert_eq!((read(text).kind, read(text).subject), (HeaderKind::None, None), "{text}");
        assert_eq!(rules(text), [(None, "no-header".to_owned())], "{text}");
    }
}

#[test]
fn commits_that_a_patch_was_picked_from_are_told() {
    for line in [
        "(cherry picked from commit abcdef1234)",
        "(backported from commit abcdef1234 master)",
        "commit abcdef1234 upstream.",
        "[ Upstream commit abcdef1234 ]",
    ] {
        assert_eq!(read(&format!("Fix\n\n{line}\n")).picked_from, ["abcdef1234"], "{line}");
    }
    let zeros = format!("From {} Mon Sep 17 00:00:00 2001\nSubject: it\n", "0".repeat(40));
    assert_eq!((read(&zeros).kind, read(&zeros).commit), (HeaderKind::GitMail, None));
}

#[test]
fn deviations_are_told_with_their_lines() {
    assert_eq!(rules(""), [(None, "no-header".to_owned())]);
    assert_eq!(rules("Fix.\n"), [(None, "no-fields".to_owned())]);
    let start = "Description: it\nAuthor: A\n";
    for (more, expected) in [
        ("Bug: https://bugs.debian.org/123456\n", rule(3, "bug-of-debian")),
        ("Bug: #12\n", rule(3, "bug-without-address")),
        ("Bug: none\n", rule(3, "field-empty")),
        ("Debian-Bug: https://bugs.debian.org/123456\n", rule(3, "field-name-misspelt")),
        ("Forwarded: not yet\n", rule(3, "forwarded-spelling")),
        ("Forwarded: yes\n", rule(3, "forwarded-unclear")),
        ("Forwarded: no\nForwarded: yes\n", rule(4, "field-twice")),
        ("Origin: ubuntu, https://example.org/\n", rule(3, "origin-keyword")),
        ("Origin: (upstream|backport|vendor|other), (<patch-url>|commit:<commit-id>)\n", rule(3, "template-left")),
        ("Last-Update: yesterday\n", rule(3, "last-update-format")),
        ("Applied-Upstream: soon\n", rule(3, "applied-upstream-unclear")),
        ("Date: yesterday\n", rule(3, "date-unreadable")),
        ("From: =?utf-8?q?A\n", rule(3, "broken-encoded-word")),
        ("\nWords.\nOrigin: vendor\n", rule(5, "field-within-text")),
        ("---\nForwarded: no\n", rule(4, "field-after-end")),
        ("more of it\nBug-Debian: https://bugs.debian.org/123456\n", rule(3, "unindented-line")),
        ("X: \u{1b}[31m\n", rule(3, "control-characters")),
        ("X: y\r\n", rule(3, "carriage-returns")),
    ] {
        assert_eq!(rules(&format!("{start}{more}")), [expected], "{more}");
    }
}

#[test]
fn fields_go_on_after_a_line_that_is_not_indented() {
    let header = read("Description: it\nmore: or less, of it\nand more\nAuthor: A\nForwarded: no\n");
    assert_eq!((names(&header), header.forwarded.clone()), (vec!["A"], ForwardedField::No));
    assert_eq!(header.description, "and more");
}

#[test]
fn fields_after_the_hyphens_do_not_count() {
    assert_eq!(read("Description: it\n---\nForwarded: no\n").forwarded, ForwardedField::Absent);
}

#[test]
fn other_encodings_are_decoded_and_told() {
    let latin = b"Description: caf\xe9 au lait, cr\xe8me br\xfbl\xe9e\nAuthor: Ren\xe9\n";
    let header = parse(latin);
    assert_eq!(header.subject.as_deref(), Some("café au lait, crème brûlée"));
    assert_eq!(header.findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["not-utf-8"]);
    let mail = b"From: A <a@example.org>\nContent-Type: text/plain; charset=\"iso-8859-2\"\nSubject: \xb1\n";
    assert_eq!((parse(mail).subject.as_deref(), &*parse(mail).encoding), (Some("ą"), "ISO-8859-2"));
}

#[test]
fn long_values_and_many_fields_are_cut_and_told() {
    let has = |text: &str, rule: &str| read(text).findings.iter().any(|finding| finding.rule == rule);
    let long = format!("Subject: {}\n", "é".repeat(100_000));
    assert!(subject(&long).unwrap().len() <= 2000 && has(&long, "value-too-long"));
    let described = format!("Description: it\n{}", " a line of it\n".repeat(15_000));
    assert!(read(&described).description.len() <= 64 << 10 && has(&described, "value-too-long"));
    let many = "Author: A <a@example.org>\nX: y\n".repeat(1000);
    assert!(read(&many).others.len() == 200 && has(&many, "too-many-fields"));
    let huge = format!("Bug: {}\n", "x".repeat(READ));
    assert!(read(&huge).length > READ as u64 && has(&huge, "header-too-long"));
    assert!(serde_json::to_vec(&read(&huge)).unwrap().len() < 10_000);
}

#[test]
fn origins_are_taken_apart() {
    let origin = |value: &str| read(&format!("Description: it\nOrigin: {value}\n")).origin.unwrap();
    let text = "commit:1.2.3".to_owned();
    let expected = PatchOrigin { class: None, url: None, commit: Some("1.2.3".to_owned()), text };
    assert_eq!(origin("commit:1.2.3"), expected);
    assert_eq!(origin("Upstream").class, Some(OriginClass::Upstream));
    for (address, commit) in [
        ("https://example.org/x/commit/abcdef1.patch", Some("abcdef1")),
        ("https://example.org/x.git/commit/?h=main&id=abcdef1", Some("abcdef1")),
        ("https://example.org/?p=x.git;a=commit;h=abcdef1", Some("abcdef1")),
        ("https://example.org/x/rev/abcdef123456", Some("abcdef123456")),
        ("https://example.org/commit/latest", None),
    ] {
        assert_eq!(origin(address).commit.as_deref(), commit, "{address}");
    }
}

proptest! {
    #[test]
    fn header_and_rest_are_the_file_and_nothing_panics(file in proptest::collection::vec(any::<u8>(), 0..300)) {
        let header = parse(&file);
        let raw = header.raw(&file);
        prop_assert_eq!([raw, &file[raw.len()..]].concat(), file);
    }

    #[test]
    fn what_looks_like_headers_is_read(
        file in "(Subject:|Description:|Origin: |Bug-Debian:|Forwarded:|Author:|From [0-9a-f]{7} |commit [0-9a-f]{7}|# HG changeset patch|#!|## DP:|r1 \\| a \\| b|---|\\n|\\r\\n| |<|>|=\\?|\\?q\\?|\\?=|\\x1b|é|[a-z0-9,:]){0,60}"
    ) {
        let header = read(&file);
        let one_line = |text: &str| !text.contains(char::is_control);
        prop_assert!(header.subject.as_deref().is_none_or(one_line));
        prop_assert!(header.description.chars().all(|next| next == '\n' || next == '\t' || !next.is_control()));
        prop_assert!(header.kind == HeaderKind::None || !file.trim().is_empty());
    }
}
