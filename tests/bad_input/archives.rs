//! Archives that are not there, not believed, or not whole.

use std::fs;
use std::path::PathBuf;

use crate::published;
use crate::site::{Site, hex, mirror, write};

/// Adds a package to the archive of a published site, changes the archive further, and gives what a build says.
#[track_caller]
fn told(change: impl FnOnce(&mut Site)) -> String {
    let mut site = published();
    site.archive.add("one", "main", "src", "1.0-1");
    site.archive.write();
    change(&mut site);
    site.refuses(&["build"], 1)
}

fn index(site: &Site) -> PathBuf {
    site.archive.path().join("dists/one/main/source/Sources")
}

/// Puts an index in the place of the one that is there, with a Release file that vouches for it.
fn replace_index(site: &Site, ending: &str, bytes: Vec<u8>) {
    fs::remove_file(index(site)).unwrap();
    site.archive.write_suite("one", &[(format!("main/source/Sources{ending}"), bytes)]);
}

fn half(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

const NO_SUITE: &str = "error: archive `press`: no suite: looked for `InRelease` and `Release` in the folders below \
                        SITE/archive/dists\n  hint: `url` names the folder that has `dists` and `pool` in it\n";

#[test]
fn no_archive_or_no_suite_in_it() {
    assert_eq!(told(|site| fs::remove_dir_all(site.archive.path()).unwrap()), NO_SUITE);
    assert_eq!(told(|site| fs::remove_dir_all(site.archive.path().join("dists")).unwrap()), NO_SUITE);
    assert_eq!(told(|site| fs::remove_dir_all(site.archive.path().join("dists/one")).unwrap()), NO_SUITE);
    assert_eq!(told(|site| fs::remove_file(site.archive.path().join("dists/one/Release")).unwrap()), NO_SUITE);
    let of_a_file = told(|site| {
        fs::remove_dir_all(site.archive.path()).unwrap();
        write(site.archive.path(), b"a file");
    });
    assert_eq!(of_a_file, NO_SUITE);
}

#[test]
fn a_suite_or_area_that_is_not_there() {
    let told = |more: &str| {
        told(|site| {
            site.write_settings(&format!("[[archive]]\nname = \"press\"\nurl = \"archive\"\ntrusted = true\n{more}\n"));
        })
    };
    for suite in ["stable", "../one"] {
        assert_eq!(
            told(&format!("suites = [{suite:?}]")),
            format!(
                "error: archive `press`: no suite `{suite}`: neither SITE/archive/dists/{suite}/InRelease nor \
                 `Release` is there\n  known: one\n"
            )
        );
    }
    assert_eq!(
        told("areas = [\"main\", \"mian\"]"),
        "error: archive `press`: none of its suites has the area `mian` of `areas`\n  known: main\n"
    );
}

#[test]
fn an_index_that_is_cut_off() {
    let shorter = told(|site| fs::write(index(site), half(&fs::read(index(site)).unwrap())).unwrap());
    assert!(shorter.starts_with("error: SITE/archive/dists/one/main/source/Sources: it has "), "{shorter}");
    let signed_so = told(|site| replace_index(site, "", half(&fs::read(index(site)).unwrap())));
    assert!(signed_so.contains("/Sources: it ends in the middle of line "), "{signed_so}");
    let packed = told(|site| {
        let whole = fs::read(mirror().join("dists/stable-one/main/source/Sources.xz")).unwrap();
        replace_index(site, ".xz", half(&whole));
    });
    let tell = "\n  hint: it is what was signed for, so tell those who run the archive\n";
    let damaged = "it cannot be decompressed: ";
    assert!(
        packed.contains(&format!("/Sources.xz: {damaged}premature eof; it is damaged or cut off{tell}")),
        "{packed}"
    );
    let unpacked = told(|site| replace_index(site, ".gz", b"<html>".to_vec()));
    assert!(unpacked.contains(&format!("/Sources.gz: {damaged}")) && unpacked.ends_with(tell), "{unpacked}");
    let endless = told(|site| replace_index(site, "", b"a".repeat(17 << 20)));
    assert!(endless.ends_with(&format!("/Sources: the stanza at line 1 is longer than 16 MB{tell}")), "{endless}");
}

#[test]
fn an_index_with_a_wrong_checksum() {
    let told = told(|site| {
        let text = fs::read_to_string(index(site)).unwrap();
        fs::write(index(site), text.replacen("Package: lib", "Package: bil", 1)).unwrap();
    });
    assert!(told.starts_with("error: SITE/archive/dists/one/main/source/Sources: its SHA-256 is "), "{told}");
    assert!(told.ends_with("\n  hint: the mirror may be being updated; try again when it is done\n"), "{told}");
}

#[test]
fn an_index_that_is_not_there() {
    let missing = "error: SITE/archive/dists/one/main/source/Sources: not there in any form that Release lists \
                   (plain)\n  hint: if the mirror has no `main`, leave it out of `areas`\n";
    assert_eq!(told(|site| fs::remove_file(index(site)).unwrap()), missing);
    let by_hash = told(|site| {
        let bytes = fs::read(index(site)).unwrap();
        fs::remove_file(index(site)).unwrap();
        let release = site.archive.path().join("dists/one/Release");
        let promised = format!("Acquire-By-Hash: yes\n{}", fs::read_to_string(&release).unwrap());
        fs::write(&release, promised).unwrap();
        write(&index(site).with_file_name(format!("by-hash/SHA256/{}", hex(b"another"))), &bytes);
    });
    assert_eq!(by_hash, missing);
}

#[test]
fn an_index_that_lost_everything() {
    const GONE: &str = "error: 2 of 2 packages are not in the archives any more; nothing was removed or changed\n  \
                        hint: if that is right, run `debpress build --force-remove`, which removes lib, native-gz\n";
    assert_eq!(told(|site| replace_index(site, "", Vec::new())), GONE);
    assert_eq!(told(|site| site.archive.write_suite("one", &[])), GONE);
}

#[test]
fn a_release_file_that_is_none() {
    for (text, message) in [
        ("", "1: it has no `Date`, so this is no Release file\n"),
        ("Origin: Press\n", "1: it has no `Date`, so this is no Release file\n"),
        ("Origin: Press\nDate: yesterday\n", "2: `yesterday` is not a date (such as "),
        ("<html>\n<p>Log in, please\n", "1: it is no field, so this is no Release file\n"),
        ("Date: Sat, 14 Nov 2026 12:00:00 UTC\nSHA256:\n 1 main/source/Sources\n", "3: it is not `CHECKSUM SIZE PATH`"),
    ] {
        let told = told(|site| fs::write(site.archive.path().join("dists/one/Release"), text).unwrap());
        assert!(told.starts_with(&format!("error: SITE/archive/dists/one/Release:{message}")), "{told}");
    }
}

#[test]
fn archives_that_nobody_vouches_for() {
    let told = |url: &str, more: &str| {
        told(|site| site.write_settings(&format!("[[archive]]\nname = \"press\"\nurl = {url:?}\n{more}\n")))
    };
    assert_eq!(
        told("archive", ""),
        "error: SITE/site.toml: archive `press` has neither `signed-by` nor `trusted = true`\n  \
         hint: name the keyring whose key signs it\n"
    );
    let by = |keyring: &str| format!("signed-by = [{:?}]\nallow-weak = true\n", mirror().join(keyring));
    assert_eq!(
        told("archive", &by("keyring.gpg")),
        "error: not signed: neither SITE/archive/dists/one/InRelease nor SITE/archive/dists/one/Release.gpg is there\n  \
         hint: `trusted = true` in [[archive]] believes it all the same\n"
    );
    let url = mirror().display().to_string();
    for (suite, file) in [("stable-one", "InRelease"), ("unstable-two", "Release")] {
        let told = told(&url, &format!("suites = [{suite:?}]\n{}", by("other-keyring.gpg")));
        assert!(told.starts_with(&format!("error: {url}/dists/{suite}/{file}: no valid signature by a key of ")));
        assert!(told.contains("\n  hint: if one that was found is to be believed, name the keyring"), "{told}");
    }
    let expired =
        told(&url, &format!("suites = [\"old-three\"]\nallow-expired-keys = true\n{}", by("expired-keyring.gpg")));
    assert!(expired.contains("for an archived suite or a snapshot set `check-valid-until = false`"), "{expired}");
    let no_keyring = told(&url, &format!("suites = [\"stable-one\"]\n{}", by("none.gpg")));
    assert!(
        no_keyring.contains("none.gpg: No such file") && no_keyring.contains("hint: `signed-by` in"),
        "{no_keyring}"
    );
    let other_file = told(&url, &format!("suites = [\"stable-one\"]\n{}", by("README.md")));
    assert!(other_file.contains("README.md: no OpenPGP certificate in it"), "{other_file}");
}
