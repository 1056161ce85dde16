//! Patterns of language definitions: written like regular expressions, matched in linear time.
//!
//! A repetition takes all it can and gives nothing back, and of several alternatives the first that fits
//! is taken, as in parsing expression grammars. A match looks at no more than [`REACH`] bytes. So the cost of
//! trying a pattern is bounded, whatever the input.
//!
//! Known are literals, `.` (not a line feed), `[a-z]`, `[^a-z]`, `\w \d \s \h` (`\h`: space and tab) and their
//! capital complements, `\n \t \r \xHH`, `( )`, `(?: )`, `|`, `? * + {m,n}`, `(?= )`, `(?! )`, `^` and `$` (line
//! start and end), `\b` (edge of a word), `(?captured)` (what the rule that entered the mode captured) and
//! `(?mirrored)` (the same with brackets turned around).

use super::byte_set::{ByteSet, is_word};
use super::pattern_parser::{self, PatternError};

/// How far a match looks ahead, in bytes.
pub(super) const REACH: usize = 512;

/// How many groups a pattern may have.
pub(super) const GROUPS: usize = 10;

/// What has to fit one after another.
pub(super) type Sequence = Vec<Node>;

/// A part of a pattern.
pub(super) enum Node {
    /// Bytes of a set, from `least` to `most` of them.
    Bytes {
        set: Box<ByteSet>,
        least: usize,
        most: usize,
    },
    /// Alternatives, repeated; `number` is that of the group.
    Group {
        alternatives: Vec<Sequence>,
        number: Option<usize>,
        least: usize,
        most: usize,
    },
    /// What follows must fit, or must not.
    Ahead {
        alternatives: Vec<Sequence>,
        wanted: bool,
    },
    LineStart,
    LineEnd,
    WordEdge,
    Captured {
        mirrored: bool,
    },
}

/// A compiled pattern.
pub(super) struct Pattern {
    alternatives: Vec<Sequence>,
    first: ByteSet,
    /// The text that fits, if it is the only one: that is compared faster.
    literal: Option<Vec<u8>>,
    has_groups: bool,
}

/// Where the groups of a match lie; group 0 is not kept.
pub(super) type Groups = [(usize, usize); GROUPS];

/// Where a match is tried.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// The text up to the end of what is lexed.
    pub(super) text: &'a [u8],
    /// What `(?captured)` stands for.
    pub(super) captured: &'a [u8],
}

impl Pattern {
    /// Compiles a pattern; with `ignore_case`, ASCII letters fit in both cases.
    pub(super) fn new(pattern: &str, ignore_case: bool) -> Result<Self, PatternError> {
        let (alternatives, groups) = pattern_parser::parse(pattern, ignore_case)?;
        let mut first = ByteSet::EMPTY;
        if first_of_alternatives(&alternatives, &mut first) {
            first = ByteSet::ALL;
        }
        let literal = literal_of(&alternatives);
        Ok(Self { alternatives, first, literal, has_groups: groups > 0 })
    }

    /// Bytes that a match can begin with; all when it can be empty.
    pub(super) fn first(&self) -> &ByteSet {
        &self.first
    }

    /// Whether it captures anything.
    pub(super) fn has_groups(&self) -> bool {
        self.has_groups
    }

    /// The end of the match that begins at `start`. The groups are those of this match if the pattern has any, and
    /// untouched otherwise.
    #[inline]
    pub(super) fn matches(&self, subject: Subject<'_>, start: usize, groups: &mut Groups) -> Option<usize> {
        if let Some(literal) = &self.literal {
            return subject.text.get(start..)?.starts_with(literal).then_some(start + literal.len());
        }
        if self.has_groups {
            *groups = Groups::default();
        }
        let limit = subject.text.len().min(start + REACH);
        Attempt { subject, limit, groups }.alternatives(&self.alternatives, start)
    }
}

/// The only text that fits, if there is one.
fn literal_of(alternatives: &[Sequence]) -> Option<Vec<u8>> {
    let [sequence] = alternatives else { return None };
    let byte = |node: &Node| match node {
        Node::Bytes { set, least: 1, most: 1 } => {
            let mut members = (0..=255_u8).filter(|&byte| set.contains(byte));
            members.next().filter(|_| members.next().is_none())
        }
        _ => None,
    };
    sequence.iter().map(byte).collect()
}

/// Adds the bytes that may come first; returns whether nothing at all fits too.
fn first_of_alternatives(alternatives: &[Sequence], first: &mut ByteSet) -> bool {
    let mut may_be_empty = false;
    for sequence in alternatives {
        may_be_empty |= first_of_sequence(sequence, first);
    }
    may_be_empty
}

