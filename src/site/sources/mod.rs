//! The sources site: every file of every source package.
//!
//! [`SourcesSite`] makes all pages from plain [`views`]: what the page of one package version needs is given by
//! the caller, who also writes the bytes to the [`output_path`](Address::output_path) of the page's address.
//!
//! - Home, prefixes, packages and failures change when packages come and go: one call each.
//! - [`SourcesSite::version`] is the one page of a version that tells what depends on other versions (suites,
//!   conflicts), so the others stay as they are when a version enters a suite.
//! - [`SourcesSite::folder`] and [`FilePages::page`] depend on the version's tree alone.
//!
//! No page has a wall-clock time or counts anything that changes nightly.

mod api;
mod data;
mod files;
mod frame;
mod listing;
mod notes;
pub(in crate::site) mod overview;
mod patched;
pub mod readme;
pub mod sitemap;
pub mod symbols;
mod totals;
mod tree;
pub mod views;

#[cfg(test)]
mod tests;

pub use data::named_version;
pub use files::{FilePages, Shown};
pub use notes::{FileNotes, Note};
pub use patched::PatchedHunk;
pub use tree::{LinkTarget, TreeIndex};

use serde::Serialize;
use tera::Context;

use self::frame::Frame;
use self::overview::OverviewRow;
use self::readme::Readme;
use self::totals::TotalsRow;
use self::views::{FailuresView, FolderView, HomeView, PackageView, PrefixView, VersionContent, VersionView};
use super::templates::Templates;
use super::urls::{Address, Layout, NAMED_FOLDERS, ROUTES, Route};
use super::{SiteError, page};
use crate::html;
use crate::model::{Key, PackageName, SourcePackage};
use crate::settings::{LinkStyle, NamedLink, Settings};

/// Version of what the pages here look like for the same templates, for keys.
const VERSION: u32 = 6;

/// An output path, and the bytes to be written there.
pub type OutputFile = (Vec<u8>, Vec<u8>);

/// Makes the pages of one sources site.
#[derive(Debug)]
pub struct SourcesSite {
    templates: Templates,
    layout: Layout,
    frame: Frame,
    package_links: Vec<NamedLink>,
    /// The site's base address, with a slash at its end.
    base_url: String,
    /// The path of the site's base address, with slashes around it.
    base_path: String,
}

/// A step of the way from the home page to a page.
#[derive(Serialize)]
pub(in crate::site) struct Crumb {
    pub(in crate::site) name: String,
    pub(in crate::site) link: String,
}

impl SourcesSite {
    /// A site with these templates.
    ///
    /// # Errors
    /// When a template of file pages does not end where fragments begin, or the logo is no asset.
    pub fn new(templates: Templates, settings: &Settings) -> Result<Self, SiteError> {
        let site = Self {
            frame: Frame::new(settings, &templates)?,
            templates,
            layout: Layout::from(&settings.output),
            package_links: settings.site.package_links.clone(),
            base_path: base_path(&settings.site.base_url),
            base_url: settings.site.base_url.clone(),
        };
        files::check_templates(&site)?;
        Ok(site)
    }

    /// Changes whenever pages for the same views may: with templates, assets, layout, frame and this code.
    pub fn key(&self) -> Key {
        Key::of("sources pages", VERSION)
            .number(u64::from(page::VERSION))
            .number(u64::from(super::patches::VERSION))
            .key(self.templates.fingerprint())
            .text(&format!("{:?}", self.layout))
            .text(&format!("{:?}", self.frame))
            .text(&self.base_path)
            .text(&format!("{:?}", self.package_links))
            .finish()
    }

    /// The address the site will have, with a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What the site is called.
    pub(in crate::site) fn title(&self) -> &str {
        self.frame.title()
    }

    /// How pages are laid out.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The files that every site has, with their output paths: assets, `robots.txt`, `favicon.ico`, `404.html`. The last
    /// is always plain, as hosts without rules look for it under this name.
    ///
    /// # Errors
    /// When a template cannot be rendered.
    pub fn fixed_files(&self) -> Result<Vec<OutputFile>, SiteError> {
        let mut context = self.context(&Address::NotFound);
        let routes = ROUTES.map(|Route { from, to, below }| (&from[1..], &to[1..], below));
        context.insert("routes", &serde_json::to_string(&routes).unwrap_or_default());
        context.insert("folders_named", &serde_json::to_string(&NAMED_FOLDERS).unwrap_or_default());
        let mut files = vec![
            (Address::Robots.output_path(self.layout), self.robots().into()),
            (Address::NotFound.output_path(self.layout), self.render("404.html", &context)?.into()),
        ];
        let assets = self.templates.assets().iter();
        files.extend(assets.map(|it| (it.address().output_path(self.layout), it.bytes.clone())));
        Ok(files)
    }

