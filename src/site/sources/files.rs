//! The pages of files and symbolic links: spliced, as there are millions of them.

use std::path::PathBuf;
use std::sync::OnceLock;

use tera::Context;

use super::tree::{LinkTarget, TreeIndex};
use super::{Crumb, FileNotes, PatchedHunk, SourcesSite, listing, patched};
use crate::html;
use crate::model::{Entry, EntryKind, EntryPath, Flushed, PageFacts, SourcePackage};
use crate::settings::{Encoding, LinkStyle};
use crate::site::SiteError;
use crate::site::page::{Body, Page, PageError, Shell, Value, slot};
use crate::site::urls::{Address, link_up, raw_type};

const FILE_TEMPLATE: &str = "file.html";
const PREVIEW_TEMPLATE: &str = "preview.html";
const NOTE_TEMPLATE: &str = "note.html";

/// What a text's fragment continues: the start tag of the element whose text is the file.
const CODE_START: &str = "<code id=\"sourcecode\">";

/// What a binary file's fragment continues: the start tag of the element that the preview is in.
const PREVIEW_START: &str = "<div id=\"preview\">";

/// The values that differ between the file pages of a version, by their slots' numbers.
#[derive(Clone, Copy)]
enum Slot {
    Name,
    Folders,
    Facts,
    RawPath,
    Parent,
    Note,
    Parts,
    Outline,
    LineStart,
}

const VALUES: usize = 9;

/// The slot of the link to the root of the site, which is filled once for all files at one depth: a shell compresses
/// the better the fewer slots it has.
const ROOT_SLOT: usize = VALUES;

/// The text of one page of a file, or the preview of a binary one.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The lines or the preview as HTML.
    pub body: Body<'a>,
    /// What is known of the whole file.
    pub facts: &'a PageFacts,
    /// The first line of each page of the text; a preview is one page.
    pub first_lines: &'a [u32],
    /// Which of these pages it is, counted from 0.
    pub number: usize,
    /// What is defined on it.
    pub outline: Option<&'a Flushed>,
}

impl Shown<'_> {
    fn first_line(&self) -> u32 {
        self.first_lines.get(self.number).copied().unwrap_or(1)
    }
}

/// Makes the pages of all files and symbolic links of one version.
pub struct FilePages<'a> {
    site: &'a SourcesSite,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    /// The link to the folder of the version's raw files, from the root of the site.
    raw_folder: String,
    text: Shells,
    preview: Shells,
    note: Shells,
}

/// The shells of one template, for each number of folders between the page and the root of the site.
struct Shells {
    html: String,
    by_depth: Vec<OnceLock<Shell>>,
}

impl Shells {
    fn new(html: String, deepest: usize) -> Self {
        Self { html, by_depth: (0..=deepest).map(|_| OnceLock::new()).collect() }
    }

    fn make(&self, depth: usize) -> Shell {
        Shell::new(&self.html.replace(&slot(ROOT_SLOT), &link_up(depth, LinkStyle::Clean)))
    }

    fn page<'b>(
        &self,
        depth: usize,
        values: &[Value<'_>],
        body: Body<'b>,
        encoding: Encoding,
    ) -> Result<Page<'b>, PageError> {
        match self.by_depth.get(depth) {
            Some(shell) => shell.get_or_init(|| self.make(depth)).page(values, body, encoding),
            None => self.make(depth).page(values, body, encoding),
        }
    }
}

impl<'a> FilePages<'a> {
    pub(super) fn new(
        site: &'a SourcesSite,
        package: &'a SourcePackage,
        tree: &'a TreeIndex<'a>,
    ) -> Result<Self, SiteError> {
        let context = shell_context(site, Some(package));
        let text = site.render(FILE_TEMPLATE, &context)?.trim_end().to_owned();
        let preview = site.render(PREVIEW_TEMPLATE, &context)?.trim_end().to_owned();
        let note = site.render(NOTE_TEMPLATE, &context)?;
        // Further pages of long files have a number among the folders above them.
        let deepest = Address::Parts(&package.name, &package.version).depth() + 2 + tree.depth();
        let [text, preview, note] = [text, preview, note].map(|html| Shells::new(html, deepest));
        Ok(Self { site, package, tree, raw_folder: raw_folder(site, package), text, preview, note })
    }

