//! From a package version to its stored tree: fetch, pack, assemble.
//!
//! Every result is looked for in the store first, so doing this twice costs two look-ups. Results are
//! shared: two versions with one orig tarball share its pack.

mod agreed;
mod batch;
mod conveyor;
mod found;
mod keys;
mod locks;
mod outlines;
mod pack;
mod parts;
mod series;

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use agreed::{AgreedPart, agreed_parts};
pub use batch::Fragmenters;
pub use found::{FOUND, FoundMembers, found_key};
use keys::{delta_fragments_key, delta_key, fragments_key};
pub use keys::{fragments_keys, fragments_settings_key, rules_key, tree_key, weak_key};
use locks::KeyLocks;
pub use outlines::Outliners;
use pack::{Packer, Workshop, Written};
use parts::PackedParts;
use series::Follower;
pub use series::{SERIES, series_key};

use super::report::CacheUse;
use crate::analyse::lexer;
use crate::analyse::symbols::SymbolsError;
use crate::archive::{FetchError, Fetcher};
use crate::model::{
    AppliedSeries, Entry, EntryKind, EntryPath, Key, Lexed, LineMarks, Member, MemberKind, Place, Sha256, SourceFile,
    SourcePackage, TextFacts, Tree,
};
use crate::settings::Limits;
use crate::store::{Bucket, Pack, StateWriter, Store, StoreError};
use crate::unpack::UnpackError;
use crate::unpack::assemble::{self, Assembled, Content};
use crate::unpack::dsc::{Dsc, DscError, Format, Part, Plan, Role};
use crate::unpack::tarball::{self, Measures};

/// Why a package version has no tree.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// A source file could not be fetched, or is not the one that the index means.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A source file could not be read or decompressed.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The package cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The `.dsc` cannot be read.
    #[error(transparent)]
    Dsc(#[from] DscError),
    /// The `.dsc` and the index disagree, or there is no `.dsc`.
    #[error("{0}")]
    Inconsistent(String),
    /// ctags cannot be started any more.
    #[error(transparent)]
    Symbols(#[from] SymbolsError),
    /// The store failed, or had something damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PrepareError {
    /// The step that failed, as reports name it.
    pub fn step(&self) -> &'static str {
        match self {
            Self::Fetch(_) => "fetch",
            Self::Inconsistent(_) | Self::Dsc(_) => "verify",
            Self::Read(_) | Self::Unpack(_) => "unpack",
            Self::Symbols(_) => "symbols",
            Self::Store(_) => "store",
        }
    }

    /// Whether the next run may do better with the same input: then it is tried again at once.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Fetch(error) => matches!(error, FetchError::Moved { .. } | FetchError::Source(_)),
            Self::Store(_) | Self::Symbols(_) => true,
            _ => false,
        }
    }
}

/// Makes trees, for all threads of a run.
pub struct Preparer<'a> {
    store: &'a Store,
    pool: &'a ThreadPool,
    fetcher: &'a Fetcher,
    limits: &'a Limits,
    fragmenters: &'a Fragmenters,
    outliners: Option<&'a Outliners>,
    locks: KeyLocks,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    packs_made: AtomicU64,
    packs_found: AtomicU64,
    fragments_remade: AtomicU64,
    outlines_made: AtomicU64,
    trees_made: AtomicU64,
    trees_found: AtomicU64,
    source_bytes: AtomicU64,
    lexed_bytes: AtomicU64,
}

fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

impl<'a> Preparer<'a> {
    /// A preparer that works with these.
    pub fn new(
        store: &'a Store,
        pool: &'a ThreadPool,
        fetcher: &'a Fetcher,
        limits: &'a Limits,
        fragmenters: &'a Fragmenters,
        outliners: Option<&'a Outliners>,
    ) -> Self {
        let (locks, counters) = (KeyLocks::default(), Counters::default());
        Self { store, pool, fetcher, limits, fragmenters, outliners, locks, counters }
    }

    /// How often the store had what was needed.
    pub fn cache_use(&self) -> CacheUse {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheUse {
            packs_made: read(&self.counters.packs_made),
            packs_found: read(&self.counters.packs_found),
            fragments_remade: read(&self.counters.fragments_remade),
            outlines_made: read(&self.counters.outlines_made),
            trees_made: read(&self.counters.trees_made),
            trees_found: read(&self.counters.trees_found),
            source_bytes: read(&self.counters.source_bytes),
            lexed_bytes: read(&self.counters.lexed_bytes),
        }
    }

