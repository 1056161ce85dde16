//! `debpress bom`.
//!
//! Exit codes: 0 every file was looked up, known or not; 1 the table of checksums cannot be used; 3 a file or a part of
//! the table could not be read, and the bill is that of the others.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::{Args, ValueEnum};

use super::CommandError;
use crate::bom::files::{self, Sums};
use crate::bom::{self, About, Bill, HashedFile, Query};
use crate::html::counted;
use crate::timestamp::Timestamp;

/// Arguments of `debpress bom`.
#[derive(Debug, Args)]
pub(super) struct BomArguments {
    /// Files and folders; `-` reads lines of sha256sum from the standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder or address of a site [default: what site.toml here or in the nearest folder above publishes]
    #[arg(long, value_name = "DIR|URL")]
    site: Option<String>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Which of the versions that have a file are named
    #[arg(long = "match", value_name = "POLICY", default_value = "best")]
    policy: Policy,
    /// Whose packages these are, for package URLs
    #[arg(long, value_name = "NAME", default_value = "debian")]
    vendor: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// File, version, licence and path, with tabs in between
    Table,
    /// Every detail
    Json,
    /// SPDX 2.3, JSON
    Spdx,
    /// CycloneDX 1.6, JSON
    Cyclonedx,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Policy {
    /// The version that has most of the files
    Best,
    /// The first in the table
    First,
    /// Every one
    All,
}

impl From<Format> for bom::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
            Format::Spdx => Self::Spdx,
            Format::Cyclonedx => Self::CycloneDx,
        }
    }
}

impl From<Policy> for bom::Match {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Best => Self::Best,
            Policy::First => Self::First,
            Policy::All => Self::All,
        }
    }
}

impl BomArguments {
    pub(super) fn run(&self, config: Option<&Path>) -> Result<ExitCode, CommandError> {
        let reads_sums = self.paths.iter().any(|path| path.as_os_str() == "-");
        if reads_sums && self.format == Format::Spdx {
            super::tell(format_args!(
                "error: SPDX needs the SHA-1 of every file, which lines of sha256sum do not have\n  hint: name the files, or use `--format cyclonedx`"
            ));
            return Ok(ExitCode::from(2));
        }
        let site = match &self.site {
            Some(site) => site.clone(),
            None => {
                let settings = super::read_settings(config)?;
                settings.resolve(&settings.output.dir).to_string_lossy().into_owned()
            }
        };
        let query = Query::open(&site)?;
        let (files, unreadable) = self.files(reads_sums);
        let looked_up = query.look_up(files.iter().map(|file| file.sha256));
        let bill = Bill::new(files, looked_up.occurrences, self.policy.into());
        let about = About { vendor: &self.vendor, created: now() };
        let mut out = io::BufWriter::new(io::stdout().lock());
        bill.write(self.format.into(), &about, &mut out)?;
        out.flush()?;
        let errors = unreadable.iter().map(|error| error as &dyn Display);
        let errors: Vec<&dyn Display> =
            errors.chain(looked_up.errors.iter().map(|error| error as &dyn Display)).collect();
        errors.iter().for_each(|error| super::tell(format_args!("error: {error}")));
        super::tell(format_args!("{}, {} unknown", counted(bill.items.len() as u64, "file"), bill.unknown()));
        Ok(ExitCode::from(if errors.is_empty() { 0 } else { 3 }))
    }

    fn files(&self, reads_sums: bool) -> (Vec<HashedFile>, Vec<files::FileError>) {
        let paths: Vec<PathBuf> = self.paths.iter().filter(|path| path.as_os_str() != "-").cloned().collect();
        let sums = if self.format == Format::Spdx { Sums::WithSha1 } else { Sums::Sha256 };
        let (mut files, mut errors) = files::hash(files::walk(&paths), sums);
        if reads_sums {
            let (named, unreadable) = files::read_sums(io::stdin().lock());
            files.extend(named);
            errors.extend(unreadable);
        }
        (files, errors)
    }
}

/// When the bill is made: `SOURCE_DATE_EPOCH` (reproducible-builds.org) if it is set.
fn now() -> Timestamp {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    set.map_or_else(|| Timestamp::from_system_time(SystemTime::now()), Timestamp)
}
