//! `dpkg-source` as the judge: run by a user, with umask 022 and the archive's vendor.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use debpress::model::{EntryPath, Sha256};
use debpress::unpack::manifest::{self, Kind};

/// Whoever unpacks when the tests run as root.
const NOBODY: u32 = 65534;

/// Whether there is a `dpkg-source`. Without one, the caller skips, and this says so; with
/// `DEBPRESS_REQUIRE_TOOLS=1` that is a failure.
pub(crate) fn is_there() -> bool {
    let there = Command::new("dpkg-source").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        skip("there is no dpkg-source");
    }
    there
}

/// Says that a test is skipped, or fails it when it must not be.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none_or(|value| value != "1"), "{why}");
    eprintln!("SKIPPED: {why}");
}

/// The manifest of what `dpkg-source -x` makes of a package, or what it said when it failed.
pub(crate) fn unpack(dsc: &Path, vendor: &str, is_quilt: bool) -> Result<Vec<String>, String> {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let vendors = folder.join("origins");
    fs::create_dir(&vendors).unwrap();
    fs::write(vendors.join(vendor), format!("Vendor: {vendor}\n")).unwrap();
    fs::create_dir(folder.join("work")).unwrap();
    let mut command = if rustix::process::geteuid().is_root() {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        chown(folder.join("work"), Some(NOBODY), Some(NOBODY)).unwrap();
        let mut command = Command::new("setpriv");
        let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()];
        command.args(user).arg("sh");
        command
    } else {
        Command::new("sh")
    };
    let script = "umask 022; exec timeout 60 dpkg-source --no-check --no-copy -x \"$1\" work/tree";
    let output = command
        .args(["-c", script, "sh"])
        .arg(fs::canonicalize(dsc).unwrap())
        .current_dir(folder)
        .env_remove("TAR_OPTIONS")
        .env("LC_ALL", "C")
        .env("HOME", folder.join("work"))
        .env("DEB_VENDOR", vendor)
        .env("DPKG_ORIGINS_DIR", &vendors)
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(tree_manifest(&folder.join("work/tree"), is_quilt));
    }
    Err(String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned())
}

/// The manifest of a folder. Modes that no entry of a tree can have stand before their lines.
fn tree_manifest(top: &Path, is_quilt: bool) -> Vec<String> {
    let mut entries = Vec::new();
    let walk = walkdir::WalkDir::new(top).min_depth(1).into_iter();
    let is_books = |entry: &walkdir::DirEntry| is_quilt && entry.depth() == 1 && entry.file_name() == ".pc";
    for entry in walk.filter_entry(|entry| !is_books(entry)) {
        let entry = entry.unwrap();
        let relative = entry.path().strip_prefix(top).unwrap();
        let path = EntryPath::new(relative.as_os_str().as_bytes()).unwrap();
        entries.push((path.clone(), line(entry.path(), &path)));
    }
    entries.sort();
    entries.into_iter().map(|(_, line)| line).collect()
}

fn line(file: &Path, path: &EntryPath) -> String {
    let metadata = fs::symlink_metadata(file).unwrap();
    let mode = metadata.mode() & 0o7777;
    if metadata.is_symlink() {
        let target = fs::read_link(file).unwrap();
        manifest::line(path, Kind::Symlink { target: target.as_os_str().as_bytes() })
    } else if metadata.is_dir() {
        let mark = if mode == 0o755 { "" } else { "odd mode " };
        format!("{mark}{}", manifest::line(path, Kind::Directory))
    } else if metadata.is_file() {
        let mark = if matches!(mode, 0o644 | 0o755) { "" } else { "odd mode " };
        let bytes = fs::read(file).unwrap();
        let (size, sha256) = (bytes.len() as u64, Sha256::of(&bytes));
        format!("{mark}{}", manifest::line(path, Kind::File { executable: mode & 0o111 != 0, size, sha256 }))
    } else {
        format!("s - - - {path}")
    }
}
