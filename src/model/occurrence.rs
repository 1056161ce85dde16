//! Where a file occurs.

use serde::{Deserialize, Serialize};

use super::{DebianVersion, PackageName};

/// A file of a package version, and what the version declares for it. As JSON, and as a record, it is a sequence of
/// these four.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct Occurrence {
    /// The package.
    pub package: PackageName,
    /// Its version.
    pub version: DebianVersion,
    /// The file's path in the package, percent-encoded as in addresses: all bytes but unreserved characters (RFC 3986)
    /// and the slash.
    pub path: String,
    /// The SPDX expression that `debian/copyright` declares for it; `None` when it declares none.
    pub license: Option<String>,
}

/// A file that packages declare differently: there is no licence that all of them declare which declare one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// How many packages declare a licence for it.
    pub packages: u32,
    /// What they declare, by the most packages first.
    pub licences: Vec<DeclaredBy>,
}

/// A licence that packages declare for a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredBy {
    /// The SPDX expression.
    pub licence: String,
    /// How many packages declare it.
    pub packages: u32,
    /// Some of them, each once.
    pub examples: Vec<Occurrence>,
}

type Parts = (PackageName, DebianVersion, String, Option<String>);

impl From<Parts> for Occurrence {
    fn from((package, version, path, license): Parts) -> Self {
        Self { package, version, path, license }
    }
}

impl From<Occurrence> for Parts {
    fn from(it: Occurrence) -> Self {
        (it.package, it.version, it.path, it.license)
    }
}
