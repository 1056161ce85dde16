//! The floor: what the whole work costs with nothing but the work.
//!
//! `cargo bench --bench floor -- MIRROR OUT [--jobs N] [--level N] [--lexer]` takes every source package of a mirror
//! folder and does, as fast as this machine allows, what nobody can leave out who wants the site of that
//! mirror from nothing: read and hash the tarballs, decompress them, take the members out, hash each of
//! them, tell text from binary, write the lines as HTML, deflate them, and write one page and one raw file a
//! source file and one page a folder. There is no index, no patch, no store, no template, no second writing
//! under a temporary name. debpress is measured against it: see `benches/run` and `docs/benchmarks.md`.
//!
//! It uses the same decompressors, checksums and deflater as debpress, and nothing of debpress itself, but for its
//! lexer with `--lexer`: then every text is lexed in place of being escaped alone.
#![allow(clippy::disallowed_methods, reason = "a measure of plain writing")]

mod lines;
mod packages;
mod page;
mod work;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Whatever ends the run: this program has one user, who reads the message.
type Failure = Box<dyn Error + Send + Sync>;

struct Arguments {
    mirror: PathBuf,
    out: PathBuf,
    jobs: usize,
    level: i32,
    lexer: bool,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut folders = Vec::new();
    let mut jobs = std::thread::available_parallelism()?.get();
    let mut level = 5;
    let mut lexer = false;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--jobs" => jobs = value()?.parse()?,
            "--level" => level = value()?.parse()?,
            "--lexer" => lexer = true,
            "--bench" => {}
            _ => folders.push(PathBuf::from(word)),
        }
    }
    match <[PathBuf; 2]>::try_from(folders) {
        Ok([mirror, out]) => Ok(Arguments { mirror, out, jobs: jobs.max(1), level, lexer }),
        Err(_) => Err("usage: floor MIRROR OUT [--jobs N] [--level N] [--lexer]".into()),
    }
}

fn run(mirror: &Path, out: &Path, jobs: usize, level: i32, lexer: bool) -> Result<String, Failure> {
    let started = Instant::now();
    let packages = packages::find(mirror)?;
    let count = packages.len();
    let done = work::run(packages, out, jobs, page::Templates::new(level, lexer)?)?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(format!(
        "{{\"seconds\": {seconds:.4}, \"packages\": {count}, \"files\": {}, \"folders\": {}, \
         \"source-bytes\": {}, \"page-bytes\": {}}}",
        done.files, done.folders, done.source_bytes, done.page_bytes
    ))
}

fn main() -> Result<(), Failure> {
    let Arguments { mirror, out, jobs, level, lexer } = arguments()?;
    println!("{}", run(&mirror, &out, jobs, level, lexer)?);
    Ok(())
}
