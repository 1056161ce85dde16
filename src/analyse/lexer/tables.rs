//! Definitions made into tables that the engine can run.

use std::collections::HashMap;

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, de::IntoDeserializer};
use thiserror::Error;

use super::byte_set::ByteSet;
use super::class::Class;
use super::definition::{Comment, Definition, Literal, ModeDefinition, Place, Rule};
use super::language::Language;
use super::pattern::Pattern;
use super::pattern_parser::PatternError;
use super::words::{Meaning, Words};

/// What is wrong with a definition.
#[derive(Debug, Error)]
pub(super) enum TableError {
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error("no class is called {0:?}")]
    Class(String),
    #[error("no mode is called {0:?}")]
    Mode(String),
    #[error("no language is called {0:?}")]
    Language(String),
}

/// A language, ready to run.
pub(super) struct Tables {
    pub(super) modes: Vec<Mode>,
    pub(super) start: Target,
    pub(super) words: Words,
    pub(super) word_part: ByteSet,
    pub(super) word_start: ByteSet,
    pub(super) members_after: ByteSet,
    pub(super) outermost_calls: bool,
}

/// What the engine does at a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Go on.
    Skip,
    /// A line ends.
    Line,
    /// A word begins.
    Word,
    /// A number begins.
    Number,
    /// Rules of this bucket may fit.
    Bucket(u16),
}

/// The rules that can begin with a byte, and what to do if none fits.
pub(super) struct Bucket {
    pub(super) rules: Vec<u16>,
    pub(super) otherwise: Step,
}

/// A mode's table.
pub(super) struct Mode {
    pub(super) class: Option<Class>,
    pub(super) end_line: bool,
    pub(super) steps: [Step; 256],
    /// The bytes that are not skipped, if there are at most three.
    pub(super) stops: Vec<u8>,
    pub(super) buckets: Vec<Bucket>,
    /// Rules that are tried once, at a line's start.
    pub(super) line_rules: Vec<u16>,
    pub(super) rules: Vec<CompiledRule>,
}

/// See [`Rule`].
pub(super) struct CompiledRule {
    pub(super) pattern: Pattern,
    pub(super) class: Option<Class>,
    pub(super) classes: Vec<Option<Class>>,
    pub(super) at: Option<Place>,
    pub(super) after: Option<ByteSet>,
    pub(super) not_after: Option<ByteSet>,
    pub(super) rest: bool,
    pub(super) pop: usize,
    pub(super) push: Option<Target>,
    pub(super) here: Option<Target>,
    pub(super) capture: usize,
    pub(super) embed: Option<Embedded>,
    /// Whether anything is done with the groups of the pattern.
    pub(super) uses_groups: bool,
}

/// A mode of this or another language.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Own(u16),
    Other(Language, u16),
}

/// What follows in another language.
pub(super) struct Embedded {
    pub(super) language: EmbeddedLanguage,
    pub(super) until: Option<Pattern>,
}

pub(super) enum EmbeddedLanguage {
    Fixed(Language),
    Group(usize),
}

/// The mode in which a text begins.
pub(super) const BASE: &str = "base";

/// The names of a definition's modes in the order of [`Tables::modes`].
pub(super) fn mode_names(definition: &Definition) -> Vec<String> {
    let literals = definition.comments.iter().map(|_| "comment").chain(definition.strings.iter().map(|_| "string"));
    let implied = literals.enumerate().map(|(number, kind)| format!("{kind}-{number}"));
    std::iter::once(BASE.to_owned()).chain(definition.modes.keys().cloned()).chain(implied).collect()
}

/// Compiles a definition.
pub(super) fn compile(definition: &Definition) -> Result<Tables, TableError> {
    let compiler = Compiler::new(definition)?;
    let modes = compiler.names.iter().map(|name| compiler.mode(name)).collect::<Result<_, _>>()?;
    Ok(Tables {
        modes,
        start: compiler.target(definition.start.as_deref().unwrap_or(BASE))?,
        words: words(definition)?,
        word_part: compiler.word_part,
        word_start: compiler.word_start,
        members_after: set(&definition.members_after, definition.ignore_case)?,
        outermost_calls: definition.outermost_calls,
    })
}

fn words(definition: &Definition) -> Result<Words, TableError> {
    let mut list = Vec::new();
    for (class_name, words) in &definition.words {
        let class = class(class_name)?;
        list.extend(words.split_whitespace().map(|word| (word.to_owned(), Meaning { class, names: None })));
    }
    for (class_name, words) in &definition.names {
        let meaning = Meaning { class: Class::Keyword, names: Some(class(class_name)?) };
        list.extend(words.split_whitespace().map(|word| (word.to_owned(), meaning)));
    }
    Ok(Words::new(&list, definition.ignore_case))
}

