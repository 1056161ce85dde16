//! A site in a temporary folder, with an archive that tests change: packages of `tests/mirror` come and go.
//!
//! ```no_run
//! let mut site = Site::new();
//! site.archive.add("sid", "main", "hello", "1.0-1");
//! site.build().succeeds();
//! site.archive.remove("sid", "hello", "1.0-1");
//! site.build().succeeds();
//! site.assert_equals_scratch();
//! ```
#![allow(dead_code, unreachable_pub, clippy::disallowed_methods, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use debpress::formats::compression::{Compression, decoder};
use debpress::store::Store;
use sha2::{Digest, Sha256};

/// The made-up archive of the repository.
pub fn mirror() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mirror")
}

/// All stanzas of the good suites of the made-up archive, by package and version.
pub fn stanzas() -> BTreeMap<(String, String), String> {
    let mut stanzas = BTreeMap::new();
    for suite in ["stable-one", "unstable-two"] {
        for area in ["main", "contrib", "non-free"] {
            let folder = mirror().join("dists").join(suite).join(area).join("source");
            let names = ["Sources.xz", "Sources.gz", "Sources"];
            let path = names.iter().map(|name| folder.join(name)).find(|path| path.exists()).unwrap();
            let file = BufReader::new(fs::File::open(&path).unwrap());
            let mut text = String::new();
            let compression = match path.extension().and_then(|it| it.to_str()) {
                Some(_) => Compression::from_name(path.file_name().unwrap().to_str().unwrap()),
                None => Compression::None,
            };
            decoder(compression, Box::new(file)).unwrap().read_to_string(&mut text).unwrap();
            for stanza in text.split("\n\n").filter(|stanza| !stanza.trim().is_empty()) {
                if let (Some(package), Some(version)) = (field(stanza, "Package"), field(stanza, "Version")) {
                    stanzas.insert((package, version), stanza.trim_end().to_owned());
                }
            }
        }
    }
    stanzas
}

fn field(stanza: &str, name: &str) -> Option<String> {
    stanza.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(|value| value.trim().to_owned())
}

/// An unsigned archive that shares the pool of `tests/mirror`.
pub struct Archive {
    folder: PathBuf,
    known: BTreeMap<(String, String), String>,
    /// Stanzas by suite and area.
    suites: BTreeMap<(String, String), BTreeSet<(String, String)>>,
    /// Text that follows the stanzas of a suite and area.
    appended: BTreeMap<(String, String), String>,
    /// Seconds since 1970 of the next Release file.
    pub date: i64,
}

