//! Who has the copyright in the archive, by the first letters of their names.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::CensusView;
use crate::html;
use crate::model::PackageName;
use crate::site::SiteError;
use crate::site::copyright::listed::Listed;
use crate::site::sources::{Crumb, OutputFile, SourcesSite};
use crate::site::urls::Address;

/// The most holders on one page.
const ON_PAGE: usize = 1_000;

/// The most packages that are named beside a holder.
const MOST_PACKAGES: usize = 30;

/// Where names are that begin with no letter of ASCII.
const OTHERS: &str = "other";

/// What packages declare of a holder.
#[derive(Default)]
struct Holder<'a> {
    /// The spelling that comes first.
    name: &'a str,
    packages: BTreeSet<&'a PackageName>,
}

#[derive(Serialize)]
struct HolderRow {
    name: String,
    count: String,
    packages: Listed<Crumb>,
}

#[derive(Serialize)]
struct LetterRow {
    name: String,
    link: String,
    holders: String,
}

impl SourcesSite {
    pub(super) fn census_holders(&self, view: &CensusView<'_>, files: &mut Vec<OutputFile>) -> Result<(), SiteError> {
        let letters = by_letter(view);
        let here = Address::Holders;
        let row = |(letter, holders): (&String, &Vec<Holder<'_>>)| LetterRow {
            name: letter.clone(),
            link: self.link(&here, &Address::HoldersOfLetter(letter, 1)),
            holders: html::grouped(holders.len() as u64),
        };
        let mut context = self.context(&here);
        context.insert("folders", &[self.census_crumb(&here, "Licences", &Address::Copyright)]);
        context.insert("current", "Copyright holders");
        context.insert("letters", &letters.iter().map(row).collect::<Vec<_>>());
        files.push((here.output_path(self.layout()), self.encoded("copyright-holders.html", &context)?));
        for (letter, holders) in &letters {
            self.pages_of_holders(letter, holders, files)?;
        }
        Ok(())
    }

    fn pages_of_holders(
        &self,
        letter: &str,
        holders: &[Holder<'_>],
        files: &mut Vec<OutputFile>,
    ) -> Result<(), SiteError> {
        let pages = holders.chunks(ON_PAGE);
        let last = pages.len();
        for (number, holders) in (1..).zip(pages) {
            let here = Address::HoldersOfLetter(letter, number);
            let mut context = self.context(&here);
            let folders = [
                self.census_crumb(&here, "Licences", &Address::Copyright),
                self.census_crumb(&here, "Copyright holders", &Address::Holders),
            ];
            context.insert("folders", &folders);
            context.insert("current", letter);
            context.insert("letter", letter);
            context.insert("rows", &holders.iter().map(|holder| self.holder_row(&here, holder)).collect::<Vec<_>>());
            let neighbour = |number: u32| self.link(&here, &Address::HoldersOfLetter(letter, number));
            context.insert("previous", &(number > 1).then(|| neighbour(number - 1)));
            context.insert("next", &((number as usize) < last).then(|| neighbour(number + 1)));
            files.push((here.output_path(self.layout()), self.encoded("copyright-holders-letter.html", &context)?));
        }
        Ok(())
    }

    fn holder_row(&self, here: &Address<'_>, holder: &Holder<'_>) -> HolderRow {
        HolderRow {
            name: html::display_name(holder.name.as_bytes()),
            count: html::grouped(holder.packages.len() as u64),
            packages: Listed::new(&holder.packages, MOST_PACKAGES, |package| {
                self.census_crumb(here, package.as_str(), &Address::CopyrightPackage(package))
            }),
        }
    }
}

/// All holders by the first letter of their names, and in order. Names that differ in capitals alone are one.
fn by_letter<'a>(view: &CensusView<'a>) -> BTreeMap<String, Vec<Holder<'a>>> {
    let mut holders: BTreeMap<String, Holder<'a>> = BTreeMap::new();
    for version in view.versions {
        for (name, _) in &version.digest.holders {
            let holder = holders.entry(name.to_lowercase()).or_insert_with(|| Holder { name, ..Holder::default() });
            holder.packages.insert(version.package);
        }
    }
    let mut letters: BTreeMap<String, Vec<Holder<'a>>> = BTreeMap::new();
    for (key, holder) in holders {
        let letter = key.chars().next().filter(char::is_ascii_alphabetic);
        letters.entry(letter.map_or_else(|| OTHERS.to_owned(), String::from)).or_default().push(holder);
    }
    letters
}
