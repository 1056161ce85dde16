//! The versions of a package, with their patches by state.

use serde::Serialize;

use super::PatchesContent;
use super::content::format_name;
use super::status::{StateCount, counts};
use crate::html;
use crate::model::{PackageName, SuiteName};
use crate::site::SiteError;
use crate::site::sources::SourcesSite;
use crate::site::sources::views::{Absence, VersionSummary};
use crate::site::urls::Address;

/// What the list of a package's versions shows.
#[derive(Debug, Clone, Copy)]
pub struct PatchesPackageView<'a> {
    /// The package.
    pub package: &'a PackageName,
    /// Its versions, the newest first.
    pub versions: &'a [PatchesVersionSummary<'a>],
}

/// One version.
#[derive(Debug, Clone, Copy)]
pub struct PatchesVersionSummary<'a> {
    /// The version.
    pub summary: VersionSummary<'a>,
    /// What may be told of its patches; `None` when it is not there.
    pub content: Option<&'a PatchesContent<'a>>,
}

#[derive(Serialize)]
struct VersionRow<'a> {
    version: &'a str,
    link: Option<String>,
    suites: &'a [SuiteName],
    absent: Option<Absence<'a>>,
    format: String,
    patches: String,
    states: Vec<StateCount>,
}

impl SourcesSite {
    /// The versions of a package, for their patches.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn patches_package(&self, view: &PatchesPackageView<'_>) -> Result<Vec<u8>, SiteError> {
        let here = Address::PatchesPackage(view.package);
        let rows = view.versions.iter().map(|it| VersionRow {
            version: it.summary.version.as_str(),
            link: it
                .content
                .filter(|_| it.summary.absent.is_none())
                .map(|_| self.link(&here, &Address::PatchesVersion(view.package, it.summary.version))),
            suites: it.summary.suites,
            absent: it.summary.absent,
            format: it
                .content
                .and_then(PatchesContent::facts)
                .map(|facts| html::display_name(format_name(&facts.series.format).as_bytes()))
                .unwrap_or_default(),
            patches: it.content.map(PatchesContent::in_short).unwrap_or_default(),
            states: counts(&it.content.map(PatchesContent::by_state).unwrap_or_default()),
        });
        let mut context = self.context(&here);
        context.insert("package", view.package);
        context.insert("versions", &rows.collect::<Vec<_>>());
        context.insert("crumbs", &self.package_crumbs(view.package, &here));
        let has_history = super::has_history(view.versions.iter().filter_map(|it| it.content));
        context.insert("history", &has_history.then(|| self.link(&here, &Address::PatchHistory(view.package))));
        let has_feed = super::has_feed(view.versions.iter().filter_map(|it| it.content));
        context.insert("feed", &has_feed.then(|| self.link(&here, &Address::PatchFeed(view.package))));
        context.insert("current", "Patches");
        self.encoded("patches-package.html", &context)
    }
}
