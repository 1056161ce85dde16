//! One process of ctags, and the watch over all of them.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{SymbolsError, arguments};
use crate::model::{Scope, Symbol};

/// Longest that ctags may take for one file. Most take a millisecond.
const LONGEST: Duration = Duration::from_secs(20);

/// How often the watch looks: files may take so much longer.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Most bytes of answers for one file: some hundred thousand symbols.
const MOST_OUTPUT: u64 = 64 << 20;

/// Longest names and signatures that are kept, in bytes.
const LONGEST_NAME: usize = 250;

/// A line that ctags answers with. Other fields are passed over.
#[derive(Deserialize)]
#[serde(tag = "_type", rename_all = "lowercase")]
enum Answer {
    Program {},
    Tag(Tag),
    Completed {},
    Error {
        message: String,
        /// Whether it goes on all the same.
        #[serde(default)]
        warning: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    line: u32,
    kind: String,
    end: Option<u32>,
    scope: Option<String>,
    #[serde(rename = "scopeKind")]
    scope_kind: Option<String>,
    signature: Option<String>,
}

impl From<Tag> for Symbol {
    fn from(tag: Tag) -> Self {
        let scope = tag.scope.map(|name| Scope { kind: tag.scope_kind.unwrap_or_default(), name: shortened(name) });
        let end = tag.end.filter(|end| *end > tag.line);
        let signature = tag.signature.map(shortened);
        Self { line: tag.line, name: shortened(tag.name), kind: tag.kind, end, scope, signature }
    }
}

fn shortened(mut name: String) -> String {
    if name.len() > LONGEST_NAME {
        let end = (0..=LONGEST_NAME).rev().find(|&at| name.is_char_boundary(at)).unwrap_or_default();
        name.truncate(end);
        name.push('…');
    }
    name
}

/// A running ctags, between two files. It is stopped when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    running: Arc<Running>,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts one, watched by `watch`.
    pub(super) fn spawn(command: &Path, watch: &Watch) -> Result<Self, SymbolsError> {
        let absent = |source| SymbolsError::Absent { command: command.to_owned(), source };
        let mut child = Command::new(command)
            .args(arguments())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(absent)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let running = Arc::new(Running { child: Mutex::new(child), busy_since: AtomicU64::new(IDLE) });
        let (Some(input), Some(output)) = (input, output) else {
            return Err(SymbolsError::Failed("it has no standard input and output".to_owned()));
        };
        watch.add(&running);
        Ok(Self { running, input: BufWriter::new(input), output: BufReader::new(output) })
    }

    /// What ctags says of one file. After an error, the process is of no use any more.
    pub(super) fn symbols(&mut self, name: &str, text: &[u8]) -> Result<Vec<Symbol>, SymbolsError> {
        self.running.begin();
        let symbols = self.send(name, text).map_err(|error| error.to_string()).and_then(|()| self.receive());
        self.running.end();
        symbols.map_err(SymbolsError::Failed)
    }

    fn send(&mut self, name: &str, text: &[u8]) -> io::Result<()> {
        let request = serde_json::json!({ "command": "generate-tags", "filename": name, "size": text.len() });
        writeln!(self.input, "{request}")?;
        self.input.write_all(text)?;
        self.input.flush()
    }

    fn receive(&mut self) -> Result<Vec<Symbol>, String> {
        let mut symbols = Vec::new();
        let mut output = (&mut self.output).take(MOST_OUTPUT);
        let mut line = Vec::new();
        loop {
            line.clear();
            output.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
            if !line.ends_with(b"\n") {
                return Err(if output.limit() == 0 { "it said too much" } else { "it broke off" }.to_owned());
            }
            let answer = serde_json::from_str(&String::from_utf8_lossy(&line));
            match answer.map_err(|error| format!("it answered {}: {error}", line.escape_ascii()))? {
                Answer::Tag(tag) => symbols.push(tag.into()),
                Answer::Completed {} => return Ok(symbols),
                Answer::Error { message, warning: false } => return Err(message),
                Answer::Error { .. } | Answer::Program {} | Answer::Other => {}
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.running.stop();
    }
}

/// Milliseconds of no moment: the process has nothing to do.
const IDLE: u64 = u64::MAX;

/// What the watch needs of a process.
#[derive(Debug)]
struct Running {
    child: Mutex<Child>,
    /// Since when it works on a file, in milliseconds of [`now`].
    busy_since: AtomicU64,
}

impl Running {
    fn begin(&self) {
        self.busy_since.store(now(), Ordering::Relaxed);
    }

    fn end(&self) {
        self.busy_since.store(IDLE, Ordering::Relaxed);
    }

    fn is_overdue(&self) -> bool {
        let since = self.busy_since.load(Ordering::Relaxed);
        since != IDLE && u128::from(now().saturating_sub(since)) > LONGEST.as_millis()
    }

    /// Kills the process and waits for its end; whoever reads from it meets the end of its output.
    fn stop(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Milliseconds since this was first asked.
fn now() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(IDLE - 1)
}

/// A thread that stops processes which work on one file for too long. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    watched: Arc<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    processes: Mutex<Processes>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Processes {
    running: Vec<Weak<Running>>,
    is_over: bool,
}

impl Watch {
    pub(super) fn start() -> Self {
        let watched = Arc::new(Watched::default());
        let of_thread = Arc::clone(&watched);
        thread::spawn(move || of_thread.watch());
        Self { watched }
    }

    fn add(&self, running: &Arc<Running>) {
        self.watched.lock().running.push(Arc::downgrade(running));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watched.lock().is_over = true;
        self.watched.ended.notify_all();
    }
}

impl Watched {
    fn lock(&self) -> std::sync::MutexGuard<'_, Processes> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut processes = self.lock();
        while !processes.is_over {
            processes.running.retain(|running| running.strong_count() > 0);
            let overdue = processes.running.iter().filter_map(Weak::upgrade).filter(|running| running.is_overdue());
            overdue.for_each(|running| running.stop());
            let waited = self.ended.wait_timeout(processes, BETWEEN_LOOKS);
            processes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
