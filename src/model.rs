//! The small plain types that every room speaks.
//!
//! Values are checked once, at the border, by the constructors here; code further in may rely on what
//! a type promises: a [`PackageName`] and a [`DebianVersion`] are safe as one path component, an
//! [`EntryPath`] never leaves the folder it is relative to, a [`Sha256`] is 32 bytes and not a string
//! of any length.
//!
//! This module depends on nothing else of the crate but `timestamp`.

mod applied_series;
mod census;
mod checksum;
mod copyright;
mod found;
mod fragment;
mod key;
mod license;
mod name;
mod occurrence;
mod overview;
mod packaging;
mod patch;
mod patch_census;
mod patch_diff;
mod patch_facts;
mod patch_history;
mod path;
mod series;
mod source;
mod symbol;
mod tree;

pub use applied_series::{AppliedPatch, AppliedSeries, LineMarks};
pub use census::{
    CensusVersion, CommonWording, CopyrightForm, LicenceDigest, LicenceStatistics, SuiteStatistics, Tally,
    VersionDigest,
};
pub use checksum::{Md5, Sha1, Sha256};
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
pub use key::{Key, KeyBuilder};
pub use license::{LicenseExpression, LicenseTerm};
pub use name::{Area, DebianVersion, FileName, PackageName, SuiteName};
pub use occurrence::{DeclaredBy, Disagreement, Occurrence};
pub use overview::{LanguageShare, Overview, Totals};
pub use packaging::{BinaryPackage, Packaging};
pub use patch::{
    AppliedUpstream, Bug, BugEvidence, BugReference, ForwardedField, HeaderKind, OriginClass, PatchHeader, PatchOrigin,
    PatchState, PatchStatus, Person, StatusCondition, StatusRule,
};
pub use patch_census::{PatchDigest, PatchesDigest, PatchesVersion};
pub use patch_diff::{
    Applied, AppliedFile, BlameRun, ChangeKind, DiffFormat, FileBlame, HunkOrigin, LineOrigin, PatchChange, PatchDiff,
    PatchHunk, PatchId, PatchIds, PatchedFile, RemovedRun, UnreadableDiff,
};
pub use patch_facts::{DiffLine, DiffLineKind, FileChange, PatchFacts, PatchesFacts, ShownHunk, ShownPatch};
pub use patch_history::{ComparedPatch, InterdiffLine, PatchLife, PatchStage, SeriesComparison};
pub use path::{EntryPath, folder_of};
pub use series::{
    AppliedWhen, ChangeFormat, PatchSystem, SeriesEntry, SeriesKind, SeriesList, SourceSeries, UnlistedFile,
};
pub use source::{Checksums, SourceFile, SourcePackage};
pub use symbol::{Outlined, Scope, Symbol};
pub use tree::{Entry, EntryKind, Member, MemberKind, Place, TextFacts, Tree};

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
