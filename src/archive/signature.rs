//! Signatures of Release files, verified in this process.
//!
//! A text counts as signed when at least one signature over it is by a key of the [`Keyring`] that was
//! valid when it signed, is not revoked now, and (unless allowed) has not expired since; algorithms that
//! are broken do not count (the OpenPGP library's standard policy). Other signatures may stand beside
//! it: archives sign with keys that old keyrings do not hold yet.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::parse::stream::{
    DetachedVerifierBuilder, GoodChecksum, MessageLayer, MessageStructure, VerificationError, VerificationHelper,
    VerifierBuilder,
};
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::{Cert, KeyHandle, anyhow};

use crate::fs::{self, PathError};
use crate::model::Sha256;

/// How far ahead of ours a signer's clock may be.
const CLOCK_SKEW: Duration = Duration::from_secs(30 * 60);

/// Keys that a message names at most.
const KEYS_SHOWN: usize = 12;

/// Why a text is not believed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// A keyring cannot be read.
    #[error("{0}\n  hint: `signed-by` in [[archive]] names a file with the keys that sign the archive")]
    Path(#[from] PathError),
    /// A file of `signed-by` holds no OpenPGP certificate.
    #[error("{}: no OpenPGP certificate in it: {why}\n  hint: `gpg --export` writes what is needed (not `.kbx`)", path.display())]
    Keyring {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        why: String,
    },
    /// The file is not a text with a signature around it.
    #[error(
        "not a signed text: {0}\n  hint: the mirror is damaged, or something in between has answered with a page of its own"
    )]
    NotCleartext(&'static str),
    /// The signature's packets cannot be read.
    #[error("the signature cannot be read: {0}")]
    Malformed(String),
    /// No signature counts.
    #[error(
        "no valid signature by a key of {keyring}\n  found: {}\n  known: {}\n  \
         hint: if one that was found is to be believed, name the keyring that has its key in `signed-by`",
        found.join("; "), known.join("; ")
    )]
    Untrusted {
        /// The keyrings' names.
        keyring: String,
        /// Each signature that is there and why it does not count.
        found: Vec<String>,
        /// The keys that would have counted.
        known: Vec<String>,
    },
}

/// When signatures are judged and how strictly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judgement {
    /// The current time.
    pub(super) now: SystemTime,
    /// Whether keys that have expired since they signed count.
    pub(super) allow_expired_keys: bool,
}

/// The certificates of one or more files, parsed when they are first needed.
#[derive(Debug)]
pub(super) struct Keyring {
    files: Vec<(PathBuf, Vec<u8>)>,
    certificates: OnceLock<Vec<Cert>>,
}

impl Keyring {
    /// Reads the files, but does not look into them.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, PathError> {
        let files = paths.iter().map(|path| Ok((path.clone(), fs::read(path)?))).collect::<Result<_, _>>()?;
        Ok(Self { files, certificates: OnceLock::new() })
    }

    /// The checksum of each file's bytes, in their order: what a verification depends on.
    pub(super) fn checksums(&self) -> impl Iterator<Item = Sha256> {
        self.files.iter().map(|(_, bytes)| Sha256::of(bytes))
    }

    fn certificates(&self) -> Result<&[Cert], SignatureError> {
        if let Some(certificates) = self.certificates.get() {
            return Ok(certificates);
        }
        let mut certificates = Vec::new();
        for (path, bytes) in &self.files {
            certificates.extend(parse_certificates(path, bytes)?);
        }
        Ok(self.certificates.get_or_init(|| certificates))
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.files.iter().map(|(path, _)| path.display().to_string()).collect();
        names.join(", ")
    }
}

/// Certificates in binary form, or in any number of armored blocks. Those that are damaged or of an
/// unknown kind are passed over, unless nothing else is there.
fn parse_certificates(path: &Path, bytes: &[u8]) -> Result<Vec<Cert>, SignatureError> {
    const ARMOR: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
    let blocks: Vec<&[u8]> = match memchr::memmem::find(bytes, ARMOR) {
        None => vec![bytes],
        Some(_) => {
            let begins: Vec<_> = memchr::memmem::find_iter(bytes, ARMOR).collect();
            let ends = begins.iter().copied().skip(1).chain([bytes.len()]);
            begins.iter().zip(ends).map(|(&begin, end)| &bytes[begin..end]).collect()
        }
    };
    let mut certificates = Vec::new();
    let mut why = "the file is empty".to_owned();
    for block in blocks {
        match CertParser::from_bytes(block) {
            Err(error) => why = error.to_string(),
            Ok(parser) => {
                for certificate in parser {
                    match certificate {
                        Ok(certificate) => certificates.push(certificate),
                        Err(error) => why = error.to_string(),
                    }
                }
            }
        }
    }
    if certificates.is_empty() {
        return Err(SignatureError::Keyring { path: path.to_owned(), why });
    }
    Ok(certificates)
}

