//! Which Files paragraph a path falls under (copyright-format 1.0, "Files").
//!
//! `*` matches any bytes, `/` and leading dots among them, `?` one character, a backslash takes the special meaning
//! from the sign behind it; a pattern matches whole paths, and of several paragraphs the last counts.
//!
//! All paths of a tree are matched at once: the longest piece of plain text of each pattern goes into one automaton
//! (Aho and Corasick), through which each path runs once, and only the patterns whose piece it has are tried on it.
//! So work grows with the paths and what they match, not with paths times patterns. Steps are counted, and after
//! [`STEPS`] the rest of the paths is left unexamined, the same on every machine.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

use crate::model::{Coverage, FilesParagraph, GlobUse};

/// Matching is given up after so many steps: some seconds of work.
const STEPS: u64 = 400_000_000;

/// Patterns whose parts are longer than a path may be match nothing.
const LONGEST: usize = 4096;

/// How much of its plain text is looked for before a pattern is tried.
const PIECE: usize = 32;

/// Part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Byte(u8),
    AnyCharacter,
    Anything,
}

/// Tells for each path which Files paragraph it falls under. Folders are no paths here: give files and links alone.
pub fn cover<P: AsRef<[u8]>>(files: &[FilesParagraph], paths: &[P]) -> Coverage {
    let mut coverage = Coverage {
        winners: vec![None; paths.len()],
        globs: files.iter().map(|paragraph| vec![GlobUse::default(); paragraph.globs.len()]).collect(),
        examined: 0,
    };
    let patterns = Patterns::new(files);
    let mut search = Search { patterns: &patterns, stamps: vec![0; patterns.list.len()], steps: 0 };
    for (number, path) in paths.iter().enumerate() {
        let mut winner = None;
        let is_done = search.run(path.as_ref(), number as u64 + 1, |place| {
            use_of(&mut coverage, place, |used| used.matches += 1);
            winner = winner.max(Some(place));
        });
        if !is_done {
            break;
        }
        if let Some(place) = winner {
            use_of(&mut coverage, place, |used| used.decides += 1);
        }
        if let Some(slot) = coverage.winners.get_mut(number) {
            *slot = winner;
        }
        coverage.examined += 1;
    }
    coverage
}

/// Paragraph, and pattern in it.
type Position = (u32, u32);

fn use_of(coverage: &mut Coverage, (paragraph, glob): Position, change: impl FnOnce(&mut GlobUse)) {
    let globs = coverage.globs.get_mut(paragraph as usize);
    if let Some(used) = globs.and_then(|globs| globs.get_mut(glob as usize)) {
        change(used);
    }
}

struct Pattern {
    parts: Vec<Part>,
    /// Fewest bytes of a path that it matches.
    shortest: usize,
    /// Where it stands.
    positions: Vec<Position>,
}

struct Patterns {
    list: Vec<Pattern>,
    automaton: Option<AhoCorasick>,
    /// For each text of the automaton, the patterns that have it.
    by_text: Vec<Vec<usize>>,
    /// The patterns without plain text.
    others: Vec<usize>,
}

impl Patterns {
    fn new(files: &[FilesParagraph]) -> Self {
        let mut known: HashMap<Vec<Part>, usize> = HashMap::new();
        let mut list: Vec<Pattern> = Vec::new();
        for (paragraph, files) in (0..).zip(files) {
            for (number, glob) in (0..).zip(&files.globs) {
                let parts = compile(&glob.pattern);
                let shortest = parts.iter().filter(|part| **part != Part::Anything).count();
                if shortest > LONGEST || parts.is_empty() {
                    continue;
                }
                let index = *known.entry(parts.clone()).or_insert_with(|| {
                    list.push(Pattern { parts, shortest, positions: Vec::new() });
                    list.len() - 1
                });
                if let Some(pattern) = list.get_mut(index) {
                    pattern.positions.push((paragraph, number));
                }
            }
        }
        Self::index(list)
    }

