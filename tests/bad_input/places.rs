//! Folders that cannot be used: not ours, of a newer program, closed to us, full.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::published;
use crate::site::{Run, Site, tree, write};

#[test]
fn an_output_folder_that_is_not_ours() {
    let mut site = Site::new();
    site.archive.add("one", "main", "lib", "1.0-1");
    site.archive.write();
    write(&site.public().join("thesis.tex"), b"\\documentclass{book}");
    assert_eq!(
        site.refuses(&["build"], 1),
        "error: SITE/public is not empty and was not made by debpress; nothing was changed\n  \
         hint: choose another `output.dir`, or empty it yourself\n"
    );
    fs::remove_dir_all(site.public()).unwrap();
    write(&site.public(), b"a file");
    let told = site.run(&["build"]).exits(1).stderr();
    assert!(told.contains("public: Not a directory"), "{told}");
}

#[test]
fn a_cache_that_cannot_be_used() {
    let site = published();
    write(&site.path().join("cache/layout"), b"debpress cache layout 99\n");
    let told = site.refuses(&["build"], 1);
    assert!(
        told.starts_with("error: the cache SITE/cache has layout 99, and this debpress knows layouts up to 1; use")
    );
    write(&site.path().join("cache/layout"), b"?");
    let told = site.refuses(&["build"], 1);
    assert!(told.contains("SITE/cache/layout does not name a layout; restore the line"), "{told}");

    let site = published();
    write(&site.path().join("photos/me.png"), b"?");
    site.write_settings(
        "[[archive]]\nname = \"press\"\nurl = \"archive\"\ntrusted = true\n[cache]\ndir = \"photos\"\n",
    );
    let told = site.refuses(&["build"], 1);
    assert!(told.starts_with("error: SITE/photos is not empty and not a cache of debpress (it has me.png)"), "{told}");
    assert_eq!(tree(&site.path().join("photos")).len(), 1);
}

#[test]
fn a_state_of_a_newer_program() {
    let site = published();
    let state = rusqlite::Connection::open(site.path().join("cache/state.sqlite")).unwrap();
    state.pragma_update(None, "user_version", 99).unwrap();
    drop(state);
    assert_eq!(
        site.refuses(&["build"], 1),
        "error: SITE/cache/state.sqlite has tables of version 99, and this debpress knows version 2; use a newer debpress\n"
    );
}

/// Whether something can be tried here; says loudly when it cannot.
fn can(what: &str, there: bool) -> bool {
    if !there {
        let must = std::env::var("DEBPRESS_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(!must, "{what}, which the tests are required to have");
        eprintln!("SKIPPED: {what}");
    }
    there
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Builds as a user who may not do everything.
fn build_as_nobody(site: &Site) -> Run {
    let mut command = site.command(&["build", "--format", "json"]);
    if rustix::process::geteuid().is_root() {
        command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]);
        command.arg(env!("CARGO_BIN_EXE_debpress")).args(["build", "--format", "json"]).current_dir(site.path());
    }
    Run(command.output().unwrap())
}

/// What a build without permission for `place` says; that what is published stays, and that nothing is left.
#[track_caller]
fn without_permission(place: &str, mode: u32) -> String {
    let mut site = published();
    site.archive.add("one", "main", "src", "1.0-1");
    site.archive.write();
    set_mode(site.path(), 0o755);
    for entry in walkdir::WalkDir::new(site.path()).into_iter().map(Result::unwrap) {
        let mode = if entry.file_type().is_dir() { 0o777 } else { 0o666 };
        if !entry.path_is_symlink() {
            set_mode(entry.path(), mode);
        }
    }
    set_mode(&site.path().join(place), mode);
    let before = tree(&site.public());
    let run = build_as_nobody(&site).exits(1);
    set_mode(&site.path().join(place), 0o755);
    // Whole new versions may have been published before the first place was met that is closed.
    let after = tree(&site.public());
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
    run.stderr().replace(&site.path().display().to_string(), "SITE")
}

