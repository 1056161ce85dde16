//! Where an archive is: a folder or an `http(s)` address.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::http::{Client, HttpError, Length, Patience};
use crate::fs::{PathContext as _, PathError};
use crate::settings::{Archive, Settings};

/// Why a file of an archive cannot be read, other than not being there.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The system refused.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The server refused, or could not be reached.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The file has another length than the one that was signed for, or than any that makes sense.
    #[error("{location}: it has {found} bytes, not {expected}")]
    Length {
        /// Path or address.
        location: String,
        /// The length it was to have.
        expected: Length,
        /// The length it has.
        found: u64,
    },
}

/// Access to the files of one archive by their paths below its root.
#[derive(Debug)]
pub(super) enum Source {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A server.
    Remote(Client),
}

impl Source {
    /// The place that `archive.url` names, as seen from the folder of `site.toml`.
    pub(super) fn of(settings: &Settings, archive: &Archive, patience: Patience) -> Self {
        match archive.is_remote() {
            true => Self::Remote(Client::new(&archive.url, patience)),
            false => Self::Folder(settings.resolve(Path::new(&archive.url))),
        }
    }

    /// The whole of a file; `None` when there is none.
    pub(super) fn read(&self, path: &str, length: Length) -> Result<Option<Vec<u8>>, SourceError> {
        match self {
            Self::Folder(_) => self.read_local(path, length),
            Self::Remote(client) => {
                let mut bytes = Vec::new();
                Ok(client.download(path, length, &mut bytes)?.then_some(bytes))
            }
        }
    }

    fn read_local(&self, path: &str, length: Length) -> Result<Option<Vec<u8>>, SourceError> {
        let Some((file, path)) = self.open(path, length)? else { return Ok(None) };
        let mut bytes = Vec::new();
        // A file may grow while it is read, and what follows must not depend on when.
        file.take(length.maximum().saturating_add(1)).read_to_end(&mut bytes).at("read", &path)?;
        length.check(&path.display().to_string(), bytes.len() as u64)?;
        Ok(Some(bytes))
    }

    /// Opens a file of a folder archive, with its path; `None` when there is none, or the archive is remote.
    pub(super) fn open(&self, path: &str, length: Length) -> Result<Option<(File, PathBuf)>, SourceError> {
        let Self::Folder(root) = self else { return Ok(None) };
        let path = root.join(path);
        let file = match File::open(&path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            other => other.at("open", &path)?,
        };
        let metadata = file.metadata().at("examine", &path)?;
        if !metadata.is_file() {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
            return Err(PathError { action: "read", path, source: error }.into());
        }
        length.check(&path.display().to_string(), metadata.len())?;
        Ok(Some((file, path)))
    }

    /// What pages and reports call the file: its address, or its path below the archive's root.
    pub(super) fn public_location(&self, path: &str) -> String {
        match self {
            Self::Folder(_) => path.to_owned(),
            Self::Remote(client) => client.address(path),
        }
    }

    /// What messages call the file.
    pub(super) fn location(&self, path: &str) -> String {
        match self {
            Self::Folder(root) => root.join(path).display().to_string(),
            Self::Remote(client) => client.address(path),
        }
    }
}

impl SourceError {
    /// The same with paths as seen from the root of `source`: what is shown on pages must not depend on where
    /// the archive lies.
    pub(super) fn below_root(self, source: &Source) -> Self {
        let Source::Folder(root) = source else { return self };
        let below = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
        match self {
            Self::Path(error) => Self::Path(PathError { path: below(&error.path), ..error }),
            Self::Length { location, expected, found } => {
                Self::Length { location: below(Path::new(&location)).display().to_string(), expected, found }
            }
            other => other,
        }
    }
}

impl Length {
    /// Whether a file of `found` bytes is one that was asked for.
    fn check(self, location: &str, found: u64) -> Result<(), SourceError> {
        match self.allows(found) {
            true => Ok(()),
            false => Err(SourceError::Length { location: location.to_owned(), expected: self, found }),
        }
    }
}
