//! SPDX tags: licence identifiers, copyright texts and snippets (SPDX 2.3, annexes E and H; REUSE 3.3).
//!
//! A tag counts where a comment begins, so that programs and texts which speak of tags are not taken at their word:
//! nothing but comment markers may stand before it in its line, or a comment must begin right before it. What lies
//! between `REUSE-IgnoreStart` and `REUSE-IgnoreEnd` does not count.

use memchr::memmem;

use super::line::{self, Position};
use super::{expression, statement};
use crate::model::{CopyrightStatement, Found, LicenceTag, Snippet};

/// Most tags that are kept of one file.
const MOST: usize = 1_000;

/// How much before a tag in its line is looked at.
const LONGEST_PREFIX: usize = 64;

/// What begins a comment after other text in a line.
const OPENERS: [&str; 9] = ["//", "/*", "#", "<!--", "--", ";", "%", "(*", "!"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Licence,
    Copyright,
    SnippetBegin,
    SnippetEnd,
    IgnoreStart,
    IgnoreEnd,
}

const TAGS: [(&[u8], Tag); 7] = [
    (b"SPDX-License-Identifier:", Tag::Licence),
    (b"SPDX-FileCopyrightText:", Tag::Copyright),
    (b"SPDX-SnippetCopyrightText:", Tag::Copyright),
    (b"SPDX-SnippetBegin", Tag::SnippetBegin),
    (b"SPDX-SnippetEnd", Tag::SnippetEnd),
    (b"REUSE-IgnoreStart", Tag::IgnoreStart),
    (b"REUSE-IgnoreEnd", Tag::IgnoreEnd),
];

/// Adds the tags of a whole file.
pub(super) fn read(bytes: &[u8], found: &mut Found) {
    let Some(first) = memmem::find(bytes, b"SPDX-") else { return };
    let mut reader = Reader { found, open: Vec::new(), ignoring: false, tags: 0 };
    let mut position = Position::new(bytes);
    for at in candidates(bytes, first) {
        let rest = &bytes[at..];
        let Some((name, tag)) = TAGS.iter().find(|(name, _)| rest.starts_with(name)) else { continue };
        if at < position.at() {
            continue;
        }
        position.advance(at);
        if !counts(position.prefix(LONGEST_PREFIX)) {
            continue;
        }
        let value = position.rest_of_line();
        let value = value.get(name.len()..).unwrap_or_default();
        reader.take(*tag, value, position.line());
        position.advance(at + name.len() + value.len());
        if reader.tags > MOST {
            break;
        }
    }
    if !reader.open.is_empty() {
        position.advance(bytes.len());
        reader.close_all(position.line() - u32::from(bytes.ends_with(b"\n")));
    }
}

/// Where tags may begin, `first` being the first place of a tag of SPDX.
fn candidates(bytes: &[u8], first: usize) -> Box<dyn Iterator<Item = usize> + '_> {
    match memmem::find(bytes, b"REUSE-Ignore") {
        None => Box::new(memmem::find_iter(&bytes[first..], b"SPDX-").map(move |at| first + at)),
        Some(ignored) => {
            let start = first.min(ignored);
            Box::new(memchr::memchr2_iter(b'S', b'R', &bytes[start..]).map(move |at| start + at))
        }
    }
}

/// Whether a tag behind this part of its line is one.
fn counts(prefix: &[u8]) -> bool {
    let prefix = line::decode(prefix);
    let trimmed = prefix.trim_end();
    line::without_opener(trimmed).is_empty()
        || trimmed.ends_with("(*")
        || (OPENERS.iter().any(|opener| trimmed.ends_with(opener)) && !trimmed.contains(['"', '\'', '`']))
}

struct Reader<'f> {
    found: &'f mut Found,
    /// Positions in the file's snippets of those that have not ended yet, innermost last: snippets may nest.
    open: Vec<usize>,
    ignoring: bool,
    tags: usize,
}

