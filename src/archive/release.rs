//! Release files: what a suite is called, when it was made, and which indices it vouches for.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::fields::{Field, Fields, Item};
use crate::model::{Area, Checksums, Key, Sha256, SuiteName};
use crate::timestamp::Timestamp;

/// The forms of an index that can be read, in the order in which they are tried.
pub(super) const FORMS: [&str; 5] = [".xz", ".gz", ".zst", ".bz2", ""];

/// A suite's Release file, verified as the archive's settings ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Which archive of the settings it is of, as a position in their list.
    pub archive: u16,
    /// The folder below `dists`.
    pub suite: SuiteName,
    /// Other names of the suite: links below `dists`, and `Suite` and `Codename` where no other suite has them.
    pub aliases: Vec<String>,
    /// `Origin`; empty if there is none.
    pub origin: String,
    /// `Suite`, as the file says.
    pub suite_field: Option<String>,
    /// `Codename`, as the file says.
    pub codename: Option<String>,
    /// `Version`, such as `12.15`.
    pub version: Option<String>,
    /// `Description`.
    pub description: Option<String>,
    /// `Date`: when the suite was published.
    pub date: Timestamp,
    /// `Valid-Until`: when it must be newer.
    pub valid_until: Option<Timestamp>,
    /// Checksum of the signed text.
    pub text: Sha256,
    /// The `Sources` indices of the areas that the settings ask for, in the file's order.
    pub indices: Vec<IndexFile>,
    /// What is odd, one line each.
    pub warnings: Vec<String>,
    /// See [`Release::verification_key`].
    pub(super) verification: Key,
}

/// A `Sources` index in all forms that the Release file lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFile {
    /// The area whose packages it lists: the last part of its folder's path.
    pub area: Area,
    /// Its path below the suite's folder, without suffix: `main/source/Sources`.
    pub path: Box<str>,
    /// Its forms, in the order in which they are tried.
    pub forms: Vec<IndexForm>,
    /// Whether the archive offers files by their checksums (`Acquire-By-Hash`).
    pub by_hash: bool,
}

/// One form of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexForm {
    /// What is appended to the path: `.xz`, or nothing.
    pub suffix: Box<str>,
    /// Bytes of the file.
    pub size: u64,
    /// What it must be.
    pub checksums: Checksums,
}

/// Why a Release file says nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {what}")]
pub struct ReleaseError {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

impl Release {
    /// Names the verification of these bytes against these keyrings, so that it need not be repeated:
    /// stored after a success, it answers [`read_releases`](super::read_releases)' `known`.
    ///
    /// A verification holds as long as bytes, keyrings and settings are the same: a key that expires
    /// later does not make what it signed doubtful, and revocations arrive with a changed keyring.
    pub fn verification_key(&self) -> Key {
        self.verification
    }

    /// Whether it is past its `Valid-Until`.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.valid_until.is_some_and(|until| until.to_system_time() < now)
    }

    /// The path of the suite's folder below the archive's root.
    pub(super) fn folder(&self) -> String {
        format!("dists/{}", self.suite)
    }

    /// Reads the signed text of a Release file.
    ///
    /// # Errors
    /// When it has no `Date`, or something in it is not what it must be.
    pub(super) fn parse(text: &[u8], archive: u16, suite: SuiteName, verification: Key) -> Result<Self, ReleaseError> {
        let mut release = Self {
            archive,
            suite,
            aliases: Vec::new(),
            origin: String::new(),
            suite_field: None,
            codename: None,
            version: None,
            description: None,
            date: Timestamp::default(),
            valid_until: None,
            text: Sha256::of(text),
            indices: Vec::new(),
            warnings: Vec::new(),
            verification,
        };
        let mut date = None;
        let mut by_hash = false;
        for item in Fields::new(text, 1) {
            let field = match item {
                Item::Field(field) => field,
                Item::EndOfStanza => continue,
                Item::Malformed(line) => return Err(error(line, "it is no field, so this is no Release file")),
            };
            match field.name.to_ascii_lowercase().as_slice() {
                b"date" => date = Some(timestamp(&field)?),
                b"valid-until" => release.valid_until = Some(timestamp(&field)?),
                b"origin" => release.origin = string(&field)?,
                b"suite" => release.suite_field = Some(string(&field)?),
                b"codename" => release.codename = Some(string(&field)?),
                b"version" => release.version = Some(string(&field)?),
                b"description" => release.description = Some(string(&field)?),
                b"acquire-by-hash" => by_hash = field.value().eq_ignore_ascii_case(b"yes"),
                b"md5sum" => release.add_checksums(&field, |known, hex| known.md5 = hex.parse().ok())?,
                b"sha1" => release.add_checksums(&field, |known, hex| known.sha1 = hex.parse().ok())?,
                b"sha256" => release.add_checksums(&field, |known, hex| known.sha256 = hex.parse().ok())?,
                _ => {}
            }
        }
        release.date = date.ok_or_else(|| error(1, "it has no `Date`, so this is no Release file"))?;
        release.order_indices(by_hash);
        Ok(release)
    }

