//! Addresses of bugs.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::model::Bug;

/// Where bugs are to be seen: addresses in which `{id}` stands for the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Templates {
    /// Of a bug in Debian's bug tracking system; the number has no `#`.
    pub debian: String,
    /// Of a bug in Launchpad.
    pub launchpad: String,
    /// Of a CVE; the number has its `CVE-`.
    pub cve: String,
    /// Of an advisory of GitHub; the number has its `GHSA-`.
    pub ghsa: String,
}

static DEFAULT: LazyLock<Templates> =
    LazyLock::new(|| toml::from_str(include_str!("links.toml")).expect("a test reads the table that is compiled in"));

impl Default for Templates {
    /// The public trackers: `links.toml`.
    fn default() -> Self {
        DEFAULT.clone()
    }
}

/// The address of a bug; `None` when it has none, or one that no browser should follow. It is not escaped for HTML.
pub fn link(bug: &Bug, templates: &Templates) -> Option<String> {
    let filled = |template: &str, id: &dyn std::fmt::Display| template.replace("{id}", &id.to_string());
    let address = match bug {
        Bug::Cve(id) => filled(&templates.cve, id),
        Bug::Ghsa(id) => filled(&templates.ghsa, id),
        Bug::Debian(number) => filled(&templates.debian, number),
        Bug::Launchpad(number) => filled(&templates.launchpad, number),
        Bug::Tracker(address) => address.clone(),
        Bug::Unclear(_) => return None,
    };
    is_web_address(&address).then_some(address)
}

/// Whether a text is an address that begins with `http://` or `https://`, without blanks and control characters.
pub(in crate::analyse::patches) fn is_web_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty()) && !text.contains(|part: char| part.is_whitespace() || part.is_control())
}
