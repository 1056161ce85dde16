//! The small plain types that every room speaks.
//!
//! Values are checked once, at the border, by the constructors here; code further in may rely on what
//! a type promises: a [`PackageName`] and a [`DebianVersion`] are safe as one path component, an
//! [`EntryPath`] never leaves the folder it is relative to, a [`Sha256`] is 32 bytes and not a string
//! of any length.
//!
//! This module depends on nothing else of the crate but `timestamp`.

mod census;
mod copyright;
mod found;
mod fragment;
mod license;
mod occurrence;
mod overview;
mod packaging;
mod patch;
mod patch_diff;
mod patch_facts;
mod series;
mod symbol;

pub use census::{CensusVersion, CopyrightForm, LicenceDigest};
pub use copyright::{
    CommentLine, CopyrightChanges, CopyrightFacts, CopyrightFile, CopyrightFormat, Coverage, DeclaredLicense, Field,
    FilesParagraph, Finding, Glob, GlobUse, GuessEvidence, HeaderParagraph, LicenseGuess, LicenseParagraph, Paragraph,
    ParagraphChange, ParagraphRun, Rule, Severity,
};
pub use found::{
    Agreement, Comparison, Compiled, CopyrightStatement, Found, LicenceNotice, LicenceTag, LicenceText, Reason,
    Snippet, YearRange,
};
pub use fragment::{Flushed, Fragment, Lexed, PageFacts};
pub use license::{LicenseExpression, LicenseTerm};
pub use occurrence::Occurrence;
pub use overview::{LanguageShare, Overview, Totals};
pub use packaging::{BinaryPackage, Packaging};
pub use patch::{
    AppliedUpstream, Bug, BugEvidence, BugReference, ForwardedField, HeaderKind, OriginClass, PatchHeader, PatchOrigin,
    PatchState, PatchStatus, Person, StatusCondition, StatusRule,
};
pub use patch_diff::{
    Applied, AppliedFile, BlameRun, ChangeKind, DiffFormat, FileBlame, HunkOrigin, LineOrigin, PatchChange, PatchDiff,
    PatchHunk, PatchId, PatchIds, PatchedFile, RemovedRun, UnreadableDiff,
};
pub use patch_facts::{DiffLine, DiffLineKind, FileChange, PatchFacts, PatchesFacts, ShownHunk, ShownPatch};
pub use series::{
    AppliedWhen, ChangeFormat, PatchSystem, SeriesEntry, SeriesKind, SeriesList, SourceSeries, UnlistedFile,
};
pub use symbol::{Outlined, Scope, Symbol};

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// Why a text or byte string is not a value of one of this module's types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not hexadecimal digits of the right number.
    #[error("`{0}` is not a checksum of {1} hexadecimal digits")]
    Checksum(String, usize),
    /// Not a source package name (Debian Policy 5.6.1; capitals, which old archives have, are allowed).
    #[error("`{0}` is not a source package name (letters, digits and `+-.`, beginning with a letter or digit)")]
    PackageName(String),
    /// Not a version (Debian Policy 5.6.12).
    #[error("`{0}` is not a Debian version ([epoch:]upstream[-revision])")]
    Version(String),
    /// Not a suite: empty, absolute, or with `..` in it.
    #[error("`{0}` is not a suite name (a folder below dists)")]
    Suite(String),
    /// Not an area: empty or with a slash.
    #[error("`{0}` is not an area name")]
    Area(String),
    /// A source file's name with a slash, a control character or nothing in it.
    #[error("`{0}` is not a source file name (one path component of printable ASCII)")]
    FileName(String),
    /// A path that is empty, absolute, or has an empty, `.` or `..` component or a NUL byte.
    #[error("`{0}` is not a path inside a source package")]
    EntryPath(String),
}

macro_rules! checksum {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl FromStr for $name {
            type Err = ModelError;

            fn from_str(text: &str) -> Result<Self, ModelError> {
                parse_hex(text.as_bytes())
                    .map(Self)
                    .ok_or_else(|| ModelError::Checksum(text.to_owned(), 2 * $bytes))
            }
        }
    };
}

checksum! {
    /// A SHA-256 checksum (FIPS 180-4).
    Sha256, 32
}
checksum! {
    /// A SHA-1 checksum: kept beside SHA-256 because SPDX documents need it; never trusted.
    Sha1, 20
}
checksum! {
    /// An MD5 checksum, as indices before about 2011 have it alone; never trusted without `allow-weak`.
    Md5, 16
}

