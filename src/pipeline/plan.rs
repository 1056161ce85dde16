//! What a run has to do: wanted minus published.
//!
//! Everything here is decided from checksums that the signed index and the state give; nothing of the
//! pool, the store's packs or the published folder is opened.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::excludes::Excludes;
use super::prepare::{self, weak_key};
use super::publications::{Cause, Inputs, LISTING, Publications, SOURCE_FILES, Unit};
use super::views::origin;
use super::{checksums, copyright, patches};
use crate::archive::{Catalogue, Conflict};
use crate::model::{DebianVersion, Key, KeyBuilder, PackageName, Sha256, SourceFile, SourcePackage};
use crate::settings::Settings;
use crate::store::Failure;

/// The label of the rules of patches among the inputs of units.
const PATCH_RULES: &str = "rules of patches";

/// What the state knew when the run began.
#[derive(Debug, Default)]
pub struct Known {
    /// What is published.
    pub publications: Publications,
    /// What failed before.
    pub failures: HashMap<(PackageName, DebianVersion), Failure>,
    /// SHA-256 of files that the index names by weaker checksums only.
    pub weak: HashMap<Key, Sha256>,
}

/// One of the sites that share the published folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// Every file of every package.
    Sources,
    /// The licences of every package, and files by checksum.
    Copyright,
    /// The patches of every package.
    Patches,
}

impl Site {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sources, Self::Copyright, Self::Patches];
}

/// How a version stands before anything is tried.
#[derive(Debug, Clone)]
pub enum Standing {
    /// It is to be shown.
    Shown,
    /// It is not shown, for this reason.
    Excluded(String),
    /// It failed before, and it is not yet time to try again.
    Failed(Failure),
}

impl Standing {
    fn key(&self) -> Key {
        match self {
            Self::Shown => Key::of("shown", 1).finish(),
            Self::Excluded(reason) => Key::of("excluded", 1).text(reason).finish(),
            Self::Failed(Failure { step, reason, since, .. }) => {
                Key::of("failed", 1).text(step).text(reason).bytes(&since.to_le_bytes()).finish()
            }
        }
    }
}

/// One wanted version, and what of it has to be made.
#[derive(Debug)]
pub struct PlannedVersion<'a> {
    /// The version.
    pub package: &'a SourcePackage,
    /// The SHA-256 of each of its files; `None` when a weakly named one was never read.
    pub files: Option<Vec<Sha256>>,
    /// How it stands.
    pub standing: Standing,
    /// Why its raw files, its pages, what is told of its licences and its version page must be made, for those that
    /// must.
    pub raw: Option<Cause>,
    /// See [`raw`](Self::raw).
    pub pages: Option<Cause>,
    /// See [`raw`](Self::raw).
    pub copyright: Option<Cause>,
    /// Why what is told of its patches must be made.
    pub patches: Option<Cause>,
    /// Why its rows in the table of checksums must be made.
    pub checksums: Option<Cause>,
    /// See [`raw`](Self::raw).
    pub index: Option<Cause>,
    /// Whether its version page stays as it is, whatever else is made.
    pub keeps_version_page: bool,
}

impl PlannedVersion<'_> {
    /// Whether something of it must be made.
    pub fn is_due(&self) -> bool {
        let causes = [&self.raw, &self.pages, &self.copyright, &self.patches, &self.checksums, &self.index];
        causes.into_iter().any(Option::is_some)
    }

    /// The same, with nothing to be made of other sites than these; none stands for all.
    #[must_use]
    pub fn restricted_to(mut self, sites: &BTreeSet<Site>) -> Self {
        let is_left_out = |site| !sites.is_empty() && !sites.contains(&site);
        if is_left_out(Site::Sources) {
            (self.raw, self.pages, self.index) = (None, None, None);
            self.keeps_version_page = true;
        }
        if is_left_out(Site::Copyright) {
            (self.copyright, self.checksums) = (None, None);
        }
        if is_left_out(Site::Patches) {
            self.patches = None;
        }
        self
    }

    /// The units that will change.
    pub fn units(&self) -> Vec<Unit> {
        let SourcePackage { name, version, .. } = self.package;
        let causes = [&self.raw, &self.pages, &self.copyright, &self.patches];
        let contents = causes.into_iter().zip(Unit::contents(name, version));
        let contents = contents.filter(|(cause, _)| cause.is_some()).map(|(_, unit)| unit);
        // Pages are published with the version page among them.
        let has_version_page = self.is_due() && !self.keeps_version_page;
        contents.chain(has_version_page.then(|| Unit::version(name, version))).collect()
    }

    /// The files with their checksums, when those are known.
    pub fn checked_files(&self) -> Option<Vec<(&SourceFile, Sha256)>> {
        let sums = self.files.as_ref()?;
        Some(self.package.files.iter().zip(sums.iter().copied()).collect())
    }

    /// A line for `--explain` and `--dry-run`.
    pub fn explanation(&self) -> String {
        let id = self.package.id();
        if let Standing::Failed(failure) = &self.standing {
            return format!("{id}: failed ({}: {}), not tried again before its time", failure.step, failure.reason);
        }
        let part = |name: &str, cause: &Option<Cause>| cause.as_ref().map(|cause| format!("{name} ({cause})"));
        let parts = [
            part("raw files", &self.raw),
            part("pages", &self.pages),
            part("licences", &self.copyright),
            part("patches", &self.patches),
            part("checksums", &self.checksums),
            part("version page", &self.index),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let excluded = if matches!(self.standing, Standing::Excluded(_)) { " (excluded)" } else { "" };
        match parts.is_empty() {
            true => format!("{id}{excluded}: up to date"),
            false => format!("{id}{excluded}: {}", parts.join("; ")),
        }
    }
}

