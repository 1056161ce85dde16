//! From the settings to verified Release files, and from these to parsed indices.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::PathBuf;
use std::time::SystemTime;

use super::checksum;
use super::error::ArchiveError;
use super::http::{Length, Patience};
use super::index::{INDEX_VERSION, Index, IndexError};
use super::release::{IndexFile, IndexForm, Release};
use super::signature::{self, Judgement, Keyring};
use super::source::Source;
use super::suites::{self, Listing};
use crate::formats::compression::{Compression, decoder};
use crate::model::{Area, Key, SuiteName};
use crate::settings::{Archive, Settings};

/// Version of the rules by which Release files are verified: part of [`Release::verification_key`].
const VERIFICATION_VERSION: u32 = 1;

/// The longest Release file; Debian's have 200 KB.
const RELEASE_LENGTH: Length = Length::AtMost(32 << 20);

/// The longest text of an index whose plain form the Release file does not list.
const LONGEST_INDEX: u64 = 4 << 30;

/// Lists the suites of all archives of the settings, reads their Release files and verifies them: at `now`,
/// unless `known` says that the same bytes were verified before with the same keyrings.
///
/// The releases are in the order of the settings, those of `*` sorted by name.
///
/// # Errors
/// When a suite is not there, a Release file is not signed as the settings ask, cannot be read, or is
/// past its `Valid-Until`.
pub fn read_releases(
    settings: &Settings,
    known: &dyn Fn(Key) -> bool,
    now: SystemTime,
) -> Result<Vec<Release>, ArchiveError> {
    let mut releases: Vec<Release> = Vec::new();
    let mut listings = BTreeMap::new();
    for (position, archive) in (0_u16..).zip(&settings.archives) {
        let reader = Reader::new(settings, position, archive, known, now)?;
        let (listing, mut found) = match &reader.source {
            Source::Folder(_) => reader.read_folder()?,
            Source::Remote(_) => reader.read_remote()?,
        };
        reader.select_areas(&mut found)?;
        listings.insert(position, listing);
        releases.extend(found);
    }
    suites::add_aliases(&mut releases, &listings);
    Ok(releases)
}

/// One archive being read.
struct Reader<'a> {
    position: u16,
    archive: &'a Archive,
    source: Source,
    keyring: Keyring,
    known: &'a dyn Fn(Key) -> bool,
    judgement: Judgement,
}

/// A Release file as it lies there.
struct Signed {
    path: String,
    bytes: Vec<u8>,
    signature: Signature,
}

/// Where a Release file's signature is.
enum Signature {
    /// Around the text.
    Inline,
    /// In a file of its own.
    Detached(Vec<u8>),
    /// Nowhere.
    Missing,
}

impl<'a> Reader<'a> {
    fn new(
        settings: &Settings,
        position: u16,
        archive: &'a Archive,
        known: &'a dyn Fn(Key) -> bool,
        now: SystemTime,
    ) -> Result<Self, ArchiveError> {
        let keyrings: Vec<PathBuf> = archive.signed_by.iter().map(|path| settings.resolve(path)).collect();
        Ok(Self {
            position,
            archive,
            source: Source::of(settings, archive, Patience::default()),
            keyring: Keyring::read(&keyrings).map_err(signature::SignatureError::from)?,
            known,
            judgement: Judgement { now, allow_expired_keys: archive.allow_expired_keys },
        })
    }

    fn read_folder(&self) -> Result<(Listing, Vec<Release>), ArchiveError> {
        let Source::Folder(root) = &self.source else { return Ok(Default::default()) };
        let listing = Listing::read(root)?;
        if listing.suites.is_empty() {
            return Err(ArchiveError::NoSuites {
                archive: self.archive.name.clone(),
                looked: root.join("dists").display().to_string(),
            });
        }
        let mut releases: Vec<Release> = Vec::new();
        for suite in self.chosen(&listing)? {
            if releases.iter().all(|release| release.suite != suite) {
                let release = self.read(&suite)?.ok_or_else(|| self.no_suite(suite.as_str(), &listing))?;
                releases.push(release);
            }
        }
        Ok((listing, releases))
    }