impl Sha256 {
    /// The checksum of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The checksum of `parts`, one after the other.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hash = sha2::Sha256::new();
        parts.iter().for_each(|part| hash.update(part));
        Self(hash.finalize().into())
    }
}

impl Sha256 {
    /// Its first 32 bits: where it is in tables that are divided by checksum.
    pub fn place(self) -> u32 {
        let [a, b, c, d, ..] = self.0;
        u32::from_be_bytes([a, b, c, d])
    }
}

impl Sha1 {
    /// The checksum of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha1::Sha1::digest(bytes).into())
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn parse_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let value = digit(pair[0])? << 4 | digit(pair[1])?;
        *byte = u8::try_from(value).ok()?;
    }
    Some(bytes)
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $error:ident, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and takes over `text`.
            ///
            /// # Errors
            /// When `text` is not such a name; the message says what one looks like.
            pub fn new(text: &str) -> Result<Self, ModelError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(Arc::from(text)))
                } else {
                    Err(ModelError::$error(text.chars().take(200).collect()))
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = ModelError;

            fn from_str(text: &str) -> Result<Self, ModelError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ModelError;

            fn try_from(text: String) -> Result<Self, ModelError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }
    };
}

macro_rules! ordered_as_text {
    ($($name:ident),*) => { $(
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.cmp(&other.0)
            }
        }
    )* };
}

name! {
    /// The name of a source package (Debian Policy 5.6.1), at most 200 bytes. Capitals are allowed, as
    /// old archives have them. Safe as one path component.
    PackageName, PackageName, |text| {
        text.len() <= 200
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    }
}
name! {
    /// A Debian version string (Policy 5.6.12), at most 200 bytes, ordered by Debian's rules. Safe as
    /// one path component: it begins with a letter or digit and has no slash.
    DebianVersion, Version, |text| {
        text.len() <= 200
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.:~".contains(&b))
            && text.split_once(':').is_none_or(|(epoch, rest)| {
                epoch.bytes().all(|b| b.is_ascii_digit()) && epoch.len() <= 9
                    && rest.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            })
    }
}
name! {
    /// A suite: the real folder below `dists`, such as `bookworm` or `buster/updates`.
    SuiteName, Suite, |text| {
        text.len() <= 200 && !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>&'%?#".contains(&b))
            && text.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
    }
}
name! {
    /// An area of an archive (Debian's "component"): `main`, `non-free`, … — the last part of the
    /// index's path, so `updates/main` is `main`. Safe as one path component.
    Area, Area, |text| {
        text.len() <= 100
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
    }
}
name! {
    /// The name of one file of a source package in the pool: one component of printable ASCII, not
    /// beginning with a dot.
    FileName, FileName, |text| {
        text.len() <= 255 && !text.is_empty() && !text.starts_with('.')
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b'\\')
    }
}
ordered_as_text!(PackageName, SuiteName, Area, FileName);

impl PackageName {
    /// The pool prefix: the first letter, or four letters of a name that begins with `lib`, in lower
    /// case (`libFoo` → `libf`, `WMRack` → `w`). A package called `lib` alone has the prefix `lib`.
    pub fn pool_prefix(&self) -> String {
        let length = if self.0.starts_with("lib") { 4 } else { 1 };
        self.0.chars().take(length).collect::<String>().to_lowercase()
    }
}

impl PartialOrd for DebianVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DebianVersion {
    /// Debian's order; versions that it calls equal although they are spelled differently (`1.0` and
    /// `1.00`) are ordered by their spelling, so that the order is total.
    fn cmp(&self, other: &Self) -> Ordering {
        let parse = |text: &str| text.parse::<debversion::Version>();
        match (parse(&self.0), parse(&other.0)) {
            (Ok(a), Ok(b)) => a.cmp(&b).then_with(|| self.0.cmp(&other.0)),
            (a, b) => a.is_ok().cmp(&b.is_ok()).then_with(|| self.0.cmp(&other.0)),
        }
    }
}

/// The path of one entry inside an unpacked source package: bytes, relative, with `/` between
/// components, none of which is empty, `.` or `..`; no NUL.
///
/// Ordered by its bytes, as `tree-manifest` output is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct EntryPath(Vec<u8>);

