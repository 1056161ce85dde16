//! SPDX 2.3 as JSON, and what both SPDX formats have in common.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::TOOL;
use super::bill::{BillFile, BillOfMaterials};
use super::json::{Object, as_text};
use super::licences::{Expression, Reference};
use super::source::{Relation, Source};
use crate::model::{Checksums, Md5, Sha1, Sha256};

/// The version of the specification.
pub(super) const VERSION: &str = "SPDX-2.3";

/// The licence of every SPDX document (SPDX 2.3, 6.2).
pub(super) const DATA_LICENCE: &str = "CC0-1.0";

/// What is written where nothing is asserted.
pub(super) const NO_ASSERTION: &str = "NOASSERTION";

/// What the package says of files that are not shown.
pub(super) const LEFT_OUT: &str = "Some files of this package are not published, and are left out here.";

/// The id of something in the document (SPDX 2.3, 6.3).
#[derive(Clone, Copy)]
pub(super) enum Id {
    Document,
    Package,
    Source(usize),
    File(usize),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => f.write_str("SPDXRef-DOCUMENT"),
            Self::Package => f.write_str("SPDXRef-Package"),
            Self::Source(number) => write!(f, "SPDXRef-Source-{number}"),
            Self::File(number) => write!(f, "SPDXRef-File-{number}"),
        }
    }
}

/// How two things go together (SPDX 2.3, 11.1).
#[derive(Clone, Copy, Serialize)]
pub(super) struct Relationship {
    #[serde(rename = "spdxElementId", serialize_with = "as_text")]
    pub(super) from: Id,
    #[serde(rename = "relationshipType")]
    pub(super) kind: &'static str,
    #[serde(rename = "relatedSpdxElement", serialize_with = "as_text")]
    pub(super) to: Id,
}

/// All relationships but those of package and files.
pub(super) fn relationships(bill: &BillOfMaterials<'_>) -> impl Iterator<Item = Relationship> {
    let described = Relationship { from: Id::Document, kind: "DESCRIBES", to: Id::Package };
    let related = bill.relations.iter().map(|relation| match *relation {
        Relation::GeneratedFrom(from) => {
            Relationship { from: Id::Package, kind: "GENERATED_FROM", to: Id::Source(from) }
        }
        Relation::PatchFor(patch, of) => {
            Relationship { from: Id::Source(patch), kind: "PATCH_FOR", to: Id::Source(of) }
        }
        Relation::MetafileOf(file, of) => {
            Relationship { from: Id::Source(file), kind: "METAFILE_OF", to: Id::Source(of) }
        }
        Relation::MetafileOfPackage(file) => {
            Relationship { from: Id::Source(file), kind: "METAFILE_OF", to: Id::Package }
        }
    });
    std::iter::once(described).chain(related)
}

/// The version of the licence list as documents name it: without its last number (SPDX 2.3, 6.7).
pub(super) fn list_version() -> &'static str {
    let version = ::spdx::identifiers::VERSION.trim_start_matches('v');
    version.match_indices('.').nth(1).map_or(version, |(end, _)| &version[..end])
}

/// What files say, by licence (SPDX 2.3, 8.6). When nothing is known to be said, that is no assertion that nothing is: only
/// what is certain is read.
pub(super) fn licences_of<'e>(expressions: &[&'e Expression]) -> Vec<&'e str> {
    let mut licences: Vec<&str> = Vec::new();
    for licence in expressions.iter().flat_map(|expression| &expression.licences) {
        if !licences.contains(&licence.as_str()) {
            licences.push(licence);
        }
    }
    if licences.is_empty() { vec![NO_ASSERTION] } else { licences }
}

/// What all files say (SPDX 2.3, 7.14).
pub(super) fn licences_of_all<'b>(bill: &'b BillOfMaterials<'_>) -> Vec<&'b str> {
    if bill.found.is_empty() { vec![NO_ASSERTION] } else { bill.found.iter().map(String::as_str).collect() }
}

