//! From the files of a source package to the entries of its tree, as `dpkg-source -x` would make them.
//!
//! [`dsc`] says what the files are for, [`tarball`] streams the members of one of them, [`patch`] applies a
//! diff, and [`assemble`] puts members and diffs together. Nothing of a package is ever created on the file
//! system: names, links and modes are data. The judge is dpkg 1.21.22 run by a user with umask 022 and GNU
//! tar 1.34; `docs/design.md` tells where we differ on purpose.
//!
//! May depend on `formats`, `settings` and `model`.

pub mod assemble;
pub mod dsc;
pub mod manifest;
pub mod patch;
pub mod tarball;

use std::io;

/// Why a source file or a source package cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The file cannot be read, or its compressed data are damaged or incomplete.
    #[error("{file}: cannot read on after {expanded} expanded bytes: {source}")]
    Read {
        /// The source file.
        file: String,
        /// Bytes that came out before.
        expanded: u64,
        /// What the system or the decoder said.
        #[source]
        source: io::Error,
    },
    /// What is read is not an archive that tar unpacks without complaint.
    #[error("{file}: bad tar archive: {reason}, in the block at byte {offset}")]
    Archive {
        /// The source file.
        file: String,
        /// Where in the expanded archive, in bytes.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// A limit of the settings is passed.
    #[error("{file}: {what}: more than {limit}\n  hint: `{key}` in [limits] of site.toml sets this limit")]
    Limit {
        /// The source file, or the file inside the package.
        file: String,
        /// What there is too much of.
        what: &'static str,
        /// The setting; for fixed limits, the nearest.
        key: &'static str,
        /// Its value.
        limit: u64,
    },
    /// Whoever receives the members cannot go on.
    #[error("{file}: {source}")]
    Sink {
        /// The source file.
        file: String,
        /// Why.
        #[source]
        source: tarball::SinkError,
    },
    /// The `.dsc` does not name the files that its format needs.
    #[error("{format}: {reason}")]
    Files {
        /// The source format.
        format: String,
        /// What is missing or too much.
        reason: String,
    },
    /// `dpkg-source` does not unpack the package either.
    #[error("{path}: {reason}")]
    Refused {
        /// Where in the package, or which source file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A patch does not apply.
    #[error(transparent)]
    Patch(#[from] patch::PatchError),
    /// The bytes of a file cannot be had.
    #[error("{path}: {source}")]
    Part {
        /// Where in the package.
        path: String,
        /// Why.
        #[source]
        source: assemble::PartError,
    },
}
