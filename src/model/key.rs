//! The names of stored results.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{ModelError, Sha256};

/// The name of a stored result: the checksum of the step that makes it and of all that it reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub Sha256);

impl Key {
    /// Begins the key of `step` in its version `version`.
    pub fn of(step: &str, version: u32) -> KeyBuilder {
        KeyBuilder(sha2::Sha256::new()).text(step).number(u64::from(version))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Key {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        text.parse().map(Self)
    }
}

/// Collects the inputs of a step; every part is framed by its length, so that parts cannot run together.
#[derive(Clone)]
pub struct KeyBuilder(sha2::Sha256);

impl KeyBuilder {
    /// Adds bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds text.
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub fn number(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    /// Adds a checksum.
    pub fn sha256(self, checksum: Sha256) -> Self {
        self.bytes(&checksum.0)
    }

    /// Adds the key of another result.
    pub fn key(self, key: Key) -> Self {
        self.sha256(key.0)
    }

    /// The key.
    pub fn finish(self) -> Key {
        Key(Sha256(self.0.finalize().into()))
    }
}
