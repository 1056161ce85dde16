//! How fast the lexer is, and how its time grows.
//!
//! `cargo bench --bench lexer -- FOLDER` lexes every text file below a folder of unpacked packages, three times on
//! one thread, and prints for each language the files, bytes, megabytes a second (processor time of the best round of each file; bytes to
//! HTML with line elements), and the share of the HTML that libdeflate leaves at level 1. Then it lexes
//! inputs that are hard for lexers, in every language, at 20 KB and at ten times that, and prints those whose time grows
//! with the highest exponents. Without a folder it does only that.

#[path = "../tests/common/hard_inputs.rs"]
mod hard_inputs;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use debpress::analyse::lexer::{Language, Overrides, write_lines};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 3;

/// Length of the shorter of the hard inputs.
const SHORT: usize = 20_000;

fn main() -> io::Result<()> {
    if let Some(folder) = std::env::args_os().skip(1).find(|argument| argument != "--bench") {
        print_speeds(Path::new(&folder))?;
    }
    print_growth();
    Ok(())
}

#[derive(Default)]
struct Sum {
    files: usize,
    bytes: usize,
    time: Duration,
    deflated: usize,
}

fn print_speeds(folder: &Path) -> io::Result<()> {
    let mut languages: BTreeMap<&str, Sum> = BTreeMap::new();
    let level = libdeflater::CompressionLvl::new(1).unwrap_or_default();
    let mut compressor = libdeflater::Compressor::new(level);
    let mut deflated = Vec::new();
    for path in files(folder)? {
        let text = std::fs::read(&path)?;
        if text.contains(&0) || text.is_empty() {
            continue;
        }
        let in_package: PathBuf = path.strip_prefix(folder).unwrap_or(&path).components().skip(1).collect();
        let language = Language::detect(in_package.as_os_str().as_bytes(), &text, &Overrides::default());
        let (html, time) = best(&text, language);
        deflated.resize(compressor.deflate_compress_bound(html.len()), 0);
        let sum = languages.entry(language.map_or("(none)", Language::name)).or_default();
        sum.files += 1;
        sum.bytes += text.len();
        sum.time += time;
        sum.deflated += compressor.deflate_compress(&html, &mut deflated).map_err(io::Error::other)?;
    }
    let mut rows: Vec<(&str, Sum)> = languages.into_iter().collect();
    rows.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.bytes));
    for (name, sum) in rows {
        let speed = sum.bytes as f64 / sum.time.as_secs_f64() / 1e6;
        let share = sum.deflated as f64 / sum.bytes as f64;
        println!("{name:18} {:6} files {:10} bytes {speed:7.1} MB/s, deflated {share:.3}", sum.files, sum.bytes);
    }
    Ok(())
}

fn best(text: &[u8], language: Option<Language>) -> (Vec<u8>, Duration) {
    let mut html = Vec::new();
    let mut round = || {
        html.clear();
        let start = processor_time();
        write_lines(text, language, usize::MAX, &mut html);
        processor_time().saturating_sub(start)
    };
    let time = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
    (html, time)
}

/// The time that this thread has computed: what else the machine does counts less than in time on the wall.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != ".pc" {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}

fn print_growth() {
    let mut rows = Vec::new();
    for language in Language::all() {
        for piece in hard_inputs::PIECES {
            let text = |length: usize| piece.repeat(length / piece.len()).into_bytes();
            let short = best(&text(SHORT), Some(language)).1.as_secs_f64();
            let long = best(&text(SHORT * 10), Some(language)).1.as_secs_f64();
            rows.push(((long / short).log10(), SHORT as f64 * 10.0 / long / 1e6, language.name(), *piece));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let count = rows.len();
    println!("{count} inputs of {SHORT} bytes and ten times that; the highest exponents:");
    for (exponent, speed, language, piece) in rows.iter().take(10) {
        println!("{exponent:6.3}  {speed:7.1} MB/s  {language:18} {piece:?}");
    }
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    println!("the slowest:");
    for (exponent, speed, language, piece) in rows.iter().take(10) {
        println!("{exponent:6.3}  {speed:7.1} MB/s  {language:18} {piece:?}");
    }
}
