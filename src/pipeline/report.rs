//! What a run did: the summary for people and `report.json` for programs.
//!
//! Wall-clock time stands here and nowhere below the published folder.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::store::Failure;
use crate::timestamp::Timestamp;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing had changed since the last complete run.
    NothingToDo,
    /// The site is up to date now.
    Published,
    /// `--dry-run`: nothing was changed.
    DryRun,
}

/// Wall-clock time of one stage.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    /// The stage's name.
    pub name: &'static str,
    /// How long it took.
    pub seconds: f64,
}

/// Numbers of package versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Versions {
    /// In the archives and not excluded.
    pub wanted: u64,
    /// Whose pages were made or renewed.
    pub published: u64,
    /// That needed nothing.
    pub unchanged: u64,
    /// That could not be published, stanzas that could not be read among them.
    pub failed: u64,
    /// Whose pages were removed.
    pub removed: u64,
}

/// What came from the store and what had to be made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CacheUse {
    /// Source files unpacked and stored.
    pub packs_made: u64,
    /// Source files that were stored already.
    pub packs_found: u64,
    /// Source files whose fragments were made again from the stored bytes.
    pub fragments_remade: u64,
    /// Source files whose symbols were looked for.
    pub outlines_made: u64,
    /// Trees assembled.
    pub trees_made: u64,
    /// Trees that were stored already.
    pub trees_found: u64,
    /// Bytes of source files read.
    pub source_bytes: u64,
    /// Bytes that were lexed and deflated.
    pub lexed_bytes: u64,
}

impl CacheUse {
    fn add(&mut self, other: &Self) {
        self.packs_made += other.packs_made;
        self.packs_found += other.packs_found;
        self.fragments_remade += other.fragments_remade;
        self.outlines_made += other.outlines_made;
        self.trees_made += other.trees_made;
        self.trees_found += other.trees_found;
        self.source_bytes += other.source_bytes;
        self.lexed_bytes += other.lexed_bytes;
    }
}

/// One package version that could not be published.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FailureReport {
    /// The source package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The step that failed.
    pub step: String,
    /// What was wrong.
    pub reason: String,
    /// Since when, by the archive's clock.
    pub since: String,
    /// When it is tried again, by the archive's clock.
    pub next_retry: String,
    /// How often it was tried.
    pub attempts: u32,
}

impl From<&Failure> for FailureReport {
    fn from(failure: &Failure) -> Self {
        Self {
            package: failure.package.to_string(),
            version: failure.version.to_string(),
            step: failure.step.clone(),
            reason: failure.reason.clone(),
            since: Timestamp(failure.since).to_string(),
            next_retry: Timestamp(failure.next_retry).to_string(),
            attempts: failure.attempts,
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// The version of debpress.
    pub debpress: &'static str,
    /// The archive's clock (RFC 3339).
    pub clock: String,
    /// Wall-clock time of the whole run.
    pub seconds: f64,
    /// Wall-clock time of each stage.
    pub stages: Vec<Stage>,
    /// Package versions.
    pub versions: Versions,
    /// What came from the store.
    pub cache: CacheUse,
    /// Published files written.
    pub files_written: u64,
    /// Bytes of published files written.
    pub bytes_written: u64,
    /// What failed.
    pub failures: Vec<FailureReport>,
    /// What was odd: index entries passed over, conflicts, damage that was mended.
    pub warnings: Vec<String>,
    /// `--explain` and `--dry-run`: what would be done and why, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<String>,
}

impl Report {
    /// A report of a run that did nothing.
    pub fn empty(outcome: Outcome, clock: Timestamp, seconds: f64, stages: Vec<Stage>) -> Self {
        Self {
            outcome,
            debpress: env!("CARGO_PKG_VERSION"),
            clock: clock.to_string(),
            seconds,
            stages,
            versions: Versions::default(),
            cache: CacheUse::default(),
            files_written: 0,
            bytes_written: 0,
            failures: Vec::new(),
            warnings: Vec::new(),
            explanations: Vec::new(),
        }
    }

    /// The report of both runs, when `self` went on where `first` ended.
    pub fn after(mut self, first: Self) -> Self {
        self.seconds += first.seconds;
        self.stages.splice(0..0, first.stages);
        self.versions.published += first.versions.published;
        self.versions.unchanged = self.versions.unchanged.saturating_sub(first.versions.published);
        self.versions.removed += first.versions.removed;
        self.cache.add(&first.cache);
        self.files_written += first.files_written;
        self.bytes_written += first.bytes_written;
        self
    }

    /// The exit code of a run that ended: 0, or 3 when packages failed.
    pub fn exit_code(&self) -> u8 {
        if self.failures.is_empty() && self.versions.failed == 0 { 0 } else { 3 }
    }

    /// The summary for a terminal.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        let seconds = self.seconds;
        let Versions { wanted, published, unchanged, failed, removed } = self.versions;
        // Writing to a String cannot fail.
        let _ = match self.outcome {
            Outcome::NothingToDo => writeln!(text, "Nothing to do: {wanted} versions are up to date ({seconds:.2} s)."),
            Outcome::DryRun => writeln!(text, "Would publish {published} of {wanted} versions and remove {removed}."),
            Outcome::Published => writeln!(
                text,
                "Published {published} of {wanted} versions ({unchanged} unchanged, {removed} removed, {failed} failed): \
                 {} files, {} in {seconds:.1} s.",
                self.files_written,
                bytes(self.bytes_written),
            ),
        };
        text
    }
}

/// Bytes as people read them: three digits and a decimal unit.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = number as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// Times the stages of a run.
#[derive(Debug)]
pub struct Stopwatch {
    started: Instant,
    stage_started: Instant,
    stages: Vec<Stage>,
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        let now = Instant::now();
        Self { started: now, stage_started: now, stages: Vec::new() }
    }

    /// Ends the stage that ran since the last call.
    pub fn lap(&mut self, name: &'static str) {
        let now = Instant::now();
        self.stages.push(Stage { name, seconds: round(now - self.stage_started) });
        self.stage_started = now;
    }

    /// The whole time and the stages.
    pub fn stop(self) -> (f64, Vec<Stage>) {
        (round(self.started.elapsed()), self.stages)
    }
}

fn round(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_about_three_digits() {
        let shown = [0, 999, 1_000, 99_949, 99_950, 999_499, 1_000_000, 3_100_000_000];
        let expected = ["0 B", "999 B", "1.0 kB", "99.9 kB", "100 kB", "999 kB", "1.0 MB", "3.1 GB"];
        assert_eq!(shown.map(bytes), expected);
    }
}
