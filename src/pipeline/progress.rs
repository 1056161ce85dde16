//! What a run tells while it runs: a bar on a terminal, plain lines otherwise, nothing when quiet.
//!
//! Everything goes to the standard error; the standard output is for results.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Stages, failures, a summary.
    Normal,
    /// Every package.
    Verbose,
}

/// Plain lines come at most this often.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one run, shared by its threads.
#[derive(Debug)]
pub struct Progress {
    verbosity: Verbosity,
    bar: ProgressBar,
    started: Instant,
    total: AtomicU64,
    done: AtomicU64,
    next_line: AtomicU64,
}

impl Progress {
    /// For the standard error as it is.
    pub fn new(verbosity: Verbosity) -> Self {
        let on_terminal = std::io::stderr().is_terminal() && verbosity > Verbosity::Quiet;
        let bar = if on_terminal { ProgressBar::no_length() } else { ProgressBar::hidden() };
        let [total, done, next_line] = [0, 0, LINE_EVERY.as_secs()].map(AtomicU64::new);
        Self { verbosity, bar, started: Instant::now(), total, done, next_line }
    }

    /// Begins the stage that has a size: `total` bytes of source files.
    pub fn begin(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        let template = "{bar:30} {bytes}/{total_bytes} of source files, {eta} left  {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_length(total);
    }

    /// A package is being worked on.
    pub fn working_on(&self, package: &str) {
        self.bar.set_message(package.to_owned());
    }

    /// A package of `bytes` is done.
    pub fn advance(&self, bytes: u64, package: &str, what: &str) {
        self.bar.inc(bytes);
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.verbosity == Verbosity::Verbose {
            self.say(&format!("{package}: {what}"));
            return;
        }
        let seconds = self.started.elapsed().as_secs();
        let next = self.next_line.load(Ordering::Relaxed);
        let later = seconds + LINE_EVERY.as_secs();
        let mine = seconds >= next
            && self.next_line.compare_exchange(next, later, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if mine && self.verbosity == Verbosity::Normal && self.bar.is_hidden() {
            let total = self.total.load(Ordering::Relaxed).max(1);
            let percent = done.min(total) * 100 / total;
            let _ = writeln!(io::stderr(), "{percent}% of source files after {seconds} s");
        }
    }

    /// A line that everybody sees who does not want quiet.
    pub fn note(&self, line: &str) {
        if self.verbosity >= Verbosity::Normal {
            self.say(line);
        }
    }

    /// A line for those who want to know everything.
    pub fn detail(&self, line: &str) {
        if self.verbosity >= Verbosity::Verbose {
            self.say(line);
        }
    }

    /// Ends the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, line: &str) {
        // A reader that has gone is no reason to end the run.
        let _ = self.bar.suspend(|| writeln!(io::stderr(), "{line}"));
    }
}
