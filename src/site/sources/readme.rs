//! The README of a folder, below its listing.
//!
//! Markdown becomes HTML (CommonMark with tables and strikethrough), everything else is shown as the text that it is.
//! A README is hostile content on a page of ours: of raw HTML in it the text alone is kept, links lead to the web or
//! to pages of the version, images are those of the version alone, and ids begin with `readme-`.

use std::collections::BTreeSet;

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html as markdown};

use super::tree::TreeIndex;
use super::{SourcesSite, listing};
use crate::html;
use crate::model::{Entry, EntryKind, SourcePackage};
use crate::site::urls::{Address, decode, raw_type};

/// Longest README that is shown below a listing, in bytes.
pub const LONGEST: u64 = 512 << 10;

/// Names, in lower case, before the ones with an extension; the first that a folder has is shown.
const EXTENSIONS: [&str; 8] = ["md", "markdown", "rst", "org", "pod", "txt", "", "debian"];

/// The README of the folder with these children: the entry that is read for it.
pub fn find<'a>(children: &[&'a Entry]) -> Option<&'a Entry> {
    let rank = |entry: &Entry| {
        let EntryKind::File { size, text, .. } = entry.kind else { return None };
        let name = std::str::from_utf8(entry.path.name()).ok()?.to_ascii_lowercase();
        let rest = name.strip_prefix("readme")?;
        let extension = rest.strip_prefix('.').unwrap_or(rest);
        let rank = EXTENSIONS.iter().position(|known| *known == extension)?;
        (text.is_text && size <= LONGEST && (rest.is_empty() || rest.starts_with('.'))).then_some(rank)
    };
    children.iter().filter_map(|entry| Some((rank(entry)?, *entry))).min_by_key(|(rank, _)| *rank).map(|(_, it)| it)
}

/// A README with its text.
#[derive(Debug, Clone)]
pub struct Readme<'a> {
    /// Its entry.
    pub entry: &'a Entry,
    /// Its characters.
    pub text: String,
}

impl Readme<'_> {
    /// As HTML, for the page `here` of its folder.
    pub(super) fn html(
        &self,
        site: &SourcesSite,
        package: &SourcePackage,
        tree: &TreeIndex<'_>,
        here: &Address<'_>,
    ) -> String {
        let name = self.entry.path.name().to_ascii_lowercase();
        if !name.ends_with(b".md") && !name.ends_with(b".markdown") {
            return format!(
                "<pre class=\"text\" tabindex=\"0\" role=\"region\" aria-label=\"Text of this file\">{}</pre>",
                html::escape(&self.text)
            );
        }
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let links = Links { site, package, tree, here, readme: self.entry };
        let ids = heading_ids(Parser::new_ext(&self.text, options)).into_iter();
        let events = Defused {
            parser: Parser::new_ext(&self.text, options),
            links,
            open: Vec::new(),
            raw: RawHtml::Text,
            level: 2,
            ids,
        };
        let mut html = String::with_capacity(self.text.len() * 3 / 2);
        markdown::push_html(&mut html, events);
        html
    }
}

/// What links of a README may lead to.
struct Links<'a> {
    site: &'a SourcesSite,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    here: &'a Address<'a>,
    readme: &'a Entry,
}

impl Links<'_> {
    /// The address that a link of the README becomes; `None` for one that leads nowhere safe.
    fn page(&self, target: &str) -> Option<String> {
        if let Some(fragment) = target.strip_prefix('#') {
            return Some(format!("#readme-{}", slug(fragment)));
        }
        let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
        if let Some((scheme, _)) = path.split_once(':')
            && !scheme.contains(['/', '?'])
        {
            let is_known = ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            return is_known.then(|| target.to_owned());
        }
        if path.starts_with("//") {
            return None;
        }
        let found = self.tree.follow(&self.readme.path, &decode(path.split('?').next()?)?);
        let address = listing::target_address(self.package, &found)?;
        let link = self.site.link(self.here, &address);
        let is_line = fragment.strip_prefix('L').is_some_and(|line| line.bytes().all(|byte| byte.is_ascii_digit()));
        Some(if is_line { format!("{link}#{fragment}") } else { link })
    }

    /// The address of the bytes of an image of the version.
    fn image(&self, target: &str) -> Option<String> {
        let path = decode(target.split(['?', '#']).next()?)?;
        let super::tree::LinkTarget::Entry(entry) = self.tree.follow(&self.readme.path, &path) else { return None };
        let is_image =
            matches!(entry.kind, EntryKind::File { .. }) && raw_type(entry.path.name()).starts_with("image/");
        let SourcePackage { name, version, area, .. } = self.package;
        let shown = is_image && self.tree.excluded(entry).is_none();
        shown.then(|| self.site.link(self.here, &Address::Raw(area, name, version, &entry.path)))
    }
}

/// What an element of the README became.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    /// What it was.
    Itself,
    /// A link, in place of an image from elsewhere.
    Link,
    /// Its content alone.
    Nothing,
}

/// Where in raw HTML a reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RawHtml {
    Text,
    Tag,
    Comment,
}

