//! A list of patches across packages: one page, or one of its parts and pages for each part.

use serde::Serialize;

use super::PatchCensusView;
use crate::html;
use crate::model::{Bug, PatchDigest, PatchesVersion};
use crate::site::SiteError;
use crate::site::patches::bugs;
use crate::site::patches::content::count;
use crate::site::patches::status::name_of;
use crate::site::sources::{Crumb, OutputFile, SourcesSite};
use crate::site::urls::Address;

/// The most patches on one page.
const ON_PAGE: usize = 1_000;

/// The most bugs that are named beside a patch.
const MOST_BUGS: usize = 10;

/// A patch in a list.
#[derive(Clone, Copy)]
pub(super) struct ListedPatch<'a> {
    pub(super) version: &'a PatchesVersion<'a>,
    /// None when it is about the whole version.
    pub(super) patch: Option<&'a PatchDigest>,
    /// The bug that it is listed for.
    pub(super) bug: Option<&'a Bug>,
}

/// A part of a list, that others coming and going leave as it is.
pub(super) struct Part<'a> {
    /// The name in its address.
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) rows: Vec<ListedPatch<'a>>,
}

/// A list.
pub(super) struct PatchList<'a> {
    /// The name in its address.
    pub(super) slug: String,
    title: String,
    lead: String,
    parts: Vec<Part<'a>>,
    is_divided: bool,
    /// Whether search engines are asked to leave it alone.
    is_about_people: bool,
    /// The list of such lists, by name and address.
    parent: Option<(&'static str, &'static str)>,
}

impl<'a> PatchList<'a> {
    /// A list that is divided when it is too long for a page.
    pub(super) fn new(slug: String, title: String, lead: String, parts: Vec<Part<'a>>) -> Self {
        let list = Self { slug, title, lead, parts, is_divided: false, is_about_people: false, parent: None };
        let is_divided = list.len() > ON_PAGE;
        Self { is_divided, ..list }
    }

    /// A list that is always divided.
    pub(super) fn divided(slug: String, title: String, lead: String, parts: Vec<Part<'a>>) -> Self {
        Self { slug, title, lead, parts, is_divided: true, is_about_people: false, parent: None }
    }

    /// The list, of people.
    pub(super) fn about_people(self) -> Self {
        Self { is_about_people: true, ..self }
    }

    /// The list, as one of those that a page with this name and address names.
    pub(super) fn below(self, name: &'static str, slug: &'static str) -> Self {
        Self { parent: Some((name, slug)), ..self }
    }

    /// How many patches it has.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }
}

#[derive(Serialize)]
struct PatchRow {
    bug: Option<BugCell>,
    package: String,
    version: Crumb,
    suites: String,
    patch: Option<Crumb>,
    subject: Option<String>,
    state: Option<StateCell>,
    date: String,
    bugs: Vec<BugCell>,
}

#[derive(Serialize)]
struct StateCell {
    name: &'static str,
    class: &'static str,
    droppable: bool,
}

#[derive(Serialize)]
struct BugCell {
    name: String,
    link: Option<String>,
}

#[derive(Serialize)]
struct PartRow {
    part: Crumb,
    patches: String,
}