impl Archive {
    /// An empty archive in a folder.
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(folder.join("dists")).unwrap();
        std::os::unix::fs::symlink(mirror().join("pool"), folder.join("pool")).unwrap();
        Self { folder, known: stanzas(), suites: BTreeMap::new(), appended: BTreeMap::new(), date: 1_790_000_000 }
    }

    /// The archive's root.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The text of the stanza of a package that can be added.
    pub fn stanza(&self, package: &str, version: &str) -> &str {
        &self.known[&(package.to_owned(), version.to_owned())]
    }

    /// Text that the next index has after its stanzas.
    pub fn append(&mut self, suite: &str, area: &str, text: &str) {
        self.suites.entry((suite.to_owned(), area.to_owned())).or_default();
        self.appended.insert((suite.to_owned(), area.to_owned()), text.to_owned());
    }

    /// Adds a package of the test's own, in format 3.0 (native) and version 1, with this tarball.
    pub fn add_native(&mut self, suite: &str, package: &str, ending: &str, tarball: &[u8]) {
        self.add_native_version(suite, (package, "1"), ending, tarball);
    }

    /// The same in a version of one's choice.
    pub fn add_native_version(&mut self, suite: &str, id: (&str, &str), ending: &str, tarball: &[u8]) {
        let (package, version) = id;
        let name = format!("{package}_{version}.tar.{ending}");
        let row = |name: &str, bytes: &[u8]| format!(" {} {} {name}\n", hex(bytes), bytes.len());
        let dsc = format!(
            "Format: 3.0 (native)\nSource: {package}\nVersion: {version}\nChecksums-Sha256:\n{}",
            row(&name, tarball)
        );
        let (dsc_name, directory) = (format!("{package}_{version}.dsc"), format!("own/{package}"));
        let stanza = format!(
            "Package: {package}\nVersion: {version}\nDirectory: {directory}\nChecksums-Sha256:\n{}{}",
            row(&dsc_name, dsc.as_bytes()),
            row(&name, tarball)
        );
        write(&self.folder.join(&directory).join(&dsc_name), dsc.as_bytes());
        write(&self.folder.join(&directory).join(&name), tarball);
        self.known.insert((package.to_owned(), version.to_owned()), stanza.trim_end().to_owned());
        self.add(suite, "main", package, version);
    }

    /// Names and versions of all packages that can be added.
    pub fn known(&self) -> Vec<(String, String)> {
        self.known.keys().cloned().collect()
    }

    pub fn add(&mut self, suite: &str, area: &str, package: &str, version: &str) {
        let id = (package.to_owned(), version.to_owned());
        assert!(self.known.contains_key(&id), "tests/mirror has no {package} {version}");
        self.suites.entry((suite.to_owned(), area.to_owned())).or_default().insert(id);
    }

    pub fn remove(&mut self, suite: &str, package: &str, version: &str) {
        let id = (package.to_owned(), version.to_owned());
        self.suites.iter_mut().filter(|((its, _), _)| its == suite).for_each(|(_, packages)| {
            packages.remove(&id);
        });
    }

    /// Removes a whole suite.
    pub fn remove_suite(&mut self, suite: &str) {
        self.suites.retain(|(its, _), _| its != suite);
    }

    /// Writes `dists`, with a date that is a day later than before.
    pub fn write(&mut self) {
        self.date += 24 * 3600;
        let dists = self.folder.join("dists");
        fs::remove_dir_all(&dists).unwrap();
        fs::create_dir_all(&dists).unwrap();
        let names: BTreeSet<String> = self.suites.keys().map(|(suite, _)| suite.clone()).collect();
        for suite in names {
            let areas = self.suites.iter().filter(|((its, _), _)| *its == suite);
            let indices: Vec<(String, Vec<u8>)> = areas
                .map(|(place, packages)| {
                    let mut text: String = packages.iter().map(|id| format!("{}\n\n", self.known[id])).collect();
                    text.push_str(self.appended.get(place).map_or("", String::as_str));
                    (format!("{}/source/Sources", place.1), text.into_bytes())
                })
                .collect();
            self.write_suite(&suite, &indices);
        }
    }

    /// Writes a suite with these indices, by their paths, and a Release file that vouches for them.
    pub fn write_suite(&self, suite: &str, indices: &[(String, Vec<u8>)]) {
        let mut sums = String::new();
        let mut components = BTreeSet::new();
        for (path, bytes) in indices {
            write(&self.folder.join("dists").join(suite).join(path), bytes);
            let _ = writeln!(sums, " {} {} {path}", hex(bytes), bytes.len());
            components.extend(path.split('/').next());
        }
        let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(self.date.unsigned_abs());
        let date = httpdate::fmt_http_date(moment).replace("GMT", "UTC");
        let components = Vec::from_iter(components).join(" ");
        let release =
            format!("Origin: Press\nCodename: {suite}\nDate: {date}\nComponents: {components}\nSHA256:\n{sums}");
        write(&self.folder.join("dists").join(suite).join("Release"), release.as_bytes());
    }
}

/// The SHA-256 of bytes as an index writes it.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file and the folders above it.
pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// What a run of the program ended with.
pub struct Run(pub Output);

impl Run {
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(code), "stdout: {}\nstderr: {}", self.stdout(), self.stderr());
        self
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// The report of a run with `--format json`.
    pub fn report(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.stdout).unwrap()
    }
}

/// A folder with `site.toml`, an archive, and what is built from it.
pub struct Site {
    folder: tempfile::TempDir,
    pub archive: Archive,
    settings: String,
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

impl Site {
    /// A site with an empty archive.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::new(folder.path().join("archive"));
        let mut site = Self { folder, archive, settings: String::new() };
        site.set("");
        site
    }

    /// A built site with these packages of one suite.
    pub fn built(packages: &[(&str, &str)]) -> Self {
        let mut site = Self::new();
        packages.iter().for_each(|(name, version)| site.archive.add("one", "main", name, version));
        site.build().succeeds();
        site
    }

