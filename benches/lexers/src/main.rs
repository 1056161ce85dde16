//! debpress's lexer beside others, on the files of unpacked packages.
//!
//! `lexers speed FOLDER` highlights the same C files with debpress, syntect and tree-sitter-highlight, each into HTML
//! in memory, on one thread, and prints the best of some rounds. `lexers classes FOLDER` prints what the lexer makes of
//! every file, for `pygments_agreement.py`. `lexers lines FOLDER` prints lines of code, comment and blank by language,
//! `lexers languages FOLDER` speed by language, and `lexers growth` how time grows with hard inputs.

#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "../../../src/analyse/lexer/mod.rs"]
mod lexer;

mod classes;
mod corpus;
mod growth;
#[path = "../../../tests/common/hard_inputs.rs"]
mod hard_inputs;
mod languages;
mod speed;

use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["speed", folder] => speed::print(Path::new(folder)),
        ["classes", folder] => classes::write_runs(Path::new(folder), io::stdout().lock()),
        ["lines", folder] => classes::print_lines(Path::new(folder)),
        ["languages", folder] => languages::print(Path::new(folder)),
        ["growth"] => {
            growth::print();
            Ok(())
        }
        _ => Err(io::Error::other("usage: lexers growth, or lexers speed|languages|classes|lines FOLDER")),
    }
}
