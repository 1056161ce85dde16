//! What Debsources' API tells of patches, in its shapes, for programs that know them: the versions of a package, and the
//! patches of a version. `docs/compatibility.md` tells what differs. Keys are in the order of the alphabet, as there.

use serde::Serialize;

use super::content::format_name;
use super::{PatchesContent, PatchesPackageView};
use crate::model::{Area, ChangeFormat, PatchesFacts, SeriesEntry, SourcePackage, SuiteName};
use crate::site::sources::SourcesSite;

/// The versions of a package.
#[derive(Serialize)]
struct PackageRecord<'a> {
    /// Whether there is a version without patches among those that could have some.
    is_empty: bool,
    package: &'a str,
    path: &'a str,
    suite: &'a str,
    r#type: &'a str,
    /// The newest first.
    versions: Vec<VersionRecord<'a>>,
}

#[derive(Serialize)]
struct VersionRecord<'a> {
    area: &'a Area,
    /// How many patches are applied; only with `supported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<usize>,
    suites: &'a [SuiteName],
    supported: bool,
    version: &'a str,
}

/// The patches of a version that has some.
#[derive(Serialize)]
struct SeriesRecord<'a> {
    count: usize,
    format: &'a str,
    package: &'a str,
    /// Names with their options, in order.
    patches: Vec<String>,
    version: &'a str,
}

/// The same of a version that has none, or of which nothing is told.
#[derive(Serialize)]
struct NoSeriesRecord<'a> {
    format: &'a str,
    package: &'a str,
    pagination: (),
    patches: [&'a str; 0],
    path: String,
    supported: bool,
    version: &'a str,
}

impl SourcesSite {
    /// What is at [`Address::PatchesApiPackage`](crate::site::urls::Address::PatchesApiPackage).
    pub fn patches_api_package(&self, view: &PatchesPackageView<'_>) -> Vec<u8> {
        let versions: Vec<VersionRecord<'_>> = view
            .versions
            .iter()
            .map(|it| {
                let supported = it.content.and_then(supported);
                VersionRecord {
                    area: it.summary.area,
                    series: supported.map(|facts| entries(facts).len()),
                    suites: it.summary.suites,
                    supported: supported.is_some(),
                    version: it.summary.version.as_str(),
                }
            })
            .collect();
        self.api_document(&PackageRecord {
            is_empty: versions.iter().any(|version| version.series == Some(0)),
            package: view.package.as_str(),
            path: view.package.as_str(),
            suite: "",
            r#type: "package",
            versions,
        })
    }

    /// What is at [`Address::PatchesApiVersion`](crate::site::urls::Address::PatchesApiVersion).
    pub fn patches_api_version(&self, package: &SourcePackage, content: &PatchesContent<'_>) -> Vec<u8> {
        let SourcePackage { name, version, .. } = package;
        let format = content.facts().map_or("unknown", |facts| format_name(&facts.series.format));
        let supported = supported(content);
        let patches: Vec<String> = supported.map(entries).unwrap_or_default().iter().map(line).collect();
        if patches.is_empty() {
            return self.api_document(&NoSeriesRecord {
                format,
                package: name.as_str(),
                pagination: (),
                patches: [],
                path: format!("{name}/{version}"),
                supported: supported.is_some(),
                version: version.as_str(),
            });
        }
        self.api_document(&SeriesRecord {
            count: patches.len(),
            format,
            package: name.as_str(),
            patches,
            version: version.as_str(),
        })
    }
}

/// The facts of a version whose patches can be listed.
fn supported<'c>(content: &'c PatchesContent<'_>) -> Option<&'c PatchesFacts> {
    let is_read = |format: &ChangeFormat| !matches!(format, ChangeFormat::Git | ChangeFormat::Other(_));
    content.facts().filter(|facts| is_read(&facts.series.format))
}

/// The list that is applied.
fn entries(facts: &PatchesFacts) -> &[SeriesEntry] {
    facts.series.applied_list().map_or(&[], |list| &list.entries)
}

/// An entry as it stands in the list, without comments.
fn line(entry: &SeriesEntry) -> String {
    [std::slice::from_ref(&entry.name), &entry.options].concat().join(" ")
}
