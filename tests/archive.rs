//! Reading archives: the test archive as a folder, and over HTTP from a server that misbehaves.

mod http_server;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use debpress::archive::{self, ArchiveError, Catalogue, FetchError, Fetched, Fetcher, Patience};
use debpress::fs;
use debpress::model::{Area, Checksums, DebianVersion, FileName, PackageName, Sha256, SourceFile, SourcePackage};
use debpress::settings::Settings;
use debpress::timestamp::Timestamp;
use http_server::{Answer, Server};

/// While the suites of the test archive are valid.
const NOW: &str = "2026-11-20";

fn mirror() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mirror")
}

/// Settings with one archive; `more` are lines of its section.
fn settings(url: &str, more: &str) -> Settings {
    let keyring = mirror().join("keyring.gpg");
    let signed_by = if more.contains("signed-by") || more.contains("trusted") {
        String::new()
    } else {
        format!("signed-by = [{keyring:?}]\n")
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    let text = format!("[[archive]]\nname = \"press\"\nurl = {url:?}\n{signed_by}{more}\n");
    fs::write_new(&path, &[text.as_bytes()]).unwrap();
    Settings::read(&path).unwrap()
}

fn local(more: &str) -> Settings {
    settings(mirror().to_str().unwrap(), more)
}

fn now() -> SystemTime {
    NOW.parse::<Timestamp>().unwrap().to_system_time()
}

fn read(settings: &Settings) -> Result<Catalogue, ArchiveError> {
    let mut read = Vec::new();
    for release in archive::read_releases(settings, &|_| false, now())? {
        let indices = release.indices.iter().map(|file| archive::read_index(settings, &release, file));
        let indices = indices.collect::<Result<Vec<_>, _>>()?;
        read.push((release, indices));
    }
    Ok(archive::merge(settings, &read))
}

fn message(settings: &Settings) -> String {
    read(settings).unwrap_err().to_string()
}

const GOOD: &str = "suites = [\"stable-one\", \"unstable\", \"stable-one/updates\"]";

#[test]
fn the_good_suites_become_a_catalogue() {
    let catalogue = read(&local(GOOD)).unwrap();
    let suites: Vec<_> = catalogue.suites.iter().map(|suite| (suite.name.as_str(), suite.aliases.join(" "))).collect();
    assert_eq!(
        suites,
        [
            ("stable-one", "stable".to_owned()),
            ("unstable-two", "unstable".to_owned()),
            ("stable-one/updates", "stable/updates".to_owned())
        ]
    );
    assert!(catalogue.problems.is_empty(), "{:?}", catalogue.problems);
    let package = |id: &str| catalogue.packages.iter().find(|package| package.id() == id).unwrap();
    assert_eq!(package("native-gz=1.0").suites, [0, 1]);
    assert_eq!(package("fix=1.0-1+u1").suites, [2]);
    assert_eq!(package("fix=1.0-1+u1").area.as_str(), "main");
    assert_eq!(&*package("fix=1.0-1+u1").vendor, "press");
    assert_eq!(catalogue.clock.to_string(), "2026-11-14T12:00:00Z");
}

#[test]
fn every_file_of_the_good_suites_is_verified_and_read() {
    let settings = local(&format!("{GOOD}\nallow-weak = true"));
    let catalogue = read(&settings).unwrap();
    let fetcher = Fetcher::new(&settings, Path::new("/nonexistent")).unwrap();
    for package in &catalogue.packages {
        for file in &package.files {
            let fetched = fetcher.fetch(package, file).unwrap();
            let mut bytes = Vec::new();
            fetched.reader().unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes.len() as u64, file.size);
            assert_eq!(fetched.sha256, Sha256::of(&bytes));
        }
    }
}

#[test]
fn areas_may_be_chosen() {
    let catalogue = read(&local("suites = [\"stable-one\", \"stable-one/updates\"]\nareas = [\"contrib\"]")).unwrap();
    let areas: BTreeSet<_> = catalogue.packages.iter().map(|package| package.area.as_str()).collect();
    assert_eq!(areas, BTreeSet::from(["contrib"]));
    assert_eq!(catalogue.warnings, ["press: dists/stable-one/updates: it has no area `contrib`"]);
    let told = message(&local("suites = [\"stable-one\"]\nareas = [\"contrib\", \"mian\"]"));
    assert!(told.ends_with("has the area `mian` of `areas`\n  known: contrib, main, non-free"), "{told}");
}