/// The keys of what all pages, or all pages of a version, depend on.
#[derive(Debug, Clone)]
pub struct Presentation {
    /// Templates, and the settings that pages show.
    pub pages: Key,
    /// Whether raw files keep their names.
    pub raw_names: Key,
    /// Lexer and compression of fragments.
    pub fragments: Key,
    /// What outlines are made with; `None` when there are none.
    pub outlines: Option<Key>,
    /// How bills of materials are written.
    pub bills: Key,
}

/// Decides the inputs of every unit of one run.
#[derive(Debug)]
pub struct Planner<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The archives.
    pub catalogue: &'a Catalogue,
    /// What is not shown.
    pub excludes: &'a Excludes,
    /// What pages look like.
    pub presentation: Presentation,
    /// The limits' key: with others, what failed is tried again.
    pub limits: Key,
    /// The sites that are made; none stands for all.
    pub sites: BTreeSet<Site>,
    /// The archive's clock, seconds since 1970.
    pub now: i64,
}

impl<'a> Planner<'a> {
    /// What has to be made of `package`.
    pub fn plan(&self, package: &'a SourcePackage, known: &Known) -> PlannedVersion<'a> {
        let SourcePackage { name, version, .. } = package;
        let files = self.checksums(package, known);
        let standing = self.standing(package, files.as_deref(), known);
        let mut planned = PlannedVersion {
            package,
            files,
            standing,
            raw: None,
            pages: None,
            copyright: None,
            patches: None,
            checksums: None,
            index: None,
            keeps_version_page: false,
        };
        let publications = &known.publications;
        let shown = matches!(planned.standing, Standing::Shown);
        let tree = planned.checked_files().map(|files| prepare::tree_key(package, &files));
        let cause = |unit: Unit, inputs: Option<Inputs>| match inputs {
            Some(inputs) => publications.cause(&unit, &inputs),
            None => Some(Cause::New),
        };
        if shown {
            planned.raw = cause(Unit::raw(name, version), tree.map(|tree| self.raw_inputs(package, tree)));
            planned.pages = cause(Unit::pages(name, version), tree.map(|tree| self.pages_inputs(package, tree)));
            planned.checksums =
                cause(Unit::checksums(name, version), tree.map(|tree| self.checksums_inputs(package, tree)));
            planned.copyright =
                cause(Unit::copyright(name, version), tree.map(|tree| self.copyright_inputs(package, tree)));
            planned.patches = cause(Unit::patches(name, version), tree.map(|tree| self.patches_inputs(package, tree)));
        } else {
            let there =
                |unit: Unit| publications.has(&unit).then(|| Cause::Changed(vec!["it is not shown".to_owned()]));
            planned.raw = there(Unit::raw(name, version));
            planned.pages = there(Unit::pages(name, version));
            planned.copyright = there(Unit::copyright(name, version));
            planned.patches = there(Unit::patches(name, version));
        }
        planned.index = cause(Unit::version(name, version), Some(self.index_inputs(package, &planned.standing, tree)));
        planned
    }

    fn checksums(&self, package: &SourcePackage, known: &Known) -> Option<Vec<Sha256>> {
        let checksum =
            |file: &SourceFile| file.checksums.sha256.or_else(|| known.weak.get(&weak_key(package, file)).copied());
        package.files.iter().map(checksum).collect()
    }

    fn standing(&self, package: &SourcePackage, files: Option<&[Sha256]>, known: &Known) -> Standing {
        let SourcePackage { name, version, .. } = package;
        if let Some(reason) = self.excludes.reason_for_version(name, version) {
            return Standing::Excluded(reason.to_owned());
        }
        match known.failures.get(&(name.clone(), version.clone())) {
            Some(failure) if failure.next_retry > self.now && failure.inputs == self.attempt_key(package, files) => {
                Standing::Failed(failure.clone())
            }
            _ => Standing::Shown,
        }
    }

    /// What an attempt to publish depends on: when it is another, a failure is tried again at once.
    pub fn attempt_key(&self, package: &SourcePackage, files: Option<&[Sha256]>) -> Key {
        let key = Key::of("attempt", 1).text(env!("CARGO_PKG_VERSION")).key(self.limits).text(&package.vendor);
        let key = package.files.iter().fold(key, |key, file| {
            let known = file.checksums.sha256.map_or_else(|| weak_key(package, file), Key);
            key.text(file.name.as_str()).key(known)
        });
        files.into_iter().flatten().fold(key, |key, sum| key.sha256(*sum)).finish()
    }

    /// The inputs of the raw files of a version.
    pub fn raw_inputs(&self, package: &SourcePackage, tree: Key) -> Inputs {
        Inputs::default()
            .with(SOURCE_FILES, tree)
            .with("its area", Key::of("area", 1).text(package.area.as_str()).finish())
            .with("how raw files are named", self.presentation.raw_names)
            .with("rules of [[exclude]]", self.excludes.files(&package.name, &package.version).key())
    }

    /// The inputs of the file and folder pages of a version.
    pub fn pages_inputs(&self, package: &SourcePackage, tree: Key) -> Inputs {
        self.raw_inputs(package, tree)
            .with("the templates or settings of pages", self.presentation.pages)
            .with("the lexer", self.presentation.fragments)
            .with("rules of debian/copyright", copyright::rules_key())
            .with(PATCH_RULES, patches::rules_key())
            .with("ctags", self.presentation.outlines.unwrap_or_else(|| Key::of("no outlines", 1).finish()))
    }

    /// The inputs of what is told of the licences of a version.
    pub fn copyright_inputs(&self, package: &SourcePackage, tree: Key) -> Inputs {
        self.raw_inputs(package, tree)
            .with("the templates or settings of pages", self.presentation.pages)
            .with("rules of debian/copyright", copyright::rules_key())
            .with("what its bill of materials is made from", self.bill_key(package, tree))
    }

    /// The inputs of what is told of the patches of a version.
    pub fn patches_inputs(&self, package: &SourcePackage, tree: Key) -> Inputs {
        self.raw_inputs(package, tree)
            .with("the templates or settings of pages", self.presentation.pages)
            .with("the lexer", self.presentation.fragments)
            .with(PATCH_RULES, patches::rules_key())
    }

    /// Changes whenever the bill of materials of a version may.
    pub fn bill_key(&self, package: &SourcePackage, tree: Key) -> Key {
        Key::of("bill of materials", 1)
            .key(self.presentation.bills)
            .key(copyright::rules_key())
            .key(tree)
            .key(self.excludes.files(&package.name, &package.version).key())
            .key(origin(self.settings, package).key())
            .finish()
    }

    /// The inputs of the rows of a version in the table of checksums.
    pub fn checksums_inputs(&self, package: &SourcePackage, tree: Key) -> Inputs {
        let excludes = self.excludes.files(&package.name, &package.version).key();
        Inputs::default()
            .with(SOURCE_FILES, tree)
            .with("rules of [[exclude]]", excludes)
            .with("rules of debian/copyright", copyright::rules_key())
            .with(LISTING, checksums::listing_key(tree, excludes))
    }

    /// The inputs of a version page.
    pub fn index_inputs(&self, package: &SourcePackage, standing: &Standing, tree: Option<Key>) -> Inputs {
        let inputs = match (standing, tree) {
            (Standing::Shown, Some(tree)) => self.pages_inputs(package, tree),
            _ => Inputs::default().with("the templates or settings of pages", self.presentation.pages),
        };
        inputs.with("its suites", self.membership(package)).with("whether it is shown", standing.key())
    }

    /// The inputs of a package page.
    pub fn package_inputs(&self, versions: &[&PlannedVersion<'_>]) -> Inputs {
        let key = versions.iter().fold(Key::of("versions", 1), |key, planned| {
            let SourcePackage { name, version, .. } = planned.package;
            let key = key.text(version.as_str()).key(self.membership(planned.package)).key(planned.standing.key());
            let key = self.tree_of(planned).into_iter().fold(key, KeyBuilder::key);
            key.key(self.excludes.files(name, version).key())
        });
        let inputs = Inputs::default()
            .with("the templates or settings of pages", self.presentation.pages)
            .with("rules of debian/copyright", copyright::rules_key())
            .with(PATCH_RULES, patches::rules_key())
            .with("its versions", key.finish());
        // It tells what is there of the others, too, so a run that makes all of them makes it again.
        let sites = self.sites.iter().fold(Key::of("sites", 1), |key, site| key.text(&format!("{site:?}")));
        if self.sites.is_empty() { inputs } else { inputs.with("the sites that were made", sites.finish()) }
    }

    /// The tree of a version that is shown; `None` when it is not, or was never unpacked.
    pub fn tree_of(&self, planned: &PlannedVersion<'_>) -> Option<Key> {
        let files = planned.checked_files().filter(|_| matches!(planned.standing, Standing::Shown))?;
        Some(prepare::tree_key(planned.package, &files))
    }

    fn membership(&self, package: &SourcePackage) -> Key {
        let key = Key::of("membership", 1)
            .text(package.area.as_str())
            .number(u64::from(package.archive))
            .number(u64::from(package.extra_source_only));
        let key = package.other_areas.iter().fold(key, |key, area| key.text(area.as_str()));
        let suites = package.suites.iter().filter_map(|&suite| self.catalogue.suites.get(usize::from(suite)));
        let key = suites.fold(key, |key, suite| {
            suite.aliases.iter().fold(key.text(suite.name.as_str()), |key, alias| key.text(alias))
        });
        conflicts_of(self.catalogue, package).fold(key, |key, conflict| key.text(&conflict)).finish()
    }
}

/// The conflicts of a version, a sentence each.
pub fn conflicts_of<'a>(catalogue: &'a Catalogue, package: &'a SourcePackage) -> impl Iterator<Item = String> {
    let concerns = |conflict: &&Conflict| conflict.package == package.name && conflict.version == package.version;
    catalogue.conflicts.iter().filter(concerns).map(|conflict| conflict_text(catalogue, conflict))
}

/// Which suite has other files of a version, and how they differ.
pub fn conflict_text(catalogue: &Catalogue, conflict: &Conflict) -> String {
    let suite = |at: u16| catalogue.suites.get(usize::from(at)).map_or("?", |suite| suite.name.as_str());
    format!(
        "{} has other files of version {} than {}, whose files are shown: {}",
        suite(conflict.other),
        conflict.version,
        suite(conflict.kept),
        conflict.what
    )
}

/// More packages than an archive loses in a night.
#[derive(Debug, thiserror::Error)]
#[error(
    "{gone} of {published} packages are not in the archives any more; nothing was removed or changed\n  \
     hint: if that is right, run `debpress build --force-remove`, which removes {examples}"
)]
pub struct TooManyGone {
    gone: usize,
    published: usize,
    examples: String,
}

