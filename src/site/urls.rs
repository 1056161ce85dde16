//! The only place that knows how an address becomes an output path, and an output path an address.
//!
//! An [`Address`] names one thing that is published. It has a [`url`](Address::url) (what readers and
//! search engines see), an [`output_path`](Address::output_path) (the file below the published folder) and a
//! [`link_from`](Address::link_from) another address. [`Resolver`] goes the other way: it answers a request as
//! the rules in [`hosts`](crate::site::hosts) make a web server answer it.
//!
//! # From the path of a file to the path of its page
//!
//! The page of the file `a/b.c` is `a/b.c.html` (`a/b.c.html.gz`), that of the folder `a` is `a/index.html`. A
//! package may use any bytes in its names, so below `/src/`, from the version's component on, names that could
//! meet a page of ours are changed (see [`component`]):
//!
//! - a file called `index`, or that with tildes behind it, gets one more tilde: its page is `index~.html`, never
//!   the folder's `index.html`. Its address stays `…/index`;
//! - a folder whose name ends in `.html` or `.html.gz`, or that with tildes behind it, gets one more tilde, so
//!   that it never meets the page of a file. Its address has the tilde too;
//! - a component longer than 240 bytes, to which no `.html.gz` could be appended, and one that looks as if it had
//!   been shortened, becomes its first 160 bytes, `~` and its SHA-256. Its address is shortened too.
//!
//! So the mapping is injective, and no page lies where a folder is, whatever the encoding. Raw files, below
//! `/data/`, keep their names on hosts with rules. On hosts without ([`LinkStyle::File`]) all but images get `.txt`
//! behind them, so that whatever the host says of them, no browser runs one as a page of our origin; folders whose
//! name ends in `.txt`, or that with tildes behind it, get one more tilde.
//!
//! May use `model` and `settings`.

mod component;
mod media;
mod names;
mod resolve;
mod routes;

#[cfg(test)]
mod tests;

pub use media::raw_type;
pub use media::{ASSET_TYPES, DOCUMENT_FOLDERS, DOCUMENT_TYPES, POLICY_IMAGE, POLICY_RAW, RAW_DEFAULT_TYPE, RAW_TYPES};
pub use names::{Candidate, LATEST, NAMED_FOLDERS, NamedVersion, PackageNames, VersionOf};
pub use resolve::{Answer, Moved, Resolver, decode};
pub use routes::{Below, ROUTES, Route};

use std::fmt::Write as _;

use crate::model::{Area, DebianVersion, EntryPath, PackageName, SuiteName};
use crate::settings::{Encoding, LinkStyle, Output};

/// How pages and raw files are laid out below the published folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Whether pages are stored as `.html.gz`.
    pub encoding: Encoding,
    /// Whether the host follows rules.
    pub links: LinkStyle,
}

impl From<&Output> for Layout {
    fn from(output: &Output) -> Self {
        Self { encoding: output.encoding, links: output.links }
    }
}

impl Layout {
    /// What follows the name of a page's file: `.html.gz` or `.html`.
    pub fn page_suffix(self) -> &'static str {
        match self.encoding {
            Encoding::Gzip => ".html.gz",
            Encoding::Plain => ".html",
        }
    }

    /// What follows the name of a document's file: `.gz` or nothing.
    pub fn document_suffix(self) -> &'static str {
        match self.encoding {
            Encoding::Gzip => ".gz",
            Encoding::Plain => "",
        }
    }
}

/// The form of a bill of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BomFormat {
    /// SPDX 2.3 as JSON.
    SpdxJson,
    /// SPDX 2.3 as tags with values.
    SpdxTagValue,
    /// CycloneDX 1.6 as JSON.
    CycloneDx,
}

impl BomFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SpdxJson, Self::SpdxTagValue, Self::CycloneDx];

    /// Its name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::SpdxJson => "SPDX (JSON)",
            Self::SpdxTagValue => "SPDX (tag-value)",
            Self::CycloneDx => "CycloneDX",
        }
    }

    /// What follows the version in a file's name, as the specifications recommend it. None ends in another's.
    pub fn extension(self) -> &'static str {
        match self {
            Self::SpdxJson => "spdx.json",
            Self::SpdxTagValue => "spdx",
            Self::CycloneDx => "cdx.json",
        }
    }
}

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

/// The folder of file lists, among those of prefixes; it is none.
const FILE_LISTS: &[u8] = b"files";

/// The folder of documents for programs, below `info`.
const DOCUMENTS: &[u8] = b"json";

