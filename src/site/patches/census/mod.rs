//! The pages across packages: which patches the archive has, what became of them, and which should be looked at.
//!
//! [`SourcesSite::patch_census`] makes all of them from a [`PatchCensusView`]: the start page of the patch tracker, lists
//! of patches by status, by age, by bug, by finding and by maintainer, the packages with most patches, and the whole as
//! JSON and TSV. Lists are of the newest version of each package; those of bugs and the documents of all versions.
//!
//! A list that is too long for a page is divided by what does not change when others come or go, the pool's prefixes or
//! numbers of bugs: a nightly run rewrites the pages of what changed.

mod document;
mod group;
mod list;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use self::group::{bug_groups, maintainer_groups, prefix_groups};
use self::list::{ListedPatch, PatchList};
use super::status::{STATES, name_of};
use crate::html;
use crate::model::{Bug, PatchDigest, PatchState, PatchesVersion, Rule};
use crate::site::SiteError;
use crate::site::findings::severity_name;
use crate::site::sources::{Crumb, OutputFile, SourcesSite};
use crate::site::urls::Address;

/// The most packages on the page of those with most patches.
const MOST_PACKAGES: usize = 500;

/// The lists that have addresses of their own.
const OLD: &str = "old";
const DROPPABLE: &str = "droppable";
const BUGS: &str = "bugs";
const PACKAGES: &str = "packages";
const FINDINGS: &str = "findings";
const MAINTAINERS: &str = "maintainers";

/// What the pages are made from.
#[derive(Clone, Copy)]
pub struct PatchCensusView<'a> {
    /// All versions of which something may be told, by name and version.
    pub versions: &'a [PatchesVersion<'a>],
    /// The rules that findings are by.
    pub rules: &'a [Rule],
    /// The address of a bug, if it has one.
    pub bug_link: &'a (dyn Fn(&Bug) -> Option<String> + Sync),
    /// The day, as `YYYY-MM-DD`, before which a patch is old.
    pub old_before: &'a str,
    /// Whether patches are listed by maintainer.
    pub has_people: bool,
}

#[derive(Serialize)]
struct SuiteRow {
    name: String,
    patches: String,
    /// In the order of [`STATES`].
    states: Vec<String>,
}

#[derive(Serialize)]
struct CountRow {
    entry: Crumb,
    /// What stands before it, and after it: what weighs how much, a version.
    before: String,
    after: String,
    counts: Vec<String>,
}

impl SourcesSite {
    /// All pages across packages.
    ///
    /// # Errors
    /// When a template cannot be rendered.
    pub fn patch_census(&self, view: &PatchCensusView<'_>) -> Result<Vec<OutputFile>, SiteError> {
        let newest: Vec<&PatchesVersion<'_>> = newest(view.versions).collect();
        let all: Vec<ListedPatch<'_>> = newest.iter().flat_map(|version| patches_of(version)).collect();
        let mut lists = vec![old(view, &all), droppable(&all), bugs(view)];
        lists.extend(STATES.map(|state| by_state(state, &all)));
        let by_rule = by_rule(view, &newest);
        if view.has_people {
            lists.push(maintainers(&all));
        }
        let mut files = vec![self.patches_home(view, &newest)?, self.most_patched(&newest)?];
        files.push(self.findings_by_rule(view, &by_rule)?);
        lists.extend(by_rule.into_iter().map(|(_, list)| list));
        let pages: Vec<Vec<OutputFile>> =
            lists.par_iter().map(|list| self.patch_list(view, list)).collect::<Result<_, _>>()?;
        files.extend(pages.into_iter().flatten());
        files.extend(self.patch_documents(view));
        Ok(files)
    }