impl EntryPath {
    /// Checks and takes over `bytes`.
    ///
    /// # Errors
    /// [`ModelError::EntryPath`] when the path is empty, absolute, or has an empty, `.` or `..`
    /// component or a NUL byte.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        let bad = |part: &[u8]| matches!(part, b"" | b"." | b"..");
        if bytes.contains(&0) || bytes.split(|&b| b == b'/').any(bad) {
            return Err(ModelError::EntryPath(bytes[..bytes.len().min(200)].escape_ascii().to_string()));
        }
        Ok(Self(bytes))
    }

    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The components, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/')
    }

    /// The last component.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|&b| b == b'/').next().unwrap_or(&self.0)
    }

    /// The path of the folder around this entry; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        let slash = memchr::memrchr(b'/', &self.0)?;
        Some(Self(self.0[..slash].to_vec()))
    }
}

/// The folder around a path of any kind; empty at the top.
pub fn folder_of(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(b"", |slash| &path[..slash])
}

impl fmt::Display for EntryPath {
    /// The path for a message: printable ASCII as it is, every other byte escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.escape_ascii(), f)
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl TryFrom<Vec<u8>> for EntryPath {
    type Error = ModelError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, ModelError> {
        Self::new(bytes)
    }
}

impl From<EntryPath> for Vec<u8> {
    fn from(path: EntryPath) -> Self {
        path.0
    }
}

/// What an index says of one source file: at least one checksum is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Checksums {
    /// `Checksums-Sha256`.
    pub sha256: Option<Sha256>,
    /// `Checksums-Sha1`.
    pub sha1: Option<Sha1>,
    /// `Files`.
    pub md5: Option<Md5>,
}

/// One file of a source package in the pool: an orig tarball, a debian tarball, a diff, the `.dsc`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name in the pool.
    pub name: FileName,
    /// Its length in bytes.
    pub size: u64,
    /// The checksums that the index (or the `.dsc`) gives.
    pub checksums: Checksums,
}

/// The small record of one package version that goes through the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePackage {
    /// The source package's name.
    pub name: PackageName,
    /// Its version.
    pub version: DebianVersion,
    /// The area of its canonical raw address.
    pub area: Area,
    /// Other areas that have the same version; their raw addresses redirect.
    pub other_areas: Vec<Area>,
    /// Which archive of the settings it comes from, as a position in their list.
    pub archive: u16,
    /// The suites that have it, as positions in [`Catalogue`](crate::archive::Catalogue)'s list, sorted.
    pub suites: Vec<u16>,
    /// Whose `VENDOR.series` is applied (lower case); from the archive's settings.
    pub vendor: Box<str>,
    /// The folder in the pool, relative to the archive's root.
    pub directory: Box<str>,
    /// Its files, sorted by name, the `.dsc` among them.
    pub files: Vec<SourceFile>,
    /// Kept only because a binary package refers to it (`Extra-Source-Only`) in every suite it is in.
    pub extra_source_only: bool,
}

impl SourcePackage {
    /// `name=version`, as commands take it and messages show it.
    pub fn id(&self) -> String {
        format!("{}={}", self.name, self.version)
    }

    /// The `.dsc` among the files.
    pub fn dsc(&self) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.name.as_str().ends_with(".dsc"))
    }

    /// Bytes of all its files in the pool.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// What kind of thing a pack's member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberKind {
    /// A regular file.
    File {
        /// Length in bytes.
        size: u64,
        /// Checksum of the bytes.
        sha256: Sha256,
        /// Checksum of the bytes, for SPDX.
        sha1: Sha1,
        /// What its text is like.
        text: TextFacts,
    },
    /// A symbolic link to `target`, as written.
    Symlink {
        /// The target's bytes, not interpreted.
        target: Vec<u8>,
    },
    /// A hard link to an earlier member, named as in the tarball.
    HardLink {
        /// The linked member's name as written.
        target: Vec<u8>,
    },
    /// A folder.
    Directory,
    /// A pipe. (A tarball with a device node is refused: dpkg-source run by a user cannot make one.)
    Special,
}

