//! What the page of a version says of the whole of it.

use serde::{Deserialize, Serialize};

use super::Packaging;

/// What the page of a version says of the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Overview {
    /// What its maintainers say.
    pub packaging: Packaging,
    /// What its files are, all together.
    pub totals: Totals,
}

/// How much there is below a folder, all folders in it included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Regular files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their languages, those with the most bytes first.
    pub languages: Vec<LanguageShare>,
}

/// How much of a folder is in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LanguageShare {
    /// The name that readers see.
    pub language: String,
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Lines with something other than comments and blanks.
    pub code_lines: u64,
}
