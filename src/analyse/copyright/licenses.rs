//! What short names of licences mean: `licenses.toml` over the SPDX licence list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use spdx::identifiers::{EXCEPTIONS, LICENSES};

use crate::model::Sha256;

/// The version of the SPDX licence list in use.
pub const SPDX_LIST_VERSION: &str = spdx::identifiers::VERSION;

/// What ids begin with that are defined by a text in the package (SPDX 2.3, annex D).
pub const LICENSE_REF: &str = "LicenseRef-debian-";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    gnu: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    deprecated: BTreeMap<String, String>,
    ambiguous: BTreeMap<String, Ambiguous>,
    local: Local,
    exceptions: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Ambiguous {
    spdx: String,
    why: String,
    /// A licence of this family in the same expression makes it clear.
    clear_beside: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Local {
    names: BTreeSet<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("licenses.toml")).expect("a test reads the table that is compiled in")
});

/// SPDX ids by their spelling in lower case, and whether they are deprecated.
static IDS: LazyLock<HashMap<String, (&'static str, bool)>> = LazyLock::new(|| {
    let is_deprecated = |flags| flags & spdx::flags::IS_DEPRECATED != 0;
    LICENSES.iter().map(|id| (id.name.to_lowercase(), (id.name, is_deprecated(id.flags)))).collect()
});

/// The name in full of an SPDX identifier; `None` when the list does not have it.
pub fn full_name(id: &str) -> Option<&'static str> {
    spdx::license_id(id).filter(|license| license.name == id).map(|license| license.full_name)
}

/// How sure the meaning of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// An SPDX id, or a name that on purpose has none.
    Known,
    /// Several licences are called so.
    Ambiguous(&'static str),
    /// SPDX has replaced it.
    Deprecated,
    /// Nobody knows it.
    Unknown,
}

/// The SPDX expression of a short name; `beside` are the other names of its expression.
pub(super) fn license(name: &str, beside: &[&str]) -> (String, Certainty) {
    let exact = name.to_lowercase().replace([' ', '_'], "-");
    let (base, later) = without_later(&exact);
    let base = without_zeros(base);
    let key = if later { format!("{base}+") } else { base.to_owned() };
    if let Some(spdx) = TABLE.names.get(&key).or_else(|| TABLE.names.get(&exact)) {
        return (spdx.clone(), Certainty::Known);
    }
    if let Some(spdx) = TABLE.deprecated.get(&key).or_else(|| TABLE.deprecated.get(&exact)) {
        return (spdx.clone(), Certainty::Deprecated);
    }
    if let Some(ambiguous) = TABLE.ambiguous.get(base) {
        return ambiguous.meaning(&exact, beside);
    }
    if TABLE.local.names.contains(&key) {
        return (license_ref(&exact), Certainty::Known);
    }
    if let Some(id) = TABLE.gnu.get(base) {
        return (format!("{id}{}", if later { "-or-later" } else { "-only" }), Certainty::Known);
    }
    listed(&exact, base, later).unwrap_or_else(|| (license_ref(&exact), Certainty::Unknown))
}

impl Ambiguous {
    fn meaning(&'static self, name: &str, beside: &[&str]) -> (String, Certainty) {
        let starts_with = |family: &String| {
            let starts = |name: &&str| name.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family));
            beside.iter().any(starts)
        };
        let is_clear = self.clear_beside.as_ref().is_some_and(starts_with);
        let spdx = if self.spdx.is_empty() { license_ref(name) } else { self.spdx.clone() };
        (spdx, if is_clear { Certainty::Known } else { Certainty::Ambiguous(&self.why) })
    }
}

/// A name of the SPDX list, perhaps without `.0` or with `+`.
fn listed(exact: &str, base: &str, later: bool) -> Option<(String, Certainty)> {
    let find = |name: &str| IDS.get(name);
    let certainty = |is_deprecated| if is_deprecated { Certainty::Deprecated } else { Certainty::Known };
    if let Some(&(id, is_deprecated)) = find(exact) {
        return Some((id.to_owned(), certainty(is_deprecated)));
    }
    let &(id, is_deprecated) = find(base).or_else(|| find(&format!("{base}.0")))?;
    let spdx = if later { format!("{id}+") } else { id.to_owned() };
    Some((spdx, certainty(is_deprecated)))
}

/// `+` and what stands for it, also before `-no-invariant`, which some packages write.
fn without_later(name: &str) -> (&str, bool) {
    let ends = |end: &str| name.strip_suffix(end);
    match ends("+").or_else(|| ends("-or-later")) {
        Some(base) => (base, true),
        None => match name.split_once("+-no-invariant") {
            Some((base, "" | "s")) => (no_invariant(base).unwrap_or(name), no_invariant(base).is_some()),
            _ => (ends("-only").unwrap_or(name), false),
        },
    }
}

fn no_invariant(base: &str) -> Option<&'static str> {
    TABLE.gnu.keys().find(|key| key.strip_suffix("-no-invariant") == Some(base)).map(String::as_str)
}

