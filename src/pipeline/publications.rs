//! What is published now, and from which inputs it was made.
//!
//! A *unit* is a piece of the site that is renewed as a whole: the raw files of a version, its pages, what is
//! told of its licences and patches, its version page, a package page. The state keeps for each the inputs it was made from. A run compares,
//! *voids* what it is going to change in one transaction before it changes anything, and records the new
//! inputs when all is written: a run that is killed in between leaves units that the next one makes again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::{DebianVersion, Key, PackageName};
use crate::store::{State, StateError};

/// The name of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit(String);

impl Unit {
    /// The raw files of a version.
    pub fn raw(name: &PackageName, version: &DebianVersion) -> Self {
        Self(format!("raw/{name}/{version}"))
    }

    /// The file and folder pages of a version.
    pub fn pages(name: &PackageName, version: &DebianVersion) -> Self {
        Self(format!("pages/{name}/{version}"))
    }

    /// The version page.
    pub fn version(name: &PackageName, version: &DebianVersion) -> Self {
        Self(format!("version/{name}/{version}"))
    }

    /// What is told of the licences of a version.
    pub fn copyright(name: &PackageName, version: &DebianVersion) -> Self {
        Self(format!("copyright/{name}/{version}"))
    }

    /// What is told of the patches of a version.
    pub fn patches(name: &PackageName, version: &DebianVersion) -> Self {
        Self(format!("patches/{name}/{version}"))
    }

    /// All that a version may have but the version page.
    pub fn contents(name: &PackageName, version: &DebianVersion) -> [Self; 4] {
        [
            Self::raw(name, version),
            Self::pages(name, version),
            Self::copyright(name, version),
            Self::patches(name, version),
        ]
    }

    /// All that a version may have.
    pub fn all_of(name: &PackageName, version: &DebianVersion) -> impl Iterator<Item = Self> {
        Self::contents(name, version).into_iter().chain([Self::version(name, version)])
    }

    /// The kind of units that [`checksums`](Self::checksums) gives.
    pub const CHECKSUMS: &str = "sha256";

    /// The rows of a version in the table of checksums.
    pub fn checksums(name: &PackageName, version: &DebianVersion) -> Self {
        Self(format!("{}/{name}/{version}", Self::CHECKSUMS))
    }

    /// The shards of the table of checksums.
    pub fn checksum_table() -> Self {
        Self("table/sha256".to_owned())
    }

    /// The pages of files that packages declare differently, made of that table.
    pub fn disagreements() -> Self {
        Self("disagreements".to_owned())
    }

    /// The package page.
    pub fn package(name: &PackageName) -> Self {
        Self(format!("package/{name}"))
    }

    /// The kind of units that [`patch_history`](Self::patch_history) gives.
    pub const PATCH_HISTORY: &str = "patch-history";

    /// What became of the patches of a package from version to version.
    pub fn patch_history(name: &PackageName) -> Self {
        Self(format!("{}/{name}", Self::PATCH_HISTORY))
    }

    /// The page of a prefix.
    pub fn prefix(prefix: &str) -> Self {
        Self(format!("prefix/{prefix}"))
    }

    /// What is told of licences across packages.
    pub fn census() -> Self {
        Self("census".to_owned())
    }

    /// What is told of patches across packages.
    pub fn patch_census() -> Self {
        Self("patch-census".to_owned())
    }

    /// The pages that list packages or failures, and the files that every site has.
    pub fn lists() -> Self {
        Self("lists".to_owned())
    }

    /// The name as the state keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the record that lists the unit's files.
    pub fn key(&self) -> Key {
        Key::of("published", 1).text(&self.0).finish()
    }

    /// Package and version of a unit of one version.
    pub fn of_version(name: &str) -> Option<(PackageName, DebianVersion)> {
        let mut parts = name.split('/');
        let (
            Some("raw" | "pages" | "copyright" | "patches" | Unit::CHECKSUMS | "version"),
            Some(package),
            Some(version),
        ) = (parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some((PackageName::new(package).ok()?, DebianVersion::new(version).ok()?))
    }
}

/// What a unit was made from: named keys, so that a change can be explained.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs(String);

impl Inputs {
    /// Adds one; `label` completes "because … changed".
    pub fn with(mut self, label: &'static str, key: Key) -> Self {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{key} {label}");
        self
    }

    /// The key that was added under a label.
    pub fn key_of(&self, label: &str) -> Option<Key> {
        key_of(&self.0, label)
    }

