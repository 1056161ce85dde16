//! One file, several packages: whether they declare the same for it.

use std::collections::{BTreeMap, BTreeSet};

use super::found::texts::is_licence_name;
use crate::model::{DeclaredBy, Disagreement, Occurrence, PackageName};

/// Where packaging lies.
const PACKAGING: &str = "debian/";

/// How many packages are named for each licence.
const EXAMPLES: usize = 5;

/// In what the packages disagree that have the same file; `None` when there is a licence that all of them declare which
/// declare one. Texts of licences count for nothing: what is declared for a `COPYING` is mostly meant of what is beside it.
/// So does packaging, below `debian/`: who wrote the same few lines for a package has a licence for all of its packaging.
pub fn disagreement(occurrences: &[Occurrence]) -> Option<Disagreement> {
    let mut declared: BTreeMap<&PackageName, BTreeSet<String>> = BTreeMap::new();
    let mut examples: BTreeMap<String, BTreeMap<&PackageName, &Occurrence>> = BTreeMap::new();
    for occurrence in occurrences.iter().filter(|it| !it.path.starts_with(PACKAGING)) {
        let Some(licence) = occurrence.license.as_deref().map(in_order) else { continue };
        declared.entry(&occurrence.package).or_default().insert(licence.clone());
        examples.entry(licence).or_default().insert(&occurrence.package, occurrence);
    }
    let mut of_packages = declared.values();
    let mut common = of_packages.next()?.clone();
    of_packages.for_each(|licences| common.retain(|licence| licences.contains(licence)));
    if !common.is_empty() || occurrences.iter().any(|it| is_licence_name(it.path.as_bytes())) {
        return None;
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let licence = |(licence, packages): (String, BTreeMap<&PackageName, &Occurrence>)| DeclaredBy {
        licence,
        packages: count(packages.len()),
        examples: packages.into_values().take(EXAMPLES).cloned().collect(),
    };
    let mut licences: Vec<DeclaredBy> = examples.into_iter().map(licence).collect();
    licences.sort_by(|a, b| b.packages.cmp(&a.packages).then_with(|| a.licence.cmp(&b.licence)));
    Some(Disagreement { packages: count(declared.len()), licences })
}

/// The expression with the parts of a plain list in order: `B OR A` says what `A OR B` says.
fn in_order(spdx: &str) -> String {
    let operators: Vec<&str> = [" OR ", " AND "].into_iter().filter(|it| spdx.contains(it)).collect();
    match operators[..] {
        [operator] if !spdx.contains('(') => {
            spdx.split(operator).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(operator)
        }
        _ => spdx.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DebianVersion;

    fn occurrence((package, version, licence): (&str, &str, &str)) -> Occurrence {
        Occurrence {
            package: PackageName::new(package).unwrap(),
            version: DebianVersion::new(version).unwrap(),
            path: "src/a.c".to_owned(),
            license: (!licence.is_empty()).then(|| licence.to_owned()),
        }
    }

    fn of(declared: &[(&str, &str, &str)]) -> Option<Disagreement> {
        disagreement(&declared.iter().copied().map(occurrence).collect::<Vec<_>>())
    }

    #[test]
    fn packages_disagree_when_no_licence_is_common_to_them() {
        let found = of(&[("aa", "1", "MIT"), ("bb", "1", "ISC"), ("bb", "2", "ISC"), ("cc", "1", "MIT")]).unwrap();
        assert_eq!(found.packages, 3);
        let licences: Vec<_> = found.licences.iter().map(|it| (it.licence.as_str(), it.packages)).collect();
        assert_eq!(licences, [("MIT", 2), ("ISC", 1)]);
        assert_eq!(found.licences[0].examples.len(), 2);
    }

    #[test]
    fn versions_of_a_package_may_change_their_mind() {
        assert_eq!(of(&[("aa", "1", "MIT"), ("aa", "2", "ISC")]).map(|it| it.packages), None);
        assert_eq!(of(&[("aa", "1", "MIT"), ("aa", "2", "ISC"), ("bb", "1", "ISC")]), None);
    }

    #[test]
    fn silence_and_order_are_no_disagreement() {
        assert_eq!(of(&[("aa", "1", "MIT"), ("bb", "1", "")]), None);
        assert_eq!(of(&[("aa", "1", "MIT OR ISC"), ("bb", "1", "ISC OR MIT")]), None);
        assert!(of(&[("aa", "1", "MIT OR ISC"), ("bb", "1", "MIT AND ISC")]).is_some());
    }

    #[test]
    fn what_is_declared_for_texts_of_licences_and_packaging_counts_for_nothing() {
        for path in ["COPYING", "debian/rules"] {
            let mut both = [("aa", "1", "MIT"), ("bb", "1", "ISC")].map(occurrence);
            both[1].path = path.to_owned();
            assert_eq!(disagreement(&both), None, "{path}");
        }
    }
}