    fn index(list: Vec<Pattern>) -> Self {
        let mut by_text: Vec<Vec<usize>> = Vec::new();
        let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut others = Vec::new();
        for (index, pattern) in list.iter().enumerate() {
            let text = longest_text(&pattern.parts);
            if text.is_empty() {
                others.push(index);
                continue;
            }
            let number = *numbers.entry(text.clone()).or_insert(texts.len());
            if number == texts.len() {
                texts.push(text);
                by_text.push(Vec::new());
            }
            if let Some(patterns) = by_text.get_mut(number) {
                patterns.push(index);
            }
        }
        let automaton = AhoCorasickBuilder::new().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&texts).ok();
        if automaton.is_none() {
            others = (0..list.len()).collect();
        }
        Self { list, automaton, by_text, others }
    }
}

/// The parts of a pattern; a backslash before any other sign stands for itself. Stars side by side are one.
fn compile(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::with_capacity(pattern.len());
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' if parts.last() == Some(&Part::Anything) => {}
            b'*' => parts.push(Part::Anything),
            b'?' => parts.push(Part::AnyCharacter),
            b'\\' => parts.push(Part::Byte(bytes.next_if(|next| b"*?\\".contains(next)).unwrap_or(byte))),
            _ => parts.push(Part::Byte(byte)),
        }
    }
    parts
}

/// The longest run of plain bytes, at most [`PIECE`] of its end, where paths differ most.
fn longest_text(parts: &[Part]) -> Vec<u8> {
    let runs = parts.split(|part| !matches!(part, Part::Byte(_)));
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    let end = &longest[longest.len().saturating_sub(PIECE)..];
    end.iter().filter_map(|part| if let Part::Byte(byte) = part { Some(*byte) } else { None }).collect()
}

struct Search<'a> {
    patterns: &'a Patterns,
    /// For each pattern, the last path that it was tried on.
    stamps: Vec<u64>,
    steps: u64,
}

impl Search<'_> {
    /// Calls `found` for each place of each pattern that matches; false when the steps are used up.
    fn run(&mut self, path: &[u8], stamp: u64, mut found: impl FnMut(Position)) -> bool {
        let patterns = self.patterns;
        for &index in &patterns.others {
            if !self.attempt(index, path, stamp, &mut found) {
                return false;
            }
        }
        let Some(automaton) = &patterns.automaton else { return true };
        for hit in automaton.find_overlapping_iter(path) {
            self.steps += 1;
            for &index in patterns.by_text.get(hit.pattern().as_usize()).map_or(&[][..], Vec::as_slice) {
                if !self.attempt(index, path, stamp, &mut found) {
                    return false;
                }
            }
        }
        self.steps <= STEPS
    }

    fn attempt(&mut self, index: usize, path: &[u8], stamp: u64, found: &mut impl FnMut(Position)) -> bool {
        self.steps += 1;
        let last = self.stamps.get_mut(index).map(|last| std::mem::replace(last, stamp));
        if let (Some(pattern), true) = (self.patterns.list.get(index), last != Some(stamp))
            && pattern.shortest <= path.len().max(1)
            && matches(&pattern.parts, path, &mut self.steps)
        {
            self.steps += pattern.positions.len() as u64;
            pattern.positions.iter().for_each(|place| found(*place));
        }
        self.steps <= STEPS
    }
}

/// Whether the whole path is matched. On a mismatch the last star takes one character more, so it takes at most the
/// product of both lengths.
fn matches(parts: &[Part], path: &[u8], steps: &mut u64) -> bool {
    let (mut part, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        *steps += 1;
        match (parts.get(part), path.get(at)) {
            (None, None) => return true,
            (Some(Part::Anything), _) if part + 1 == parts.len() => return true,
            (Some(Part::Anything), _) => {
                star = Some((part, at));
                part += 1;
                continue;
            }
            (Some(Part::Byte(byte)), Some(found)) if byte == found => {
                (part, at) = (part + 1, at + 1);
                continue;
            }
            (Some(Part::AnyCharacter), Some(_)) => {
                (part, at) = (part + 1, at + character_length(&path[at..]));
                continue;
            }
            _ => {}
        }
        let Some((star_part, star_at)) = star else { return false };
        if star_at >= path.len() || *steps > STEPS {
            return false;
        }
        let next = star_at + character_length(&path[star_at..]);
        star = Some((star_part, next));
        (part, at) = (star_part + 1, next);
    }
}