    /// The start page.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn home(&self, view: &HomeView<'_>) -> Result<Vec<u8>, SiteError> {
        let prefix =
            |prefix: &str| Crumb { name: prefix.to_owned(), link: self.link(&Address::Home, &Address::Prefix(prefix)) };
        let (libraries, letters): (Vec<&str>, Vec<&str>) =
            view.prefixes.iter().map(String::as_str).partition(|prefix| prefix.len() > 1);
        let mut context = self.context(&Address::Home);
        context.insert("letters", &letters.into_iter().map(prefix).collect::<Vec<_>>());
        context.insert("libraries", &libraries.into_iter().map(prefix).collect::<Vec<_>>());
        context.insert("suites", view.suites);
        context.insert("licences", &self.link(&Address::Home, &Address::Copyright));
        context.insert("checksums", &self.link(&Address::Home, &Address::Checksums));
        context.insert("patches", &self.link(&Address::Home, &Address::Patches));
        self.encoded("home.html", &context)
    }

    /// The packages with one prefix.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn prefix(&self, view: &PrefixView<'_>) -> Result<Vec<u8>, SiteError> {
        let here = Address::Prefix(view.prefix);
        let packages: Vec<Crumb> = view
            .packages
            .iter()
            .map(|package| Crumb { name: package.to_string(), link: self.link(&here, &Address::Package(package)) })
            .collect();
        let mut context = self.context(&here);
        context.insert("prefix", view.prefix);
        context.insert("packages", &packages);
        context.insert("current", view.prefix);
        self.encoded("prefix.html", &context)
    }

    /// The versions of a package.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn package(&self, view: &PackageView<'_>) -> Result<Vec<u8>, SiteError> {
        let here = Address::Package(view.package);
        let prefix = view.package.pool_prefix();
        let versions: Vec<_> = view
            .versions
            .iter()
            .map(|it| it.row(self.link(&here, &Address::Version(view.package, it.version))))
            .collect();
        let mut context = self.context(&here);
        context.insert("package", view.package);
        context.insert("versions", &versions);
        context.insert("conflicts", view.conflicts);
        context.insert("crumbs", &[Crumb { link: self.link(&here, &Address::Prefix(&prefix)), name: prefix }]);
        context.insert("current", view.package);
        self.encoded("package.html", &context)
    }

    /// One version, with its topmost folder.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn version(&self, view: &VersionView<'_>) -> Result<Vec<u8>, SiteError> {
        let package = view.package;
        let here = Address::Version(&package.name, &package.version);
        let mut context = self.context(&here);
        self.insert_package(package, &here, &mut context);
        context.insert("current", &package.version);
        context.insert("suites", view.suites);
        context.insert("area", &package.area);
        context.insert("extra_source_only", &package.extra_source_only);
        context.insert("conflicts", view.conflicts);
        context.insert("files", &views::source_file_rows(package, view.pool));
        let (state, rows) = match &view.content {
            VersionContent::Tree { tree, overview, copyright, patches, symbols, readme } => {
                let link = self.link(&here, &Address::CopyrightVersion(&package.name, &package.version));
                context.insert("licence", &Crumb { name: copyright.in_short(), link });
                let link = self.link(&here, &Address::PatchesVersion(&package.name, &package.version));
                context.insert("patches", &Crumb { name: patches.in_short(), link });
                if *symbols > 0 {
                    let link = self.link(&here, &Address::Symbols(&package.name, &package.version));
                    context.insert("symbols", &Crumb { name: html::counted(*symbols, "symbol"), link });
                }
                self.insert_readme(*readme, package, tree, &here, &mut context);
                context.insert("overview", &OverviewRow::new(package, overview, &self.package_links));
                context.insert("format", &tree.tree().format);
                let findings: Vec<String> =
                    tree.tree().findings.iter().map(|finding| html::display_name(finding.as_bytes())).collect();
                context.insert("findings", &findings);
                (None, Some(listing::rows(self, package, tree, None)))
            }
            VersionContent::Absent(state) => (Some(state), None),
        };
        context.insert("state", &state);
        context.insert("rows", &rows);
        context.insert("parent", &self.link(&here, &Address::Package(&package.name)));
        self.encoded("version.html", &context)
    }

    /// A folder of a version, other than the topmost.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn folder(&self, view: &FolderView<'_>) -> Result<Vec<u8>, SiteError> {
        let FolderView { package, tree, folder, totals, readme } = *view;
        let here = Address::Folder(&package.name, &package.version, folder);
        let mut context = self.context(&here);
        self.insert_package(package, &here, &mut context);
        let crumbs = listing::crumbs(self, package, &here, folder);
        context.insert("folders", &crumbs);
        context.insert("current", &html::display_name(folder.name()));
        context.insert("totals", &totals.map(TotalsRow::from));
        context.insert("rows", &listing::rows(self, package, tree, Some(folder)));
        context.insert("parent", &super::urls::link_up(1, self.layout.links));
        self.insert_readme(readme, package, tree, &here, &mut context);
        self.encoded("folder.html", &context)
    }

    fn insert_readme(
        &self,
        readme: Option<&Readme<'_>>,
        package: &SourcePackage,
        tree: &TreeIndex<'_>,
        here: &Address<'_>,
        context: &mut Context,
    ) {
        let Some(readme) = readme.filter(|readme| tree.excluded(readme.entry).is_none()) else { return };
        let address = Address::File(&package.name, &package.version, &readme.entry.path);
        let name = html::display_name(readme.entry.path.name());
        context.insert("readme", &Crumb { name, link: self.link(here, &address) });
        context.insert("readme_html", &page::without_slots(&readme.html(self, package, tree, here)));
    }

    /// The pages of the files and symbolic links of a version.
    ///
    /// # Errors
    /// When a template cannot be rendered.
    pub fn file_pages<'a>(
        &'a self,
        package: &'a SourcePackage,
        tree: &'a TreeIndex<'a>,
    ) -> Result<FilePages<'a>, SiteError> {
        FilePages::new(self, package, tree)
    }

    /// The packages that could not be published.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn failures(&self, view: &FailuresView<'_>) -> Result<Vec<u8>, SiteError> {
        let here = Address::Failures;
        let link =
            |failure: &views::FailedVersion<'_>| self.link(&here, &Address::Version(failure.package, failure.version));
        let rows: Vec<_> = view.failures.iter().map(|failure| failure.row(link(failure))).collect();
        let mut context = self.context(&here);
        context.insert("failures", &rows);
        context.insert("current", "Failures");
        self.encoded("failures.html", &context)
    }

    pub(in crate::site) fn link(&self, from: &Address<'_>, to: &Address<'_>) -> String {
        match from {
            Address::NotFound => format!("{}{}", self.base_path, &to.link_from(from, self.layout.links)[1..]),
            from => to.link_from(from, self.layout.links),
        }
    }

    /// The link to an address from a page with the link `root` to the root of the site, or a slot in its place.
    fn link_from_root(&self, root: &str, to: &Address<'_>) -> String {
        let link = to.link_from(&Address::Home, self.layout.links);
        format!("{root}{}", link.trim_start_matches("./"))
    }

    /// What every template can use, for a page at `here`.
    pub(in crate::site) fn context(&self, here: &Address<'_>) -> Context {
        let root = match here {
            Address::NotFound => self.base_path.clone(),
            here => super::urls::link_up(here.depth(), LinkStyle::Clean),
        };
        self.context_with_root(&root)
    }

    /// The same for pages with this link to the root of the site, or a slot in its place.
    fn context_with_root(&self, root: &str) -> Context {
        let mut context = Context::new();
        context.insert("site", &self.frame);
        context.insert("links", &self.layout.links);
        context.insert("root", root);
        context.insert("home", &self.link_from_root(root, &Address::Home));
        context.insert("failures_link", &self.link_from_root(root, &Address::Failures));
        context.insert("crumbs", &[(); 0]);
        context.insert("folders", &[(); 0]);
        context.insert("folders_html", "");
        context.insert("current", "");
        context.insert("map", "");
        context
    }

    /// The way to a package's page, that itself among it.
    pub(in crate::site) fn package_crumbs(&self, package: &PackageName, here: &Address<'_>) -> [Crumb; 2] {
        let prefix = package.pool_prefix();
        [
            Crumb { link: self.link(here, &Address::Prefix(&prefix)), name: prefix },
            Crumb { link: self.link(here, &Address::Package(package)), name: package.to_string() },
        ]
    }

    /// What all pages below a version can use.
    pub(in crate::site) fn insert_package(&self, package: &SourcePackage, here: &Address<'_>, context: &mut Context) {
        context.insert("map", &self.link(here, &Address::Map(&package.name)));
        let mut crumbs = Vec::from(self.package_crumbs(&package.name, here));
        let version = Address::Version(&package.name, &package.version);
        if *here != version {
            crumbs.push(Crumb { link: self.link(here, &version), name: package.version.to_string() });
        }
        context.insert("crumbs", &crumbs);
        context.insert("package", &package.name);
        context.insert("version", &package.version);
    }

    fn render(&self, template: &str, context: &Context) -> Result<String, SiteError> {
        self.templates.render(template, context)
    }

    pub(in crate::site) fn encoded(&self, template: &str, context: &Context) -> Result<Vec<u8>, SiteError> {
        Ok(page::encoded(&self.render(template, context)?, self.layout.encoding))
    }
}

/// `https://example.org/sources/` → `/sources/`.
fn base_path(base_url: &str) -> String {
    let after_scheme = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    after_scheme.find('/').map_or("/", |slash| &after_scheme[slash..]).to_owned()
}
