//! How long it takes to find the paragraphs of a large tree: `cargo bench --bench globs`.
//!
//! Prints the processor time of one thread for trees of 70,000 files and a tenth of that, with 500 paragraphs of the kinds
//! that there are, and with patterns that are mostly stars.

use std::time::Duration;

use debpress::analyse::copyright::{cover, parse};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 5;

fn main() {
    for files in [7_000, 70_000] {
        let paths: Vec<Vec<u8>> = (0..files).map(path).collect();
        for (kind, copyright) in [("paragraphs", paragraphs()), ("stars", stars())] {
            let file = parse(copyright.as_bytes());
            let times = (0..ROUNDS).map(|_| {
                let before = processor_time();
                let coverage = cover(&file.files, &paths);
                (processor_time() - before, coverage.examined)
            });
            let (time, examined) = times.min().unwrap_or_default();
            let paragraphs = file.files.len();
            println!(
                "{kind}: {files} files, {paragraphs} paragraphs, {examined} files examined: {} ms",
                time.as_millis()
            );
        }
    }
}

/// Folders of 40 files, four deep.
fn path(number: usize) -> Vec<u8> {
    let folder = number / 40;
    format!("part{}/kind{}/folder{folder}/file_{number}.c", folder % 13, folder % 101).into_bytes()
}

fn file(globs: impl Iterator<Item = String>) -> String {
    let format = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";
    let paragraph = |glob| format!("\nFiles: {glob}\nCopyright: 2020 Ann Smith\nLicense: Expat\n");
    format!("{format}{}", globs.map(paragraph).collect::<String>())
}

fn paragraphs() -> String {
    file((0..500).map(|number| match number % 5 {
        0 => format!("part{}/*", number % 13),
        1 => format!("*/kind{}/*", number % 101),
        2 => format!("*.{number}"),
        3 => format!("part{}/kind{}/folder{number}/file_{}.c", number % 13, number % 101, number * 40),
        _ => format!("*/file_?{number}*.c"),
    }))
}

fn stars() -> String {
    file((0..500).map(|number| format!("{}{number}*x", "*a".repeat(20))))
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
