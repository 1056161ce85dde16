//! Debian-style archives: from the settings to a verified list of source packages, and from that to
//! verified files.
//!
//! ```no_run
//! # fn run(settings: debpress::settings::Settings, folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
//! use debpress::archive::{self, Fetcher};
//!
//! let mut read = Vec::new();
//! for release in archive::read_releases(&settings, &|_| false, std::time::SystemTime::now())? {
//!     let indices = release.indices.iter().map(|file| archive::read_index(&settings, &release, file));
//!     let indices = indices.collect::<Result<Vec<_>, _>>()?;
//!     read.push((release, indices));
//! }
//! let catalogue = archive::merge(&settings, &read);
//! let fetcher = Fetcher::new(&settings, folder)?;
//! for package in &catalogue.packages {
//!     for file in &package.files {
//!         fetcher.fetch(package, file)?.reader()?;
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Nothing is used before it is verified: the Release file by its signature, an index by the checksum in
//! the Release file, a file of the pool by the checksum in the index. Reading the Release files is cheap;
//! their checksums tell which indices have to be read at all ([`index_key`]).
//!
//! Depends on [`settings`](crate::settings), [`model`](crate::model), [`timestamp`](crate::timestamp),
//! [`formats`](crate::formats) and, for downloads, [`fs`](crate::fs).

mod catalogue;
mod checksum;
mod error;
mod fetch;
mod fields;
mod http;
mod index;
mod reader;
mod release;
mod signature;
mod source;
mod suites;

pub use catalogue::{Catalogue, Conflict, IndexProblem, Suite, merge};
pub use checksum::Mismatch;
pub use error::ArchiveError;
pub use fetch::{FetchError, Fetched, Fetcher};
pub use http::{Client as HttpClient, HttpError, Length, Patience};
pub use index::{Index, IndexError, Problem, Stanza};
pub use reader::{choose_keyrings, index_key, read_index, read_releases};
pub use release::{IndexFile, IndexForm, Release, ReleaseError};
pub use signature::SignatureError;
pub use source::SourceError;
