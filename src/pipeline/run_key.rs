//! The key of a run: two runs with one key publish the same.

use std::collections::BTreeSet;

use super::prepare::{self, Outliners};
use super::{BuildError, BuildOptions, census, checksums, copyright, documents, patch_census, patches};
use crate::archive::Release;
use crate::model::{DebianVersion, Key, PackageName};
use crate::settings::{LinkStyle, Settings};
use crate::site::sources::SourcesSite;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// Everything that decides what a run publishes.
pub(super) fn run_key(
    settings: &Settings,
    options: &BuildOptions,
    site: &SourcesSite,
    outliners: Option<&Outliners>,
    releases: &[Release],
    store: &Store,
) -> Result<Key, BuildError> {
    let serialized = serde_json::to_string(settings).unwrap_or_default();
    let key = Key::of("run", 1)
        .text(env!("CARGO_PKG_VERSION"))
        .text(&settings.folder.to_string_lossy())
        .text(&serialized)
        .key(site.key())
        .key(prepare::rules_key())
        .key(copyright::rules_key())
        .key(patches::rules_key())
        .key(documents::rules_key(settings))
        .key(checksums::rules_key())
        .key(census::census_key())
        .key(patch_census::patch_census_key())
        .key(outliners.map_or_else(|| Key::of("no outlines", 1).finish(), Outliners::key))
        .number(options.now.map_or(0, |now| now.0.unsigned_abs()));
    let key =
        releases.iter().fold(key, |key, release| key.key(release.verification_key()).text(release.suite.as_str()));
    let purges = store.state().read(|state| state.purges())?;
    let key = purges.iter().fold(key, |key, purge| {
        key.text(purge.package.as_str())
            .text(purge.version.as_ref().map_or("", DebianVersion::as_str))
            .text(&purge.reason)
    });
    let key = options.restriction().iter().fold(key, |key, site| key.text(&format!("{site:?}")));
    let only: BTreeSet<&PackageName> = options.only.iter().collect();
    Ok(only.into_iter().fold(key, |key, name| key.text(name.as_str())).finish())
}

pub(super) fn is_done(store: &Store, run: Key, clock: Timestamp) -> Result<bool, BuildError> {
    Ok(store.state().read(|state| {
        let retry_due = state.failures()?.iter().any(|failure| failure.next_retry <= clock.0);
        Ok(state.is_completed(run)? && !retry_due)
    })?)
}

/// Hosts without rules get other names for raw files.
pub(super) fn raw_names_key(settings: &Settings) -> Key {
    Key::of("names of raw files", 1).number(u64::from(settings.output.links == LinkStyle::File)).finish()
}

pub(super) fn limits_key(settings: &Settings) -> Key {
    Key::of("limits", 1).text(&serde_json::to_string(&settings.limits).unwrap_or_default()).finish()
}