    fn chosen(&self, listing: &Listing) -> Result<Vec<SuiteName>, ArchiveError> {
        let mut chosen = Vec::new();
        for name in &self.archive.suites {
            match name.as_str() {
                "*" => chosen.extend(listing.suites.iter().cloned()),
                name => chosen.push(self.resolve(name.trim_end_matches('/'), listing)?),
            }
        }
        Ok(chosen)
    }

    /// The suite called `name`: by its folder, by a link, or by what one Release file says.
    fn resolve(&self, name: &str, listing: &Listing) -> Result<SuiteName, ArchiveError> {
        let found = SuiteName::new(name).ok().and_then(|name| listing.resolve(&name).cloned());
        if let Some(suite) = found {
            return Ok(suite);
        }
        let claims = |suite: &&SuiteName| {
            // Not verified: this only chooses what is read, and that is verified.
            let release = self.find(suite).ok().flatten().and_then(|signed| self.parse(&signed, suite).ok());
            release.is_some_and(|release| suites::claimed_names(&release).any(|claimed| claimed == name))
        };
        let mut candidates: Vec<_> = listing.suites.iter().filter(claims).cloned().collect();
        match (candidates.pop(), candidates.is_empty()) {
            (Some(suite), true) => Ok(suite),
            (None, _) => Err(self.no_suite(name, listing)),
            (Some(last), false) => {
                candidates.push(last);
                Err(ArchiveError::AmbiguousSuite {
                    archive: self.archive.name.clone(),
                    suite: name.to_owned(),
                    candidates: candidates.iter().map(SuiteName::to_string).collect(),
                })
            }
        }
    }

    fn no_suite(&self, suite: &str, listing: &Listing) -> ArchiveError {
        ArchiveError::NoSuite {
            archive: self.archive.name.clone(),
            suite: suite.to_owned(),
            looked: self.source.location(&format!("dists/{suite}/InRelease")),
            known: listing.suites.iter().map(SuiteName::to_string).collect(),
        }
    }

    fn read_remote(&self) -> Result<(Listing, Vec<Release>), ArchiveError> {
        let mut listing = Listing::default();
        let mut releases: Vec<Release> = Vec::new();
        for name in &self.archive.suites {
            let name = name.trim_end_matches('/');
            let missing = || self.no_suite(name, &Listing::default());
            let given = SuiteName::new(name).map_err(|_| missing())?;
            let mut release = self.read(&given)?.ok_or_else(missing)?;
            if let Some(folder) = self.real_folder(&release)? {
                listing.links.insert(given, folder.clone());
                release.suite = folder;
            }
            if releases.iter().all(|other| other.suite != release.suite) {
                listing.suites.insert(release.suite.clone());
                releases.push(release);
            }
        }
        Ok((listing, releases))
    }

    /// A server does not tell links from folders. Where the name given is the `Suite` (`stable`) and the same
    /// file is found by the `Codename`, the latter is the folder.
    fn real_folder(&self, release: &Release) -> Result<Option<SuiteName>, ArchiveError> {
        let given_as_suite = release.suite_field.as_deref() == Some(release.suite.as_str());
        let codename = release.codename.as_deref().and_then(|codename| SuiteName::new(codename).ok());
        let claimed = |codename: &SuiteName| suites::claimed_names(release).any(|name| name == codename.as_str());
        let Some(codename) = codename.filter(|codename| given_as_suite && claimed(codename)) else { return Ok(None) };
        let same = match (self.find(&codename)?, self.find(&release.suite)?) {
            (Some(one), Some(other)) => one.bytes == other.bytes,
            _ => false,
        };
        Ok(same.then_some(codename))
    }

