//! `debpress check`.

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
        let mut problems = 0_u64;
        let checked = maintain::check(settings, self.repair, &mut |problem| {
            problems += 1;
            println!("{problem}");
        })?;
        println!(
            "Checked {} stored results ({}) and {} published files ({}): {problems} problems.",
            checked.stored.count,
            bytes(checked.stored.bytes),
            checked.published.count,
            bytes(checked.published.bytes),
        );
        if problems > 0 && !self.repair {
            eprintln!("hint: `debpress check --repair` lets the next build make them again");
        }
        Ok(ExitCode::from(u8::from(problems > 0)))
    }
}
