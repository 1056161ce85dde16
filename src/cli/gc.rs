//! `debpress gc`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::pipeline::maintain;
use crate::pipeline::report::bytes;
use crate::settings::Settings;

/// Arguments of `debpress gc`.
#[derive(Debug, Args)]
pub(super) struct GcArguments {
    /// Remove even more than half of the store
    #[arg(long)]
    force: bool,
}

impl GcArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let report = maintain::collect_garbage(settings, self.force)?;
        writeln!(
            io::stdout(),
            "Removed {} results ({}); {} ({}) are kept for {} days after they were last needed; {} are in use.",
            report.removed.count,
            bytes(report.removed.bytes),
            report.waiting.count,
            bytes(report.waiting.bytes),
            settings.cache.grace_days,
            report.live,
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
