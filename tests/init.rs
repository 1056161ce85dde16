//! `debpress init` writes a `site.toml` that builds.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod http_server;
mod site;

use std::fs;
use std::path::Path;

use http_server::{Answer, Server};
use site::{Run, mirror};

/// A folder to write `site.toml` in, with the keyrings of the test archive installed.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new(keyrings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("keyrings")).unwrap();
        for keyring in keyrings {
            fs::copy(mirror().join(keyring), folder.path().join("keyrings").join(keyring)).unwrap();
        }
        fs::write(folder.path().join("keyrings/README.txt"), b"not a keyring").unwrap();
        fs::write(folder.path().join("keyrings/damaged.gpg"), b"not a keyring").unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_debpress"));
        Run(command.args(arguments).current_dir(self.path()).output().unwrap())
    }

    fn init(&self, archive: &str, suites: &[&str], more: &[&str]) -> Run {
        let begin = ["init", "--archive", archive, "--keyrings", "keyrings", "--suite"];
        self.run(&[&begin[..], suites, more].concat())
    }

    fn settings(&self) -> String {
        fs::read_to_string(self.path().join("site.toml")).unwrap()
    }
}

#[test]
fn a_folder_archive() {
    let machine = Machine::new(&["other-keyring.gpg", "keyring.gpg"]);
    let archive = mirror().display().to_string();
    let run = machine.init(&archive, &["stable-one", "unstable"], &["--only", "native-gz"]).succeeds();
    assert_eq!(
        run.stdout(),
        "The archive is verified by keyrings/keyring.gpg.\n\
         Wrote site.toml. Next: `debpress build --only native-gz`.\n"
    );
    let settings = machine.settings();
    assert!(
        settings.contains("\n# areas = [\"contrib\", \"main\", \"non-free\", \"non-free-firmware\"]\n"),
        "{settings}"
    );
    assert!(settings.contains("\nsigned-by = [\"keyrings/keyring.gpg\"]\n"), "{settings}");
    machine.run(&["build", "--only", "native-gz"]).succeeds();
    assert!(machine.path().join("public/src/native-gz/1.0").is_dir());
    let again = machine.init(&archive, &["stable-one"], &[]).exits(1);
    assert_eq!(again.stderr(), "error: site.toml is there already; nothing was changed\n");
    assert_eq!(machine.settings(), settings);
}

#[test]
fn a_remote_archive() {
    let server = Server::start(&mirror(), |_, _| Answer::Well);
    let machine = Machine::new(&["other-keyring.gpg", "keyring.gpg"]);
    machine.init(&server.url(), &["stable"], &[]).succeeds();
    machine.run(&["build", "--only", "native-gz"]).succeeds();
}

#[test]
fn a_keyring_that_is_named() {
    let machine = Machine::new(&["keyring.gpg"]);
    let keyring = mirror().join("keyring.gpg").display().to_string();
    machine.init(&mirror().display().to_string(), &["stable-one"], &["--signed-by", &keyring]).succeeds();
    assert!(machine.settings().contains(&format!("\nsigned-by = [{keyring:?}]\n")));
}

#[test]
fn what_nobody_vouches_for_is_told_and_nothing_is_written() {
    let archive = mirror().display().to_string();
    let machine = Machine::new(&["other-keyring.gpg"]);
    let told = machine.init(&archive, &["stable-one"], &[]).exits(1).stderr();
    assert!(told.contains("/dists/stable-one/InRelease: no valid signature by a key of "), "{told}");
    assert!(told.ends_with("name it with --signed-by FILE; --trusted does without\n"), "{told}");
    let told = machine.init(&archive, &["sid"], &[]).exits(1).stderr();
    assert!(told.contains("no suite `sid`") && told.contains("known: broken, "), "{told}");
    let told = machine.init(&archive, &["stable-one"], &["--keyrings", "none"]);
    assert_eq!(told.0.status.code(), Some(2), "an argument that is given twice");
    assert!(!machine.path().join("site.toml").exists());
    machine.init(&archive, &["stable-one"], &["--trusted"]).succeeds();
    assert!(machine.settings().contains("\ntrusted = true\n"));
}
