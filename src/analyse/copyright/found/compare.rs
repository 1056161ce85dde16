//! What is declared of a file against what it says itself.
//!
//! A declaration agrees when it covers every expression that the file says: each tag and each notice. It may have more licences, as a
//! paragraph speaks of many files. [`Reason`] has the rules; none is a verdict on what the licence is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::expression;
use crate::model::{Agreement, Found};

/// How declaration and file go together, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The outcome.
    pub agreement: Agreement,
    /// The rule that says so: the least certain one that was needed.
    pub reason: Reason,
}

/// The rules, the more certain ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// Each licence that the file says is declared.
    Same,
    /// The file's licence goes to the public domain, and so does a declared one, whatever either calls it.
    PublicDomain,
    /// The file says "or any later version", and a later version is declared, or this one alone.
    LaterVersion,
    /// The file offers a choice (`OR`), and one of its alternatives is declared.
    Choice,
    /// The licences are the same but for an exception (`WITH`), which may be said elsewhere.
    Exception,
    /// The file is the text of a declared licence.
    Text,
    /// The file is the text of a licence that is not declared for it: it need not be under that licence itself.
    OtherText,
    /// The file says nothing of its licence.
    NothingFound,
    /// Nothing is declared for the file.
    NothingDeclared,
    /// A licence that the file says is not declared, nor covered by one that is.
    NotCovered,
}

impl Reason {
    /// The rule in one sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Same => "Each licence that the file says is declared.",
            Self::PublicDomain => "Both say that the file is in the public domain.",
            Self::LaterVersion => {
                "The file allows later versions of its licence, and the declaration makes use of that."
            }
            Self::Choice => "The file offers a choice of licences, and one of them is declared.",
            Self::Exception => "The licences are the same but for an exception, which may be said elsewhere.",
            Self::Text => "The file is the text of a declared licence.",
            Self::OtherText => "The file is the text of a licence, which says nothing of the file's own licence.",
            Self::NothingFound => "The file does not say its licence in a way that is known.",
            Self::NothingDeclared => "The file says its licence, and none is declared for it.",
            Self::NotCovered => "The file says a licence that is not declared for it.",
        }
    }
}

/// Compares the SPDX identifiers declared for a file, an exception with its licence (`A WITH B`), with what it says itself.
/// `None` when neither says anything.
pub fn compare(declared: &BTreeSet<String>, found: &Found) -> Option<Comparison> {
    let says_something = found.expressions().next().is_some();
    let outcome = |agreement, reason| Some(Comparison { agreement, reason });
    match (declared.is_empty(), says_something, &found.licence_text) {
        (true, false, None) => None,
        (true, ..) => outcome(Agreement::OnlyFound, Reason::NothingDeclared),
        (false, false, None) => outcome(Agreement::OnlyDeclared, Reason::NothingFound),
        (false, false, Some(text)) => {
            let is_its = declared.iter().any(|id| Licence::of(id).base.eq_ignore_ascii_case(&text.id));
            let own = (Agreement::Agreed, Reason::Text);
            let (agreement, reason) = if is_its { own } else { (Agreement::OnlyDeclared, Reason::OtherText) };
            outcome(agreement, reason)
        }
        (false, true, _) => {
            let declared: Vec<Licence<'_>> = declared.iter().map(|id| Licence::of(id)).collect();
            let reasons = found.expressions().map(|expression| cover(&declared, expression));
            let reason = reasons.max().unwrap_or(Reason::NothingFound);
            let is_covered = reason != Reason::NotCovered;
            outcome(if is_covered { Agreement::Agreed } else { Agreement::Conflicting }, reason)
        }
    }
}

/// By which rule an expression is covered.
fn cover(declared: &[Licence<'_>], expression: &str) -> Reason {
    let mut needed = Reason::Same;
    let mut left_out = false;
    let is_covered = expression::judge(expression, &mut |id| {
        let found = Licence::of(id);
        match declared.iter().filter_map(|licence| licence.covers(&found)).min() {
            Some(reason) => {
                needed = needed.max(reason);
                true
            }
            None => {
                left_out = true;
                false
            }
        }
    });
    match (is_covered, left_out) {
        (Some(true), false) => needed,
        (Some(true), true) => needed.max(Reason::Choice),
        _ => Reason::NotCovered,
    }
}

/// An SPDX identifier, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Licence<'t> {
    /// With its version, without `-only`, `-or-later` and `+`.
    base: &'t str,
    or_later: bool,
    exception: Option<&'t str>,
}

impl<'t> Licence<'t> {
    fn of(id: &'t str) -> Self {
        let (licence, exception) = match id.split_once(" WITH ") {
            Some((licence, exception)) => (licence, Some(exception)),
            None => (id, None),
        };
        let later = licence.strip_suffix("-or-later").or_else(|| licence.strip_suffix('+'));
        let base = later.or_else(|| licence.strip_suffix("-only")).unwrap_or(licence);
        Self { base, or_later: later.is_some(), exception }
    }