    /// The tree of a package whose files have these checksums, with every pack and fragment it points to.
    ///
    /// # Errors
    /// See [`PrepareError`]; nothing is half-stored then.
    pub fn tree(&self, package: &SourcePackage, files: &[(&SourceFile, Sha256)]) -> Result<(Key, Tree), PrepareError> {
        let key = tree_key(package, files);
        if let Some(tree) = self.store.get::<Tree>(Bucket::Trees, key)?
            && self.has_all_packs(package, files, key, &tree)?
        {
            count(&self.counters.trees_found, 1);
            return Ok((key, tree));
        }
        let deadline = Instant::now() + Duration::from_secs(self.limits.seconds);
        let dsc = self.dsc(package)?;
        let tree = match dsc.plan()? {
            Plan::Unpack { format, parts } => {
                let parts = agreed_parts(parts, files)?;
                let packs =
                    parts.iter().map(|part| self.part(package, part, deadline)).collect::<Result<Vec<_>, _>>()?;
                let (assembled, series) = self.assemble(package, &format, &parts, &packs)?;
                let tree = self.finish_tree(key, &dsc.format, packs, assembled, &series)?;
                if series::has_series(&tree) {
                    self.store.put(SERIES, series_key(key), &series)?;
                }
                tree
            }
            Plan::NotUnpacked { reason } => self.raw_tree(package, &dsc.format, reason, files, deadline)?,
        };
        self.store.put(Bucket::Trees, key, &tree)?;
        count(&self.counters.trees_made, 1);
        Ok((key, tree))
    }

