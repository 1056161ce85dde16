//! The pages of files and symbolic links: spliced, as there are millions of them.

use std::path::PathBuf;

use tera::Context;

use super::tree::{LinkTarget, TreeIndex};
use super::{Crumb, SourcesSite, listing};
use crate::model::{Entry, EntryKind, SourcePackage};
use crate::settings::LinkStyle;
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
    Root,
    Folders,
    Facts,
    RawLink,
    Note,
}

const VALUES: usize = 6;

/// Makes the pages of all files and symbolic links of one version.
pub struct FilePages<'a> {
    site: &'a SourcesSite,
    package: &'a SourcePackage,
    tree: &'a TreeIndex<'a>,
    text: Shell,
    note: Shell,
}

impl<'a> FilePages<'a> {
    pub(super) fn new(
        site: &'a SourcesSite,
        package: &'a SourcePackage,
        tree: &'a TreeIndex<'a>,
    ) -> Result<Self, SiteError> {
        let context = shell_context(site, &crumbs(site, package), package.name.as_str(), package.version.as_str());
        let text = site.render(FILE_TEMPLATE, &context)?;
        let note = site.render(NOTE_TEMPLATE, &context)?;
        Ok(Self { site, package, tree, text: Shell::new(text.trim_end()), note: Shell::new(&note) })
    }

    /// The page of a file or symbolic link: its text when there is a fragment, else a note that says what it is and
    /// why its text is not shown. An excluded file's page says so, whatever it is.
    ///
    /// # Errors
    /// In plain encoding, when the fragment is damaged.
    pub fn page<'b>(&self, entry: &Entry, fragment: Option<Body<'b>>) -> Result<Page<'b>, PageError> {
        let here = Address::File(&self.package.name, &self.package.version, &entry.path);
        let raw = Address::Raw(&self.package.area, &self.package.name, &self.package.version, &entry.path);
        let raw_link = self.site.link(&here, &raw);
        let name = html::escape(&html::display_name(entry.path.name()));
        let root = link_up(here.depth(), LinkStyle::Clean);
        let folders = listing::file_crumbs(self.site, &entry.path);
        let facts = facts(entry);
        let excluded = self.tree.excluded(entry);
        let body = fragment.filter(|_| excluded.is_none());
        let note = match (excluded, body) {
            (Some(reason), _) => format!("<p>This file is not shown: {}</p>", html::escape(reason)),
            (None, Some(_)) => String::new(),
            (None, None) => self.note(entry, &here, &raw_link, &name),
        };
        let mut values = [""; VALUES];
        let mut set = |value: Value, html| values[value as usize] = html;
        set(Value::Name, &name);
        set(Value::Root, &root);
        set(Value::Folders, &folders);
        set(Value::Facts, &facts);
        set(Value::RawLink, &raw_link);
        set(Value::Note, &note);
        match body {
            Some(body) => self.text.page(&values, body, self.site.layout.encoding),
            None => self.note.page(&values, Body::None, self.site.layout.encoding),
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
    let html = site.render(FILE_TEMPLATE, &shell_context(site, &[], "", ""))?;
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
        link: site.link_from_root(&slot(Value::Root as usize), &address),
    };
    [
        crumb(&prefix, Address::Prefix(&prefix)),
        crumb(package.name.as_str(), Address::Package(&package.name)),
        crumb(package.version.as_str(), Address::Version(&package.name, &package.version)),
    ]
}

/// What the templates of file pages can use: what differs between the pages is a slot, which can be put anywhere
/// any number of times, but not be looked into.
fn shell_context(site: &SourcesSite, crumbs: &[Crumb], package: &str, version: &str) -> Context {
    let mut context = site.context_with_root(&slot(Value::Root as usize));
    context.insert("crumbs", crumbs);
    context.insert("package", package);
    context.insert("version", version);
    context.insert("current", &slot(Value::Name as usize));
    context.insert("folders_html", &slot(Value::Folders as usize));
    context.insert("facts", &slot(Value::Facts as usize));
    context.insert("raw_link", &slot(Value::RawLink as usize));
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
