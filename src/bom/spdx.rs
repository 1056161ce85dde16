//! A bill as SPDX 2.3, JSON.
//!
//! Files are described by themselves, and said to come from the packages that have them. A licence is concluded where all
//! that declare one agree; what each declares is in the comments.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::text::{shown, status};
use super::{About, Bill, Item};
use crate::model::{DebianVersion, Occurrence, PackageName};
use crate::site::copyright::documents::package_url;

const NO_ASSERTION: &str = "NOASSERTION";

/// What a name of a licence begins with that the SPDX list does not have.
const REFERENCE: &str = "LicenseRef-";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: &'static str,
    document_namespace: String,
    creation_info: CreationInfo,
    packages: Vec<Package>,
    files: Vec<File>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    has_extracted_licensing_infos: Vec<Extracted>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: String,
    name: String,
    version_info: String,
    download_location: &'static str,
    files_analyzed: bool,
    license_concluded: &'static str,
    license_declared: &'static str,
    copyright_text: &'static str,
    external_refs: [ExternalReference; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalReference {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(rename = "SPDXID")]
    id: String,
    file_name: String,
    checksums: Vec<Checksum>,
    license_concluded: String,
    license_info_in_files: [&'static str; 1],
    #[serde(skip_serializing_if = "String::is_empty")]
    license_comments: String,
    copyright_text: &'static str,
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    algorithm: &'static str,
    checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extracted {
    license_id: String,
    name: String,
    extracted_text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

pub(super) fn write(bill: &Bill, about: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    let versions = bill.versions();
    let mut relationships: Vec<Relationship> =
        (0..bill.items.len()).map(|at| related("SPDXRef-DOCUMENT".to_owned(), "DESCRIBES", file_id(at))).collect();
    for (number, files) in versions.values().enumerate() {
        let from_package = |&at: &usize| related(file_id(at), "EXPANDED_FROM_ARCHIVE", package_id(number));
        relationships.extend(files.iter().map(from_package));
    }
    let files: Vec<File> = bill.items.iter().enumerate().map(|(at, item)| file(at, item)).collect::<io::Result<_>>()?;
    let document = Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: "SPDXRef-DOCUMENT",
        name: "bill-of-materials",
        document_namespace: format!("urn:uuid:{}", bill.uuid()),
        creation_info: CreationInfo { created: about.created.to_string(), creators: ["Tool: debpress"] },
        packages: versions.keys().enumerate().map(|(at, version)| package(at, *version, about.vendor)).collect(),
        has_extracted_licensing_infos: extracted(&files),
        files,
        relationships,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn package_id(number: usize) -> String {
    format!("SPDXRef-Package-{number}")
}

fn file_id(at: usize) -> String {
    format!("SPDXRef-File-{at}")
}

fn related(from: String, kind: &'static str, to: String) -> Relationship {
    Relationship { spdx_element_id: from, relationship_type: kind, related_spdx_element: to }
}

fn package(number: usize, (name, version): (&PackageName, &DebianVersion), vendor: &str) -> Package {
    Package {
        id: package_id(number),
        name: name.to_string(),
        version_info: version.to_string(),
        download_location: NO_ASSERTION,
        files_analyzed: false,
        license_concluded: NO_ASSERTION,
        license_declared: NO_ASSERTION,
        copyright_text: NO_ASSERTION,
        external_refs: [ExternalReference {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: package_url(vendor, name, version),
        }],
    }
}

fn file(at: usize, item: &Item) -> io::Result<File> {
    let sha1 = item.file.sha1.ok_or_else(|| io::Error::other("SPDX needs the SHA-1 of every file"))?;
    let checksum = |algorithm, checksum_value| Checksum { algorithm, checksum_value };
    let name = shown(&item.file.name);
    let is_valid = |expression: &&str| spdx::Expression::parse(expression).is_ok();
    Ok(File {
        id: file_id(at),
        file_name: format!("./{}", name.trim_start_matches("./").trim_start_matches('/')),
        checksums: vec![checksum("SHA1", sha1.to_string()), checksum("SHA256", item.file.sha256.to_string())],
        license_concluded: item.agreed().filter(is_valid).unwrap_or(NO_ASSERTION).to_owned(),
        license_info_in_files: [NO_ASSERTION],
        license_comments: item.matches.iter().map(declaration).collect::<Vec<_>>().join("\n"),
        copyright_text: NO_ASSERTION,
        comment: status(item).to_owned(),
    })
}

/// What a version declares, as a sentence.
fn declaration(it: &Occurrence) -> String {
    let declared = it.license.as_deref().map_or("no licence".to_owned(), |licence| shown(licence.as_bytes()));
    format!("debian/copyright of {} {} declares {declared} for {}.", it.package, it.version, it.path)
}

/// The names of licences in expressions that the SPDX list does not have.
fn extracted(files: &[File]) -> Vec<Extracted> {
    let is_part = |character: char| !(character.is_ascii_alphanumeric() || "-.".contains(character));
    let names = files.iter().flat_map(|file| file.license_concluded.split(is_part));
    let names: BTreeSet<&str> = names.filter(|name| name.starts_with(REFERENCE)).collect();
    let extracted = |id: &str| Extracted {
        license_id: id.to_owned(),
        name: id.trim_start_matches(REFERENCE).to_owned(),
        extracted_text: "The text is in debian/copyright of the packages that these files come from.".to_owned(),
    };
    names.into_iter().map(extracted).collect()
}
