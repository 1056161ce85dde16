//! What a file says of its licence and copyright itself.

use serde::{Deserialize, Serialize};

/// What one file says of its licence and copyright: empty for most files, which need not be stored then.
///
/// Every field is always serialised, as the store's format (postcard) needs it: an empty value is five bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Found {
    /// `SPDX-License-Identifier` tags outside snippets.
    pub tags: Vec<LicenceTag>,
    /// Copyright statements outside snippets, tagged or not.
    pub copyright: Vec<CopyrightStatement>,
    /// Notices that a rule knows.
    pub notices: Vec<LicenceNotice>,
    /// The known licence text that the file is or holds.
    pub licence_text: Option<LicenceText>,
    /// Parts with a licence of their own, in the order in which they begin.
    pub snippets: Vec<Snippet>,
    /// What the file was made into, when it is not what people write.
    pub compiled: Option<Compiled>,
}

/// What programs make of source files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compiled {
    /// Programs, libraries and object files in ELF.
    Elf,
    /// A class of Java.
    JavaClass,
    /// A Flash film.
    Flash,
    /// A module of WebAssembly.
    WebAssembly,
    /// A script or style sheet without line breaks and long names.
    Minified,
}

impl Compiled {
    /// Its name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elf => "ELF",
            Self::JavaClass => "Java class",
            Self::Flash => "Flash",
            Self::WebAssembly => "WebAssembly",
            Self::Minified => "minified",
        }
    }
}

/// An `SPDX-License-Identifier` tag (SPDX 2.3, annex E).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LicenceTag {
    /// A well-formed licence expression (SPDX 2.3, annex D) as written; its identifiers may be unknown.
    pub expression: String,
    /// Line, counted from 1; 0 when another file says it (REUSE).
    pub line: u32,
}

/// Who has the copyright, and since when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CopyrightStatement {
    /// Years, ascending, neither overlapping nor adjacent; empty when none is said.
    pub years: Vec<YearRange>,
    /// The holder: no white space but single blanks, no mail address, no trailing punctuation. Never empty.
    pub holder: String,
    /// The holder's mail address. Not for anything aggregated.
    pub mail: Option<String>,
    /// Line, counted from 1; 0 when another file says it (REUSE).
    pub line: u32,
    /// Whether a tag (`SPDX-FileCopyrightText`, `SPDX-SnippetCopyrightText`) says it, not a line for people.
    pub is_tagged: bool,
}

/// Consecutive years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct YearRange {
    /// The first year.
    pub first: u16,
    /// The last year, which may be the first.
    pub last: u16,
}

impl std::fmt::Display for YearRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { first, last } = self;
        if first == last { write!(f, "{first}") } else { write!(f, "{first}-{last}") }
    }
}

/// A licence notice that one of the rules knows by all its phrases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LicenceNotice {
    /// The rule that says so.
    pub rule: String,
    /// What the rule says: an SPDX licence expression.
    pub expression: String,
    /// Line in which the notice begins, counted from 1.
    pub line: u32,
}

impl YearRange {
    /// Sorts ranges and joins those that overlap or follow each other.
    pub fn joined(mut years: Vec<Self>) -> Vec<Self> {
        years.sort_unstable();
        let mut joined: Vec<Self> = Vec::with_capacity(years.len());
        for range in years {
            match joined.last_mut() {
                Some(before) if range.first <= before.last.saturating_add(1) => {
                    before.last = before.last.max(range.last);
                }
                _ => joined.push(range),
            }
        }
        joined
    }
}

/// A known licence text, word for word but for what the SPDX matching guidelines let differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceText {
    /// The text's SPDX identifier without `-only` and `-or-later`, which no text tells: `GPL-2.0`.
    pub id: String,
    /// Words of the file that are not the text's: its title, what follows it, or other licences.
    pub other_words: u32,
}

/// A part of a file with a licence of its own (`SPDX-SnippetBegin`; SPDX 2.3, annex H).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snippet {
    /// The line of `SPDX-SnippetBegin`, counted from 1.
    pub first_line: u32,
    /// The line of `SPDX-SnippetEnd`, or the file's last when there is none.
    pub last_line: u32,
    /// Its licences.
    pub tags: Vec<LicenceTag>,
    /// Its copyright statements.
    pub copyright: Vec<CopyrightStatement>,
}

impl Found {
    /// Whether the file says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The licence expressions of tags and notices, those of snippets included.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        let snippets = self.snippets.iter().flat_map(|it| &it.tags);
        let tags = self.tags.iter().chain(snippets).map(|it| it.expression.as_str());
        tags.chain(self.notices.iter().map(|it| it.expression.as_str()))
    }
}

/// How what a package declares of a file and what the file says go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// Both say something, and it can both be right.
    Agreed,
    /// The file says nothing.
    OnlyDeclared,
    /// Nothing is declared.
    OnlyFound,
    /// Both say something, and a rule says that not both are right.
    Conflicting,
}

/// How declaration and file go together, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The outcome.
    pub agreement: Agreement,
    /// The rule that says so: the least certain one that was needed.
    pub reason: Reason,
}

/// The rules, the more certain ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Each licence that the file says is declared.
    Same,
    /// The file's licence goes to the public domain, and so does a declared one, whatever either calls it.
    PublicDomain,
    /// The file says "or any later version", and a later version is declared, or this one alone.
    LaterVersion,
    /// The file offers a choice (`OR`), and one of its alternatives is declared.
    Choice,
    /// The licences are the same but for an exception (`WITH`), its version, or whether there are invariant sections,
    /// which may be said elsewhere.
    Exception,
    /// The file is the text of a declared licence.
    Text,
    /// The file is the text of a licence that is not declared for it: it need not be under that licence itself.
    OtherText,
    /// The file says nothing of its licence.
    NothingFound,
    /// Nothing is declared for the file.
    NothingDeclared,
    /// A licence that the file says is not declared, nor covered by one that is.
    NotCovered,
}

impl Reason {
    /// The rule in one sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Same => "Each licence that the file says is declared.",
            Self::PublicDomain => "Both say that the file is in the public domain.",
            Self::LaterVersion => {
                "The file allows later versions of its licence, and the declaration makes use of that."
            }
            Self::Choice => "The file offers a choice of licences, and one of them is declared.",
            Self::Exception => {
                "The licences are the same but for an exception or invariant sections, which may be said elsewhere."
            }
            Self::Text => "The file is the text of a declared licence.",
            Self::OtherText => "The file is the text of a licence, which says nothing of the file's own licence.",
            Self::NothingFound => "The file does not say its licence in a way that is known.",
            Self::NothingDeclared => "The file says its licence, and none is declared for it.",
            Self::NotCovered => "The file says a licence that is not declared for it.",
        }
    }
}
