//! The command `debpress`.

use std::process::ExitCode;

fn main() -> ExitCode {
    debpress::cli::main()
}
