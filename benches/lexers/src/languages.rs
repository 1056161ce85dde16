//! How fast the lexer is in each language.
//!
//! For each language: files, bytes, megabytes a second (bytes to HTML with line elements, in processor time of one
//! thread), and the share of the bytes that libdeflate leaves of the HTML at level 1. `cold` is one pass over all files,
//! `warm` the best of some rounds of each file.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::corpus::{Text, texts};
use crate::lexer::{Language, Overrides, write_lines};

const ROUNDS: usize = 3;

#[derive(Default)]
struct Sum {
    files: usize,
    bytes: usize,
    cold: Duration,
    warm: Duration,
    deflated: usize,
}

impl Sum {
    fn print(&self, name: &str) {
        let speed = |time: Duration| self.bytes as f64 / time.as_secs_f64() / 1e6;
        let (cold, warm) = (speed(self.cold), speed(self.warm));
        let share = self.deflated as f64 / self.bytes as f64;
        println!(
            "{name:18} {:6} files {:10} bytes, MB/s cold {cold:7.1} warm {warm:7.1}, deflated {share:.3}",
            self.files, self.bytes
        );
    }
}

/// Prints a row a language.
pub fn print(folder: &Path) -> io::Result<()> {
    // Tables are made at first use, once a run: that is no part of the speed.
    Language::all().for_each(|language| drop(write_lines(b"x", Some(language), usize::MAX, &mut Vec::new())));
    let mut languages: BTreeMap<&str, Sum> = BTreeMap::new();
    let level = libdeflater::CompressionLvl::new(1).unwrap_or_default();
    let mut compressor = libdeflater::Compressor::new(level);
    let (mut html, mut deflated) = (Vec::new(), Vec::new());
    let detect = |text: &Text| {
        let path = text.in_package.as_os_str().as_bytes();
        Language::detect(path, &text.bytes, &Overrides::default())
    };
    let samples: Vec<_> = texts(folder)?.into_iter().map(|text| (detect(&text), text.bytes)).collect();
    for (language, text) in &samples {
        let sum = languages.entry(language.map_or("(none)", Language::name)).or_default();
        sum.cold += seconds(text, *language, &mut html);
    }
    for (language, text) in &samples {
        let sum = languages.entry(language.map_or("(none)", Language::name)).or_default();
        sum.files += 1;
        sum.bytes += text.len();
        sum.warm += (0..ROUNDS).map(|_| seconds(text, *language, &mut html)).min().unwrap_or_default();
        deflated.resize(compressor.deflate_compress_bound(html.len()), 0);
        sum.deflated += compressor.deflate_compress(&html, &mut deflated).map_err(io::Error::other)?;
    }
    let mut rows: Vec<(&str, Sum)> = languages.into_iter().collect();
    rows.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.bytes));
    rows.iter().for_each(|(name, sum)| sum.print(name));
    Ok(())
}

/// How long the HTML of a text takes, in time that this thread has computed: what else the machine does counts less
/// than in time on the wall.
pub fn seconds(text: &[u8], language: Option<Language>, html: &mut Vec<u8>) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    html.clear();
    let start = now();
    write_lines(text, language, usize::MAX, html);
    now().saturating_sub(start)
}