/// Bytes of the first character; one where there is none in UTF-8.
fn character_length(bytes: &[u8]) -> usize {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return 1,
    };
    let is_whole = bytes.get(..length).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
    if is_whole { length } else { 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Glob;

    fn paragraphs(patterns: &[Vec<String>]) -> Vec<FilesParagraph> {
        let glob = |pattern: &String| Glob { written: pattern.clone(), pattern: pattern.clone(), line: 1 };
        let paragraph = |patterns: &Vec<String>| FilesParagraph {
            globs: patterns.iter().map(glob).collect(),
            ..Default::default()
        };
        patterns.iter().map(paragraph).collect()
    }

    fn is_match(pattern: &str, path: &str) -> bool {
        cover(&paragraphs(&[vec![pattern.to_owned()]]), &[path]).winners == [Some((0, 0))]
    }

    #[test]
    fn wildcards_match_what_the_specification_says() {
        for (pattern, path) in [
            ("*", ".hidden/a"),
            ("*.c", "src/.a.c"),
            ("src/*", "src/a/b"),
            ("a?c", "a/c"),
            ("a?c", "a\u{e9}c"),
            (r"a\*", "a*"),
            (r"a\\b", r"a\b"),
            (r"a\b", r"a\b"),
            ("a**b", "ab"),
            ("[a]", "[a]"),
        ] {
            assert!(is_match(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("*.c", "a.cc"), ("src", "src/a"), ("a?", "a"), (r"a\*", "ab"), ("", "a"), ("?", "ab")]
        {
            assert!(!is_match(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        let hostile: Vec<String> =
            vec!["*a".repeat(2_000), "?".repeat(20_000), "*".repeat(10_000), "a*?".repeat(1_300)];
        let many: Vec<String> = (0..20_000).map(|number| format!("*{}a*", "?".repeat(number % 4_000))).collect();
        let paths: Vec<String> = (0..200).map(|number| format!("{}{number}", "a".repeat(3_900))).collect();
        let coverage = cover(&paragraphs(&[hostile, many]), &paths);
        assert!(coverage.examined < 200);
    }

    /// The specification's rules, one sign at a time, on characters.
    fn naive(pattern: &[char], path: &[char]) -> bool {
        match (pattern, path) {
            ([], []) => true,
            (['*', rest @ ..], _) => naive(rest, path) || (!path.is_empty() && naive(pattern, &path[1..])),
            (['?', rest @ ..], [_, path @ ..]) => naive(rest, path),
            (['\\', sign @ ('*' | '?' | '\\'), rest @ ..], [first, path @ ..]) => sign == first && naive(rest, path),
            ([sign, rest @ ..], [first, path @ ..]) => sign == first && naive(rest, path),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn the_last_match_wins_and_counts_add_up(
            patterns in prop::collection::vec(prop::collection::vec(r"[a*?/\\\u{e9}]{1,6}", 1..4), 0..6),
            paths in prop::collection::vec(r"[ab/*\\\u{e9}]{1,8}", 0..20),
        ) {
            let characters = |text: &String| text.chars().collect::<Vec<_>>();
            let coverage = cover(&paragraphs(&patterns), &paths);
            for (number, path) in paths.iter().enumerate() {
                let is_match = |pattern: &String| naive(&characters(pattern), &characters(path));
                let last = patterns.iter().rposition(|patterns| patterns.iter().any(is_match));
                prop_assert_eq!(coverage.paragraph_of(number).map(|paragraph| paragraph as usize), last);
            }
            let decided: u32 = (0..patterns.len()).map(|paragraph| coverage.files_of(paragraph)).sum();
            prop_assert_eq!(decided as usize + coverage.not_covered().count(), paths.len());
            for (patterns, uses) in patterns.iter().zip(&coverage.globs) {
                for (pattern, used) in patterns.iter().zip(uses) {
                    let count = paths.iter().filter(|path| naive(&characters(pattern), &characters(path))).count();
                    prop_assert_eq!(used.matches as usize, count);
                    prop_assert!(used.decides <= used.matches);
                }
            }
        }
    }
}
