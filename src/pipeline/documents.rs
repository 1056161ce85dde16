//! The bill of materials of a version, from what the store has of it.

use super::publish::PublishError;
use crate::analyse::packaging;
use crate::model::{Key, MemberKind, Overview, Place, Sha1, Sha256, SourceFile, SourcePackage};
use crate::settings::Settings;
use crate::site::copyright::VersionLicences;
use crate::site::copyright::documents::{self, BillView};
use crate::site::sources::{OutputFile, SourcesSite, TreeIndex};
use crate::store::{Bucket, Pack, Store};
use crate::timestamp::Timestamp;

/// When a version was made of which that is not known: documents must name some moment.
const UNKNOWN: Timestamp = Timestamp(0);

/// Changes whenever the same version with the same origin may have another bill.
pub(super) fn rules_key(settings: &Settings) -> Key {
    Key::of("bills of materials", documents::VERSION)
        .number(u64::from(packaging::VERSION))
        .text(&settings.site.base_url)
        .finish()
}

/// What is told of where a version comes from.
pub(super) struct Origin<'a> {
    /// The name of its archive.
    pub(super) vendor: &'a str,
    /// The address of the folder with its source files.
    pub(super) pool: Option<String>,
}

impl Origin<'_> {
    pub(super) fn key(&self) -> Key {
        let key = Key::of("origin", 1).text(self.vendor);
        self.pool.iter().fold(key, |key, pool| key.text(pool)).finish()
    }
}

/// What a bill is made from.
pub(super) struct Bill<'a> {
    pub(super) package: &'a SourcePackage,
    pub(super) sources: &'a [(&'a SourceFile, Sha256)],
    pub(super) tree: &'a TreeIndex<'a>,
    pub(super) overview: &'a Overview,
    pub(super) licences: VersionLicences<'a>,
    pub(super) origin: &'a Origin<'a>,
    /// Of all that the bill is made from.
    pub(super) identity: Key,
}

impl Bill<'_> {
    /// The documents, with their paths below the published folder.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn files(&self, site: &SourcesSite, store: &Store) -> Result<Vec<OutputFile>, PublishError> {
        let open = |&key| store.pack(key)?.ok_or(PublishError::Vanished(Bucket::Packs, key));
        let packs = self.tree.tree().packs.iter().map(open).collect::<Result<Vec<Pack>, PublishError>>()?;
        let sha1 = |place: Place| sha1(packs.get(place.pack as usize)?, place.member);
        Ok(site.bill_of_materials(&BillView {
            package: self.package,
            sources: self.sources,
            tree: self.tree,
            licences: self.licences,
            sha1: &sha1,
            vendor: self.origin.vendor,
            pool: self.origin.pool.as_deref(),
            created: &created(self.overview).to_string(),
            identity: self.identity,
        }))
    }
}

fn sha1(pack: &Pack, member: u32) -> Option<Sha1> {
    match pack.members().get(member as usize)?.kind {
        MemberKind::File { sha1, .. } => Some(sha1),
        _ => None,
    }
}

/// When the newest entry of the changelog was written.
fn created(overview: &Overview) -> Timestamp {
    let date = overview.packaging.date.as_deref();
    date.and_then(|date| Timestamp::parse_release_date(date).ok()).unwrap_or(UNKNOWN)
}
