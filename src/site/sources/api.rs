//! What Debsources' API tells of packages, in its shapes, for programs that know them: all packages, the versions of one,
//! and when the archive was updated. `docs/compatibility.md` tells what differs. Keys are in the order of the alphabet,
//! as there.

use serde::Serialize;

use super::SourcesSite;
use super::views::PackageView;
use crate::model::{Area, PackageName, SuiteName};
use crate::site::page;
use crate::site::urls::Address;
use crate::timestamp::Timestamp;

#[derive(Serialize)]
struct ListRecord<'a> {
    packages: Vec<NameRecord<'a>>,
}

#[derive(Serialize)]
struct NameRecord<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct PackageRecord<'a> {
    package: &'a str,
    path: &'a str,
    /// The way to the package: names and addresses.
    pathl: [[String; 2]; 1],
    suite: &'a str,
    r#type: &'a str,
    /// The newest first.
    versions: Vec<VersionRecord<'a>>,
}

#[derive(Serialize)]
struct VersionRecord<'a> {
    area: &'a Area,
    suites: &'a [SuiteName],
    version: &'a str,
}

#[derive(Serialize)]
struct PingRecord<'a> {
    http_status_code: u16,
    last_update: String,
    status: &'a str,
}

impl SourcesSite {
    /// What is at [`Address::ApiPackages`]: the names of all packages.
    pub fn api_packages(&self, packages: &[PackageName]) -> Vec<u8> {
        let packages = packages.iter().map(|package| NameRecord { name: package.as_str() }).collect();
        self.api_document(&ListRecord { packages })
    }

    /// What is at [`Address::ApiPackage`]: the versions of a package whose files are shown.
    pub fn api_package(&self, view: &PackageView<'_>) -> Vec<u8> {
        let shown = view.versions.iter().filter(|it| it.absent.is_none());
        let versions = shown.map(|it| VersionRecord { area: it.area, suites: it.suites, version: it.version.as_str() });
        let name = view.package.as_str();
        self.api_document(&PackageRecord {
            package: name,
            path: name,
            pathl: [[name.to_owned(), Address::Package(view.package).url()]],
            suite: "",
            r#type: "package",
            versions: versions.collect(),
        })
    }

    /// What is at [`Address::Ping`]: that all is well, and the archive's clock.
    pub fn ping(&self, clock: Timestamp) -> Vec<u8> {
        let since = std::time::Duration::from_secs(u64::try_from(clock.0).unwrap_or(0));
        let date = httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + since);
        self.api_document(&PingRecord {
            http_status_code: 200,
            last_update: date.replace("GMT", "-0000"),
            status: "ok",
        })
    }

    /// A record in the form of a document.
    pub(in crate::site) fn api_document(&self, record: &impl Serialize) -> Vec<u8> {
        let json = serde_json::to_string(record).expect("plain structures of texts can be written as JSON");
        page::encoded(&format!("{json}\n"), self.layout.encoding)
    }
}