impl RawHtml {
    /// The text between tags and comments, which may go on in what is given next.
    fn text_of(&mut self, html: &str) -> String {
        let mut text = String::new();
        let mut rest = html;
        while !rest.is_empty() {
            let (end, next) = match self {
                Self::Text => ("<", Self::Tag),
                Self::Tag => (">", Self::Text),
                Self::Comment => ("-->", Self::Text),
            };
            let found = rest.find(end);
            if *self == Self::Text {
                text.push_str(&rest[..found.unwrap_or(rest.len())]);
            }
            let Some(at) = found else { break };
            if *self == Self::Text && rest[at..].starts_with("<!--") {
                (rest, *self) = (&rest[at + 4..], Self::Comment);
            } else {
                (rest, *self) = (&rest[at + end.len()..], next);
            }
        }
        text
    }
}

/// The events of a README without what could do harm.
struct Defused<'a, I> {
    parser: I,
    links: Links<'a>,
    /// What the links and images around the current event became.
    open: Vec<Became>,
    raw: RawHtml,
    /// Level of the latest heading; the page's own end with 2.
    level: u8,
    /// Those of the headings that are still to come.
    ids: std::vec::IntoIter<String>,
}

impl<'t, I: Iterator<Item = Event<'t>>> Iterator for Defused<'_, I> {
    type Item = Event<'t>;

    fn next(&mut self) -> Option<Event<'t>> {
        Some(match self.parser.next()? {
            Event::Start(Tag::HtmlBlock) => {
                self.raw = RawHtml::Text;
                Event::Start(Tag::Paragraph)
            }
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Html(html) => Event::Text(self.raw.text_of(&html).into()),
            Event::InlineHtml(html) => Event::Text(RawHtml::Text.text_of(&html).into()),
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => self.start_link(link_type, &dest_url, title),
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => match self.links.image(&dest_url) {
                Some(address) => {
                    self.open.push(Became::Itself);
                    Event::Start(Tag::Image { link_type, dest_url: address.into(), title, id })
                }
                // Nothing is fetched from elsewhere: the reader may follow the link.
                None => self.start_link(link_type, &dest_url, title),
            },
            Event::End(TagEnd::Link) => self.end(TagEnd::Link),
            Event::End(TagEnd::Image) => self.end(TagEnd::Image),
            Event::Start(Tag::Heading { level, .. }) => self.start_heading(level),
            Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(heading_level(self.level))),
            other => other,
        })
    }
}

impl<'t, I: Iterator<Item = Event<'t>>> Defused<'_, I> {
    fn start_link(&mut self, link_type: LinkType, target: &str, title: CowStr<'t>) -> Event<'t> {
        // A link inside a link is none (HTML, 4.5.1).
        let inside = self.open.contains(&Became::Link);
        let address = self.links.page(target).filter(|_| !inside && link_type != LinkType::Email);
        let Some(address) = address else {
            self.open.push(Became::Nothing);
            return Event::Text("".into());
        };
        self.open.push(Became::Link);
        Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url: address.into(), title, id: "".into() })
    }

    fn end(&mut self, tag: TagEnd) -> Event<'t> {
        match self.open.pop() {
            Some(Became::Link) => Event::End(TagEnd::Link),
            Some(Became::Nothing) | None => Event::Text("".into()),
            Some(Became::Itself) => Event::End(tag),
        }
    }

    /// Headings come below those of the page, and none skips a level.
    fn start_heading(&mut self, level: HeadingLevel) -> Event<'t> {
        let id = self.ids.next().unwrap_or_default();
        self.level = (level as u8 + 2).min(self.level + 1).clamp(3, 6);
        let level = heading_level(self.level);
        Event::Start(Tag::Heading { level, id: Some(id.into()), classes: Vec::new(), attrs: Vec::new() })
    }
}

/// The ids of all headings, in order; no two are alike.
fn heading_ids<'t>(events: impl Iterator<Item = Event<'t>>) -> Vec<String> {
    let mut texts = Vec::new();
    let mut inside = false;
    for event in events {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                texts.push(String::new());
                inside = true;
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                if let Some(last) = texts.last_mut() {
                    last.push_str(&text);
                }
            }
            _ => {}
        }
    }
    let mut taken = BTreeSet::new();
    let mut id = |text: String| {
        let base = format!("readme-{}", slug(&text));
        let numbered = (1_u32..).map(|number| format!("{base}-{number}"));
        let id = std::iter::once(base.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(base);
        taken.insert(id.clone());
        id
    };
    texts.into_iter().map(&mut id).collect()
}

fn heading_level(level: u8) -> HeadingLevel {
    HeadingLevel::try_from(usize::from(level)).unwrap_or(HeadingLevel::H6)
}

/// `Getting Started!` → `getting-started`, as other renderers make the names that links use.
fn slug(text: &str) -> String {
    let kept = text.trim().chars().filter_map(|character| match character {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        other => other.is_alphanumeric().then_some(other),
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_raw_html_the_text_is_left() {
        let mut raw = RawHtml::Text;
        assert_eq!(raw.text_of("<p align=center>a<!-- <b>"), "a");
        assert_eq!(raw.text_of("> -->b<br"), "b");
        assert_eq!(raw.text_of("/>c < d"), "c ");
    }

    #[test]
    fn ids_are_unique_and_say_what_they_name() {
        let ids = heading_ids(Parser::new("# Getting *Started*!\n\n## A\n\n# A\n"));
        assert_eq!(ids, ["readme-getting-started", "readme-a", "readme-a-1"]);
    }
}