    /// The address of a page of a file, counted from 0.
    pub fn address<'b>(&'b self, entry: &'b Entry, number: usize) -> Address<'b> {
        page_address(self.package, entry, number)
    }

    /// The page of a file or symbolic link: its text or preview when there is one, else a note that says what it is and
    /// why nothing of it is shown. An excluded file's page says so, whatever it is, and has no notes.
    ///
    /// # Errors
    /// In plain encoding, when the fragment is damaged.
    pub fn page<'b>(
        &self,
        entry: &Entry,
        shown: Option<Shown<'b>>,
        notes: FileNotes<'_>,
    ) -> Result<Page<'b>, PageError> {
        let here = self.address(entry, shown.map_or(0, |shown| shown.number));
        let raw = Address::Raw(&self.package.area, &self.package.name, &self.package.version, &entry.path);
        let raw_link = self.site.link(&Address::Home, &raw);
        let raw_path = raw_link.strip_prefix(&self.raw_folder).unwrap_or(&raw_link);
        let name = html::escape(&html::display_name(entry.path.name()));
        let depth = here.depth();
        let folders = listing::file_crumbs(self.site, self.package, &here, &entry.path);
        let excluded = self.tree.excluded(entry);
        let shown = shown.filter(|_| excluded.is_none());
        let notes = if excluded.is_some() { FileNotes::default() } else { notes };
        let facts = facts(entry, shown.map(|shown| shown.facts)) + &notes.html(self.site, &here);
        let parent = self.parent(entry, &here);
        let raw_link = link_up(depth, LinkStyle::Clean) + &raw_link;
        let parts = shown.map_or_else(String::new, |shown| {
            let hunks = self.hunks(entry, &here, shown, notes.hunks);
            picture(entry, shown, &raw_link, &name) + &self.parts(entry, &here, shown) + &hunks
        });
        let line_start = shown.map_or_else(String::new, |shown| line_start(shown.first_line()));
        let note = match (excluded, shown) {
            (Some(reason), _) => format!("<p>This file is not shown: {}</p>", html::escape(reason)),
            (None, Some(_)) => String::new(),
            (None, None) => self.note(entry, &here, &raw_link, &name),
        };
        let mut values = [Value::default(); VALUES];
        let mut set = |slot: Slot, value| values[slot as usize] = value;
        set(Slot::Name, Value::Html(&name));
        set(Slot::Folders, Value::Html(&folders));
        set(Slot::Facts, Value::Html(&facts));
        set(Slot::RawPath, Value::Html(raw_path));
        set(Slot::Parent, Value::Html(&parent));
        set(Slot::Note, Value::Html(&note));
        set(Slot::Parts, Value::Html(&parts));
        set(Slot::LineStart, Value::Html(&line_start));
        if let Some(outline) = shown.and_then(|shown| shown.outline) {
            set(Slot::Outline, Value::Flushed(outline));
        }
        match shown {
            Some(Shown { body, .. }) if is_text(entry) => {
                self.text.page(depth, &values, body, self.site.layout.encoding)
            }
            Some(Shown { body, .. }) => self.preview.page(depth, &values, body, self.site.layout.encoding),
            None => self.note.page(depth, &values, Body::None, self.site.layout.encoding),
        }
    }

    /// The link to the folder of a file.
    fn parent(&self, entry: &Entry, here: &Address<'_>) -> String {
        let SourcePackage { name, version, .. } = self.package;
        match entry.path.parent() {
            Some(folder) => self.site.link(here, &Address::Folder(name, version, &folder)),
            None => self.site.link(here, &Address::Version(name, version)),
        }
    }

    /// The other pages of a long text, by their lines, and what one should know of the text before reading it.
    fn parts(&self, entry: &Entry, here: &Address<'_>, shown: Shown<'_>) -> String {
        let mut html = String::new();
        if let Some(line) = shown.facts.bidi_line {
            html.push_str(&bidi_warning(line));
        }
        if shown.first_lines.len() < 2 {
            return html;
        }
        html.push_str("<nav class=\"parts\" aria-label=\"Parts of this file\"><ul>");
        let after = shown.first_lines.iter().skip(1).map(|&line| u64::from(line) - 1).chain([shown.facts.lines()]);
        for (number, (first, last)) in shown.first_lines.iter().zip(after).enumerate() {
            let lines = format!("{first}–{last}");
            if number == shown.number {
                html.push_str(&format!("<li><span aria-current=\"page\">{lines}</span></li>"));
            } else {
                let link = self.site.link(here, &self.address(entry, number));
                html.push_str(&format!("<li><a href=\"{link}#L{first}\">{lines}</a></li>"));
            }
        }
        html.push_str("</ul></nav>");
        html
    }

    /// The lines that patches brought, on whatever page of a long text they are.
    fn hunks(&self, entry: &Entry, here: &Address<'_>, shown: Shown<'_>, hunks: &[PatchedHunk<'_>]) -> String {
        let SourcePackage { name, version, .. } = self.package;
        let patch = |path: &EntryPath| self.site.link(here, &Address::Patch(name, version, path));
        let line = |line: u64| {
            let number = shown.first_lines.partition_point(|&first| u64::from(first) <= line).saturating_sub(1);
            let page =
                if number == shown.number { String::new() } else { self.site.link(here, &self.address(entry, number)) };
            format!("{page}#L{line}")
        };
        patched::list(hunks, &patched::Links { patch: &patch, line: &line })
    }

    /// What stands in place of the text.
    fn note(&self, entry: &Entry, here: &Address<'_>, raw_link: &str, name: &str) -> String {
        match &entry.kind {
            EntryKind::Symlink { target } => self.link_note(entry, here, target),
            EntryKind::File { size, text, .. } => {
                let download = format!("<p><a href=\"{raw_link}\" download=\"{name}\">Download it</a></p>");
                let bytes = html::counted(*size, "byte");
                match text.is_text {
                    true => format!("<p>This file is too large to be shown: {bytes}.</p>{download}"),
                    false => format!("<p>This file is binary: {bytes}.</p>{download}"),
                }
            }
            EntryKind::Directory => String::new(),
        }
    }

    fn link_note(&self, entry: &Entry, here: &Address<'_>, target: &[u8]) -> String {
        let shown = html::escape(&html::display_name(target));
        let found = self.tree.follow(&entry.path, target);
        if let Some(address) = listing::target_address(self.package, &found) {
            let link = self.site.link(here, &address);
            return format!("<p>This is a symbolic link to <a href=\"{link}\"><code>{shown}</code></a>.</p>");
        }
        let why = match found {
            LinkTarget::Outside => "which is outside of this package",
            LinkTarget::Missing | LinkTarget::Top | LinkTarget::Entry(_) => "which is not in this package",
        };
        format!("<p>This is a symbolic link to <code>{shown}</code>, {why}.</p>")
    }
}

