//! Running tables over a text.
//!
//! The engine goes once through the text, in a stack of modes. Bytes that mean nothing in a mode are skipped by
//! a table or by `memchr`; at all others a few rules are tried, each at a bounded cost.

use super::class::Class;
use super::definition::Place;
use super::html::Writer;
use super::language::Language;
use super::pattern::{Groups, Subject};
use super::tables::{CompiledRule, Embedded, EmbeddedLanguage, Mode, Step, Tables, Target};

/// Most modes within each other; deeper ones are not entered.
const DEPTH: usize = 200;

/// Most here-documents that one line begins.
const HERE_DOCUMENTS: usize = 16;

/// Most languages within each other.
const EMBEDDING: usize = 3;

/// Most rules in a row that change the mode and take no text.
const IDLE: usize = 16;

/// How far the engine looks back for what precedes an operand or a name.
const BACK: usize = 256;

/// Marks the tokens of `text[start..end]`.
pub(super) fn run(language: Language, text: &[u8], range: std::ops::Range<usize>, writer: &mut Writer<'_>) {
    Lexer::new(language, text, range, 0, writer).run();
}

#[derive(Clone, Copy)]
struct Frame {
    tables: &'static Tables,
    mode: &'static Mode,
    captured: (usize, usize),
}

struct Lexer<'t, 'w, 'h> {
    /// The text up to the end of what is lexed.
    text: &'t [u8],
    position: usize,
    /// Where the unmarked text of the mode's class begins.
    run_start: usize,
    line_start: usize,
    /// Whether the line rules have to be tried.
    is_new_line: bool,
    frame: Frame,
    outer: Vec<Frame>,
    here_documents: Vec<Frame>,
    /// Where the last keyword ended.
    keyword_end: usize,
    idle: usize,
    /// The groups of the last match.
    groups: Groups,
    embedding: usize,
    writer: &'w mut Writer<'h>,
}

impl<'t, 'w, 'h> Lexer<'t, 'w, 'h> {
    fn new(
        language: Language,
        text: &'t [u8],
        range: std::ops::Range<usize>,
        embedding: usize,
        writer: &'w mut Writer<'h>,
    ) -> Self {
        let tables = language.tables();
        Self {
            text: &text[..range.end],
            position: range.start,
            run_start: range.start,
            line_start: range.start,
            is_new_line: true,
            frame: frame_of(tables, tables.start, (0, 0)),
            outer: Vec::new(),
            here_documents: Vec::new(),
            keyword_end: usize::MAX,
            idle: 0,
            groups: Groups::default(),
            embedding,
            writer,
        }
    }

    fn run(mut self) {
        while self.position < self.text.len() {
            if self.is_new_line {
                self.is_new_line = false;
                if self.try_line_rules() {
                    continue;
                }
            }
            if self.skip() {
                break;
            }
            match self.frame.mode.steps[usize::from(self.text[self.position])] {
                Step::Bucket(number) => self.bucket(number),
                step => self.step(step),
            }
        }
        self.mark_run(self.text.len());
    }

    /// Skips bytes that mean nothing; returns whether that was all.
    #[inline]
    fn skip(&mut self) -> bool {
        let mode = self.frame.mode;
        let rest = &self.text[self.position..];
        let found = match mode.stops[..] {
            [] => rest.iter().position(|&byte| mode.steps[usize::from(byte)] != Step::Skip),
            [a] => memchr::memchr(a, rest),
            [a, b] => memchr::memchr2(a, b, rest),
            [a, b, c, ..] => memchr::memchr3(a, b, c, rest),
        };
        self.position += found.unwrap_or(rest.len());
        found.is_none()
    }

    #[inline]
    fn step(&mut self, step: Step) {
        match step {
            Step::Word => self.word(),
            Step::Number => self.number(),
            Step::Line => self.line_feed(),
            Step::Skip | Step::Bucket(_) => self.position += 1,
        }
    }

    fn bucket(&mut self, number: u16) {
        let mode = self.frame.mode;
        let bucket = &mode.buckets[usize::from(number)];
        for &rule in &bucket.rules {
            if self.try_rule(&mode.rules[usize::from(rule)]) {
                return;
            }
        }
        self.step(bucket.otherwise);
    }

    fn try_line_rules(&mut self) -> bool {
        let mode = self.frame.mode;
        let byte = self.text[self.position];
        mode.line_rules.iter().any(|&number| {
            let rule = &mode.rules[usize::from(number)];
            rule.pattern.first().contains(byte) && self.try_rule(rule)
        })
    }

    fn line_feed(&mut self) {
        let end = self.position;
        self.position += 1;
        self.line_start = self.position;
        self.is_new_line = true;
        while self.frame.mode.end_line && !self.outer.is_empty() {
            self.mark_run(end);
            self.leave();
        }
        while let Some(frame) = self.here_documents.pop() {
            self.mark_run(self.position);
            self.enter(frame);
        }
    }