/// One member of a source file, in the order of the tarball, under the name written there.
///
/// Names are not yet interpreted: `./a`, `../a` and repeated names are kept as they are;
/// `unpack::assemble` decides what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name's bytes as in the tarball.
    pub path: Vec<u8>,
    /// The permission bits (0o7777) as in the tarball.
    pub mode: u16,
    /// What it is.
    pub kind: MemberKind,
}

/// What an analysis says of one file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextFacts {
    /// Whether the file is shown as text.
    pub is_text: bool,
    /// Lines of a text: the number of `\n`, plus one when the last line has none.
    pub lines: u32,
}

/// What kind of thing a tree's entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Length in bytes.
        size: u64,
        /// Checksum of the bytes.
        sha256: Sha256,
        /// What its text is like.
        text: TextFacts,
        /// Where its bytes and fragment are.
        place: Place,
    },
    /// A symbolic link, its target as written.
    Symlink {
        /// The target's bytes.
        target: Vec<u8>,
    },
    /// A folder.
    Directory,
}

/// Where a tree's file is: which of the tree's packs, and which member of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Position in [`Tree::packs`].
    pub pack: u32,
    /// Position among the pack's members.
    pub member: u32,
}

/// One path of an unpacked package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is in the package.
    pub path: EntryPath,
    /// Whether its mode is 0755 (else 0644); true for folders.
    pub executable: bool,
    /// What it is.
    pub kind: EntryKind,
}

/// The sorted entries of a package version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tree {
    /// `Format:` of the `.dsc`, such as `3.0 (quilt)`.
    pub format: String,
    /// The packs that entries point into.
    pub packs: Vec<Key>,
    /// Sorted by path bytes. Every folder has an entry of its own.
    pub entries: Vec<Entry>,
    /// What was odd, one line each.
    pub findings: Vec<String>,
}

/// The name of a stored result: the checksum of the step that makes it and of all that it reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub Sha256);

impl Key {
    /// Begins the key of `step` in its version `version`.
    pub fn of(step: &str, version: u32) -> KeyBuilder {
        KeyBuilder(sha2::Sha256::new()).text(step).number(u64::from(version))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Key {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        text.parse().map(Self)
    }
}

/// Collects the inputs of a step; every part is framed by its length, so that parts cannot run together.
#[derive(Clone)]
pub struct KeyBuilder(sha2::Sha256);

impl KeyBuilder {
    /// Adds bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds text.
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub fn number(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    /// Adds a checksum.
    pub fn sha256(self, checksum: Sha256) -> Self {
        self.bytes(&checksum.0)
    }

    /// Adds the key of another result.
    pub fn key(self, key: Key) -> Self {
        self.sha256(key.0)
    }

    /// The key.
    pub fn finish(self) -> Key {
        Key(Sha256(self.0.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_their_folder_are_refused() {
        for bad in ["", "..", ".", "-a", "a/b", "a b", "a\n"] {
            assert!(PackageName::new(bad).is_err(), "{bad:?}");
            assert!(DebianVersion::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "..", "a/../b", "/a", "a/", ".hidden"] {
            assert!(SuiteName::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "..", "a/../b", "/a", "a/", "a//b", "./a", "a\0b"] {
            assert!(EntryPath::new(bad).is_err(), "{bad:?}");
        }
        assert!(SuiteName::new("buster/updates").is_ok());
        assert!(EntryPath::new(&b"a\xff/..b/c\n"[..]).is_ok());
    }

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them() {
        let sorted = ["0:1~rc1", "1", "1.0-1", "1.0-1+b1", "1.00-2", "1.10", "1:0.1"];
        for pair in sorted.windows(2) {
            assert!(DebianVersion::new(pair[0]).unwrap() < DebianVersion::new(pair[1]).unwrap(), "{pair:?}");
        }
    }

    #[test]
    fn pool_prefix_follows_the_pool() {
        let prefix = |name| PackageName::new(name).unwrap().pool_prefix();
        assert_eq!(prefix("libFoo"), "libf");
        assert_eq!(prefix("WMRack"), "w");
        assert_eq!(prefix("lib"), "lib");
    }

    #[test]
    fn checksums_are_read_strictly() {
        let text = "0123456789abcdef0123456789abcdef";
        assert_eq!(text.parse::<Md5>().unwrap().to_string(), text);
        assert!("0123".parse::<Md5>().is_err());
        assert!("+1".repeat(16).parse::<Md5>().is_err());
    }
}
