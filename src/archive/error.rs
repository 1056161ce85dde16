//! What can go wrong with an archive as a whole.

use super::checksum::Mismatch;
use super::index::IndexError;
use super::release::ReleaseError;
use super::signature::SignatureError;
use super::source::SourceError;
use crate::fs::PathError;
use crate::model::Area;
use crate::timestamp::Timestamp;

/// Why an archive cannot be read. Nothing of it is used then.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A folder cannot be listed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The keyrings cannot be read.
    #[error(transparent)]
    Keyring(#[from] SignatureError),
    /// The folder has no suite in it.
    #[error(
        "archive `{archive}`: no suite: looked for `InRelease` and `Release` in the folders below {looked}\n  \
         hint: `url` names the folder that has `dists` and `pool` in it"
    )]
    NoSuites {
        /// The archive's name.
        archive: String,
        /// The folder that was looked in.
        looked: String,
    },
    /// A suite of the settings is not there.
    #[error("archive `{archive}`: no suite `{suite}`: neither {looked} nor `Release` is there{}", listed(known))]
    NoSuite {
        /// The archive's name.
        archive: String,
        /// The suite as the settings call it.
        suite: String,
        /// The first file that was looked for.
        looked: String,
        /// The suites that are there.
        known: Vec<String>,
    },
    /// No suite has an area of the settings.
    #[error("archive `{archive}`: none of its suites has the area `{area}` of `areas`{}", listed(known))]
    NoArea {
        /// The archive's name.
        archive: String,
        /// The area as the settings call it.
        area: Area,
        /// The areas that are there.
        known: Vec<String>,
    },
    /// Several suites go by a name.
    #[error("archive `{archive}`: `{suite}` may be any of {}\n  hint: use one of these names", candidates.join(", "))]
    AmbiguousSuite {
        /// The archive's name.
        archive: String,
        /// The suite as the settings call it.
        suite: String,
        /// The suites whose Release files have that name.
        candidates: Vec<String>,
    },
    /// There is a Release file, but nothing that vouches for it.
    #[error(
        "not signed: neither {inline} nor {detached} is there\n  \
         hint: `trusted = true` in [[archive]] believes it all the same"
    )]
    Unsigned {
        /// Where the signed Release file was looked for.
        inline: String,
        /// Where the signature was looked for.
        detached: String,
    },
    /// Nobody who is to be believed signed it, or it was changed since.
    #[error("{path}: {source}")]
    Signature {
        /// The signed file.
        path: String,
        /// Why it is not believed.
        source: SignatureError,
    },
    /// The Release file cannot be understood.
    #[error("{path}:{source}")]
    Release {
        /// The file.
        path: String,
        /// The line and what is wrong with it.
        source: ReleaseError,
    },
    /// It says itself that it must not be used any more.
    #[error(
        "{path}: valid until {until} only\n  \
         hint: update the mirror; for an archived suite or a snapshot set `check-valid-until = false`"
    )]
    Expired {
        /// The Release file.
        path: String,
        /// Its `Valid-Until`.
        until: Timestamp,
    },
    /// No form of an index is there.
    #[error(
        "{path}: not there in any form that Release lists ({})\n  hint: if the mirror has no `{area}`, leave it out of `areas`",
        forms.iter().map(|form| if form.is_empty() { "plain" } else { form.as_str() }).collect::<Vec<_>>().join(", ")
    )]
    NoIndex {
        /// The index without suffix.
        path: String,
        /// The suffixes of the forms that are listed.
        forms: Vec<String>,
        /// Its area.
        area: Area,
    },
    /// The Release file has no SHA-256 of an index.
    #[error(
        "{path}: its checksum is MD5 or SHA-1 only\n  hint: `allow-weak = true` in [[archive]] believes it all the same"
    )]
    WeakIndex {
        /// The index without suffix.
        path: String,
    },
    /// An index is not the one that was signed for.
    #[error("{path}: {source}\n  hint: the mirror may be being updated; try again when it is done")]
    Checksum {
        /// The file.
        path: String,
        /// The checksums.
        source: Mismatch,
    },
    /// An index cannot be read.
    #[error("{path}: {source}\n  hint: it is what was signed for, so tell those who run the archive")]
    Index {
        /// The file.
        path: String,
        /// What is wrong.
        source: IndexError,
    },
    /// A release was read with other settings.
    #[error("the settings have no archive number {0}")]
    NoArchive(u16),
}

fn listed(known: &[String]) -> String {
    match known {
        [] => String::new(),
        known => format!("\n  known: {}", known.join(", ")),
    }
}
