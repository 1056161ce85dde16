//! `debpress show`.

use std::io;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::CommandError;
use crate::model::{AppliedSeries, CopyrightFacts, Key, LicenceDigest, Overview, PatchesDigest, PatchesFacts};
use crate::pipeline::checksums::{Disagreements, Listing};
use crate::pipeline::prepare::FoundMembers;
use crate::pipeline::publish::PublishedFile;
use crate::pipeline::version_rows::Row;
use crate::settings::Settings;
use crate::store::{Bucket, Store, show};

/// Arguments of `debpress show`.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The kind of structure
    kind: Kind,
    /// Its key: the 64 digits of its file's name below the cache
    key: Key,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A source file's members and blocks
    Pack,
    /// The page fragments of a pack
    Fragments,
    /// The symbols of a pack
    Outlines,
    /// A package version's entries
    Tree,
    /// What the page of a version says of the whole
    Facts,
    /// What debian/copyright declares for a package version
    Copyright,
    /// What the files of a pack say of their licences
    Found,
    /// The patches of a package version
    Patches,
    /// What applying the patches of a package version did
    Series,
    /// Which licences the versions of all packages declare
    Census,
    /// The patches of all packages in short
    PatchCensus,
    /// Which files of a package version are in the table of checksums
    Checksums,
    /// The files that packages declare differently
    Disagreements,
    /// The files that a unit of the site published
    Published,
}

impl ShowArguments {
    pub(super) fn run(&self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let store = Store::open_read_only(&settings.resolve(&settings.cache.dir))?;
        let mut out = io::stdout().lock();
        let found = match self.kind {
            Kind::Pack => show::pack(&store, self.key, &mut out)?,
            Kind::Fragments => show::fragments(&store, self.key, &mut out)?,
            Kind::Outlines => show::outlines(&store, self.key, &mut out)?,
            Kind::Tree => show::tree(&store, self.key, &mut out)?,
            Kind::Facts => show::record::<Overview>(&store, Bucket::Facts("overview"), self.key, &mut out)?,
            Kind::Copyright => show::record::<CopyrightFacts>(&store, Bucket::Facts("copyright"), self.key, &mut out)?,
            Kind::Found => show::record::<FoundMembers>(&store, Bucket::Facts("found"), self.key, &mut out)?,
            Kind::Patches => show::record::<PatchesFacts>(&store, Bucket::Facts("patches"), self.key, &mut out)?,
            Kind::Series => show::record::<AppliedSeries>(&store, Bucket::Facts("series"), self.key, &mut out)?,
            Kind::Census => {
                show::record::<Vec<Row<LicenceDigest>>>(&store, Bucket::Facts("census"), self.key, &mut out)?
            }
            Kind::PatchCensus => {
                show::record::<Vec<Row<PatchesDigest>>>(&store, Bucket::Facts("patch-census"), self.key, &mut out)?
            }
            Kind::Disagreements => {
                show::record::<Disagreements>(&store, Bucket::Facts("disagreements"), self.key, &mut out)?
            }
            Kind::Checksums => show::record::<Listing>(&store, Bucket::Facts("checksums"), self.key, &mut out)?,
            Kind::Published => show::record::<Vec<PublishedFile>>(&store, Bucket::Pages, self.key, &mut out)?,
        };
        if !found {
            return Err(format!("there is no such result with the key {} in the cache", self.key).into());
        }
        Ok(ExitCode::SUCCESS)
    }
}
