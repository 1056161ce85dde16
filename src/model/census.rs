//! Which licences the versions of an archive declare: what pages across packages are made from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CopyrightFormat, DebianVersion, PackageName, Sha256, SuiteName};

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
    /// Who has the copyright, as `Copyright` fields name them, with the files below these; without mail addresses.
    pub holders: Vec<(String, u32)>,
    /// Single licences of which there is a text, and what tells that text from other wordings.
    pub texts: Vec<(String, Sha256)>,
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

/// A version with what it adds to what is told across packages.
#[derive(Debug)]
pub struct VersionDigest<'a, D> {
    /// The package.
    pub package: &'a PackageName,
    /// Its version.
    pub version: &'a DebianVersion,
    /// The suites that have it.
    pub suites: &'a [SuiteName],
    /// What it adds.
    pub digest: &'a D,
}

/// A version with its licences.
pub type CensusVersion<'a> = VersionDigest<'a, LicenceDigest>;

/// The text of a licence as most packages that have one give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonWording {
    /// The text, as one package writes it.
    pub text: String,
    /// How many versions have this wording.
    pub versions: u64,
    /// How many versions have a text of the licence.
    pub of: u64,
    /// How many wordings there are.
    pub wordings: u64,
}

/// What the versions of a suite, or of all, declare, each version counted once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LicenceStatistics<'a> {
    /// Versions of which something is told.
    pub versions: u64,
    /// Those whose `debian/copyright` is for machines.
    pub machine_readable: u64,
    /// Those whose file is for people.
    pub free_form: u64,
    /// Those without.
    pub none: u64,
    /// Files of all of them.
    pub files: u64,
    /// Single licences by SPDX name: a file counts once for each licence of its expression, so these add up to more than
    /// there are.
    pub licences: BTreeMap<&'a str, Tally>,
    /// Whole SPDX expressions: each file counts once. Under an empty name are those that nothing is declared for.
    pub expressions: BTreeMap<&'a str, Tally>,
}

/// How often something is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// In how many versions.
    pub versions: u64,
    /// For how many files of them.
    pub files: u64,
}

impl<'a> LicenceStatistics<'a> {
    /// Counts a version.
    pub fn add(&mut self, digest: &'a LicenceDigest) {
        self.versions += 1;
        match digest.form {
            CopyrightForm::MachineReadable => self.machine_readable += 1,
            CopyrightForm::FreeForm => self.free_form += 1,
            CopyrightForm::None => self.none += 1,
        }
        self.files += digest.expressions.iter().map(|(_, files)| u64::from(*files)).sum::<u64>();
        count(&mut self.licences, &digest.licences);
        count(&mut self.expressions, &digest.expressions);
    }

    /// The share of versions whose file is for machines, in tenths of a percent.
    pub fn machine_readable_share(&self) -> u64 {
        (self.machine_readable * 1000).checked_div(self.versions).unwrap_or(0)
    }
}

fn count<'a>(tallies: &mut BTreeMap<&'a str, Tally>, declared: &'a [(String, u32)]) {
    for (name, files) in declared {
        let tally = tallies.entry(name).or_default();
        tally.versions += 1;
        tally.files += u64::from(*files);
    }
}

/// The statistics of all versions, and of each suite.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SuiteStatistics<'a> {
    /// Of all versions, whatever suites they are in.
    pub all: LicenceStatistics<'a>,
    /// Of each suite.
    pub suites: BTreeMap<&'a SuiteName, LicenceStatistics<'a>>,
}

impl<'a> SuiteStatistics<'a> {
    /// Counts versions.
    pub fn of(versions: &'a [CensusVersion<'a>]) -> Self {
        let mut statistics = Self::default();
        for version in versions {
            statistics.all.add(version.digest);
            for suite in version.suites {
                statistics.suites.entry(suite).or_default().add(version.digest);
            }
        }
        statistics
    }

    /// All of them with the suite they are of, those of all versions first.
    pub fn each(&self) -> impl Iterator<Item = (Option<&'a SuiteName>, &LicenceStatistics<'a>)> {
        std::iter::once((None, &self.all)).chain(self.suites.iter().map(|(suite, it)| (Some(*suite), it)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_in_two_suites_counts_once_in_all() {
        let pairs = |pairs: &[(&str, u32)]| pairs.iter().map(|(name, files)| ((*name).to_owned(), *files)).collect();
        let digest = LicenceDigest {
            form: CopyrightForm::MachineReadable,
            main: None,
            expressions: pairs(&[("MIT OR ISC", 3), ("", 2)]),
            licences: pairs(&[("ISC", 3), ("MIT", 3)]),
            findings: Vec::new(),
            holders: Vec::new(),
            texts: Vec::new(),
        };
        let (package, version) = (PackageName::new("a").unwrap(), DebianVersion::new("1").unwrap());
        let suites = ["one", "two"].map(|name| SuiteName::new(name).unwrap());
        let versions = [CensusVersion { package: &package, version: &version, suites: &suites, digest: &digest }];
        let statistics = SuiteStatistics::of(&versions);
        assert_eq!((statistics.all.versions, statistics.all.files), (1, 5));
        assert_eq!(statistics.suites.values().map(|suite| suite.files).collect::<Vec<_>>(), [5, 5]);
        assert_eq!(statistics.all.licences["MIT"], Tally { versions: 1, files: 3 });
        assert_eq!(statistics.all.expressions.values().map(|it| it.files).sum::<u64>(), statistics.all.files);
    }
}
