//! What `debian/copyright` says, as it was read.
//!
//! Texts are kept as they are written and every part knows its line, so that a page can show the file and
//! say what each part means. Terms are those of Debian's *Machine-readable debian/copyright file*, version 1.0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{EntryPath, LicenseExpression};

/// A `debian/copyright`. The default is that of a package that has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopyrightFile {
    /// Whether a machine can read it.
    pub format: CopyrightFormat,
    /// The encoding's name in the WHATWG Encoding Standard; empty when there is no file.
    pub encoding: String,
    /// Lines of the file.
    pub lines: u32,
    /// The header paragraph.
    pub header: Option<HeaderParagraph>,
    /// The Files paragraphs, in order.
    pub files: Vec<FilesParagraph>,
    /// The stand-alone License paragraphs, in order.
    pub licenses: Vec<LicenseParagraph>,
    /// Paragraphs that are none of these.
    pub others: Vec<Paragraph>,
    /// Lines that begin with `#`.
    pub comments: Vec<CommentLine>,
    /// What is wrong or odd, by line.
    pub findings: Vec<Finding>,
}

/// Whether, and by which specification, a machine can read a `debian/copyright`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyrightFormat {
    /// There is no file, or nothing in it.
    #[default]
    None,
    /// A text for people.
    FreeForm {
        /// What licences it seems to speak of: guesses, never to be counted as declared.
        guesses: Vec<LicenseGuess>,
    },
    /// Paragraphs by the specification.
    MachineReadable {
        /// What stands in `Format:`; `None` without a header.
        url: Option<String>,
        /// Whether that is the address of version 1.0 to the letter.
        canonical: bool,
    },
}

/// A licence that a free form text seems to speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseGuess {
    /// The SPDX expression.
    pub spdx: String,
    /// The line that gave rise to the guess.
    pub line: u32,
    /// What stands there.
    pub evidence: GuessEvidence,
}

/// Why a licence is guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuessEvidence {
    /// A file of `/usr/share/common-licenses`, by its name.
    CommonLicense(String),
    /// A title or phrase that a well-known licence has.
    Title(String),
}

/// A line that begins with `#`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentLine {
    /// Its number, from 1.
    pub line: u32,
    /// The whole line.
    pub text: String,
}

/// A paragraph as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Paragraph {
    /// Its first line, from 1.
    pub line: u32,
    /// Its last line.
    pub last_line: u32,
    /// Its fields, in order; of fields with one name the first counts.
    pub fields: Vec<Field>,
}

/// A field as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Field {
    /// The name, in its own capitals.
    pub name: String,
    /// The line of the name, from 1.
    pub line: u32,
    /// All behind the colon, lines parted by `\n`, with the blanks they begin with and without comments.
    pub value: String,
}

impl Field {
    /// The value's first line, without blanks around it: of a License field the short name.
    pub fn first_line(&self) -> &str {
        self.value.lines().next().unwrap_or_default().trim()
    }

    /// The lines after the first as text: without the blank that continues a field, a lone full stop for an
    /// empty line.
    pub fn text(&self) -> String {
        let lines = self.value.lines().skip(1).map(|line| match line.strip_prefix([' ', '\t']).unwrap_or(line) {
            text if text.trim_end() == "." => "",
            text => text.trim_end(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// First line and text together, without empty lines around them: of a field that is a text as a whole.
    pub fn whole_text(&self) -> String {
        let text = self.text();
        let whole = [self.first_line(), text.as_str()].join("\n");
        whole.trim_matches('\n').to_owned()
    }
}

impl Paragraph {
    /// The field with a name, in any capitals.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The whole text of a field.
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.field(name).map(Field::whole_text)
    }
}

/// The header paragraph: of the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HeaderParagraph {
    /// As it is written.
    pub paragraph: Paragraph,
    /// The licence of the package as a whole.
    pub license: Option<DeclaredLicense>,
    /// Patterns of `Files-Excluded:`, which upstream's tarball has been freed of.
    pub files_excluded: Vec<Glob>,
}

/// A Files paragraph: what holds for some files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FilesParagraph {
    /// As it is written.
    pub paragraph: Paragraph,
    /// For which files.
    pub globs: Vec<Glob>,
    /// Their licence.
    pub license: Option<DeclaredLicense>,
}

impl FilesParagraph {
    /// Who holds the copyright, as written.
    pub fn copyright(&self) -> Option<String> {
        self.paragraph.text_of("Copyright")
    }

    /// Its comment.
    pub fn comment(&self) -> Option<String> {
        self.paragraph.text_of("Comment")
    }
}

/// A stand-alone License paragraph: the text behind a short name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseParagraph {
    /// As it is written.
    pub paragraph: Paragraph,
    /// The licence.
    pub license: DeclaredLicense,
    /// Positions of the Files paragraphs that use it, ascending.
    pub used_by: Vec<u32>,
}

/// A pattern of a Files field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Glob {
    /// As it is written.
    pub written: String,
    /// As it is matched: without what is wrong and harmless (`./` before it, a comma behind it).
    pub pattern: String,
    /// Its line, from 1.
    pub line: u32,
}

impl Glob {
    /// Whether it names one path only: has no wildcard.
    pub fn is_path(&self) -> bool {
        !self.pattern.contains(['*', '?', '\\'])
    }
}

/// What a License field declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredLicense {
    /// The first line, as it is written.
    pub synopsis: String,
    /// Its line, from 1.
    pub line: u32,
    /// What it means; `None` when the synopsis is empty.
    pub expression: Option<LicenseExpression>,
    /// The same as an SPDX expression; empty when the synopsis is.
    pub spdx: String,
    /// Whether a text follows.
    pub has_text: bool,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Against the specification or unclear, but it can be read.
    Warning,
    /// Something is missing or cannot be read as it was meant.
    Error,
}