    /// The rule by which this declared licence covers one that was found.
    fn covers(&self, found: &Licence<'_>) -> Option<Reason> {
        let same_exception = match (self.exception, found.exception) {
            (Some(one), Some(other)) if !one.eq_ignore_ascii_case(other) => return None,
            (one, other) => one.is_some() == other.is_some(),
        };
        let reason = self.covers_base(found)?;
        Some(if same_exception { reason } else { reason.max(Reason::Exception) })
    }

    fn covers_base(&self, found: &Licence<'_>) -> Option<Reason> {
        if self.base.eq_ignore_ascii_case(found.base) {
            return match (self.or_later, found.or_later) {
                (false, true) => Some(Reason::LaterVersion),
                (true, false) => None,
                _ => Some(Reason::Same),
            };
        }
        let is_public_domain = |it: &Licence<'_>| it.base.to_ascii_lowercase().contains("public-domain");
        if is_public_domain(self) && is_public_domain(found) {
            return Some(Reason::PublicDomain);
        }
        let (family, version) = self.version()?;
        let (its_family, its_version) = found.version()?;
        (found.or_later && family.eq_ignore_ascii_case(its_family) && version > its_version)
            .then_some(Reason::LaterVersion)
    }

    /// The family and version of a licence whose versions are numbers.
    fn version(&self) -> Option<(&'t str, Vec<u32>)> {
        let (family, version) = self.base.rsplit_once('-')?;
        let numbers = version.split('.').map(|it| it.parse().ok()).collect::<Option<Vec<u32>>>()?;
        Some((family, numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LicenceNotice, LicenceTag, LicenceText};

    fn outcome(declared: &[&str], found: &[&str]) -> (Agreement, Reason) {
        let tags = found.iter().map(|it| LicenceTag { expression: (*it).to_owned(), line: 1 }).collect();
        let found = Found { tags, ..Found::default() };
        let declared = declared.iter().map(|it| (*it).to_owned()).collect();
        let Comparison { agreement, reason } = compare(&declared, &found).unwrap();
        (agreement, reason)
    }

    #[test]
    fn what_is_declared_must_cover_all_that_is_found() {
        use Agreement::{Agreed, Conflicting, OnlyDeclared, OnlyFound};
        for (declared, found, agreement, reason) in [
            (&["MIT"][..], &["MIT"][..], Agreed, Reason::Same),
            (&["MIT", "ISC"], &["MIT"], Agreed, Reason::Same),
            (&["MIT"], &["MIT", "ISC"], Conflicting, Reason::NotCovered),
            (&["MIT"], &["MIT AND ISC"], Conflicting, Reason::NotCovered),
            (&["MIT"], &["MIT OR Apache-2.0"], Agreed, Reason::Choice),
            (&["GPL-3.0-or-later"], &["GPL-2.0-or-later"], Agreed, Reason::LaterVersion),
            (&["GPL-2.0-only"], &["GPL-2.0+"], Agreed, Reason::LaterVersion),
            (&["GPL-2.0-or-later"], &["GPL-3.0-or-later"], Conflicting, Reason::NotCovered),
            (&["GPL-2.0-or-later"], &["GPL-2.0-only"], Conflicting, Reason::NotCovered),
            (&["GPL-2.0-only"], &["GPL-2.0"], Agreed, Reason::Same),
            (&["LGPL-2.1-or-later"], &["GPL-2.0-or-later"], Conflicting, Reason::NotCovered),
            (&["GPL-3.0-or-later"], &["GPL-3.0-or-later WITH Bison-exception-2.2"], Agreed, Reason::Exception),
            (&["GPL-3.0-or-later WITH A"], &["GPL-3.0-or-later WITH B"], Conflicting, Reason::NotCovered),
            (&["LicenseRef-debian-public-domain"], &["LicenseRef-public-domain"], Agreed, Reason::PublicDomain),
            (&["MIT"], &[], OnlyDeclared, Reason::NothingFound),
            (&[], &["MIT"], OnlyFound, Reason::NothingDeclared),
        ] {
            assert_eq!(outcome(declared, found), (agreement, reason), "{declared:?} {found:?}");
        }
        assert_eq!(compare(&BTreeSet::new(), &Found::default()), None);
    }

    #[test]
    fn a_licence_text_is_not_under_itself() {
        let text = LicenceText { id: "GPL-3.0".to_owned(), other_words: 0 };
        let found = Found { licence_text: Some(text), ..Found::default() };
        let reason = |id: &str| compare(&BTreeSet::from([id.to_owned()]), &found).unwrap().reason;
        assert_eq!(reason("GPL-3.0-or-later"), Reason::Text);
        assert_eq!(reason("MIT"), Reason::OtherText);
    }

    #[test]
    fn notices_count_as_tags_do() {
        let notice = LicenceNotice { rule: "isc-text".to_owned(), expression: "ISC".to_owned(), line: 1 };
        let found = Found { notices: vec![notice], ..Found::default() };
        let comparison = compare(&BTreeSet::from(["MIT".to_owned()]), &found).unwrap();
        assert_eq!(comparison.agreement, Agreement::Conflicting);
    }
}
