//! Rules that make web servers answer as [`Resolver`](super::urls::Resolver) does.
//!
//! [`rules`] are files beside the published folder, for servers whose settings one can change; [`published_rules`]
//! are `_headers` and `_redirects` in it, which some hosts of static files read. In all of them
//!
//! - a page is found at its clean address, a folder without its slash and a file with one too many redirect;
//! - pages stored as `.html.gz` reach browsers unpacked (`Content-Encoding`), clients that cannot unpack too, where
//!   the server can do it (nginx, Apache);
//! - below `/data/` nothing is compressed or looked for in compressed form, as a package's own `foo.gz` would be
//!   sent for its `foo`;
//! - raw files are text, an image or a download by their name's extension, and whatever a browser thinks they are, it
//!   may run nothing in them and gives them an origin of their own (`nosniff`, `sandbox`);
//! - addresses of older sites ([`ROUTES`](super::urls::ROUTES)) lead to their pages;
//! - `latest` and the names of suites stand for versions: nginx and Apache know them from one line a package, at
//!   hosts with other rules, or none, the script of `404.html` asks the package's map;
//! - what is not there is answered by `404.html`.
//!
//! # Hosts that set no headers
//!
//! Where neither rules nor `_headers` have any effect, nothing but a file's name decides what it is. With
//! `links = "file"` under `[output]`, which is for those hosts, raw files are therefore published as `NAME.txt`,
//! except images other than SVG; see [`urls`](super::urls).
//!
//! # Limits
//!
//! - Caddy and hosts with `_headers` send `.gz` pages to every client, packed, or cannot serve them: choose
//!   `encoding = "plain"` there if that matters.
//! - Files with a question mark in their name are refused by Apache and not found by Caddy, which does not find
//!   names with a backslash either.
//! - On hosts with `_redirects`, addresses of files called `index`, or that with tildes, show the folder's page.
//! - A site is meant to be at the root of its host.
//! - nginx takes capitals of a package in front of a name for small letters; the redirect then leads to a page that
//!   is not there.
//!
//! May use `urls` and `fs`.

mod apache;
mod caddy;
mod nginx;
mod published;

pub use published::moved_by;

use std::path::Path;

use super::SiteError;
use super::urls::{Layout, Moved, PackageNames};
use crate::fs;

/// One file with rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Its path, below the folder that it is written to.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

/// Addresses that lead to others, which depend on the archive.
#[derive(Debug, Clone, Copy, Default)]
pub struct OtherAddresses<'a> {
    /// Versions whose raw files have a second address.
    pub moved: &'a [Moved],
    /// Names that stand for versions, sorted by package.
    pub names: &'a [PackageNames],
}

/// Rules for nginx, Apache and Caddy. They depend on no path and no host name: the site's server sets both.
pub fn rules(layout: Layout, others: OtherAddresses<'_>) -> Vec<RuleFile> {
    let OtherAddresses { moved, names } = others;
    vec![
        RuleFile { path: "nginx/http.conf", text: nginx::maps(moved, names) },
        RuleFile { path: "nginx/server.conf", text: nginx::locations(layout) },
        RuleFile { path: "apache.conf", text: apache::rules(layout, moved) },
        RuleFile { path: "apache-names.txt", text: apache::names(names) },
        RuleFile { path: "Caddyfile", text: caddy::rules(layout, moved) },
    ]
}

/// The name of the file with redirects in the published folder.
pub const REDIRECTS: &str = "_redirects";

/// `_headers` and `_redirects`, for the published folder.
pub fn published_rules(moved: &[Moved]) -> Vec<RuleFile> {
    vec![
        RuleFile { path: "_headers", text: published::headers() },
        RuleFile { path: REDIRECTS, text: published::redirects(moved) },
    ]
}

/// Writes [`rules`] to `folder`; a file that has its text already is left alone.
///
/// # Errors
/// When one cannot be written.
pub fn write(folder: &Path, layout: Layout, others: OtherAddresses<'_>) -> Result<(), SiteError> {
    for file in rules(layout, others) {
        let path = folder.join(file.path);
        if fs::has_bytes(&path, &[file.text.as_bytes()]) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_folders(parent)?;
        }
        fs::write_atomically(&path, &[file.text.as_bytes()])?;
    }
    Ok(())
}
