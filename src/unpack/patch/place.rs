//! Where in a file a hunk belongs.
//!
//! Without fuzz every line of context has to match, so only the order of search is a matter of rules: from the
//! place that the header names, moved by as much as the hunk before was moved, outwards, down before up; a hunk
//! with less context above than below that names line 1 belongs to the begin of the file, one with less context
//! below than above to its end (manual of GNU patch, "Imperfect patches").

use std::collections::HashMap;

use super::Refusal;
use crate::formats::unified_diff::{Hunk, Line};

/// How many lines the search for the hunks of one file may compare: enough to compare every line of a file of
/// 16 MB with every line of 16 hunks, and under a second of work. The place that a hunk names costs nothing of it.
pub const MAX_COMPARISONS: u64 = 1 << 28;

/// The lines of the file that is patched. Lines count from 1, as in diffs.
pub(super) struct FileLines<'a> {
    bytes: &'a [u8],
    /// Where each line begins, and the end of the file.
    starts: Vec<u32>,
}

impl<'a> FileLines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let length = u32::try_from(bytes.len()).map_err(|_| Refusal::FileTooLarge)?;
        let mut starts = vec![0];
        // The length fits, so every position does.
        starts.extend(memchr::memchr_iter(b'\n', bytes).filter_map(|end| u32::try_from(end + 1).ok()));
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            starts.push(length);
        }
        Ok(Self { bytes, starts })
    }

    /// How many lines there are; a last line without a newline counts.
    pub(super) fn count(&self) -> i128 {
        self.starts.len() as i128 - 1
    }

    /// The bytes of the lines after `first` up to and with `last`; lines beyond the end have none.
    pub(super) fn between(&self, first: i128, last: i128) -> &'a [u8] {
        let start = |line: i128| {
            let line = usize::try_from(line.min(self.count())).unwrap_or(0);
            self.starts.get(line).map_or(0, |&start| start as usize)
        };
        self.bytes.get(start(first)..start(last)).unwrap_or_default()
    }

    fn line(&self, number: i128) -> (&'a [u8], bool) {
        let line = self.between(number - 1, number);
        line.strip_suffix(b"\n").map_or((line, false), |text| (text, true))
    }
}

/// Finds the places of the hunks of one file, in their order.
pub(super) struct Placer<'a> {
    lines: FileLines<'a>,
    hunks: &'a [Hunk<'a>],
    index: Option<Index<'a>>,
    offset: i128,
    comparisons: u64,
}

impl<'a> Placer<'a> {
    pub(super) fn new(lines: FileLines<'a>, hunks: &'a [Hunk<'a>]) -> Self {
        Self { lines, hunks, index: None, offset: 0, comparisons: 0 }
    }

    pub(super) fn lines(&self) -> &FileLines<'a> {
        &self.lines
    }

    /// How far the last hunk was from the place it names.
    pub(super) fn offset(&self) -> i128 {
        self.offset
    }

    /// The line where the hunk begins, given how many lines are already past changing; `None` when it does not
    /// fit anywhere.
    pub(super) fn place(&mut self, hunk: &Hunk<'_>, frozen: i128) -> Result<Option<i128>, Refusal> {
        let named = i128::from(hunk.old_start) + i128::from(hunk.old_lines == 0);
        let guess = named + self.offset;
        if hunk.old_lines == 0 {
            return Ok(Some(guess));
        }
        let old: Vec<&Line<'_>> = hunk.old().collect();
        let (above, below) = (hunk.leading_context() as i128, hunk.trailing_context() as i128);
        let last_place = self.lines.count() - old.len() as i128 + 1;
        let place = if above < below && named <= 1 {
            (frozen <= above && last_place >= 1 && self.matches(&old, 1)).then_some(1)
        } else if below < above {
            (last_place > frozen && self.matches(&old, last_place)).then_some(last_place)
        } else {
            self.search(&old, Range { guess, first: frozen + 1, last: last_place })?
        };
        if let Some(place) = place {
            self.offset += place - guess;
        }
        Ok(place)
    }