/// A checksum (SPDX 2.3, 7.10).
#[derive(Serialize)]
#[serde(tag = "algorithm", content = "checksumValue", rename_all = "UPPERCASE")]
pub(super) enum Checksum {
    Sha1(#[serde(serialize_with = "as_text")] Sha1),
    Sha256(#[serde(serialize_with = "as_text")] Sha256),
    Md5(#[serde(serialize_with = "as_text")] Md5),
}

/// Those of a source file.
pub(super) fn source_checksums(source: &Source<'_>) -> Vec<Checksum> {
    let Checksums { sha1, md5, .. } = source.file.checksums;
    let sha256 = Some(Checksum::Sha256(source.sha256));
    [sha1.map(Checksum::Sha1), sha256, md5.map(Checksum::Md5)].into_iter().flatten().collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreationInfo<'a> {
    created: &'a str,
    creators: [String; 1],
    license_list_version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID", serialize_with = "as_text")]
    id: Id,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_file_name: Option<&'a str>,
    download_location: &'a str,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_verification_code: Option<VerificationCode>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<Checksum>,
    license_concluded: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_info_from_files: Option<Vec<&'a str>>,
    license_declared: &'a str,
    copyright_text: &'a str,
    primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalReference<'a>>,
}

#[derive(Serialize)]
struct VerificationCode {
    #[serde(rename = "packageVerificationCodeValue", serialize_with = "as_text")]
    value: Sha1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalReference<'a> {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(rename = "SPDXID", serialize_with = "as_text")]
    id: Id,
    #[serde(serialize_with = "as_path")]
    file_name: &'a str,
    checksums: [Checksum; 2],
    license_concluded: &'a str,
    license_info_in_files: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_comments: Option<&'a str>,
    copyright_text: Cow<'a, str>,
}

/// A file's path below the package's folder (SPDX 2.3, 8.1).
fn as_path<S: Serializer>(path: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("./{path}"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extracted<'a> {
    license_id: &'a str,
    name: &'a str,
    extracted_text: &'a str,
}

/// Writes the document.
pub(super) fn write(bill: &BillOfMaterials<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Object::begin(out)?;
    document.member("spdxVersion", &VERSION)?;
    document.member("dataLicense", &DATA_LICENCE)?;
    document.member("SPDXID", &Id::Document.to_string())?;
    document.member("name", &bill.name)?;
    document.member("documentNamespace", &bill.namespace)?;
    document.member(
        "creationInfo",
        &CreationInfo {
            created: bill.view.created,
            creators: [format!("Tool: {TOOL}")],
            license_list_version: list_version(),
        },
    )?;
    let sources = bill.sources.iter().enumerate().map(|(number, source)| source_package(number, source));
    document.list("packages", std::iter::once(package(bill)).chain(sources))?;
    let mut files = document.begin_list("files")?;
    for file in bill.files() {
        files.push(&file_record(&file))?;
    }
    files.end()?;
    document.list("hasExtractedLicensingInfos", bill.references().map(extracted))?;
    let contained =
        (0..bill.files).map(|number| Relationship { from: Id::Package, kind: "CONTAINS", to: Id::File(number) });
    document.list("relationships", relationships(bill).chain(contained))?;
    document.end()
}

fn package<'b>(bill: &'b BillOfMaterials<'_>) -> Package<'b> {
    Package {
        id: Id::Package,
        name: bill.view.package.name.as_str(),
        version_info: Some(bill.view.package.version.as_str()),
        package_file_name: None,
        download_location: NO_ASSERTION,
        files_analyzed: true,
        package_verification_code: Some(VerificationCode { value: bill.verification_code }),
        checksums: Vec::new(),
        license_concluded: NO_ASSERTION,
        license_info_from_files: Some(licences_of_all(bill)),
        license_declared: bill.declared.as_ref().map_or(NO_ASSERTION, |declared| &declared.text),
        copyright_text: bill.copyright.as_deref().unwrap_or(NO_ASSERTION),
        primary_package_purpose: "SOURCE",
        comment: bill.leaves_out.then_some(LEFT_OUT),
        external_refs: vec![ExternalReference {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: &bill.purl,
        }],
    }
}

fn source_package<'b>(number: usize, source: &'b Source<'_>) -> Package<'b> {
    Package {
        id: Id::Source(number),
        name: source.file.name.as_str(),
        version_info: None,
        package_file_name: Some(source.file.name.as_str()),
        download_location: source.url.as_deref().unwrap_or(NO_ASSERTION),
        files_analyzed: false,
        package_verification_code: None,
        checksums: source_checksums(source),
        license_concluded: NO_ASSERTION,
        license_info_from_files: None,
        license_declared: NO_ASSERTION,
        copyright_text: NO_ASSERTION,
        primary_package_purpose: "SOURCE",
        comment: None,
        external_refs: Vec::new(),
    }
}

fn file_record<'f>(file: &'f BillFile<'_>) -> File<'f> {
    File {
        id: Id::File(file.number),
        file_name: &file.name,
        checksums: [Checksum::Sha1(file.sha1), Checksum::Sha256(file.sha256)],
        license_concluded: file.concluded().unwrap_or(NO_ASSERTION),
        license_info_in_files: licences_of(&file.says),
        license_comments: file.comment(),
        copyright_text: file.copyright().unwrap_or(Cow::Borrowed(NO_ASSERTION)),
    }
}

fn extracted<'r>((license_id, reference): (&'r str, &'r Reference)) -> Extracted<'r> {
    Extracted { license_id, name: &reference.name, extracted_text: &reference.text }
}
