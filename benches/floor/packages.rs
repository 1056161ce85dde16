//! The source packages of a mirror folder, found by their `.dsc` files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

/// One tarball of a package version.
pub(crate) struct Tarball {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// Where its members go below the package's folder: empty, or the name of an additional tarball.
    pub(crate) below: String,
    /// Whether the members' first folder is left out: in all but the Debian tarball.
    pub(crate) strip: bool,
    /// Whether `debian/` in it counts for nothing, as in the upstream tarballs of `3.0 (quilt)`.
    pub(crate) without_debian: bool,
}

/// One package version.
pub(crate) struct Package {
    /// `AREA/PREFIX/NAME/VERSION`, as raw files are addressed.
    pub(crate) data: String,
    /// `NAME/VERSION`, as pages are addressed.
    pub(crate) src: String,
    pub(crate) tarballs: Vec<Tarball>,
}

/// All package versions whose `.dsc` lies in `MIRROR/pool/AREA/PREFIX/NAME/`.
pub(crate) fn find(mirror: &Path) -> Result<Vec<Package>, Failure> {
    let mut packages = Vec::new();
    let pool = mirror.join("pool");
    for area in subfolders(&pool)? {
        for prefix in subfolders(&area)? {
            for folder in subfolders(&prefix)? {
                let place = folder.strip_prefix(&pool)?.to_str().ok_or("a pool folder is not UTF-8")?;
                for entry in fs::read_dir(&folder)? {
                    let path = entry?.path();
                    if path.extension().is_some_and(|extension| extension == "dsc") {
                        packages.push(package(&path, place)?);
                    }
                }
            }
        }
    }
    Ok(packages)
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

fn package(dsc: &Path, place: &str) -> Result<Package, Failure> {
    let text = fs::read_to_string(dsc)?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .ok_or_else(|| format!("{}: no {name}", dsc.display()))
    };
    let (name, version, format) = (field("Source")?, field("Version")?, field("Format")?);
    let folder = dsc.parent().ok_or("a .dsc without folder")?;
    let tarballs = text
        .lines()
        .skip_while(|line| !line.starts_with("Checksums-Sha256:"))
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .filter_map(|line| tarball(folder, line, format == "3.0 (quilt)"))
        .collect();
    Ok(Package { data: format!("{place}/{version}"), src: format!("{name}/{version}"), tarballs })
}

/// A line `CHECKSUM SIZE NAME`; `None` for a diff or a signature.
fn tarball(folder: &Path, line: &str, is_quilt: bool) -> Option<Tarball> {
    let mut words = line.split_whitespace();
    let (sha256, size, name) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let (stem, _) = name.split_once(".tar")?;
    if name.ends_with(".asc") {
        return None;
    }
    let is_debian = stem.ends_with(".debian");
    let component = stem.rsplit_once(".orig-").map(|(_, component)| component);
    Some(Tarball {
        path: folder.join(name),
        size,
        sha256: sha256.to_owned(),
        below: component.unwrap_or_default().to_owned(),
        strip: !is_debian,
        without_debian: is_quilt && !is_debian && component.is_none(),
    })
}