    /// Marks text of the mode that no rule fitted.
    #[inline]
    fn mark_run(&mut self, end: usize) {
        if let Some(class) = self.frame.mode.class {
            self.writer.mark(class, self.run_start, end);
        }
        self.run_start = end;
    }

    fn enter(&mut self, frame: Frame) {
        if self.outer.len() < DEPTH {
            self.outer.push(self.frame);
            self.frame = frame;
        }
    }

    fn leave(&mut self) {
        if let Some(frame) = self.outer.pop() {
            self.frame = frame;
        }
    }

    fn word(&mut self) {
        let tables = self.frame.tables;
        let start = self.position;
        let end = self.word_end(start);
        self.position = end;
        if start > 0 && tables.members_after.contains(self.text[start - 1]) {
            return;
        }
        let Some(meaning) = tables.words.get(&self.text[start..end]) else {
            if tables.outermost_calls && self.is_outermost_call(start, end) {
                self.mark(Class::Function, start, end);
            }
            return;
        };
        self.mark(meaning.class, start, end);
        if meaning.class == Class::Keyword {
            self.keyword_end = end;
        }
        if let Some(class) = meaning.names {
            self.name(class);
        }
    }

    /// The name after a keyword such as `class`.
    fn name(&mut self, class: Class) {
        let tables = self.frame.tables;
        let blanks = self.text[self.position..].iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let start = self.position + blanks;
        if blanks == 0 || !self.text.get(start).is_some_and(|&byte| tables.word_start.contains(byte)) {
            return;
        }
        let end = self.word_end(start);
        if tables.words.get(&self.text[start..end]).is_none() {
            self.mark(class, start, end);
            self.position = end;
        }
    }

    fn mark(&mut self, class: Class, start: usize, end: usize) {
        self.mark_run(start);
        self.writer.mark(class, start, end);
        self.run_start = end;
    }

    #[inline]
    fn word_end(&self, start: usize) -> usize {
        let part = &self.frame.tables.word_part;
        let rest = &self.text[start + 1..];
        start + 1 + rest.iter().position(|&byte| !part.contains(byte)).unwrap_or(rest.len())
    }

    /// Whether a word is the first before a parenthesis, in a line that is not indented.
    fn is_outermost_call(&self, start: usize, end: usize) -> bool {
        let after = &self.text[end..self.text.len().min(end + 2)];
        let is_called = matches!(after, [b'(', ..] | [b' ', b'(']);
        if !is_called || start - self.line_start > BACK {
            return false;
        }
        let before = &self.text[self.line_start..start];
        before.first().is_none_or(|&byte| self.frame.tables.word_start.contains(byte))
            && !before.iter().any(|byte| b"(=".contains(byte))
    }

    /// A number in the widest sense: digits, letters, points between digits, signs of exponents.
    fn number(&mut self) {
        let start = self.position;
        let mut end = start + 1;
        while let Some(&byte) = self.text.get(end) {
            let before = self.text[end - 1];
            let next_is_digit = self.text.get(end + 1).is_some_and(u8::is_ascii_digit);
            let belongs = match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => true,
                b'.' => next_is_digit && before != b'.',
                b'+' | b'-' => next_is_digit && b"eEpP".contains(&before) && !self.is_hexadecimal(start),
                _ => false,
            };
            if !belongs {
                break;
            }
            end += 1;
        }
        self.position = end;
        self.mark(Class::Number, start, end);
    }

    fn is_hexadecimal(&self, start: usize) -> bool {
        self.text[start..].starts_with(b"0x") && !self.text[start..].iter().take(20).any(|byte| b"pP".contains(byte))
    }
}

