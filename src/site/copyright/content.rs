//! What pages may say of a version's licences.

use crate::html;
use crate::model::{CopyrightFacts, CopyrightFormat, Entry, EntryKind};

/// What pages may say of a version's licences.
#[derive(Debug, Clone, Copy)]
pub enum CopyrightContent<'a> {
    /// Nothing, as `debian/copyright` is excluded, for this reason.
    Excluded(&'a str),
    /// What is known.
    Facts(&'a CopyrightFacts),
}

/// Whether an entry has a licence: files and links have, folders have not.
pub fn is_file(entry: &Entry) -> bool {
    !matches!(entry.kind, EntryKind::Directory)
}

impl<'a> CopyrightContent<'a> {
    /// What is known; `None` when nothing is told.
    pub fn facts(&self) -> Option<&'a CopyrightFacts> {
        match self {
            Self::Excluded(_) => None,
            Self::Facts(facts) => Some(facts),
        }
    }

    /// A few words, not yet escaped for HTML: the main licence, and how many others there are.
    pub fn in_short(&self) -> String {
        let Some(facts) = self.facts() else { return "not shown".to_owned() };
        match facts.file.format {
            CopyrightFormat::None if facts.place.is_none() => "no debian/copyright".to_owned(),
            CopyrightFormat::None => "nothing in debian/copyright".to_owned(),
            CopyrightFormat::FreeForm { .. } => "a text for people".to_owned(),
            CopyrightFormat::MachineReadable { .. } => in_short(facts),
        }
    }
}

fn in_short(facts: &CopyrightFacts) -> String {
    let Some(main) = facts.main_licence() else { return "none declared".to_owned() };
    let others = facts.files_by_expression().iter().filter(|(spdx, _)| !spdx.is_empty() && **spdx != main).count();
    let main = html::display_name(main.as_bytes());
    if others == 0 { main } else { format!("{main} and {}", html::counted(others as u64, "other")) }
}