    fn patches_home(
        &self,
        view: &PatchCensusView<'_>,
        newest: &[&PatchesVersion<'_>],
    ) -> Result<OutputFile, SiteError> {
        let here = Address::Patches;
        let link = |to: &Address<'_>| self.link(&here, to);
        let states = STATES.map(|state| {
            let slug = state_slug(state);
            Crumb { name: name_of(state).to_owned(), link: link(&Address::PatchList(&slug)) }
        });
        let mut context = self.context(&here);
        context.insert("current", "Patches");
        context.insert("states", &states);
        context.insert("suites", &suite_rows(view.versions, newest));
        context.insert("packages", &link(&Address::Home));
        let lists = [OLD, DROPPABLE, BUGS, PACKAGES, FINDINGS].map(|list| (list, link(&Address::PatchList(list))));
        context.insert("lists", &BTreeMap::from(lists));
        context.insert("maintainers", &view.has_people.then(|| link(&Address::PatchList(MAINTAINERS))));
        context.insert("json", &link(&Address::PatchCensus("json")));
        context.insert("tsv", &link(&Address::PatchCensus("tsv")));
        Ok((here.output_path(self.layout()), self.encoded("patches-home.html", &context)?))
    }

    /// The packages that have most patches in their newest versions.
    fn most_patched(&self, newest: &[&PatchesVersion<'_>]) -> Result<OutputFile, SiteError> {
        let here = Address::PatchList(PACKAGES);
        let mut packages: Vec<&PatchesVersion<'_>> =
            newest.iter().copied().filter(|it| !it.digest.patches.is_empty()).collect();
        packages.sort_by_key(|it| (std::cmp::Reverse(it.digest.patches.len()), it.package));
        let row = |it: &&PatchesVersion<'_>| {
            let lines: u64 = it.digest.patches.iter().map(|patch| patch.added.saturating_add(patch.removed)).sum();
            let link = self.link(&here, &Address::PatchesVersion(it.package, it.version));
            CountRow {
                entry: Crumb { name: it.package.to_string(), link },
                before: String::new(),
                after: it.version.to_string(),
                counts: vec![html::grouped(it.digest.patches.len() as u64), html::grouped(lines)],
            }
        };
        let rows: Vec<CountRow> = packages.iter().take(MOST_PACKAGES).map(row).collect();
        self.counts_page(&here, "Packages with most patches", ["Package", "Patches", "Lines"], &rows)
    }

    fn findings_by_rule(
        &self,
        view: &PatchCensusView<'_>,
        by_rule: &[(&str, PatchList<'_>)],
    ) -> Result<OutputFile, SiteError> {
        let here = Address::PatchList(FINDINGS);
        let row = |(id, list): &(&str, PatchList<'_>)| {
            let rule = view.rules.iter().find(|rule| rule.id == *id)?;
            let link = self.link(&here, &Address::PatchList(&list.slug));
            Some(CountRow {
                entry: Crumb { name: rule.title.clone(), link },
                before: severity_name(rule.severity).to_owned(),
                after: rule.id.clone(),
                counts: vec![html::grouped(list.len() as u64)],
            })
        };
        let rows: Vec<CountRow> = by_rule.iter().filter_map(row).collect();
        self.counts_page(&here, "Findings in patches", ["Rule", "Patches", ""], &rows)
    }

    fn counts_page(
        &self,
        here: &Address<'_>,
        title: &str,
        columns: [&str; 3],
        rows: &[CountRow],
    ) -> Result<OutputFile, SiteError> {
        let mut context = self.context(here);
        context.insert("folders", &[self.patches_crumb(here)]);
        context.insert("current", title);
        context.insert("title", title);
        context.insert("columns", &columns.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>());
        context.insert("rows", rows);
        Ok((here.output_path(self.layout()), self.encoded("patches-counts.html", &context)?))
    }

    fn patches_crumb(&self, here: &Address<'_>) -> Crumb {
        Crumb { name: "Patches".to_owned(), link: self.link(here, &Address::Patches) }
    }
}

/// Of each package the newest version; versions come by package, the oldest first.
fn newest<'v, 'a>(versions: &'v [PatchesVersion<'a>]) -> impl Iterator<Item = &'v PatchesVersion<'a>> {
    versions.chunk_by(|a, b| a.package == b.package).filter_map(<[_]>::last)
}

fn patches_of<'a>(version: &'a PatchesVersion<'a>) -> impl Iterator<Item = ListedPatch<'a>> {
    version.digest.patches.iter().map(move |patch| ListedPatch { version, patch: Some(patch), bug: None })
}

fn state_slug(state: PatchState) -> String {
    format!("status-{}", state.slug())
}

/// The patches of a list that hold, divided by prefix.
fn filtered<'a>(all: &[ListedPatch<'a>], holds: impl Fn(&PatchDigest) -> bool) -> Vec<list::Part<'a>> {
    prefix_groups(all.iter().copied().filter(|listed| listed.patch.is_some_and(&holds)))
}

fn by_state<'a>(state: PatchState, all: &[ListedPatch<'a>]) -> PatchList<'a> {
    PatchList::new(
        state_slug(state),
        format!("Patches: {}", name_of(state)),
        "In the newest version of each package.".to_owned(),
        filtered(all, |patch| patch.state == state),
    )
}

