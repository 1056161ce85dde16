//! Where each address lies: the components of its path.

use super::{Address, component};
use crate::model::{Area, DebianVersion, EntryPath, PackageName};
use crate::settings::LinkStyle;

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

impl Address<'_> {
    /// Gives the components as the output path has them, but for what is appended to a page's.
    pub(super) fn each_component(&self, style: LinkStyle, push: &mut dyn FnMut(&[u8])) {
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
