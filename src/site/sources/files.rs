//! The pages of files and symbolic links: spliced, as there are millions of them.

use std::path::PathBuf;
use std::sync::OnceLock;

use tera::Context;

use super::tree::{LinkTarget, TreeIndex};
use super::{Crumb, SourcesSite, listing};
use crate::model::{Entry, EntryKind, SourcePackage};
use crate::settings::{Encoding, LinkStyle};
use crate::site::page::{Body, Page, PageError, Shell, slot};
use crate::site::urls::{Address, link_up, raw_type};
use crate::site::{SiteError, html};

const FILE_TEMPLATE: &str = "file.html";
const NOTE_TEMPLATE: &str = "note.html";

/// What a fragment continues: the start tag of the element whose text is the file.
const CODE_START: &str = "<code id=\"sourcecode\">";

/// The values that differ between the file pages of a version, by their slots' numbers.
#[derive(Clone, Copy)]
enum Value {
    Name,
    Folders,
    Facts,
    RawPath,
    Note,
}

const VALUES: usize = 5;

/// The slot of the link to the root of the site, which is filled once for all files at one depth: a shell compresses
/// the better the fewer slots it has.
const ROOT_SLOT: usize = VALUES;

/// Makes the pages of all files and symbolic links of one version.
pub struct FilePages<'a> {
    site: &'a SourcesSite,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    /// The link to the folder of the version's raw files, from the root of the site.
    raw_folder: String,
    text: Shells,
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
        values: &[&str],
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
        let note = site.render(NOTE_TEMPLATE, &context)?;
        let deepest = Address::Version(&package.name, &package.version).depth() + tree.depth();
        let [text, note] = [text, note].map(|html| Shells::new(html, deepest));
        Ok(Self { site, package, tree, raw_folder: raw_folder(site, package), text, note })
    }

    /// The page of a file or symbolic link: its text when there is a fragment, else a note that says what it is and
    /// why its text is not shown. An excluded file's page says so, whatever it is.
    ///
    /// # Errors
    /// In plain encoding, when the fragment is damaged.
    pub fn page<'b>(&self, entry: &Entry, fragment: Option<Body<'b>>) -> Result<Page<'b>, PageError> {
        let here = Address::File(&self.package.name, &self.package.version, &entry.path);
        let raw = Address::Raw(&self.package.area, &self.package.name, &self.package.version, &entry.path);
        let raw_link = self.site.link(&Address::Home, &raw);
        let raw_path = raw_link.strip_prefix(&self.raw_folder).unwrap_or(&raw_link);
        let name = html::escape(&html::display_name(entry.path.name()));
        let depth = here.depth();
        let folders = listing::file_crumbs(self.site, &entry.path);
        let facts = facts(entry);
        let excluded = self.tree.excluded(entry);
        let body = fragment.filter(|_| excluded.is_none());
        let note = match (excluded, body) {
            (Some(reason), _) => format!("<p>This file is not shown: {}</p>", html::escape(reason)),
            (None, Some(_)) => String::new(),
            (None, None) => self.note(entry, &here, &(link_up(depth, LinkStyle::Clean) + &raw_link), &name),
        };
        let mut values = [""; VALUES];
        let mut set = |value: Value, html| values[value as usize] = html;
        set(Value::Name, &name);
        set(Value::Folders, &folders);
        set(Value::Facts, &facts);
        set(Value::RawPath, raw_path);
        set(Value::Note, &note);
        match body {
            Some(body) => self.text.page(depth, &values, body, self.site.layout.encoding),
            None => self.note.page(depth, &values, Body::None, self.site.layout.encoding),
        }
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
                    false if is_image(entry) => {
                        format!("<p><img src=\"{raw_link}\" alt=\"The image {name}\"></p>{download}")
                    }
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

/// Fails when the template of file pages does not end where a fragment begins.
pub(super) fn check_template(site: &SourcesSite) -> Result<(), SiteError> {
    let html = site.render(FILE_TEMPLATE, &shell_context(site, None))?;
    if html.trim_end().ends_with(CODE_START) {
        return Ok(());
    }
    Err(SiteError::Template {
        template: PathBuf::from(FILE_TEMPLATE),
        message: format!("the page must end with `{CODE_START}`: the file's text and all closing tags follow it"),
    })
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
    let raw_link = slot(ROOT_SLOT) + &raw_folder + &slot(Value::RawPath as usize);
    context.insert("current", &slot(Value::Name as usize));
    context.insert("folders_html", &slot(Value::Folders as usize));
    context.insert("facts", &slot(Value::Facts as usize));
    context.insert("raw_link", &raw_link);
    context.insert("note", &slot(Value::Note as usize));
    context.insert("parent", &link_up(0, site.layout.links));
    context
}

/// Length, size and mode, as far as the entry has them.
fn facts(entry: &Entry) -> String {
    let mode = listing::mode(entry);
    match &entry.kind {
        EntryKind::File { size, text, .. } if text.is_text => {
            format!("{} · {} · {mode}", html::counted(u64::from(text.lines), "line"), html::counted(*size, "byte"))
        }
        EntryKind::File { size, .. } => format!("{} · {mode}", html::counted(*size, "byte")),
        EntryKind::Symlink { .. } | EntryKind::Directory => mode.to_owned(),
    }
}

/// Whether the raw file is served as an image, so that the page can show it.
fn is_image(entry: &Entry) -> bool {
    raw_type(entry.path.name()).starts_with("image/")
}