fn class(name: &str) -> Result<Class, TableError> {
    let deserializer: StrDeserializer<'_, ValueError> = name.into_deserializer();
    Class::deserialize(deserializer).map_err(|_| TableError::Class(name.to_owned()))
}

/// The set that stands between a pattern's brackets; empty for the empty text.
fn set(members: &str, ignore_case: bool) -> Result<ByteSet, PatternError> {
    if members.is_empty() {
        return Ok(ByteSet::EMPTY);
    }
    Ok(*Pattern::new(&format!("[{members}]"), ignore_case)?.first())
}

/// A pattern that fits a text and nothing else.
fn literal(text: &str) -> String {
    let escaped = |character: char| {
        let special = character.is_ascii_punctuation();
        special.then_some('\\').into_iter().chain(std::iter::once(character))
    };
    text.chars().flat_map(escaped).collect()
}

struct Compiler<'a> {
    definition: &'a Definition,
    names: Vec<String>,
    numbers: HashMap<String, u16>,
    /// The modes that comments and strings imply.
    implied: HashMap<String, ModeDefinition>,
    /// The rules of the base mode, implied ones included.
    base: ModeDefinition,
    word_start: ByteSet,
    word_part: ByteSet,
}

impl<'a> Compiler<'a> {
    fn new(definition: &'a Definition) -> Result<Self, TableError> {
        let names = mode_names(definition);
        let numbers = names.iter().cloned().zip(0..).collect();
        let word_part = set(definition.word_part.as_deref().unwrap_or(r"\w"), false)?;
        let word_start = set(definition.word_start.as_deref().unwrap_or(r"A-Za-z_\x80-\xff"), false)?;
        let mut compiler = Self {
            definition,
            names,
            numbers,
            implied: HashMap::new(),
            base: ModeDefinition { rules: definition.rules.clone(), ..ModeDefinition::default() },
            word_start,
            word_part,
        };
        let mut number = 0;
        for comment in &definition.comments {
            compiler.imply(format!("comment-{number}"), |name| comment_rules(comment, name));
            number += 1;
        }
        for string in &definition.strings {
            compiler.imply(format!("string-{number}"), |name| string_rules(string, name));
            number += 1;
        }
        Ok(compiler)
    }

    fn imply(&mut self, name: String, rules: impl Fn(&str) -> (Rule, ModeDefinition)) {
        let (rule, mode) = rules(&name);
        self.base.rules.push(rule);
        self.implied.insert(name, mode);
    }

    fn mode_definition(&self, name: &str) -> Result<&ModeDefinition, TableError> {
        if name == BASE {
            return Ok(&self.base);
        }
        let mode = self.definition.modes.get(name).or_else(|| self.implied.get(name));
        mode.ok_or_else(|| TableError::Mode(name.to_owned()))
    }

    fn mode(&self, name: &str) -> Result<Mode, TableError> {
        let definition = self.mode_definition(name)?;
        let mut sources = Vec::new();
        self.collect(name, &mut sources)?;
        let has_words = definition.words.unwrap_or_else(|| sources.contains(&BASE));
        let mut rules = Vec::new();
        for source in sources {
            for rule in &self.mode_definition(source)?.rules {
                rules.push(self.rule(rule)?);
            }
        }
        Ok(self.tabulate(definition, has_words, rules))
    }

