//! `Dpkg::Source::Patch`, driven as dpkg-source drives it, on a scratch folder.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use debpress::fs;
use debpress::model::EntryPath;
use debpress::unpack::patch::{MemoryEntry, MemoryTree, PatchRules, PatchTarget};

/// Applies one patch for every line `RULES FOLDER PATCH` on standard input, and answers with one line.
const DRIVER: &str = r#"
use strict; use warnings; use Dpkg::Source::Patch;
umask 022; $| = 1; open(my $answers, '>&', \*STDOUT); $answers->autoflush(1);
open(STDOUT, '>', '/dev/null'); open(STDERR, '>', '/dev/null');
while (my $line = <STDIN>) {
    chomp $line;
    my ($rules, $folder, $patch) = split / /, $line;
    my @quilt = ('-t', '-F', '0', '-N', '-p1', '-u', '-V', 'never', '-E', '-b', '-B', '.pc/p/', '--reject-file=-');
    my %options = $rules eq '1.0' ? (force_timestamp => 1)
        : $rules eq '2.0' ? (force_timestamp => 1, timestamp => 1000, add_options => ['-E'])
        : (timestamp => 1000, force_timestamp => 1, create_dirs => 1, remove_backup => 0, options => \@quilt);
    my $fine = eval { Dpkg::Source::Patch->new(filename => $patch)->apply($folder, verbose => 0, %options); 1 };
    my $message = $fine ? 'applied' : "refused: $@";
    $message =~ s/\s+/ /g;
    print $answers "$message\n";
}
"#;

/// What became of a patch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The listing of the tree afterwards.
    Tree(String),
    /// It was refused.
    Refused,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tree(listing) => write!(f, "applied\n{listing}"),
            Self::Refused => f.write_str("refused "),
        }
    }
}

/// A running driver and its scratch folder.
pub(crate) struct Judge {
    driver: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    scratch: tempfile::TempDir,
}

impl Judge {
    /// Starts the driver; says why and gives none when the tools are not there.
    pub(crate) fn start() -> Option<Self> {
        let works = |command: &mut Command| command.stdout(Stdio::null()).status().is_ok_and(|status| status.success());
        let tools = works(Command::new("perl").args(["-MDpkg::Source::Patch", "-e", "1"]))
            && works(Command::new("patch").arg("--version"));
        if !tools {
            assert!(
                std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(),
                "perl, libdpkg-perl and patch are needed (DEBPRESS_REQUIRE_TOOLS is set)"
            );
            eprintln!("SKIPPED: perl, libdpkg-perl and patch are needed to compare with dpkg");
            return None;
        }
        let mut driver = Command::new("perl")
            .args(["-e", DRIVER])
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = driver.stdin.take().unwrap();
        let answers = BufReader::new(driver.stdout.take().unwrap());
        Some(Self { driver, requests, answers, scratch: tempfile::tempdir().unwrap() })
    }

    /// The verdict on one patch, and dpkg's message.
    pub(crate) fn apply(&mut self, tree: &MemoryTree, patch: &[u8], rules: &PatchRules) -> (Verdict, String) {
        let folder = self.scratch.path().join("p");
        let patch_file = self.scratch.path().join("the-patch");
        fs::remove_tree(&folder).unwrap();
        unpack(tree, &folder);
        fs::write_atomically(&patch_file, &[patch]).unwrap();
        let name = match (rules.remove_emptied, rules.keep_backups) {
            (false, _) => "1.0",
            (true, true) => "2.0",
            (true, false) => "3.0",
        };
        writeln!(self.requests, "{name} {} {}", folder.display(), patch_file.display()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        match answer.as_str() {
            "applied\n" => (Verdict::Tree(listing_of(&pack(&folder))), String::new()),
            answer if answer.starts_with("refused") => (Verdict::Refused, answer.to_owned()),
            _ => panic!("the driver has ended"),
        }
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Writes a tree to a new folder.
fn unpack(tree: &MemoryTree, folder: &Path) {
    fs::create_folders(folder).unwrap();
    for (path, entry) in tree.entries() {
        let path = folder.join(std::ffi::OsStr::from_bytes(path.as_bytes()));
        match entry {
            MemoryEntry::Directory => fs::create_folders(&path).unwrap(),
            MemoryEntry::Symlink { target } => symlink(std::ffi::OsStr::from_bytes(target), &path).unwrap(),
            MemoryEntry::File { bytes, executable } => {
                fs::write_new(&path, &[bytes]).unwrap();
                let mode = if *executable { 0o755 } else { 0o644 };
                std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            }
        }
    }
}

/// Reads a folder back, without the backups at `.pc`.
fn pack(folder: &Path) -> MemoryTree {
    let mut tree = MemoryTree::default();
    let entries = walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name();
    for entry in entries.into_iter().filter_entry(|entry| !(entry.depth() == 1 && entry.file_name() == ".pc")) {
        let entry = entry.unwrap();
        let path: PathBuf = entry.path().strip_prefix(folder).unwrap().to_owned();
        let path = EntryPath::new(path.into_os_string().into_vec()).unwrap();
        if entry.file_type().is_dir() {
            tree.create_folder(&path);
        } else if entry.file_type().is_symlink() {
            tree.symlink(&path, std::fs::read_link(entry.path()).unwrap().into_os_string().into_vec());
        } else {
            let executable = entry.metadata().unwrap().permissions().mode() & 0o111 != 0;
            tree.write(&path, fs::read(entry.path()).unwrap(), executable);
        }
    }
    tree
}

/// One line for every entry.
pub(crate) fn listing_of(tree: &MemoryTree) -> String {
    let line = |(path, entry): (&EntryPath, &MemoryEntry)| match entry {
        MemoryEntry::Directory => format!("{path}/\n"),
        MemoryEntry::Symlink { target } => format!("{path} -> {}\n", target.escape_ascii()),
        MemoryEntry::File { bytes, executable } => {
            format!("{path}{} \"{}\"\n", if *executable { "*" } else { "" }, bytes.escape_ascii())
        }
    };
    tree.entries().map(line).collect()
}
