//! How a package carries its changes: which system of patches, which list, in which order.
//!
//! [`read`] gets the paths of a package and the bytes of the few files that tell, and answers with a [`SourceSeries`].
//! Rules: `dpkg-source(1)` ("Source package formats"), `quilt(1)` ("series"), `dpatch(7)`, cdbs' simple-patchsys.

mod list;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::rules::{Findings, RuleId};
use crate::model::{
    AppliedWhen, ChangeFormat, EntryPath, PatchSystem, SeriesKind, SeriesList, SourceSeries, UnlistedFile,
};

/// The folder of patches, with a slash at its end.
const PATCHES: &[u8] = b"debian/patches/";

/// Gives the bytes of a file, when there is one.
pub type ReadFile<'a> = dyn Fn(&[u8]) -> Option<Cow<'a, [u8]>> + 'a;

/// What is to be known of a package. Nothing is read but what is here.
pub struct PackageFiles<'a> {
    /// `Format` of the `.dsc`.
    pub format: &'a str,
    /// Whether a `.diff.gz` belongs to the package.
    pub has_diff: bool,
    /// Whose `VENDOR.series` is applied (lower case).
    pub vendor: &'a str,
    /// The paths of all files and links below debian/, sorted.
    pub paths: &'a [EntryPath],
    /// The bytes of a file; asked for lists of patches, `debian/rules` and `debian/source/options` only.
    pub read: &'a ReadFile<'a>,
}

impl PackageFiles<'_> {
    fn has(&self, path: &[u8]) -> bool {
        self.paths.binary_search_by(|other| other.as_bytes().cmp(path)).is_ok()
    }

    /// The files of debian/patches and below it.
    fn patch_files(&self) -> impl Iterator<Item = &EntryPath> {
        self.paths.iter().filter(|path| path.as_bytes().starts_with(PATCHES))
    }

    /// Whether a file has one of the words.
    fn mentions(&self, path: &[u8], words: &[&str]) -> Option<String> {
        let bytes = if self.has(path) { (self.read)(path) } else { None }?;
        let found = words.iter().find(|word| memchr::memmem::find(&bytes, word.as_bytes()).is_some())?;
        Some(format!("{} has `{found}`", path.escape_ascii()))
    }
}

/// Finds out how a package carries its changes.
pub fn read(package: &PackageFiles<'_>) -> SourceSeries {
    let mut findings = Findings::default();
    let format = change_format(package);
    let (system, reason) = system(package, &format);
    let applied = match (system, &format) {
        (PatchSystem::None | PatchSystem::Plain, format) if *format != ChangeFormat::Patches => AppliedWhen::Unknown,
        (_, ChangeFormat::Quilt | ChangeFormat::SinglePatch | ChangeFormat::Patches) => AppliedWhen::Unpacking,
        _ => AppliedWhen::Building,
    };
    let lists = lists(package, system, applied, &mut findings);
    let made_by = |path| package.mentions(path, &["debian/patches/series", "patches/series"]);
    let generated = !package.has(b"debian/patches/series")
        && (made_by(b"debian/rules").is_some() || made_by(b"debian/rules.patch").is_some());
    let unlisted = unlisted(package, &lists);
    if applied != AppliedWhen::Unknown && !generated && !lists.iter().any(|list| list.kind == SeriesKind::Other) {
        for file in unlisted.iter().filter(|file| file.is_patch) {
            findings.add_of_file(RuleId::PatchNotInSeries, &file.path.to_string());
        }
    }
    SourceSeries { format, system, applied, reason, lists, generated, unlisted, findings: findings.finish() }
}

fn change_format(package: &PackageFiles<'_>) -> ChangeFormat {
    let is_single = || package.mentions(b"debian/source/options", &["single-debian-patch"]).is_some();
    match package.format.trim() {
        "3.0 (quilt)" if is_single() => ChangeFormat::SinglePatch,
        "3.0 (quilt)" => ChangeFormat::Quilt,
        "2.0" => ChangeFormat::Patches,
        "" | "1.0" if package.has_diff => ChangeFormat::Diff,
        "" | "1.0" | "3.0 (native)" => ChangeFormat::Native,
        "3.0 (git)" => ChangeFormat::Git,
        other => ChangeFormat::Other(other.to_owned()),
    }
}

