//! `debpress init`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::fs;
use crate::model::PackageName;
use crate::settings::FILE_NAME;

/// Keyrings that distributions install, the first of which there is becomes `signed-by`.
const KEYRINGS: [&str; 3] = [
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
];

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
    /// A keyring whose key signs the archive [default: the first known one on this machine]
    #[arg(long, value_name = "FILE")]
    signed_by: Option<PathBuf>,
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
        let text = self.text()?;
        fs::write_atomically(path, &[text.as_bytes()])?;
        writeln!(io::stdout(), "Wrote {}. Next: `debpress build{}`.", path.display(), self.only_argument())?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self) -> Result<String, CommandError> {
        let mut text =
            String::from("# Settings of a debpress site. Keys that are commented out show their defaults.\n\n");
        text.push_str("[site]\n# What the site is called, and the address it will have.\ntitle = \"Sources\"\n");
        text.push_str("base-url = \"https://sources.example.org/\"\n\n[[archive]]\nname = \"archive\"\n");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "url = {}", quoted(&self.archive));
        let _ = writeln!(text, "suites = [{}]", list(&self.suite));
        text.push_str("# Areas to read; all when left out.\n# areas = [\"main\"]\n");
        text.push_str(&self.trust()?);
        text.push_str("\n[output]\n# The published folder.\ndir = \"public\"\n");
        text.push_str(
            "# \"gzip\" for web servers with the rules in public.hosts/, or \"plain\".\nencoding = \"gzip\"\n\n",
        );
        text.push_str("[cache]\n# Where results are kept.\ndir = \"cache\"\n");
        if !self.only.is_empty() {
            let _ = writeln!(text, "\n# To build these packages alone: debpress build{}", self.only_argument());
        }
        Ok(text)
    }

    fn trust(&self) -> Result<String, CommandError> {
        if self.trusted {
            return Ok("# The archive is believed without a signature.\ntrusted = true\n".to_owned());
        }
        let known = || KEYRINGS.iter().map(PathBuf::from).find(|keyring| keyring.is_file());
        let keyring = self.signed_by.clone().or_else(known).ok_or(
            "no keyring was found on this machine\n  hint: name the archive's with --signed-by FILE, or say --trusted",
        )?;
        let keyring = quoted(&keyring.to_string_lossy());
        Ok(format!("# Keyrings one of whose keys must have signed the Release file.\nsigned-by = [{keyring}]\n"))
    }

    fn only_argument(&self) -> String {
        match self.only.is_empty() {
            true => String::new(),
            false => format!(" --only {}", self.only.iter().map(PackageName::as_str).collect::<Vec<_>>().join(" ")),
        }
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list<T: AsRef<str>>(items: &[T]) -> String {
    items.iter().map(|item| quoted(item.as_ref())).collect::<Vec<_>>().join(", ")
}
