//! Names that stand for a version of a package in addresses: `latest`, suites and their other names.
//!
//! `latest` is the highest version by Debian's comparison, a suite's name the highest one in it. Versions whose files
//! are shown go before those whose files are not there. A name that is a version of the package stands for nothing
//! else, and names that are no single plain component of an address (`buster/updates`) for nothing at all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{encode, encode_path, encoded_component};
use crate::model::{Area, DebianVersion, PackageName};

/// The name of a package's highest version.
pub const LATEST: &str = "latest";

/// The folders of addresses of which package and version are the next two components.
pub const NAMED_FOLDERS: [&str; 7] =
    ["api/src", "copyright/license", "info/licences", "info/symbols", "patches/api", "patches", "src"];

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedVersion {
    /// The version.
    pub version: DebianVersion,
    /// Its area, which addresses of raw files have.
    pub area: Area,
}

/// A version that names may stand for.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The version, with its area.
    pub version: NamedVersion,
    /// The suites that have it, and their other names.
    pub suites: Vec<&'a str>,
    /// Whether its files are shown.
    pub is_shown: bool,
}

/// The names that stand for versions of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageNames {
    /// The package.
    pub package: PackageName,
    /// What each name stands for.
    pub names: BTreeMap<Box<str>, NamedVersion>,
}

impl PackageNames {
    /// The names of a package with these versions.
    pub fn new(package: PackageName, candidates: &[Candidate<'_>]) -> Self {
        let mut best: BTreeMap<&str, &Candidate<'_>> = BTreeMap::new();
        let rank = |it: &Candidate<'_>| (it.is_shown, it.version.version.clone());
        for candidate in candidates {
            for name in candidate.suites.iter().copied().chain([LATEST]).filter(|name| is_component(name)) {
                let known = best.entry(name).or_insert(candidate);
                if rank(known) < rank(candidate) {
                    *known = candidate;
                }
            }
        }
        let is_version = |name: &str| candidates.iter().any(|it| it.version.version.as_str() == name);
        let names = best.into_iter().filter(|(name, _)| !is_version(name));
        Self { package, names: names.map(|(name, it)| (name.into(), it.version.clone())).collect() }
    }

    /// `latest=main/1.0-2,sid=main/1.0-2`: each name with area and version, the latter percent-encoded.
    pub fn line(&self) -> String {
        let mut line = String::new();
        for (name, NamedVersion { version, area }) in &self.names {
            let comma = if line.is_empty() { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(line, "{comma}{name}={area}/{}", encoded_component(version.as_str().as_bytes()));
        }
        line
    }
}

/// Whether a name is one plain component of an address that needs no encoding.
fn is_component(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Says what a name stands for among the versions of a package.
pub type VersionOf<'a> = dyn Fn(&PackageName, &str) -> Option<NamedVersion> + 'a;

/// The address of what is asked for by a path, without leading slash, with a name in the version's place.
pub(super) fn with_version(path: &[u8], version_of: &VersionOf<'_>) -> Option<String> {
    let in_folder = |folder: &&str| path.strip_prefix(folder.as_bytes())?.strip_prefix(b"/");
    let named = |(folder, below): (&str, &[u8])| {
        let (package, NamedVersion { version, .. }, rest) = lookup(below, version_of)?;
        Some(location(folder, &package, &version, rest))
    };
    let folders = NAMED_FOLDERS.iter().filter_map(|folder| Some((*folder, in_folder(folder)?)));
    folders.into_iter().find_map(named).or_else(|| {
        let below = path.strip_prefix(b"data/")?;
        let mut parts = below.splitn(3, |&byte| byte == b'/');
        let (_area, _prefix, below) = (parts.next()?, parts.next()?, parts.next()?);
        let (package, NamedVersion { version, area }, rest) = lookup(below, version_of)?;
        Some(location(&format!("data/{area}/{}", package.pool_prefix()), &package, &version, rest))
    })
}

/// `PACKAGE/NAME/PATH` as package, version, and `/PATH`.
fn lookup<'p>(below: &'p [u8], version_of: &VersionOf<'_>) -> Option<(PackageName, NamedVersion, &'p [u8])> {
    let mut parts = below.splitn(3, |&byte| byte == b'/');
    let package = PackageName::new(std::str::from_utf8(parts.next()?).ok()?).ok()?;
    let name = std::str::from_utf8(parts.next()?).ok().filter(|name| is_component(name))?;
    let rest = &below[package.as_str().len() + 1 + name.len()..];
    let version = version_of(&package, name)?;
    Some((package, version, rest))
}

fn location(folder: &str, package: &PackageName, version: &DebianVersion, rest: &[u8]) -> String {
    let mut location = format!("/{folder}/");
    encode(package.as_str().as_bytes(), &mut location);
    location.push('/');
    encode(version.as_str().as_bytes(), &mut location);
    encode_path(rest, &mut location);
    location
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate<'a>(version: &str, area: &str, suites: &[&'a str], is_shown: bool) -> Candidate<'a> {
        let version = NamedVersion { version: DebianVersion::new(version).unwrap(), area: Area::new(area).unwrap() };
        Candidate { version, suites: suites.to_vec(), is_shown }
    }

    fn names(candidates: &[Candidate<'_>]) -> PackageNames {
        PackageNames::new(PackageName::new("libfoo++").unwrap(), candidates)
    }

    #[test]
    fn a_name_stands_for_the_highest_version() {
        let names = names(&[
            candidate("2.10", "main", &["sid", "unstable"], true),
            candidate("2.9", "main", &["sid", "unstable", "stable"], true),
            candidate("1:0.1", "contrib", &["oldstable"], true),
            candidate("1:3", "main", &["stable"], false),
        ]);
        assert_eq!(
            names.line(),
            "latest=contrib/1%3A0.1,oldstable=contrib/1%3A0.1,sid=main/2.10,stable=main/2.9,unstable=main/2.10"
        );
    }

    #[test]
    fn odd_names_stand_for_nothing() {
        let names = names(&[candidate("7.0", "main", &["7.0", "buster/updates", "a=b"], false)]);
        assert_eq!(names.line(), "latest=main/7.0");
    }

    #[test]
    fn the_rest_of_an_address_is_kept() {
        let names = names(&[candidate("1:2", "contrib", &["sid"], true)]);
        let at = |path: &[u8]| {
            let version_of = |package: &PackageName, name: &str| {
                names.names.get(name).filter(|_| *package == names.package).cloned()
            };
            with_version(path, &version_of)
        };
        assert_eq!(at(b"src/libfoo++/sid/caf\xe9/a b").unwrap(), "/src/libfoo%2B%2B/1%3A2/caf%E9/a%20b");
        assert_eq!(at(b"src/libfoo++/latest").unwrap(), "/src/libfoo%2B%2B/1%3A2");
        assert_eq!(at(b"patches/api/libfoo++/sid/").unwrap(), "/patches/api/libfoo%2B%2B/1%3A2/");
        assert_eq!(at(b"data/main/l/libfoo++/sid/x").unwrap(), "/data/contrib/libf/libfoo%2B%2B/1%3A2/x");
        for nothing in [&b"src/libfoo++"[..], b"src/libfoo++/1:2/x", b"src/other/sid/x", b"data/main/sid", b"x/sid"] {
            assert_eq!(at(nothing), None, "{}", nothing.escape_ascii());
        }
    }
}
