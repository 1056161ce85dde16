//! Paths inside a package.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ModelError;

/// The path of one entry inside an unpacked source package: bytes, relative, with `/` between
/// components, none of which is empty, `.` or `..`; no NUL.
///
/// Ordered by its bytes, as `tree-manifest` output is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct EntryPath(Vec<u8>);

impl EntryPath {
    /// Checks and takes over `bytes`.
    ///
    /// # Errors
    /// [`ModelError::EntryPath`] when the path is empty, absolute, or has an empty, `.` or `..`
    /// component or a NUL byte.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        let bad = |part: &[u8]| matches!(part, b"" | b"." | b"..");
        if bytes.contains(&0) || bytes.split(|&b| b == b'/').any(bad) {
            return Err(ModelError::EntryPath(bytes[..bytes.len().min(200)].escape_ascii().to_string()));
        }
        Ok(Self(bytes))
    }

    /// The path that a name means to a file system: `.` and empty components lead nowhere.
    ///
    /// # Errors
    /// As [`new`](Self::new), but for these components.
    pub fn plain(name: &[u8]) -> Result<Self, ModelError> {
        let parts: Vec<&[u8]> = name.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
        Self::new(if name.starts_with(b"/") { name.to_vec() } else { parts.join(&b'/') })
    }

    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The components, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/')
    }

    /// The last component.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|&b| b == b'/').next().unwrap_or(&self.0)
    }

    /// The path of the folder around this entry; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        let slash = memchr::memrchr(b'/', &self.0)?;
        Some(Self(self.0[..slash].to_vec()))
    }
}

/// The folder around a path of any kind; empty at the top.
pub fn folder_of(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(b"", |slash| &path[..slash])
}

impl fmt::Display for EntryPath {
    /// The path for a message: printable ASCII as it is, every other byte escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.escape_ascii(), f)
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl TryFrom<Vec<u8>> for EntryPath {
    type Error = ModelError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, ModelError> {
        Self::new(bytes)
    }
}

impl From<EntryPath> for Vec<u8> {
    fn from(path: EntryPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_their_folder_are_refused() {
        for bad in ["", "..", "a/../b", "/a", "a/", "a//b", "./a", "a\0b"] {
            assert!(EntryPath::new(bad).is_err(), "{bad:?}");
        }
        assert!(EntryPath::new(&b"a\xff/..b/c\n"[..]).is_ok());
        assert_eq!(EntryPath::plain(b"./a//b/.").unwrap().as_bytes(), b"a/b");
        assert!(
            EntryPath::plain(b"/a").is_err() && EntryPath::plain(b"./..").is_err() && EntryPath::plain(b".").is_err()
        );
    }
}