impl Reader<'_> {
    fn take(&mut self, tag: Tag, value: &[u8], line: u32) {
        match tag {
            Tag::IgnoreStart => self.ignoring = true,
            Tag::IgnoreEnd => self.ignoring = false,
            _ if self.ignoring => {}
            Tag::SnippetBegin => {
                self.tags += 1;
                self.open.push(self.found.snippets.len());
                self.found.snippets.push(Snippet { first_line: line, ..Snippet::default() });
            }
            Tag::SnippetEnd => self.close(line),
            Tag::Licence => {
                let value = line::decode(value);
                let expression = line::without_closers(&value).trim();
                if expression::is_expression(expression) {
                    self.tags += 1;
                    let expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
                    self.place().0.push(LicenceTag { expression, line });
                }
            }
            Tag::Copyright => {
                let statements = statement::tagged(line::without_closers(&line::decode(value)), line);
                self.tags += statements.len();
                self.place().1.extend(statements);
            }
        }
    }

    /// Where a tag goes: to the innermost snippet, or to the file.
    fn place(&mut self) -> (&mut Vec<LicenceTag>, &mut Vec<CopyrightStatement>) {
        match self.open.last().and_then(|&open| self.found.snippets.get_mut(open)) {
            Some(snippet) => (&mut snippet.tags, &mut snippet.copyright),
            None => (&mut self.found.tags, &mut self.found.copyright),
        }
    }

    fn close(&mut self, line: u32) {
        if let Some(snippet) = self.open.pop().and_then(|open| self.found.snippets.get_mut(open)) {
            snippet.last_line = line;
        }
    }

    fn close_all(&mut self, line: u32) {
        while !self.open.is_empty() {
            self.close(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Found {
        let mut found = Found::default();
        read(text.as_bytes(), &mut found);
        found
    }

    fn first(text: &str) -> Option<(String, u32)> {
        tags(text).tags.into_iter().next().map(|tag| (tag.expression, tag.line))
    }

    #[test]
    fn tags_stand_where_comments_begin() {
        for (text, expression, line) in [
            ("// SPDX-License-Identifier: MIT\n", "MIT", 1),
            ("#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-or-later\n", "GPL-2.0-or-later", 2),
            ("/* SPDX-License-Identifier: GPL-2.0+ WITH Linux-syscall-note */", "GPL-2.0+ WITH Linux-syscall-note", 1),
            ("<!--\nSPDX-License-Identifier: CC0-1.0 -->", "CC0-1.0", 2),
            ("int a; // SPDX-License-Identifier: (MIT OR  ISC)\r\n", "(MIT OR ISC)", 1),
            ("dnl SPDX-License-Identifier: FSFAP", "FSFAP", 1),
            ("(* SPDX-License-Identifier: ISC *)", "ISC", 1),
        ] {
            assert_eq!(first(text), Some((expression.to_owned(), line)), "{text}");
        }
    }

    #[test]
    fn what_speaks_of_tags_is_none() {
        for text in [
            "print(\"SPDX-License-Identifier: MIT\")",
            "  * Add SPDX-License-Identifier: MIT to all files",
            "# SPDX-License-Identifier: <expression>",
            "# SPDX-License-Identifier: %s",
            "# SPDX-License-Identifier is a tag",
            "x = '# SPDX-License-Identifier: MIT'",
            "# REUSE-IgnoreStart\n# SPDX-License-Identifier: MIT\n# REUSE-IgnoreEnd",
        ] {
            assert_eq!(tags(text), Found::default(), "{text}");
        }
    }

    #[test]
    fn snippets_have_ranges_and_tags_of_their_own() {
        let found = tags(concat!(
            "# SPDX-License-Identifier: MIT\n# SPDX-SnippetBegin\n# SPDX-SnippetCopyrightText: 2020 Ann <ann@example.org>\n",
            "# SPDX-License-Identifier: ISC\n# SPDX-SnippetBegin\n# SPDX-License-Identifier: Zlib\n# SPDX-SnippetEnd\n",
            "a\n# SPDX-SnippetEnd\n# SPDX-License-Identifier: CC0-1.0\n# SPDX-SnippetBegin\n\n",
        ));
        let expressions = |tags: &[LicenceTag]| tags.iter().map(|tag| tag.expression.clone()).collect::<Vec<_>>();
        assert_eq!(expressions(&found.tags), ["MIT", "CC0-1.0"]);
        let snippets: Vec<_> = found.snippets.iter().map(|it| (it.first_line, it.last_line)).collect();
        assert_eq!(snippets, [(2, 9), (5, 7), (11, 12)]);
        assert_eq!(expressions(&found.snippets[0].tags), ["ISC"]);
        assert_eq!(expressions(&found.snippets[1].tags), ["Zlib"]);
        assert_eq!(found.snippets[0].copyright[0].mail.as_deref(), Some("ann@example.org"));
    }

    #[test]
    fn no_more_than_so_many_are_kept() {
        assert!(tags(&"# SPDX-License-Identifier: MIT\n".repeat(5_000)).tags.len() <= MOST + 1);
    }
}
