//! `debpress init`.
//!
//! The archive is asked for its suites, areas and signatures, so that what is written builds.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Args;

use super::CommandError;
use crate::archive::{self, Release};
use crate::fs;
use crate::model::{Area, PackageName};
use crate::settings::{FILE_NAME, Settings};

/// Arguments of `debpress init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The archive: a folder or an http(s) address with dists/ and pool/ below it
    #[arg(long, value_name = "URL")]
    archive: String,
    /// The suites to read
    #[arg(long, value_name = "SUITE", required = true, num_args = 1..)]
    suite: Vec<String>,
    /// Packages to begin with; the file says how to build only these
    #[arg(long, value_name = "PACKAGE", num_args = 1..)]
    only: Vec<PackageName>,
    /// A keyring whose key signs the archive [default: those in --keyrings that verify it]
    #[arg(long, value_name = "FILE")]
    signed_by: Option<PathBuf>,
    /// A folder with keyrings to try
    #[arg(long, value_name = "FOLDER", default_value = "/usr/share/keyrings")]
    keyrings: PathBuf,
    /// Believe the archive without a signature
    #[arg(long, conflicts_with = "signed_by")]
    trusted: bool,
}

impl InitArguments {
    pub(super) fn run(&self, config: Option<&Path>) -> Result<ExitCode, CommandError> {
        let path = config.unwrap_or(Path::new(FILE_NAME));
        if path.exists() {
            return Err(format!("{} is there already; nothing was changed", path.display()).into());
        }
        // Trusted for as long as it takes to find out which keyrings verify what was read.
        let settings =
            Settings::parse(path, &self.text(&BTreeSet::new(), "check-valid-until = false\ntrusted = true"))?;
        let now = SystemTime::now();
        let releases = archive::read_releases(&settings, &|_| false, now)?;
        let areas = releases.iter().flat_map(|release| &release.indices).map(|index| index.area.clone()).collect();
        let keyrings = self.keyrings(&settings, &releases, now)?;
        let text = self.text(&areas, &trust(&keyrings));
        Settings::parse(path, &text)?;
        fs::write_atomically(path, &[text.as_bytes()])?;
        let mut out = io::stdout().lock();
        for keyring in &keyrings {
            writeln!(out, "The archive is verified by {}.", keyring.display())?;
        }
        writeln!(out, "Wrote {}. Next: `debpress build{}`.", path.display(), self.only_argument())?;
        Ok(ExitCode::SUCCESS)
    }

    /// The keyrings that verify the archive; none if it is to be trusted without.
    fn keyrings(
        &self,
        settings: &Settings,
        releases: &[Release],
        now: SystemTime,
    ) -> Result<Vec<PathBuf>, CommandError> {
        if self.trusted {
            return Ok(Vec::new());
        }
        let candidates = match &self.signed_by {
            Some(keyring) => vec![keyring.clone()],
            None => installed(&self.keyrings)?,
        };
        let none = "install the archive's keyring, or name it with --signed-by FILE; --trusted does without";
        if candidates.is_empty() {
            return Err(format!("no keyring in {}\n  hint: {none}", self.keyrings.display()).into());
        }
        archive::choose_keyrings(settings, releases, &candidates, now)
            .map_err(|error| format!("{error}\n  hint: {none}").into())
    }

    fn text(&self, areas: &BTreeSet<Area>, trust: &str) -> String {
        let mut text =
            String::from("# Settings of a debpress site. Keys that are commented out show their defaults.\n\n");
        text.push_str("[site]\n# What the site is called, and the address it will have.\ntitle = \"Sources\"\n");
        text.push_str("base-url = \"https://sources.example.org/\"\n\n[[archive]]\nname = \"archive\"\n");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "url = {}", quoted(&self.archive));
        let _ = writeln!(text, "suites = [{}]", list(&self.suite));
        let areas: Vec<&str> = areas.iter().map(Area::as_str).collect();
        let _ = writeln!(text, "# Areas to read; all when left out.\n# areas = [{}]", list(&areas));
        let _ = writeln!(text, "{trust}");
        text.push_str("\n[output]\n# The published folder.\ndir = \"public\"\n");
        text.push_str(
            "# \"gzip\" for web servers with the rules in public.hosts/, or \"plain\".\nencoding = \"gzip\"\n\n",
        );
        text.push_str("[cache]\n# Where results are kept.\ndir = \"cache\"\n");
        if !self.only.is_empty() {
            let _ = writeln!(text, "\n# To build these packages alone: debpress build{}", self.only_argument());
        }
        text
    }

    fn only_argument(&self) -> String {
        match self.only.is_empty() {
            true => String::new(),
            false => format!(" --only {}", self.only.iter().map(PackageName::as_str).collect::<Vec<_>>().join(" ")),
        }
    }
}

/// The keyrings in a folder; those of whole archives come before those with single keys of them.
fn installed(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        format!("cannot list {}: {error}\n  hint: --keyrings names another folder", folder.display())
    })?;
    let mut keyrings: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    keyrings.retain(|path| path.extension().is_some_and(|ending| ["gpg", "pgp", "asc"].iter().any(|it| ending == *it)));
    let is_whole = |path: &Path| path.to_string_lossy().contains("-archive-keyring.");
    keyrings.sort_by_key(|path| (!is_whole(path), path.clone()));
    Ok(keyrings)
}

fn trust(keyrings: &[PathBuf]) -> String {
    if keyrings.is_empty() {
        return "# The archive is believed without a signature.\ntrusted = true".to_owned();
    }
    let keyrings: Vec<_> = keyrings.iter().map(|keyring| keyring.to_string_lossy()).collect();
    format!("# Keyrings one of whose keys must have signed the Release file.\nsigned-by = [{}]", list(&keyrings))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list<T: AsRef<str>>(items: &[T]) -> String {
    items.iter().map(|item| quoted(item.as_ref())).collect::<Vec<_>>().join(", ")
}
