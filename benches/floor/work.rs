//! Threads that unpack tarballs, largest first, and make pages of what is in them.
//!
//! A thread works on what it unpacks itself, while it is still in the processor's cache. When there are no
//! tarballs left for a thread, the others hand members over to it.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io::{self, Read};
use std::ops::{AddAssign, Range};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::fs::{CWD, Mode, OFlags};
use sha2::Digest as _;

use crate::Failure;
use crate::packages::{Package, Tarball};
use crate::page::{Templates, Writer};

/// Bytes and files that are worked on, or handed over, together.
const BATCH_BYTES: usize = 1 << 20;
const BATCH_FILES: usize = 256;

/// What was done.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) files: u64,
    pub(crate) folders: u64,
    pub(crate) source_bytes: u64,
    pub(crate) page_bytes: u64,
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.folders += other.folders;
        self.source_bytes += other.source_bytes;
        self.page_bytes += other.page_bytes;
    }
}

/// The two folders of a package version.
struct Place {
    src: OwnedFd,
    data: OwnedFd,
}

/// Some members of one tarball.
struct Batch {
    place: Arc<Place>,
    /// The members' bytes, one after the other; longer than what is used.
    bytes: Vec<u8>,
    used: usize,
    members: Vec<(Vec<u8>, Range<usize>)>,
}

impl Batch {
    fn new(place: Arc<Place>) -> Self {
        Self { place, bytes: Vec::new(), used: 0, members: Vec::new() }
    }

    fn is_full(&self) -> bool {
        self.used >= BATCH_BYTES || self.members.len() >= BATCH_FILES
    }

    fn read(&mut self, path: Vec<u8>, entry: &mut impl Read, length: usize) -> io::Result<()> {
        let range = self.used..self.used + length;
        if self.bytes.len() < range.end {
            self.bytes.resize(range.end.max(BATCH_BYTES), 0);
        }
        entry.read_exact(&mut self.bytes[range.clone()])?;
        self.used = range.end;
        self.members.push((path, range));
        Ok(())
    }

    fn clear(&mut self) {
        self.used = 0;
        self.members.clear();
    }
}

/// What the threads share.
struct Shared {
    tarballs: Vec<(Arc<Place>, Tarball)>,
    next: AtomicUsize,
    /// Threads that have no tarball left.
    helpers: AtomicUsize,
    threads: usize,
    batches: Mutex<VecDeque<Batch>>,
    changed: Condvar,
    templates: Templates,
}

/// Makes the pages and raw files of all `packages` below `out`, with `jobs` threads.
pub(crate) fn run(packages: Vec<Package>, out: &Path, jobs: usize, templates: Templates) -> Result<Done, Failure> {
    let mut done = Done::default();
    let mut tarballs = Vec::new();
    for package in packages {
        let place = Arc::new(Place {
            src: make_top(&out.join("src"), &package.src, Some(&templates), &mut done)?,
            data: make_top(&out.join("data"), &package.data, None, &mut done)?,
        });
        tarballs.extend(package.tarballs.into_iter().map(|tarball| (Arc::clone(&place), tarball)));
    }
    tarballs.sort_by_key(|(_, tarball)| std::cmp::Reverse(tarball.size));
    let shared = Shared {
        tarballs,
        next: AtomicUsize::new(0),
        helpers: AtomicUsize::new(0),
        threads: jobs,
        batches: Mutex::default(),
        changed: Condvar::new(),
        templates,
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(|| Worker::new(&shared).run())).collect();
        for thread in threads {
            done += thread.join().map_err(|_| "a thread panicked")??;
        }
        Ok(done)
    })
}

