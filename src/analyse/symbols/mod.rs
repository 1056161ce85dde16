//! The symbols of a file, as universal-ctags finds them.
//!
//! A [`Ctags`] lends processes of `ctags` in its sandboxed interactive mode (`ctags-json-output(5)`,
//! "`--_interactive=sandbox`"): each is given one file's text after the other on its standard input, opens no file and
//! no socket, and is stopped when it takes too long, says too much or fails; then the next file gets a new one.
//!
//! ```no_run
//! # use debpress::analyse::symbols::Ctags;
//! let ctags = Ctags::find("ctags".as_ref())?;
//! let symbols = ctags.symbols(b"hello.c", b"int main(void)\n{\n}\n")?;
//! assert_eq!(symbols[0].name, "main");
//! # Ok::<(), debpress::analyse::symbols::SymbolsError>(())
//! ```
//!
//! May use `formats`, `html` and `model`.

mod outline;
mod process;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

pub use outline::write_outline;
use process::{Process, Watch};

use super::{encoding, fragment};
use crate::formats::deflate::Flusher;
use crate::model::{Flushed, Fragment, Key, Outlined, Symbol};

/// Version of what is asked of ctags and made of its answers.
pub const VERSION: u32 = 1;

/// Most symbols of one file that are kept, by line: more are generated tables, of which no outline is read.
pub const MOST_SYMBOLS: usize = 10_000;

/// Why there are no symbols.
#[derive(Debug, thiserror::Error)]
pub enum SymbolsError {
    /// There is no such program.
    #[error("`{}` cannot be run: {source}", command.display())]
    Absent {
        /// The program.
        command: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The program is another one, or was built without what is needed.
    #[error("`{}` is no universal-ctags with the features `json`, `interactive` and `sandbox`", .0.display())]
    Unfit(PathBuf),
    /// It broke off, took too long, or did not keep to its protocol.
    #[error("ctags failed: {0}")]
    Failed(String),
}

/// Processes of ctags, to be shared by all threads.
#[derive(Debug)]
pub struct Ctags {
    command: PathBuf,
    /// All that it says of itself.
    version: String,
    idle: Mutex<Vec<Process>>,
    watch: Watch,
}

impl Ctags {
    /// The program with this name or path.
    ///
    /// # Errors
    /// When it cannot be run, or cannot do what is needed.
    pub fn find(command: &Path) -> Result<Self, SymbolsError> {
        let run = Command::new(command).args(["--options=NONE", "--version"]).stdin(Stdio::null()).output();
        let output = run.map_err(|source| SymbolsError::Absent { command: command.to_owned(), source })?;
        let version = String::from_utf8_lossy(&output.stdout).into_owned();
        let has = |feature| version.split([' ', ',', '\n']).any(|word| word == feature);
        if !["+json", "+interactive", "+sandbox"].into_iter().all(has) {
            return Err(SymbolsError::Unfit(command.to_owned()));
        }
        Ok(Self { command: command.to_owned(), version, idle: Mutex::new(Vec::new()), watch: Watch::start() })
    }

    /// What symbols depend on beside the file: the program's version, and what it is asked.
    pub fn key(&self) -> Key {
        Key::of("ctags", VERSION).text(&self.version).finish()
    }

    /// The symbols of a text in UTF-8, by line; the path tells its language. A text in a language that ctags does not
    /// know has none.
    ///
    /// # Errors
    /// [`SymbolsError::Failed`] when ctags does not do well with this file; the next file gets a process of its own.
    pub fn symbols(&self, path: &[u8], text: &[u8]) -> Result<Vec<Symbol>, SymbolsError> {
        let borrowed = self.lock().pop();
        let mut process = match borrowed {
            Some(process) => process,
            None => Process::spawn(&self.command, &self.watch)?,
        };
        let mut symbols = process.symbols(&file_name(path), &without_bare_returns(text))?;
        self.lock().push(process);
        let lines = u32::try_from(memchr::memchr_iter(b'\n', text).count() + 1).unwrap_or(u32::MAX);
        symbols.retain(|symbol| (1..=lines).contains(&symbol.line));
        symbols.sort_unstable();
        symbols.dedup();
        symbols.truncate(MOST_SYMBOLS);
        Ok(symbols)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The arguments of the sandboxed mode: nothing of the machine's configuration; line, kind, scope, signature and end of
/// each definition; no languages whose definitions are all of their content.
fn arguments() -> Vec<OsString> {
    const DATA: &str =
        "--languages=-JSON,-Yaml,-Iniconf,-Diff,-JavaProperties,-SVG,-XML,-Passwd,-YumRepo,-PlistXML,-RelaxNG";
    ["--options=NONE", "--_interactive=sandbox", "--fields=+nKSeZ-P-F", DATA].map(OsString::from).into()
}

/// The last component of a path, as ctags may see it: it takes names in UTF-8 alone.
fn file_name(path: &[u8]) -> String {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

/// The text with blanks for carriage returns that end no line here: ctags counts them as ends of lines.
fn without_bare_returns(text: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let is_bare = |&at: &usize| text.get(at + 1) != Some(&b'\n');
    let mut bare = memchr::memchr_iter(b'\r', text).filter(is_bare).peekable();
    if bare.peek().is_none() {
        return text.into();
    }
    let mut mended = text.to_vec();
    bare.for_each(|at| mended[at] = b' ');
    mended.into()
}

/// Makes the outlines of files; one for each thread, as it keeps its memory.
#[derive(Debug, Default)]
pub struct Outliner {
    flusher: Flusher,
}

impl Outliner {
    /// What a text file defines, with the outline of each of its pages: its path and whole bytes.
    ///
    /// # Errors
    /// As [`Ctags::symbols`].
    pub fn outline(&mut self, ctags: &Ctags, path: &[u8], bytes: &[u8]) -> Result<Outlined, SymbolsError> {
        let text = encoding::decode(bytes).text;
        let symbols = ctags.symbols(path, &text)?;
        if symbols.is_empty() {
            return Ok(Outlined::default());
        }
        let first_lines = fragment::first_lines(&text);
        let ends = first_lines.iter().skip(1).copied().chain([u32::MAX]);
        let mut rest = &symbols[..];
        let mut outlines = Vec::new();
        for (&first_line, end) in first_lines.iter().zip(ends) {
            let (here, after) = rest.split_at(rest.partition_point(|symbol| symbol.line < end));
            rest = after;
            if !here.is_empty() {
                outlines.push((first_line, self.page_outline(here)));
            }
        }
        Ok(Outlined { symbols, outlines })
    }

    fn page_outline(&mut self, symbols: &[Symbol]) -> Flushed {
        let mut html = String::new();
        write_outline(symbols, &mut html);
        let deflated = self.flusher.flushed(html.as_bytes());
        Flushed(Fragment { html_length: html.len() as u64, crc32: crc32fast::hash(html.as_bytes()), deflated })
    }
}
