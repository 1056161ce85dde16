//! `debpress serve`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Args;

use super::CommandError;
use crate::model::PackageName;
use crate::serve::{self, ServeOptions, Watching};
use crate::settings::{FILE_NAME, Settings};

/// Arguments of `debpress serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// The port on 127.0.0.1; when it is taken, the next one that is free
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
    /// Open the site in a browser
    #[arg(long)]
    open: bool,
    /// Also answer requests that come under this name
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// Serve the site as it is, whatever changes
    #[arg(long)]
    no_watch: bool,
    /// Build only these source packages when something changes
    #[arg(long, value_name = "PACKAGE", num_args = 1.., conflicts_with = "no_watch")]
    only: Vec<PackageName>,
}

/// What opens an address in the browser of the desktop.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

impl ServeArguments {
    pub(super) fn run(&self, settings: &Settings, config: Option<&Path>) -> Result<ExitCode, CommandError> {
        let settings_file = config.map_or_else(|| settings.resolve(Path::new(FILE_NAME)), PathBuf::from);
        let watching = Watching { settings_file, only: self.only.clone() };
        let options = ServeOptions {
            port: self.port,
            hosts: self.host.clone(),
            watching: (!self.no_watch).then_some(watching),
            ..ServeOptions::default()
        };
        serve::run(settings, options, |address| {
            super::tell(format_args!("the site is at http://{address}/ (Ctrl-C ends it)"));
            if self.open {
                open(&format!("http://{address}/"));
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn open(address: &str) {
    let browser = std::env::var("BROWSER").ok().filter(|program| !program.is_empty() && !program.contains([' ', ':']));
    let program = browser.as_deref().unwrap_or(OPENER);
    let started = Command::new(program).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    if let Err(error) = started {
        super::tell(format_args!("cannot open a browser with `{program}`: {error}"));
    }
}