fn old<'a>(view: &PatchCensusView<'_>, all: &[ListedPatch<'a>]) -> PatchList<'a> {
    let is_old = |patch: &PatchDigest| patch.date.as_deref().is_some_and(|date| date < view.old_before);
    PatchList::new(
        OLD.to_owned(),
        "Not forwarded for over two years".to_owned(),
        "By the date that the patch itself gives, in the newest version of each package.".to_owned(),
        filtered(all, |patch| patch.state == PatchState::NotForwarded && is_old(patch)),
    )
}

fn droppable<'a>(all: &[ListedPatch<'a>]) -> PatchList<'a> {
    PatchList::new(
        DROPPABLE.to_owned(),
        "Patches that can be dropped".to_owned(),
        "Upstream has them in the version that is packaged, as they say themselves.".to_owned(),
        filtered(all, |patch| patch.droppable),
    )
}

fn bugs<'a>(view: &PatchCensusView<'a>) -> PatchList<'a> {
    let patches = view.versions.iter().flat_map(patches_of);
    let by_bug = patches.flat_map(|listed| {
        let bugs = listed.patch.map_or(&[][..], |patch| &patch.bugs);
        bugs.iter().map(move |bug| ListedPatch { bug: Some(bug), ..listed })
    });
    let lead = "What patches, their names and the changelogs say, in all versions.".to_owned();
    PatchList::new(BUGS.to_owned(), "Patches by bug".to_owned(), lead, bug_groups(by_bug))
}

fn maintainers<'a>(all: &[ListedPatch<'a>]) -> PatchList<'a> {
    let lead = "In the newest version of each package.".to_owned();
    let groups = maintainer_groups(all.iter().copied());
    PatchList::divided(MAINTAINERS.to_owned(), "Patches by maintainer".to_owned(), lead, groups).about_people()
}

/// For each rule that something deviates from, the patches that do, and the versions whose lists do; those that weigh
/// most first.
fn by_rule<'a>(view: &PatchCensusView<'a>, newest: &[&'a PatchesVersion<'a>]) -> Vec<(&'a str, PatchList<'a>)> {
    let mut found: BTreeMap<&str, Vec<ListedPatch<'a>>> = BTreeMap::new();
    for version in newest {
        for rule in &version.digest.findings {
            found.entry(rule).or_default().push(ListedPatch { version, patch: None, bug: None });
        }
        for listed in patches_of(version) {
            for rule in listed.patch.map_or(&[][..], |patch| &patch.findings) {
                found.entry(rule).or_default().push(listed);
            }
        }
    }
    let mut rules: Vec<&Rule> = view.rules.iter().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    let list = |rule: &'a Rule| {
        let parts = prefix_groups(found.remove(rule.id.as_str())?);
        let lead = format!("{} To mend it: {}", rule.explanation, rule.mend);
        let list = PatchList::new(format!("finding-{}", rule.id), rule.title.clone(), lead, parts);
        Some((rule.id.as_str(), list.below("Findings", FINDINGS)))
    };
    rules.into_iter().filter_map(list).collect()
}

/// How many patches there are in each state: in the newest version of each package, and in all versions of each suite.
fn suite_rows(versions: &[PatchesVersion<'_>], newest: &[&PatchesVersion<'_>]) -> Vec<SuiteRow> {
    type Counts = [u64; STATES.len()];
    let count = |counts: &mut Counts, version: &PatchesVersion<'_>| {
        for patch in &version.digest.patches {
            let place = STATES.iter().zip(counts.iter_mut()).find(|(state, _)| **state == patch.state);
            place.into_iter().for_each(|(_, count)| *count += 1);
        }
    };
    let mut all = Counts::default();
    newest.iter().for_each(|version| count(&mut all, version));
    let mut suites: BTreeMap<&str, Counts> = BTreeMap::new();
    for version in versions {
        version.suites.iter().for_each(|suite| count(suites.entry(suite.as_str()).or_default(), version));
    }
    let row = |(name, counts): (&str, Counts)| SuiteRow {
        name: name.to_owned(),
        patches: html::grouped(counts.iter().sum()),
        states: counts.into_iter().map(html::grouped).collect(),
    };
    std::iter::once(("newest versions", all)).chain(suites).map(row).collect()
}