    /// The text of a compressed page or document; `None` when it is not there.
    pub fn page(&self, path: &str) -> Option<String> {
        let bytes = fs::read(self.public().join(path)).ok()?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        Some(text)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn public(&self) -> PathBuf {
        self.path().join("public")
    }

    /// Writes `site.toml` with these lines beside those that say where the archive is. Unless they speak of symbols,
    /// there are none: not every machine has ctags.
    pub fn set(&mut self, more: &str) {
        self.settings = more.to_owned();
        let symbols = if more.contains("[symbols]") { "" } else { "[symbols]\nenabled = false\n" };
        let text = format!(
            "[[archive]]\nname = \"press\"\nurl = \"archive\"\ntrusted = true\nallow-weak = true\n\n{more}\n{symbols}"
        );
        fs::write(self.path().join("site.toml"), text).unwrap();
    }

    /// Writes the whole of `site.toml`.
    pub fn write_settings(&self, text: &str) {
        write(&self.path().join("site.toml"), text.as_bytes());
    }

    /// Runs the program, which ends with `code` and changes nothing of what is published, not even a time;
    /// gives what it told, with `SITE` for the site's folder.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], code: i32) -> String {
        let state = || (tree(&self.public()), inodes(&self.public()));
        let before = state();
        let run = self.run(arguments).exits(code);
        assert!(state() == before, "what is published was changed; told: {}", run.stderr());
        run.stderr().replace(&self.path().display().to_string(), "SITE")
    }

    /// Puts a template of the site's own in place of the built-in one.
    pub fn template(&self, name: &str, text: &str) {
        write(&self.path().join("templates").join(name), text.as_bytes());
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_debpress"));
        command.args(arguments).current_dir(self.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run(self.command(arguments).output().unwrap())
    }

    /// The values of a statistic in the state, oldest first.
    pub fn history(&self, name: &str) -> Vec<i64> {
        let store = Store::open_read_only(&self.path().join("cache")).unwrap();
        store.state().read(|state| state.history(name)).unwrap().into_iter().map(|(_, value)| value).collect()
    }

    /// Writes the archive and builds.
    pub fn build(&mut self) -> Run {
        self.archive.write();
        self.rebuild()
    }

    /// Builds from the archive as it is.
    pub fn rebuild(&self) -> Run {
        self.run(&["build", "--format", "json"])
    }

    /// Builds the same archive, settings and state from nothing, and compares every published byte.
    #[track_caller]
    pub fn assert_equals_scratch(&self) {
        let scratch = tempfile::tempdir().unwrap();
        let copy = |name: &str| {
            let from = self.path().join(name);
            if from.exists() {
                copy_tree(&from, &scratch.path().join(name));
            }
        };
        copy("site.toml");
        copy("templates");
        copy("archive/dists");
        copy("archive/own");
        std::os::unix::fs::symlink(mirror().join("pool"), scratch.path().join("archive/pool")).unwrap();
        // The state is an input of what is published; results and pages are not.
        fs::create_dir_all(scratch.path().join("cache")).unwrap();
        for name in ["state.sqlite", "CACHEDIR.TAG", "layout"] {
            copy(&format!("cache/{name}"));
        }
        let output = Command::new(env!("CARGO_BIN_EXE_debpress"))
            .args(["build", "--quiet", "--jobs", "1", "--force-remove"])
            .current_dir(scratch.path())
            .env("TZ", "Pacific/Apia")
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
        assert_same_tree(&self.public(), &scratch.path().join("public"));
    }
}

fn copy_tree(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_tree(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

/// Every file below `folder` with its bytes; folders end in a slash.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1) {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(folder).unwrap().to_owned();
        let bytes = if entry.file_type().is_dir() { b"folder".to_vec() } else { fs::read(entry.path()).unwrap() };
        found.insert(path, bytes);
    }
    found
}

/// Inode and time of change of every file: what is the same was not written again.
pub fn inodes(folder: &Path) -> BTreeMap<PathBuf, (u64, i64, i64)> {
    let files =
        walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let data = entry.metadata().unwrap();
            let path = entry.path().strip_prefix(folder).unwrap().to_owned();
            (path, (data.ino(), data.mtime(), data.mtime_nsec()))
        })
        .collect()
}

#[track_caller]
pub fn assert_same_tree(left: &Path, right: &Path) {
    let (left, right) = (tree(left), tree(right));
    let differing: Vec<String> = left
        .keys()
        .chain(right.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|path| left.get(*path) != right.get(*path))
        .map(|path| match (left.get(path), right.get(path)) {
            (Some(_), None) => format!("only left: {}", path.display()),
            (None, Some(_)) => format!("only right: {}", path.display()),
            _ => format!("differs: {}", path.display()),
        })
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Checks that a page has all of these.
#[track_caller]
pub fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no `{part}` in {page}");
    }
}

/// A native package of these files, as a gzipped tarball.
pub fn tarball(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("top/{path}"), *bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}
