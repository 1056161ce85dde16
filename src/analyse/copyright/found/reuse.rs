//! Files that speak for other files (REUSE 3.3): `NAME.license`, `REUSE.toml`, `.reuse/dep5`.
//!
//! [`side_file`] tells them by their paths. A `.license` file has tags, which [`found`](super::found) reads; [`annotations`] reads
//! a `REUSE.toml`, and [`annotation_for`] and [`combine`] apply it. `.reuse/dep5` is in the format of debian/copyright.

use serde::Deserialize;

use super::{expression, statement};
use crate::model::{Found, LicenceTag};

/// What a file that speaks for others is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideFile {
    /// `NAME.license`: its tags are those of one file, in place of that file's own.
    Licence {
        /// The path of the file that it speaks for, which need not exist.
        of: Vec<u8>,
    },
    /// `REUSE.toml`: annotations of files in its folder and below.
    Toml {
        /// Its folder, empty for the top.
        folder: Vec<u8>,
    },
    /// `.reuse/dep5` at the top, in the format of debian/copyright.
    Dep5,
}

/// What kind of side file a path in a tree is, if it is one.
pub fn side_file(path: &[u8]) -> Option<SideFile> {
    let (folder, name) = match memchr::memrchr(b'/', path) {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&b""[..], path),
    };
    match (path, name) {
        (b".reuse/dep5", _) => Some(SideFile::Dep5),
        (_, b"REUSE.toml") => Some(SideFile::Toml { folder: folder.to_vec() }),
        _ => {
            let of = path.strip_suffix(b".license")?;
            (name.len() > b".license".len()).then(|| SideFile::Licence { of: of.to_vec() })
        }
    }
}

/// Why a `REUSE.toml` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReuseError {
    /// Not UTF-8.
    #[error("REUSE.toml is not in UTF-8: save it as UTF-8")]
    Encoding,
    /// Not TOML, or without what REUSE asks for.
    #[error("REUSE.toml cannot be read: {0}")]
    Syntax(String),
    /// A version other than 1.
    #[error("REUSE.toml has version {0}; REUSE 3.3 knows version 1 only")]
    Version(i64),
}

/// What a `REUSE.toml` says of some paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Globs relative to the folder of the `REUSE.toml`: `*` matches all but `/`, `**` matches all, `\` escapes.
    pub paths: Vec<String>,
    /// What counts when the file says something itself.
    pub precedence: Precedence,
    /// Copyright statements, as `SPDX-FileCopyrightText` has them.
    pub copyright: Vec<String>,
    /// Licence expressions, those that are well-formed.
    pub licences: Vec<String>,
}

/// What counts when a file and an annotation of it both say something (REUSE 3.3, "Order of precedence").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precedence {
    /// The file; the annotation for what the file does not say: licence or copyright.
    #[default]
    Closest,
    /// Both.
    Aggregate,
    /// The annotation alone.
    Override,
}

#[derive(Deserialize)]
struct Document {
    version: i64,
    #[serde(default)]
    annotations: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    path: OneOrMore,
    #[serde(default)]
    precedence: Precedence,
    #[serde(default, rename = "SPDX-FileCopyrightText")]
    copyright: OneOrMore,
    #[serde(default, rename = "SPDX-License-Identifier")]
    licences: OneOrMore,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl From<OneOrMore> for Vec<String> {
    fn from(value: OneOrMore) -> Self {
        match value {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(more) => more,
        }
    }
}

/// The annotations of a `REUSE.toml`, in its order.
///
/// # Errors
/// When it is not TOML in UTF-8 of version 1 with the keys that REUSE 3.3 names.
pub fn annotations(bytes: &[u8]) -> Result<Vec<Annotation>, ReuseError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReuseError::Encoding)?;
    let document: Document = toml::from_str(text).map_err(|error| ReuseError::Syntax(error.to_string()))?;
    if document.version != 1 {
        return Err(ReuseError::Version(document.version));
    }
    let annotation = |table: Table| {
        let mut licences: Vec<String> = table.licences.into();
        licences.retain(|it| expression::is_expression(it));
        let (paths, copyright) = (table.path.into(), table.copyright.into());
        Annotation { paths, precedence: table.precedence, copyright, licences }
    };
    Ok(document.annotations.into_iter().map(annotation).collect())
}

/// The annotation of a path relative to the folder of the `REUSE.toml`: the last one that matches.
pub fn annotation_for<'a>(annotations: &'a [Annotation], path: &[u8]) -> Option<&'a Annotation> {
    annotations.iter().rev().find(|it| it.paths.iter().any(|glob| matches(glob.as_bytes(), path)))
}

