//! Which suites there are, and what else they are called.
//!
//! A suite is a real folder below `dists`, or one level deeper (`buster/updates`), with an `InRelease`
//! or `Release` in it. Links to it are aliases, as are `Suite` and `Codename` of its Release file where
//! no other suite claims them. A link that leads out of `dists` is a suite by the link's name. Links
//! named like point releases (`Debian12.5`) are neither.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::release::Release;
use crate::fs::{PathContext as _, PathError};
use crate::model::SuiteName;

/// The suites of an archive, as far as they are known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// The suites, sorted.
    pub(super) suites: BTreeSet<SuiteName>,
    /// Other names that the archive itself leads to them from.
    pub(super) links: BTreeMap<SuiteName, SuiteName>,
}

impl Listing {
    /// Lists the suites of the archive in the folder `root`.
    pub(super) fn read(root: &Path) -> Result<Self, PathError> {
        let dists = root.join("dists");
        let mut listing = Self::default();
        let mut links = Vec::new();
        for folder in folders(&dists)? {
            match folder.is_link {
                true => links.push(folder),
                false => listing.add_folder(&folder)?,
            }
        }
        if links.is_empty() {
            return Ok(listing);
        }
        let dists = dists.canonicalize().at("resolve", &dists)?;
        for link in links {
            let target = link.path.canonicalize().at("resolve", &link.path)?;
            match target.strip_prefix(&dists) {
                Ok(target) => listing.add_links(&link.name, target),
                Err(_) => listing.add_folder(&link)?,
            }
        }
        Ok(listing)
    }

    /// The suite that `name` is or leads to.
    pub(super) fn resolve(&self, name: &SuiteName) -> Option<&SuiteName> {
        self.suites.get(name).or_else(|| self.links.get(name))
    }

    /// The names that lead to `suite`.
    pub(super) fn links_to(&self, suite: &SuiteName) -> impl Iterator<Item = &SuiteName> {
        self.links.iter().filter(move |(_, target)| *target == suite).map(|(link, _)| link)
    }

    /// Adds a folder and the ones in it if they are suites. Names that no suite may have are passed over.
    fn add_folder(&mut self, folder: &Folder) -> Result<(), PathError> {
        if is_suite(&folder.path) {
            self.suites.extend(SuiteName::new(&folder.name));
        }
        for inner in folders(&folder.path)? {
            if !inner.is_link && is_suite(&inner.path) {
                self.suites.extend(SuiteName::new(&format!("{}/{}", folder.name, inner.name)));
            }
        }
        Ok(())
    }

    /// A link to `stable` is also one to `stable/updates`.
    fn add_links(&mut self, link: &str, target: &Path) {
        let aliases: Vec<_> = self
            .suites
            .iter()
            .filter_map(|suite| {
                let rest = Path::new(suite.as_str()).strip_prefix(target).ok()?.to_str()?;
                let name = if rest.is_empty() { link.to_owned() } else { format!("{link}/{rest}") };
                Some((SuiteName::new(&name).ok()?, suite.clone()))
            })
            .collect();
        self.links.extend(aliases);
    }
}

/// A folder, or a link to one.
struct Folder {
    name: String,
    path: PathBuf,
    is_link: bool,
}

/// The folders in `parent` and the links to folders, in no order; none if `parent` is not there or a file.
fn folders(parent: &Path) -> Result<Vec<Folder>, PathError> {
    let entries = match std::fs::read_dir(parent) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        other => other.at("list", parent)?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.at("list", parent)?;
        let path = entry.path();
        let (Ok(name), true) = (entry.file_name().into_string(), path.is_dir()) else { continue };
        let is_link = entry.file_type().at("examine", &path)?.is_symlink();
        folders.push(Folder { name, path, is_link });
    }
    Ok(folders)
}

fn is_suite(folder: &Path) -> bool {
    folder.join("InRelease").is_file() || folder.join("Release").is_file()
}

