//! Everything that the archives have, merged: one record for each version of each package.

use std::fmt;

use super::index::{Index, Problem, Stanza};
use super::release::Release;
use crate::model::{Area, Checksums, DebianVersion, PackageName, SourceFile, SourcePackage, SuiteName};
use crate::settings::Settings;
use crate::timestamp::Timestamp;

/// Everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// The suites, in the order in which their releases were read; packages name them by position.
    pub suites: Vec<Suite>,
    /// The packages, sorted by name and version.
    pub packages: Vec<SourcePackage>,
    /// Versions that are not the same everywhere.
    pub conflicts: Vec<Conflict>,
    /// Stanzas that are left out or odd.
    pub problems: Vec<IndexProblem>,
    /// The packages of the stanzas that could not be read, as far as they have a name.
    pub unread: Vec<Option<Box<str>>>,
    /// What is odd about Release files, a line each: `ARCHIVE: dists/SUITE: what`.
    pub warnings: Vec<String>,
    /// The archive's clock: the newest `Date` of the releases; 1970 without any.
    pub clock: Timestamp,
}

/// A suite, as its Release file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// Which archive of the settings it is of, as a position in their list.
    pub archive: u16,
    /// The folder below `dists`.
    pub name: SuiteName,
    /// Its other names.
    pub aliases: Vec<String>,
    /// `Origin`; empty if there is none.
    pub origin: String,
    /// `Version`, such as `12.15`.
    pub version: Option<String>,
    /// `Description`.
    pub description: Option<String>,
    /// `Date`: when it was published.
    pub date: Timestamp,
}

/// One version that has different files in two places. Those of the archive (then the suite) that is
/// named first are used, and the version does not count as being in the other suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The package.
    pub package: PackageName,
    /// The version.
    pub version: DebianVersion,
    /// The suite whose files are used, as a position in [`Catalogue::suites`].
    pub kept: u16,
    /// The suite whose files are not.
    pub other: u16,
    /// How they differ.
    pub what: String,
}

/// A problem with the index that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexProblem {
    /// The archive's name and the path of the index below its root, without suffix.
    pub index: String,
    /// The line, the package and what is wrong.
    pub problem: Problem,
}

impl fmt::Display for IndexProblem {
    /// `ARCHIVE: dists/SUITE/AREA/source/Sources:LINE: PACKAGE: what`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.index, self.problem)
    }
}

/// A stanza and where it stands.
#[derive(Clone, Copy)]
struct Occurrence<'a> {
    stanza: &'a Stanza,
    suite: u16,
    index: u16,
    release: &'a Release,
    area: &'a Area,
}

impl Occurrence<'_> {
    fn same_index(&self, other: &Self) -> bool {
        (self.suite, self.index) == (other.suite, other.index)
    }
}

