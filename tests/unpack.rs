//! Source packages unpack to the trees that `dpkg-source` makes of them.
#![allow(clippy::disallowed_methods)]

mod common;

use std::fs;
use std::path::Path;

use common::{difference, dsc_files, judge, memory_parts};
use debpress::unpack::dsc::{Dsc, Format, Plan};

fn is_quilt(dsc: &Path) -> bool {
    let plan = Dsc::parse(&fs::read(dsc).unwrap()).ok().and_then(|dsc| dsc.plan().ok());
    matches!(plan, Some(Plan::Unpack { format: Format::V2 | Format::V3Quilt, .. }))
}

/// Packages that dpkg-source refuses and we unpack with a finding: what it does depends on who runs it (device
/// nodes) or on what else is on the machine (links that leave the package).
const UNPACKED_WITH_A_FINDING: [&str; 4] =
    ["tar-device_1.0-1", "tar-block-device_1.0-1", "debian-link-out_1.0-1", "debian-link-through-top_1.0-1"];

/// What is wrong with these is found before a package is unpacked: its files are not those of the index.
const FOUND_BEFORE: [&str; 2] = ["wrong-checksum_1.0-1", "wrong-size_1.0-1"];

#[test]
fn the_test_archive_unpacks_as_its_manifests_say() {
    let mirror = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mirror");
    let mut failures = Vec::new();
    for dsc in dsc_files(&mirror) {
        let stem = dsc.file_stem().unwrap().to_string_lossy().into_owned();
        let name = Dsc::parse(&fs::read(&dsc).unwrap())
            .map_or(stem, |dsc| format!("{}_{}", dsc.source, dsc.version.as_str().replace(':', "%3A")));
        let unpacked = memory_parts::unpack(&dsc, "press");
        let manifest = fs::read_to_string(mirror.join(format!("manifests/{name}.manifest")));
        match (unpacked, manifest) {
            (Ok(ours), Ok(theirs)) => {
                // A pipe is no entry of ours, but a finding.
                let theirs: Vec<_> = theirs.lines().filter(|line| !line.starts_with("s ")).map(str::to_owned).collect();
                if ours.manifest != theirs {
                    failures.push(format!("{name}\n{}", difference(&ours.manifest, &theirs)));
                }
            }
            (Err(message), Ok(_)) => failures.push(format!("{name} is refused: {message}")),
            (Ok(ours), Err(_)) if UNPACKED_WITH_A_FINDING.contains(&name.as_str()) => {
                assert!(!ours.findings.is_empty(), "{name}");
            }
            (Ok(_), Err(_)) if FOUND_BEFORE.contains(&name.as_str()) => {}
            (Ok(_), Err(_)) => failures.push(format!("{name} should be refused")),
            (Err(message), Err(_)) => assert!(!message.is_empty()),
        }
    }
    assert!(failures.is_empty(), "{} packages:\n{}", failures.len(), failures.join("\n"));
}

/// `DEBPRESS_MIRROR` names a folder with real packages.
#[test]
fn real_packages_unpack_as_dpkg_source_unpacks_them() {
    let Some(mirror) = std::env::var_os("DEBPRESS_MIRROR") else { return judge::skip("DEBPRESS_MIRROR is not set") };
    if !judge::is_there() {
        return;
    }
    let mut failures = Vec::new();
    let files = dsc_files(Path::new(&mirror));
    assert!(!files.is_empty());
    for dsc in &files {
        let name = dsc.file_name().unwrap().to_string_lossy();
        match (memory_parts::unpack(dsc, "debian"), judge::unpack(dsc, "debian", is_quilt(dsc))) {
            (Ok(ours), Ok(theirs)) if ours.manifest == theirs => {}
            (Ok(ours), Ok(theirs)) => failures.push(format!("{name}\n{}", difference(&ours.manifest, &theirs))),
            (Err(_), Err(_)) => {}
            (Ok(_), Err(message)) => failures.push(format!("{name} should be refused: {message}")),
            (Err(message), Ok(_)) => failures.push(format!("{name} is refused: {message}")),
        }
    }
    assert!(failures.is_empty(), "{} of {} packages:\n{}", failures.len(), files.len(), failures.join("\n"));
}
