//! Downloads: bounded, resumed where they broke off, and tried again while that makes sense.

use std::fmt;
use std::io::{self, Read as _};
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{Response, StatusCode, header};

use crate::fs::PathError;

/// How often and how long a download is tried.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Attempts without progress in between. Default: 6.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles each time. Default: half a second.
    pub first_wait: Duration,
    /// The longest wait that a server may ask for (`Retry-After`) before the download fails. Default: 5 minutes.
    pub longest_wait: Duration,
    /// How long a connection, an answer or the next bytes may take. Default: 30 seconds.
    pub stall: Duration,
    /// Bytes a second below which, after twice [`stall`](Self::stall), an attempt counts as broken. Default: 10,000.
    pub slowest: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(300),
            stall: Duration::from_secs(30),
            slowest: 10_000,
        }
    }
}

/// How long a file is to be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// As the index says.
    Exactly(u64),
    /// Not known, but no longer than makes sense.
    AtMost(u64),
}

impl Length {
    /// The largest length allowed.
    pub(super) fn maximum(self) -> u64 {
        match self {
            Self::Exactly(length) | Self::AtMost(length) => length,
        }
    }

    /// Whether a file of `found` bytes is allowed.
    pub(super) fn allows(self, found: u64) -> bool {
        match self {
            Self::Exactly(length) => found == length,
            Self::AtMost(length) => found <= length,
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(length) => write!(f, "{length}"),
            Self::AtMost(length) => write!(f, "at most {length}"),
        }
    }
}

/// Why a download failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server refuses.
    #[error("{address}: the server answers {status}")]
    Status {
        /// The address.
        address: String,
        /// Its answer.
        status: StatusCode,
    },
    /// The server asks to come back later than makes sense to wait.
    #[error("{address}: the server answers {status} and asks to wait for {} s", wait.as_secs())]
    Wait {
        /// The address.
        address: String,
        /// Its answer.
        status: StatusCode,
        /// How long it asks to wait.
        wait: Duration,
    },
    /// The file is longer or shorter than it is to be.
    #[error("{address}: it has {found} bytes, not {expected}")]
    Length {
        /// The address.
        address: String,
        /// The length it was to have.
        expected: Length,
        /// The length that the server tells or sends.
        found: u64,
    },
    /// The connection cannot be made, or the server does not speak HTTP.
    #[error("{address}: {why}")]
    Connection {
        /// The address.
        address: String,
        /// What went wrong.
        why: String,
    },
    /// Every attempt broke.
    #[error(
        "{address}: given up after {attempts} attempts: {why}\n  hint: check `url` in [[archive]], or try again later"
    )]
    GivenUp {
        /// The address.
        address: String,
        /// How many attempts were made without progress.
        attempts: u32,
        /// What went wrong in the last one.
        why: String,
    },
    /// What arrives cannot be kept.
    #[error(transparent)]
    Keep(#[from] PathError),
}

/// What a download is written to.
pub(super) trait Sink {
    /// Forgets all bytes: the download begins again.
    fn restart(&mut self) -> Result<(), PathError>;
    /// Takes the next bytes.
    fn add(&mut self, bytes: &[u8]) -> Result<(), PathError>;
}

impl Sink for Vec<u8> {
    fn restart(&mut self) -> Result<(), PathError> {
        self.clear();
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), PathError> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// One server's archive, or another folder on a server.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    root: String,
    patience: Patience,
}

/// What is there of a download between two attempts.
struct Progress<'a> {
    sink: &'a mut dyn Sink,
    received: u64,
    /// `ETag` (strong) or `Last-Modified` of the file that the bytes are of.
    validator: Option<String>,
}

/// How an attempt ended that did not succeed.
enum Failure {
    /// Trying again makes no sense.
    Final(HttpError),
    /// It may work the next time, after the wait that the server asks for.
    Broken { why: String, wait: Option<(StatusCode, Duration)> },
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        Self::Final(error.into())
    }
}

/// Bytes of progress after which the count of failures begins anew.
const PROGRESS: u64 = 1 << 20;

impl Client {
    /// For what is below the address `root`.
    pub fn new(root: &str, patience: Patience) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("debpress/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.stall))
            .timeout_connect(Some(patience.stall))
            .timeout_recv_response(Some(patience.stall))
            .timeout_per_read(Some(patience.stall))
            .timeout_per_write(Some(patience.stall))
            .build();
        Self { agent: config.into(), root: root.trim_end_matches('/').to_owned(), patience }
    }