/// The address of a page of a file, counted from 0.
pub(super) fn page_address<'a>(package: &'a SourcePackage, entry: &'a Entry, number: usize) -> Address<'a> {
    let SourcePackage { name, version, .. } = package;
    match u32::try_from(number) {
        Ok(number) if number > 0 => Address::FilePart(name, version, &entry.path, number.saturating_add(1)),
        _ => Address::File(name, version, &entry.path),
    }
}

/// Fails when a template of file pages does not end where a fragment begins.
pub(super) fn check_templates(site: &SourcesSite) -> Result<(), SiteError> {
    for (template, start, what) in
        [(FILE_TEMPLATE, CODE_START, "the file's text"), (PREVIEW_TEMPLATE, PREVIEW_START, "the file's preview")]
    {
        let html = site.render(template, &shell_context(site, None))?;
        if !html.trim_end().ends_with(start) {
            let message = format!("the page must end with `{start}`: {what} and all closing tags follow it");
            return Err(SiteError::Template { template: PathBuf::from(template), message });
        }
    }
    Ok(())
}

/// The way to a version, in links that begin with the slot of the root.
fn crumbs(site: &SourcesSite, package: &SourcePackage) -> [Crumb; 3] {
    let prefix = package.name.pool_prefix();
    let crumb = |name: &str, address: Address<'_>| Crumb {
        name: name.to_owned(),
        link: site.link_from_root(&slot(ROOT_SLOT), &address),
    };
    [
        crumb(&prefix, Address::Prefix(&prefix)),
        crumb(package.name.as_str(), Address::Package(&package.name)),
        crumb(package.version.as_str(), Address::Version(&package.name, &package.version)),
    ]
}