/// Merges releases, each with its indices in the order of [`Release::indices`].
///
/// - One version in several suites is one package. Its files are fetched from the archive that is named
///   first in the settings.
/// - In several areas: `main` is the canonical one, else the first by name.
/// - With other files elsewhere: a [`Conflict`].
/// - `Extra-Source-Only` only counts if it is so in every suite.
pub fn merge(settings: &Settings, releases: &[(Release, Vec<Index>)]) -> Catalogue {
    let mut catalogue = Catalogue {
        clock: releases.iter().map(|(release, _)| release.date).max().unwrap_or_default(),
        ..Catalogue::default()
    };
    let mut occurrences = Vec::new();
    for (suite, (release, indices)) in (0_u16..).zip(releases) {
        catalogue.suites.push(Suite::of(release));
        let archive = archive_name(settings, release);
        let odd = |what| format!("{archive}: {}: {what}", release.folder());
        catalogue.warnings.extend(release.warnings.iter().map(odd));
        for (index, (file, parsed)) in (0_u16..).zip(release.indices.iter().zip(indices)) {
            let area = &file.area;
            let name = index_name(settings, release, index);
            let located = |problem: &Problem| IndexProblem { index: name.clone(), problem: problem.clone() };
            catalogue.problems.extend(parsed.problems.iter().map(located));
            catalogue.unread.extend(parsed.problems.iter().map(|problem| problem.package.clone()));
            let placed = |stanza| Occurrence { stanza, suite, index, release, area };
            occurrences.extend(parsed.stanzas.iter().map(placed));
        }
    }
    let place = |occurrence: &Occurrence<'_>| (occurrence.suite, occurrence.index, occurrence.stanza.line);
    occurrences.sort_by(|a, b| {
        let (one, other) = (a.stanza, b.stanza);
        let names = one.package.cmp(&other.package);
        names.then_with(|| one.version.as_str().cmp(other.version.as_str())).then_with(|| place(a).cmp(&place(b)))
    });
    let alike = |a: &Occurrence<'_>, b: &Occurrence<'_>| {
        a.stanza.package == b.stanza.package && a.stanza.version == b.stanza.version
    };
    for group in occurrences.chunk_by(alike) {
        let kept = catalogue.reconcile(settings, group);
        catalogue.packages.extend(package(settings, &kept));
    }
    // Only versions of one package are compared, which is what costs.
    catalogue.packages.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.version.cmp(&b.version)));
    catalogue
}

impl Suite {
    fn of(release: &Release) -> Self {
        Self {
            archive: release.archive,
            name: release.suite.clone(),
            aliases: release.aliases.clone(),
            origin: release.origin.clone(),
            version: release.version.clone(),
            description: release.description.clone(),
            date: release.date,
        }
    }
}

impl Catalogue {
    /// Whether a stanza that could not be read may be about this package: then it is not known to be gone.
    pub fn may_have(&self, package: &str) -> bool {
        self.unread.iter().any(|name| name.as_deref().is_none_or(|name| name == package))
    }

    /// The suite that is called `name` or has it as an alias; folders go before aliases, and archives
    /// in their order.
    pub fn suite(&self, name: &str) -> Option<u16> {
        let position = |matches: &dyn Fn(&Suite) -> bool| self.suites.iter().position(matches);
        let found = position(&|suite| suite.name.as_str() == name)
            .or_else(|| position(&|suite| suite.aliases.iter().any(|alias| alias == name)))?;
        u16::try_from(found).ok()
    }

    /// The occurrences of one version that agree with the first; records the others.
    fn reconcile<'a>(&mut self, settings: &Settings, group: &[Occurrence<'a>]) -> Vec<Occurrence<'a>> {
        let mut kept: Vec<Occurrence<'a>> = Vec::with_capacity(group.len());
        for occurrence in group {
            let Some(first) = kept.first() else {
                kept.push(*occurrence);
                continue;
            };
            let stanza = occurrence.stanza;
            if let Some(difference) = difference(&first.stanza.files, &stanza.files) {
                self.conflicts.push(Conflict {
                    package: stanza.package.clone(),
                    version: stanza.version.clone(),
                    kept: first.suite,
                    other: occurrence.suite,
                    what: difference,
                });
            } else if let Some(earlier) = kept.iter().find(|earlier| earlier.same_index(occurrence)) {
                let what = format!("version {} stands at line {} already", stanza.version, earlier.stanza.line);
                let package = Some(stanza.package.as_str().into());
                self.problems.push(IndexProblem {
                    index: index_name(settings, occurrence.release, occurrence.index),
                    problem: Problem { line: stanza.line, package, what },
                });
            } else {
                kept.push(*occurrence);
            }
        }
        kept
    }
}