/// Whether a link is named after a point release: letters, then numbers with dots between them. In
/// `Debian9.5/updates` the first part counts.
fn is_point_release(link: &str) -> bool {
    let link = link.split_once('/').map_or(link, |(first, _)| first);
    let numbers = link.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let mut parts = numbers.split('.');
    numbers.len() < link.len() && numbers.contains('.') && parts.all(|part| is_number(part))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The names by which a Release file says that its suite goes, other than the folder's.
///
/// The `Codename` of `noble-updates` is `noble`, and of `buster/updates` `buster`: these name the suite that
/// is updated, not the updates.
pub(super) fn claimed_names(release: &Release) -> impl Iterator<Item = &str> {
    let folder = release.suite.as_str();
    [&release.suite_field, &release.codename].into_iter().flatten().map(String::as_str).filter(move |name| {
        let rest = folder.strip_prefix(name);
        SuiteName::new(name).is_ok() && !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/']))
    })
}

/// Fills the aliases of all releases; `listings` are those of the archives, by their position.
pub(super) fn add_aliases(releases: &mut [Release], listings: &BTreeMap<u16, Listing>) {
    let mut claims: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (position, release) in releases.iter().enumerate() {
        claims.entry(release.suite.as_str()).or_default().insert(position);
        claimed_names(release).for_each(|name| {
            claims.entry(name).or_default().insert(position);
        });
    }
    let taken = |name: &str, release: &Release| {
        let name = SuiteName::new(name).ok();
        let listing = listings.get(&release.archive);
        name.zip(listing).is_some_and(|(name, listing)| listing.resolve(&name).is_some())
    };
    let aliases: Vec<Vec<String>> = releases
        .iter()
        .map(|release| {
            let links = listings.get(&release.archive).into_iter().flat_map(|listing| listing.links_to(&release.suite));
            let links = links.map(SuiteName::as_str).filter(|link| !is_point_release(link));
            let unambiguous = |name: &&str| claims.get(*name).is_some_and(|by| by.len() == 1) && !taken(name, release);
            let names: BTreeSet<_> = links.chain(claimed_names(release).filter(unambiguous)).collect();
            names.into_iter().map(str::to_owned).collect()
        })
        .collect();
    for (release, aliases) in releases.iter_mut().zip(aliases) {
        release.aliases = aliases;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs;
    use crate::model::Key;

    fn name(text: &str) -> SuiteName {
        SuiteName::new(text).unwrap()
    }

    fn release(folder: &str, suite: &str, codename: &str) -> Release {
        let text = format!("Suite: {suite}\nCodename: {codename}\nDate: Sat, 11 Jul 2026 10:16:37 UTC\n");
        Release::parse(text.as_bytes(), 0, name(folder), Key::of("test", 1).finish()).unwrap()
    }

    fn aliases(releases: &mut [Release], listing: Listing) -> Vec<Vec<String>> {
        add_aliases(releases, &BTreeMap::from([(0, listing)]));
        releases.iter().map(|release| release.aliases.clone()).collect()
    }

    #[test]
    fn folders_with_release_files_are_suites_and_links_to_them_aliases() {
        let archive = tempfile::tempdir().unwrap();
        let dists = archive.path().join("dists");
        for file in ["ten/InRelease", "ten/updates/Release", "ten/main/source/Release", "nine/updates/InRelease"] {
            let path = dists.join(file);
            fs::create_folders(path.parent().unwrap()).unwrap();
            fs::write_new(&path, &[]).unwrap();
        }
        let outside = archive.path().join("elsewhere");
        fs::create_folders(&outside).unwrap();
        fs::write_new(&outside.join("Release"), &[]).unwrap();
        for (link, target) in [("stable", "ten"), ("Press10.3", "ten"), ("extra", "../elsewhere"), ("gone", "nowhere")]
        {
            std::os::unix::fs::symlink(target, dists.join(link)).unwrap();
        }
        let listing = Listing::read(archive.path()).unwrap();
        let suites: Vec<_> = listing.suites.iter().map(SuiteName::as_str).collect();
        assert_eq!(suites, ["extra", "nine/updates", "ten", "ten/updates"]);
        assert_eq!(listing.resolve(&name("stable/updates")), Some(&name("ten/updates")));
        assert_eq!(listing.resolve(&name("gone")), None);
        let mut releases = [release("ten", "testing", "ten")];
        assert_eq!(aliases(&mut releases, listing), [["stable", "testing"]]);
    }

    #[test]
    fn names_that_two_suites_claim_are_no_aliases() {
        let mut releases = [
            release("noble", "noble", "noble"),
            release("noble-updates", "noble-updates", "noble"),
            release("experimental", "experimental", "rc-buggy"),
            release("a", "stable", "a"),
            release("b", "stable", "b"),
        ];
        assert_eq!(aliases(&mut releases, Listing::default()), [vec![], vec![], vec!["rc-buggy"], vec![], vec![]]);
    }

    #[test]
    fn the_codename_of_updates_is_not_their_name() {
        let mut releases = [release("buster/updates", "oldstable", "buster"), release("noble-updates", "x", "noble")];
        assert_eq!(aliases(&mut releases, Listing::default()), [["oldstable"], ["x"]]);
    }

    #[test]
    fn point_releases_are_told_by_their_names() {
        assert!(is_point_release("Debian12.5") && is_point_release("Stable1.2/updates"));
        assert!(!is_point_release("stable") && !is_point_release("12.5") && !is_point_release("jammy.5x"));
    }
}
