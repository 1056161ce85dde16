//! What the folder `debian/` of a package says about it.

use serde::{Deserialize, Serialize};

/// What a package's maintainers say of it, as far as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Packaging {
    /// Fields of the source stanza of `debian/control`, in its order, with their values on one line.
    pub fields: Vec<(String, String)>,
    /// The binary packages.
    pub binaries: Vec<BinaryPackage>,
    /// The newest entry of `debian/changelog`, with its heading and signature lines.
    pub changelog: Option<String>,
    /// When that entry was written, as it says (RFC 5322).
    pub date: Option<String>,
    /// `debian/watch`, without comments.
    pub watch: Option<String>,
    /// `debian/upstream/metadata`: keys and values that stand on one line.
    pub upstream: Vec<(String, String)>,
    /// Where the key that upstream signs with is.
    pub signing_key: Option<String>,
}

/// A binary package that is built from a source package (Debian Policy, chapter 5.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinaryPackage {
    /// `Package:`.
    pub name: String,
    /// `Architecture:`.
    pub architecture: String,
    /// The first line of `Description:`.
    pub synopsis: String,
    /// The lines after it, as text: blanks at the start of lines and full stops that stand for empty lines are gone.
    pub description: String,
}

impl Packaging {
    /// The value of a field of the source stanza; the case of its name does not matter.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(its, _)| its.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
