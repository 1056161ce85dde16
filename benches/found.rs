//! What files say of their licence themselves: how fast it is read, what is found, and how often rules are right.
//!
//! `cargo bench --bench found -- COMMAND FOLDER…`, where the folders have unpacked packages:
//!
//! - `speed` reads every file three times on one thread and prints megabytes a second (processor time of the best round).
//! - `list` prints every statement, tag, notice and text with its file and line.
//! - `precision` counts, for each rule of notices, the files that also have an SPDX tag: those where the tag says the same, and the others by name.
//! - `texts` prints `src/analyse/copyright/found/texts.toml`, made of `benches/licence-texts.tsv` (identifier, first and last words, file) and
//!   the texts, which are below the folders.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use debpress::analyse::copyright::found::compare::compare;
use debpress::analyse::copyright::found::found;
use debpress::analyse::copyright::found::texts::measure;
use debpress::model::{Agreement, Found};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let Some((command, folders)) = arguments.split_first() else { return Ok(()) };
    if command == "texts" {
        return print_texts(folders);
    }
    let mut files = Vec::new();
    for folder in folders {
        files.extend(files_below(Path::new(folder))?);
    }
    match command.as_str() {
        "speed" => print_speed(&files),
        "list" => list(&files),
        "precision" => print_precision(&files),
        _ => Err(io::Error::other("speed, list, precision or texts, and folders")),
    }
}

/// A file: its path below the folder, in which the first part is the package, and its bytes.
struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl File {
    fn found(&self) -> Found {
        let in_package: PathBuf = self.path.components().skip(1).collect();
        found(in_package.as_os_str().as_bytes(), &self.bytes)
    }
}

fn files_below(folder: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
            files.push(File { path, bytes: std::fs::read(entry.path())? });
        }
    }
    Ok(files)
}

fn print_speed(files: &[File]) -> io::Result<()> {
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let mut best = Duration::MAX;
    let mut said = 0;
    for _ in 0..ROUNDS {
        let start = processor_time();
        said = files.iter().filter(|file| !file.found().is_empty()).count();
        best = best.min(processor_time() - start);
    }
    let seconds = best.as_secs_f64();
    let (speed, each) = (bytes as f64 / 1e6 / seconds, seconds * 1e9 / bytes as f64);
    println!("{} files, {said} say something, {bytes} bytes: {speed:.0} MB/s, {each:.2} ns a byte", files.len());
    Ok(())
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn list(files: &[File]) -> io::Result<()> {
    for file in files {
        let found = file.found();
        let path = file.path.display();
        for it in &found.copyright {
            let years: Vec<String> = it.years.iter().map(ToString::to_string).collect();
            let mail = it.mail.as_deref().unwrap_or("");
            println!("statement\t{path}:{}\t{}\t{}\t{mail}", it.line, years.join(" "), it.holder);
        }
        found.tags.iter().for_each(|it| println!("tag\t{path}:{}\t{}", it.line, it.expression));
        found.notices.iter().for_each(|it| println!("notice\t{path}:{}\t{}\t{}", it.line, it.rule, it.expression));
        found.licence_text.iter().for_each(|it| println!("text\t{path}\t{}\t{}", it.id, it.other_words));
    }
    Ok(())
}

fn print_precision(files: &[File]) -> io::Result<()> {
    let mut rules: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for file in files {
        let found = file.found();
        let declared: BTreeSet<String> = found.tags.iter().flat_map(|tag| ids(&tag.expression)).collect();
        if declared.is_empty() {
            continue;
        }
        for notice in &found.notices {
            let alone = Found { notices: vec![notice.clone()], ..Found::default() };
            let is_same = compare(&declared, &alone).is_some_and(|it| it.agreement == Agreement::Agreed);
            let (same, others) = rules.entry(notice.rule.clone()).or_default();
            *same += usize::from(is_same);
            if !is_same {
                let tags: Vec<&String> = declared.iter().collect();
                others.push(format!("{}:{} tag {tags:?}", file.path.display(), notice.line));
            }
        }
    }
    for (rule, (same, others)) in &rules {
        println!("{rule}: {same} as the tag says, {} not", others.len());
        others.iter().for_each(|other| println!("    {other}"));
    }
    let same: usize = rules.values().map(|it| it.0).sum();
    let others: usize = rules.values().map(|it| it.1.len()).sum();
    println!("all: {same} of {}", same + others);
    Ok(())
}

/// The identifiers of an expression, exceptions with their licences.
fn ids(expression: &str) -> Vec<String> {
    let plain = expression.replace(['(', ')'], " ").replace(" or ", " OR ").replace(" and ", " AND ");
    let split = plain.split(" OR ").flat_map(|it| it.split(" AND "));
    split.map(|it| it.trim().to_owned()).collect()
}

fn print_texts(folders: &[String]) -> io::Result<()> {
    let table = include_str!("licence-texts.tsv");
    println!("# Checksums of licence texts. Made by: cargo bench --bench found -- texts FOLDER…");
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [id, begins, ends, file] = columns[..] else { return Err(io::Error::other(row)) };
        let path = folders.iter().map(|folder| Path::new(folder).join(file)).find(|path| path.is_file());
        let Some(path) = path else { return Err(io::Error::other(format!("no {file} below the folders"))) };
        match measure(&std::fs::read(path)?, begins, ends) {
            None => eprintln!("{file} has not the words of {id}"),
            Some((words, sha256)) => {
                println!("\n[[text]]\nid = {id:?}\nbegins = {begins:?}\nwords = {words}");
                println!("sha256 = \"{sha256}\"\nfrom = {file:?}");
            }
        }
    }
    Ok(())
}