#[test]
fn no_permission() {
    let setpriv = Command::new("setpriv").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !can("setpriv is not there, to run as another user", setpriv || !rustix::process::geteuid().is_root()) {
        return;
    }
    for (place, mode, message) in [
        ("site.toml", 0o000, "cannot read SITE/site.toml: "),
        ("archive/dists", 0o000, "cannot list SITE/archive/dists: "),
        ("archive/dists/one/Release", 0o000, "cannot open SITE/archive/dists/one/Release: "),
        ("archive/dists/one/main/source/Sources", 0o000, "cannot open SITE/archive/dists/one/main/source/Sources: "),
        ("cache", 0o555, "cannot use SITE/cache/state.sqlite: "),
        ("cache/lock", 0o444, "cannot open SITE/cache/lock: "),
        ("cache/state.sqlite", 0o444, "cannot use SITE/cache/state.sqlite: "),
        ("public", 0o555, "cannot rename to SITE/public/"),
        ("public/.debpress", 0o555, "cannot create the folder SITE/public/.debpress/"),
        ("public/src", 0o555, "cannot create the folder SITE/public/src/"),
    ] {
        let told = without_permission(place, mode);
        println!("{told}");
        assert!(told.starts_with(&format!("error: {message}")), "{told}");
    }
}

/// Adds a package with a file of three megabytes.
fn add_large(site: &mut Site, random: bool) {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if random { (state >> 56) as u8 } else { 0 }
    };
    let content: Vec<u8> = (0..3 << 20).map(|_| next()).collect();
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in [("large-1/debian/source/format", &b"3.0 (native)\n"[..]), ("large-1/file", &content)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, content).unwrap();
    }
    let tarball = builder.into_inner().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &tarball).unwrap();
    site.archive.add_native("one", "large", "gz", &packed.finish().unwrap());
    site.archive.write();
}

/// A build for which no file may be larger than a megabyte; zeros fit in the cache, compressed, but not in the
/// published folder.
#[test]
fn a_file_that_is_too_large_for_the_disk() {
    for (random, place) in [(true, "cache/"), (false, "public/")] {
        let mut site = published();
        add_large(&mut site, random);
        let before = tree(&site.public());
        let run = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" build", env!("CARGO_BIN_EXE_debpress")])
            .current_dir(site.path())
            .output()
            .unwrap();
        let told = Run(run).exits(1).stderr();
        assert!(told.contains(place) && told.contains("File too large"), "{told}");
        assert!(tree(&site.public()) == before);
        site.rebuild().succeeds();
        site.assert_equals_scratch();
    }
}

/// A small file system in a folder, gone when this is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(path);
        let mounted = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(path.to_owned()))
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills() {
    for (random, folder, size) in [(true, "cache", "2m"), (false, "public", "1m")] {
        let mut site = Site::new();
        let Some(disk) = SmallDisk::mount(&site.path().join(folder), size) else {
            eprintln!("SKIPPED: no small disk can be mounted here, so a full one was NOT tried");
            return;
        };
        site.archive.add("one", "main", "lib", "1.0-1");
        site.build().succeeds();
        add_large(&mut site, random);
        let before = tree(&site.public());
        let told = site.run(&["build"]).exits(1).stderr();
        assert!(told.contains(&format!("{folder}/")) && told.contains("No space left on device"), "{told}");
        assert!(tree(&site.public()) == before);
        disk.resize("40m");
        site.rebuild().succeeds();
        site.assert_equals_scratch();
    }
}

#[test]
fn a_reader_that_has_read_enough() {
    let site = published();
    let key = tree(&site.path().join("cache"))
        .into_keys()
        .find_map(|path| Some(path.to_str()?.strip_suffix(".pack")?.rsplit('/').next()?.to_owned()))
        .unwrap();
    for arguments in [&["show", "pack", &key][..], &["list-tree", "lib", "1.0-1"], &["status"], &["check"]] {
        let mut child = site.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    }
}
