//! What other sites say of a file, in the line of facts at the head of its page and in the list below.
//!
//! Where nothing is said, nothing is shown: a page without notes has no byte more than before.

use super::{PatchedHunk, SourcesSite};
use crate::html;
use crate::site::urls::Address;

/// Most patches that are named; of more, their number is told.
const NAMED_PATCHES: usize = 3;

/// What other sites say of a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileNotes<'a> {
    /// Its licence, as `debian/copyright` has it.
    pub licence: Option<Note<'a>>,
    /// The licences that it names itself.
    pub says: &'a [Note<'a>],
    /// Whether it names one that is not declared for it.
    pub is_conflicting: bool,
    /// The patches that change it, in the order of their series.
    pub patches: &'a [Note<'a>],
    /// What their hunks did to its lines, in the order of the series.
    pub hunks: &'a [PatchedHunk<'a>],
}

/// A few words, and the page that has more.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// Such as `GPL-2+` or `fix-spelling.patch`; not yet escaped for HTML.
    pub text: &'a str,
    /// Where more is said.
    pub address: Address<'a>,
    /// The id of the element there that says it; empty: the page as a whole.
    pub anchor: &'a str,
}

impl FileNotes<'_> {
    /// What follows the facts on a page at `here`: HTML that begins with the dot between facts, or nothing.
    pub(super) fn html(&self, site: &SourcesSite, here: &Address<'_>) -> String {
        let link = |note: &Note<'_>| {
            let text = html::escape(&html::display_name(note.text.as_bytes()));
            let hash = if note.anchor.is_empty() { "" } else { "#" };
            format!("<a href=\"{}{hash}{}\">{text}</a>", site.link(here, &note.address), note.anchor)
        };
        let says = (!self.says.is_empty()).then(|| {
            let named = self.says.iter().map(link).collect::<Vec<_>>().join(", ");
            let mark = if self.is_conflicting { " <b class=\"tag\">not declared</b>" } else { "" };
            format!(" · says {named}{mark}")
        });
        let licence = self.licence.iter().map(|note| format!(" · licence {}", link(note)));
        let patches = (!self.patches.is_empty()).then(|| format!(" · patched by {}", self.named(link)));
        licence.chain(says).chain(patches).collect()
    }

    fn named(&self, link: impl Fn(&Note<'_>) -> String) -> String {
        let (named, further) = self.patches.split_at(self.patches.len().min(NAMED_PATCHES));
        let mut html = named.iter().map(link).collect::<Vec<_>>().join(", ");
        if !further.is_empty() {
            html.push_str(&format!(" and {} more", html::grouped(further.len() as u64)));
        }
        html
    }
}
