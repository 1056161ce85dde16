//! What is served: a published site, which another build may replace, and who may ask for it.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::HeaderValue;

use super::live::Live;
use crate::fs::{self, PathError};
use crate::model::PackageName;
use crate::settings::Settings;
use crate::site::hosts;
use crate::site::sources::named_version;
use crate::site::urls::{Address, Answer, Layout, Moved, NamedVersion, Resolver, decode};

/// A published site.
#[derive(Debug)]
pub struct PublishedSite {
    folder: PathBuf,
    layout: Layout,
    resolver: Resolver,
}

impl PublishedSite {
    /// The site in `folder`.
    pub fn new(folder: PathBuf, layout: Layout, moved: Vec<Moved>) -> Self {
        Self { folder, layout, resolver: Resolver::new(layout, moved) }
    }

    /// The site that `settings` publish.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(settings: &Settings) -> Result<Self, PathError> {
        let folder = settings.resolve(&settings.output.dir);
        let redirects = fs::read_if_there(&folder.join(hosts::REDIRECTS))?.unwrap_or_default();
        let moved = hosts::moved_by(&String::from_utf8_lossy(&redirects));
        Ok(Self::new(folder, Layout::from(&settings.output), moved))
    }

    /// What is at a path, percent-encoded.
    pub(super) fn resolve(&self, path: &str) -> Answer {
        let is_file = |path: &[u8]| self.path_of(path).is_file();
        let version_of = |package: &PackageName, name: &str| self.version_of(package, name);
        decode(path).map_or(Answer::NotFound, |path| self.resolver.answer(&path, &is_file, &version_of))
    }

    fn version_of(&self, package: &PackageName, name: &str) -> Option<NamedVersion> {
        let map = Address::Map(package).output_path(self.layout);
        named_version(&fs::read_if_there(&self.path_of(&map)).ok()??, name)
    }

    /// The file at an output path.
    pub(super) fn path_of(&self, output_path: &[u8]) -> PathBuf {
        self.folder.join(fs::path_of(output_path))
    }

    /// The page of what is not there.
    pub(super) fn not_found(&self) -> PathBuf {
        self.path_of(&Address::NotFound.output_path(self.layout))
    }
}

/// A site on the address of this machine.
#[derive(Debug)]
pub(super) struct Preview {
    site: RwLock<Arc<PublishedSite>>,
    hosts: Vec<String>,
    /// Tells pages of new builds; `None` when nothing is watched.
    pub(super) live: Option<Live>,
}

/// Names of this machine for itself.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Preview {
    pub(super) fn new(site: PublishedSite, hosts: Vec<String>, live: Option<Live>) -> Self {
        Self { site: RwLock::new(Arc::new(site)), hosts, live }
    }

    pub(super) fn site(&self) -> Arc<PublishedSite> {
        self.site.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn replace(&self, site: PublishedSite) {
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    /// Whether a request's `Host` is a name of this machine. Otherwise a page from elsewhere could have its own name
    /// lead here, and read everything.
    pub(super) fn is_own(&self, host: Option<&HeaderValue>) -> bool {
        let Some(host) = host.and_then(|host| host.to_str().ok()) else { return false };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let is_same = |own: &str| own.eq_ignore_ascii_case(name);
        OWN_NAMES.into_iter().any(is_same) || self.hosts.iter().any(|own| is_same(own))
    }
}
