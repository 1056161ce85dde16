//! The licences of a version's files: declared, and said by the files.

use super::content::CopyrightContent;
use super::{anchor_of, licence_of};
use crate::model::{Agreement, Comparison, Entry, FilesParagraph, Found};

/// The most licences that a note on the page of a file names.
const NAMED: usize = 3;

/// What is declared of one file, and what it says itself.
#[derive(Debug, Clone, Copy)]
pub struct FileLicence<'a> {
    /// The file or link.
    pub entry: &'a Entry,
    /// The position of the Files paragraph that it falls under.
    pub paragraph: Option<u32>,
    /// What it says; may be nothing.
    pub found: &'a Found,
    /// How both go together; `None` when there is neither.
    pub comparison: Option<Comparison>,
}

impl FileLicence<'_> {
    /// The licence expressions that it says, each once, with the line of the first (0: another file says it).
    pub fn says(&self) -> Vec<(&str, u32)> {
        let Found { tags, notices, snippets, .. } = self.found;
        let snippets = snippets.iter().flat_map(|it| &it.tags);
        let tags = tags.iter().chain(snippets).map(|it| (it.expression.as_str(), it.line));
        let mut says: Vec<(&str, u32)> = Vec::new();
        for (expression, line) in tags.chain(notices.iter().map(|it| (it.expression.as_str(), it.line))) {
            if !says.iter().any(|(known, _)| *known == expression) {
                says.push((expression, line));
            }
        }
        says
    }

    /// Whether it says a licence that is not declared for it.
    pub fn is_conflicting(&self) -> bool {
        self.comparison.is_some_and(|it| it.agreement == Agreement::Conflicting)
    }
}

/// The licences of a version.
#[derive(Debug, Clone, Copy)]
pub struct VersionLicences<'a> {
    /// What `debian/copyright` declares.
    pub content: CopyrightContent<'a>,
    /// All files and links of which something may be told, by path.
    pub files: &'a [FileLicence<'a>],
}

/// A few words and the id of the element that says more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Not yet escaped for HTML.
    pub text: String,
    /// May be empty: no element in particular.
    pub anchor: String,
}

/// What the page of a file says of its licence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileSays {
    /// What is declared, with the id of the paragraph on the page of the version's licences.
    pub declared: Option<Remark>,
    /// What it says itself, with the ids of its lines.
    pub says: Vec<Remark>,
    /// Whether that is not declared for it.
    pub is_conflicting: bool,
}

impl<'a> VersionLicences<'a> {
    /// What is known of one file.
    pub fn of(&self, entry: &Entry) -> Option<&'a FileLicence<'a>> {
        let at = self.files.binary_search_by(|it| it.entry.path.cmp(&entry.path)).ok()?;
        self.files.get(at)
    }

    /// The Files paragraph at a position.
    pub fn paragraph(&self, at: u32) -> Option<&'a FilesParagraph> {
        self.content.facts()?.file.files.get(at as usize)
    }

    /// What the page of a file says of its licence.
    pub fn says(&self, entry: &Entry) -> FileSays {
        let Some(licence) = self.of(entry) else { return FileSays::default() };
        let declared = licence.paragraph.and_then(|at| {
            let paragraph = self.paragraph(at)?;
            Some(Remark { text: licence_of(paragraph), anchor: anchor_of(at) })
        });
        let said = |(expression, line): (&str, u32)| Remark {
            text: expression.to_owned(),
            anchor: if line == 0 { String::new() } else { format!("L{line}") },
        };
        let mut says: Vec<Remark> = licence.says().into_iter().take(NAMED).map(said).collect();
        if let Some(text) = &licence.found.licence_text {
            says.push(Remark { text: format!("the text of {}", text.id), anchor: String::new() });
        }
        FileSays { declared, says, is_conflicting: licence.is_conflicting() }
    }
}
