//! Lines followed through a series against comparing the files before and after each patch.
//!
//! With `DEBPRESS_MIRROR` naming an archive of real packages, all their series are followed.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod mirror;
mod random;

use std::collections::{BTreeMap, BTreeSet};

use debpress::analyse::patches::blame::Blame;
use debpress::formats::unified_diff::{self, Diff, LineKind};
use debpress::model::{EntryPath, FileBlame, LineOrigin};
use debpress::unpack::patch::{self, MemoryEntry, MemoryTree, PatchRules};
use imara_diff::{Algorithm, InternedInput};

/// Where a line comes from, as far as two methods can agree: the patch that brought it.
type Brought = Option<u32>;

/// The files of a tree with the patch of each line, as comparing before and after tells it.
#[derive(Default)]
struct Compared {
    patches: u32,
    brought: BTreeMap<EntryPath, Vec<Brought>>,
}

fn contents(tree: &MemoryTree) -> BTreeMap<EntryPath, Vec<u8>> {
    let file = |(path, entry): (&EntryPath, &MemoryEntry)| match entry {
        MemoryEntry::File { bytes, .. } => Some((path.clone(), bytes.clone())),
        _ => None,
    };
    tree.entries().filter_map(file).collect()
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line)).collect()
}

impl Compared {
    /// Compares all files; those that a patch gave another name are new to it.
    fn step(&mut self, before: &BTreeMap<EntryPath, Vec<u8>>, after: &BTreeMap<EntryPath, Vec<u8>>) {
        for (path, new) in after {
            let old = before.get(path).map_or(&[][..], Vec::as_slice);
            if old == new && before.contains_key(path) {
                continue;
            }
            let origins = self.brought.remove(path).unwrap_or_else(|| vec![None; lines(old).len()]);
            let mut input = InternedInput::default();
            input.update_before(lines(old).into_iter());
            input.update_after(lines(new).into_iter());
            let diff = imara_diff::Diff::compute(Algorithm::MyersMinimal, &input);
            let mut kept = (0..).zip(origins).filter(|&(line, _)| !diff.is_removed(line)).map(|(_, origin)| origin);
            let count = u32::try_from(lines(new).len()).unwrap();
            let origin = |line| if diff.is_added(line) { Some(self.patches) } else { kept.next().unwrap() };
            let origins = (0..count).map(origin).collect();
            self.brought.insert(path.clone(), origins);
        }
        self.brought.retain(|path, _| after.contains_key(path));
        self.patches += 1;
    }
}

/// What following a series found.
#[derive(Debug, Default)]
struct Outcome {
    lines: usize,
    brought: usize,
    /// Lines that comparing gives to another patch, where the text alone cannot tell: it was there before the patch.
    ambiguous: usize,
    wrong: Vec<String>,
}

/// Applies the patches to a tree, and checks every line of every file that they touch.
fn follow(mut tree: MemoryTree, patches: &[Vec<u8>]) -> Outcome {
    let first = contents(&tree);
    let mut count = |path: &EntryPath| first.get(path).map(|bytes| lines(bytes).len() as u64);
    let mut blame = Blame::default();
    let mut compared = Compared::default();
    let mut series: Vec<(Diff<'_>, BTreeSet<Vec<u8>>)> = Vec::new();
    let mut current = first.clone();
    for bytes in patches {
        let mut patched = tree.clone();
        let Ok(applied) = patch::apply("patch", bytes, &PatchRules::FORMAT_3_0_QUILT, &mut patched) else { continue };
        tree = patched;
        let diff = unified_diff::parse(bytes).unwrap();
        blame.apply(&diff, &applied, &mut count);
        let after = contents(&tree);
        compared.step(&current, &after);
        let texts = applied.files.iter().filter_map(|file| current.get(&file.input)).flat_map(|bytes| lines(bytes));
        series.push((diff, texts.map(<[u8]>::to_vec).collect()));
        current = after;
    }
    let mut outcome = Outcome::default();
    let blamed = blame.finish();
    for (path, bytes) in &current {
        match blamed.get(path) {
            Some(file) => check(&mut outcome, (path, file), bytes, &first, &series, compared.brought.get(path)),
            None if first.get(path) != Some(bytes) => outcome.wrong.push(format!("{path} is changed but not told of")),
            None => {}
        }
    }
    outcome
}

/// Checks one file: each line is the one upstream or in the hunk that it is said to be, and comparing says the same.
fn check(
    outcome: &mut Outcome,
    (path, file): (&EntryPath, &FileBlame),
    bytes: &[u8],
    first: &BTreeMap<EntryPath, Vec<u8>>,
    series: &[(Diff<'_>, BTreeSet<Vec<u8>>)],
    compared: Option<&Vec<Brought>>,
) {
    let is_moved = file.source.as_ref() != Some(path) && file.source.is_some();
    let upstream = file.source.as_ref().map_or(Vec::new(), |source| lines(&first[source]));
    let after = lines(bytes);
    let mut wrong = |line: usize, what: &str| outcome.wrong.push(format!("{path}:{}: {what}", line + 1));
    let mut line = 0;
    for run in &file.lines {
        if run.first != line as u64 + 1 || run.count == 0 {
            wrong(line, "runs have a gap");
        }
        let mut inserted = inserted_lines(series, run.origin).into_iter();
        for number in 0..run.count {
            let Some(&text) = after.get(line) else { return wrong(line, "the file has no such line") };
            let (is_right, brought) = match run.origin {
                LineOrigin::Upstream(begin) => {
                    let number = usize::try_from(begin + number - 1).unwrap();
                    (upstream.get(number) == Some(&text), None)
                }
                // Later patches may have removed some, so it is one of those that follow.
                LineOrigin::Patch(hunk) => (inserted.any(|inserted| inserted == text), Some(hunk.patch)),
            };
            if !is_right {
                wrong(line, "another line than it is said to be");
            }
            let theirs = compared.and_then(|brought| brought[line]);
            if theirs != brought && !is_moved {
                let was_there = |patch: u32| series[patch as usize].1.contains(text);
                if [theirs, brought].into_iter().flatten().any(was_there) {
                    outcome.ambiguous += 1;
                } else {
                    wrong(line, &format!("patch {brought:?}, comparing says {theirs:?}"));
                }
            }
            outcome.brought += usize::from(brought.is_some());
            line += 1;
        }
    }
    outcome.lines += line;
    if line != after.len() {
        wrong(line, "the file has more lines");
    }
}

fn inserted_lines<'d>(series: &'d [(Diff<'_>, BTreeSet<Vec<u8>>)], origin: LineOrigin) -> Vec<&'d [u8]> {
    let LineOrigin::Patch(place) = origin else { return Vec::new() };
    let hunk = &series[place.patch as usize].0.files[place.file as usize].hunks[place.hunk as usize];
    hunk.lines.iter().filter(|line| line.kind == LineKind::Insert).map(|line| line.text).collect()
}
