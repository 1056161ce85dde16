//! From the text of a pattern to its parts.

use thiserror::Error;

use super::byte_set::{ByteSet, is_word};
use super::pattern::{GROUPS, Node, Sequence};

/// What a definition's author did wrong.
#[derive(Debug, Error)]
#[error("pattern {pattern:?}, byte {position}: {message}")]
pub(super) struct PatternError {
    pattern: String,
    position: usize,
    message: &'static str,
}

/// The alternatives of a pattern, and how many groups it has. With `ignore_case`, ASCII letters fit in both cases.
pub(super) fn parse(pattern: &str, ignore_case: bool) -> Result<(Vec<Sequence>, usize), PatternError> {
    let mut parser = Parser { pattern, bytes: pattern.as_bytes(), position: 0, groups: 0, ignore_case };
    let alternatives = parser.alternatives()?;
    if parser.position < parser.bytes.len() {
        return Err(parser.error("a parenthesis closes nothing"));
    }
    Ok((alternatives, parser.groups))
}

struct Parser<'a> {
    pattern: &'a str,
    bytes: &'a [u8],
    position: usize,
    groups: usize,
    ignore_case: bool,
}

impl Parser<'_> {
    fn error(&self, message: &'static str) -> PatternError {
        PatternError { pattern: self.pattern.to_owned(), position: self.position, message }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.bytes[self.position..].starts_with(text.as_bytes());
        self.position += if found { text.len() } else { 0 };
        found
    }

    fn next(&mut self) -> Result<u8, PatternError> {
        let byte = self.peek().ok_or_else(|| self.error("the pattern ends too early"))?;
        self.position += 1;
        Ok(byte)
    }

    fn alternatives(&mut self) -> Result<Vec<Sequence>, PatternError> {
        let mut alternatives = vec![self.sequence()?];
        while self.take("|") {
            alternatives.push(self.sequence()?);
        }
        Ok(alternatives)
    }

    fn sequence(&mut self) -> Result<Sequence, PatternError> {
        let mut sequence = Vec::new();
        while self.peek().is_some_and(|byte| byte != b'|' && byte != b')') {
            let node = self.atom()?;
            sequence.push(self.repeated(node)?);
        }
        Ok(sequence)
    }

    fn atom(&mut self) -> Result<Node, PatternError> {
        let set = match self.next()? {
            b'(' => return self.group(),
            b'^' => return Ok(Node::LineStart),
            b'$' => return Ok(Node::LineEnd),
            b'.' => ByteSet::of(|byte| byte != b'\n'),
            b'[' => self.set()?,
            b'\\' if self.take("b") => return Ok(Node::WordEdge),
            b'\\' => self.escape()?,
            b'?' | b'*' | b'+' | b'{' => return Err(self.error("nothing to repeat; a literal needs a backslash")),
            byte => ByteSet::of(|other| other == byte),
        };
        Ok(self.bytes_node(set))
    }

    fn bytes_node(&self, mut set: ByteSet) -> Node {
        if self.ignore_case {
            set.ignore_case();
        }
        Node::Bytes { set: Box::new(set), least: 1, most: 1 }
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        for (text, mirrored) in [("?captured)", false), ("?mirrored)", true)] {
            if self.take(text) {
                return Ok(Node::Captured { mirrored });
            }
        }
        for (text, wanted) in [("?=", true), ("?!", false)] {
            if self.take(text) {
                let alternatives = self.closed_alternatives()?;
                return Ok(Node::Ahead { alternatives, wanted });
            }
        }
        let number = if self.take("?:") {
            None
        } else {
            self.groups += 1;
            Some(self.groups)
        };
        if self.groups >= GROUPS {
            return Err(self.error("too many groups"));
        }
        let alternatives = self.closed_alternatives()?;
        Ok(Node::Group { alternatives, number, least: 1, most: 1 })
    }

    fn closed_alternatives(&mut self) -> Result<Vec<Sequence>, PatternError> {
        let alternatives = self.alternatives()?;
        if self.take(")") { Ok(alternatives) } else { Err(self.error("a parenthesis is not closed")) }
    }

    /// The set of an escape, whose backslash is behind.
    fn escape(&mut self) -> Result<ByteSet, PatternError> {
        let byte = self.next()?;
        let set = match byte.to_ascii_lowercase() {
            b'w' => ByteSet::of(is_word),
            b'd' => ByteSet::of(|byte| byte.is_ascii_digit()),
            b's' => ByteSet::of(|byte| byte.is_ascii_whitespace()),
            b'h' => ByteSet::of(|byte| byte == b' ' || byte == b'\t'),
            _ => {
                let byte = self.escaped_byte(byte)?;
                return Ok(ByteSet::of(|other| other == byte));
            }
        };
        Ok(if byte.is_ascii_uppercase() { set.complement() } else { set })
    }

    fn escaped_byte(&mut self, byte: u8) -> Result<u8, PatternError> {
        match byte {
            b'n' => Ok(b'\n'),
            b't' => Ok(b'\t'),
            b'r' => Ok(b'\r'),
            b'f' => Ok(0x0c),
            b'x' => {
                let digits = self.pattern.get(self.position..self.position + 2);
                let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                self.position += 2;
                value.ok_or_else(|| self.error("two hexadecimal digits are wanted"))
            }
            byte if byte.is_ascii_alphanumeric() => Err(self.error("an unknown escape")),
            byte => Ok(byte),
        }
    }

    /// The set whose opening bracket is behind.
    fn set(&mut self) -> Result<ByteSet, PatternError> {
        let inverted = self.take("^");
        let mut set = ByteSet::EMPTY;
        while !self.take("]") {
            let byte = self.next()?;
            let low = match byte {
                b'\\' if self.peek().is_some_and(|next| b"wWdDsShH".contains(&next)) => {
                    set.add(&self.escape()?);
                    continue;
                }
                b'\\' => {
                    let byte = self.next()?;
                    self.escaped_byte(byte)?
                }
                byte => byte,
            };
            let is_range = self.peek() == Some(b'-') && self.bytes.get(self.position + 1) != Some(&b']');
            let high = if is_range {
                self.position += 1;
                match self.next()? {
                    b'\\' => {
                        let byte = self.next()?;
                        self.escaped_byte(byte)?
                    }
                    byte => byte,
                }
            } else {
                low
            };
            (low..=high).for_each(|byte| set.insert(byte));
        }
        if self.ignore_case {
            set.ignore_case();
        }
        Ok(if inverted { set.complement() } else { set })
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, PatternError> {
        let bounds = match self.peek() {
            Some(b'?') => (0, 1),
            Some(b'*') => (0, usize::MAX),
            Some(b'+') => (1, usize::MAX),
            Some(b'{') => self.bounds()?,
            _ => return Ok(node),
        };
        self.position += 1;
        match &mut node {
            Node::Bytes { least, most, .. } | Node::Group { least, most, .. } => (*least, *most) = bounds,
            _ => return Err(self.error("this cannot be repeated")),
        }
        Ok(node)
    }

    /// `{m}`, `{m,}` or `{m,n}`; leaves the position at the closing brace.
    fn bounds(&mut self) -> Result<(usize, usize), PatternError> {
        let length = self.bytes[self.position..].iter().position(|&byte| byte == b'}');
        let end = self.position + length.ok_or_else(|| self.error("a brace is not closed"))?;
        let text = &self.pattern[self.position + 1..end];
        let (least, most) = text.split_once(',').unwrap_or((text, text));
        let least = least.parse().map_err(|_| self.error("a number is wanted"))?;
        let most = if most.is_empty() { Ok(usize::MAX) } else { most.parse() };
        let most = most.map_err(|_| self.error("a number is wanted"))?;
        self.position = end;
        Ok((least, most))
    }
}
