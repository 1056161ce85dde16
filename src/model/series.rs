//! How a source package carries its changes to upstream's files, and in which order.

use serde::{Deserialize, Serialize};

use super::{EntryPath, Finding};

/// How a package carries its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSeries {
    /// What the source format does.
    pub format: ChangeFormat,
    /// Which system of patches is used inside debian/.
    pub system: PatchSystem,
    /// When the patches of that system are applied.
    pub applied: AppliedWhen,
    /// Why that is said, in a few words: what was found where.
    pub reason: String,
    /// The lists of patches, the one that is applied first.
    pub lists: Vec<SeriesList>,
    /// Whether debian/rules makes the list when the package is built, so that there may be none to read.
    pub generated: bool,
    /// Files below debian/patches that no list names, sorted by path.
    pub unlisted: Vec<UnlistedFile>,
    /// What is wrong or odd.
    pub findings: Vec<Finding>,
}

impl SourceSeries {
    /// The list that is applied; `None` when there is none, or none that can be read.
    pub fn applied_list(&self) -> Option<&SeriesList> {
        self.lists.first().filter(|list| list.kind != SeriesKind::Other)
    }
}

/// What a source format does with changes to upstream's files (`dpkg-source(1)`, "Source package formats").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeFormat {
    /// `3.0 (quilt)`: a series of patches.
    Quilt,
    /// `3.0 (quilt)` with `single-debian-patch` in debian/source/options: all changes are in one patch that dpkg-source
    /// makes.
    SinglePatch,
    /// `2.0`: all files of debian/patches, by name.
    Patches,
    /// `1.0` with a diff: one diff of upstream's files and debian/ together.
    Diff,
    /// `1.0` or `3.0 (native)` in one tarball: there is no upstream tarball to differ from.
    Native,
    /// `3.0 (git)`: the changes are commits of a repository, which is not read.
    Git,
    /// A format that is not unpacked, by name.
    Other(String),
}

/// A system of patches inside debian/.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchSystem {
    /// There are no patches.
    #[default]
    None,
    /// quilt: `debian/patches/series`.
    Quilt,
    /// dpatch: `debian/patches/00list`.
    Dpatch,
    /// simple-patchsys of cdbs: all files whose names end as patches do, by name.
    SimplePatchsys,
    /// Files in debian/patches without any of these.
    Plain,
}

/// When patches are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppliedWhen {
    /// Never, as there are none, or nobody knows.
    #[default]
    Unknown,
    /// By `dpkg-source -x`: the files of the tree have the changes.
    Unpacking,
    /// By debian/rules: the files of the tree do not have the changes.
    Building,
}

/// One list of patches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesList {
    /// The file; `None` for a list that is made from the names of the patches.
    pub path: Option<EntryPath>,
    /// What it is for.
    pub kind: SeriesKind,
    /// Its patches, in order.
    pub entries: Vec<SeriesEntry>,
    /// Comment lines after the last entry, without `#` and the blanks around.
    pub trailing_comments: Vec<String>,
}

/// What a list of patches is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesKind {
    /// The series, or `00list`.
    Main,
    /// That of one vendor, `VENDOR.series`, which is applied there instead (lower case).
    Vendor(String),
    /// Another one, such as `series-rt`, that debian/rules may use.
    Other,
    /// There is no file: all patches, by name.
    Names,
}

/// One patch of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesEntry {
    /// The line in the list, counted from 1; the position in a list without a file.
    pub line: u32,
    /// The name as written, with control and undecodable characters replaced.
    pub name: String,
    /// The file of the package; `None` when there is none, or the name leads out of debian/patches.
    pub path: Option<EntryPath>,
    /// What follows the name, such as `-p0` or `-R`.
    pub options: Vec<String>,
    /// How many components of names in the patch are taken off: of `-pN`, else 1.
    pub strip: u32,
    /// Whether the patch is applied backwards: `-R`.
    pub reversed: bool,
    /// Comments: the lines above since the entry before, and the one behind the name; without `#` and blanks around.
    pub comments: Vec<String>,
    /// Whether dpkg-source makes this patch itself.
    pub automatic: bool,
}

/// A file below debian/patches that no list names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlistedFile {
    /// Where it is in the package.
    pub path: EntryPath,
    /// Whether its name is that of a patch.
    pub is_patch: bool,
}
