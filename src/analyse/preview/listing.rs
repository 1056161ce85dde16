//! What an archive holds, as a table.

use crate::html;

/// Most entries of an archive that are listed.
pub(super) const ENTRIES: usize = 1_000;

/// Most bytes of a name that are shown.
const NAME: usize = 1_024;

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, as far as it is shown, ready to be seen, not yet escaped for HTML.
    name: String,
    /// Its length in bytes, unless it is a folder, a link or the like.
    size: Option<u64>,
}

impl Entry {
    /// A regular file.
    pub(super) fn file(name: &[u8], size: u64) -> Self {
        Self { name: shown(name), size: Some(size) }
    }

    /// Something without contents of its own.
    pub(super) fn other(name: &[u8]) -> Self {
        Self { name: shown(name), size: None }
    }

    /// A link.
    pub(super) fn link(name: &[u8], target: &[u8]) -> Self {
        Self { name: format!("{} → {}", shown(name), shown(target)), size: None }
    }

    /// With the name of the archive that it is in, which is in the archive that is listed.
    fn inside(self, archive: &str) -> Self {
        Self { name: format!("{archive}: {}", self.name), ..self }
    }
}

fn shown(name: &[u8]) -> String {
    match name.get(..NAME) {
        Some(start) if name.len() > NAME => html::display_name(start) + "…",
        _ => html::display_name(name),
    }
}

/// Why a listing ends before the archive does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// There are more entries than are listed.
    TooMany,
    /// More would have to be decompressed than is.
    TooLong,
    /// The archive is damaged there, or uses something that is not read.
    Damaged,
}

/// The entries of an archive, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    /// Why there may be more; `None` when the list is complete.
    pub(super) end: Option<End>,
}

impl Listing {
    /// Adds an entry, and tells whether there may be more. One too many makes the list end.
    pub(super) fn push(&mut self, entry: Entry) -> bool {
        if self.entries.len() < ENTRIES {
            self.entries.push(entry);
            return true;
        }
        self.end = Some(End::TooMany);
        false
    }

    /// Adds the entries of an archive in the archive, and tells whether there may be more.
    pub(super) fn push_inner(&mut self, archive: &[u8], inner: Self) -> bool {
        let archive = shown(archive);
        if !inner.entries.into_iter().all(|entry| self.push(entry.inside(&archive))) {
            return false;
        }
        self.end = self.end.or(inner.end);
        self.end != Some(End::TooMany)
    }

    /// Appends a heading, how complete the list is, and a table in a region that scrolls.
    pub(super) fn write(&self, html: &mut String) {
        let count = match self.entries.len() {
            1 => "1 entry".to_owned(),
            count => format!("{} entries", html::grouped(count as u64)),
        };
        html.push_str("<h2>Contents</h2>\n");
        html.push_str(&match self.end {
            None => format!("<p>{count}</p>\n"),
            Some(End::TooMany) => format!("<p>The first {count}</p>\n"),
            Some(End::TooLong) => format!("<p>{count} at its start; it is too long to be read to its end</p>\n"),
            Some(End::Damaged) => format!("<p>{count} can be read; what follows is damaged</p>\n"),
        });
        html.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Contents of the archive\">");
        html.push_str("<table class=\"contents\"><thead><tr><th scope=\"col\">Name</th><th scope=\"col\" class=\"number\">Bytes</th></tr></thead>\n<tbody>\n");
        for Entry { name, size } in &self.entries {
            let size = size.map(html::grouped).unwrap_or_default();
            html.push_str(&format!("<tr><td>{}</td><td class=\"number\">{size}</td></tr>\n", html::escape(name)));
        }
        html.push_str("</tbody></table></div>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_entries_cannot_pretend() {
        let mut listing = Listing::default();
        assert!(listing.push(Entry::file(b"a\n<b>", 1234)));
        assert!(listing.push(Entry::link("\u{202e}x".as_bytes(), b"../&")));
        assert!(listing.push(Entry::other(&[b'x'; 5_000])));
        let mut html = String::new();
        listing.write(&mut html);
        assert!(html.contains("<td>a\\n&lt;b&gt;</td><td class=\"number\">1,234</td>"), "{html}");
        assert!(html.contains("<td>\\u{202e}x → ../&amp;</td><td class=\"number\"></td>"), "{html}");
        assert!(html.contains("x…</td>") && html.len() < 2_000);
        assert!(html.contains("<p>3 entries</p>"));
    }

    #[test]
    fn a_listing_has_an_end() {
        let full = Listing { entries: vec![Entry::other(b"x"); ENTRIES], end: None };
        let mut listing = full.clone();
        assert!(!listing.push(Entry::other(b"one too many")));
        assert_eq!(listing.end, Some(End::TooMany));
        assert_eq!(listing.entries.len(), ENTRIES);
        let mut outer = Listing::default();
        assert!(outer.push_inner(b"data.tar", full.clone()));
        assert!(!outer.push_inner(b"data.tar", full));
        assert_eq!(outer.entries[0].name, "data.tar: x");
    }
}