/// Verifies an `InRelease`: what [`cleartext`] reads from it is what was signed.
pub(super) fn verify_cleartext(signed: &[u8], keyring: &Keyring, judgement: Judgement) -> Result<(), SignatureError> {
    let text = cleartext(signed)?;
    let policy = StandardPolicy::at(judgement.now);
    let judge = Judge::new(keyring, &policy, judgement)?;
    let builder = VerifierBuilder::from_bytes(signed).map_err(malformed)?;
    let mut verifier = builder.with_policy(&policy, judgement.now + CLOCK_SKEW, judge).map_err(malformed)?;
    let mut verified = Vec::new();
    verifier.read_to_end(&mut verified).map_err(|error| SignatureError::Malformed(error.to_string()))?;
    verifier.into_helper().verdict()?;
    // Two readers of one text must agree on it: what is used is what was hashed.
    match cleartext_lines(&verified).eq(cleartext_lines(&text)) {
        true => Ok(()),
        false => Err(SignatureError::NotCleartext("its text can be read in two ways")),
    }
}

/// Verifies a `Release` with its `Release.gpg`, armored or binary.
pub(super) fn verify_detached(
    text: &[u8],
    signature: &[u8],
    keyring: &Keyring,
    judgement: Judgement,
) -> Result<(), SignatureError> {
    let policy = StandardPolicy::at(judgement.now);
    let judge = Judge::new(keyring, &policy, judgement)?;
    let builder = DetachedVerifierBuilder::from_bytes(signature).map_err(malformed)?;
    let mut verifier = builder.with_policy(&policy, judgement.now + CLOCK_SKEW, judge).map_err(malformed)?;
    verifier.verify_bytes(text).map_err(malformed)?;
    verifier.into_helper().verdict()
}

fn malformed(error: anyhow::Error) -> SignatureError {
    SignatureError::Malformed(error.to_string())
}

/// Collects what each signature is worth.
struct Judge<'a> {
    keyring: &'a Keyring,
    certificates: &'a [Cert],
    policy: &'a StandardPolicy<'a>,
    judgement: Judgement,
    trusted: bool,
    found: Vec<String>,
}

impl<'a> Judge<'a> {
    fn new(keyring: &'a Keyring, policy: &'a StandardPolicy<'a>, judgement: Judgement) -> Result<Self, SignatureError> {
        let certificates = keyring.certificates()?;
        Ok(Self { keyring, certificates, policy, judgement, trusted: false, found: Vec::new() })
    }

    fn verdict(mut self) -> Result<(), SignatureError> {
        if self.trusted {
            return Ok(());
        }
        if self.found.is_empty() {
            self.found.push("no signature".to_owned());
        }
        let mut known: Vec<_> = self.certificates.iter().take(KEYS_SHOWN).map(describe).collect();
        if self.certificates.len() > KEYS_SHOWN {
            known.push(format!("and {} more", self.certificates.len() - KEYS_SHOWN));
        }
        Err(SignatureError::Untrusted { keyring: self.keyring.names(), found: self.found, known })
    }

    /// Why a signature that was right when it was made does not count now.
    fn objection(&self, good: &GoodChecksum<'_>) -> Option<String> {
        let now = self.judgement.now;
        let revoked = |status: RevocationStatus<'_>| matches!(status, RevocationStatus::Revoked(_));
        let certificate = good.ka.cert();
        if revoked(certificate.revocation_status(self.policy, now)) {
            return Some("the key is revoked".to_owned());
        }
        let handle = good.ka.key().key_handle();
        let subkey = certificate.keys().subkeys().key_handle(handle.clone()).next();
        if subkey.is_some_and(|key| revoked(key.revocation_status(self.policy, now))) {
            return Some("the signing subkey is revoked".to_owned());
        }
        if self.judgement.allow_expired_keys {
            return None;
        }
        let valid = certificate.keys().with_policy(self.policy, now).key_handle(handle.clone()).next();
        match valid.map(|key| key.alive()) {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(format!("{}; `allow-expired-keys` would accept it", chain(&error))),
            None => Some("the key is not valid any more".to_owned()),
        }
    }

