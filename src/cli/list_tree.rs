//! `debpress list-tree`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::model::{DebianVersion, PackageName};
use crate::pipeline::maintain;
use crate::settings::Settings;
use crate::unpack::manifest;

/// Arguments of `debpress list-tree`.
#[derive(Debug, Args)]
pub(super) struct ListTreeArguments {
    /// The source package
    package: PackageName,
    /// Its version, with its epoch
    version: DebianVersion,
}

impl ListTreeArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let tree = maintain::tree(settings, &self.package, &self.version)?;
        let mut out = BufWriter::new(io::stdout().lock());
        for entry in &tree.entries {
            writeln!(out, "{}", manifest::line(&entry.path, manifest::Kind::of(entry)))?;
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
