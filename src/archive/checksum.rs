//! Comparing bytes with the checksums that a signed file gives for them.

use std::fmt::Display;

use sha2::Digest as _;

use crate::model::{Checksums, Md5, Sha1, Sha256};

/// The bytes are not those that were signed for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its {algorithm} is {found}, not {expected}")]
pub struct Mismatch {
    /// The algorithm whose results differ.
    pub algorithm: &'static str,
    /// The checksum that was signed for.
    pub expected: String,
    /// The checksum of the bytes.
    pub found: String,
}

/// Hashes bytes as they come by; SHA-256 always, weaker algorithms only where nothing better is signed.
#[derive(Clone)]
pub(super) struct Hasher {
    expected: Checksums,
    sha256: sha2::Sha256,
    weak: Option<(sha1::Sha1, md5::Md5)>,
}

impl Hasher {
    /// For bytes that are to have the checksums `expected`.
    pub(super) fn new(expected: &Checksums) -> Self {
        let weak = expected.sha256.is_none().then(|| (sha1::Sha1::new(), md5::Md5::new()));
        Self { expected: expected.clone(), sha256: sha2::Sha256::new(), weak }
    }

    /// Adds bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        if let Some((sha1, md5)) = &mut self.weak {
            sha1.update(bytes);
            md5.update(bytes);
        }
    }

    /// Compares with SHA-256 if it is expected, else with all that is, and returns the SHA-256.
    pub(super) fn finish(self) -> Result<Sha256, Mismatch> {
        let sha256 = Sha256(self.sha256.finalize().into());
        let Checksums { sha256: expected, sha1, md5 } = self.expected;
        if let Some(expected) = expected {
            compare("SHA-256", expected, sha256)?;
            return Ok(sha256);
        }
        if sha1.is_none() && md5.is_none() {
            return Err(Mismatch {
                algorithm: "SHA-256",
                expected: "signed for".to_owned(),
                found: sha256.to_string(),
            });
        }
        if let Some((sha1_hasher, md5_hasher)) = self.weak {
            compare_if_expected("SHA-1", sha1, Sha1(sha1_hasher.finalize().into()))?;
            compare_if_expected("MD5", md5, Md5(md5_hasher.finalize().into()))?;
        }
        Ok(sha256)
    }
}

/// Whether `bytes` have the checksums `expected`.
pub(super) fn verify(bytes: &[u8], expected: &Checksums) -> Result<Sha256, Mismatch> {
    let mut hasher = Hasher::new(expected);
    hasher.update(bytes);
    hasher.finish()
}

fn compare_if_expected<T: PartialEq + Display>(
    algorithm: &'static str,
    expected: Option<T>,
    found: T,
) -> Result<(), Mismatch> {
    expected.map_or(Ok(()), |expected| compare(algorithm, expected, found))
}

fn compare<T: PartialEq + Display>(algorithm: &'static str, expected: T, found: T) -> Result<(), Mismatch> {
    if expected == found {
        return Ok(());
    }
    Err(Mismatch { algorithm, expected: expected.to_string(), found: found.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
    const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_strongest_checksum_decides() {
        let right = Checksums { sha256: EMPTY_SHA256.parse().ok(), md5: Some(Md5([0; 16])), sha1: None };
        assert!(verify(b"", &right).is_ok());
        assert!(verify(b"x", &right).unwrap_err().to_string().starts_with("its SHA-256 is 2d71"));
    }

    #[test]
    fn weak_checksums_are_compared_where_nothing_else_is_there() {
        let weak = Checksums { md5: EMPTY_MD5.parse().ok(), ..Checksums::default() };
        assert_eq!(verify(b"", &weak).unwrap().to_string(), EMPTY_SHA256);
        assert_eq!(verify(b"x", &weak).unwrap_err().algorithm, "MD5");
        let both = Checksums { sha1: Some(Sha1([0; 20])), ..weak };
        assert_eq!(verify(b"", &both).unwrap_err().algorithm, "SHA-1");
        assert!(verify(b"", &Checksums::default()).is_err());
    }
}
