//! What the pages of the sources site show, as callers give it.

use serde::Serialize;

use super::readme::Readme;
use super::tree::TreeIndex;
use crate::html;
use crate::model::{Area, DebianVersion, EntryPath, Overview, PackageName, SourcePackage, SuiteName, Totals};
use crate::site::copyright::CopyrightContent;
use crate::site::patches::PatchesContent;
use crate::site::urls::{PackageNames, encoded_component};

/// The start page.
#[derive(Debug, Clone, Copy)]
pub struct HomeView<'a> {
    /// All prefixes that a package has, in the order they are shown.
    pub prefixes: &'a [String],
    /// The suites that are read, in the order they are shown.
    pub suites: &'a [SuiteName],
}

/// The packages with one prefix.
#[derive(Debug, Clone, Copy)]
pub struct PrefixView<'a> {
    /// The prefix.
    pub prefix: &'a str,
    /// The packages, in the order they are shown.
    pub packages: &'a [PackageName],
}

/// The versions of a package.
#[derive(Debug, Clone, Copy)]
pub struct PackageView<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// Its versions, newest first.
    pub versions: &'a [VersionSummary<'a>],
    /// The names that stand for one of them.
    pub names: &'a PackageNames,
    /// Stanzas that were left out as another archive has the same version with other checksums, a sentence each.
    pub conflicts: &'a [String],
}

/// One line of a package's page.
#[derive(Debug, Clone, Copy)]
pub struct VersionSummary<'a> {
    /// The version.
    pub version: &'a DebianVersion,
    /// Its area.
    pub area: &'a Area,
    /// The suites that have it, in the order they are shown.
    pub suites: &'a [SuiteName],
    /// Whether only `Extra-Source-Only` stanzas name it.
    pub extra_source_only: bool,
    /// Why its files are not there; `None` when they are.
    pub absent: Option<Absence<'a>>,
}

/// Why the files of a version are not there.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Absence<'a> {
    /// The settings exclude it.
    Excluded {
        /// The reason that the settings give.
        reason: &'a str,
    },
    /// dpkg-source does not unpack its format either.
    NotUnpacked {
        /// The format.
        format: &'a str,
    },
    /// A step failed.
    Failed {
        /// The step.
        step: &'a str,
        /// What was wrong.
        reason: &'a str,
        /// The date of the archive when it failed first.
        since: &'a str,
    },
}

/// One version.
#[derive(Clone, Copy)]
pub struct VersionView<'a> {
    /// The version's record.
    pub package: &'a SourcePackage,
    /// The suites that have it, in the order they are shown.
    pub suites: &'a [SuiteName],
    /// The http(s) address of the folder with its source files; `None` when the archive is a folder.
    pub pool: Option<&'a str>,
    /// As in [`PackageView`], those of this version.
    pub conflicts: &'a [String],
    /// What there is to show.
    pub content: VersionContent<'a>,
}

/// What there is to show of a version.
#[derive(Clone, Copy)]
pub enum VersionContent<'a> {
    /// Its files.
    Tree {
        /// All of them.
        tree: &'a TreeIndex<'a>,
        /// What is said of the whole.
        overview: &'a Overview,
        /// What is said of its licences.
        copyright: CopyrightContent<'a>,
        /// What is said of its patches.
        patches: &'a PatchesContent<'a>,
        /// How many symbols it defines; 0 too when nobody looked.
        symbols: u64,
        /// The README of the topmost folder.
        readme: Option<&'a Readme<'a>>,
    },
    /// Why they are not there.
    Absent(Absence<'a>),
}

/// A folder of a version, other than the topmost.
#[derive(Clone, Copy)]
pub struct FolderView<'a> {
    /// The version's record.
    pub package: &'a SourcePackage,
    /// All that the version has.
    pub tree: &'a TreeIndex<'a>,
    /// The folder.
    pub folder: &'a EntryPath,
    /// What is below it, if that is known.
    pub totals: Option<&'a Totals>,
    /// Its README.
    pub readme: Option<&'a Readme<'a>>,
}

/// The packages that could not be published.
#[derive(Debug, Clone, Copy)]
pub struct FailuresView<'a> {
    /// In the order they are shown.
    pub failures: &'a [FailedVersion<'a>],
}

/// One line of the failures page.
#[derive(Debug, Clone, Copy)]
pub struct FailedVersion<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// The version.
    pub version: &'a DebianVersion,
    /// The step that failed.
    pub step: &'a str,
    /// What was wrong.
    pub reason: &'a str,
    /// The date of the archive when it failed first.
    pub since: &'a str,
}

#[derive(Serialize)]
pub(super) struct VersionRow<'a> {
    version: &'a str,
    link: String,
    area: &'a str,
    suites: &'a [SuiteName],
    extra_source_only: bool,
    absent: Option<Absence<'a>>,
}

impl<'a> VersionSummary<'a> {
    pub(super) fn row(&self, link: String) -> VersionRow<'a> {
        VersionRow {
            version: self.version.as_str(),
            link,
            area: self.area.as_str(),
            suites: self.suites,
            extra_source_only: self.extra_source_only,
            absent: self.absent,
        }
    }
}

#[derive(Serialize)]
pub(super) struct FailureRow<'a> {
    package: &'a str,
    version: &'a str,
    link: String,
    step: &'a str,
    reason: String,
    since: &'a str,
}

impl<'a> FailedVersion<'a> {
    pub(super) fn row(&self, link: String) -> FailureRow<'a> {
        FailureRow {
            package: self.package.as_str(),
            version: self.version.as_str(),
            link,
            step: self.step,
            reason: html::display_name(self.reason.as_bytes()),
            since: self.since,
        }
    }
}

#[derive(Serialize)]
pub(super) struct SourceFileRow<'a> {
    name: &'a str,
    link: Option<String>,
    size: String,
    sha256: Option<String>,
}

pub(super) fn source_file_rows<'a>(package: &'a SourcePackage, pool: Option<&str>) -> Vec<SourceFileRow<'a>> {
    let link = |name: &str| {
        let pool = pool.filter(|pool| pool.starts_with("http://") || pool.starts_with("https://"))?;
        Some(format!("{}/{}", pool.trim_end_matches('/'), encoded_component(name.as_bytes())))
    };
    package
        .files
        .iter()
        .map(|file| SourceFileRow {
            name: file.name.as_str(),
            link: link(file.name.as_str()),
            size: html::grouped(file.size),
            sha256: file.checksums.sha256.map(|checksum| checksum.to_string()),
        })
        .collect()
}