/// The folder of bills of materials, below `info`.
const BILLS: &[u8] = b"bom";

/// The folder of what is told of patches across versions, below `info`.
const PATCHES: &[u8] = b"patches";
/// The folder of series of patches, below `info`.
const SERIES: &[u8] = b"series";

/// The folder of what Debsources' API tells of packages, among documents; [`ROUTES`] lead there.
const SOURCES_API: &[u8] = b"debsources-src";

/// The same of patches.
const PATCHES_API: &[u8] = b"debsources-patches";

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

    /// Gives the components as the output path has them, but for what is appended to a page's.
    fn each_component(&self, style: LinkStyle, push: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Home => {}
            Self::Prefix(prefix) => [b"prefix", prefix.as_bytes()].into_iter().for_each(push),
            Self::Package(package) => [b"src", package.as_str().as_bytes()].into_iter().for_each(push),
            Self::Version(package, version) => version_components(package, version, push),
            Self::Folder(package, version, path) => {
                version_components(package, version, push);
                path.components().for_each(|part| push(&component::folder(part)));
            }
            Self::File(package, version, path) => {
                version_components(package, version, push);
                page_components(path, None, push);
            }
            Self::Parts(package, version) => parts_components(package, version, push),
            Self::FilePart(package, version, path, number) => {
                parts_components(package, version, push);
                // With the number in the name, the parts of a file share their folders.
                page_components(path, Some(*number), push);
            }
            Self::RawVersion(area, package, version) => raw_components(area, package, version, push),
            Self::Raw(area, package, version, path) => {
                raw_components(area, package, version, push);
                let mut components = path.components();
                let name = components.next_back().unwrap_or_default();
                match style {
                    LinkStyle::Clean => path.components().for_each(push),
                    LinkStyle::File => {
                        components.for_each(|part| push(&component::raw_folder_without_rules(part)));
                        push(&component::raw_file_without_rules(name));
                    }
                }
            }
            Self::Failures => [&b"info"[..], b"failures"].into_iter().for_each(push),
            Self::Symbols(package, version) => symbols_components(package, version, push),
            Self::SymbolsOfKind(package, version, kind, number) => {
                symbols_components(package, version, push);
                push(&component::shortened(format!("{kind}-{number}").as_bytes()));
            }
            Self::SymbolsDocument(package, version) => {
                document_components(b"symbols", package, version, push);
            }
            Self::CopyrightDocument(package, version) => document_components(b"licences", package, version, push),
            Self::CopyrightFiles(package, version) => {
                [&b"info"[..], b"licences", package.as_str().as_bytes()].into_iter().for_each(&mut *push);
                push(version.as_str().as_bytes());
            }
            Self::BillOfMaterials(package, version, format) => {
                [b"info", BILLS, package.as_str().as_bytes()].into_iter().for_each(&mut *push);
                push(format!("{version}.{}", format.extension()).as_bytes());
            }
            Self::CopyrightPackage(package) => {
                [&b"copyright"[..], b"license", package.as_str().as_bytes()].into_iter().for_each(push);
            }
            Self::CopyrightVersion(package, version) => {
                [&b"copyright"[..], b"license", package.as_str().as_bytes()].into_iter().for_each(&mut *push);
                push(&component::folder(version.as_str().as_bytes()));
            }
            Self::PatchesPackage(package) => [b"patches", package.as_str().as_bytes()].into_iter().for_each(push),
            Self::PatchesVersion(package, version) => patches_components(package, version, push),
            Self::Patch(package, version, path) => {
                patches_components(package, version, push);
                page_components(path, None, push);
            }
            Self::Patches => push(b"patches"),
            Self::PatchList(list) => [b"info", PATCHES, list.as_bytes()].into_iter().for_each(push),
            Self::PatchListPart(list, part, number) => {
                [b"info", PATCHES, list.as_bytes()].into_iter().for_each(&mut *push);
                push(&component::numbered(part, *number));
            }
            Self::PatchCensus(format) => {
                [&b"info"[..], DOCUMENTS].into_iter().for_each(&mut *push);
                push(format!("patches.{format}").as_bytes());
            }
            Self::ApiPackages => [b"info", DOCUMENTS, b"packages.json"].into_iter().for_each(push),
            Self::Ping => [b"info", DOCUMENTS, b"ping.json"].into_iter().for_each(push),
            Self::ApiPackage(package) => {
                [b"info", DOCUMENTS, SOURCES_API].into_iter().for_each(&mut *push);
                push(format!("{package}.json").as_bytes());
            }
            Self::PatchesApiPackage(package) => {
                [b"info", DOCUMENTS, PATCHES_API].into_iter().for_each(&mut *push);
                push(format!("{package}.json").as_bytes());
            }
            // No name of a package has a tilde.
            Self::PatchesApiVersion(package, version) => {
                [b"info", DOCUMENTS, PATCHES_API].into_iter().for_each(&mut *push);
                push(format!("{package}~{version}.json").as_bytes());
            }
            Self::PatchFeed(package) => {
                [&b"info"[..], b"feeds"].into_iter().for_each(&mut *push);
                push(format!("{package}.atom").as_bytes());
            }
            Self::PatchHistory(package) => {
                [b"info", PATCHES, b"history", package.as_str().as_bytes()].into_iter().for_each(push);
            }
            Self::PatchesDocument(package, version) => document_components(b"patches", package, version, push),
            Self::PatchesDifference(package, version) => {
                [&b"info"[..], b"difference", package.as_str().as_bytes()].into_iter().for_each(&mut *push);
                push(version.as_str().as_bytes());
            }
            Self::PatchSeries(package, version) => {
                [&b"info"[..], SERIES, package.as_str().as_bytes()].into_iter().for_each(&mut *push);
                push(format!("{version}.patch").as_bytes());
            }
            Self::Copyright => push(b"copyright"),
            Self::Licences => [&b"copyright"[..], b"spdx"].into_iter().for_each(push),
            Self::Licence(name, number) => {
                [&b"copyright"[..], b"spdx"].into_iter().for_each(&mut *push);
                push(&component::numbered(name, *number));
            }
            Self::Findings => [&b"copyright"[..], b"findings"].into_iter().for_each(push),
            Self::FindingsOfRule(rule, number) => {
                [&b"copyright"[..], b"findings"].into_iter().for_each(&mut *push);
                push(&component::numbered(rule, *number));
            }
            Self::Census(format) => {
                [&b"info"[..], DOCUMENTS].into_iter().for_each(&mut *push);
                push(format!("licences.{format}").as_bytes());
            }
            Self::LicenceStatistics(suite) => {
                [&b"copyright"[..], b"stats"].into_iter().for_each(&mut *push);
                let parts = suite.iter().flat_map(|suite| suite.as_str().split('/'));
                parts.for_each(|part| push(&component::folder(part.as_bytes())));
            }
            Self::LicenceStatisticsDocument => {
                [&b"info"[..], DOCUMENTS, b"licence-statistics.json"].into_iter().for_each(push);
            }
            Self::Holders => [&b"copyright"[..], b"holders"].into_iter().for_each(push),
            Self::HoldersOfLetter(letter, number) => {
                [&b"copyright"[..], b"holders"].into_iter().for_each(&mut *push);
                push(&component::numbered(letter, *number));
            }
            Self::Disagreements(1) => [&b"copyright"[..], b"disagreements"].into_iter().for_each(push),
            Self::Disagreements(number) => {
                [&b"copyright"[..], b"disagreements"].into_iter().for_each(&mut *push);
                push(number.to_string().as_bytes());
            }
            Self::DisagreementsDocument(format) => {
                [&b"info"[..], DOCUMENTS].into_iter().for_each(&mut *push);
                push(format!("disagreements.{format}").as_bytes());
            }
            Self::Checksums => [&b"copyright"[..], b"sha256"].into_iter().for_each(push),
            Self::Shard(table, name) => {
                [&b"info"[..], DOCUMENTS, table.as_bytes()].into_iter().for_each(&mut *push);
                push(format!("{name}.json").as_bytes());
            }
            Self::ShardScript(table, name) => {
                [&b"map"[..], table.as_bytes()].into_iter().for_each(&mut *push);
                push(format!("{name}.js").as_bytes());
            }
            Self::NotFound => push(b"404.html"),
            Self::Robots => push(b"robots.txt"),
            Self::Favicon => push(b"favicon.ico"),
            Self::SitemapIndex => push(b"sitemap.xml"),
            Self::Sitemap(name) => push(format!("sitemap-{name}.xml").as_bytes()),
            Self::Asset(name) => [b"static", name.as_bytes()].into_iter().for_each(push),
            Self::Map(package) => {
                push(b"map");
                push(package.pool_prefix().as_bytes());
                push(format!("{package}.{}", data_extension(style)).as_bytes());
            }
            Self::FileList(package, version) => {
                [&b"map"[..], FILE_LISTS, package.as_str().as_bytes()].into_iter().for_each(&mut *push);
                push(format!("{version}.{}", data_extension(style)).as_bytes());
            }
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

/// What files of data are called: browsers let pages on a file system run scripts, but read nothing.
fn data_extension(style: LinkStyle) -> &'static str {
    match style {
        LinkStyle::Clean => "json",
        LinkStyle::File => "js",
    }
}