    /// The modes whose rules a mode has, each once, its own first.
    fn collect<'n>(&'n self, name: &'n str, into: &mut Vec<&'n str>) -> Result<(), TableError> {
        if into.contains(&name) {
            return Ok(());
        }
        into.push(name);
        self.mode_definition(name)?.include.iter().try_for_each(|included| self.collect(included, into))
    }

    fn tabulate(&self, definition: &ModeDefinition, has_words: bool, rules: Vec<CompiledRule>) -> Mode {
        let mut buckets: Vec<Bucket> = Vec::new();
        let mut steps = [Step::Skip; 256];
        let is_at_line = |rule: &CompiledRule| rule.at == Some(Place::Line);
        for byte in 0..=255_u8 {
            let otherwise = match byte {
                b'\n' => Step::Line,
                b'0'..=b'9' if has_words && self.definition.numbers => Step::Number,
                byte if has_words && self.word_start.contains(byte) => Step::Word,
                _ => Step::Skip,
            };
            let applies = |rule: &CompiledRule| !is_at_line(rule) && rule.pattern.first().contains(byte);
            let fitting: Vec<u16> =
                rules.iter().zip(0..).filter(|(rule, _)| applies(rule)).map(|(_, number)| number).collect();
            steps[usize::from(byte)] = if fitting.is_empty() {
                otherwise
            } else {
                let same = |bucket: &Bucket| bucket.rules == fitting && bucket.otherwise == otherwise;
                let number = buckets.iter().position(same).unwrap_or(buckets.len());
                if number == buckets.len() {
                    buckets.push(Bucket { rules: fitting, otherwise });
                }
                Step::Bucket(number as u16)
            };
        }
        let stops: Vec<u8> = (0..=255).filter(|&byte| steps[usize::from(byte)] != Step::Skip).collect();
        let line_rules = rules.iter().zip(0..).filter(|(rule, _)| is_at_line(rule)).map(|(_, number)| number).collect();
        Mode {
            class: definition.class,
            end_line: definition.end_line,
            steps,
            stops: if stops.len() <= 3 { stops } else { Vec::new() },
            buckets,
            line_rules,
            rules,
        }
    }

    fn rule(&self, rule: &Rule) -> Result<CompiledRule, TableError> {
        let ignore_case = self.definition.ignore_case;
        let optional_set = |members: &Option<String>| members.as_deref().map(|text| set(text, ignore_case)).transpose();
        let group_class = |name: &String| if name.is_empty() { Ok(None) } else { class(name).map(Some) };
        let target = |name: &Option<String>| name.as_deref().map(|name| self.target(name)).transpose();
        let pattern = Pattern::new(&rule.pattern, ignore_case)?;
        Ok(CompiledRule {
            uses_groups: pattern.has_groups(),
            pattern,
            class: rule.class,
            classes: rule.classes.iter().map(group_class).collect::<Result<_, _>>()?,
            at: rule.at,
            after: optional_set(&rule.after)?,
            not_after: optional_set(&rule.not_after)?,
            rest: rule.rest,
            pop: rule.pop,
            push: target(&rule.push)?,
            here: target(&rule.here)?,
            capture: rule.capture.unwrap_or(1),
            embed: rule.embed.as_deref().map(|language| self.embedded(language, rule)).transpose()?,
        })
    }

    fn target(&self, name: &str) -> Result<Target, TableError> {
        let unknown = || TableError::Mode(name.to_owned());
        match name.split_once('.') {
            None => self.numbers.get(name).map(|&number| Target::Own(number)).ok_or_else(unknown),
            Some((language, mode)) => {
                let language = Language::by_name(language).ok_or_else(unknown)?;
                let number = mode_names(language.definition()).iter().position(|other| other == mode);
                Ok(Target::Other(language, number.ok_or_else(unknown)? as u16))
            }
        }
    }

    fn embedded(&self, language: &str, rule: &Rule) -> Result<Embedded, TableError> {
        let group = language.strip_prefix('\\').and_then(|digits| digits.parse().ok());
        let named = || Language::by_name(language).ok_or_else(|| TableError::Language(language.to_owned()));
        let language = match group {
            Some(group) => EmbeddedLanguage::Group(group),
            None => EmbeddedLanguage::Fixed(named()?),
        };
        let until = rule.until.as_deref().map(|until| Pattern::new(until, self.definition.ignore_case)).transpose()?;
        Ok(Embedded { language, until })
    }
}

fn comment_rules(comment: &Comment, name: &str) -> (Rule, ModeDefinition) {
    let class = Some(comment.class.unwrap_or(Class::Comment));
    let begin = Rule { class, at: comment.at, after: comment.after.clone(), ..Rule::default() };
    if let Some(line) = &comment.line {
        return (Rule { pattern: literal(line), rest: true, ..begin }, ModeDefinition::default());
    }
    let open = Rule { pattern: literal(&comment.open), push: Some(name.to_owned()), ..begin };
    let close = Rule { pattern: literal(&comment.close), class, pop: 1, ..Rule::default() };
    let nested = Rule { at: None, after: None, ..open.clone() };
    let rules = if comment.nest { vec![close, nested] } else { vec![close] };
    (open, ModeDefinition { class, rules, ..ModeDefinition::default() })
}

fn string_rules(string: &Literal, name: &str) -> (Rule, ModeDefinition) {
    let class = Some(string.class.unwrap_or(Class::String));
    let close = literal(string.close.as_ref().unwrap_or(&string.open));
    let open = Rule {
        pattern: format!("{}{}", string.prefix, literal(&string.open)),
        class,
        at: string.at,
        after: string.after.clone(),
        push: Some(name.to_owned()),
        ..Rule::default()
    };
    let mut rules = Vec::new();
    if string.doubled {
        rules.push(Rule { pattern: format!("{close}{close}"), class, ..Rule::default() });
    }
    if !string.escape.is_empty() {
        let escape = literal(&string.escape);
        let pattern = format!(r"{escape}(?:x[\da-fA-F]{{1,2}}|u[\da-fA-F]{{4}}|[0-7]{{2,3}}|[^\n])");
        rules.push(Rule { pattern, class: Some(Class::Escape), ..Rule::default() });
        rules.push(Rule { pattern: format!(r"{escape}\r?\n"), class, ..Rule::default() });
    }
    rules.push(Rule { pattern: close, class, pop: 1, ..Rule::default() });
    (open, ModeDefinition { class, end_line: !string.multiline, include: string.include.clone(), rules, words: None })
}
