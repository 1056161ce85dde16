//! The names of all that is published: [`Address`].

use super::component;
use super::link::{encode, relative};
use super::{BomFormat, Layout};
use crate::model::{Area, DebianVersion, EntryPath, PackageName, SuiteName};
use crate::settings::LinkStyle;

/// One thing that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address<'a> {
    /// The start page.
    Home,
    /// The packages with one prefix (`l`, `libc`).
    Prefix(&'a str),
    /// The versions of a package.
    Package(&'a PackageName),
    /// One version, with its topmost folder.
    Version(&'a PackageName, &'a DebianVersion),
    /// A folder in a version.
    Folder(&'a PackageName, &'a DebianVersion, &'a EntryPath),
    /// The page of a file or of a symbolic link.
    File(&'a PackageName, &'a DebianVersion, &'a EntryPath),
    /// The page of a long file's further lines: its second page is part 2.
    FilePart(&'a PackageName, &'a DebianVersion, &'a EntryPath, u32),
    /// The folder around the further pages of a version's long files; it has no page.
    Parts(&'a PackageName, &'a DebianVersion),
    /// A file's bytes.
    Raw(&'a Area, &'a PackageName, &'a DebianVersion, &'a EntryPath),
    /// The folder around the raw files of a version; it has no page.
    RawVersion(&'a Area, &'a PackageName, &'a DebianVersion),
    /// The packages that could not be published.
    Failures,
    /// What is shown instead of a page that is not there.
    NotFound,
    /// What robots may read.
    Robots,
    /// The image that browsers ask for where a page names none.
    Favicon,
    /// The sitemap that names all others.
    SitemapIndex,
    /// The sitemap with this name.
    Sitemap(&'a str),
    /// A style sheet or image of ours, under its published name.
    Asset(&'a str),
    /// The small file of data on what pages of a package need to know of its other versions: JSON, or a script where
    /// links are names of files.
    Map(&'a PackageName),
    /// The list of a version's files, data as well.
    FileList(&'a PackageName, &'a DebianVersion),
    /// What a version defines.
    Symbols(&'a PackageName, &'a DebianVersion),
    /// A page of its symbols of one kind, counted from 1.
    SymbolsOfKind(&'a PackageName, &'a DebianVersion, &'a str, u32),
    /// The same as JSON, file by file.
    SymbolsDocument(&'a PackageName, &'a DebianVersion),
    /// What a version consists of, for programs.
    BillOfMaterials(&'a PackageName, &'a DebianVersion, BomFormat),
    /// The versions of a package, for their licences.
    CopyrightPackage(&'a PackageName),
    /// The licences of one version.
    CopyrightVersion(&'a PackageName, &'a DebianVersion),
    /// The licences of all its files.
    CopyrightFiles(&'a PackageName, &'a DebianVersion),
    /// The same as JSON, file by file.
    CopyrightDocument(&'a PackageName, &'a DebianVersion),
    /// The versions of a package, for their patches.
    PatchesPackage(&'a PackageName),
    /// The patches of one version.
    PatchesVersion(&'a PackageName, &'a DebianVersion),
    /// One patch, by its path below debian/patches.
    Patch(&'a PackageName, &'a DebianVersion, &'a EntryPath),
    /// The patches of one version as JSON.
    PatchesDocument(&'a PackageName, &'a DebianVersion),
    /// The start page of patches.
    Patches,
    /// A list of patches across packages, by its name, or the list of its parts.
    PatchList(&'a str),
    /// A page of a part of a list of patches, by their names, counted from 1.
    PatchListPart(&'a str, &'a str, u32),
    /// The patches of all versions in a format: `json` or `tsv`.
    PatchCensus(&'a str),
    /// All packages, as Debsources' API tells them.
    ApiPackages,
    /// The versions of a package, as Debsources' API tells them.
    ApiPackage(&'a PackageName),
    /// That all is well, as Debsources' API tells it.
    Ping,
    /// The versions of a package with their patches, as Debsources' API tells them.
    PatchesApiPackage(&'a PackageName),
    /// The patches of one version, as Debsources' API tells them.
    PatchesApiVersion(&'a PackageName, &'a DebianVersion),
    /// The patches of a package as a feed.
    PatchFeed(&'a PackageName),
    /// What became of the patches of a package from version to version.
    PatchHistory(&'a PackageName),
    /// The complete difference of one version from upstream.
    PatchesDifference(&'a PackageName, &'a DebianVersion),
    /// The patches that one version applies, one after the other.
    PatchSeries(&'a PackageName, &'a DebianVersion),
    /// The start page of licences.
    Copyright,
    /// The licences that there are.
    Licences,
    /// A page of the versions that declare a licence, by its SPDX name, counted from 1.
    Licence(&'a str, u32),
    /// The rules that findings in `debian/copyright` are by.
    Findings,
    /// A page of the versions with findings by a rule, counted from 1.
    FindingsOfRule(&'a str, u32),
    /// The licences of all versions in a format: `json` or `tsv`.
    Census(&'a str),
    /// How often licences are declared in a suite, or in all versions.
    LicenceStatistics(Option<&'a SuiteName>),
    /// The same of all suites as JSON.
    LicenceStatisticsDocument,
    /// Where holders of copyright are listed by their first letters.
    Holders,
    /// A page of the holders whose names begin with a letter, counted from 1.
    HoldersOfLetter(&'a str, u32),
    /// A page of the files that packages declare differently, counted from 1.
    Disagreements(u32),
    /// All of these in a format: `json` or `tsv`.
    DisagreementsDocument(&'a str),
    /// Where files are looked up by their SHA-256.
    Checksums,
    /// A shard of the table with this name, or the file that tells how many there are: JSON.
    Shard(&'a str, &'a str),
    /// The same as a script that hands it over, where links are names of files.
    ShardScript(&'a str, &'a str),
}

/// What an address leads to: how its last component is written depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A page that is a folder's `index.html`.
    Index,
    /// A page with a name of its own.
    Page,
    /// A file without a page around it.
    Plain,
    /// A file without a page around it that is stored as pages are.
    Document,
}

impl Address<'_> {
    /// The absolute path of the address, percent-encoded once (RFC 3986: all but unreserved characters and the
    /// slash), beginning with a slash. A folder's ends in one.
    pub fn url(&self) -> String {
        let mut url = String::with_capacity(96);
        url.push('/');
        self.write_link(LinkStyle::Clean, &mut url);
        url
    }

    /// The file below the published folder, as bytes without leading slash. That of a [`RawVersion`]
    /// (Self::RawVersion) and [`Parts`](Self::Parts) is a folder.
    pub fn output_path(&self, layout: Layout) -> Vec<u8> {
        let mut path = Vec::with_capacity(96);
        self.each_component(layout.links, &mut |part| {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(part);
        });
        match self.kind() {
            Kind::Plain => {}
            Kind::Document => path.extend_from_slice(layout.document_suffix().as_bytes()),
            Kind::Index => {
                path.extend_from_slice(if path.is_empty() { b"index" } else { b"/index" });
                path.extend_from_slice(layout.page_suffix().as_bytes());
            }
            Kind::Page => {
                if component::is_index(component::last(&path)) {
                    path.push(b'~');
                }
                path.extend_from_slice(layout.page_suffix().as_bytes());
            }
        }
        path
    }

    /// The relative link from the page `from` to this address, percent-encoded; safe inside an HTML attribute as
    /// it is. It is right under both spellings of a page's address, with `.html` and without.
    ///
    /// From [`NotFound`](Self::NotFound), which is shown at any address, links are absolute.
    pub fn link_from(&self, from: &Address<'_>, style: LinkStyle) -> String {
        let mut target = String::with_capacity(96);
        self.write_link(style, &mut target);
        if matches!(from, Address::NotFound) {
            return format!("/{target}");
        }
        let mut base = String::with_capacity(96);
        from.write_link(LinkStyle::Clean, &mut base);
        relative(&base, &target)
    }

    /// How many folders lie between the page at this address and the root of the site.
    pub fn depth(&self) -> usize {
        let mut components = 0;
        self.each_component(LinkStyle::Clean, &mut |_| components += 1);
        match self.kind() {
            Kind::Index => components,
            Kind::Page | Kind::Plain | Kind::Document => components.saturating_sub(1),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Home
            | Self::Prefix(_)
            | Self::Package(_)
            | Self::Version(..)
            | Self::Folder(..)
            | Self::Failures
            | Self::Symbols(..)
            | Self::CopyrightPackage(_)
            | Self::Checksums
            | Self::CopyrightVersion(..)
            | Self::PatchesPackage(_)
            | Self::PatchesVersion(..)
            | Self::Patches
            | Self::PatchList(_)
            | Self::Copyright
            | Self::Licences
            | Self::LicenceStatistics(_)
            | Self::Holders
            | Self::Disagreements(1)
            | Self::Findings => Kind::Index,
            Self::File(..)
            | Self::FilePart(..)
            | Self::SymbolsOfKind(..)
            | Self::CopyrightFiles(..)
            | Self::Patch(..)
            | Self::PatchHistory(_)
            | Self::PatchesDifference(..)
            | Self::PatchListPart(..)
            | Self::Licence(..)
            | Self::HoldersOfLetter(..)
            | Self::Disagreements(_)
            | Self::FindingsOfRule(..) => Kind::Page,
            Self::SymbolsDocument(..)
            | Self::CopyrightDocument(..)
            | Self::PatchesDocument(..)
            | Self::PatchSeries(..)
            | Self::BillOfMaterials(..)
            | Self::Census(_)
            | Self::LicenceStatisticsDocument
            | Self::DisagreementsDocument(_)
            | Self::PatchCensus(_)
            | Self::PatchFeed(_)
            | Self::ApiPackages
            | Self::ApiPackage(_)
            | Self::Ping
            | Self::PatchesApiPackage(_)
            | Self::PatchesApiVersion(..)
            | Self::Shard(..) => Kind::Document,
            Self::Parts(..)
            | Self::Raw(..)
            | Self::RawVersion(..)
            | Self::NotFound
            | Self::Robots
            | Self::Favicon
            | Self::SitemapIndex
            | Self::Sitemap(_)
            | Self::Asset(_)
            | Self::Map(_)
            | Self::FileList(..)
            | Self::ShardScript(..) => Kind::Plain,
        }
    }

    /// Appends the link from the root of the site, without leading slash.
    fn write_link(&self, style: LinkStyle, link: &mut String) {
        let start = link.len();
        let mut last_is_index = false;
        self.each_component(style, &mut |part| {
            if link.len() > start {
                link.push('/');
            }
            last_is_index = component::is_index(part);
            encode(part, link);
        });
        match (self.kind(), style) {
            (Kind::Plain | Kind::Document, _) | (Kind::Page, LinkStyle::Clean) => {}
            (Kind::Page, LinkStyle::File) => link.push_str(if last_is_index { "~.html" } else { ".html" }),
            (Kind::Index, style) => {
                if link.len() > start {
                    link.push('/');
                }
                if style == LinkStyle::File {
                    link.push_str("index.html");
                }
            }
        }
    }
}
