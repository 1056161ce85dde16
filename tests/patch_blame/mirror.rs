//! The series of real packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use debpress::formats::unified_diff;
use debpress::model::EntryPath;
use debpress::unpack::patch::{MemoryTree, PatchTarget};

use super::{Outcome, follow};

/// The packages in format 3.0 (quilt) of an archive.
fn packages(mirror: &Path) -> Vec<PathBuf> {
    let is_quilt = |path: &Path| {
        path.extension().is_some_and(|kind| kind == "dsc")
            && String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains("Format: 3.0 (quilt)")
    };
    let files = walkdir::WalkDir::new(mirror.join("pool")).sort_by_file_name().into_iter();
    files.map(|entry| entry.unwrap().into_path()).filter(|path| is_quilt(path)).collect()
}

/// The patches of an unpacked package, in order.
fn series(folder: &Path) -> Vec<Vec<u8>> {
    let patches = folder.join("debian/patches");
    let Ok(series) = std::fs::read_to_string(patches.join("series")) else { return Vec::new() };
    let names = series.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| !name.starts_with('#'));
    names.map(|name| std::fs::read(patches.join(name)).unwrap()).collect()
}

/// Reads a file that a patch names into the tree.
fn load(tree: &mut MemoryTree, folder: &Path, name: &[u8]) {
    let Ok(path) = EntryPath::new(name) else { return };
    let file = folder.join(String::from_utf8_lossy(name).as_ref());
    let Ok(metadata) = file.symlink_metadata() else { return };
    if metadata.is_symlink() {
        let target = std::fs::read_link(&file).unwrap();
        tree.symlink(&path, target.into_os_string().into_encoded_bytes());
    } else if metadata.is_file() {
        tree.write(&path, std::fs::read(&file).unwrap(), false);
    }
}

#[test]
fn following_agrees_with_comparing_in_real_series() {
    let Some(mirror) = std::env::var_os("DEBPRESS_MIRROR") else {
        eprintln!("SKIPPED, as DEBPRESS_MIRROR names no archive of real packages");
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let (mut all, mut count) = (Outcome::default(), 0);
    for dsc in packages(Path::new(&mirror)) {
        let folder = scratch.path().join("package");
        let mut unpack = Command::new("dpkg-source");
        unpack.args(["--no-check", "--no-copy", "--skip-patches", "-x"]).arg(&dsc).arg(&folder);
        assert!(unpack.output().unwrap().status.success(), "{}", dsc.display());
        let patches = series(&folder);
        let mut tree = MemoryTree::default();
        for file in patches.iter().flat_map(|patch| unified_diff::parse(patch).unwrap().files) {
            let names = [file.old, file.new, file.index];
            names.iter().flatten().for_each(|name| load(&mut tree, &folder, name));
        }
        let outcome = follow(tree, &patches);
        count += patches.len();
        let name = dsc.file_stem().unwrap().to_string_lossy().into_owned();
        all.wrong.extend(outcome.wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
        all.lines += outcome.lines;
        all.brought += outcome.brought;
        all.ambiguous += outcome.ambiguous;
        std::fs::remove_dir_all(&folder).unwrap();
    }
    println!("{count} patches, {} lines, {} brought, {} ambiguous", all.lines, all.brought, all.ambiguous);
    assert!(all.wrong.is_empty(), "{}", all.wrong.join("\n"));
    assert!(count > 100 && all.brought > 1000, "too little is compared: {count} patches, {} lines", all.brought);
    assert!(all.ambiguous * 20 <= all.brought, "{} of {} lines are ambiguous", all.ambiguous, all.brought);
}