#[test]
fn all_suites_of_a_folder_are_listed() {
    let settings = local("trusted = true\nsuites = [\"*\"]\nallow-weak = true\ncheck-valid-until = false");
    let releases = archive::read_releases(&settings, &|_| false, now()).unwrap();
    let suites: Vec<_> = releases.iter().map(|release| release.suite.as_str()).collect();
    for suite in ["broken", "old-three", "stable-one", "stable-one/updates", "unstable-two"] {
        assert!(suites.contains(&suite), "{suite} is not in {suites:?}");
    }
    assert!(!suites.iter().any(|suite| suite.contains("Stable1.2") || *suite == "unstable"));
}

#[test]
fn a_signature_by_another_key_is_refused_and_both_keys_are_told() {
    let told = message(&local("suites = [\"other-signed\"]"));
    assert!(told.contains("dists/other-signed/InRelease: no valid signature by a key of"), "{told}");
    assert!(told.contains("not in the keyring") && told.contains("known: "), "{told}");
    let keyring = mirror().join("other-keyring.gpg");
    let other = local(&format!("suites = [\"other-signed\"]\nsigned-by = [{keyring:?}]"));
    assert_eq!(read(&other).unwrap().packages.len(), 1);
}

#[test]
fn expired_keys_and_expired_suites_are_separate_settings() {
    let keyring = format!("suites = [\"old-three\"]\nsigned-by = [{:?}]\n", mirror().join("expired-keyring.gpg"));
    let told = message(&local(&keyring));
    assert!(told.contains("`allow-expired-keys` would accept it"), "{told}");
    let told = message(&local(&format!("{keyring}allow-expired-keys = true")));
    assert!(told.contains("valid until 2015-06-08T12:00:00Z only"), "{told}");
    let believing = format!("{keyring}allow-expired-keys = true\ncheck-valid-until = false\n");
    assert!(message(&local(&believing)).contains("its checksum is MD5 or SHA-1 only"));
    let settings = local(&format!("{believing}allow-weak = true"));
    let catalogue = read(&settings).unwrap();
    let package = &catalogue.packages[0];
    let fetcher = Fetcher::new(&settings, Path::new("/nonexistent")).unwrap();
    assert!(package.files.iter().all(|file| fetcher.fetch(package, file).is_ok()));
}

#[test]
fn weak_checksums_fail_their_package_alone() {
    let mut settings = local("trusted = true\nsuites = [\"old-three\"]\nallow-weak = true\ncheck-valid-until = false");
    let catalogue = read(&settings).unwrap();
    settings.archives[0].allow_weak = false;
    let fetcher = Fetcher::new(&settings, Path::new("/nonexistent")).unwrap();
    let package = &catalogue.packages[0];
    let error = fetcher.fetch(package, &package.files[0]).unwrap_err();
    assert!(matches!(error, FetchError::Weak { .. }), "{error}");
}

#[test]
fn a_file_that_is_not_the_signed_one_is_refused() {
    let settings = local("suites = [\"broken\"]");
    let catalogue = read(&settings).unwrap();
    let package = catalogue.packages.iter().find(|package| package.name.as_str() == "wrong-checksum").unwrap();
    let fetcher = Fetcher::new(&settings, Path::new("/nonexistent")).unwrap();
    let errors: Vec<_> = package.files.iter().filter_map(|file| fetcher.fetch(package, file).err()).collect();
    let [error @ FetchError::Differs { .. }] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(error.to_string().contains("wrong-checksum_1.0.orig.tar"), "{error}");
}

#[test]
fn stanzas_that_make_no_sense_hurt_no_other() {
    let catalogue = read(&local("suites = [\"broken-index\"]")).unwrap();
    let packages: BTreeSet<_> = catalogue.packages.iter().map(|package| package.name.as_str()).collect();
    let expected = ["latin-maintainer", "twice-alike", "twice-other", "unpacks-well", "version-letter"];
    assert_eq!(packages, BTreeSet::from(expected), "{:#?}", catalogue.problems);
    assert_eq!(catalogue.conflicts.len(), 1);
    for package in ["directory-above", "file-twice", "no-dsc", "size-huge", "no-colon", "continued", "twice-alike"] {
        let told =
            |text: &str| text.starts_with("press: dists/broken-index/main/source/Sources:") && text.contains(package);
        assert!(catalogue.problems.iter().any(|problem| told(&problem.to_string())), "{package}");
    }
}

