//! What a large table of shards costs.
//!
//! `cargo bench --bench shards -- FOLDER [ROWS]` makes a table of made-up rows (default: 5 million) in the empty folder, as
//! a run does that publishes an archive for the first time: rows arrive by package, are sorted, and written as packed
//! shards. Then one package of 300 files comes. It prints one line of JSON: seconds, shards and bytes of both, the sizes
//! of shards, and the most memory that was in use.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use debpress::fs::{self, PathError};
use debpress::model::{DebianVersion, Occurrence, PackageName, Sha256};
use debpress::settings::Encoding;
use debpress::shards::{Change, Partition, Prefix, Row, Sorter, Storage, document, update};
use debpress::site::page;

type Failure = Box<dyn Error + Send + Sync>;

/// Files of a package.
const FILES: u64 = 300;

/// Parts of paths; sources have such.
const WORDS: [&str; 16] = [
    "src", "include", "tests", "data", "debian", "lib", "docs", "main", "util", "parser", "index", "config", "locale",
    "example", "widget", "socket",
];

const ENDINGS: [&str; 6] = ["c", "h", "py", "po", "txt", "rs"];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let usage = "usage: cargo bench --bench shards -- FOLDER [ROWS]";
    let folder = Folder(PathBuf::from(arguments.first().ok_or(usage)?));
    let rows: u64 = arguments.get(1).map_or(Ok(5_000_000), |rows| rows.parse())?;
    let begin = Instant::now();
    let (mut sorter, mut bytes) = (Sorter::new(std::env::temp_dir()), 0);
    for number in 0..rows {
        bytes += add(number, &mut sorter)?;
    }
    let before = Partition::of_bytes(bytes);
    let sorted = begin.elapsed();
    let shards = update(&folder, None, before, sorter.finish()?).map_err(|error| error.to_string())?;
    let whole = begin.elapsed();
    let mut sizes = folder.sizes()?;
    sizes.sort_unstable();
    let begin = Instant::now();
    let mut sorter = Sorter::new(std::env::temp_dir());
    for number in rows..rows + FILES {
        bytes += add(number, &mut sorter)?;
    }
    let after = Partition::of_bytes(bytes);
    let written = update(&folder, Some(before), after, sorter.finish()?).map_err(|error| error.to_string())?;
    println!(
        "{{\"rows\": {rows}, \"seconds\": {:.1}, \"until-shards\": {:.1}, \"shards\": {shards}, \"bytes\": {}, \
         \"smallest\": {}, \"median\": {}, \"largest\": {}, \"package-seconds\": {:.3}, \"package-shards\": {written}, \
         \"peak-kib\": {}}}",
        whole.as_secs_f64(),
        sorted.as_secs_f64(),
        sizes.iter().sum::<u64>(),
        sizes.first().copied().unwrap_or_default(),
        sizes.get(sizes.len() / 2).copied().unwrap_or_default(),
        sizes.last().copied().unwrap_or_default(),
        begin.elapsed().as_secs_f64(),
        peak_memory()?,
    );
    Ok(())
}

/// Adds a row; gives its bytes.
fn add(number: u64, sorter: &mut Sorter) -> Result<u64, Failure> {
    let sha256 = Sha256::of(&number.to_le_bytes());
    // What follows the bits that decide the place is as good as any chance.
    let chance = |at: usize, below: usize| usize::from(sha256.0[8 + at]) % below;
    let package = number / FILES;
    let occurrence = Occurrence {
        package: PackageName::new(&format!(
            "{}-{}{package}",
            WORDS[package as usize % 16],
            WORDS[package as usize / 16 % 16]
        ))?,
        version: DebianVersion::new(&format!("{}.{}-{}", package % 7, package % 31, 1 + package % 3))?,
        path: format!(
            "{}/{}-{:x}/{}_{}.{}",
            WORDS[chance(0, 16)],
            WORDS[chance(1, 16)],
            package % 4096,
            WORDS[chance(2, 16)],
            chance(3, 256),
            ENDINGS[chance(4, 6)]
        ),
        license: (chance(5, 8) > 0).then(|| ["GPL-2.0-or-later", "MIT", "Apache-2.0"][chance(6, 3)].to_owned()),
    };
    let row = Row { place: sha256.place(), key: sha256.to_string(), value: serde_json::to_string(&occurrence)? };
    let bytes = row.bytes();
    sorter.push(Change { row, is_added: true })?;
    Ok(bytes)
}

/// A folder with packed shards.
struct Folder(PathBuf);

impl Folder {
    fn path(&self, prefix: Prefix) -> PathBuf {
        self.0.join(format!("{}.json.gz", prefix.name()))
    }

    fn sizes(&self) -> Result<Vec<u64>, Failure> {
        std::fs::read_dir(&self.0)?.map(|entry| Ok(entry?.metadata()?.len())).collect()
    }
}

impl Storage for Folder {
    type Error = PathError;

    fn read(&self, prefix: Prefix) -> Result<Vec<u8>, PathError> {
        fs::read(&self.path(prefix))
    }

    fn write(&self, prefix: Prefix, rows: &[Row]) -> Result<(), PathError> {
        fs::write_atomically(&self.path(prefix), &[&page::encoded(&document::write(prefix, rows), Encoding::Gzip)])
    }

    fn place(&self, key: &str) -> Option<u32> {
        Some(key.parse::<Sha256>().ok()?.place())
    }
}

/// `VmHWM` of Linux, in KiB.
fn peak_memory() -> Result<u64, Failure> {
    let status = fs::read(Path::new("/proc/self/status"))?;
    let status = String::from_utf8(status)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
