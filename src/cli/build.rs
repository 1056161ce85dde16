//! `debpress build`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::CommandError;
use crate::model::PackageName;
use crate::pipeline::progress::{Progress, Verbosity};
use crate::pipeline::report::{self, Outcome, Report};
use crate::pipeline::{self, BuildOptions};
use crate::settings::{Encoding, Settings};
use crate::timestamp::Timestamp;

/// Arguments of `debpress build`.
#[derive(Debug, Args)]
pub(super) struct BuildArguments {
    /// Only these source packages; the others stay as they are
    #[arg(long, value_name = "PACKAGE", num_args = 1..)]
    only: Vec<PackageName>,
    /// Threads that work [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Only these sites of each version; the others stay as they are, lists across packages do not [default: all]
    #[arg(long, value_delimiter = ',', value_name = "SITE")]
    sites: Vec<Site>,
    /// What is printed on the standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The archive's clock, as RFC 3339 or a date [default: the newest Date of the Release files]
    #[arg(long, value_name = "DATE")]
    now: Option<Timestamp>,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Say why a package, or one version of it (PACKAGE=VERSION), would be built or left alone
    #[arg(long, value_name = "PACKAGE")]
    explain: Option<String>,
    /// Remove what left the archives even when that is suspiciously much
    #[arg(long)]
    force_remove: bool,
    /// Tell errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell every package
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A summary for people
    Text,
    /// The whole report
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Site {
    /// Every file of every package
    Sources,
    /// The licences of every package, and files by checksum
    Copyright,
    /// The patches of every package
    Patches,
}

impl From<Site> for pipeline::plan::Site {
    fn from(site: Site) -> Self {
        match site {
            Site::Sources => Self::Sources,
            Site::Copyright => Self::Copyright,
            Site::Patches => Self::Patches,
        }
    }
}

impl BuildArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let progress = Progress::new(verbosity);
        let options = BuildOptions {
            only: self.only.clone(),
            sites: self.sites.iter().copied().map(Into::into).collect(),
            jobs: self.jobs.map(usize::from),
            now: self.now,
            dry_run: self.dry_run || self.explain.is_some(),
            explain: self.explain.clone(),
            force_remove: self.force_remove,
        };
        let report = pipeline::build(settings, &options, &progress)?;
        self.tell(settings, &report, verbosity)?;
        Ok(ExitCode::from(report.exit_code()))
    }

    fn tell(&self, settings: &Settings, report: &Report, verbosity: Verbosity) -> Result<(), CommandError> {
        let mut out = io::stdout().lock();
        if self.format == Format::Json {
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(report)?)?);
        }
        report.explanations.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if verbosity == Verbosity::Quiet {
            return Ok(());
        }
        if self.explain.is_none() {
            write!(out, "{}", report.summary())?;
        }
        for warning in &report.warnings {
            super::tell(format_args!("warning: {warning}"));
        }
        for failure in &report.failures {
            let report::FailureReport { package, version, step, reason, .. } = failure;
            super::tell(format_args!("failed: {package}={version}: {step}: {reason}"));
        }
        if report.outcome == Outcome::Published {
            let output = settings.resolve(&settings.output.dir);
            writeln!(out, "The site is in {}.", output.display())?;
            writeln!(out, "{}", how_to_look(settings))?;
        }
        Ok(())
    }
}

fn how_to_look(settings: &Settings) -> String {
    let look = "Look at it with `debpress serve`";
    match settings.output.encoding {
        Encoding::Gzip => {
            format!("{look}; configurations for web servers are in {}.", pipeline::hosts_folder(settings).display())
        }
        Encoding::Plain => format!("{look}, or open index.html."),
    }
}