fn version_components(package: &PackageName, version: &DebianVersion, push: &mut dyn FnMut(&[u8])) {
    push(b"src");
    push(package.as_str().as_bytes());
    push(&component::folder(version.as_str().as_bytes()));
}

fn page_components(path: &EntryPath, part: Option<u32>, push: &mut dyn FnMut(&[u8])) {
    let mut components = path.components();
    let name = components.next_back().unwrap_or_default();
    components.for_each(|part| push(&component::folder(part)));
    match part {
        None => push(&component::shortened(name)),
        Some(number) => push(&component::shortened(&[name, format!("~{number}").as_bytes()].concat())),
    }
}

fn parts_components(package: &PackageName, version: &DebianVersion, push: &mut dyn FnMut(&[u8])) {
    push(b"info");
    push(b"part");
    push(package.as_str().as_bytes());
    push(&component::folder(version.as_str().as_bytes()));
}

fn patches_components(package: &PackageName, version: &DebianVersion, push: &mut dyn FnMut(&[u8])) {
    push(b"patches");
    push(package.as_str().as_bytes());
    push(&component::folder(version.as_str().as_bytes()));
}

fn symbols_components(package: &PackageName, version: &DebianVersion, push: &mut dyn FnMut(&[u8])) {
    push(b"info");
    push(b"symbols");
    push(package.as_str().as_bytes());
    push(&component::folder(version.as_str().as_bytes()));
}

