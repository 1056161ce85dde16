//! Which fields mean what: `fields.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a field stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Meaning {
    Description,
    Subject,
    Author,
    Origin,
    Bug,
    VendorBug,
    Forwarded,
    Reviewer,
    LastUpdate,
    AppliedUpstream,
    Date,
    Trailer,
    Mail,
}

/// What is known of a field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldName {
    pub(super) meaning: Meaning,
    /// It shows by itself that the header follows DEP-3.
    pub(super) is_dep3: bool,
    /// It counts within a paragraph of text as well.
    pub(super) anywhere: bool,
    pub(super) misspelt: bool,
    /// Whose bugs a [`Meaning::VendorBug`] names, if the table says so.
    pub(super) vendor: Option<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    field: Vec<Row>,
    forwarded: ForwardedWords,
    origin: OriginWords,
    template: Template,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    meaning: Meaning,
    names: Vec<String>,
    #[serde(default)]
    misspelt: Vec<String>,
    #[serde(default)]
    dep3: bool,
    #[serde(default)]
    anywhere: bool,
    vendor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ForwardedWords {
    no: Vec<String>,
    not_needed: Vec<String>,
    yes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginWords {
    vendors: Vec<String>,
    hosts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    parts: Vec<String>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("fields.toml")).expect("a test reads the table that is compiled in"));

static BY_NAME: LazyLock<HashMap<String, FieldName>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for row in &TABLE.field {
        let spellings = row.names.iter().map(|name| (name, false)).chain(row.misspelt.iter().map(|name| (name, true)));
        for (name, misspelt) in spellings {
            let known = FieldName {
                meaning: row.meaning,
                is_dep3: row.dep3,
                anywhere: row.anywhere,
                misspelt,
                vendor: row.vendor.as_deref(),
            };
            names.insert(name.to_ascii_lowercase(), known);
        }
    }
    names
});

/// What a field of this name stands for; `None` when nobody knows.
pub(super) fn field(name: &str) -> Option<FieldName> {
    let name = name.to_ascii_lowercase();
    let other = |meaning, is_dep3| FieldName { meaning, is_dep3, anywhere: true, misspelt: false, vendor: None };
    BY_NAME.get(&name).copied().or_else(|| match name.as_str() {
        name if name.starts_with("bug-") => Some(other(Meaning::VendorBug, true)),
        name if name.ends_with("-by") => Some(other(Meaning::Trailer, false)),
        _ => None,
    })
}

/// Whether a text is a template's that nobody filled in.
pub(super) fn is_template(text: &str) -> bool {
    TABLE.template.parts.iter().any(|part| text.contains(part.as_str()))
}

/// A word of DEP-3's for `Forwarded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForwardedWord {
    No,
    NotNeeded,
    Yes,
}

/// The word that a value of `Forwarded` means, and whether it is spelled as in DEP-3.
pub(super) fn forwarded(value: &str) -> Option<(ForwardedWord, bool)> {
    let value = value.trim_end_matches('.').to_lowercase();
    let words = &TABLE.forwarded;
    let groups = [
        (ForwardedWord::No, &words.no),
        (ForwardedWord::NotNeeded, &words.not_needed),
        (ForwardedWord::Yes, &words.yes),
    ];
    groups.into_iter().find_map(|(word, spellings)| {
        let position = spellings.iter().position(|spelling| *spelling == value)?;
        Some((word, position == 0))
    })
}

/// Whether a word is the name of a vendor.
pub(super) fn is_vendor(word: &str) -> bool {
    TABLE.origin.vendors.iter().any(|vendor| vendor.eq_ignore_ascii_case(word))
}

/// The domains of distributions.
pub(super) fn distribution_hosts() -> &'static [String] {
    &TABLE.origin.hosts
}

/// Splits `name: value`. A name is of letters, digits and hyphens; an address (`https://…`) is no field.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    /// Longer ones are words of a text.
    const LONGEST_NAME: usize = 40;
    let colon = line.bytes().take(LONGEST_NAME + 1).position(|byte| byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.get(1..)?;
    let valid = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !value.starts_with("//");
    valid.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        assert_eq!(field("bug-DEBIAN").and_then(|field| field.vendor), Some("Debian"));
        assert_eq!(field("Bug-Fedora").map(|field| field.meaning), Some(Meaning::VendorBug));
        assert_eq!(field("Tested-by").map(|field| field.meaning), Some(Meaning::Trailer));
        assert!(field("Auther").is_some_and(|field| field.misspelt));
        assert_eq!(field("Note"), None);
        assert_eq!(forwarded("Not needed."), Some((ForwardedWord::NotNeeded, false)));
        assert!(is_template("(no|not-needed|<patch-forwarded-url>)"));
    }

    #[test]
    fn lines_are_split_into_name_and_value() {
        assert_eq!(split("Bug:https://example.org/"), Some(("Bug", "https://example.org/")));
        for text in ["https://example.org/", "two words: no", ": no", "no", "1st: no", "-x: no"] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