#[test]
fn what_was_verified_before_is_not_verified_again() {
    let settings = local("suites = [\"stable-one\"]");
    let first = archive::read_releases(&settings, &|_| false, now()).unwrap();
    let key = first[0].verification_key();
    let mut broken = settings.clone();
    broken.archives[0].signed_by = vec![mirror().join("other-keyring.gpg")];
    assert!(archive::read_releases(&broken, &|known| known == key, now()).is_err(), "another keyring, another key");
    assert_eq!(archive::read_releases(&settings, &|known| known == key, now()).unwrap(), first);
}

/// A copy of one suite of the test archive, to be damaged.
fn copy_of_suite(suite: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&mirror().join("dists").join(suite), &folder.path().join("dists").join(suite));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_folders(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => fs::write_new(&target, &[&fs::read(&entry.path()).unwrap()]).unwrap(),
        }
    }
}

fn damage(path: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = change(fs::read(path).unwrap());
    fs::write_atomically(path, &[&bytes]).unwrap();
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replacen(from, to, 1).into_bytes()
}

#[test]
fn a_text_that_was_changed_is_not_the_signed_one() {
    for (suite, file) in [("stable-one", "InRelease"), ("unstable-two", "Release")] {
        let folder = copy_of_suite(suite);
        let path = folder.path().join("dists").join(suite).join(file);
        damage(&path, |bytes| replaced(&bytes, "Date: Sat, 14 Nov 2026", "Date: Sun, 15 Nov 2026"));
        let told = message(&settings(folder.path().to_str().unwrap(), &format!("suites = [{suite:?}]")));
        assert!(told.contains("the text is not what it signed"), "{told}");
    }
}

#[test]
fn what_stands_outside_the_signature_is_refused() {
    for (from, to) in [
        ("-----BEGIN PGP SIGNED", "Date: never\n-----BEGIN PGP SIGNED"),
        ("Hash: SHA512\n", "Hash: SHA512\nOrigin: Evil\n"),
        ("-----END PGP SIGNATURE-----", "-----END PGP SIGNATURE-----\nOrigin: Evil"),
    ] {
        let folder = copy_of_suite("stable-one");
        damage(&folder.path().join("dists/stable-one/InRelease"), |bytes| replaced(&bytes, from, to));
        let told = message(&settings(folder.path().to_str().unwrap(), "suites = [\"stable-one\"]"));
        assert!(told.contains("InRelease: not a signed text: "), "{told}");
    }
}

#[test]
fn an_unsigned_release_needs_trust() {
    let folder = copy_of_suite("unstable-two");
    let url = folder.path().to_str().unwrap();
    fs::remove_file(&folder.path().join("dists/unstable-two/Release.gpg")).unwrap();
    let told = message(&settings(url, ""));
    assert!(told.contains("dists/unstable-two/InRelease") && told.contains("dists/unstable-two/Release.gpg"), "{told}");
    assert!(read(&settings(url, "trusted = true")).is_ok());
}

#[test]
fn an_index_that_is_not_the_signed_one_is_refused() {
    let folder = copy_of_suite("unstable-two");
    let url = folder.path().to_str().unwrap();
    let path = folder.path().join("dists/unstable-two/non-free/source/Sources.xz");
    damage(&path, |mut bytes| {
        bytes[20] ^= 1;
        bytes
    });
    assert!(message(&settings(url, "")).contains("unstable-two/non-free/source/Sources.xz: its SHA-256 is "));
    damage(&path, |bytes| bytes[..bytes.len() / 2].to_vec());
    assert!(message(&settings(url, "")).contains("Sources.xz: it has "));
    fs::remove_file(&path).unwrap();
    let told = message(&settings(url, ""));
    assert!(told.contains("non-free/source/Sources: not there in any form that Release lists (.xz, plain)"), "{told}");
}

#[test]
fn by_hash_goes_before_the_plain_name() {
    let folder = copy_of_suite("stable-one");
    let url = folder.path().to_str().unwrap();
    damage(&folder.path().join("dists/stable-one/main/source/Sources.xz"), |bytes| bytes[1..].to_vec());
    assert!(read(&settings(url, "")).is_ok());
    fs::remove_tree(&folder.path().join("dists/stable-one/main/source/by-hash")).unwrap();
    assert!(message(&settings(url, "")).contains("Sources.xz: it has "));
}

