//! What a newcomer wants to know of a package at a glance, ready for the template.

use serde::Serialize;

use super::totals::TotalsRow;
use crate::html::display_name;
use crate::model::{BinaryPackage, Overview, Packaging, SourcePackage};
use crate::settings::NamedLink;
use crate::site::urls::encoded_component;

/// Fields of `debian/control` that are told, with the words for readers.
const FIELDS: [(&str, &str); 6] = [
    ("Uploaders", "Uploaders"),
    ("Section", "Section"),
    ("Priority", "Priority"),
    ("Standards-Version", "Standards-Version"),
    ("Testsuite", "Test suite"),
    ("Build-Depends", "Build dependencies"),
];

/// Fields that may be addresses, and what the link is called.
const LINKS: [(&str, &str); 2] = [("Homepage", "Homepage"), ("Vcs-Browser", "Version control")];

/// Keys of the upstream metadata (DEP-12) that may be addresses, and what the link is called.
const UPSTREAM_LINKS: [(&str, &str); 7] = [
    ("Repository-Browse", "Upstream’s version control"),
    ("Bug-Database", "Upstream’s bugs"),
    ("Bug-Submit", "Report a bug upstream"),
    ("Changelog", "Upstream’s changelog"),
    ("Documentation", "Documentation"),
    ("FAQ", "Questions and answers"),
    ("Donation", "Donations"),
];

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct Binary<'a> {
    name: &'a str,
    architecture: &'a str,
    synopsis: &'a str,
    description: &'a str,
}

/// As templates take it.
#[derive(Debug, Serialize)]
pub(super) struct OverviewRow<'a> {
    synopsis: Option<&'a str>,
    description: Option<String>,
    maintainer: String,
    fields: Vec<Named>,
    links: Vec<Named>,
    binaries: Vec<Binary<'a>>,
    changelog: Option<&'a str>,
    watch: Option<&'a str>,
    signing_key: Option<&'a str>,
    signatures: Vec<String>,
    totals: TotalsRow<'a>,
}

impl<'a> OverviewRow<'a> {
    pub(super) fn new(package: &'a SourcePackage, overview: &'a Overview, links: &[NamedLink]) -> Self {
        let Overview { packaging, totals } = overview;
        let main = packaging.binaries.iter().find(|binary| binary.name == package.name.as_str());
        let main = main.or(packaging.binaries.first());
        let signatures = package.files.iter().map(|file| file.name.as_str()).filter(|name| name.ends_with(".asc"));
        Self {
            synopsis: main.map(|binary| binary.synopsis.as_str()).filter(|synopsis| !synopsis.is_empty()),
            description: main.map(|binary| flowing(&binary.description)).filter(|text| !text.is_empty()),
            maintainer: shown(packaging.field("Maintainer").unwrap_or_default()),
            fields: fields(packaging),
            links: all_links(package, packaging, links),
            binaries: packaging.binaries.iter().map(Binary::from).collect(),
            changelog: packaging.changelog.as_deref(),
            watch: packaging.watch.as_deref(),
            signing_key: packaging.signing_key.as_deref(),
            signatures: signatures.map(str::to_owned).collect(),
            totals: TotalsRow::from(totals),
        }
    }
}

fn fields(packaging: &Packaging) -> Vec<Named> {
    let field =
        |&(name, title): &(&str, &str)| Some(Named { name: title.to_owned(), value: shown(packaging.field(name)?) });
    FIELDS.iter().filter_map(field).filter(|field| !field.value.is_empty()).collect()
}

/// A description whose lines are joined to paragraphs, but for those that begin with a blank (Policy 5.6.13).
fn flowing(description: &str) -> String {
    let mut text = String::with_capacity(description.len());
    let mut joins = false;
    for line in description.lines() {
        let is_plain = !line.is_empty() && !line.starts_with([' ', '\t']);
        if !text.is_empty() {
            text.push(if joins && is_plain { ' ' } else { '\n' });
        }
        text.push_str(line);
        joins = is_plain;
    }
    text
}

/// A value as readers see it.
fn shown(value: &str) -> String {
    display_name(without_mail_addresses(value).as_bytes())
}

/// `A B <a@example.org>, …` → `A B, …`: machines that gather addresses read these pages too, and the file itself
/// is one click away.
fn without_mail_addresses(value: &str) -> String {
    let mut rest = value;
    let mut kept = String::with_capacity(value.len());
    while let Some((before, after)) = rest.split_once('<') {
        let Some((inner, behind)) = after.split_once('>') else { break };
        if inner.contains('@') {
            kept.push_str(before.trim_end());
        } else {
            kept.push_str(before);
            kept.push('<');
            kept.push_str(inner);
            kept.push('>');
        }
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

/// Links of the settings first, as they are the same for all packages; then those of the package.
fn all_links(package: &SourcePackage, packaging: &Packaging, links: &[NamedLink]) -> Vec<Named> {
    let fill = |link: &NamedLink| {
        let [name, version] =
            [package.name.as_str(), package.version.as_str()].map(|it| encoded_component(it.as_bytes()));
        Named { name: link.text.clone(), value: link.url.replace("{package}", &name).replace("{version}", &version) }
    };
    let own = LINKS.iter().filter_map(|&(field, name)| {
        let value = packaging.field(field).filter(|value| is_web_address(value))?;
        Some(Named { name: name.to_owned(), value: value.to_owned() })
    });
    let upstream = UPSTREAM_LINKS.iter().filter_map(|&(key, name)| {
        let (_, value) = packaging.upstream.iter().find(|(its, _)| its.eq_ignore_ascii_case(key))?;
        is_web_address(value).then(|| Named { name: name.to_owned(), value: value.clone() })
    });
    links.iter().map(fill).chain(own).chain(upstream).collect()
}

/// Links lead to the web alone: `javascript:` and the like are values that a package controls.
pub(in crate::site) fn is_web_address(value: &str) -> bool {
    let lower = value.get(..8).unwrap_or(value).to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && value.chars().all(|character| !character.is_control() && !character.is_whitespace())
}

impl<'a> From<&'a BinaryPackage> for Binary<'a> {
    fn from(binary: &'a BinaryPackage) -> Self {
        let BinaryPackage { name, architecture, synopsis, description } = binary;
        Self { name, architecture, synopsis, description }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_left_out() {
        assert_eq!(without_mail_addresses("A <a@example.org>, B <b@example.org>"), "A, B");
        assert_eq!(without_mail_addresses("debhelper (>= 13), x <!nocheck>"), "debhelper (>= 13), x <!nocheck>");
        assert_eq!(without_mail_addresses("broken <a@"), "broken <a@");
    }

    #[test]
    fn descriptions_flow() {
        assert_eq!(flowing("one\ntwo\n\nthree\n * a\n * b\nfour"), "one two\n\nthree\n * a\n * b\nfour");
    }

    #[test]
    fn links_lead_to_the_web() {
        assert!(is_web_address("https://example.org/a"));
        for bad in ["javascript:alert(1)", "https://example.org/ a", "data:text/html,x", "", "//example.org", "é"] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
