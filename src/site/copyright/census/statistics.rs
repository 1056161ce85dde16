//! How often each licence is declared, by suite.

use std::collections::BTreeMap;

use serde::Serialize;

use super::CensusView;
use crate::html;
use crate::model::{LicenceStatistics, SuiteName, SuiteStatistics, Tally};
use crate::site::SiteError;
use crate::site::copyright::listed::Listed;
use crate::site::page::Encoder;
use crate::site::sources::{OutputFile, SourcesSite};
use crate::site::urls::Address;

/// The most rows of a table; the document has all.
const MOST_ROWS: usize = 1_000;

#[derive(Serialize)]
struct TallyRow {
    name: String,
    link: Option<String>,
    files: String,
    versions: String,
    /// Of all files, in thousandths.
    share: u64,
    percent: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    spdx_list: &'a str,
    #[serde(flatten)]
    statistics: &'a SuiteStatistics<'a>,
}

impl SourcesSite {
    /// The pages, and the document at [`Address::LicenceStatisticsDocument`]: `{"spdx-list": "3.29.0", "all": {"versions":
    /// 39, "machine-readable": 35, "free-form": 3, "none": 1, "files": 11131, "licences": {"MIT": {"versions": 9,
    /// "files": 410}}, "expressions": …}, "suites": {"sid": …}}`.
    pub(super) fn census_statistics(
        &self,
        view: &CensusView<'_>,
        files: &mut Vec<OutputFile>,
    ) -> Result<(), SiteError> {
        for (suite, statistics) in view.statistics.each() {
            files.push(self.statistics_page(view, suite, statistics)?);
        }
        let document = Document { spdx_list: view.list_version, statistics: view.statistics };
        let mut encoder = Encoder::new(self.layout().encoding);
        serde_json::to_writer(&mut encoder, &document).expect("plain structures of texts can be written as JSON");
        files.push((Address::LicenceStatisticsDocument.output_path(self.layout()), encoder.finish()));
        Ok(())
    }

    fn statistics_page(
        &self,
        view: &CensusView<'_>,
        suite: Option<&SuiteName>,
        statistics: &LicenceStatistics<'_>,
    ) -> Result<OutputFile, SiteError> {
        let here = Address::LicenceStatistics(suite);
        let mut context = self.context(&here);
        let mut folders = vec![self.census_crumb(&here, "Licences", &Address::Copyright)];
        if suite.is_some() {
            folders.push(self.census_crumb(&here, "How often", &Address::LicenceStatistics(None)));
        }
        context.insert("folders", &folders);
        context.insert("current", suite.map_or("How often", SuiteName::as_str));
        context.insert("suite", &suite);
        context.insert("suites", &self.suite_rows(&here, view));
        context.insert("versions", &html::counted(statistics.versions, "version"));
        context.insert("files", &html::counted(statistics.files, "file"));
        let rows = |tallies: &BTreeMap<&str, Tally>, link: &dyn Fn(&str) -> Option<String>| {
            rows(tallies, statistics.files, link)
        };
        let page = |name: &str| Some(self.link(&here, &Address::Licence(name, 1)));
        context.insert("licences", &rows(&statistics.licences, &page));
        context.insert("expressions", &rows(&statistics.expressions, &|_| None));
        context.insert("document", &self.link(&here, &Address::LicenceStatisticsDocument));
        Ok((here.output_path(self.layout()), self.encoded("copyright-statistics.html", &context)?))
    }
}

/// Those of most files first.
fn rows(tallies: &BTreeMap<&str, Tally>, files: u64, link: &dyn Fn(&str) -> Option<String>) -> Listed<TallyRow> {
    let mut tallies: Vec<(&str, Tally)> = tallies.iter().map(|(name, tally)| (*name, *tally)).collect();
    tallies.sort_by(|a, b| b.1.files.cmp(&a.1.files).then_with(|| a.0.cmp(b.0)));
    Listed::new(tallies, MOST_ROWS, |(name, tally)| {
        let share = (tally.files * 1000).checked_div(files).unwrap_or(0);
        TallyRow {
            name: if name.is_empty() { "none declared".to_owned() } else { html::display_name(name.as_bytes()) },
            link: link(name),
            files: html::grouped(tally.files),
            versions: html::grouped(tally.versions),
            share,
            percent: format!("{}.{}", share / 10, share % 10),
        }
    })
}