/// Refuses to remove more than 5 % of the packages and more than 10 of them, or all of them.
///
/// # Errors
/// [`TooManyGone`], which names some of them.
pub fn guard(published: &BTreeSet<PackageName>, wanted: &BTreeMap<PackageName, Vec<usize>>) -> Result<(), TooManyGone> {
    let gone: Vec<&PackageName> = published.iter().filter(|name| !wanted.contains_key(*name)).collect();
    let allowed = (published.len() / 20).max(10);
    if gone.is_empty() || (gone.len() <= allowed && gone.len() < published.len()) {
        return Ok(());
    }
    let mut examples = gone.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if gone.len() > 5 {
        examples.push_str(", …");
    }
    Err(TooManyGone { gone: gone.len(), published: published.len(), examples })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> BTreeSet<PackageName> {
        (0..count).map(|number| PackageName::new(&format!("p{number}")).unwrap()).collect()
    }

    fn wanted(count: usize) -> BTreeMap<PackageName, Vec<usize>> {
        names(count).into_iter().map(|name| (name, vec![0])).collect()
    }

    #[test]
    fn an_index_that_lost_much_stops_the_run() {
        assert!(guard(&names(3), &wanted(0)).is_err());
        assert!(guard(&names(3), &wanted(1)).is_ok());
        assert!(guard(&names(100), &wanted(90)).is_ok());
        assert!(guard(&names(100), &wanted(89)).is_err());
        assert!(guard(&names(1000), &wanted(950)).is_ok());
        assert!(guard(&names(1000), &wanted(949)).is_err());
        assert!(guard(&names(0), &wanted(0)).is_ok());
    }
}
