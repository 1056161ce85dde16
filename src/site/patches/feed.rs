//! The patches of a package as an Atom feed (RFC 4287): an entry for each patch that a version carries, the newest first.
//!
//! Times are those of the archive: an entry is as old as the archive has had the patch. What a patch is called does not
//! matter to it: the identifier of an entry is made from what the patch does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::status::name_of;
use super::{HistoryVersion, PatchesContent, below_patches, header, shown_name};
use crate::html::{self, escape};
use crate::model::{DebianVersion, PackageName, PatchFacts, PatchId, PatchesFacts, Sha256};
use crate::site::page;
use crate::site::sources::SourcesSite;
use crate::site::urls::Address;
use crate::timestamp::Timestamp;

/// The most entries of a feed.
const MOST: usize = 100;

/// Whether the versions of a package that may be told of have a feed: when there is a patch that can be found again.
pub fn has_feed<'c>(contents: impl Iterator<Item = &'c PatchesContent<'c>>) -> bool {
    let mut facts = contents.filter_map(PatchesContent::facts);
    facts.any(|facts| facts.applied().iter().any(|patch| patch.ids.is_some()))
}

/// A patch, and the versions that carry it.
struct Entry<'a> {
    first_seen: Timestamp,
    id: PatchId,
    /// What the newest of its versions says.
    patch: &'a PatchFacts,
    content: &'a PatchesContent<'a>,
    /// The oldest first.
    versions: Vec<&'a DebianVersion>,
}

impl SourcesSite {
    /// What is at [`Address::PatchFeed`]; versions are given the oldest first.
    pub fn patch_feed(&self, package: &PackageName, versions: &[HistoryVersion<'_>]) -> Vec<u8> {
        let entries = entries(versions);
        let updated = entries.first().map_or(Timestamp(0), |entry| entry.first_seen);
        let mut xml =
            String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
        let absolute = |address: &Address<'_>| {
            let link = address.link_from(&Address::Home, self.layout().links);
            escape(&format!("{}{}", self.base_url(), link.trim_start_matches("./")))
        };
        // Writing to a String cannot fail.
        let _ = write!(
            xml,
            "<id>{}</id>\n<title>Patches of {package}</title>\n<updated>{updated}</updated>\n\
             <author><name>{}</name></author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
            identifier(&[b"feed", package.as_str().as_bytes()]),
            escape(&html::display_name(self.title().as_bytes())),
            absolute(&Address::PatchFeed(package)),
            absolute(&Address::PatchesPackage(package)),
        );
        for entry in entries.iter().take(MOST) {
            let below = below_patches(&entry.patch.path);
            let newest = entry.versions.last();
            let link = newest.map(|version| absolute(&Address::Patch(package, version, &below))).unwrap_or_default();
            let _ = write!(
                xml,
                "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
                 <link rel=\"alternate\" type=\"text/html\" href=\"{link}\"/>\n<summary>{}</summary>\n</entry>\n",
                identifier(&[b"patch", package.as_str().as_bytes(), &entry.id.0.0]),
                escape(&title(entry.patch)),
                entry.first_seen,
                escape(&summary(entry)),
            );
        }
        xml.push_str("</feed>\n");
        page::encoded(&xml, self.layout().encoding)
    }
}

/// The patches of all versions, those that the archive has had for the shortest time first.
fn entries<'a>(versions: &'a [HistoryVersion<'a>]) -> Vec<Entry<'a>> {
    let mut entries: BTreeMap<PatchId, Entry<'a>> = BTreeMap::new();
    for HistoryVersion { version, content, .. } in versions {
        for patch in content.facts().map(PatchesFacts::applied).unwrap_or_default() {
            let (Some(ids), Some(first_seen)) = (patch.ids, content.first_seen(patch)) else { continue };
            let id = ids.hunks;
            let new = || Entry { first_seen, id, patch, content, versions: Vec::new() };
            let entry = entries.entry(id).or_insert_with(new);
            (entry.patch, entry.content) = (patch, content);
            if entry.versions.last() != Some(version) {
                entry.versions.push(version);
            }
        }
    }
    let mut entries: Vec<Entry<'a>> = entries.into_values().collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.first_seen));
    entries
}

fn title(patch: &PatchFacts) -> String {
    match header::subject(&patch.header) {
        Some(subject) => format!("{}: {subject}", shown_name(patch)),
        None => shown_name(patch),
    }
}

/// What became of it, and which versions carry it.
fn summary(entry: &Entry<'_>) -> String {
    let state = entry.content.status(entry.patch).map_or("unknown", |status| name_of(status.state));
    let versions: Vec<&str> = entry.versions.iter().map(|version| version.as_str()).collect();
    format!("Status: {state}. In {}.", versions.join(", "))
}

/// A UUID of version 8 (RFC 9562) that stands for these bytes.
fn identifier(parts: &[&[u8]]) -> String {
    let mut text = Vec::new();
    for part in parts {
        text.extend_from_slice(part);
        text.push(0);
    }
    let Sha256([a, b, c, d, e, f, g, h, i, rest @ ..]) = Sha256::of(&text);
    let (g, i) = ((g & 0x0f) | 0x80, (i & 0x3f) | 0x80);
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let [j, k, l, m, n, o, p, ..] = rest;
    let groups = [hex(&[a, b, c, d]), hex(&[e, f]), hex(&[g, h]), hex(&[i, j]), hex(&[k, l, m, n, o, p])];
    format!("urn:uuid:{}", groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_uuids_that_stay() {
        let one = identifier(&[b"patch", b"hello"]);
        assert_eq!(one, identifier(&[b"patch", b"hello"]));
        assert_ne!(one, identifier(&[b"patchhello", b""]));
        let parts: Vec<usize> = one.trim_start_matches("urn:uuid:").split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()["urn:uuid:".len() + 14], b'8');
    }
}
