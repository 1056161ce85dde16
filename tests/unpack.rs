//! Source packages unpack to the trees that `dpkg-source` makes of them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{difference, dsc_files, judge, mangled, memory_parts};
use debpress::unpack::dsc::{Dsc, Format, Plan};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

fn is_quilt(dsc: &Path) -> bool {
    let plan = Dsc::parse(&fs::read(dsc).unwrap()).ok().and_then(|dsc| dsc.plan().ok());
    matches!(plan, Some(Plan::Unpack { format: Format::V2 | Format::V3Quilt, .. }))
}

/// Packages that dpkg-source refuses and we unpack with a finding: what it does with links that leave the package
/// depends on what else is on the machine.
const UNPACKED_WITH_A_FINDING: [&str; 2] = ["debian-link-out_1.0-1", "debian-link-through-top_1.0-1"];

/// What is wrong with these is found before a package is unpacked: its files are not those of the index.
const FOUND_BEFORE: [&str; 2] = ["wrong-checksum_1.0-1", "wrong-size_1.0-1"];

#[test]
fn the_test_archive_unpacks_as_its_manifests_say() {
    let files = dsc_files(&test_archive());
    let failures: Vec<_> = files.par_iter().filter_map(|dsc| failure(dsc)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), files.len(), failures.join("\n"));
    assert!(files.len() > 200, "the test archive has {} packages only", files.len());
}

fn test_archive() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mirror")
}

/// `PACKAGE_VERSION` as manifests are called.
fn name_of(dsc: &Path) -> String {
    let stem = dsc.file_stem().unwrap().to_string_lossy().into_owned();
    let parsed = Dsc::parse(&fs::read(dsc).unwrap());
    parsed.map_or(stem, |dsc| format!("{}_{}", dsc.source, dsc.version.as_str().replace(':', "%3A")))
}

fn manifest_of(dsc: &Path) -> Option<Vec<String>> {
    let path = test_archive().join(format!("manifests/{}.manifest", name_of(dsc)));
    Some(fs::read_to_string(path).ok()?.lines().map(str::to_owned).collect())
}

/// In what a package of the test archive differs from its manifest.
fn failure(dsc: &Path) -> Option<String> {
    let name = name_of(dsc);
    match (memory_parts::unpack(dsc, "press"), manifest_of(dsc)) {
        (Ok(ours), Some(mut theirs)) => {
            // A pipe is no entry of ours, but a finding.
            theirs.retain(|line| !line.starts_with("s "));
            (ours.manifest != theirs).then(|| format!("{name}\n{}", difference(&ours.manifest, &theirs)))
        }
        (Ok(ours), None) if UNPACKED_WITH_A_FINDING.contains(&name.as_str()) => {
            ours.findings.is_empty().then(|| format!("{name} has no finding"))
        }
        (Ok(_), None) if FOUND_BEFORE.contains(&name.as_str()) => None,
        (Ok(_), None) => Some(format!("{name} should be refused")),
        (Err(message), Some(_)) => Some(format!("{name} is refused: {message}")),
        (Err(_), None) => None,
    }
}

/// What dpkg-source does there and then is what we do. `DEBPRESS_MIRROR` names a folder with real packages of
/// Debian; otherwise the good packages of the test archive are taken.
#[test]
fn packages_unpack_as_dpkg_source_unpacks_them() {
    if !judge::is_there() {
        return;
    }
    let (files, vendor) = match std::env::var_os("DEBPRESS_MIRROR") {
        Some(mirror) => (dsc_files(Path::new(&mirror)), "debian"),
        None => {
            let mut files = dsc_files(&test_archive());
            files.retain(|dsc| manifest_of(dsc).is_some());
            (files, "press")
        }
    };
    let disagreements: Vec<_> = files.par_iter().filter_map(|dsc| disagreement(dsc, vendor)).collect();
    assert!(disagreements.is_empty(), "{} of {}:\n{}", disagreements.len(), files.len(), disagreements.join("\n"));
    assert!(!files.is_empty());
}

/// Packages at random, many of them damaged. `DEBPRESS_CASES` sets how many, `DEBPRESS_SEED` the first.
#[test]
fn random_packages_unpack_as_dpkg_source_unpacks_them() {
    if !judge::is_there() {
        return;
    }
    let number = |name, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (first, count): (u64, u64) = (number("DEBPRESS_SEED", 1), number("DEBPRESS_CASES", 200));
    let disagreements: Vec<_> = (first..first + count)
        .into_par_iter()
        .filter_map(|seed| {
            let folder = tempfile::tempdir().unwrap();
            let disagreement = disagreement(&mangled::package(seed, folder.path()), "press")?;
            Some(format!("seed {seed}: {disagreement}"))
        })
        .collect();
    assert!(disagreements.is_empty(), "{} of {count}:\n{}", disagreements.len(), disagreements.join("\n"));
}

/// Sparse files in each way that GNU tar knows.
#[test]
fn sparse_files_are_expanded_as_tar_expands_them() {
    if !judge::is_there() {
        return;
    }
    for options in [
        &["--format=gnu"][..],
        &["--format=posix", "--sparse-version=0.0"],
        &["--format=posix", "--sparse-version=0.1"],
        &["--format=posix", "--sparse-version=1.0"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let dsc = mangled::sparse_package(options, folder.path());
        assert_eq!(disagreement(&dsc, "press"), None, "{options:?}");
    }
}

/// Unpacks a package twice, by the library and by dpkg-source, and tells in what they disagree.
fn disagreement(dsc: &Path, vendor: &str) -> Option<String> {
    let name = dsc.file_name().unwrap().to_string_lossy();
    match (memory_parts::unpack(dsc, vendor), judge::unpack(dsc, vendor, is_quilt(dsc))) {
        (Ok(ours), Ok(mut theirs)) => {
            // A pipe is no entry of ours, but a finding.
            theirs.retain(|line| !line.starts_with("s "));
            let agrees = ours.manifest == theirs;
            (!agrees).then(|| format!("{name}\n{}", difference(&ours.manifest, &theirs)))
        }
        (Err(_), Err(_)) => None,
        (Ok(ours), Err(message)) if is_decided(&ours.findings, &message) => None,
        (Ok(_), Err(message)) => Some(format!("{name} should be refused: {message}")),
        (Err(message), Ok(_)) => Some(format!("{name} is refused: {message}")),
    }
}

/// Whether we unpack by decision what dpkg-source refused: a link that leads to what happens to be on the machine.
fn is_decided(findings: &[String], message: &str) -> bool {
    message.contains("points outside source root") && findings.iter().any(|finding| finding.contains("leads out"))
}
