//! `debpress purge`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::model::{DebianVersion, PackageName};
use crate::pipeline::maintain;
use crate::settings::Settings;

/// Arguments of `debpress purge`.
#[derive(Debug, Args)]
pub(super) struct PurgeArguments {
    /// The source package, or one version of it (PACKAGE=VERSION)
    #[arg(value_name = "PACKAGE[=VERSION]", value_parser = parse_target)]
    target: Target,
    /// Why, as readers will see it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, Clone)]
struct Target {
    package: PackageName,
    version: Option<DebianVersion>,
}

fn parse_target(text: &str) -> Result<Target, String> {
    let (package, version) = match text.split_once('=') {
        Some((package, version)) => (package, Some(version)),
        None => (text, None),
    };
    let package = PackageName::new(package).map_err(|error| error.to_string())?;
    let version = version.map(DebianVersion::new).transpose().map_err(|error| error.to_string())?;
    Ok(Target { package, version })
}

impl PurgeArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let Target { package, version } = &self.target;
        let removed = maintain::purge(settings, package, version.as_ref(), &self.reason)?;
        let versions: Vec<String> = removed.versions.iter().map(ToString::to_string).collect();
        let mut out = io::stdout().lock();
        match versions.is_empty() {
            true => writeln!(out, "Nothing of {package} was published; it stays excluded from now on.")?,
            false => writeln!(
                out,
                "Removed {package} {} with {} stored results; it stays excluded from now on.",
                versions.join(", "),
                removed.results
            )?,
        }
        writeln!(out, "Lists that name it are renewed by the next `debpress build`.")?;
        writeln!(out, "Copies elsewhere (mirrors, caches, backups) are not reached: publish again.")?;
        Ok(ExitCode::SUCCESS)
    }
}
