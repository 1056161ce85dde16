//! The texts below a folder of unpacked packages.

use std::io;
use std::path::{Path, PathBuf};

/// A file without NUL.
pub struct Text {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path in the package.
    pub in_package: PathBuf,
    /// Its bytes: at least one.
    pub bytes: Vec<u8>,
}

/// The texts below `folder`, sorted, without quilt's copies. Each folder in `folder` is a package.
pub fn texts(folder: &Path) -> io::Result<Vec<Text>> {
    let mut texts = Vec::new();
    for path in files(folder)? {
        let bytes = std::fs::read(&path)?;
        if !bytes.is_empty() && !bytes.contains(&0) {
            let in_package = path.strip_prefix(folder).unwrap_or(&path).components().skip(1).collect();
            texts.push(Text { path, in_package, bytes });
        }
    }
    Ok(texts)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != ".pc" {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
