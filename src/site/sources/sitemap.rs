//! Sitemaps (sitemaps.org, 0.9): the pages that lead to all others, for search engines.
//!
//! One or more for each prefix, so that a package that changes rewrites no others, and one that names them. They tell
//! the pages of packages and versions; the pages of files are reached from these. No dates: pages carry none.

use std::fmt::Write as _;

use super::{OutputFile, SourcesSite};
use crate::html;
use crate::model::{DebianVersion, PackageName};
use crate::site::urls::Address;

/// Most addresses in one sitemap, by the protocol.
const MOST: usize = 50_000;

/// A package, and its versions whose files are shown.
#[derive(Debug, Clone)]
pub struct MappedPackage<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// The versions.
    pub versions: Vec<&'a DebianVersion>,
}

impl SourcesSite {
    /// The sitemaps of the packages with a prefix, with their output paths.
    pub fn sitemaps(&self, prefix: &str, packages: &[MappedPackage<'_>]) -> Vec<OutputFile> {
        let mut pages = vec![self.absolute(&Address::Prefix(prefix))];
        for MappedPackage { package, versions } in packages {
            let of_package =
                [Address::Package(package), Address::CopyrightPackage(package), Address::PatchesPackage(package)];
            let of_version = versions.iter().flat_map(|version| {
                [
                    Address::Version(package, version),
                    Address::CopyrightVersion(package, version),
                    Address::PatchesVersion(package, version),
                ]
            });
            pages.extend(of_package.into_iter().chain(of_version).map(|address| self.absolute(&address)));
        }
        let maps = pages.chunks(MOST).enumerate();
        maps.map(|(at, pages)| {
            let name = if at == 0 { prefix.to_owned() } else { format!("{prefix}-{}", at + 1) };
            let path = Address::Sitemap(&name).output_path(self.layout);
            (path, document("urlset", "url", pages).into())
        })
        .collect()
    }

    /// The sitemap that names those at `output_paths`, with its own output path.
    pub fn sitemap_index(&self, output_paths: &[Vec<u8>]) -> OutputFile {
        let names = output_paths.iter().map(|path| String::from_utf8_lossy(path));
        let names = names.filter_map(|path| Some(path.strip_prefix("sitemap-")?.strip_suffix(".xml")?.to_owned()));
        let maps: Vec<String> = names.map(|name| self.absolute(&Address::Sitemap(&name))).collect();
        (Address::SitemapIndex.output_path(self.layout), document("sitemapindex", "sitemap", &maps).into())
    }

    /// Robots may read all but raw files: each has a page, which search engines may show.
    pub(super) fn robots(&self) -> String {
        let sitemap = self.absolute(&Address::SitemapIndex);
        format!("User-agent: *\nDisallow: {}data/\n\nSitemap: {sitemap}\n", self.base_path)
    }

    /// An address with scheme and host.
    fn absolute(&self, address: &Address<'_>) -> String {
        format!("{}{}", self.base_url, self.link(&Address::Home, address).trim_start_matches("./"))
    }
}

fn document(root: &str, element: &str, addresses: &[String]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    );
    for address in addresses {
        // Writing to a String cannot fail.
        let _ = writeln!(xml, "<{element}><loc>{}</loc></{element}>", html::escape(address));
    }
    let _ = writeln!(xml, "</{root}>");
    xml
}
