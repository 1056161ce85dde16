//! The files of a bill: found below folders and hashed, or named by lines that `sha256sum` writes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use sha2::Digest as _;

use crate::fs::{PathContext as _, PathError};
use crate::model::{Sha1, Sha256};

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// A file, and its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedFile {
    /// Its name, as it was given or found.
    pub name: Vec<u8>,
    /// The checksum of its bytes.
    pub sha256: Sha256,
    /// The same for SPDX, when it was asked for.
    pub sha1: Option<Sha1>,
}

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A path is not there, or a folder cannot be listed.
    #[error("{}: {source}", path.display())]
    Walk {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A line is none that `sha256sum` writes.
    #[error("standard input, line {0}: not a SHA-256 and a name")]
    Line(usize),
    /// The lines end early.
    #[error("standard input: {0}")]
    Input(#[source] io::Error),
}

/// The regular files at and below these paths, folders in the order of names. Links are not followed, but for a path
/// that is one.
pub fn walk(paths: &[PathBuf]) -> impl Iterator<Item = Result<PathBuf, FileError>> + '_ {
    paths.iter().flat_map(|path| {
        walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_map(move |entry| match entry {
            Ok(entry) => {
                let is_file =
                    entry.file_type().is_file() || entry.path_is_symlink() && entry.depth() == 0 && path.is_file();
                is_file.then(|| Ok(entry.into_path()))
            }
            Err(error) => {
                let path = error.path().unwrap_or(path).to_owned();
                let source = error.into_io_error().unwrap_or_else(|| io::Error::other("a link leads in circles"));
                Some(Err(FileError::Walk { path, source }))
            }
        })
    })
}

/// Which checksums are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sums {
    /// What files are looked up by.
    Sha256,
    /// SHA-1 too.
    WithSha1,
}

/// The checksums of these files, taken on all cores, in their order; and what could not be read.
pub fn hash(paths: impl Iterator<Item = Result<PathBuf, FileError>>, sums: Sums) -> (Vec<HashedFile>, Vec<FileError>) {
    let paths: Vec<_> = paths.collect();
    let hashed: Vec<Result<HashedFile, FileError>> =
        paths.into_par_iter().map(|path| path.and_then(|path| Ok(hash_file(&path, sums)?))).collect();
    parted(hashed)
}

fn hash_file(path: &Path, sums: Sums) -> Result<HashedFile, PathError> {
    let mut file = File::open(path).at("read", path)?;
    let (mut sha256, mut sha1) = (sha2::Sha256::new(), sha1::Sha1::new());
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).at("read", path)? {
            0 => break,
            length => {
                sha256.update(&piece[..length]);
                if sums == Sums::WithSha1 {
                    sha1.update(&piece[..length]);
                }
            }
        }
    }
    Ok(HashedFile {
        name: path.as_os_str().as_bytes().to_vec(),
        sha256: Sha256(sha256.finalize().into()),
        sha1: (sums == Sums::WithSha1).then(|| Sha1(sha1.finalize().into())),
    })
}

/// The files that lines name as `sha256sum` writes them, with `--tag` or without; empty lines are none.
pub fn read_sums(mut input: impl BufRead) -> (Vec<HashedFile>, Vec<FileError>) {
    let mut read = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() => {}
            Ok(_) => read.push(parse_line(&line).ok_or(FileError::Line(number))),
            Err(error) => {
                read.push(Err(FileError::Input(error)));
                break;
            }
        }
    }
    parted(read)
}

/// `HEX  NAME`, `HEX *NAME`, or `SHA256 (NAME) = HEX`; with a backslash before it, the name is escaped.
fn parse_line(line: &[u8]) -> Option<HashedFile> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let escaped = line.strip_prefix(b"\\");
    let rest = escaped.unwrap_or(line);
    let (sum, name) = match rest.strip_prefix(b"SHA256 (") {
        Some(tagged) => {
            let end = tagged.len().checked_sub(2 * 32)?;
            (tagged.get(end..)?, tagged.get(..end)?.strip_suffix(b") = ")?)
        }
        None => {
            let (sum, name) = rest.split_at_checked(2 * 32)?;
            (sum, name.strip_prefix(b"  ").or_else(|| name.strip_prefix(b" *"))?)
        }
    };
    let sha256 = std::str::from_utf8(sum).ok()?.parse().ok()?;
    let name = if escaped.is_some() { unescaped(name) } else { name.to_vec() };
    Some(HashedFile { name, sha256, sha1: None })
}

fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut bytes = name.iter().copied();
    let mut unescaped = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        unescaped.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                other => other.unwrap_or(b'\\'),
            },
            byte => byte,
        });
    }
    unescaped
}

/// Files and errors apart; a name that was given twice counts once.
fn parted(read: Vec<Result<HashedFile, FileError>>) -> (Vec<HashedFile>, Vec<FileError>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<Vec<u8>, Sha256> = BTreeMap::new();
    for read in read {
        match read {
            Ok(file) if seen.insert(file.name.clone(), file.sha256) == Some(file.sha256) => {}
            Ok(file) => files.push(file),
            Err(error) => errors.push(error),
        }
    }
    (files, errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs;

    #[test]
    fn lines_of_sha256sum_are_read() {
        let sum = Sha256::of(b"x").to_string();
        let lines = format!("{sum}  a b\n{sum} *b\r\n\n\\{sum}  c\\nd\\\\\nSHA256 (e) f) = {sum}\n{sum} x\nnothing\n");
        let (files, errors) = read_sums(lines.as_bytes());
        let names: Vec<&[u8]> = files.iter().map(|file| &file.name[..]).collect();
        assert_eq!(names, [&b"a b"[..], b"b", b"c\nd\\", b"e) f"]);
        assert!(files.iter().all(|file| file.sha256 == Sha256::of(b"x")));
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, [6, 7].map(|line| format!("standard input, line {line}: not a SHA-256 and a name")));
    }

    #[test]
    fn folders_are_walked_and_what_is_missing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_folders(&folder.path().join("sub")).unwrap();
        for (name, bytes) in [("b", b"x"), ("sub/a", b"y")] {
            fs::write_new(&folder.path().join(name), &[bytes]).unwrap();
        }
        std::os::unix::fs::symlink("/", folder.path().join("link")).unwrap();
        let paths = [folder.path().to_owned(), folder.path().join("none"), folder.path().join("b")];
        let (files, errors) = hash(walk(&paths), Sums::Sha256);
        let sums: Vec<Sha256> = files.iter().map(|file| file.sha256).collect();
        assert_eq!(sums, [Sha256::of(b"x"), Sha256::of(b"y")]);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].to_string().contains("none: "), "{}", errors[0]);
    }
}