fn raw_folder(site: &SourcesSite, package: &SourcePackage) -> String {
    site.link(&Address::Home, &Address::RawVersion(&package.area, &package.name, &package.version)) + "/"
}

/// What the templates of file pages can use: what differs between the pages is a slot, which can be put anywhere
/// any number of times, but not be looked into.
fn shell_context(site: &SourcesSite, package: Option<&SourcePackage>) -> Context {
    let mut context = site.context_with_root(&slot(ROOT_SLOT));
    if let Some(package) = package {
        context.insert("crumbs", &crumbs(site, package));
        context.insert("map", &site.link_from_root(&slot(ROOT_SLOT), &Address::Map(&package.name)));
    }
    context.insert("package", package.map_or("", |package| package.name.as_str()));
    context.insert("version", package.map_or("", |package| package.version.as_str()));
    let raw_folder = package.map_or_else(String::new, |package| raw_folder(site, package));
    let raw_link = slot(ROOT_SLOT) + &raw_folder + &slot(Slot::RawPath as usize);
    context.insert("current", &slot(Slot::Name as usize));
    context.insert("folders_html", &slot(Slot::Folders as usize));
    context.insert("facts", &slot(Slot::Facts as usize));
    context.insert("raw_link", &raw_link);
    context.insert("note", &slot(Slot::Note as usize));
    context.insert("parent", &slot(Slot::Parent as usize));
    context.insert("parts", &slot(Slot::Parts as usize));
    context.insert("outline", &slot(Slot::Outline as usize));
    context.insert("line_start", &slot(Slot::LineStart as usize));
    context
}

/// Language or kind, length, size, encoding and mode, as far as the entry has them.
fn facts(entry: &Entry, shown: Option<&PageFacts>) -> String {
    let EntryKind::File { size, .. } = &entry.kind else { return "symbolic link".to_owned() };
    let bytes = html::counted(*size, "byte");
    let kind = shown.and_then(|facts| facts.kind.as_deref().or(facts.language.as_deref())).map(html::escape);
    let text = shown.filter(|facts| facts.kind.is_none());
    let lines = text.map(|facts| html::counted(facts.lines(), "line"));
    let encoding = text.filter(|facts| !facts.is_utf8()).map(|facts| &*facts.encoding);
    let pixels = shown.and_then(|facts| facts.dimensions).map(|(width, height)| format!("{width} × {height} pixels"));
    let executable = entry.executable.then_some("executable");
    let all = [kind.as_deref(), lines.as_deref(), pixels.as_deref(), Some(&*bytes), encoding, executable];
    all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What a page says of a text whose characters may be shown in another order than they stand in.
fn bidi_warning(line: u32) -> String {
    format!(
        "<p class=\"warning\">This file has characters that can make text look as if it stood in another order \
         (bidirectional controls), first in <a href=\"#L{line}\">line {line}</a>. They are marked and have no effect here.</p>"
    )
}

/// Empty elements that set the counter of line numbers to the line before `first`: style sheets count `t0` as one,
/// `t1` as ten and so on. (The policy of pages forbids to say it in the page, and so many style sheets are not wanted.)
fn line_start(first: u32) -> String {
    let digits = (first - 1).to_string();
    let mut html = String::new();
    if first > 1 {
        for (power, digit) in digits.bytes().rev().enumerate() {
            (b'0'..digit).for_each(|_| html.push_str(&format!("<i class=\"t{power}\"></i>")));
        }
    }
    html
}

/// The picture that a file is, if its raw file is served as one and its header could be read; an SVG's is on the first
/// page of its text. (Hosts without rules have SVG files under another name, so that they are no documents.)
fn picture(entry: &Entry, shown: Shown<'_>, raw_link: &str, name: &str) -> String {
    let served_as = raw_type(raw_link.as_bytes());
    let size = match shown.facts.dimensions {
        Some((width, height)) if served_as.starts_with("image/") => format!(" width=\"{width}\" height=\"{height}\""),
        None if served_as == "image/svg+xml" && is_text(entry) && shown.number == 0 => String::new(),
        _ => return String::new(),
    };
    format!("<p><img class=\"picture\" src=\"{raw_link}\"{size} alt=\"The image {name}\"></p>\n")
}

fn is_text(entry: &Entry) -> bool {
    matches!(&entry.kind, EntryKind::File { text, .. } if text.is_text)
}
