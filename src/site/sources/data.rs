//! The data that the script reads: what pages can do without, or must not depend on.
//!
//! A file of data is JSON. Where links are names of files, it is a script that hands the same over,
//! `debpress.take({…});`: of a file system, browsers let pages run scripts, but read nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tree::TreeIndex;
use super::views::PackageView;
use super::{OutputFile, SourcesSite};
use crate::model::{Area, DebianVersion, EntryKind, SourcePackage, SuiteName, folder_of};
use crate::settings::LinkStyle;
use crate::site::page;
use crate::site::urls::{Address, NamedVersion};

/// `{"files": […]}`.
#[derive(Serialize)]
struct FileList {
    /// The link to each file and symbolic link, seen from the version's page.
    files: Vec<String>,
}

/// `{"names": {…}, "versions": […]}`.
#[derive(Serialize)]
struct Map<'a> {
    /// The version that each name stands for.
    names: BTreeMap<&'a str, &'a str>,
    versions: Vec<MappedVersion<'a>>,
}

/// What [`named_version`] reads of a map.
#[derive(Deserialize)]
struct Names {
    names: BTreeMap<String, DebianVersion>,
    versions: Vec<VersionArea>,
}

#[derive(Deserialize)]
struct VersionArea {
    version: DebianVersion,
    area: Area,
}

#[derive(Serialize)]
struct MappedVersion<'a> {
    version: &'a str,
    /// The link to its page, seen from the root of the site.
    link: String,
    area: &'a str,
    suites: &'a [SuiteName],
    /// The link to the list of its files, seen from the root of the site; absent when they are not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<String>,
}

impl SourcesSite {
    /// What is at [`Address::FileList`]: `{"files": ["COPYING", "src/a%20b.c"]}`, the link to each file and symbolic
    /// link seen from the version's page, by the bytes of paths. Percent-decoded, a link is the path as readers see
    /// it, if that is UTF-8.
    pub fn file_list(&self, package: &SourcePackage, tree: &TreeIndex<'_>) -> Vec<u8> {
        let here = Address::Version(&package.name, &package.version);
        let files = tree
            .tree()
            .entries
            .iter()
            .filter(|entry| !matches!(entry.kind, EntryKind::Directory))
            .map(|entry| self.link(&here, &Address::File(&package.name, &package.version, &entry.path)))
            .collect();
        self.data(&FileList { files })
    }

    /// What is at [`Address::Map`]: `{"names": {"latest": "1.0-1", "sid": "1.0-1"}, "versions": [{"version": "1.0-1",
    /// "link": "src/hello/1.0-1/", "area": "main", "suites": ["sid"], "files": "map/files/hello/1.0-1.json"}]}`, in the
    /// order of the view; links are seen from the root of the site, and versions whose files are not there have no list
    /// of them.
    pub fn map(&self, view: &PackageView<'_>) -> Vec<u8> {
        let versions = view
            .versions
            .iter()
            .map(|it| MappedVersion {
                version: it.version.as_str(),
                link: self.link(&Address::Home, &Address::Version(view.package, it.version)),
                area: it.area.as_str(),
                suites: it.suites,
                files: it
                    .absent
                    .is_none()
                    .then(|| self.link(&Address::Home, &Address::FileList(view.package, it.version))),
            })
            .collect();
        let names = view.names.names.iter().map(|(name, it)| (&**name, it.version.as_str())).collect();
        self.data(&Map { names, versions })
    }

    /// A shard of a table: its output path, and its bytes. Where links are names of files it is a script.
    pub fn shard(&self, table: &str, name: &str, json: &str) -> OutputFile {
        let bytes = match self.layout.links {
            LinkStyle::Clean => page::encoded(json, self.layout.encoding),
            LinkStyle::File => script(json.trim_end().as_bytes()),
        };
        (self.shard_path(table, name), bytes)
    }

    /// The output path of a shard.
    pub fn shard_path(&self, table: &str, name: &str) -> Vec<u8> {
        self.shard_address(table, name).output_path(self.layout)
    }

    /// The address of a shard.
    pub fn shard_address<'a>(&self, table: &'a str, name: &'a str) -> Address<'a> {
        match self.layout.links {
            LinkStyle::Clean => Address::Shard(table, name),
            LinkStyle::File => Address::ShardScript(table, name),
        }
    }

    /// The folders in which shards of a table may lie, whatever the layout.
    pub fn shard_folders(&self, table: &str) -> [Vec<u8>; 2] {
        [Address::Shard(table, ""), Address::ShardScript(table, "")]
            .map(|address| folder_of(&address.output_path(self.layout)).to_vec())
    }

    fn data(&self, value: &impl Serialize) -> Vec<u8> {
        let json = serde_json::to_vec(value).expect("plain structures of texts can be written as JSON");
        match self.layout.links {
            LinkStyle::Clean => json,
            LinkStyle::File => script(&json),
        }
    }
}

const SCRIPT_START: &[u8] = b"debpress.take(";
const SCRIPT_END: &[u8] = b");\n";

fn script(json: &[u8]) -> Vec<u8> {
    [SCRIPT_START, json, SCRIPT_END].concat()
}

/// What a name stands for, by the data at [`Address::Map`] in either form; `None` too when it is no such data.
pub fn named_version(map: &[u8], name: &str) -> Option<NamedVersion> {
    let json = map.strip_prefix(SCRIPT_START).and_then(|map| map.strip_suffix(SCRIPT_END)).unwrap_or(map);
    let Names { mut names, versions } = serde_json::from_slice(json).ok()?;
    let version = names.remove(name)?;
    let area = versions.into_iter().find(|it| it.version == version)?.area;
    Some(NamedVersion { version, area })
}
