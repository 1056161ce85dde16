//! The pages across packages: which licences the archive has, where, and what is wrong with `debian/copyright` files.
//!
//! [`SourcesSite::census`] makes all of them from a [`CensusView`]: the start page of the copyright site, the licences
//! and a page for each, the rules that findings are by and a page for each, how often licences are declared by suite,
//! who has the copyright, and the whole as JSON and TSV.

mod document;
mod findings;
mod holders;
mod licence;
mod statistics;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::html;
use crate::model::{CensusVersion, CommonWording, LicenceStatistics, Rule, SuiteName, SuiteStatistics};
use crate::site::SiteError;
use crate::site::sources::{Crumb, OutputFile, SourcesSite};
use crate::site::urls::Address;

/// The most versions on one page.
const ON_PAGE: usize = 2_000;

/// What the pages are made from.
#[derive(Clone, Copy)]
pub struct CensusView<'a> {
    /// All versions of which something may be told, by name and version.
    pub versions: &'a [CensusVersion<'a>],
    /// The rules that findings are by.
    pub rules: &'a [Rule],
    /// The name in full of an SPDX identifier.
    pub full_name: &'a dyn Fn(&str) -> Option<&'static str>,
    /// The version of the SPDX licence list.
    pub list_version: &'a str,
    /// How often licences are declared.
    pub statistics: &'a SuiteStatistics<'a>,
    /// Texts of licences by their SPDX names.
    pub texts: &'a BTreeMap<String, CommonWording>,
    /// Whether people are listed.
    pub people: bool,
}

/// A version in a list of them.
#[derive(Serialize)]
struct VersionRow {
    package: String,
    version: String,
    link: String,
    suites: String,
    /// How many files, or findings.
    count: String,
}

/// How many versions and packages there are of something, and its number of files or findings.
#[derive(Debug, Default, Clone)]
struct Count<'a> {
    versions: Vec<(&'a CensusVersion<'a>, u32)>,
    total: u64,
}

impl<'a> Count<'a> {
    fn add(&mut self, version: &'a CensusVersion<'a>, number: u32) {
        self.versions.push((version, number));
        self.total += u64::from(number);
    }

    /// Versions come by package.
    fn packages(&self) -> u64 {
        let names = self.versions.iter().map(|(version, _)| version.package);
        let mut last = None;
        names.filter(|name| last.replace(*name) != Some(*name)).count() as u64
    }
}

#[derive(Serialize)]
struct SuiteRow {
    name: String,
    link: String,
    versions: String,
    machine_readable: String,
    free_form: String,
    none: String,
    share: u64,
    percent: String,
}

impl SourcesSite {
    /// All pages across packages.
    ///
    /// # Errors
    /// When a template cannot be rendered.
    pub fn census(&self, view: &CensusView<'_>) -> Result<Vec<OutputFile>, SiteError> {
        let mut files = vec![self.census_home(view)?];
        self.census_licences(view, &mut files)?;
        self.census_findings(view, &mut files)?;
        self.census_statistics(view, &mut files)?;
        if view.people {
            self.census_holders(view, &mut files)?;
        }
        files.extend(self.census_documents(view));
        Ok(files)
    }

    fn census_home(&self, view: &CensusView<'_>) -> Result<OutputFile, SiteError> {
        let here = Address::Copyright;
        let mut context = self.context(&here);
        context.insert("current", "Licences");
        context.insert("suites", &self.suite_rows(&here, view));
        context.insert("packages", &self.link(&here, &Address::Home));
        context.insert("licences", &self.link(&here, &Address::Licences));
        context.insert("findings", &self.link(&here, &Address::Findings));
        context.insert("statistics", &self.link(&here, &Address::LicenceStatistics(None)));
        context.insert("disagreements", &self.link(&here, &Address::Disagreements(1)));
        context.insert("holders", &view.people.then(|| self.link(&here, &Address::Holders)));
        context.insert("checksums", &self.link(&here, &Address::Checksums));
        context.insert("json", &self.link(&here, &Address::Census("json")));
        context.insert("tsv", &self.link(&here, &Address::Census("tsv")));
        Ok((here.output_path(self.layout()), self.encoded("copyright-home.html", &context)?))
    }

    /// Lists of versions that share something, as many pages as they need: the address of each is given by its number.
    fn pages_of_versions<'p>(
        &self,
        template: &str,
        count: &Count<'_>,
        address: impl Fn(u32) -> Address<'p>,
        fill: impl Fn(&mut tera::Context, &Address<'p>),
    ) -> Result<Vec<OutputFile>, SiteError> {
        let mut files = Vec::new();
        let pages: Vec<&[(&CensusVersion<'_>, u32)]> = count.versions.chunks(ON_PAGE).collect();
        for (number, versions) in (1..).zip(&pages) {
            let here = address(number);
            let mut context = self.context(&here);
            fill(&mut context, &here);
            context.insert("rows", &versions.iter().map(|row| self.version_row(&here, row)).collect::<Vec<_>>());
            context.insert("count", &html::counted(count.versions.len() as u64, "version"));
            let neighbour = |number: u32| self.link(&here, &address(number));
            context.insert("previous", &(number > 1).then(|| neighbour(number - 1)));
            context.insert("next", &((number as usize) < pages.len()).then(|| neighbour(number + 1)));
            files.push((here.output_path(self.layout()), self.encoded(template, &context)?));
        }
        Ok(files)
    }

    fn version_row(&self, here: &Address<'_>, (version, number): &(&CensusVersion<'_>, u32)) -> VersionRow {
        VersionRow {
            package: version.package.to_string(),
            version: version.version.to_string(),
            link: self.link(here, &Address::CopyrightVersion(version.package, version.version)),
            suites: version.suites.iter().map(|suite| suite.as_str()).collect::<Vec<_>>().join(", "),
            count: html::grouped(u64::from(*number)),
        }
    }

    fn census_crumb(&self, here: &Address<'_>, name: &str, address: &Address<'_>) -> Crumb {
        Crumb { name: name.to_owned(), link: self.link(here, address) }
    }

    /// How the files of each suite are written, and of all versions, each counted once.
    fn suite_rows(&self, here: &Address<'_>, view: &CensusView<'_>) -> Vec<SuiteRow> {
        let row = |(suite, statistics): (Option<&SuiteName>, &LicenceStatistics<'_>)| {
            let share = statistics.machine_readable_share();
            SuiteRow {
                name: suite.map_or("all", SuiteName::as_str).to_owned(),
                link: self.link(here, &Address::LicenceStatistics(suite)),
                versions: html::grouped(statistics.versions),
                machine_readable: html::grouped(statistics.machine_readable),
                free_form: html::grouped(statistics.free_form),
                none: html::grouped(statistics.none),
                share,
                percent: format!("{}.{}", share / 10, share % 10),
            }
        };
        view.statistics.each().map(row).collect()
    }
}
