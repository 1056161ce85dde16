//! A small web server on the loopback address that serves a folder, and misbehaves where it is told to.
//! It answers one request a connection, and ends when it is dropped.
#![allow(dead_code, unreachable_pub)]

use std::io::{BufRead as _, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// As it should be; ranges are honoured.
    Well,
    /// The connection ends after so many bytes of the body.
    BreakAfter(usize),
    /// Nothing more comes after so many bytes, but the connection stays.
    StallAfter(usize),
    /// The whole file, whatever range was asked for, with another entity tag.
    Whole,
    /// Part of the file, but not the one that was asked for.
    WrongRange,
    /// More bytes than the file has, with a length to match.
    Longer,
    /// Bytes without end and without a length.
    Endless,
    /// The right length, another content.
    Other,
    /// A status with a header line or none.
    Status(u16, &'static str),
}

/// A request: its path, and the first byte of the range that it asks for.
pub type Request = (String, Option<usize>);

/// A running server.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What decides: the path, and how many requests for it there were before.
pub type Behaviour = Box<dyn Fn(&str, usize) -> Answer + Send + Sync>;

impl Server {
    /// Serves `folder`.
    pub fn start(folder: &Path, behaviour: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let site = Arc::new(Site {
            folder: folder.to_owned(),
            behaviour: Box::new(behaviour),
            requests: Arc::clone(&requests),
            stop: Arc::clone(&stop),
        });
        let thread = std::thread::spawn(move || accept(&listener, &site));
        Self { address, requests, stop, thread: Some(thread) }
    }

    /// The address of the folder.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far whose path ends in `end`.
    pub fn requests(&self, end: &str) -> Vec<Request> {
        self.requests.lock().unwrap().iter().filter(|(path, _)| path.ends_with(end)).cloned().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Site {
    folder: PathBuf,
    behaviour: Behaviour,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
}

fn accept(listener: &TcpListener, site: &Arc<Site>) {
    let mut threads = Vec::new();
    for connection in listener.incoming() {
        if site.stop.load(Ordering::SeqCst) {
            break;
        }
        let site = Arc::clone(site);
        threads.push(std::thread::spawn(move || {
            // A client that hangs up early is part of the tests.
            let _ = connection.and_then(|connection| site.answer(connection));
        }));
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

impl Site {
    fn answer(&self, mut connection: TcpStream) -> std::io::Result<()> {
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        connection.set_write_timeout(Some(Duration::from_secs(5)))?;
        let (path, range) = read_request(&connection)?;
        let earlier = {
            let mut requests = self.requests.lock().unwrap();
            requests.push((path.clone(), range));
            requests.iter().filter(|(other, _)| *other == path).count() - 1
        };
        let Ok(mut body) = std::fs::read(self.folder.join(path.trim_start_matches('/'))) else {
            return connection.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        };
        let answer = (self.behaviour)(&path, earlier);
        let total = body.len();
        let begin = range.filter(|begin| *begin < total && !matches!(answer, Answer::Whole)).unwrap_or(0);
        match answer {
            Answer::Status(status, line) => {
                return write!(
                    connection,
                    "HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n{line}\r\n"
                );
            }
            Answer::Longer => body.push(b'x'),
            Answer::Other => body.iter_mut().for_each(|byte| *byte ^= 1),
            _ => {}
        }
        let tag = if matches!(answer, Answer::Whole) { "other" } else { "same" };
        let shown = if matches!(answer, Answer::WrongRange) { begin + 1 } else { begin };
        let mut head = match (begin, &answer) {
            (0, _) => "HTTP/1.1 200 OK\r\n".to_owned(),
            _ => format!("HTTP/1.1 206 Part\r\nContent-Range: bytes {shown}-{}/{total}\r\n", total - 1),
        };
        if !matches!(answer, Answer::Endless) {
            head += &format!("Content-Length: {}\r\n", body.len() - begin);
        }
        write!(connection, "{head}ETag: \"{tag}\"\r\nConnection: close\r\n\r\n")?;
        self.send(&mut connection, &body[begin..], &answer)
    }

    fn send(&self, connection: &mut TcpStream, body: &[u8], answer: &Answer) -> std::io::Result<()> {
        match *answer {
            Answer::BreakAfter(count) => connection.write_all(&body[..count.min(body.len())]),
            Answer::StallAfter(count) => {
                connection.write_all(&body[..count.min(body.len())])?;
                connection.flush()?;
                for _ in 0..100 {
                    std::thread::sleep(Duration::from_millis(50));
                    if self.stop.load(Ordering::SeqCst) {
                        break;
                    }
                }
                Ok(())
            }
            Answer::Endless => {
                let block = [b'x'; 4096];
                (0..100_000).try_for_each(|_| connection.write_all(&block))
            }
            _ => connection.write_all(body),
        }
    }
}

fn read_request(connection: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(connection).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut range = None;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(begin) = line.strip_prefix("range: bytes=") {
            range = begin.trim_end_matches('-').parse().ok();
        }
    }
    Ok((path, range))
}
