//! debpress's lexer beside others, on the files of unpacked packages.
//!
//! `lexers speed FOLDER` highlights the same C files with debpress, syntect and tree-sitter-highlight, each into HTML
//! in memory, on one thread, and prints the best of some rounds. `lexers classes FOLDER` prints what the lexer makes of
//! every file, for `pygments_agreement.py`. `lexers lines FOLDER` prints lines of code, comment and blank by language.

#[allow(dead_code, unreachable_pub)]
#[path = "../../../src/analyse/lexer/mod.rs"]
mod lexer;

mod classes;
mod speed;

use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["speed", folder] => speed::print(Path::new(folder)),
        ["classes", folder] => classes::print_runs(Path::new(folder)),
        ["lines", folder] => classes::print_lines(Path::new(folder)),
        _ => Err(io::Error::other("usage: lexers speed|classes|lines FOLDER")),
    }
}

/// The files below a folder, sorted, without quilt's copies.
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
    files.sort();
    Ok(files)
}
