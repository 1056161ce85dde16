//! Some members of one source file, on their way from the tarball to the store.
//!
//! A batch is filled by the thread that decompresses; [`Batch::process`] is the work on it that the
//! pool's threads do: checksums, facts, fragments, and the compressed block for the pack.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::analyse::fragment::Fragmenter;
use crate::analyse::lexer::{OverrideError, Overrides};
use crate::analyse::text::Inspector;
use crate::model::{AppliedSeries, Key, Lexed, Member, MemberKind, Sha1, Sha256};
use crate::settings::Settings;
use crate::store::Block;

/// Bytes after which a batch is handed on: what a block of a pack holds.
pub(super) const BATCH_BYTES: usize = 1 << 20;

/// Members after which a batch is handed on, however small they are.
pub(super) const BATCH_MEMBERS: usize = 1_000;

/// Lends each piece of work a fragmenter, whose buffers are worth keeping.
pub struct Fragmenters {
    level: u8,
    key: Key,
    overrides: Arc<Overrides>,
    idle: Mutex<Vec<Fragmenter>>,
}

impl Fragmenters {
    /// With what the settings say of languages, limits and compression.
    ///
    /// # Errors
    /// When `[[language]]` names a language that is not known, or has a bad glob.
    pub fn new(settings: &Settings) -> Result<Self, OverrideError> {
        let pairs = settings.languages.iter().flat_map(|it| it.files.iter().map(|glob| (&**glob, &*it.name)));
        Ok(Self {
            level: settings.output.deflate_level,
            key: super::fragments_settings_key(settings),
            overrides: Arc::new(Overrides::new(pairs)?),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// What all fragments depend on beside the file.
    pub(super) fn key(&self) -> Key {
        self.key
    }

    /// What the settings say of languages.
    pub(super) fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    pub(super) fn lend<T>(&self, work: impl FnOnce(&mut Fragmenter) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let borrowed = idle().pop();
        let mut fragmenter = borrowed.unwrap_or_else(|| Fragmenter::new(self.level, Arc::clone(&self.overrides)));
        let result = work(&mut fragmenter);
        idle().push(fragmenter);
        result
    }
}

/// A member whose checksums are not known yet.
enum Pending {
    /// A regular file, whose bytes are this part of the batch's.
    File { path: Vec<u8>, mode: u16, range: Range<usize> },
    /// Anything else, complete.
    Other(Member),
}

/// Members and the bytes of the files among them, one after the other.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    members: Vec<Pending>,
}

/// What becomes of a batch: rows and fragments, and the block that holds the files' bytes.
pub(super) struct Processed {
    pub(super) members: Vec<(Member, Option<Lexed>)>,
    pub(super) block: Option<Block>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BATCH_BYTES || self.members.len() >= BATCH_MEMBERS
    }

    /// Bytes held, with something for the rows.
    pub(super) fn weight(&self) -> usize {
        self.bytes.len() + 256 * self.members.len()
    }

    /// Adds a regular file whose bytes `fill` appends.
    pub(super) fn push_file<E>(
        &mut self,
        path: Vec<u8>,
        mode: u16,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        fill(&mut self.bytes)?;
        self.members.push(Pending::File { path, mode, range: start..self.bytes.len() });
        Ok(())
    }

    /// Adds what is no regular file.
    pub(super) fn push_other(&mut self, member: Member) {
        self.members.push(Pending::Other(member));
    }

    /// Checksums, facts, fragments and the block. In fragments lines of the patches of `series` are marked.
    pub(super) fn process(self, fragmenters: &Fragmenters, series: Option<&AppliedSeries>) -> Processed {
        let block = (!self.bytes.is_empty()).then(|| Block::compress(&self.bytes));
        let bytes = &self.bytes;
        let members = fragmenters
            .lend(|lexer| self.members.into_iter().map(|pending| pending.process(bytes, lexer, series)).collect());
        Processed { members, block }
    }
}

impl Pending {
    fn process(self, bytes: &[u8], lexer: &mut Fragmenter, series: Option<&AppliedSeries>) -> (Member, Option<Lexed>) {
        match self {
            Self::Other(member) => (member, None),
            Self::File { path, mode, range } => {
                let bytes = &bytes[range];
                let text = Inspector::inspect(bytes);
                let marks = series.and_then(|series| series.marks(&path));
                let lexed = lexer.fragment(&path, bytes, text, marks.as_ref());
                let (sha256, sha1) = (Sha256::of(bytes), Sha1::of(bytes));
                let kind = MemberKind::File { size: bytes.len() as u64, sha256, sha1, text };
                (Member { path, mode, kind }, Some(lexed))
            }
        }
    }
}