/// What counts of a file: what it says itself and what an annotation says of it, whose lines are 0.
pub fn combine(own: Found, annotation: &Annotation) -> Found {
    let tag = |it: &String| LicenceTag { expression: it.clone(), line: 0 };
    let tags = annotation.licences.iter().map(tag);
    let copyright = annotation.copyright.iter().flat_map(|it| statement::tagged(it, 0));
    let mut found = own;
    match annotation.precedence {
        Precedence::Override => {
            let licence_text = found.licence_text;
            found = Found { tags: tags.collect(), copyright: copyright.collect(), licence_text, ..Found::default() };
        }
        Precedence::Aggregate => {
            found.tags.extend(tags);
            found.copyright.extend(copyright);
        }
        Precedence::Closest => {
            if found.tags.is_empty() {
                found.tags.extend(tags);
            }
            if found.copyright.is_empty() {
                found.copyright.extend(copyright);
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Byte(u8),
    Star,
    DoubleStar,
}

/// Whether a glob matches a whole path, in time of the product of their lengths at most.
fn matches(glob: &[u8], path: &[u8]) -> bool {
    let parts = parts(glob);
    // Whether the parts so far match what the path has up to each of its places.
    let mut reached = vec![false; path.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for part in parts {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            let before = at.checked_sub(1);
            let last = before.and_then(|it| path.get(it));
            next[at] = match part {
                Part::Byte(byte) => last == Some(&byte) && before.is_some_and(|it| reached[it]),
                Part::Star => reached[at] || (last.is_some_and(|it| *it != b'/') && before.is_some_and(|it| next[it])),
                Part::DoubleStar => reached[at] || before.is_some_and(|it| next[it]),
            };
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

fn parts(glob: &[u8]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(glob.len());
    let mut bytes = glob.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, parts.last()) {
            (b'*', Some(Part::Star | Part::DoubleStar)) => {
                parts.pop();
                parts.push(Part::DoubleStar);
            }
            (b'*', _) => parts.push(Part::Star),
            (b'\\', _) => parts.push(Part::Byte(*bytes.next().unwrap_or(&b'\\'))),
            _ => parts.push(Part::Byte(byte)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::copyright::found::found;

    const EXAMPLE: &str = r#"
version = 1
SPDX-PackageName = "example"

[[annotations]]
path = "**"
SPDX-FileCopyrightText = "2020 Ann <ann@example.org>"
SPDX-License-Identifier = "GPL-3.0-or-later"

[[annotations]]
path = ["po/*.po", "docs/**"]
precedence = "aggregate"
SPDX-FileCopyrightText = ["Bob", "2021 Carl"]
SPDX-License-Identifier = "CC0-1.0"

[[annotations]]
path = "vendor/**"
precedence = "override"
SPDX-License-Identifier = ["MIT", "not an expression"]
"#;

    #[test]
    fn side_files_are_told_by_path() {
        assert_eq!(side_file(b"a/b.png.license"), Some(SideFile::Licence { of: b"a/b.png".to_vec() }));
        assert_eq!(side_file(b"sub/REUSE.toml"), Some(SideFile::Toml { folder: b"sub".to_vec() }));
        assert_eq!(side_file(b".reuse/dep5"), Some(SideFile::Dep5));
        for other in ["a.license.txt", ".license", "a/.license", "sub/.reuse/dep5", "reuse.toml"] {
            assert_eq!(side_file(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn the_last_annotation_that_matches_counts() {
        let annotations = annotations(EXAMPLE.as_bytes()).unwrap();
        let licences = |path: &str| annotation_for(&annotations, path.as_bytes()).unwrap().licences.clone();
        assert_eq!(licences("src/main.c"), ["GPL-3.0-or-later"]);
        assert_eq!(licences("po/de.po"), ["CC0-1.0"]);
        assert_eq!(licences("po/old/de.po"), ["GPL-3.0-or-later"]);
        assert_eq!(licences("vendor/a/b"), ["MIT"]);
    }

    #[test]
    fn precedence_says_what_counts() {
        let annotations = annotations(EXAMPLE.as_bytes()).unwrap();
        let effective = |path: &str, text: &str| {
            let annotation = annotation_for(&annotations, path.as_bytes()).unwrap();
            let found = combine(found(path.as_bytes(), text.as_bytes()), annotation);
            let tags: Vec<String> = found.tags.into_iter().map(|it| it.expression).collect();
            (tags.join(" "), found.copyright.into_iter().map(|it| it.holder).collect::<Vec<_>>().join(" "))
        };
        let text = "// SPDX-License-Identifier: ISC\n";
        assert_eq!(effective("a.c", text), ("ISC".to_owned(), "Ann".to_owned()));
        assert_eq!(effective("docs/a.c", text), ("ISC CC0-1.0".to_owned(), "Bob Carl".to_owned()));
        assert_eq!(effective("vendor/a.c", text), ("MIT".to_owned(), String::new()));
    }

    #[test]
    fn globs_are_those_of_reuse() {
        for (glob, path, matched) in [
            ("*.c", "a.c", true),
            ("*.c", "b/a.c", false),
            ("**/*.c", "b/a.c", true),
            ("**.c", "b/a.c", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("src/**", "src/a/b", true),
            ("src/*", "src/a/b", false),
            ("[a]", "a", false),
            ("?", "a", false),
            ("*", ".hidden", true),
            ("", "", true),
            ("\\\\", "\\", true),
        ] {
            assert_eq!(matches(glob.as_bytes(), path.as_bytes()), matched, "{glob} {path}");
        }
        assert!(!matches("*a".repeat(2_000).as_bytes(), "a".repeat(1_000).as_bytes()));
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        assert_eq!(annotations(b"\xff"), Err(ReuseError::Encoding));
        assert_eq!(annotations(b"version = 2"), Err(ReuseError::Version(2)));
        assert!(matches!(annotations(b"version = 1\n[[annotations]]"), Err(ReuseError::Syntax(_))));
    }
}
