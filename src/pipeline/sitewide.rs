//! The pages across versions: packages, prefixes, home, failures, and the rules for web servers.

use std::collections::{BTreeMap, BTreeSet};

use super::excludes::FileExcludes;
use super::plan::{PlannedVersion, Planner, Standing, conflict_text};
use super::publications::{Inputs, Publications, Unit};
use super::publish::Publisher;
use super::views::{self, absence, names_of, suites_of};
use super::{BuildError, copyright, package_pages, patches};
use crate::analyse;
use crate::archive::Catalogue;
use crate::model::{DebianVersion, PackageName, SourcePackage, SuiteName};
use crate::settings::Settings;
use crate::site::copyright::{Changes, CopyrightContent, CopyrightPackageView, CopyrightVersionSummary};
use crate::site::hosts::{self, OtherAddresses};
use crate::site::patches::{PatchesPackageView, PatchesVersionSummary};
use crate::site::sources::SourcesSite;
use crate::site::sources::sitemap::MappedPackage;
use crate::site::sources::views::{FailedVersion, FailuresView, HomeView, PackageView, PrefixView, VersionSummary};
use crate::site::urls::{Address, Moved, PackageNames};
use crate::store::{Failure, Store};
use crate::timestamp::Timestamp;

/// A file to publish: its path below the published folder, and its bytes.
type NewFile = (Vec<u8>, Vec<u8>);

/// Makes the pages across versions; all versions are published already.
pub(super) struct Sitewide<'a> {
    pub(super) settings: &'a Settings,
    pub(super) catalogue: &'a Catalogue,
    pub(super) planner: &'a Planner<'a>,
    pub(super) site: &'a SourcesSite,
    pub(super) publisher: Publisher<'a>,
    pub(super) store: &'a Store,
}