    /// The address of a path below the archive's root.
    pub(super) fn address(&self, path: &str) -> String {
        let mut address = format!("{}/", self.root);
        for byte in path.bytes() {
            // RFC 3986, section 3.3: what a path may hold as it is.
            match byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte) {
                true => address.push(char::from(byte)),
                false => address.push_str(&format!("%{byte:02X}")),
            }
        }
        address
    }

    /// The bytes of a file below the root, at most `longest`; `None` when the server says that there is none.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub fn read(&self, path: &str, longest: u64) -> Result<Option<Vec<u8>>, HttpError> {
        let mut bytes = Vec::new();
        let is_there = self.download(path, Length::AtMost(longest), &mut bytes)?;
        Ok(is_there.then_some(bytes))
    }

    /// Downloads a file to `sink`; false when the server says that there is none.
    pub(super) fn download(&self, path: &str, length: Length, sink: &mut dyn Sink) -> Result<bool, HttpError> {
        let address = self.address(path);
        let mut progress = Progress { sink, received: 0, validator: None };
        let (mut failures, mut received_at_failure) = (0, 0);
        loop {
            let (why, wait) = match self.attempt(&address, length, &mut progress) {
                Ok(there) => return Ok(there),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Broken { why, wait }) => (why, wait),
            };
            if progress.received >= received_at_failure + PROGRESS {
                failures = 0;
            }
            received_at_failure = progress.received;
            failures += 1;
            if failures >= self.patience.attempts {
                return Err(HttpError::GivenUp { address, attempts: failures, why });
            }
            std::thread::sleep(self.wait(&address, failures, wait)?);
        }
    }

    fn wait(&self, address: &str, failures: u32, asked: Option<(StatusCode, Duration)>) -> Result<Duration, HttpError> {
        let doubled = self.patience.first_wait.saturating_mul(1 << failures.saturating_sub(1).min(16));
        let own = doubled.min(self.patience.longest_wait);
        match asked {
            Some((status, wait)) if wait > self.patience.longest_wait => {
                Err(HttpError::Wait { address: address.to_owned(), status, wait })
            }
            Some((_, wait)) => Ok(wait.max(own)),
            None => Ok(own),
        }
    }

    fn attempt(&self, address: &str, length: Length, progress: &mut Progress<'_>) -> Result<bool, Failure> {
        let response = self.request(address, progress)?;
        let status = response.status();
        match status {
            StatusCode::OK => progress.begin_anew(&response)?,
            StatusCode::PARTIAL_CONTENT if content_range_begins_at(&response, progress.received) => {}
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                progress.forget()?;
                return Err(Failure::Broken { why: format!("the server answers {status} wrongly"), wait: None });
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(false),
            _ => return Err(refusal(address, status, &response)),
        }
        self.receive(address, length, response, progress)?;
        Ok(true)
    }

    fn request(&self, address: &str, progress: &Progress<'_>) -> Result<Response<ureq::Body>, Failure> {
        // Compressed files are wanted as they lie there.
        let mut request = self.agent.get(address).header(header::ACCEPT_ENCODING, "identity");
        if let Some(validator) = progress.validator.as_ref().filter(|_| progress.received > 0) {
            request = request
                .header(header::RANGE, format!("bytes={}-", progress.received))
                .header(header::IF_RANGE, validator);
        }
        request.call().map_err(|error| match error {
            ureq::Error::Io(_)
            | ureq::Error::Timeout(_)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::Protocol(_) => Failure::Broken { why: error.to_string(), wait: None },
            _ => Failure::Final(HttpError::Connection { address: address.to_owned(), why: error.to_string() }),
        })
    }

    fn receive(
        &self,
        address: &str,
        length: Length,
        response: Response<ureq::Body>,
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        let wrong = |found| HttpError::Length { address: address.to_owned(), expected: length, found };
        if let Some(rest) = response.body().content_length() {
            let found = progress.received.saturating_add(rest);
            if !length.allows(found) {
                return Err(Failure::Final(wrong(found)));
            }
        }
        let (begin, before) = (Instant::now(), progress.received);
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 128 << 10];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(broken(&error)),
            };
            progress.sink.add(&buffer[..count])?;
            progress.received += count as u64;
            if progress.received > length.maximum() {
                return Err(Failure::Final(wrong(progress.received)));
            }
            self.check_speed(begin, progress.received - before)?;
        }
        match length.allows(progress.received) {
            true => Ok(()),
            false => Err(broken(&io::Error::from(io::ErrorKind::UnexpectedEof))),
        }
    }

    fn check_speed(&self, begin: Instant, received: u64) -> Result<(), Failure> {
        let due = Duration::from_secs(received / self.patience.slowest.max(1));
        if begin.elapsed() <= self.patience.stall * 2 + due {
            return Ok(());
        }
        Err(Failure::Broken { why: format!("slower than {} bytes a second", self.patience.slowest), wait: None })
    }
}

impl Progress<'_> {
    fn forget(&mut self) -> Result<(), PathError> {
        self.received = 0;
        self.validator = None;
        self.sink.restart()
    }

    /// The server sends the whole file.
    fn begin_anew(&mut self, response: &Response<ureq::Body>) -> Result<(), PathError> {
        if self.received > 0 {
            self.forget()?;
        }
        let text = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        // A weak entity tag does not vouch for bytes (RFC 9110, section 13.1.5).
        let tag = text(header::ETAG).filter(|tag| !tag.starts_with("W/"));
        self.validator = tag.or_else(|| text(header::LAST_MODIFIED));
        Ok(())
    }
}

fn broken(error: &io::Error) -> Failure {
    Failure::Broken { why: error.to_string(), wait: None }
}

fn content_range_begins_at(response: &Response<ureq::Body>, begin: u64) -> bool {
    let range = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
    first == Some(begin)
}

fn refusal(address: &str, status: StatusCode, response: &Response<ureq::Body>) -> Failure {
    const PASSING: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];
    match PASSING.contains(&status.as_u16()) {
        true => Failure::Broken {
            why: format!("the server answers {status}"),
            wait: retry_after(response).map(|wait| (status, wait)),
        },
        false => Failure::Final(HttpError::Status { address: address.to_owned(), status }),
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(response: &Response<ureq::Body>) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
