//! The licences of the archive, and a page for each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CensusView, Count};
use crate::html;
use crate::model::CommonWording;
use crate::site::SiteError;
use crate::site::sources::{OutputFile, SourcesSite};
use crate::site::urls::Address;

#[derive(Serialize)]
struct LicenceRow {
    name: String,
    link: String,
    full_name: &'static str,
    packages: String,
    versions: String,
    files: String,
}

impl SourcesSite {
    pub(super) fn census_licences(&self, view: &CensusView<'_>, files: &mut Vec<OutputFile>) -> Result<(), SiteError> {
        let mut counts: BTreeMap<&str, Count<'_>> = BTreeMap::new();
        for version in view.versions {
            for (licence, files) in &version.digest.licences {
                counts.entry(licence).or_default().add(version, *files);
            }
        }
        for (licence, count) in &counts {
            files.extend(self.licence_pages(view, licence, count)?);
        }
        let here = Address::Licences;
        let mut counts: Vec<(&str, u64, Count<'_>)> =
            counts.into_iter().map(|(name, count)| (name, count.packages(), count)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let row = |(name, packages, count): &(&str, u64, Count<'_>)| LicenceRow {
            name: html::display_name(name.as_bytes()),
            link: self.link(&here, &Address::Licence(name, 1)),
            full_name: full_name(view, name),
            packages: html::grouped(*packages),
            versions: html::grouped(count.versions.len() as u64),
            files: html::grouped(count.total),
        };
        let mut context = self.context(&here);
        context.insert("folders", &[self.census_crumb(&here, "Licences", &Address::Copyright)]);
        context.insert("current", "By name");
        context.insert("rows", &counts.iter().map(row).collect::<Vec<_>>());
        context.insert("list_version", view.list_version);
        files.push((here.output_path(self.layout()), self.encoded("copyright-licences.html", &context)?));
        Ok(())
    }

    fn licence_pages(
        &self,
        view: &CensusView<'_>,
        licence: &str,
        count: &Count<'_>,
    ) -> Result<Vec<OutputFile>, SiteError> {
        let name = html::display_name(licence.as_bytes());
        self.pages_of_versions(
            "copyright-licence.html",
            count,
            |number| Address::Licence(licence, number),
            |context, here| {
                context.insert(
                    "folders",
                    &[
                        self.census_crumb(here, "Licences", &Address::Copyright),
                        self.census_crumb(here, "By name", &Address::Licences),
                    ],
                );
                context.insert("current", &name);
                context.insert("name", &name);
                context.insert("full_name", full_name(view, licence));
                context.insert(
                    "spdx",
                    &(view.full_name)(licence).map(|_| format!("https://spdx.org/licenses/{licence}.html")),
                );
                let text = view.texts.get(licence);
                context.insert("wording", &text.map(wording));
                context.insert("text", &text.map(|it| html::display_text(&it.text)));
                context.insert("files", &html::counted(count.total, "file"));
                context.insert("packages", &html::counted(count.packages(), "package"));
            },
        )
    }
}

/// Whose text it is that the page shows.
fn wording(text: &CommonWording) -> String {
    let of = html::counted(text.of, "version");
    match text.wordings {
        1 => format!("The text, in one wording in {of}"),
        wordings => format!(
            "The text as {} of {of} have it; there are {} wordings",
            html::grouped(text.versions),
            html::grouped(wordings)
        ),
    }
}

/// The name in full, of an exception's licence that of the licence; empty when SPDX has none.
fn full_name(view: &CensusView<'_>, licence: &str) -> &'static str {
    let id = licence.split_once(" WITH ").map_or(licence, |(id, _)| id);
    (view.full_name)(id).unwrap_or_default()
}