    /// Finds, verifies and reads the Release file of `suite`; `None` when there is none.
    fn read(&self, suite: &SuiteName) -> Result<Option<Release>, ArchiveError> {
        let Some(signed) = self.find(suite)? else { return Ok(None) };
        self.verify(&signed)?;
        let release = self.parse(&signed, suite)?;
        if self.archive.check_valid_until && release.is_expired(self.judgement.now) {
            return Err(ArchiveError::Expired {
                path: self.source.location(&signed.path),
                until: release.valid_until.unwrap_or_default(),
            });
        }
        Ok(Some(release))
    }

    fn find(&self, suite: &SuiteName) -> Result<Option<Signed>, ArchiveError> {
        let path = format!("dists/{suite}/InRelease");
        if let Some(bytes) = self.source.read(&path, RELEASE_LENGTH)? {
            return Ok(Some(Signed { path, bytes, signature: Signature::Inline }));
        }
        let path = format!("dists/{suite}/Release");
        let Some(bytes) = self.source.read(&path, RELEASE_LENGTH)? else { return Ok(None) };
        let signature = match self.source.read(&format!("{path}.gpg"), RELEASE_LENGTH)? {
            Some(signature) => Signature::Detached(signature),
            None => Signature::Missing,
        };
        Ok(Some(Signed { path, bytes, signature }))
    }

    fn verification_key(&self, signed: &Signed) -> Key {
        let detached: &[u8] = match &signed.signature {
            Signature::Detached(signature) => signature,
            Signature::Inline | Signature::Missing => &[],
        };
        self.keyring
            .checksums()
            .fold(Key::of("verify release", VERIFICATION_VERSION), |key, keyring| key.sha256(keyring))
            .number(u64::from(self.archive.allow_expired_keys))
            .bytes(&signed.bytes)
            .bytes(detached)
            .finish()
    }

    /// Verifies, unless the same was verified before or need not be.
    fn verify(&self, signed: &Signed) -> Result<(), ArchiveError> {
        let unsigned = matches!(signed.signature, Signature::Missing);
        if self.archive.trusted && (unsigned || self.archive.signed_by.is_empty()) {
            return Ok(());
        }
        if unsigned || self.archive.signed_by.is_empty() {
            let suite = signed.path.trim_end_matches("/Release");
            return Err(ArchiveError::Unsigned {
                inline: self.source.location(&format!("{suite}/InRelease")),
                detached: self.source.location(&format!("{suite}/Release.gpg")),
            });
        }
        if (self.known)(self.verification_key(signed)) {
            return Ok(());
        }
        let verified = match &signed.signature {
            Signature::Detached(signature) => {
                signature::verify_detached(&signed.bytes, signature, &self.keyring, self.judgement)
            }
            Signature::Inline | Signature::Missing => {
                signature::verify_cleartext(&signed.bytes, &self.keyring, self.judgement)
            }
        };
        verified.map_err(|source| ArchiveError::Signature { path: self.source.location(&signed.path), source })
    }

    fn parse(&self, signed: &Signed, suite: &SuiteName) -> Result<Release, ArchiveError> {
        let path = self.source.location(&signed.path);
        let inner;
        let text = match signed.signature {
            Signature::Inline => {
                inner = signature::cleartext(&signed.bytes)
                    .map_err(|source| ArchiveError::Signature { path: path.clone(), source })?;
                &inner
            }
            Signature::Detached(_) | Signature::Missing => &signed.bytes,
        };
        Release::parse(text, self.position, suite.clone(), self.verification_key(signed))
            .map_err(|source| ArchiveError::Release { path, source })
    }

    /// Drops the indices of areas that the settings do not name. An area that one suite lacks is odd; one that
    /// all lack is a mistake.
    fn select_areas(&self, releases: &mut [Release]) -> Result<(), ArchiveError> {
        let of_all = releases.iter().flat_map(|release| &release.indices).map(|index| &index.area);
        let known: BTreeSet<Area> = of_all.cloned().collect();
        if let Some(area) = self.archive.areas.iter().flatten().find(|area| !known.contains(*area)) {
            let known = known.iter().map(Area::to_string).collect();
            return Err(ArchiveError::NoArea { archive: self.archive.name.clone(), area: area.clone(), known });
        }
        for release in releases {
            if release.indices.is_empty() {
                release.warnings.push("it lists no `Sources`".to_owned());
            }
            let Some(wanted) = &self.archive.areas else { continue };
            for area in wanted {
                if release.indices.iter().all(|index| index.area != *area) {
                    release.warnings.push(format!("it has no area `{area}`"));
                }
            }
            release.indices.retain(|index| wanted.contains(&index.area));
        }
        Ok(())
    }
}