/// What in debian/rules shows that a system is used.
const MARKS: [(PatchSystem, &[&str]); 3] = [
    (PatchSystem::Dpatch, &["dpatch.make", "dpatch apply", "dpatch.mk", "--with dpatch"]),
    (PatchSystem::SimplePatchsys, &["simple-patchsys.mk"]),
    (
        PatchSystem::Quilt,
        &["quilt.make", "--with quilt", "--with=quilt", "patchsys-quilt.mk", "quilt push", "QUILT_PATCHES"],
    ),
];

/// The system of patches, and what shows it.
fn system(package: &PackageFiles<'_>, format: &ChangeFormat) -> (PatchSystem, String) {
    let has_series =
        package.patch_files().any(|path| list::vendor(path).is_some() || list::is_main(path, PatchSystem::Quilt));
    match format {
        ChangeFormat::Git => return (PatchSystem::None, "the changes are commits of a git repository".to_owned()),
        ChangeFormat::Other(name) => return (PatchSystem::None, format!("the format {name} is not read")),
        ChangeFormat::Quilt | ChangeFormat::SinglePatch if has_series => {
            return (PatchSystem::Quilt, format!("the format is {}", package.format));
        }
        ChangeFormat::Patches => return (PatchSystem::Plain, "the format is 2.0".to_owned()),
        _ => {}
    }
    let rules = MARKS.iter().find_map(|(system, words)| Some((*system, package.mentions(b"debian/rules", words)?)));
    if let Some(found) = rules.filter(|_| package.patch_files().next().is_some()) {
        return found;
    }
    if has_series {
        (PatchSystem::Quilt, "debian/patches/series is there".to_owned())
    } else if package.has(b"debian/patches/00list") {
        (PatchSystem::Dpatch, "debian/patches/00list is there".to_owned())
    } else if package.patch_files().any(list::is_patch) {
        (PatchSystem::Plain, "patches are in debian/patches without a list".to_owned())
    } else if *format == ChangeFormat::Native {
        (PatchSystem::None, "the package is native: there is no upstream tarball to differ from".to_owned())
    } else {
        (PatchSystem::None, "there is no patch in debian/patches".to_owned())
    }
}

/// The lists, the applied one first.
fn lists(
    package: &PackageFiles<'_>,
    system: PatchSystem,
    applied: AppliedWhen,
    findings: &mut Findings,
) -> Vec<SeriesList> {
    let mut lists: Vec<SeriesList> = Vec::new();
    for path in package.patch_files().filter(|path| list::is_list(path)) {
        let Some(bytes) = (package.read)(path.as_bytes()) else { continue };
        let kind = match list::vendor(path) {
            Some(vendor) => SeriesKind::Vendor(vendor),
            None if list::is_main(path, system) => SeriesKind::Main,
            None => SeriesKind::Other,
        };
        let is_applied = kind != SeriesKind::Other;
        let mut ignored = Findings::default();
        let target = if is_applied { &mut *findings } else { &mut ignored };
        lists.push(list::read(path, kind, &bytes, package, applied, target));
    }
    if matches!(system, PatchSystem::SimplePatchsys | PatchSystem::Plain) {
        let is_applied = if applied == AppliedWhen::Unpacking { list::is_applied_by_2_0 } else { list::is_patch };
        lists.extend(list::by_name(package.patch_files().filter(|path| is_applied(path))));
    }
    let rank = |list: &SeriesList| match &list.kind {
        SeriesKind::Vendor(vendor) if vendor == package.vendor => 0,
        SeriesKind::Main | SeriesKind::Names => 1,
        SeriesKind::Vendor(_) => 2,
        SeriesKind::Other => 3,
    };
    lists.sort_by_key(rank);
    lists
}

/// Files of debian/patches that are no lists and in none.
fn unlisted(package: &PackageFiles<'_>, lists: &[SeriesList]) -> Vec<UnlistedFile> {
    let listed: BTreeSet<&EntryPath> =
        lists.iter().flat_map(|list| &list.entries).filter_map(|entry| entry.path.as_ref()).collect();
    let files = package.patch_files().filter(|path| !listed.contains(path) && !list::is_list(path));
    files.map(|path| UnlistedFile { path: path.clone(), is_patch: list::is_patch(path) }).collect()
}

#[cfg(test)]
mod tests;