    /// The files of a package with their SHA-256. Files that the index names by weaker checksums, and whose
    /// SHA-256 is not among `weak`, are read now, and their checksum is kept in the state.
    ///
    /// # Errors
    /// When such a file cannot be fetched, or the state cannot be written.
    pub fn checksums<'p>(
        &self,
        package: &'p SourcePackage,
        weak: &HashMap<Key, Sha256>,
    ) -> Result<Vec<(&'p SourceFile, Sha256)>, PrepareError> {
        let checksum = |file: &'p SourceFile| {
            let key = weak_key(package, file);
            if let Some(sha256) = file.checksums.sha256.or_else(|| weak.get(&key).copied()) {
                return Ok((file, sha256));
            }
            let sha256 = self.fetcher.fetch(package, file)?.sha256;
            let keep = |state: &StateWriter<'_>| state.set_weak_checksum(key, sha256);
            self.store.state().transaction(keep).map_err(StoreError::from)?;
            Ok((file, sha256))
        };
        package.files.iter().map(checksum).collect()
    }

    /// What the settings say of languages.
    pub fn overrides(&self) -> &lexer::Overrides {
        self.fragmenters.overrides()
    }

    /// Makes a file ready for pages, with marks beside its lines.
    pub fn fragment(&self, path: &[u8], bytes: &[u8], text: TextFacts, marks: &LineMarks) -> Lexed {
        self.fragmenters.lend(|fragmenter| fragmenter.fragment(path, bytes, text, Some(marks)))
    }

    /// The keys of the fragments of a tree's packs under the settings of this run.
    pub fn fragments_keys(&self, tree_key: Key, tree: &Tree) -> Vec<Key> {
        fragments_keys(self.fragmenters.key(), tree_key, tree)
    }

    /// The key of the outlines of a pack; `None` when this run makes none.
    pub fn outlines_key(&self, pack: Key) -> Option<Key> {
        self.outliners.map(|outliners| outliners.outlines_key(pack))
    }

    /// What the members of a pack say of their licences, from the store or read now.
    ///
    /// # Errors
    /// When the pack is not there, or the store fails.
    pub fn found(&self, pack: Key) -> Result<FoundMembers, PrepareError> {
        let _guard = self.locks.lock(found_key(pack));
        found::find(self.workshop(), &self.stored_pack(pack)?)
    }

    /// What the patches of a tree did, from the store or by applying them again; `None` when unpacking applies none.
    ///
    /// # Errors
    /// See [`PrepareError`].
    pub fn series(
        &self,
        package: &SourcePackage,
        files: &[(&SourceFile, Sha256)],
        tree_key: Key,
        tree: &Tree,
    ) -> Result<Option<AppliedSeries>, PrepareError> {
        if !series::has_series(tree) {
            return Ok(None);
        }
        if let Some(series) = self.store.get(SERIES, series_key(tree_key))? {
            return Ok(Some(series));
        }
        let Plan::Unpack { format, parts } = self.dsc(package)?.plan()? else { return Ok(None) };
        let parts = agreed_parts(parts, files)?;
        let open = |&key: &Key| Ok((key, self.stored_pack(key)?));
        let packs = tree.packs.iter().take(parts.len()).map(open).collect::<Result<Vec<_>, PrepareError>>()?;
        let (_, series) = self.assemble(package, &format, &parts, &packs)?;
        self.store.put(SERIES, series_key(tree_key), &series)?;
        Ok(Some(series))
    }

    fn has_all_packs(
        &self,
        package: &SourcePackage,
        files: &[(&SourceFile, Sha256)],
        tree_key: Key,
        tree: &Tree,
    ) -> Result<bool, PrepareError> {
        let delta = delta_key(tree_key);
        for (&key, fragments) in tree.packs.iter().zip(self.fragments_keys(tree_key, tree)) {
            let _guard = self.locks.lock(key);
            let Some(pack) = self.store.pack(key)? else { return Ok(false) };
            let series = match key == delta && self.store.fragments(fragments)?.is_none() {
                true => self.series(package, files, tree_key, tree)?,
                false => None,
            };
            self.complete(&pack, fragments, series.as_ref())?;
        }
        Ok(true)
    }

    fn dsc(&self, package: &SourcePackage) -> Result<Dsc, PrepareError> {
        let file = package.dsc().ok_or_else(|| PrepareError::Inconsistent("the index names no .dsc".to_owned()))?;
        let mut bytes = Vec::new();
        let fetched = self.fetcher.fetch(package, file)?;
        fetched.reader().and_then(|mut reader| reader.read_to_end(&mut bytes)).map_err(PrepareError::Read)?;
        let dsc = Dsc::parse(&bytes)?;
        if dsc.source != package.name || dsc.version != package.version {
            return Err(PrepareError::Inconsistent(format!(
                "{} describes {} {}, not {} {}",
                file.name, dsc.source, dsc.version, package.name, package.version
            )));
        }
        Ok(dsc)
    }

    /// The pack of one source file, from the store or made now.
    fn part(&self, package: &SourcePackage, part: &AgreedPart, deadline: Instant) -> Result<(Key, Pack), PrepareError> {
        let key = part.pack_key();
        let _guard = self.locks.lock(key);
        if let Some(pack) = self.store.pack(key)? {
            tarball::check(part.file.name.as_str(), &pack.measures::<Measures>()?, self.limits)?;
            self.complete(&pack, fragments_key(self.fragmenters.key(), key), None)?;
            count(&self.counters.packs_found, 1);
            return Ok((key, pack));
        }
        let fetched = self.fetcher.fetch(package, &part.file)?;
        count(&self.counters.source_bytes, part.file.size);
        let fragments = fragments_key(self.fragmenters.key(), key);
        self.pack(self.workshop(), (key, fragments), |packer| part.read_into(packer, &fetched, self.limits, deadline))?;
        count(&self.counters.packs_made, 1);
        Ok((key, self.stored_pack(key)?))
    }

    /// Makes a pack and its fragments, with these keys.
    fn pack(
        &self,
        workshop: Workshop<'_>,
        (key, fragments): (Key, Key),
        fill: impl FnOnce(&mut Packer<'_, '_>) -> Result<Measures, PrepareError>,
    ) -> Result<(), PrepareError> {
        let written = pack::pack(workshop, key, fragments, fill)?;
        count(&self.counters.lexed_bytes, written.lexed_bytes);
        self.outline(key, &self.stored_pack(key)?)
    }

    fn stored_pack(&self, key: Key) -> Result<Pack, PrepareError> {
        let vanished =
            || PrepareError::Inconsistent(format!("the pack {key} vanished from the cache while it was used"));
        self.store.pack(key)?.ok_or_else(vanished)
    }

    /// Makes the outlines of a stored pack when they are wanted and missing.
    fn outline(&self, key: Key, pack: &Pack) -> Result<(), PrepareError> {
        if let Some(outliners) = self.outliners
            && self.store.outlines(outliners.outlines_key(key))?.is_none()
        {
            outlines::outline(self.workshop(), outliners, pack)?;
            count(&self.counters.outlines_made, 1);
        }
        Ok(())
    }

    /// Makes the fragments of a stored pack again when they are missing or of another lexer, and its outlines.
    fn complete(&self, pack: &Pack, fragments: Key, series: Option<&AppliedSeries>) -> Result<(), PrepareError> {
        if self.store.fragments(fragments)?.is_none() {
            let workshop = Workshop { series, ..self.workshop() };
            let Written { lexed_bytes, .. } = pack::refragment(workshop, pack, fragments)?;
            count(&self.counters.lexed_bytes, lexed_bytes);
            count(&self.counters.fragments_remade, 1);
        }
        self.outline(pack.key(), pack)
    }

    fn workshop(&self) -> Workshop<'_> {
        Workshop {
            store: self.store,
            pool: self.pool,
            fragmenters: self.fragmenters,
            member_bytes: self.limits.member_bytes,
            series: None,
        }
    }

    fn assemble(
        &self,
        package: &SourcePackage,
        format: &Format,
        parts: &[AgreedPart],
        packs: &[(Key, Pack)],
    ) -> Result<(Assembled, AppliedSeries), PrepareError> {
        let plain: Vec<Part> =
            parts.iter().map(|part| Part { file: part.file.clone(), role: part.role.clone() }).collect();
        let source = PackedParts::new(packs);
        let mut follower = Follower::new(&source);
        let result = assemble::assemble(*format, &plain, &package.vendor, &source, self.limits, &mut follower);
        let result = result.map(|assembled| {
            let series = follower.finish(&assembled);
            (assembled, series)
        });
        // A damaged pack is no fault of the package: the first store error explains what assembling met.
        match source.into_error() {
            Some(error) => Err(error.into()),
            None => Ok(result?),
        }
    }

    /// Puts what patching made into a pack of its own, and points every entry to its place.
    fn finish_tree(
        &self,
        tree_key: Key,
        format: &str,
        packs: Vec<(Key, Pack)>,
        assembled: Assembled,
        series: &AppliedSeries,
    ) -> Result<Tree, PrepareError> {
        let delta_key = delta_key(tree_key);
        let new: Vec<(&[u8], bool, &[u8])> = assembled
            .entries
            .iter()
            .filter_map(|entry| match &entry.content {
                Content::New(bytes) => Some((entry.path.as_bytes(), entry.executable, &bytes[..])),
                _ => None,
            })
            .collect();
        let mut packs = packs;
        let delta = u32::try_from(packs.len()).unwrap_or(u32::MAX);
        if !new.is_empty() {
            packs.push((delta_key, self.delta(delta_key, &new, series)?));
        }
        let mut next_new = 0;
        let entries = assembled.entries.into_iter().map(|entry| {
            let kind = match entry.content {
                Content::Directory => EntryKind::Directory,
                Content::Symlink(target) => EntryKind::Symlink { target },
                Content::Member { part, member } => file_kind(&packs, Place { pack: part, member })?,
                Content::New(_) => {
                    next_new += 1;
                    file_kind(&packs, Place { pack: delta, member: next_new - 1 })?
                }
            };
            Ok(Entry { path: entry.path, executable: entry.executable, kind })
        });
        let entries = entries.collect::<Result<Vec<_>, PrepareError>>()?;
        let packs = packs.into_iter().map(|(key, _)| key).collect();
        Ok(Tree { format: format.to_owned(), packs, entries, findings: assembled.findings })
    }

    fn delta(&self, key: Key, files: &[(&[u8], bool, &[u8])], series: &AppliedSeries) -> Result<Pack, PrepareError> {
        let _guard = self.locks.lock(key);
        let workshop = Workshop { series: Some(series), ..self.workshop() };
        let keys = (key, delta_fragments_key(self.fragmenters.key(), key));
        self.pack(workshop, keys, |packer| {
            for (path, executable, bytes) in files {
                let mode = if *executable { 0o755 } else { 0o644 };
                packer.file(path.to_vec(), mode, bytes.len() as u64, &mut &bytes[..])?;
            }
            Ok(Measures::default())
        })?;
        self.stored_pack(key)
    }

    /// The tree of a package that dpkg-source does not unpack either: its source files, as they are.
    fn raw_tree(
        &self,
        package: &SourcePackage,
        format: &str,
        reason: String,
        files: &[(&SourceFile, Sha256)],
        deadline: Instant,
    ) -> Result<Tree, PrepareError> {
        let mut packs = Vec::new();
        let mut entries = Vec::new();
        for (file, sha256) in files {
            let part = AgreedPart { file: (*file).clone(), sha256: *sha256, role: Role::Signature };
            packs.push(self.part(package, &part, deadline)?);
            let place = Place { pack: u32::try_from(packs.len() - 1).unwrap_or(u32::MAX), member: 0 };
            let path =
                EntryPath::new(file.name.as_str()).map_err(|error| PrepareError::Inconsistent(error.to_string()))?;
            entries.push(Entry { path, executable: false, kind: file_kind(&packs, place)? });
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let packs = packs.into_iter().map(|(key, _)| key).collect();
        Ok(Tree { format: format.to_owned(), packs, entries, findings: vec![reason] })
    }
}

fn file_kind(packs: &[(Key, Pack)], place: Place) -> Result<EntryKind, PrepareError> {
    let member = packs.get(place.pack as usize).and_then(|(_, pack)| pack.members().get(place.member as usize));
    match member {
        Some(Member { kind: MemberKind::File { size, sha256, text, .. }, .. }) => {
            Ok(EntryKind::File { size: *size, sha256: *sha256, text: *text, place })
        }
        _ => {
            Err(PrepareError::Inconsistent(format!("member {} of source file {} is no file", place.member, place.pack)))
        }
    }
}