/// Names the parsed index: by what the Release file says of all its forms.
pub fn index_key(file: &IndexFile) -> Key {
    let with_form = |key: crate::model::KeyBuilder, form: &IndexForm| {
        let hex = |checksum: Option<String>| checksum.unwrap_or_default();
        key.text(&form.suffix)
            .number(form.size)
            .text(&hex(form.checksums.sha256.map(|checksum| checksum.to_string())))
            .text(&hex(form.checksums.sha1.map(|checksum| checksum.to_string())))
            .text(&hex(form.checksums.md5.map(|checksum| checksum.to_string())))
    };
    file.forms.iter().fold(Key::of("index", INDEX_VERSION), with_form).finish()
}

/// Reads one index of a release, in the first form that is there, by its checksum where the archive offers
/// that, and verifies it before it is parsed.
///
/// # Errors
/// When no form is there, it is not the one that was signed for, or it cannot be decompressed or is cut off.
pub fn read_index(settings: &Settings, release: &Release, file: &IndexFile) -> Result<Index, ArchiveError> {
    let archive =
        settings.archives.get(usize::from(release.archive)).ok_or(ArchiveError::NoArchive(release.archive))?;
    let source = Source::of(settings, archive, Patience::default());
    let path = format!("{}/{}", release.folder(), file.path);
    let allowed = |form: &&IndexForm| form.checksums.sha256.is_some() || archive.allow_weak;
    for form in file.forms.iter().filter(allowed) {
        if let Some((path, bytes)) = read_form(&source, &path, file.by_hash, form)? {
            let location = source.location(&path);
            checksum::verify(&bytes, &form.checksums)
                .map_err(|source| ArchiveError::Checksum { path: location.clone(), source })?;
            return parse(&bytes, file, form).map_err(|source| ArchiveError::Index { path: location, source });
        }
    }
    let path = source.location(&path);
    match file.forms.iter().all(|form| !allowed(&form)) {
        true => Err(ArchiveError::WeakIndex { path }),
        false => Err(ArchiveError::NoIndex {
            path,
            forms: file.forms.iter().map(|form| form.suffix.to_string()).collect(),
            area: file.area.clone(),
        }),
    }
}

/// The bytes of one form and the path that they were found at.
fn read_form(
    source: &Source,
    path: &str,
    by_hash: bool,
    form: &IndexForm,
) -> Result<Option<(String, Vec<u8>)>, ArchiveError> {
    let length = Length::Exactly(form.size);
    if let Some(sha256) = form.checksums.sha256.filter(|_| by_hash) {
        let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
        let path = format!("{folder}/by-hash/SHA256/{sha256}");
        if let Some(bytes) = source.read(&path, length)? {
            return Ok(Some((path, bytes)));
        }
    }
    let path = format!("{path}{}", form.suffix);
    Ok(source.read(&path, length)?.map(|bytes| (path, bytes)))
}

fn parse(bytes: &[u8], file: &IndexFile, form: &IndexForm) -> Result<Index, IndexError> {
    let plain = file.forms.iter().find(|form| form.suffix.is_empty());
    let longest = plain.map_or(LONGEST_INDEX, |plain| plain.size);
    let mut text = decoder(Compression::from_name(&form.suffix), Box::new(bytes))?.take(longest);
    let index = Index::parse(&mut text)?;
    // What follows the longest text allowed would be left out silently.
    match text.into_inner().read(&mut [0])? {
        0 => Ok(index),
        _ => Err(IndexError::TooLong(longest)),
    }
}