#[test]
fn missing_folders_and_suites_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().to_str().unwrap();
    assert!(message(&settings(url, "")).contains("archive `press`: no suite: looked for `InRelease` and `Release` in"));
    let told = message(&local("suites = [\"sid\"]"));
    assert!(told.contains("no suite `sid`") && told.contains("known: broken, "), "{told}");
    let told = message(&local("suites = [\"oldstable\"]"));
    assert!(told.contains("dists/old-three"), "found by its `Suite`: {told}");
}

#[test]
fn a_remote_archive_is_read_as_the_same_folder_is() {
    let server = Server::start(&mirror(), |_, _| Answer::Well);
    let suites = "suites = [\"stable-one\", \"unstable-two\", \"stable-one/updates\"]\nallow-weak = true";
    let remote = settings(&server.url(), suites);
    let (over_http, mut from_folder) = (read(&remote).unwrap(), read(&local(suites)).unwrap());
    // A server does not list its links.
    from_folder
        .suites
        .iter_mut()
        .zip(&over_http.suites)
        .for_each(|(suite, other)| suite.aliases = other.aliases.clone());
    assert_eq!(over_http, from_folder);
    assert!(server.requests("/by-hash/SHA256").is_empty() && !server.requests("").is_empty());
    let downloads = tempfile::tempdir().unwrap();
    let fetcher = Fetcher::new(&remote, downloads.path()).unwrap();
    for package in over_http.packages.iter().take(5) {
        for file in &package.files {
            assert_eq!(Some(fetcher.fetch(package, file).unwrap().sha256), file.checksums.sha256);
        }
    }
}

#[test]
fn a_remote_suite_that_is_called_by_its_alias_has_its_folders_name() {
    let mirror = copy_of_suite("stable-one");
    std::os::unix::fs::symlink("stable-one", mirror.path().join("dists/stable")).unwrap();
    let server = Server::start(mirror.path(), |_, _| Answer::Well);
    let settings = settings(&server.url(), "suites = [\"stable\"]");
    let releases = archive::read_releases(&settings, &|_| false, now()).unwrap();
    assert_eq!(
        (releases[0].suite.as_str(), releases[0].aliases.as_slice()),
        ("stable-one", ["stable".to_owned()].as_slice())
    );
}

#[test]
fn a_remote_suite_that_is_not_there_is_told() {
    let server = Server::start(&mirror(), |_, _| Answer::Well);
    let told = message(&settings(&server.url(), "suites = [\"sid\"]"));
    assert!(told.contains(&format!("no suite `sid`: neither {}/dists/sid/InRelease", server.url())), "{told}");
}

/// One file in the pool of a remote archive, and what it takes to fetch it.
struct Pool {
    server: Server,
    fetcher: Fetcher,
    package: SourcePackage,
    bytes: Vec<u8>,
    downloads: tempfile::TempDir,
    _folder: tempfile::TempDir,
}

impl Pool {
    fn new(size: usize, behaviour: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..size).map(|position| (position / 7 + position * 31) as u8).collect();
        fs::create_folders(&folder.path().join("pool")).unwrap();
        fs::write_new(&folder.path().join("pool/a_1~%231.dsc"), &[&bytes]).unwrap();
        let server = Server::start(folder.path(), behaviour);
        let settings = settings(&server.url(), "suites = [\"none\"]");
        let downloads = tempfile::tempdir().unwrap();
        let patience = Patience {
            attempts: 3,
            first_wait: Duration::from_millis(10),
            longest_wait: Duration::from_secs(2),
            stall: Duration::from_millis(500),
            ..Patience::default()
        };
        let fetcher = Fetcher::with_patience(&settings, downloads.path(), patience).unwrap();
        let file = SourceFile {
            name: FileName::new("a_1~#1.dsc").unwrap(),
            size: size as u64,
            checksums: Checksums { sha256: Some(Sha256::of(&bytes)), ..Checksums::default() },
        };
        let package = SourcePackage {
            name: PackageName::new("a").unwrap(),
            version: DebianVersion::new("1").unwrap(),
            area: Area::new("main").unwrap(),
            other_areas: Vec::new(),
            archive: 0,
            suites: vec![0],
            vendor: "press".into(),
            directory: "pool".into(),
            files: vec![file],
            extra_source_only: false,
        };
        Self { server, fetcher, package, bytes, downloads, _folder: folder }
    }

    fn fetch(&self) -> Result<Fetched, FetchError> {
        self.fetcher.fetch(&self.package, &self.package.files[0])
    }

    fn assert_whole(&self) {
        let mut bytes = Vec::new();
        self.fetch().unwrap().reader().unwrap().read_to_end(&mut bytes).unwrap();
        assert!(bytes == self.bytes);
    }

    fn error(&self) -> String {
        self.fetch().unwrap_err().to_string()
    }

    /// Where each request began.
    fn ranges(&self) -> Vec<Option<usize>> {
        self.server.requests("").into_iter().map(|(_, range)| range).collect()
    }
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_was() {
    let pool = Pool::new(100_000, |_, earlier| if earlier < 2 { Answer::BreakAfter(40_000) } else { Answer::Well });
    pool.assert_whole();
    assert_eq!(pool.ranges(), [None, Some(40_000), Some(80_000)]);
}