fn first_of_sequence(sequence: &[Node], first: &mut ByteSet) -> bool {
    for node in sequence {
        let may_be_empty = match node {
            Node::Bytes { set, least, .. } => {
                first.add(set);
                *least == 0
            }
            Node::Group { alternatives, least, .. } => first_of_alternatives(alternatives, first) || *least == 0,
            Node::Ahead { alternatives, wanted: true } => {
                let mut ahead = ByteSet::EMPTY;
                let is_open = first_of_alternatives(alternatives, &mut ahead);
                if !is_open {
                    first.add(&ahead);
                }
                is_open
            }
            Node::Ahead { .. } | Node::LineStart | Node::LineEnd | Node::WordEdge => true,
            Node::Captured { .. } => {
                first.add(&ByteSet::ALL);
                true
            }
        };
        if !may_be_empty {
            return false;
        }
    }
    true
}

struct Attempt<'a, 'g> {
    subject: Subject<'a>,
    limit: usize,
    groups: &'g mut Groups,
}

impl Attempt<'_, '_> {
    fn alternatives(&mut self, alternatives: &[Sequence], start: usize) -> Option<usize> {
        alternatives.iter().find_map(|sequence| self.sequence(sequence, start))
    }

    fn sequence(&mut self, sequence: &[Node], start: usize) -> Option<usize> {
        sequence.iter().try_fold(start, |position, node| self.node(node, position))
    }

    fn node(&mut self, node: &Node, position: usize) -> Option<usize> {
        let text = self.subject.text;
        let fits = |condition: bool| condition.then_some(position);
        match node {
            Node::Bytes { set, least, most } => {
                let rest = text.get(position..self.limit)?;
                let count = rest.iter().take(*most).take_while(|&&byte| set.contains(byte)).count();
                (count >= *least).then_some(position + count)
            }
            Node::Group { alternatives, number, least, most } => {
                self.group(alternatives, *number, (*least, *most), position)
            }
            Node::Ahead { alternatives, wanted } => {
                fits(self.alternatives(alternatives, position).is_some() == *wanted)
            }
            Node::LineStart => fits(position == 0 || text.get(position - 1) == Some(&b'\n')),
            Node::LineEnd => fits(matches!(text.get(position..), None | Some([] | [b'\n', ..] | [b'\r', b'\n', ..]))),
            Node::WordEdge => {
                let is_word_at = |position: usize| text.get(position).is_some_and(|&byte| is_word(byte));
                fits((position > 0 && is_word_at(position - 1)) != is_word_at(position))
            }
            Node::Captured { mirrored } => {
                let captured = self.subject.captured;
                let rest = text.get(position..)?;
                let same = match mirrored {
                    false => rest.starts_with(captured),
                    true => {
                        rest.len() >= captured.len() && captured.iter().rev().zip(rest).all(|(&a, &b)| mirror(a) == b)
                    }
                };
                same.then_some(position + captured.len())
            }
        }
    }

    fn group(
        &mut self,
        alternatives: &[Sequence],
        number: Option<usize>,
        (least, most): (usize, usize),
        start: usize,
    ) -> Option<usize> {
        let mut position = start;
        let mut count = 0;
        while count < most {
            let Some(end) = self.alternatives(alternatives, position) else { break };
            count += 1;
            if end == position {
                break;
            }
            position = end;
        }
        if count < least {
            return None;
        }
        if let Some(place) = number.and_then(|number| self.groups.get_mut(number)) {
            *place = (start, position);
        }
        Some(position)
    }
}

fn mirror(byte: u8) -> u8 {
    match byte {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
        let pattern = Pattern::new(pattern, false).unwrap();
        let subject = Subject { text: text.as_bytes(), captured: b"{-" };
        let first = text.as_bytes().first().is_none_or(|&byte| pattern.first().contains(byte));
        let end = pattern.matches(subject, 0, &mut Groups::default());
        assert!(first || end.is_none(), "the first set is too small");
        end.map(|end| &text[..end])
    }

    #[test]
    fn patterns_fit_what_they_say() {
        assert_eq!(matched("a+b?", "aaab"), Some("aaab"));
        assert_eq!(matched(r"0[xX][\da-f]{1,2}", "0x1ff"), Some("0x1f"));
        assert_eq!(matched(r"if|ifdef\b", "ifdef"), Some("if"));
        assert_eq!(matched(r"(?:if|ifdef)\b", "ifdef"), None, "the first alternative that fits is taken");
        assert_eq!(matched(r"[^\]\\-]+$", "a b"), Some("a b"));
        assert_eq!(matched(r"\w+(?=\()", "f(x)"), Some("f"));
        assert_eq!(matched(r"\w+(?!\()", "f(x)"), None);
        assert_eq!(matched("(?captured)x", "{-x"), Some("{-x"));
        assert_eq!(matched("(?mirrored)", "-}"), Some("-}"));
        assert_eq!(matched(r"(?:a|b)*c", "abac"), Some("abac"));
    }

    #[test]
    fn a_match_has_a_reach() {
        assert_eq!(matched("a+", &"a".repeat(REACH * 2)).map(str::len), Some(REACH));
    }

    #[test]
    fn faults_are_named() {
        let message = |pattern| Pattern::new(pattern, false).err().unwrap().to_string();
        assert_eq!(message("a("), "pattern \"a(\", byte 2: a parenthesis is not closed");
        assert!(message("*").contains("nothing to repeat"));
        assert!(message(r"\q").contains("unknown escape"));
    }
}