    /// Takes what one list of checksums says of `Sources` indices; the other files do not matter.
    fn add_checksums(&mut self, list: &Field<'_>, set: fn(&mut Checksums, &str)) -> Result<(), ReleaseError> {
        for (line, entry) in list.lines() {
            if memchr::memmem::rfind(entry, b"/source/Sources").is_none() {
                continue;
            }
            let bad = || error(line, "it is not `CHECKSUM SIZE PATH`");
            let entry = std::str::from_utf8(entry).map_err(|_| bad())?;
            let words: Vec<_> = entry.split_ascii_whitespace().collect();
            let &[hex, size, path] = words.as_slice() else { return Err(bad()) };
            let Some((path, suffix)) = split_form(path) else { continue };
            let size = size.parse().map_err(|_| bad())?;
            let form = self.form(path, suffix, size).ok_or_else(|| error(line, "its path leads out of the suite"))?;
            if form.size != size {
                return Err(error(line, "the same file has two sizes"));
            }
            let before = form.checksums.clone();
            set(&mut form.checksums, hex);
            if form.checksums == before {
                return Err(error(line, "it is no checksum, or the file is listed twice"));
            }
        }
        Ok(())
    }

    /// The form of an index, added when it is new; `None` if the path is not one below the suite.
    fn form(&mut self, path: &str, suffix: &str, size: u64) -> Option<&mut IndexForm> {
        let position = match self.indices.iter().position(|index| &*index.path == path) {
            Some(position) => position,
            None => {
                let folder = path.strip_suffix("/source/Sources")?;
                if folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
                    return None;
                }
                let area = Area::new(folder.rsplit('/').next()?).ok()?;
                self.indices.push(IndexFile { area, path: path.into(), forms: Vec::new(), by_hash: false });
                self.indices.len() - 1
            }
        };
        let forms = &mut self.indices.get_mut(position)?.forms;
        let position = forms.iter().position(|form| &*form.suffix == suffix).unwrap_or_else(|| {
            forms.push(IndexForm { suffix: suffix.into(), size, checksums: Checksums::default() });
            forms.len() - 1
        });
        forms.get_mut(position)
    }

    fn order_indices(&mut self, by_hash: bool) {
        for index in &mut self.indices {
            index.by_hash = by_hash;
            index.forms.sort_by_key(|form| FORMS.iter().position(|suffix| **suffix == *form.suffix));
        }
    }
}

/// `main/source/Sources.xz` as path and suffix; `None` for what is no index.
fn split_form(path: &str) -> Option<(&str, &str)> {
    FORMS.iter().find_map(|suffix| {
        let path = path.strip_suffix(suffix)?;
        path.ends_with("/source/Sources").then_some((path, *suffix))
    })
}

fn timestamp(field: &Field<'_>) -> Result<Timestamp, ReleaseError> {
    Timestamp::parse_release_date(&string(field)?).map_err(|date| error(field.line, &date.to_string()))
}

fn string(field: &Field<'_>) -> Result<String, ReleaseError> {
    field.text().map(str::to_owned).ok_or_else(|| error(field.line, "it is not UTF-8"))
}

fn error(line: u32, what: &str) -> ReleaseError {
    ReleaseError { line, what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse(text: &str) -> Result<Release, ReleaseError> {
        let suite = SuiteName::new("stable").unwrap();
        Release::parse(text.as_bytes(), 0, suite, Key::of("test", 1).finish())
    }

    fn release(list: &str) -> String {
        format!("Origin: Press\nDate: Sat, 11 Jul 2026 10:16:37 UTC\nAcquire-By-Hash: yes\nSHA256:\n{list}")
    }

    #[test]
    fn indices_are_grouped_by_path_with_the_best_form_first() {
        let release = parse(&release(&format!(
            " {SHA256} 10 updates/main/source/Sources\n {SHA256} 4 updates/main/source/Sources.gz\n \
             {SHA256} 3 updates/main/source/Sources.xz\n {SHA256} 9 main/source/Release\n \
             {SHA256} 9 main/binary-amd64/Packages\n {SHA256} 0 non-free/source/Sources.lzma\n"
        )))
        .unwrap();
        let [index] = release.indices.as_slice() else { panic!("{:?}", release.indices) };
        assert_eq!((index.area.as_str(), &*index.path, index.by_hash), ("main", "updates/main/source/Sources", true));
        let forms: Vec<_> = index.forms.iter().map(|form| (&*form.suffix, form.size)).collect();
        assert_eq!(forms, [(".xz", 3), (".gz", 4), ("", 10)]);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_line() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(message("Origin: x\n"), "1: it has no `Date`, so this is no Release file");
        assert!(message("Origin: x\nDate: yesterday\n").starts_with("2: `yesterday` is not a date"));
        assert_eq!(message(&release(" 00 main/source/Sources\n")), "5: it is not `CHECKSUM SIZE PATH`");
        assert!(message(&release(" 00 1 main/source/Sources\n")).starts_with("5: it is no checksum"));
        assert_eq!(
            message(&release(&format!(" {SHA256} 1 ../source/Sources\n"))),
            "5: its path leads out of the suite"
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(Date|SHA256|a)?[: ]{0,2}[a-f0-9/.: \\n]{0,40}main/source/Sources[.xz\\n]{0,4}") {
            let _ = parse(&text);
        }
    }
}
