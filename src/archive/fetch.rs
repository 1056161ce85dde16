//! Files of the pool, verified before anything reads them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::checksum::{Hasher, Mismatch};
use super::http::{Client, Length, Patience, Sink};
use super::source::{Source, SourceError};
use crate::fs::{self, AtomicFile, PathContext as _, PathError};
use crate::model::{Sha256, SourceFile, SourcePackage};
use crate::settings::Settings;

/// Files up to this length are kept in memory, so that they are read once.
const IN_MEMORY: u64 = 32 << 20;

/// Why a file of the pool cannot be used. It fails its package, not the run.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not there: the index may be older than the pool.
    #[error("{location}: not there, though the index lists it; the archive may have changed since")]
    Moved {
        /// Its address, or its path below the archive's root.
        location: String,
    },
    /// Nothing but MD5 or SHA-1 vouches for it.
    #[error(
        "{location}: the index has no SHA-256 of it\n  hint: `allow-weak = true` in [[archive]] believes MD5 and SHA-1"
    )]
    Weak {
        /// Its address, or its path below the archive's root.
        location: String,
    },
    /// It is not the file that the index lists.
    #[error("{location}: {source}\n  hint: the mirror may be damaged, or being updated")]
    Differs {
        /// Its address, or its path below the archive's root.
        location: String,
        /// The checksums.
        source: Mismatch,
    },
    /// It cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The package is of an archive that the settings do not have.
    #[error("the settings have no archive number {0}")]
    NoArchive(u16),
}

impl From<PathError> for FetchError {
    fn from(error: PathError) -> Self {
        Self::Source(error.into())
    }
}

/// Fetches files of the pools of all archives; may be shared between threads.
#[derive(Debug)]
pub struct Fetcher {
    archives: Vec<(Source, bool)>,
    download_folder: PathBuf,
    has_missed: AtomicBool,
}

impl Fetcher {
    /// For the archives of the settings. Files that are too large to be kept in memory while they are used
    /// are downloaded into `download_folder`, where a killed run may leave them for [`fs::sweep`].
    ///
    /// # Errors
    /// When an archive is remote and the folder cannot be made.
    pub fn new(settings: &Settings, download_folder: &Path) -> Result<Self, PathError> {
        Self::with_patience(settings, download_folder, Patience::default())
    }

    /// The same, with other bounds for downloads.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn with_patience(settings: &Settings, download_folder: &Path, patience: Patience) -> Result<Self, PathError> {
        if settings.archives.iter().any(|archive| archive.is_remote()) {
            fs::create_folders(download_folder)?;
        }
        let archives = settings.archives.iter();
        let archives = archives.map(|archive| (Source::of(settings, archive, patience), archive.allow_weak)).collect();
        Ok(Self { archives, download_folder: download_folder.to_owned(), has_missed: AtomicBool::new(false) })
    }

    /// Opens or downloads `file` of `package`, and verifies it: by SHA-256, or, where the archive's settings
    /// allow it, by what else the index has.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub fn fetch(&self, package: &SourcePackage, file: &SourceFile) -> Result<Fetched, FetchError> {
        let archive = self.archives.get(usize::from(package.archive));
        let (source, allow_weak) = archive.ok_or(FetchError::NoArchive(package.archive))?;
        let path = match &*package.directory {
            "" => file.name.to_string(),
            directory => format!("{directory}/{}", file.name),
        };
        let location = || source.public_location(&path);
        if file.checksums.sha256.is_none() && !allow_weak {
            return Err(FetchError::Weak { location: location() });
        }
        let fetched = match source {
            Source::Folder(_) => read_local(source, &path, file).map_err(|error| error.below_root(source))?,
            Source::Remote(client) => self.download_twice(client, &path, file)?,
        };
        let Some((hasher, content)) = fetched else {
            self.has_missed.store(true, Ordering::Relaxed);
            return Err(FetchError::Moved { location: location() });
        };
        let sha256 = hasher.finish().map_err(|source| FetchError::Differs { location: location(), source })?;
        Ok(Fetched { sha256, size: file.size, content })
    }

    /// Whether a file was not there that its index lists: reading the indices again may help then.
    pub fn has_missed(&self) -> bool {
        self.has_missed.load(Ordering::Relaxed)
    }

    /// What arrives damaged is downloaded once more, as a cache or a resumed download may be to blame.
    fn download_twice(&self, client: &Client, path: &str, file: &SourceFile) -> Result<Option<Hashed>, FetchError> {
        match self.download(client, path, file)? {
            Some((hasher, _)) if hasher.clone().finish().is_err() => self.download(client, path, file),
            fetched => Ok(fetched),
        }
    }

    fn download(&self, client: &Client, path: &str, file: &SourceFile) -> Result<Option<Hashed>, FetchError> {
        let mut download = Download::begin(&self.download_folder, file)?;
        match client.download(path, Length::Exactly(file.size), &mut download).map_err(SourceError::from)? {
            true => Ok(Some((download.hasher, download.kept.finish()?))),
            false => Ok(None),
        }
    }
}

