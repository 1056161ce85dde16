//! `debpress serve`.

use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::serve;
use crate::settings::Settings;

/// Arguments of `debpress serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// The port on 127.0.0.1
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
}

impl ServeArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        serve::run(settings, self.port, |address| {
            super::tell(format_args!("the site is at http://{address}/ (Ctrl-C ends it)"));
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
