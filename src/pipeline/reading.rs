//! What a run reads before it plans: archives, takedowns, and what the state knows.

use std::time::SystemTime;

use super::BuildError;
use super::excludes::Excludes;
use super::plan::Known;
use super::publications::Publications;
use crate::archive::{self, Catalogue, Release};
use crate::model::Key;
use crate::settings::Settings;
use crate::store::{Bucket, Failure, Store};

/// Where it is noted which Release files were verified.
pub(super) const SIGNATURES: Bucket = Bucket::Facts("signature");

/// The Release files, of which only those that were not seen before cost a signature check.
pub fn read_releases(settings: &Settings, store: &Store) -> Result<Vec<Release>, BuildError> {
    let known = |key: Key| store.contains(SIGNATURES, key).unwrap_or(false);
    let releases = archive::read_releases(settings, &known, SystemTime::now())?;
    for release in &releases {
        let key = release.verification_key();
        if !known(key) {
            store.put(SIGNATURES, key, &())?;
        }
    }
    Ok(releases)
}

/// All that the archives have.
pub fn read_catalogue(settings: &Settings, releases: Vec<Release>, store: &Store) -> Result<Catalogue, BuildError> {
    let mut read = Vec::with_capacity(releases.len());
    for release in releases {
        let mut indices = Vec::with_capacity(release.indices.len());
        for file in &release.indices {
            let key = archive::index_key(file);
            let index = match store.get(Bucket::Indices, key)? {
                Some(index) => index,
                None => {
                    let index = archive::read_index(settings, &release, file)?;
                    store.put(Bucket::Indices, key, &index)?;
                    index
                }
            };
            indices.push(index);
        }
        read.push((release, indices));
    }
    Ok(archive::merge(settings, &read))
}

/// The rules of the settings, and takedowns.
pub fn read_excludes(settings: &Settings, store: &Store) -> Result<Excludes, BuildError> {
    let mut excludes = Excludes::new(&settings.excludes)?;
    for purge in store.state().read(|state| state.purges())? {
        excludes.add_purge(purge.package, purge.version, purge.reason);
    }
    Ok(excludes)
}

impl Known {
    /// What the state says now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(store: &Store) -> Result<Self, BuildError> {
        let state = store.state();
        let (failures, weak) = state.read(|state| Ok((state.failures()?, state.weak_checksums()?)))?;
        let named = |failure: Failure| ((failure.package.clone(), failure.version.clone()), failure);
        Ok(Self {
            publications: Publications::load(state)?,
            failures: failures.into_iter().map(named).collect(),
            weak: weak.into_iter().collect(),
        })
    }
}
