//! What is read from `debian/copyright`: findings of odd files, and agreement with python-debian.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{dsc_files, judge, memory_parts};
use debpress::analyse::copyright;
use debpress::model::CopyrightFile;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

struct Package {
    name: String,
    bytes: Vec<u8>,
    file: CopyrightFile,
    /// Files and links whose paths are text.
    paths: Vec<String>,
}

/// The packages below a folder that unpack and have a `debian/copyright` of their own.
fn packages(folder: &Path, is_wanted: impl Fn(&str) -> bool + Sync) -> Vec<Package> {
    let package = |dsc: &PathBuf| {
        let name = dsc.file_stem().unwrap().to_string_lossy().into_owned();
        let mut unpacked = is_wanted(&name).then(|| memory_parts::unpack(dsc, "debian").ok()).flatten()?;
        let bytes = unpacked.files.remove(copyright::PATH.as_bytes())??;
        let paths = unpacked.files.into_keys().chain([copyright::PATH.into()]);
        let mut paths: Vec<String> = paths.filter_map(|path| String::from_utf8(path).ok()).collect();
        paths.sort();
        Some(Package { name, file: copyright::parse(&bytes), bytes, paths })
    };
    dsc_files(folder).par_iter().filter_map(package).collect()
}

fn test_archive() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mirror")
}

#[test]
fn odd_files_have_findings() {
    let packages = packages(&test_archive(), |name| name.starts_with("copyright-"));
    assert!(packages.len() >= 15);
    for package in packages {
        let coverage = copyright::cover(&package.file.files, &package.paths);
        let mut text = format!("{:?}\n", package.file.format);
        for (number, files) in package.file.files.iter().enumerate().take(20) {
            let globs: Vec<&str> = files.globs.iter().map(|glob| glob.pattern.as_str()).collect();
            let spdx = files.license.as_ref().map_or("", |license| &license.spdx);
            writeln!(text, "{:.100} -> {spdx:.200}, {} files", globs.join(" "), coverage.files_of(number)).unwrap();
        }
        let of_tree = copyright::coverage_findings(&package.file, &package.paths, &coverage);
        for finding in package.file.findings.iter().chain(&of_tree) {
            let line = finding.line.map_or("-".to_owned(), |line| line.to_string());
            writeln!(text, "{line} {:?} {}: {}", finding.severity, finding.rule, finding.what).unwrap();
        }
        insta::assert_snapshot!(package.name, text);
    }
}

/// Short names as real packages write them.
const NAMES: &str = include_str!("copyright_names/names.txt");

#[test]
fn names_of_real_packages_have_a_meaning() {
    let mut text = String::new();
    for name in NAMES.lines() {
        let (expression, findings) = copyright::expression::parse(name);
        let rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert!(!rules.contains(&"license-unknown"), "{name}");
        writeln!(text, "{name} -> {} {}", expression.unwrap().to_spdx(), rules.join(" ")).unwrap();
    }
    insta::assert_snapshot!("names", text);
    let Some(mirror) = std::env::var_os("DEBPRESS_MIRROR") else { return };
    for package in packages(Path::new(&mirror), |_| true) {
        let (file, package) = (package.file, package.name);
        let of_files = file.files.iter().filter_map(|it| it.license.as_ref());
        for license in of_files.chain(file.licenses.iter().map(|it| &it.license)) {
            let name = license.synopsis.trim();
            assert!(name.is_empty() || NAMES.lines().any(|it| it == name), "{package}: {name}");
        }
    }
}

/// Packages that are read in another way on purpose.
const DEVIATIONS: [(&str, &str); 2] = [
    ("copyright-incomplete_1.0", "a Files field without patterns applies to nothing; python-debian takes it for all"),
    ("copyright-joined_1.0", "a Files field in the header counts"),
];

#[test]
fn paths_fall_under_the_paragraphs_that_python_debian_finds() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/python_debian.py");
    let mut packages = packages(&test_archive(), |name| !name.starts_with("bomb-"));
    packages.extend(
        std::env::var_os("DEBPRESS_MIRROR").iter().flat_map(|mirror| self::packages(Path::new(mirror), |_| true)),
    );
    let folder = tempfile::tempdir().unwrap();
    for (number, package) in packages.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.copyright")), &package.bytes).unwrap();
        std::fs::write(folder.path().join(format!("{number}.paths")), package.paths.join("\0")).unwrap();
    }
    let output = Command::new("/usr/bin/python3").arg(script).arg(folder.path()).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return judge::skip("there is no python-debian");
    };
    let mut compared = 0;
    let mut differing = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (number, theirs) = line.split_once(' ').unwrap();
        let package = &packages[number.parse::<usize>().unwrap()];
        let Some(theirs) = serde_json::from_str::<Option<Vec<Option<u32>>>>(theirs).unwrap() else { continue };
        let coverage = copyright::cover(&package.file.files, &package.paths);
        let ours: Vec<Option<u32>> = (0..package.paths.len()).map(|path| coverage.paragraph_of(path)).collect();
        compared += 1;
        if ours != theirs {
            differing.push(package.name.as_str());
        }
    }
    assert!(compared > 100, "{compared} packages compared");
    differing.sort_unstable();
    assert_eq!(differing, DEVIATIONS.map(|(name, _)| name));
}
