//! The command line: arguments, messages, exit codes; one file a command.
//!
//! Exit codes: 0 all well, 1 could not run, 2 usage, 3 done, but packages or files failed. Data goes to the
//! standard output, everything else to the standard error.

mod bom;
mod build;
mod check;
mod gc;
mod init;
mod list_tree;
mod purge;
mod serve;
mod show;
mod status;

use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::Settings;

/// What a command ends with when it could not do its work.
type CommandError = Box<dyn Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "debpress", version, about, max_term_width = 100)]
struct Arguments {
    /// The settings file [default: site.toml here or in the nearest folder above]
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the site up to date with its archives
    Build(build::BuildArguments),
    /// Tell which packages files come from, and under which licences (bill of materials)
    Bom(bom::BomArguments),
    /// Write a commented site.toml for an archive
    Init(init::InitArguments),
    /// Look at the built site in a browser
    Serve(serve::ServeArguments),
    /// Tell archives, suites, failures and sizes
    Status(status::StatusArguments),
    /// Verify everything that is stored and published
    Check(check::CheckArguments),
    /// Remove stored results that nothing needs
    Gc(gc::GcArguments),
    /// Remove a package at once and for good (takedown)
    Purge(purge::PurgeArguments),
    /// Print the tree of an unpacked package version
    ListTree(list_tree::ListTreeArguments),
    /// Print a stored structure
    Show(show::ShowArguments),
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let settings = || read_settings(arguments.config.as_deref());
    let result = match &arguments.command {
        Command::Build(command) => settings().and_then(|settings| command.run(&settings)),
        Command::Bom(command) => command.run(arguments.config.as_deref()),
        Command::Init(command) => command.run(arguments.config.as_deref()),
        Command::Serve(command) => settings().and_then(|settings| command.run(&settings, arguments.config.as_deref())),
        Command::Status(command) => settings().and_then(|settings| command.run(&settings)),
        Command::Check(command) => settings().and_then(|settings| command.run(&settings)),
        Command::Gc(command) => settings().and_then(|settings| command.run(&settings)),
        Command::Purge(command) => settings().and_then(|settings| command.run(&settings)),
        Command::ListTree(command) => settings().and_then(|settings| command.run(&settings)),
        Command::Show(command) => settings().and_then(|settings| command.run(&settings)),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            tell(format_args!("error: {}", one_message(&*error)));
            ExitCode::from(1)
        }
    }
}

/// Writes a line to the standard error, if anybody reads it.
fn tell(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether the reader of the standard output has read enough, as `head` has.
fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    causes.any(|error| error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

fn read_settings(path: Option<&Path>) -> Result<Settings, CommandError> {
    Ok(match path {
        Some(path) => Settings::read(path)?,
        None => Settings::find(&std::env::current_dir()?)?,
    })
}

/// An error and what caused it, without saying twice what an outer message repeats, with a code or without.
fn one_message(error: &(dyn Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        let last_part = text.rsplit(": ").next().unwrap_or(&text);
        if !message.contains(last_part) {
            message = format!("{message}: {text}");
        }
        cause = error.source();
    }
    message
}