/// Makes the folders from `root` to `root/path`, with a page in each below `root`, and opens the last.
fn make_top(root: &Path, path: &str, page: Option<&Templates>, done: &mut Done) -> Result<OwnedFd, Failure> {
    fs::create_dir_all(root)?;
    let mut folder = root.to_owned();
    for part in path.split('/') {
        folder.push(part);
        if make_folder(CWD, folder.as_os_str().as_bytes())?
            && let Some(templates) = page
        {
            write(CWD, folder.join("index.html.gz").as_os_str().as_bytes(), &templates.folder)?;
            done.folders += 1;
        }
    }
    Ok(rustix::fs::open(&folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Makes one folder, and says whether it was not there.
fn make_folder(below: impl AsFd, path: &[u8]) -> io::Result<bool> {
    match rustix::fs::mkdirat(below, path, Mode::from_raw_mode(0o755)) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::EXIST) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn write(below: impl AsFd, path: &[u8], mut bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
    let file = rustix::fs::openat(below, path, flags, Mode::from_raw_mode(0o644))?;
    while !bytes.is_empty() {
        let count = rustix::io::write(&file, bytes)?;
        bytes = &bytes[count..];
    }
    Ok(())
}

struct Worker<'a> {
    shared: &'a Shared,
    writer: Writer,
    done: Done,
    spare: Vec<u8>,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared) -> Self {
        Self { shared, writer: Writer::new(&shared.templates), done: Done::default(), spare: Vec::new() }
    }

    fn run(mut self) -> Result<Done, Failure> {
        let unpacked = self.unpack_all();
        self.shared.helpers.fetch_add(1, Ordering::SeqCst);
        // With the lock, so that nobody is between looking at the number of helpers and sleeping.
        drop(self.queue());
        self.shared.changed.notify_all();
        unpacked?;
        while let Some(batch) = self.wait_for_batch() {
            self.process(&batch)?;
            self.spare = batch.bytes;
        }
        Ok(self.done)
    }

    fn unpack_all(&mut self) -> Result<(), Failure> {
        while let Some((place, tarball)) = self.shared.tarballs.get(self.shared.next.fetch_add(1, Ordering::Relaxed)) {
            self.unpack(place, tarball).map_err(|error| format!("{}: {error}", tarball.path.display()))?;
        }
        Ok(())
    }

    fn queue(&self) -> MutexGuard<'a, VecDeque<Batch>> {
        self.shared.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_batch(&self) -> Option<Batch> {
        let mut queue = self.queue();
        loop {
            if let Some(batch) = queue.pop_front() {
                return Some(batch);
            }
            if self.shared.helpers.load(Ordering::SeqCst) == self.shared.threads {
                return None;
            }
            queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn unpack(&mut self, place: &Arc<Place>, tarball: &Tarball) -> Result<(), Failure> {
        let bytes = fs::read(&tarball.path)?;
        let sha256: String = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if sha256 != tarball.sha256 {
            return Err("wrong checksum".into());
        }
        let mut folders = HashSet::new();
        let mut batch = Batch::new(Arc::clone(place));
        batch.bytes = std::mem::take(&mut self.spare);
        for entry in tar::Archive::new(decoder(&tarball.path, &bytes)?).entries()? {
            let mut entry = entry?;
            let kind = entry.header().entry_type();
            let Some(path) = place_of(&entry.path_bytes(), tarball) else { continue };
            if kind.is_dir() {
                self.make_folders(place, &path, &mut folders)?;
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                if let Some(slash) = memchr::memrchr(b'/', &path) {
                    self.make_folders(place, &path[..slash], &mut folders)?;
                }
                let length = usize::try_from(entry.size())?;
                batch.read(path, &mut entry, length)?;
                if batch.is_full() {
                    self.process_or_hand_over(&mut batch)?;
                }
            }
        }
        self.process_or_hand_over(&mut batch)?;
        self.spare = batch.bytes;
        Ok(())
    }

    /// Makes the folder `path` and those above it, each once a tarball.
    fn make_folders(&mut self, place: &Place, path: &[u8], made: &mut HashSet<Vec<u8>>) -> Result<(), Failure> {
        if path.is_empty() || made.contains(path) {
            return Ok(());
        }
        if let Some(slash) = memchr::memrchr(b'/', path) {
            self.make_folders(place, &path[..slash], made)?;
        }
        make_folder(&place.data, path)?;
        if make_folder(&place.src, path)? {
            write(&place.src, &[path, b"/index.html.gz"].concat(), &self.shared.templates.folder)?;
            self.done.folders += 1;
        }
        made.insert(path.to_vec());
        Ok(())
    }

    fn process_or_hand_over(&mut self, batch: &mut Batch) -> Result<(), Failure> {
        let helpers = self.shared.helpers.load(Ordering::SeqCst);
        if helpers > 0 {
            let mut queue = self.queue();
            if queue.len() < 2 * helpers {
                let empty = Batch::new(Arc::clone(&batch.place));
                queue.push_back(std::mem::replace(batch, empty));
                self.shared.changed.notify_one();
                return Ok(());
            }
        }
        self.process(batch)?;
        batch.clear();
        Ok(())
    }

    fn process(&mut self, batch: &Batch) -> Result<(), Failure> {
        let mut page_path = Vec::new();
        for (path, range) in &batch.members {
            let bytes = &batch.bytes[range.clone()];
            std::hint::black_box((sha2::Sha256::digest(bytes), sha1::Sha1::digest(bytes)));
            let templates = &self.shared.templates;
            let page = self.writer.page(templates, path, bytes).unwrap_or(&templates.binary);
            page_path.clear();
            page_path.extend_from_slice(path);
            page_path.extend_from_slice(b".html.gz");
            write(&batch.place.src, &page_path, page)?;
            write(&batch.place.data, path, bytes)?;
            self.done.files += 1;
            self.done.source_bytes += bytes.len() as u64;
            self.done.page_bytes += page.len() as u64;
        }
        Ok(())
    }
}

/// Where a member goes below the package's folders; `None` for one that goes nowhere.
fn place_of(name: &[u8], tarball: &Tarball) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = name.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    if tarball.strip && parts.len() > 1 {
        parts.remove(0);
    } else if tarball.strip && name.ends_with(b"/") {
        return None;
    }
    let is_replaced = tarball.without_debian && parts.first() == Some(&&b"debian"[..]);
    if parts.is_empty() || is_replaced || parts.contains(&&b".."[..]) {
        return None;
    }
    if !tarball.below.is_empty() {
        parts.insert(0, tarball.below.as_bytes());
    }
    Some(parts.join(&b'/'))
}

fn decoder<'a>(path: &Path, bytes: &'a [u8]) -> Result<Box<dyn Read + 'a>, Failure> {
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(bytes)),
        Some("bz2") => Box::new(bzip2::bufread::MultiBzDecoder::new(bytes)),
        Some("xz") => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(bytes)),
        Some("lzma") => {
            let stream = liblzma::stream::Stream::new_lzma_decoder(u64::MAX)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(bytes, stream))
        }
        _ => Box::new(bytes),
    })
}
