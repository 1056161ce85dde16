//! `debpress check`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::pipeline::maintain;
use crate::pipeline::report::bytes;
use crate::settings::Settings;

/// Arguments of `debpress check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Throw damaged results away and mark damaged pages, so that the next build makes them again
    #[arg(long)]
    repair: bool,
}

impl CheckArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let mut out = io::stdout().lock();
        let mut problems = 0_u64;
        let mut told = Ok(());
        let checked = maintain::check(settings, self.repair, &mut |problem| {
            problems += 1;
            if told.is_ok() {
                told = writeln!(out, "{problem}");
            }
        })?;
        told?;
        writeln!(
            out,
            "Checked {} stored results ({}) and {} published files ({}): {problems} problems.",
            checked.stored.count,
            bytes(checked.stored.bytes),
            checked.published.count,
            bytes(checked.published.bytes),
        )?;
        if problems > 0 && !self.repair {
            super::tell(format_args!("hint: `debpress check --repair` lets the next build make them again"));
        }
        Ok(ExitCode::from(u8::from(problems > 0)))
    }
}
