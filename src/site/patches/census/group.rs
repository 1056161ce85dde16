//! How lists of patches are divided.

use std::collections::BTreeMap;

use super::list::{ListedPatch, Part};
use crate::html;
use crate::model::{Bug, Sha256};

/// How many bugs of Debian, or of Launchpad, share a page.
const DEBIAN_BUGS: u32 = 10_000;
const LAUNCHPAD_BUGS: u32 = 100_000;

/// By the prefixes of the pool.
pub(super) fn prefix_groups<'a>(patches: impl IntoIterator<Item = ListedPatch<'a>>) -> Vec<Part<'a>> {
    let mut groups: BTreeMap<String, Vec<ListedPatch<'a>>> = BTreeMap::new();
    for listed in patches {
        groups.entry(listed.version.package.pool_prefix()).or_default().push(listed);
    }
    groups.into_iter().map(|(prefix, rows)| Part { slug: prefix.clone(), title: prefix, rows }).collect()
}

/// By the names of those who maintain the packages; a package without one is in no group.
pub(super) fn maintainer_groups<'a>(patches: impl IntoIterator<Item = ListedPatch<'a>>) -> Vec<Part<'a>> {
    let mut groups: BTreeMap<&str, Vec<ListedPatch<'a>>> = BTreeMap::new();
    for listed in patches {
        if let Some(name) = &listed.version.digest.maintainer {
            groups.entry(name).or_default().push(listed);
        }
    }
    let part = |(name, rows): (&str, _)| Part { slug: slug_of(name), title: html::display_name(name.as_bytes()), rows };
    groups.into_iter().map(part).collect()
}

/// Letters and digits of a name, and enough of its checksum that no other name has the same.
fn slug_of(name: &str) -> String {
    let words = name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: String = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-").chars().take(100).collect();
    let sum: String = Sha256::of(name.as_bytes()).to_string().chars().take(12).collect();
    format!("{words}-{sum}").trim_start_matches('-').to_owned()
}

/// A group of bugs: its place in the order, its slug and its title.
type BugGroup = (u8, std::cmp::Reverse<u32>, String, String);

/// By the years and numbers of bugs, and by the hosts of other trackers; those of one bug stand together.
pub(super) fn bug_groups<'a>(patches: impl IntoIterator<Item = ListedPatch<'a>>) -> Vec<Part<'a>> {
    let mut groups: BTreeMap<BugGroup, Vec<ListedPatch<'a>>> = BTreeMap::new();
    for listed in patches {
        if let Some(group) = listed.bug.and_then(bug_group) {
            groups.entry(group).or_default().push(listed);
        }
    }
    let part = |((_, _, slug, title), mut rows): (BugGroup, Vec<ListedPatch<'a>>)| {
        rows.sort_by(|a, b| a.bug.cmp(&b.bug));
        Part { slug, title, rows }
    };
    groups.into_iter().map(part).collect()
}

fn bug_group(bug: &Bug) -> Option<BugGroup> {
    let numbered = |kind: u8, name: &str, number: u32, step: u32| {
        let first = number - number % step;
        let title = format!("{name} #{first} to #{}", first.saturating_add(step - 1));
        (kind, std::cmp::Reverse(number / step), format!("{}-{first}", name.to_ascii_lowercase()), title)
    };
    Some(match bug {
        Bug::Cve(id) => {
            let year = id.get(4..8).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
            (0, std::cmp::Reverse(year.parse().ok()?), format!("CVE-{year}"), format!("CVE-{year}"))
        }
        Bug::Ghsa(_) => (1, std::cmp::Reverse(0), "GHSA".to_owned(), "GHSA".to_owned()),
        Bug::Debian(number) => numbered(2, "Debian", *number, DEBIAN_BUGS),
        Bug::Launchpad(number) => numbered(3, "Launchpad", *number, LAUNCHPAD_BUGS),
        Bug::Tracker(address) => {
            let host = host_of(address).unwrap_or_else(|| "elsewhere".to_owned());
            (4, std::cmp::Reverse(0), format!("at-{host}"), host)
        }
        Bug::Unclear(_) => return None,
    })
}

/// The host of an address, when it is one of letters, digits, hyphens and full stops.
fn host_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?.to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    Some(host).filter(|host| (1..=100).contains(&host.len()) && host.bytes().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(bug: &Bug) -> Option<(String, String)> {
        bug_group(bug).map(|(_, _, slug, title)| (slug, title))
    }

    #[test]
    fn bugs_are_grouped_by_what_stays() {
        let pair = |slug: &str, title: &str| Some((slug.to_owned(), title.to_owned()));
        assert_eq!(group(&Bug::Cve("CVE-2024-56201".to_owned())), pair("CVE-2024", "CVE-2024"));
        assert_eq!(group(&Bug::Debian(1_012_345)), pair("debian-1010000", "Debian #1010000 to #1019999"));
        assert_eq!(group(&Bug::Tracker("https://Example.org:8/1".to_owned())), pair("at-example.org", "example.org"));
        assert_eq!(group(&Bug::Tracker("https://a\u{202e}b/1".to_owned())), pair("at-elsewhere", "elsewhere"));
        assert_eq!(group(&Bug::Unclear("soon".to_owned())), None);
    }

    #[test]
    fn names_that_differ_have_addresses_that_differ() {
        assert!(slug_of("Ada / Grace").starts_with("ada-grace-"));
        assert_ne!(slug_of("Ada / Grace"), slug_of("Ada Grace"));
        assert!(slug_of("…").bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