    fn judge(&mut self, result: &Result<GoodChecksum<'_>, VerificationError<'_>>) {
        let (key, why) = match result {
            Ok(good) => match self.objection(good) {
                None => {
                    self.trusted = true;
                    return;
                }
                Some(why) => (describe(good.ka.cert()), why),
            },
            Err(VerificationError::MissingKey { sig }) => {
                let issuer = sig.get_issuers().first().map_or("an unnamed key".to_owned(), KeyHandle::to_string);
                (issuer, "not in the keyring".to_owned())
            }
            Err(VerificationError::UnboundKey { cert, error, .. }) => (describe(cert), chain(error)),
            Err(VerificationError::BadKey { ka, error, .. }) => (describe(ka.cert()), chain(error)),
            Err(VerificationError::BadSignature { ka, error, .. }) => (
                describe(ka.cert()),
                format!("the text is not what it signed, or the signature is too weak: {}", chain(error)),
            ),
            Err(other) => ("a signature".to_owned(), other.to_string()),
        };
        self.found.push(format!("{key}: {why}"));
    }
}

impl VerificationHelper for Judge<'_> {
    fn get_certs(&mut self, issuers: &[KeyHandle]) -> sequoia_openpgp::Result<Vec<Cert>> {
        let signed = |certificate: &&Cert| {
            certificate.keys().any(|key| issuers.iter().any(|issuer| issuer.aliases(key.key().key_handle())))
        };
        Ok(self.certificates.iter().filter(signed).cloned().collect())
    }

    /// Says yes to everything: [`Judge::verdict`] is asked before anything is used, and tells more.
    fn check(&mut self, structure: MessageStructure<'_>) -> sequoia_openpgp::Result<()> {
        for layer in structure {
            if let MessageLayer::SignatureGroup { results } = layer {
                results.iter().for_each(|result| self.judge(result));
            }
        }
        Ok(())
    }
}

/// A certificate's fingerprint and name.
fn describe(certificate: &Cert) -> String {
    match certificate.userids().next() {
        Some(user) => format!("{} ({})", certificate.fingerprint(), String::from_utf8_lossy(user.userid().value())),
        None => certificate.fingerprint().to_string(),
    }
}

fn chain(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

/// The text inside a clear-signed file (RFC 9580, section 7), without verifying it: dashes unescaped and
/// blanks at the ends of lines dropped, which are not part of what is signed. Nothing may stand before or
/// behind the signed text and its signature.
pub(super) fn cleartext(signed: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let mut lines = cleartext_lines(signed);
    if lines.next() != Some(b"-----BEGIN PGP SIGNED MESSAGE-----") {
        return Err(SignatureError::NotCleartext("it does not begin with `-----BEGIN PGP SIGNED MESSAGE-----`"));
    }
    if !lines.by_ref().take_while(|line| !line.is_empty()).all(|header| header.starts_with(b"Hash: ")) {
        return Err(SignatureError::NotCleartext("it has a header other than `Hash`"));
    }
    let mut text = Vec::with_capacity(signed.len());
    loop {
        match lines.next() {
            None => return Err(SignatureError::NotCleartext("it has no signature; it may be cut off")),
            Some(b"-----BEGIN PGP SIGNATURE-----") => break,
            Some(line) => {
                let unescaped = line.strip_prefix(b"- ").unwrap_or(line);
                if line.starts_with(b"-") && unescaped.len() == line.len() {
                    return Err(SignatureError::NotCleartext("a line begins with a dash that is not escaped"));
                }
                text.extend_from_slice(unescaped);
                text.push(b'\n');
            }
        }
    }
    match lines.position(|line| line == b"-----END PGP SIGNATURE-----") {
        None => Err(SignatureError::NotCleartext("its signature is cut off")),
        Some(_) if lines.next().is_some() => Err(SignatureError::NotCleartext("something follows its signature")),
        Some(_) => Ok(text),
    }
}

/// Lines as they are signed: without blanks at their ends; empty lines at the end of the text are dropped.
fn cleartext_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.trim_ascii_end().split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end)
}
