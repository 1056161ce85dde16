//! How long one index takes to read.
//!
//! `cargo bench --bench index -- SOURCES` reads a `Sources` file (plain or compressed) five times as a run
//! does that finds it changed: from the file, through the decompressor, into stanzas, and hashed on the way.
//! It prints one line of JSON: the median seconds, those of decompression alone, stanzas, bytes of text.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use debpress::archive::Index;
use debpress::formats::compression::{Compression, decoder};
use debpress::model::Sha256;

type Failure = Box<dyn Error + Send + Sync>;

const ROUNDS: usize = 5;

fn main() -> Result<(), Failure> {
    let path: PathBuf = std::env::args_os()
        .skip(1)
        .find(|argument| argument != "--bench")
        .ok_or("usage: cargo bench --bench index -- SOURCES")?
        .into();
    let (whole, index) = median(|| read(&path))?;
    let (decompression, length) = median(|| decompress(&path))?;
    println!(
        "{{\"seconds\": {whole:.4}, \"decompression-seconds\": {decompression:.4}, \"stanzas\": {}, \
         \"problems\": {}, \"text-bytes\": {length}}}",
        index.stanzas.len(),
        index.problems.len()
    );
    Ok(())
}

fn read(path: &Path) -> Result<Index, Failure> {
    let bytes = fs::read(path)?;
    black_box(Sha256::of(&bytes));
    Ok(Index::parse(&mut decoder(method(path), Box::new(&bytes[..]))?)?)
}

fn decompress(path: &Path) -> Result<u64, Failure> {
    let file = Box::new(BufReader::new(File::open(path)?));
    Ok(io::copy(&mut decoder(method(path), file)?, &mut io::sink())?)
}

fn method(path: &Path) -> Compression {
    Compression::from_name(&path.to_string_lossy())
}

/// The middle one of the times that `work` takes, and its last result.
fn median<T>(work: impl Fn() -> Result<T, Failure>) -> Result<(f64, T), Failure> {
    let mut times = Vec::new();
    let mut result = work()?;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        result = work()?;
        times.push(started.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((times[ROUNDS / 2], result))
}
