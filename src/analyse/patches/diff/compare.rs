//! What became of the patches of a series in another one.

use std::collections::HashMap;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::formats::unified_diff::{self, LineKind};
use crate::model::{ComparedPatch, DiffLineKind, InterdiffLine, PatchChange, PatchIds};

/// A patch of a series, for comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchVersion<'a> {
    /// Its name in the series.
    pub name: &'a str,
    /// What it does; `None` when it cannot be read or has no diff. Such a patch is found by its name only.
    pub ids: Option<PatchIds>,
}

/// Compares two series: patches belong together by name, else by what they do. In the order of the newer series, then
/// those that were dropped in the order of the older one.
pub fn compare(old: &[PatchVersion<'_>], new: &[PatchVersion<'_>]) -> Vec<ComparedPatch> {
    let mut pairs = Pairs { old_of_new: vec![None; new.len()], is_taken: vec![false; old.len()] };
    pairs.pair(old, new, |patch| Some(patch.name));
    pairs.pair(old, new, |patch| patch.ids.map(|ids| ids.exact));
    pairs.pair(old, new, |patch| patch.ids.map(|ids| ids.hunks));
    pairs.pair(old, new, |patch| patch.ids.map(|ids| ids.changes));
    let kept = pairs.old_of_new.iter().zip(new).enumerate().map(|(at, (&partner, patch))| {
        let before = partner.and_then(|partner| old.get(partner));
        ComparedPatch {
            old: partner,
            new: Some(at),
            change: before.map_or(PatchChange::New, |before| change(before.ids, patch.ids)),
            renamed: before.is_some_and(|before| before.name != patch.name),
        }
    });
    let dropped = pairs.is_taken.iter().enumerate().filter(|(_, is_taken)| !**is_taken);
    let dropped =
        dropped.map(|(at, _)| ComparedPatch { old: Some(at), new: None, change: PatchChange::Dropped, renamed: false });
    kept.chain(dropped).collect()
}

struct Pairs {
    old_of_new: Vec<Option<usize>>,
    is_taken: Vec<bool>,
}

impl Pairs {
    /// Pairs those that have no partner yet by a key; of several with the same key the first with the first.
    fn pair<'p, 'a: 'p, K: std::hash::Hash + Eq>(
        &mut self,
        old: &'p [PatchVersion<'a>],
        new: &'p [PatchVersion<'a>],
        key: impl Fn(&PatchVersion<'a>) -> Option<K>,
    ) {
        let mut free: HashMap<K, Vec<usize>> = HashMap::new();
        for ((at, patch), is_taken) in old.iter().enumerate().zip(&self.is_taken).rev() {
            if let Some(key) = key(patch).filter(|_| !is_taken) {
                free.entry(key).or_default().push(at);
            }
        }
        for (partner, patch) in self.old_of_new.iter_mut().zip(new).filter(|(partner, _)| partner.is_none()) {
            *partner = key(patch).and_then(|key| free.get_mut(&key)).and_then(Vec::pop);
            if let Some(is_taken) = partner.and_then(|at| self.is_taken.get_mut(at)) {
                *is_taken = true;
            }
        }
    }
}

fn change(old: Option<PatchIds>, new: Option<PatchIds>) -> PatchChange {
    match (old, new) {
        (Some(old), Some(new)) if old.exact == new.exact => PatchChange::Same,
        (Some(old), Some(new)) if old.changes == new.changes => PatchChange::Refreshed,
        (None, None) => PatchChange::Same,
        _ => PatchChange::Changed,
    }
}

/// The difference of two patches: which lines the newer one adds and removes that the older one does not, and the other
/// way round, file by file. Empty when they do the same, or one cannot be read.
///
/// Beyond [`MOST_LINES`] that are not the same at the begin or the end of both, all lines of the older one are given as
/// gone and all of the newer one as new: looking for the difference of many equal lines takes minutes.
pub fn interdiff(old: &[u8], new: &[u8]) -> Vec<InterdiffLine> {
    let (Ok(old), Ok(new)) = (unified_diff::parse(old), unified_diff::parse(new)) else { return Vec::new() };
    let (old, new) = (changed_lines(&old), changed_lines(&new));
    let (old, new) = without_common_ends(&old, &new);
    let gone = |lines: &[Changed<'_>]| lines.iter().map(|line| line.told(false)).collect::<Vec<_>>();
    let come = |lines: &[Changed<'_>]| lines.iter().map(|line| line.told(true)).collect::<Vec<_>>();
    if old.len() + new.len() > MOST_LINES {
        return [gone(old), come(new)].concat();
    }
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let within = |range: &Range<u32>| range.start as usize..range.end as usize;
    let hunks = diff.hunks().flat_map(|hunk| {
        let (before, after) = (old.get(within(&hunk.before)), new.get(within(&hunk.after)));
        [gone(before.unwrap_or_default()), come(after.unwrap_or_default())].concat()
    });
    hunks.collect()
}

/// The most added and removed lines of two patches together that are compared.
pub const MOST_LINES: usize = 20_000;

/// Both lists without what is the same at their begins and ends.
fn without_common_ends<'l, T: PartialEq>(old: &'l [T], new: &'l [T]) -> (&'l [T], &'l [T]) {
    let begin = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(begin..).unwrap_or_default(), new.get(begin..).unwrap_or_default());
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    (old.get(..old.len() - end).unwrap_or_default(), new.get(..new.len() - end).unwrap_or_default())
}

/// A line that a patch adds or removes, and the file it is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Changed<'a> {
    file: &'a [u8],
    is_added: bool,
    text: &'a [u8],
}

impl Changed<'_> {
    fn told(&self, is_new: bool) -> InterdiffLine {
        let kind = if self.is_added { DiffLineKind::Insert } else { DiffLineKind::Delete };
        InterdiffLine { file: self.file.to_vec(), is_new, kind, text: self.text.to_vec() }
    }
}

fn changed_lines<'a>(diff: &'a unified_diff::Diff<'a>) -> Vec<Changed<'a>> {
    let mut changed = Vec::new();
    for file in &diff.files {
        let name = file.new.as_deref().or(file.old.as_deref()).unwrap_or_default();
        for line in file.hunks.iter().flat_map(|hunk| &hunk.lines) {
            let is_added = match line.kind {
                LineKind::Context => continue,
                LineKind::Delete => false,
                LineKind::Insert => true,
            };
            changed.push(Changed { file: name, is_added, text: line.text });
        }
    }
    changed
}
