//! The program under strace, which kills it at a system call.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// Says loudly when strace is missing, and fails where it must not be.
pub(crate) fn is_there() -> bool {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(there || std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "strace is not installed");
    if !there {
        eprintln!("SKIPPED: strace is not installed, so kills were NOT tried");
    }
    there
}

fn run(folder: &Path, options: &[&str], arguments: &[&str]) -> ExitStatus {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]).args(options).arg(env!("CARGO_BIN_EXE_debpress")).args(arguments);
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// How often the program makes a system call when it is run with these arguments in `folder`.
pub(crate) fn count(folder: &Path, system_call: &str, arguments: &[&str]) -> usize {
    let log = folder.join("trace");
    run(folder, &["-e", &format!("trace={system_call}"), "-o", log.to_str().unwrap()], arguments);
    let log = std::fs::read_to_string(log).unwrap();
    log.lines().filter(|line| line.contains(&format!("{system_call}("))).count()
}

/// Runs the program until it makes a system call for the `at`th time, which kills it before the call is done.
pub(crate) fn kill(folder: &Path, system_call: &str, at: usize, arguments: &[&str]) {
    run(folder, &["-o", "/dev/null", "-e", &format!("inject={system_call}:signal=KILL:when={at}")], arguments);
}