    fn matches(&self, old: &[&Line<'_>], place: i128) -> bool {
        let numbered = (place..).zip(old);
        place >= 1 && numbered.into_iter().all(|(number, line)| self.lines.line(number) == (line.text, line.newline))
    }

    /// Looks for the lines in the range, outwards from the guess.
    fn search(&mut self, old: &[&Line<'_>], range: Range) -> Result<Option<i128>, Refusal> {
        let Range { guess, first, last } = range;
        if (first..=last).contains(&guess) && self.matches(old, guess) {
            return Ok(Some(guess));
        }
        let (lines, hunks) = (&self.lines, self.hunks);
        let index = self.index.get_or_insert_with(|| Index::new(lines, hunks));
        let Some((pattern, candidates)) = index.candidates(old) else { return Ok(None) };
        for place in range.order(candidates) {
            let (equal, all) = index.compare(&pattern, place);
            self.comparisons += equal;
            if self.comparisons > MAX_COMPARISONS {
                return Err(Refusal::SearchTooLong);
            }
            if all {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

/// Where to look for a hunk.
#[derive(Clone, Copy)]
struct Range {
    guess: i128,
    first: i128,
    last: i128,
}

impl Range {
    /// The candidates (which are in rising order) in the order in which `patch` tries them.
    fn order<'c>(self, candidates: Candidates<'c>) -> Box<dyn Iterator<Item = i128> + 'c> {
        let Self { guess, first, last } = self;
        if guess > last {
            return Box::new(candidates.between(first, last).rev());
        }
        if guess >= first {
            let down = candidates.between(guess, last);
            let up = candidates.between(first, guess - 1).rev();
            return Box::new(nearest(guess, down, up));
        }
        // Below the guess's mirror image everything is tried once, even what is past changing, where a match
        // makes the patch fail; only the first free line is preferred to all but that image.
        let image = 2 * guess - first;
        let before = candidates.between(image, image);
        let free = candidates.between(first, first);
        Box::new(before.chain(free).chain(candidates.between(image + 1, last)))
    }
}

/// Merges two sequences that lead away from the guess, the nearer one first, on equal distance the one below.
fn nearest(
    guess: i128,
    down: impl Iterator<Item = i128>,
    up: impl Iterator<Item = i128>,
) -> impl Iterator<Item = i128> {
    let (mut down, mut up) = (down.peekable(), up.peekable());
    std::iter::from_fn(move || match (down.peek(), up.peek()) {
        (Some(below), Some(above)) if below - guess <= guess - above => down.next(),
        (_, Some(_)) => up.next(),
        (_, None) => down.next(),
    })
}

/// The lines that the hunks look for, numbered, equal lines having equal numbers, and where they are in the file.
/// It is made once a file, when a hunk is not where it says, so that the search for many hunks stays about linear.
struct Index<'a> {
    numbers: HashMap<(&'a [u8], bool), usize>,
    /// The number of each line of the file; [`ABSENT`](Self::ABSENT) when no hunk looks for it.
    lines: Vec<usize>,
    /// The places of line number `n` are those from `ends[n - 1]` (or 0) to `ends[n]`.
    ends: Vec<usize>,
    places: Vec<u32>,
}

/// The places where a hunk could begin because its rarest line fits.
struct Candidates<'c> {
    places: &'c [u32],
    /// How many lines of the hunk are above its rarest line.
    above: i128,
}

impl<'c> Candidates<'c> {
    fn between(&self, first: i128, last: i128) -> impl DoubleEndedIterator<Item = i128> + use<'c> {
        let above = self.above;
        let from = self.places.partition_point(|&place| i128::from(place) - above < first);
        let to = self.places.partition_point(|&place| i128::from(place) - above <= last);
        self.places.get(from..to).unwrap_or_default().iter().map(move |&place| i128::from(place) - above)
    }
}

impl<'a> Index<'a> {
    const ABSENT: usize = usize::MAX;

    fn new(file: &FileLines<'a>, hunks: &'a [Hunk<'a>]) -> Self {
        let mut numbers = HashMap::new();
        for line in hunks.iter().flat_map(Hunk::old) {
            let fresh = numbers.len();
            numbers.entry((line.text, line.newline)).or_insert(fresh);
        }
        let count = u32::try_from(file.count()).unwrap_or(u32::MAX);
        let number = |place: u32| numbers.get(&file.line(i128::from(place))).copied().unwrap_or(Self::ABSENT);
        let lines: Vec<usize> = (1..=count).map(number).collect();
        let mut found: Vec<(usize, u32)> =
            lines.iter().copied().zip(1..).filter(|&(number, _)| number != Self::ABSENT).collect();
        found.sort_unstable();
        let ends = (0..numbers.len()).map(|number| found.partition_point(|&(other, _)| other <= number)).collect();
        Self { numbers, lines, ends, places: found.into_iter().map(|(_, place)| place).collect() }
    }

    /// The places of a line in the file, rising.
    fn places(&self, number: usize) -> &[u32] {
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(number).copied().unwrap_or(0);
        self.places.get(start..end).unwrap_or_default()
    }

    /// The hunk's lines as numbers, and where it could be; `None` when a line is not in the file at all.
    fn candidates(&self, old: &[&Line<'_>]) -> Option<(Vec<usize>, Candidates<'_>)> {
        let pattern: Option<Vec<usize>> =
            old.iter().map(|line| self.numbers.get(&(line.text, line.newline)).copied()).collect();
        let pattern = pattern?;
        let places = pattern.iter().map(|&number| self.places(number));
        let (above, places) = places.enumerate().min_by_key(|(_, places)| places.len())?;
        Some((pattern, Candidates { places, above: above as i128 }))
    }

    /// How many lines were compared, and whether all of them are equal.
    fn compare(&self, pattern: &[usize], place: i128) -> (u64, bool) {
        let Some(lines) = usize::try_from(place - 1).ok().and_then(|start| self.lines.get(start..)) else {
            return (1, false);
        };
        let equal = pattern.iter().zip(lines).take_while(|(one, other)| one == other).count();
        (equal as u64 + 1, equal == pattern.len())
    }
}