/// Something that is wrong or odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The line, from 1; `None` when it is the file as a whole.
    pub line: Option<u32>,
    /// The [`Rule::id`].
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is about: the name, pattern or value, cut to a length that fits a page; may be empty.
    pub what: String,
}

/// A kind of finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The stable name, in lower case with hyphens.
    pub id: String,
    /// How much such findings weigh.
    pub severity: Severity,
    /// What is found, in a few words.
    pub title: String,
    /// Why it matters, and what is made of it here.
    pub explanation: String,
    /// How the file is mended.
    pub mend: String,
}

/// Which Files paragraph each path of a tree falls under.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// For each path, in their order: the position of its Files paragraph, and of the pattern in that.
    pub winners: Vec<Option<(u32, u32)>>,
    /// For each Files paragraph, for each of its patterns.
    pub globs: Vec<Vec<GlobUse>>,
    /// How many paths were looked at: all, unless matching them takes too long.
    pub examined: u32,
}

/// How many paths a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GlobUse {
    /// Those for which it decides: no later pattern matches them.
    pub decides: u32,
    /// All.
    pub matches: u32,
}

impl Coverage {
    /// The position of the Files paragraph of a path.
    pub fn paragraph_of(&self, path: usize) -> Option<u32> {
        self.winners.get(path).copied().flatten().map(|(paragraph, _)| paragraph)
    }

    /// How many paths fall under a Files paragraph.
    pub fn files_of(&self, paragraph: usize) -> u32 {
        self.globs.get(paragraph).map_or(0, |globs| globs.iter().map(|glob| glob.decides).sum())
    }

    /// Positions of the examined paths that no paragraph covers.
    pub fn not_covered(&self) -> impl Iterator<Item = usize> {
        let examined = self.winners.iter().take(self.examined as usize).enumerate();
        examined.filter(|(_, winner)| winner.is_none()).map(|(path, _)| path)
    }
}

/// What is known of the `debian/copyright` of a version, and of its files by that. The default is that of a version
/// without one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopyrightFacts {
    /// Where the file is, links followed; `None` when there is none.
    pub place: Option<EntryPath>,
    /// What it says.
    pub file: CopyrightFile,
    /// What the tree shows to be wrong with it.
    pub tree_findings: Vec<Finding>,
    /// The paragraphs that files and links fall under, in the order of those entries that are told of.
    pub runs: Vec<ParagraphRun>,
    /// For each Files paragraph, for each of its patterns.
    pub globs: Vec<Vec<GlobUse>>,
    /// Files and links that a pattern of `Files-Excluded:` matches, and that are there.
    pub excluded_there: Vec<EntryPath>,
}

/// Files in a row that fall under one paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParagraphRun {
    /// How many.
    pub files: u32,
    /// The position of their Files paragraph; `None` when none covers them.
    pub paragraph: Option<u32>,
}

impl CopyrightFacts {
    /// The Files paragraph of each file and link, in the order of those entries that are told of.
    pub fn paragraphs(&self) -> impl Iterator<Item = Option<u32>> {
        self.runs.iter().flat_map(|run| std::iter::repeat_n(run.paragraph, run.files as usize))
    }

    /// How many files and links fall under a Files paragraph.
    pub fn files_of(&self, paragraph: usize) -> u32 {
        self.globs.get(paragraph).map_or(0, |globs| globs.iter().map(|glob| glob.decides).sum())
    }

    /// How many files each SPDX expression is declared for, most files first; files without one are under an empty name.
    pub fn files_by_expression(&self) -> Vec<(&str, u32)> {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for run in &self.runs {
            let paragraph = run.paragraph.and_then(|paragraph| self.file.files.get(paragraph as usize));
            let license = paragraph.and_then(|paragraph| paragraph.license.as_ref());
            *counts.entry(license.map_or("", |license| license.spdx.as_str())).or_default() += run.files;
        }
        let mut counts: Vec<(&str, u32)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        counts
    }

    /// The licence that the header declares, or that most files have, as an SPDX expression.
    pub fn main_licence(&self) -> Option<String> {
        let header = self.file.header.as_ref().and_then(|header| header.license.as_ref());
        let of_header = header.map(|license| license.spdx.as_str()).filter(|spdx| !spdx.is_empty());
        let of_files = || self.files_by_expression().into_iter().map(|(spdx, _)| spdx).find(|spdx| !spdx.is_empty());
        of_header.or_else(of_files).map(str::to_owned)
    }

    /// How many files and links there are.
    pub fn files(&self) -> u32 {
        self.runs.iter().map(|run| run.files).sum()
    }
}

/// In what two versions of a `debian/copyright` differ.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopyrightChanges {
    /// Whether one can be read by a machine and the other cannot.
    pub format_changed: bool,
    /// Fields of the header that differ, by name.
    pub header: Vec<String>,
    /// Files paragraphs: the added and changed in the order of the new file, then the removed.
    pub files: Vec<ParagraphChange>,
    /// Stand-alone License paragraphs, likewise.
    pub licenses: Vec<ParagraphChange>,
}

impl CopyrightChanges {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        !self.format_changed && self.header.is_empty() && self.files.is_empty() && self.licenses.is_empty()
    }
}

/// What became of a paragraph; numbers are positions among the paragraphs of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum ParagraphChange {
    /// It is new.
    Added {
        /// Position in the new file.
        new: u32,
    },
    /// It is gone.
    Removed {
        /// Position in the old file.
        old: u32,
    },
    /// Some of its fields differ.
    Changed {
        /// Position in the old file.
        old: u32,
        /// Position in the new file.
        new: u32,
        /// Their names.
        fields: Vec<String>,
    },
}
