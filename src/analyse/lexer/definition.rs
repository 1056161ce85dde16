//! What a language definition says: one TOML file a language in `languages/`.
//!
//! The file's name is the language's name. `comments`, `strings`, `words` and `names` are what most languages are
//! made of; `rules` and `modes` tell the rest. Text is lexed by the rules of a mode, first of `base`, which
//! has everything written outside of `modes`; rules enter and leave modes. [`Rule`] is the one mechanism; `comments`
//! and `strings` are short ways to write rules with a mode of their own.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::class::Class;

/// One language. Lists that are missing are empty, switches are off.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Definition {
    /// The name that readers see.
    pub(super) title: String,
    /// How names of its files end, without the dot before it.
    #[serde(default)]
    pub(super) extensions: Vec<String>,
    /// Extensions that other languages use too: it is this one when `evidence` is found.
    #[serde(default)]
    pub(super) shared_extensions: Vec<String>,
    /// Patterns, one of which fits at the start of a line (blanks skipped) near the beginning of such a file.
    #[serde(default)]
    pub(super) evidence: Vec<String>,
    /// Names of files, or ends of paths, with `*` and `?`; `**` crosses folders.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// The same, for files that may be something else: it is this one when `evidence` is found.
    #[serde(default)]
    pub(super) shared_files: Vec<String>,
    /// Programs in a `#!` line, without version.
    #[serde(default)]
    pub(super) interpreters: Vec<String>,
    /// Other names, as editors, fences and settings use them.
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// The language that it is a kind of: see [`Definition::extend`].
    pub(super) extends: Option<String>,
    /// The mode in which a text begins, as in [`Rule::push`]. Default: `base`.
    pub(super) start: Option<String>,
    /// Whether words and patterns fit in any case.
    #[serde(default)]
    pub(super) ignore_case: bool,
    /// Bytes that begin a word, as in a pattern's `[ ]`; default `A-Za-z_` and everything beyond ASCII.
    pub(super) word_start: Option<String>,
    /// Bytes that continue a word; default `\w`.
    pub(super) word_part: Option<String>,
    /// Bytes before a word that make it a mere member's name.
    #[serde(default)]
    pub(super) members_after: String,
    /// Whether digits begin numbers.
    #[serde(default = "yes")]
    pub(super) numbers: bool,
    /// Whether an unindented line's first word before a parenthesis names a function.
    #[serde(default)]
    pub(super) outermost_calls: bool,
    /// Words by class, separated by blanks.
    #[serde(default)]
    pub(super) words: BTreeMap<String, String>,
    /// Keywords by the class of the name that follows them.
    #[serde(default)]
    pub(super) names: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) comments: Vec<Comment>,
    #[serde(default)]
    pub(super) strings: Vec<Literal>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
    #[serde(default)]
    pub(super) modes: BTreeMap<String, ModeDefinition>,
}

fn yes() -> bool {
    true
}

impl Definition {
    /// Adds the rules and modes of the language that this is a kind of, after its own. A mode that both have begins with
    /// the rules of this one and is otherwise the other's.
    pub(super) fn extend(&mut self, base: &Self) {
        self.rules.extend(base.rules.iter().cloned());
        for (name, mode) in &base.modes {
            let own = self.modes.remove(name).unwrap_or_default();
            let rules = own.rules.into_iter().chain(mode.rules.iter().cloned()).collect();
            self.modes.insert(name.clone(), ModeDefinition { rules, ..mode.clone() });
        }
        self.word_start = self.word_start.take().or_else(|| base.word_start.clone());
        self.word_part = self.word_part.take().or_else(|| base.word_part.clone());
    }
}

/// A comment: to the end of the line after `line`, or from `open` to `close`. These are texts, not patterns.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Comment {
    pub(super) line: Option<String>,
    #[serde(default)]
    pub(super) open: String,
    #[serde(default)]
    pub(super) close: String,
    /// Whether comments within comments count.
    #[serde(default)]
    pub(super) nest: bool,
    /// See [`Rule::at`].
    pub(super) at: Option<Place>,
    /// See [`Rule::after`].
    pub(super) after: Option<String>,
    /// Another class than `comment`.
    pub(super) class: Option<Class>,
}

/// A string literal. `open`, `close` and `escape` are texts, not patterns.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Literal {
    pub(super) open: String,
    /// Default: as `open`.
    pub(super) close: Option<String>,
    /// A pattern of what may stand before `open` and belongs to the literal.
    #[serde(default)]
    pub(super) prefix: String,
    /// What takes the next character literally; may be empty. Default: a backslash.
    #[serde(default = "backslash")]
    pub(super) escape: String,
    /// Whether the closing text stands for itself when written twice.
    #[serde(default)]
    pub(super) doubled: bool,
    /// Whether a line's end does not end it.
    #[serde(default)]
    pub(super) multiline: bool,
    /// Modes whose rules apply within, as for interpolation.
    #[serde(default)]
    pub(super) include: Vec<String>,
    /// See [`Rule::at`].
    pub(super) at: Option<Place>,
    /// See [`Rule::after`].
    pub(super) after: Option<String>,
    /// Another class than `string`.
    pub(super) class: Option<Class>,
}

fn backslash() -> String {
    "\\".to_owned()
}

/// Where a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    /// At the start of a line.
    Line,
    /// At the first byte of a line that is no blank.
    Indent,
    /// Where an operand is expected rather than an operator.
    Operand,
}

/// What to do where a pattern fits. The first rule that fits is taken; then words; then numbers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Rule {
    /// The pattern.
    #[serde(rename = "match")]
    pub(super) pattern: String,
    /// The class of what fits; default: the mode's.
    pub(super) class: Option<Class>,
    /// Classes of the groups, the empty text for none.
    #[serde(default)]
    pub(super) classes: Vec<String>,
    /// Where it applies; default: everywhere.
    pub(super) at: Option<Place>,
    /// Bytes, as in a pattern's `[ ]`, one of which must come before, unless a line begins here.
    pub(super) after: Option<String>,
    /// Bytes, as in a pattern's `[ ]`, none of which may come before.
    pub(super) not_after: Option<String>,
    /// Whether the rest of the line belongs to it.
    #[serde(default)]
    pub(super) rest: bool,
    /// How many modes are left.
    #[serde(default)]
    pub(super) pop: usize,
    /// The mode that is entered then: `mode`, or `language.mode` of another language.
    pub(super) push: Option<String>,
    /// The mode in which the lines after this one begin: a here-document's.
    pub(super) here: Option<String>,
    /// The group that the mode's patterns know as `(?captured)`; 0 for the blanks that the line begins with. Default: 1.
    pub(super) capture: Option<usize>,
    /// The language of what follows: a name, or `\1` for what a group says.
    pub(super) embed: Option<String>,
    /// A pattern of where that ends; it is not part of it.
    pub(super) until: Option<String>,
}

/// A mode: rules that apply between the rule that enters it and the one that leaves it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ModeDefinition {
    /// The class of all that no rule fits.
    pub(super) class: Option<Class>,
    /// Whether a line's end leaves it.
    #[serde(default)]
    pub(super) end_line: bool,
    /// Whether words and numbers count; default: yes in modes that include `base`.
    pub(super) words: Option<bool>,
    /// Modes whose rules apply after those of this one.
    #[serde(default)]
    pub(super) include: Vec<String>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}
