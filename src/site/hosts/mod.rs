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
//! - On hosts with `_redirects`, addresses of files called `index`, or that with tildes, show the folder's page.
//! - A site is meant to be at the root of its host.
//!
//! May use `urls` and `fs`.

mod apache;
mod caddy;
mod nginx;
mod published;

pub use published::moved_by;

use std::path::Path;

use super::SiteError;
use super::urls::{Layout, Moved};
use crate::fs;

/// One file with rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Its path, below the folder that it is written to.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

/// Rules for nginx, Apache and Caddy. They depend on no path and no host name: the site's server sets both.
pub fn rules(layout: Layout, moved: &[Moved]) -> Vec<RuleFile> {
    vec![
        RuleFile { path: "nginx/http.conf", text: nginx::maps(moved) },
        RuleFile { path: "nginx/server.conf", text: nginx::locations(layout) },
        RuleFile { path: "apache.conf", text: apache::rules(layout, moved) },
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
pub fn write(folder: &Path, layout: Layout, moved: &[Moved]) -> Result<(), SiteError> {
    for file in rules(layout, moved) {
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