impl SourcesSite {
    /// The pages of a list.
    pub(super) fn patch_list(
        &self,
        view: &PatchCensusView<'_>,
        list: &PatchList<'_>,
    ) -> Result<Vec<OutputFile>, SiteError> {
        let here = Address::PatchList(&list.slug);
        let mut context = self.list_context(&here, list, &[]);
        context.insert("current", &list.title);
        context.insert("title", &list.title);
        context.insert("count", &count(list.len()));
        if list.is_divided {
            let row = |part: &Part<'_>| PartRow {
                part: Crumb { name: part.title.clone(), link: self.link(&here, &part_address(list, part, 1)) },
                patches: html::grouped(part.rows.len() as u64),
            };
            context.insert("parts", &list.parts.iter().map(row).collect::<Vec<_>>());
        } else {
            let rows = list.parts.iter().flat_map(|part| &part.rows);
            context.insert("rows", &rows.map(|row| self.patch_row(view, &here, row)).collect::<Vec<_>>());
        }
        let mut files = vec![(here.output_path(self.layout()), self.encoded("patches-list.html", &context)?)];
        for part in list.parts.iter().filter(|_| list.is_divided) {
            files.extend(self.part_pages(view, list, part)?);
        }
        Ok(files)
    }

    fn part_pages(
        &self,
        view: &PatchCensusView<'_>,
        list: &PatchList<'_>,
        part: &Part<'_>,
    ) -> Result<Vec<OutputFile>, SiteError> {
        let pages: Vec<&[ListedPatch<'_>]> = part.rows.chunks(ON_PAGE).collect();
        let mut files = Vec::with_capacity(pages.len());
        for (number, rows) in (1..).zip(&pages) {
            let here = part_address(list, part, number);
            let up = Crumb { name: list.title.clone(), link: self.link(&here, &Address::PatchList(&list.slug)) };
            let mut context = self.list_context(&here, list, &[up]);
            context.insert("current", &part.title);
            context.insert("title", &format!("{}: {}", list.title, part.title));
            context.insert("count", &count(part.rows.len()));
            context.insert("rows", &rows.iter().map(|row| self.patch_row(view, &here, row)).collect::<Vec<_>>());
            let neighbour = |number: u32| self.link(&here, &part_address(list, part, number));
            context.insert("previous", &(number > 1).then(|| neighbour(number - 1)));
            context.insert("next", &((number as usize) < pages.len()).then(|| neighbour(number + 1)));
            files.push((here.output_path(self.layout()), self.encoded("patches-list.html", &context)?));
        }
        Ok(files)
    }

    fn list_context(&self, here: &Address<'_>, list: &PatchList<'_>, up: &[Crumb]) -> tera::Context {
        let mut context = self.context(here);
        let parent = list
            .parent
            .map(|(name, slug)| Crumb { name: name.to_owned(), link: self.link(here, &Address::PatchList(slug)) });
        let home = self.patches_crumb(here);
        context.insert("folders", &std::iter::once(&home).chain(&parent).chain(up).collect::<Vec<_>>());
        context.insert("lead", &list.lead);
        context.insert("noindex", &list.is_about_people);
        context.insert("rows", &[(); 0]);
        context.insert("parts", &[(); 0]);
        context.insert("previous", &None::<String>);
        context.insert("next", &None::<String>);
        context
    }

    fn patch_row(&self, view: &PatchCensusView<'_>, here: &Address<'_>, listed: &ListedPatch<'_>) -> PatchRow {
        let ListedPatch { version, patch, bug } = *listed;
        let bug_cell = |bug: &Bug| BugCell { name: bugs::name_of(bug), link: (view.bug_link)(bug) };
        let link = self.link(here, &Address::PatchesVersion(version.package, version.version));
        PatchRow {
            bug: bug.map(bug_cell),
            package: version.package.to_string(),
            version: Crumb { name: version.version.to_string(), link },
            suites: version.suites.iter().map(|suite| suite.as_str()).collect::<Vec<_>>().join(", "),
            patch: patch.map(|patch| Crumb {
                name: html::display_name(patch.path.as_bytes()),
                link: self.link(here, &Address::Patch(version.package, version.version, &patch.path)),
            }),
            subject: patch.and_then(|it| it.subject.as_ref()).map(|subject| html::display_name(subject.as_bytes())),
            state: patch.map(|it| StateCell {
                name: name_of(it.state),
                class: it.state.slug(),
                droppable: it.droppable,
            }),
            date: patch.and_then(|it| it.date.clone()).unwrap_or_default(),
            bugs: patch.map_or(&[][..], |it| &it.bugs).iter().take(MOST_BUGS).map(bug_cell).collect(),
        }
    }
}

fn part_address<'p>(list: &'p PatchList<'_>, part: &'p Part<'_>, number: u32) -> Address<'p> {
    Address::PatchListPart(&list.slug, &part.slug, number)
}
