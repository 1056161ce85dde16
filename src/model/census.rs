//! Which licences the versions of an archive declare: what pages across packages are made from.

use serde::{Deserialize, Serialize};

use super::{CopyrightFormat, DebianVersion, PackageName, SuiteName};

/// What a version adds to the count of licences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceDigest {
    /// How its `debian/copyright` is written.
    pub form: CopyrightForm,
    /// The licence of the package as a whole, or of most of its files: an SPDX expression.
    pub main: Option<String>,
    /// Whole SPDX expressions with the files they are declared for, most files first; those that nothing is declared for
    /// are under an empty name.
    pub expressions: Vec<(String, u32)>,
    /// Single licences (`A`, `A WITH B`) by name, with the files under expressions that name them: each file counts once
    /// for a licence.
    pub licences: Vec<(String, u32)>,
    /// Rules by name, with their findings.
    pub findings: Vec<(String, u32)>,
}

/// How a `debian/copyright` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyrightForm {
    /// For machines, by the specification.
    MachineReadable,
    /// For people.
    FreeForm,
    /// There is none, or nothing in it.
    None,
}

impl From<&CopyrightFormat> for CopyrightForm {
    fn from(format: &CopyrightFormat) -> Self {
        match format {
            CopyrightFormat::MachineReadable { .. } => Self::MachineReadable,
            CopyrightFormat::FreeForm { .. } => Self::FreeForm,
            CopyrightFormat::None => Self::None,
        }
    }
}

/// A version with its digest.
#[derive(Debug, Clone)]
pub struct CensusVersion<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// Its version.
    pub version: &'a DebianVersion,
    /// The suites that have it.
    pub suites: Vec<SuiteName>,
    /// What it adds.
    pub digest: &'a LicenceDigest,
}
