//! Who has the copyright, as the files of a version say.

use std::collections::BTreeMap;

use serde::Serialize;

use super::licences::FileLicence;
use super::listed::Listed;
use crate::html;
use crate::model::YearRange;

/// The most holders that are listed.
const MOST_LISTED: usize = 500;

/// A holder. No mail address is told.
#[derive(Serialize)]
pub(super) struct HolderRow {
    name: String,
    years: String,
    files: String,
}

#[derive(Default)]
struct Holder<'a> {
    /// The spelling that comes first.
    name: &'a str,
    years: Vec<YearRange>,
    files: u64,
}

/// Those of most files first. Names that differ in capitals alone are one.
pub(super) fn rows(files: &[FileLicence<'_>]) -> Listed<HolderRow> {
    let mut holders: BTreeMap<String, Holder<'_>> = BTreeMap::new();
    for file in files {
        let snippets = file.found.snippets.iter().flat_map(|it| &it.copyright);
        let mut of_file: BTreeMap<String, (&str, Vec<YearRange>)> = BTreeMap::new();
        for statement in file.found.copyright.iter().chain(snippets) {
            let (_, years) = of_file
                .entry(statement.holder.to_lowercase())
                .or_insert_with(|| (statement.holder.as_str(), Vec::new()));
            years.extend(&statement.years);
        }
        for (key, (name, years)) in of_file {
            let holder = holders.entry(key).or_insert_with(|| Holder { name, ..Holder::default() });
            holder.files += 1;
            // Joined at once, so that many files do not make it long.
            holder.years = YearRange::joined([std::mem::take(&mut holder.years), years].concat());
        }
    }
    let mut holders: Vec<Holder<'_>> = holders.into_values().collect();
    holders.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.name.cmp(b.name)));
    Listed::new(holders, MOST_LISTED, |holder| HolderRow {
        name: html::display_name(holder.name.as_bytes()),
        years: holder.years.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        files: html::grouped(holder.files),
    })
}