/// Rules.
impl Lexer<'_, '_, '_> {
    /// Applies a rule if it fits.
    #[inline]
    fn try_rule(&mut self, rule: &'static CompiledRule) -> bool {
        let start = self.position;
        if !self.is_place_of(rule) {
            return false;
        }
        let (from, to) = self.frame.captured;
        let subject = Subject { text: self.text, captured: &self.text[from..to] };
        let Some(mut end) = rule.pattern.matches(subject, start, &mut self.groups) else { return false };
        if rule.rest {
            end = self.line_end(end);
        }
        self.idle = if end == start { self.idle + 1 } else { 0 };
        let changes = rule.pop > 0 || rule.push.is_some() || rule.embed.is_some();
        if end == start && (self.idle > IDLE || !changes) {
            return false;
        }
        let groups = if rule.uses_groups { self.groups } else { Groups::default() };
        self.apply(rule, end, &groups);
        true
    }

    fn is_place_of(&self, rule: &CompiledRule) -> bool {
        let fits_place = match rule.at {
            None => true,
            Some(Place::Line) => self.position == self.line_start,
            Some(Place::Indent) => self.is_indent(),
            Some(Place::Operand) => self.expects_operand(),
        };
        if !fits_place || (rule.after.is_none() && rule.not_after.is_none()) {
            return fits_place;
        }
        let before = if self.position > self.line_start { self.text.get(self.position - 1) } else { None };
        before.is_none_or(|&byte| {
            rule.after.is_none_or(|set| set.contains(byte)) && !rule.not_after.is_some_and(|set| set.contains(byte))
        })
    }

    fn is_indent(&self) -> bool {
        let before = &self.text[self.line_start..self.position];
        before.len() <= BACK && before.iter().all(u8::is_ascii_whitespace)
    }

    /// Where the blanks end that the line begins with.
    fn indent_end(&self) -> usize {
        let line = &self.text[self.line_start..self.position];
        self.line_start + line.iter().take(BACK).take_while(|&&byte| byte == b' ' || byte == b'\t').count()
    }

    /// Whether what comes before cannot end an operand.
    fn expects_operand(&self) -> bool {
        let floor = self.position.saturating_sub(BACK);
        let before = &self.text[floor..self.position];
        let Some(last) = before.iter().rposition(|byte| !byte.is_ascii_whitespace()) else { return true };
        let byte = before[last];
        if self.frame.tables.word_part.contains(byte) {
            return floor + last + 1 == self.keyword_end;
        }
        !b")]}\"'`".contains(&byte)
    }

    fn line_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        start + if length > 0 && rest[length - 1] == b'\r' { length - 1 } else { length }
    }

    fn apply(&mut self, rule: &'static CompiledRule, end: usize, groups: &Groups) {
        let start = self.position;
        let captured = match rule.capture {
            0 => (self.line_start, self.indent_end()),
            group => groups.get(group).copied().unwrap_or_default(),
        };
        if !rule.classes.is_empty() {
            self.mark_groups(rule, end, groups);
        } else if let Some(class) = rule.class {
            self.mark(class, start, end);
        }
        self.position = end;
        self.note_lines(start, end);
        if rule.pop > 0 || rule.push.is_some() {
            self.change_mode(rule, captured);
        }
        if let Some(target) = rule.here
            && self.here_documents.len() < HERE_DOCUMENTS
        {
            let frame = frame_of(self.frame.tables, target, captured);
            self.here_documents.insert(0, frame);
        }
        if let Some(embedded) = &rule.embed {
            self.embed(embedded, groups, captured);
        }
    }

    fn note_lines(&mut self, start: usize, end: usize) {
        if let Some(last) = memchr::memrchr(b'\n', &self.text[start..end]) {
            self.line_start = start + last + 1;
        }
        if self.position == self.line_start {
            self.is_new_line = true;
        }
    }

    fn mark_groups(&mut self, rule: &CompiledRule, end: usize, groups: &Groups) {
        for (class, &(from, to)) in rule.classes.iter().zip(&groups[1..]) {
            if let (Some(class), true) = (class, from >= self.run_start && from < to) {
                if let Some(between) = rule.class {
                    self.mark(between, self.position.max(self.run_start), from);
                }
                self.mark(*class, from, to);
            }
        }
        if let Some(class) = rule.class {
            self.mark(class, self.position.max(self.run_start), end);
        }
    }

    fn change_mode(&mut self, rule: &'static CompiledRule, captured: (usize, usize)) {
        self.mark_run(self.position);
        (0..rule.pop).for_each(|_| self.leave());
        if let Some(target) = rule.push {
            self.enter(frame_of(self.frame.tables, target, captured));
        }
    }

    /// Lexes what follows in another language, as far as the pattern says.
    fn embed(&mut self, embedded: &Embedded, groups: &Groups, captured: (usize, usize)) {
        let language = match embedded.language {
            EmbeddedLanguage::Fixed(language) => Some(language),
            EmbeddedLanguage::Group(group) => {
                let (from, to) = groups.get(group).copied().unwrap_or_default();
                std::str::from_utf8(&self.text[from..to]).ok().and_then(Language::by_name)
            }
        };
        let subject = Subject { text: self.text, captured: &self.text[captured.0..captured.1] };
        let ends = |&position: &usize| {
            let fits = |pattern: &super::pattern::Pattern| {
                pattern.first().contains(self.text[position])
                    && pattern.matches(subject, position, &mut Groups::default()).is_some()
            };
            embedded.until.as_ref().is_some_and(fits)
        };
        let start = self.position;
        let end = (start..self.text.len()).find(ends).unwrap_or(self.text.len());
        self.mark_run(start);
        if let (Some(language), true) = (language, self.embedding < EMBEDDING) {
            Lexer::new(language, self.text, start..end, self.embedding + 1, self.writer).run();
        }
        self.position = end;
        self.run_start = end;
        self.note_lines(start, end);
    }
}

fn frame_of(tables: &'static Tables, target: Target, captured: (usize, usize)) -> Frame {
    let (tables, number) = match target {
        Target::Own(number) => (tables, number),
        Target::Other(language, number) => (language.tables(), number),
    };
    Frame { tables, mode: &tables.modes[usize::from(number)], captured }
}