/// The package that the occurrences, which agree, make together.
fn package(settings: &Settings, kept: &[Occurrence<'_>]) -> Option<SourcePackage> {
    let first = kept.first()?;
    let archive = first.release.archive;
    let same_archive = || kept.iter().filter(move |occurrence| occurrence.release.archive == archive);
    let mut areas: Vec<&Area> = kept.iter().map(|occurrence| occurrence.area).collect();
    areas.sort_by_key(|area| (area.as_str() != "main", *area));
    areas.dedup();
    let (area, other_areas) = areas.split_first()?;
    let fetched_from = same_archive().find(|occurrence| occurrence.area == *area).unwrap_or(first);
    let mut files = first.stanza.files.clone();
    for other in same_archive().skip(1) {
        for (file, other) in files.iter_mut().zip(&other.stanza.files) {
            add_missing(&mut file.checksums, &other.checksums);
        }
    }
    let mut suites: Vec<u16> = kept.iter().map(|occurrence| occurrence.suite).collect();
    suites.dedup();
    Some(SourcePackage {
        name: first.stanza.package.clone(),
        version: first.stanza.version.clone(),
        area: (*area).clone(),
        other_areas: other_areas.iter().map(|area| (*area).clone()).collect(),
        archive,
        suites,
        vendor: vendor(settings, first.release),
        directory: fetched_from.stanza.directory.clone(),
        files,
        extra_source_only: kept.iter().all(|occurrence| occurrence.stanza.extra_source_only),
    })
}

/// How two lists of files, sorted by name, differ; `None` if they may be the same. Checksums that only
/// one has say nothing.
fn difference(one: &[SourceFile], other: &[SourceFile]) -> Option<String> {
    if !one.iter().map(|file| &file.name).eq(other.iter().map(|file| &file.name)) {
        return Some("the names of the files differ".to_owned());
    }
    let differ = |(one, other): &(&SourceFile, &SourceFile)| {
        let (a, b) = (&one.checksums, &other.checksums);
        let contradict = contradict(a.sha256, b.sha256) || contradict(a.sha1, b.sha1) || contradict(a.md5, b.md5);
        one.size != other.size || contradict
    };
    let (file, _) = one.iter().zip(other).find(differ)?;
    Some(format!("`{}` is another file", file.name))
}

fn contradict<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

fn add_missing(known: &mut Checksums, other: &Checksums) {
    known.sha256 = known.sha256.or(other.sha256);
    known.sha1 = known.sha1.or(other.sha1);
    known.md5 = known.md5.or(other.md5);
}

/// Whose series of patches is applied: the archive's setting, else the first word of `Origin`, as an archive
/// of `Debian Backports` holds packages that are built on Debian.
fn vendor(settings: &Settings, release: &Release) -> Box<str> {
    let set = settings.archives.get(usize::from(release.archive)).and_then(|archive| archive.vendor.as_deref());
    let vendor = set.unwrap_or_else(|| release.origin.split_ascii_whitespace().next().unwrap_or_default());
    vendor.to_lowercase().into()
}

fn index_name(settings: &Settings, release: &Release, index: u16) -> String {
    let path = release.indices.get(usize::from(index)).map_or("", |file| &file.path);
    format!("{}: {}/{path}", archive_name(settings, release), release.folder())
}

fn archive_name<'a>(settings: &'a Settings, release: &Release) -> &'a str {
    settings.archives.get(usize::from(release.archive)).map_or("", |archive| &archive.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Key;

    const SETTINGS: &str = "
        archive = [
            { name = 'one', url = 'one', trusted = true },
            { name = 'two', url = 'two', trusted = true, vendor = 'Other' },
        ]";

    fn settings() -> Settings {
        toml::from_str(SETTINGS).unwrap()
    }

    fn release(archive: u16, suite: &str, areas: &[(&str, &str)]) -> (Release, Vec<Index>) {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let mut text = format!("Origin: Press Backports\nDate: Sat, 11 Jul 2026 10:16:3{archive} UTC\nSHA256:\n");
        areas.iter().for_each(|(area, _)| text += &format!(" {empty} 0 {area}/source/Sources\n"));
        let suite = SuiteName::new(suite).unwrap();
        let release = Release::parse(text.as_bytes(), archive, suite, Key::of("test", 1).finish()).unwrap();
        let indices = areas.iter().map(|(_, text)| Index::parse(&mut text.as_bytes()).unwrap()).collect();
        (release, indices)
    }

    fn stanza(package: &str, version: &str, folder: &str, md5_digit: char) -> String {
        let md5 = md5_digit.to_string().repeat(32);
        format!("Package: {package}\nVersion: {version}\nDirectory: {folder}\nFiles:\n {md5} 7 {package}.dsc\n\n")
    }

    #[test]
    fn one_version_in_two_suites_and_areas_is_one_package() {
        let in_main = stanza("a", "1", "pool/main/a", '0') + &stanza("a", "1.10", "pool/main/a", '1');
        let elsewhere = stanza("a", "1", "pool/contrib/a", '0') + &stanza("a", "1.9", "pool/contrib/a", '1');
        let releases = [release(0, "old", &[("contrib", &elsewhere)]), release(0, "new", &[("main", &in_main)])];
        let catalogue = merge(&settings(), &releases);
        let versions: Vec<_> = catalogue.packages.iter().map(SourcePackage::id).collect();
        assert_eq!(versions, ["a=1", "a=1.9", "a=1.10"]);
        let package = &catalogue.packages[0];
        assert_eq!((package.area.as_str(), package.other_areas[0].as_str()), ("main", "contrib"));
        assert_eq!((&*package.directory, &*package.vendor), ("pool/main/a", "press"));
        assert_eq!(package.suites, [0, 1]);
        assert_eq!((catalogue.suite("new"), catalogue.suite("never")), (Some(1), None));
    }

    #[test]
    fn the_archive_named_first_wins_a_conflict() {
        let (one, two) =
            (stanza("a", "1", "pool/a", '0'), stanza("a", "1", "pool/a", '1') + &stanza("b", "1", "pool/b", '1'));
        let catalogue = merge(&settings(), &[release(0, "x", &[("main", &one)]), release(1, "y", &[("main", &two)])]);
        assert_eq!(catalogue.packages[0].suites, [0]);
        assert_eq!(&*catalogue.packages[1].vendor, "other");
        let conflict = &catalogue.conflicts[0];
        assert_eq!((conflict.kept, conflict.other, conflict.what.as_str()), (0, 1, "`a.dsc` is another file"));
        assert_eq!(catalogue.clock.to_string(), "2026-07-11T10:16:31Z");
    }

    #[test]
    fn two_stanzas_alike_are_one_package_and_a_problem() {
        let twice = stanza("a", "1", "pool/a", '0').repeat(2);
        let catalogue = merge(&settings(), &[release(0, "x", &[("main", &twice)])]);
        assert_eq!(catalogue.packages.len(), 1);
        let problem = catalogue.problems[0].to_string();
        assert_eq!(problem, "one: dists/x/main/source/Sources:7: a: version 1 stands at line 1 already");
    }

    #[test]
    fn checksums_of_several_suites_add_up_and_extra_sources_need_all() {
        let extra = |text: &str| format!("Extra-Source-Only: yes\n{text}");
        let strong = stanza("a", "1", "pool/a", '0')
            .replace("Files:", "Checksums-Sha256:")
            .replace(&"0".repeat(32), &"0".repeat(64));
        let (weak, strong) = (extra(&stanza("a", "1", "pool/a", '0')), extra(&strong));
        let catalogue =
            merge(&settings(), &[release(0, "x", &[("main", &weak)]), release(0, "y", &[("main", &strong)])]);
        let package = &catalogue.packages[0];
        assert!(package.files[0].checksums.sha256.is_some() && package.files[0].checksums.md5.is_some());
        assert!(package.extra_source_only);
        let plain = stanza("a", "1", "pool/a", '0');
        let catalogue =
            merge(&settings(), &[release(0, "x", &[("main", &weak)]), release(0, "y", &[("main", &plain)])]);
        assert!(!catalogue.packages[0].extra_source_only);
    }
}