/// Zeros at the end of a version mean nothing (copyright-format 1.0, "Short name").
fn without_zeros(mut name: &str) -> &str {
    let ends_with_digit = |name: &str| name.ends_with(|character: char| character.is_ascii_digit());
    while let Some(shorter) = name.strip_suffix(".0").filter(|shorter| ends_with_digit(shorter)) {
        name = shorter;
    }
    name
}

/// The id of an exception with a licence whose SPDX id is known.
pub(super) fn exception(name: &str, license: &str) -> Option<String> {
    let key = name.to_lowercase().replace([' ', '_'], "-");
    let key = key.strip_suffix("-exception").unwrap_or(&key);
    let by_license = TABLE.exceptions.get(key).and_then(|ids| {
        ids.iter().find(|(with, _)| *with == "any" || license.starts_with(with.as_str())).map(|(_, id)| id.clone())
    });
    let is_named = |id: &str| {
        let id = id.to_lowercase();
        id == key || id == name.to_lowercase() || id.strip_suffix("-exception") == Some(key)
    };
    by_license.or_else(|| EXCEPTIONS.iter().find(|id| is_named(id.name)).map(|id| id.name.to_owned()))
}

/// An id for a name that SPDX has none for. Names that differ in more than capitals have different ids.
pub(super) fn license_ref(name: &str) -> String {
    let name = name.to_lowercase();
    let is_kept = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
    let id: String = name.chars().map(|character| if is_kept(character) { character } else { '-' }).take(60).collect();
    if id == name {
        return format!("{LICENSE_REF}{id}");
    }
    let checksum = Sha256::of(name.as_bytes()).to_string();
    format!("{LICENSE_REF}{id}-{}", &checksum[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_is(name: &str, spdx: &str) {
        assert_eq!(license(name, &[]), (spdx.to_owned(), Certainty::Known), "{name}");
    }

    #[test]
    fn names_of_the_specification_have_spdx_ids() {
        assert_is("Expat", "MIT");
        assert_is("GPL-2+", "GPL-2.0-or-later");
        assert_is("gpl-2.0", "GPL-2.0-only");
        assert_is("LGPL-2.1-or-later", "LGPL-2.1-or-later");
        assert_is("BSD-3-clause", "BSD-3-Clause");
        assert_is("Apache-2", "Apache-2.0");
        assert_is("MPL-1.1+", "MPL-1.1+");
        assert_is("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later");
        assert_is("GFDL-1.3+-no-invariant", "GFDL-1.3-no-invariants-or-later");
        assert_is("public-domain", "LicenseRef-debian-public-domain");
        assert_eq!(license("Artistic", &["GPL-1+"]).1, Certainty::Known);
        assert!(matches!(license("Artistic", &[]).1, Certainty::Ambiguous(_)));
        assert_eq!(license("BSD-2-clause-NetBSD", &[]), ("BSD-2-Clause".to_owned(), Certainty::Deprecated));
        assert_eq!(license("FooBar", &[]), ("LicenseRef-debian-foobar".to_owned(), Certainty::Unknown));
        assert_ne!(license_ref("a+b"), license_ref("a/b"));
    }

    #[test]
    fn exceptions_depend_on_their_licence() {
        assert_eq!(exception("autoconf", "GPL-3.0-or-later").as_deref(), Some("Autoconf-exception-3.0"));
        assert_eq!(exception("Autoconf", "GPL-2.0-or-later").as_deref(), Some("Autoconf-exception-2.0"));
        assert_eq!(exception("Autoconf-exception-2.0", "GPL-2.0-only").as_deref(), Some("Autoconf-exception-2.0"));
        assert_eq!(exception("OpenSSL", "GPL-2.0-only"), None);
    }

    /// Every expression of the table is one that SPDX knows and has not replaced.
    #[test]
    fn the_table_names_ids_of_the_list() {
        let gnu = TABLE.gnu.values().flat_map(|id| [format!("{id}-only"), format!("{id}-or-later")]);
        let ambiguous = TABLE.ambiguous.values().map(|name| name.spdx.clone()).filter(|spdx| !spdx.is_empty());
        let others = TABLE.names.values().chain(TABLE.deprecated.values()).cloned();
        for expression in gnu.chain(ambiguous).chain(others) {
            let parsed = spdx::Expression::parse(&expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
            for requirement in parsed.requirements() {
                let id = requirement.req.license.id().unwrap();
                assert!(!id.is_deprecated(), "{expression}");
            }
        }
        for id in TABLE.exceptions.values().flat_map(BTreeMap::values) {
            assert!(spdx::exception_id(id).is_some(), "{id}");
        }
        let tables = [&TABLE.gnu, &TABLE.names, &TABLE.deprecated];
        for key in tables.into_iter().flat_map(BTreeMap::keys).chain(TABLE.ambiguous.keys()).chain(&TABLE.local.names) {
            assert_eq!(*key, key.to_lowercase().replace([' ', '_'], "-"));
        }
    }
}