    /// The labels of what is not the same in `before`.
    pub fn changes_since(&self, before: &str) -> Vec<&str> {
        self.0
            .lines()
            .filter(|line| !before.lines().any(|known| known == *line))
            .filter_map(|line| line.split_once(' ').map(|(_, label)| label))
            .collect()
    }
}

/// The key that inputs, as the state keeps them, have under a label.
fn key_of(inputs: &str, label: &str) -> Option<Key> {
    let line = inputs.lines().find_map(|line| line.strip_suffix(label)?.strip_suffix(' '))?;
    line.parse().ok()
}

/// The label of the listing among the inputs of a version's checksums.
pub const LISTING: &str = "its listing";

/// The label of the tree among the inputs of a version's units.
pub const SOURCE_FILES: &str = "its source files";

/// Why a unit is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It is not there.
    New,
    /// These inputs changed.
    Changed(Vec<String>),
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::New => f.write_str("not published yet"),
            Self::Changed(labels) if labels.is_empty() => f.write_str("a run was interrupted"),
            Self::Changed(labels) => write!(f, "changed: {}", labels.join(", ")),
        }
    }
}

/// The units that are published.
#[derive(Debug, Default)]
pub struct Publications {
    units: BTreeMap<String, String>,
}

impl Publications {
    /// What the state says.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn load(state: &State) -> Result<Self, StateError> {
        Ok(Self { units: state.read(|state| state.publications())? })
    }

    /// Why `unit` must be made from `inputs`; `None` when it was.
    pub fn cause(&self, unit: &Unit, inputs: &Inputs) -> Option<Cause> {
        match self.units.get(&unit.0) {
            None => Some(Cause::New),
            Some(before) if *before == inputs.0 => None,
            Some(before) if before.is_empty() => Some(Cause::Changed(Vec::new())),
            Some(before) => {
                Some(Cause::Changed(inputs.changes_since(before).iter().map(ToString::to_string).collect()))
            }
        }
    }

    /// Whether something of `unit` may be there.
    pub fn has(&self, unit: &Unit) -> bool {
        self.units.contains_key(&unit.0)
    }

    /// All versions of which something may be there.
    pub fn versions(&self) -> std::collections::BTreeSet<(PackageName, DebianVersion)> {
        self.units.keys().filter_map(|unit| Unit::of_version(unit)).collect()
    }

    /// All units.
    pub fn units(&self) -> Vec<Unit> {
        self.units.keys().cloned().map(Unit).collect()
    }

    /// The tree that a unit of a version was made from.
    pub fn tree_of(&self, unit: &Unit) -> Option<Key> {
        self.key_of(unit, SOURCE_FILES)
    }

    /// The key that a unit was made from under a label.
    pub fn key_of(&self, unit: &Unit, label: &str) -> Option<Key> {
        key_of(self.units.get(&unit.0)?, label)
    }

    /// All trees that something published was made from.
    pub fn trees(&self) -> std::collections::BTreeSet<Key> {
        self.units().iter().filter_map(|unit| self.tree_of(unit)).collect()
    }

    /// The rest of the names of all units that begin with `kind/`.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        let rest = move |unit: &'a str| unit.strip_prefix(kind)?.strip_prefix('/');
        self.units.keys().filter_map(move |unit| rest(unit))
    }

    /// Notes durably that these units are about to change.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn void(&mut self, state: &State, units: &[Unit]) -> Result<(), StateError> {
        state.transaction(|state| {
            state.clear_completed_runs()?;
            units.iter().try_for_each(|unit| state.set_publication(&unit.0, ""))
        })?;
        self.units.extend(units.iter().map(|unit| (unit.0.clone(), String::new())));
        Ok(())
    }

    /// Records what was made from what, and what is gone.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record(&mut self, state: &State, made: Vec<(Unit, Inputs)>, gone: &[Unit]) -> Result<(), StateError> {
        state.transaction(|state| {
            made.iter().try_for_each(|(unit, inputs)| state.set_publication(&unit.0, &inputs.0))?;
            gone.iter().try_for_each(|unit| state.remove_publication(&unit.0))
        })?;
        gone.iter().for_each(|unit| drop(self.units.remove(&unit.0)));
        self.units.extend(made.into_iter().map(|(unit, inputs)| (unit.0, inputs.0)));
        Ok(())
    }

    /// Forgets everything: the published folder is new.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn clear(&mut self, state: &State) -> Result<(), StateError> {
        state.transaction(|state| state.clear_publications())?;
        self.units.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_explained_by_what_changed() {
        let key = |text: &str| Key::of(text, 1).finish();
        let before = Inputs::default().with("the templates", key("a")).with("its source files", key("b"));
        let after = Inputs::default().with("the templates", key("c")).with("its source files", key("b"));
        let unit = Unit::package(&PackageName::new("hello").unwrap());
        let publications = Publications { units: [(unit.0.clone(), before.0.clone())].into() };
        assert_eq!(publications.cause(&unit, &before), None);
        assert_eq!(publications.cause(&unit, &after).unwrap().to_string(), "changed: the templates");
    }

    #[test]
    fn units_of_versions_are_read_back() {
        let (name, version) = (PackageName::new("hello").unwrap(), DebianVersion::new("1:2~rc1").unwrap());
        assert_eq!(Unit::of_version(Unit::raw(&name, &version).as_str()), Some((name.clone(), version)));
        assert_eq!(Unit::of_version(Unit::package(&name).as_str()), None);
    }
}
