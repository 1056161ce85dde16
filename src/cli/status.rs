//! `debpress status`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;

use super::CommandError;
use crate::pipeline::maintain;
use crate::pipeline::report::bytes;
use crate::settings::Settings;
use crate::timestamp::Timestamp;

/// Arguments of `debpress status`.
#[derive(Debug, Args)]
pub(super) struct StatusArguments {}

impl StatusArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let status = maintain::status(settings)?;
        let mut out = io::stdout().lock();
        for archive in &settings.archives {
            writeln!(out, "archive {}: {}", archive.name, archive.url)?;
            for (suite, seen) in status
                .suites
                .iter()
                .filter(|((name, _), _)| *name == archive.name)
                .map(|((_, suite), seen)| (suite, seen))
            {
                writeln!(out, "  suite {suite}: last read when the archive's clock was {}", Timestamp(seen.last))?;
            }
        }
        writeln!(
            out,
            "published: {} versions of {} packages in {}",
            status.versions,
            status.packages,
            status.output.display()
        )?;
        writeln!(out, "cache: {}", status.cache.display())?;
        for (bucket, usage) in &status.buckets {
            writeln!(out, "  {bucket}: {} results, {}", usage.count, bytes(usage.bytes))?;
        }
        writeln!(out, "failed: {} versions", status.failures.len())?;
        for failure in &status.failures {
            writeln!(
                out,
                "  {}={}: {}: {} (since {}, attempts: {}, next {})",
                failure.package,
                failure.version,
                failure.step,
                failure.reason,
                Timestamp(failure.since),
                failure.attempts,
                Timestamp(failure.next_retry)
            )?;
        }
        for purge in &status.purges {
            let version = purge.version.as_ref().map_or_else(String::new, |version| format!("={version}"));
            writeln!(out, "purged: {}{version}: {} (at {})", purge.package, purge.reason, Timestamp(purge.at))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
