//! What files say of their licence themselves: how fast it is read, what is found, and how often rules are right.
//!
//! `cargo bench --bench found -- COMMAND FOLDER…`, where the folders have unpacked packages:
//!
//! - `speed` reads every file three times on one thread and prints megabytes a second (processor time of the best round).
//! - `list` prints every statement, tag, notice and text with its file and line.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use debpress::analyse::copyright::found::found;
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let Some((command, folders)) = arguments.split_first() else { return Ok(()) };
    let mut paths = Vec::new();
    for folder in folders {
        paths.extend(files(Path::new(folder))?);
    }
    match command.as_str() {
        "speed" => print_speed(&paths),
        "list" => list(&paths),
        _ => Err(io::Error::other("speed or list, and folders")),
    }
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let files = entries.filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_type().is_file()));
    Ok(files.map(|entry| entry.map(walkdir::DirEntry::into_path)).collect::<Result<_, _>>()?)
}

fn print_speed(paths: &[PathBuf]) -> io::Result<()> {
    let contents = paths.iter().map(std::fs::read).collect::<io::Result<Vec<_>>>()?;
    let bytes: usize = contents.iter().map(Vec::len).sum();
    let mut best = Duration::MAX;
    let mut said = 0;
    for _ in 0..ROUNDS {
        let start = processor_time();
        let pairs = paths.iter().zip(&contents);
        said = pairs.filter(|(path, bytes)| !found(path.as_os_str().as_bytes(), bytes).is_empty()).count();
        best = best.min(processor_time() - start);
    }
    let seconds = best.as_secs_f64();
    let (speed, each) = (bytes as f64 / 1e6 / seconds, seconds * 1e9 / bytes as f64);
    println!("{} files, {said} say something, {bytes} bytes: {speed:.0} MB/s, {each:.2} ns a byte", paths.len());
    Ok(())
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn list(paths: &[PathBuf]) -> io::Result<()> {
    for path in paths {
        let found = found(path.as_os_str().as_bytes(), &std::fs::read(path)?);
        let path = path.display();
        for it in &found.copyright {
            let years: Vec<String> = it.years.iter().map(ToString::to_string).collect();
            println!(
                "statement\t{path}:{}\t{}\t{}\t{}",
                it.line,
                years.join(" "),
                it.holder,
                it.mail.as_deref().unwrap_or("")
            );
        }
        found.tags.iter().for_each(|it| println!("tag\t{path}:{}\t{}", it.line, it.expression));
        found.notices.iter().for_each(|it| println!("notice\t{path}:{}\t{}\t{}", it.line, it.rule, it.expression));
        found.licence_text.iter().for_each(|it| println!("text\t{path}\t{}\t{}", it.id, it.other_words));
    }
    Ok(())
}