impl Sitewide<'_> {
    /// Publishes the page of every package whose versions changed.
    pub(super) fn packages(
        &self,
        plan: &[PlannedVersion<'_>],
        publications: &mut Publications,
    ) -> Result<(), BuildError> {
        package_pages::renew(plan, self.planner, publications, self.store, Unit::package, |due, publications| {
            due.iter().try_for_each(|due| self.package(due.name, &due.versions, publications))
        })
    }

    fn package(
        &self,
        name: &PackageName,
        versions: &[&PlannedVersion<'_>],
        publications: &Publications,
    ) -> Result<(), BuildError> {
        let suites: Vec<Vec<SuiteName>> = versions.iter().map(|it| suites_of(self.catalogue, it.package)).collect();
        let absences: Vec<_> = versions.iter().map(|it| absence(&it.standing)).collect();
        let summaries: Vec<VersionSummary<'_>> = versions
            .iter()
            .zip(&suites)
            .zip(&absences)
            .map(|((planned, suites), absence)| VersionSummary {
                version: &planned.package.version,
                area: &planned.package.area,
                suites,
                extra_source_only: planned.package.extra_source_only,
                absent: absence.as_ref().map(views::OwnedAbsence::as_view),
            })
            .collect();
        let conflicts: Vec<String> = self
            .catalogue
            .conflicts
            .iter()
            .filter(|it| it.package == *name)
            .map(|it| conflict_text(self.catalogue, it))
            .collect();
        let packages: Vec<&SourcePackage> = versions.iter().map(|it| it.package).collect();
        let names = names_of(self.catalogue, name, &packages, publications);
        let view = PackageView { package: name, versions: &summaries, names: &names, conflicts: &conflicts };
        let page = self.page(&Address::Package(name), self.site.package(&view)?);
        let map = self.page(&Address::Map(name), self.site.map(&view));
        let licences = self.page(&Address::CopyrightPackage(name), self.licences(name, versions, &summaries)?);
        let [patches, api] = self.patches(name, versions, &summaries)?;
        let sources_api = self.page(&Address::ApiPackage(name), self.site.api_package(&view));
        self.publish(&Unit::package(name), vec![page, map, licences, patches, api, sources_api])
    }

    /// The patches in each version of a package: a page and a document.
    fn patches(
        &self,
        name: &PackageName,
        versions: &[&PlannedVersion<'_>],
        summaries: &[VersionSummary<'_>],
    ) -> Result<[NewFile; 2], BuildError> {
        let excludes: Vec<FileExcludes<'_>> =
            versions.iter().map(|it| self.planner.excludes.files(name, &it.package.version)).collect();
        let mut contents = Vec::with_capacity(versions.len());
        for (planned, excludes) in versions.iter().zip(&excludes) {
            let facts = match self.planner.tree_of(planned) {
                Some(tree) => patches::of_stored(self.store, tree, planned.package)?,
                None => None,
            };
            contents.push(
                facts.map(|facts| patches::content(facts, planned.package, &|path| excludes.reason(path), &|_| None)),
            );
        }
        let rows = summaries.iter().zip(&contents);
        let rows = rows.map(|(&summary, content)| PatchesVersionSummary { summary, content: content.as_ref() });
        let rows: Vec<_> = rows.collect();
        let view = PatchesPackageView { package: name, versions: &rows };
        let page = self.page(&Address::PatchesPackage(name), self.site.patches_package(&view)?);
        Ok([page, self.page(&Address::PatchesApiPackage(name), self.site.patches_api_package(&view))])
    }

    /// What `debian/copyright` says in each version of a package.
    fn licences(
        &self,
        name: &PackageName,
        versions: &[&PlannedVersion<'_>],
        summaries: &[VersionSummary<'_>],
    ) -> Result<Vec<u8>, BuildError> {
        let mut known = Vec::with_capacity(versions.len());
        for planned in versions {
            known.push(match self.planner.tree_of(planned) {
                Some(tree) => copyright::of_stored(self.store, tree)?,
                None => None,
            });
        }
        let excludes: Vec<FileExcludes<'_>> =
            versions.iter().map(|it| self.planner.excludes.files(name, &it.package.version)).collect();
        let told =
            known.iter().zip(&excludes).map(|(facts, excludes)| Some(copyright::told(facts.as_ref()?, excludes)));
        let contents: Vec<Option<CopyrightContent<'_>>> = told.collect();
        let file = |at: usize| Some(&contents.get(at).copied()??.facts()?.file);
        let changes = |at: usize| {
            let (new, old) = (file(at)?, (at + 1..contents.len()).find_map(file)?);
            Some(Changes { old, new, changes: analyse::copyright::changes(old, new) })
        };
        let rows = summaries.iter().zip(&contents).enumerate();
        let rows =
            rows.map(|(at, (&summary, &content))| CopyrightVersionSummary { summary, content, changes: changes(at) });
        let rows: Vec<_> = rows.collect();
        Ok(self.site.copyright_package(&CopyrightPackageView { package: name, versions: &rows })?)
    }

    /// Publishes what lists packages, all but those whose page is about to go, and what every site has.
    pub(super) fn lists(
        &self,
        publications: &mut Publications,
        emptied: &BTreeSet<PackageName>,
        failures: &[Failure],
    ) -> Result<(), BuildError> {
        let packages: Vec<PackageName> = publications
            .of_kind("package")
            .filter_map(|name| PackageName::new(name).ok())
            .filter(|name| !emptied.contains(name))
            .collect();
        let (prefixes, sitemaps) = self.prefixes(&packages, publications)?;
        let suites: Vec<SuiteName> = self.catalogue.suites.iter().map(|suite| suite.name.clone()).collect();
        let home = HomeView { prefixes: &prefixes, suites: &suites };
        let mut files = self.site.fixed_files()?;
        files.push(self.page(&Address::Home, self.site.home(&home)?));
        files.push(self.page(&Address::Checksums, self.site.checksums()?));
        files.push(self.page(&Address::Failures, self.failures(failures)?));
        files.push(self.site.sitemap_index(&sitemaps));
        files.push(self.page(&Address::ApiPackages, self.site.api_packages(&packages)));
        files.extend(self.hosts(publications)?);
        files.push(self.page(&Address::Ping, self.site.ping(Timestamp(self.planner.now))));
        self.publish(&Unit::lists(), files)?;
        Ok(publications.record(self.store.state(), vec![(Unit::lists(), Inputs::default())], &[])?)
    }

    /// Publishes a page and sitemaps for each prefix, and gives the prefixes and the output paths of the sitemaps.
    fn prefixes(
        &self,
        packages: &[PackageName],
        publications: &mut Publications,
    ) -> Result<(Vec<String>, Vec<Vec<u8>>), BuildError> {
        let mut by_prefix: BTreeMap<String, Vec<PackageName>> = BTreeMap::new();
        for package in packages {
            by_prefix.entry(package.pool_prefix()).or_default().push(package.clone());
        }
        let made: Vec<_> = by_prefix.keys().map(|prefix| (Unit::prefix(prefix), Inputs::default())).collect();
        let before: BTreeSet<String> = publications.of_kind("prefix").map(str::to_owned).collect();
        let gone: Vec<Unit> = before
            .iter()
            .filter(|prefix| !by_prefix.contains_key(*prefix))
            .map(|prefix| Unit::prefix(prefix))
            .collect();
        publications.record(self.store.state(), made, &[])?;
        let shown = shown_versions(publications);
        let mut sitemaps = Vec::new();
        for (prefix, packages) in &by_prefix {
            let page = self.site.prefix(&PrefixView { prefix, packages })?;
            let mapped = packages
                .iter()
                .map(|package| MappedPackage { package, versions: shown.get(package).into_iter().flatten().collect() });
            let mut files = self.site.sitemaps(prefix, &mapped.collect::<Vec<_>>());
            sitemaps.extend(files.iter().map(|(path, _)| path.clone()));
            files.push(self.page(&Address::Prefix(prefix), page));
            self.publish(&Unit::prefix(prefix), files)?;
        }
        gone.iter().try_for_each(|unit| self.publisher.remove_unit(unit))?;
        publications.record(self.store.state(), Vec::new(), &gone)?;
        Ok((by_prefix.into_keys().collect(), sitemaps))
    }

    fn failures(&self, failures: &[Failure]) -> Result<Vec<u8>, BuildError> {
        let since: Vec<String> = failures.iter().map(|failure| views::since(failure.since)).collect();
        let failed: Vec<FailedVersion<'_>> = failures
            .iter()
            .zip(&since)
            .map(|(failure, since)| FailedVersion {
                package: &failure.package,
                version: &failure.version,
                step: &failure.step,
                reason: &failure.reason,
                since,
            })
            .collect();
        Ok(self.site.failures(&FailuresView { failures: &failed })?)
    }

    /// The rules for web servers, which know versions whose raw files have a second address, and names of versions.
    fn hosts(&self, publications: &Publications) -> Result<Vec<NewFile>, BuildError> {
        let moved: Vec<Moved> = self
            .catalogue
            .packages
            .iter()
            .flat_map(|package| {
                package.other_areas.iter().map(|area| Moved {
                    package: package.name.clone(),
                    version: package.version.clone(),
                    from: area.clone(),
                    to: package.area.clone(),
                })
            })
            .collect();
        let packages: Vec<&SourcePackage> = self.catalogue.packages.iter().collect();
        let names: Vec<PackageNames> = packages
            .chunk_by(|a, b| a.name == b.name)
            .filter_map(|versions| Some((&versions.first()?.name, versions)))
            .map(|(name, versions)| names_of(self.catalogue, name, versions, publications))
            .collect();
        let addresses = OtherAddresses { moved: &moved, names: &names };
        hosts::write(&super::hosts_folder(self.settings), self.site.layout(), addresses)?;
        Ok(hosts::published_rules(&moved).into_iter().map(|rule| (rule.path.into(), rule.text.into())).collect())
    }

    fn page(&self, address: &Address<'_>, page: Vec<u8>) -> NewFile {
        (address.output_path(self.site.layout()), page)
    }

    fn publish(&self, unit: &Unit, files: Vec<NewFile>) -> Result<(), BuildError> {
        Ok(self.publisher.files(unit, &files)?)
    }
}

/// The versions whose files are shown, by package.
fn shown_versions(publications: &Publications) -> BTreeMap<PackageName, BTreeSet<DebianVersion>> {
    let mut shown: BTreeMap<PackageName, BTreeSet<DebianVersion>> = BTreeMap::new();
    for (package, version) in publications.versions() {
        if publications.has(&Unit::pages(&package, &version)) {
            shown.entry(package).or_default().insert(version);
        }
    }
    shown
}

/// Whether a version could not be published.
pub(super) fn failure_of<'a>(planned: &'a PlannedVersion<'_>) -> Option<&'a Failure> {
    match &planned.standing {
        Standing::Failed(failure) => Some(failure),
        _ => None,
    }
}
