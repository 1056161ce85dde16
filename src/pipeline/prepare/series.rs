//! What the patches of a version did, made while they are applied.

use crate::analyse::patches::blame::{self, Blame};
use crate::formats::unified_diff;
use crate::model::{AppliedPatch, AppliedSeries, EntryPath, Key, MemberKind, Place, Tree};
use crate::store::Bucket;
use crate::unpack::assemble::{AppliedFrom, Assembled, Original, Parts, Witness};

/// Where it is kept, for each tree with patches that unpacking applies.
pub const SERIES: Bucket = Bucket::Facts("series");

/// Version of what is kept, beside how lines are followed.
const VERSION: u32 = 1;

/// The key of what the patches of a tree did.
pub fn series_key(tree: Key) -> Key {
    Key::of("applied series", VERSION).number(u64::from(blame::VERSION)).key(tree).finish()
}

/// Whether unpacking may have applied patches of the tree.
pub(super) fn has_series(tree: &Tree) -> bool {
    const PATCHES: &[u8] = b"debian/patches/";
    let first = tree.entries.partition_point(|entry| entry.path.as_bytes() < PATCHES);
    let is_there = tree.entries.get(first).is_some_and(|entry| entry.path.as_bytes().starts_with(PATCHES));
    is_there && matches!(tree.format.trim(), "2.0" | "3.0 (quilt)")
}

/// Follows lines while a package is assembled.
pub(super) struct Follower<'p> {
    parts: &'p dyn Parts,
    blame: Blame,
    patches: Vec<AppliedPatch>,
}

impl<'p> Follower<'p> {
    pub(super) fn new(parts: &'p dyn Parts) -> Self {
        Self { parts, blame: Blame::default(), patches: Vec::new() }
    }

    /// What is known when the package is assembled.
    pub(super) fn finish(self, assembled: &Assembled) -> AppliedSeries {
        let files = self.blame.finish().into_iter().filter(|(_, blame)| blame.is_changed());
        let place = |original: &Original| original.map(|(pack, member)| Place { pack, member });
        AppliedSeries {
            files: files.collect(),
            before: assembled.originals.iter().map(|(path, original)| (path.clone(), place(original))).collect(),
            patches: self.patches,
        }
    }
}

impl Witness for Follower<'_> {
    fn applied(&mut self, patch: &AppliedFrom<'_>) {
        let (diff, _) = unified_diff::parse_partly(patch.bytes);
        let parts = self.parts;
        let mut lines_before = |path: &EntryPath| line_count(parts, (patch.before)(path)?);
        self.blame.apply(&diff, patch.applied, &mut lines_before);
        self.patches.push(AppliedPatch { path: EntryPath::plain(patch.path).ok(), applied: patch.applied.clone() });
    }
}

/// The lines of a member, a last one without a newline counted.
fn line_count(parts: &dyn Parts, (part, member): (u32, u32)) -> Option<u64> {
    match parts.members(part as usize).get(member as usize)?.kind {
        MemberKind::File { text, .. } if text.is_text => Some(u64::from(text.lines)),
        MemberKind::File { .. } => {
            let bytes = parts.read(part as usize, member).ok()?;
            let ends_open = bytes.last().is_some_and(|&last| last != b'\n');
            Some(memchr::memchr_iter(b'\n', &bytes).count() as u64 + u64::from(ends_open))
        }
        _ => None,
    }
}