#[test]
fn a_server_that_does_not_resume_sends_everything_again() {
    let pool = Pool::new(100_000, |_, earlier| if earlier == 0 { Answer::BreakAfter(40_000) } else { Answer::Whole });
    pool.assert_whole();
    let pool = Pool::new(100_000, |_, earlier| match earlier {
        0 => Answer::BreakAfter(40_000),
        1 => Answer::WrongRange,
        _ => Answer::Well,
    });
    pool.assert_whole();
    assert_eq!(pool.ranges(), [None, Some(40_000), None]);
}

#[test]
fn a_server_that_stalls_is_asked_again() {
    let pool = Pool::new(100_000, |_, earlier| if earlier == 0 { Answer::StallAfter(10_000) } else { Answer::Well });
    pool.assert_whole();
    assert_eq!(pool.ranges(), [None, Some(10_000)]);
}

#[test]
fn a_busy_server_is_waited_for_as_long_as_it_asks() {
    let begin = std::time::Instant::now();
    let busy = |_: &str, earlier| if earlier == 0 { Answer::Status(503, "Retry-After: 1\r\n") } else { Answer::Well };
    Pool::new(10, busy).assert_whole();
    assert!(begin.elapsed() >= Duration::from_secs(1));
    let told = Pool::new(10, |_, _| Answer::Status(503, "Retry-After: 3600\r\n")).error();
    assert!(told.contains("503 Service Unavailable and asks to wait for 3600 s"), "{told}");
}

#[test]
fn attempts_are_bounded() {
    let pool = Pool::new(100_000, |_, _| Answer::Status(500, ""));
    assert!(pool.error().contains("given up after 3 attempts: the server answers 500"));
    assert_eq!(pool.ranges().len(), 3);
    let pool = Pool::new(100_000, |_, _| Answer::Status(403, ""));
    assert!(pool.error().ends_with("the server answers 403 Forbidden"));
    assert_eq!(pool.ranges().len(), 1);
}

#[test]
fn bytes_are_bounded_by_the_index() {
    for answer in [Answer::Longer, Answer::Endless] {
        let pool = Pool::new(10_000, move |_, _| answer.clone());
        let told = pool.error();
        assert!(told.contains(" bytes, not 10000"), "{told}");
        assert_eq!(pool.ranges().len(), 1);
    }
}

#[test]
fn what_is_gone_from_the_pool_is_told_apart() {
    let pool = Pool::new(10, |_, earlier| if earlier == 0 { Answer::Status(404, "") } else { Answer::Well });
    assert!(!pool.fetcher.has_missed());
    assert!(matches!(pool.fetch(), Err(FetchError::Moved { .. })));
    assert!(pool.fetcher.has_missed());
    pool.assert_whole();
}

#[test]
fn a_damaged_download_is_tried_once_more() {
    Pool::new(10_000, |_, earlier| if earlier == 0 { Answer::Other } else { Answer::Well }).assert_whole();
    let pool = Pool::new(10_000, |_, _| Answer::Other);
    assert!(matches!(pool.fetch(), Err(FetchError::Differs { .. })));
    assert_eq!(pool.ranges().len(), 2);
}

#[test]
fn a_large_download_lies_on_disk_without_a_name() {
    let pool = Pool::new(40 << 20, |_, earlier| if earlier == 0 { Answer::BreakAfter(9 << 20) } else { Answer::Well });
    let fetched = pool.fetch().unwrap();
    let mut readers = [fetched.reader().unwrap(), fetched.reader().unwrap()];
    drop(fetched);
    assert_eq!(std::fs::read_dir(pool.downloads.path()).unwrap().count(), 0);
    for reader in &mut readers {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        assert!(bytes == pool.bytes);
    }
}