/// Content with what was hashed while it was read; not compared yet.
type Hashed = (Hasher, Content);

fn read_local(source: &Source, path: &str, file: &SourceFile) -> Result<Option<Hashed>, SourceError> {
    let Some((opened, path)) = source.open(path, Length::Exactly(file.size))? else { return Ok(None) };
    let mut hasher = Hasher::new(&file.checksums);
    if file.size <= IN_MEMORY {
        let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default().saturating_add(1));
        opened.take(file.size.saturating_add(1)).read_to_end(&mut bytes).at("read", &path)?;
        hasher.update(&bytes);
        return Ok(Some((hasher, Content::Memory(SharedBytes(Arc::new(bytes))))));
    }
    let opened = Arc::new(opened);
    let mut reader = FileReader { file: Arc::clone(&opened), position: 0 };
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer).at("read", &path)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(Some((hasher, Content::File(opened))))
}

/// A download under way.
struct Download<'a> {
    folder: &'a Path,
    file: &'a SourceFile,
    hasher: Hasher,
    kept: Kept,
}

/// What has arrived of it.
enum Kept {
    Memory(Vec<u8>),
    Disk { path: PathBuf, file: AtomicFile },
}

impl<'a> Download<'a> {
    fn begin(folder: &'a Path, file: &'a SourceFile) -> Result<Self, PathError> {
        Ok(Self { folder, file, hasher: Hasher::new(&file.checksums), kept: Kept::begin(folder, file.size)? })
    }
}

impl Sink for Download<'_> {
    fn restart(&mut self) -> Result<(), PathError> {
        self.hasher = Hasher::new(&self.file.checksums);
        self.kept = Kept::begin(self.folder, self.file.size)?;
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), PathError> {
        self.hasher.update(bytes);
        match &mut self.kept {
            Kept::Memory(kept) => {
                kept.extend_from_slice(bytes);
                Ok(())
            }
            Kept::Disk { path, file } => file.write_all(bytes).at("write", path),
        }
    }
}

impl Kept {
    fn begin(folder: &Path, size: u64) -> Result<Self, PathError> {
        if size <= IN_MEMORY {
            return Ok(Self::Memory(Vec::new()));
        }
        let path = folder.join(fs::temporary_name());
        Ok(Self::Disk { file: AtomicFile::create(&path)?, path })
    }

    /// The file loses its name at once: it is gone when the last reader is, however the run ends.
    fn finish(self) -> Result<Content, PathError> {
        match self {
            Self::Memory(bytes) => Ok(Content::Memory(SharedBytes(Arc::new(bytes)))),
            Self::Disk { path, file } => {
                file.commit()?;
                let opened = File::open(&path).at("open", &path)?;
                fs::remove_file(&path)?;
                Ok(Content::File(Arc::new(opened)))
            }
        }
    }
}

/// A verified file of the pool. A downloaded one is gone when this and its readers are dropped.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its SHA-256, as computed.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub size: u64,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Memory(SharedBytes),
    File(Arc<File>),
}

/// Bytes that readers share; unlike `Arc<[u8]>` they are not copied to become so.
#[derive(Debug, Clone)]
struct SharedBytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Fetched {
    /// Reads it from its beginning; the same bytes that were verified, also if the pool has changed since.
    ///
    /// # Errors
    /// None today; a place that has to be opened first may fail.
    pub fn reader(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(match &self.content {
            Content::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
            Content::File(file) => {
                let reader = FileReader { file: Arc::clone(file), position: 0 };
                Box::new(BufReader::with_capacity(256 << 10, reader))
            }
        })
    }
}

/// Reads a file from a position of its own, so that several may read the same open file.
struct FileReader {
    file: Arc<File>,
    position: u64,
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}