fn document_components(what: &[u8], package: &PackageName, version: &DebianVersion, push: &mut dyn FnMut(&[u8])) {
    [b"info", DOCUMENTS, what, package.as_str().as_bytes()].into_iter().for_each(&mut *push);
    push(format!("{version}.json").as_bytes());
}

fn raw_components(area: &Area, package: &PackageName, version: &DebianVersion, push: &mut dyn FnMut(&[u8])) {
    push(b"data");
    push(area.as_str().as_bytes());
    push(package.pool_prefix().as_bytes());
    push(package.as_str().as_bytes());
    push(version.as_str().as_bytes());
}

/// The link from a page to the folder `levels` above the one it lies in.
pub fn link_up(levels: usize, style: LinkStyle) -> String {
    let up = if levels == 0 { "./".to_owned() } else { "../".repeat(levels) };
    match style {
        LinkStyle::Clean => up,
        LinkStyle::File => up + "index.html",
    }
}

/// The link from the page at `base` to `target`, both given from the root of the site.
fn relative(base: &str, target: &str) -> String {
    let folder = base.rfind('/').map_or("", |slash| &base[..=slash]);
    let same = folder.bytes().zip(target.bytes()).take_while(|(a, b)| a == b).count();
    let common = folder[..same].rfind('/').map_or(0, |slash| slash + 1);
    let up = folder[common..].bytes().filter(|&byte| byte == b'/').count();
    let rest = &target[common..];
    if up == 0 && rest.is_empty() {
        return "./".to_owned();
    }
    let mut link = String::with_capacity(3 * up + rest.len());
    (0..up).for_each(|_| link.push_str("../"));
    link.push_str(rest);
    link
}

/// One component of an address, percent-encoded.
pub fn encoded_component(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    encode(bytes, &mut text);
    text
}

/// A path in a package, each component percent-encoded.
pub fn encoded_path(path: &EntryPath) -> String {
    let mut text = String::with_capacity(path.as_bytes().len());
    for (position, part) in path.components().enumerate() {
        if position > 0 {
            text.push('/');
        }
        encode(part, &mut text);
    }
    text
}

/// Appends `bytes` percent-encoded: unreserved characters (RFC 3986, 2.3) stay, everything else becomes `%XX`.
/// So `+`, which some hosts read as a blank, and `:`, which would make a relative link absolute, are encoded, and
/// nothing is left that means something in HTML.
fn encode(bytes: &[u8], text: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

/// Appends a path, each component percent-encoded.
fn encode_path(path: &[u8], url: &mut String) {
    for (position, part) in path.split(|&byte| byte == b'/').enumerate() {
        if position > 0 {
            url.push('/');
        }
        encode(part, url);
    }
}
