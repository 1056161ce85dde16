//! What is declared of a file against what it says itself.
//!
//! A declaration agrees when it covers every expression that the file says: each tag and each notice. It may have more licences, as a
//! paragraph speaks of many files. [`Reason`] names the rules; none is a verdict on what the licence is.

use std::collections::BTreeSet;

use super::expression;
use crate::model::{Agreement, Comparison, DeclaredLicense, Found, Reason};

/// The SPDX identifiers of a declared licence, as [`compare`] takes them.
pub fn identifiers(license: &DeclaredLicense) -> BTreeSet<String> {
    let mut identifiers = BTreeSet::new();
    // What has a form of its own has identifiers before that.
    let _ = expression::judge(&license.spdx, &mut |id| identifiers.insert(id.to_owned()));
    identifiers
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

/// An exception without its version, which notices do not name: `Autoconf-exception` of `Autoconf-exception-3.0` and of
/// `Autoconf-exception-generic`.
fn family(exception: &str) -> &str {
    let is_version = |part: &str| part == "generic" || part.starts_with(|first: char| first.is_ascii_digit());
    let mut family = exception;
    while let Some((rest, _)) = family.rsplit_once('-').filter(|(_, last)| is_version(last)) {
        family = rest;
    }
    family
}

/// An SPDX identifier, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Licence<'t> {
    /// With its version, without `-only`, `-or-later` and `+`.
    base: &'t str,
    or_later: bool,
    exception: Option<&'t str>,
    /// Whether it says of invariant sections that there are some, or none (GFDL).
    tells_of_invariants: bool,
}

impl<'t> Licence<'t> {
    fn of(id: &'t str) -> Self {
        let (licence, exception) = match id.split_once(" WITH ") {
            Some((licence, exception)) => (licence, Some(exception)),
            None => (id, None),
        };
        let later = licence.strip_suffix("-or-later").or_else(|| licence.strip_suffix('+'));
        let version = later.or_else(|| licence.strip_suffix("-only")).unwrap_or(licence);
        let without = |suffix| version.strip_suffix(suffix);
        let base = without("-no-invariants").or_else(|| without("-invariants")).unwrap_or(version);
        Self { base, or_later: later.is_some(), exception, tells_of_invariants: base != version }
    }

    /// The rule by which this declared licence covers one that was found.
    fn covers(&self, found: &Licence<'_>) -> Option<Reason> {
        let same_exception = match (self.exception, found.exception) {
            (Some(one), Some(other)) if !family(one).eq_ignore_ascii_case(family(other)) => return None,
            (one, other) => one == other,
        };
        let is_same = same_exception && self.tells_of_invariants == found.tells_of_invariants;
        let reason = self.covers_base(found)?;
        Some(if is_same { reason } else { reason.max(Reason::Exception) })
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
            (
                &["GPL-3.0-or-later WITH Autoconf-exception-3.0"],
                &["GPL-3.0-or-later WITH Autoconf-exception-generic"],
                Agreed,
                Reason::Exception,
            ),
            (&["GFDL-1.3-or-later"], &["GFDL-1.3-no-invariants-or-later"], Agreed, Reason::Exception),
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
