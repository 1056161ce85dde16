//! A package version as an index names it, and its files in the pool.

use serde::{Deserialize, Serialize};

use super::{Area, DebianVersion, FileName, Md5, PackageName, Sha1, Sha256};

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
