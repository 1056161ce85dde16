//! CycloneDX 1.6 as JSON.
//!
//! Licences are expressions, as the schema knows the ids of one version of the SPDX list only. What files say
//! themselves is evidence; mail addresses of holders are left out.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::TOOL;
use super::bill::{BillFile, BillOfMaterials, joined};
use super::json::{Object, as_text};
use super::source::{Role, Source};
use crate::model::{Md5, Sha1, Sha256};
use crate::site::urls::encoded_component;

#[derive(Serialize)]
struct Metadata<'a> {
    timestamp: &'a str,
    tools: Tools,
    component: Package<'a>,
}

/// What a document says it was made with.
#[derive(Serialize)]
pub struct Tools {
    components: [Tool; 1],
}

#[derive(Serialize)]
struct Tool {
    r#type: &'static str,
    name: &'static str,
}

impl Tools {
    /// This program.
    pub fn ours() -> Self {
        Self { components: [Tool { r#type: "application", name: TOOL }] }
    }
}

/// The package. It is a library, as the specification recommends where nothing is known.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    reference: &'a str,
    name: &'a str,
    version: &'a str,
    purl: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licenses: Option<[Licence<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copyright: Option<&'a str>,
    external_references: Vec<ExternalReference>,
    pedigree: Pedigree<'a>,
}

#[derive(Serialize)]
struct Licence<'a> {
    expression: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledgement: Option<&'static str>,
}

#[derive(Serialize)]
struct ExternalReference {
    r#type: &'static str,
    url: String,
    comment: &'static str,
    hashes: Vec<Hash>,
}

#[derive(Serialize)]
struct Pedigree<'a> {
    ancestors: Vec<Ancestor<'a>>,
}

#[derive(Serialize)]
struct Ancestor<'a> {
    r#type: &'static str,
    name: &'a str,
    hashes: Vec<Hash>,
}

#[derive(Serialize)]
#[serde(tag = "alg", content = "content")]
enum Hash {
    #[serde(rename = "SHA-1")]
    Sha1(#[serde(serialize_with = "as_text")] Sha1),
    #[serde(rename = "SHA-256")]
    Sha256(#[serde(serialize_with = "as_text")] Sha256),
    #[serde(rename = "MD5")]
    Md5(#[serde(serialize_with = "as_text")] Md5),
}

#[derive(Serialize)]
struct File<'a> {
    r#type: &'static str,
    #[serde(rename = "bom-ref", serialize_with = "as_reference")]
    reference: usize,
    name: &'a str,
    hashes: [Hash; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    licenses: Option<[Licence<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copyright: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence<'a>>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    licenses: Option<[Licence<'a>; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copyright: Vec<Statement>,
}

#[derive(Serialize, PartialEq, Eq)]
struct Statement {
    text: String,
}

fn as_reference<S: Serializer>(number: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("file-{number}"))
}

/// Writes the document.
pub(super) fn write(bill: &BillOfMaterials<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Object::begin(out)?;
    document.member("bomFormat", &"CycloneDX")?;
    document.member("specVersion", &"1.6")?;
    document.member("serialNumber", &format!("urn:uuid:{}", bill.uuid))?;
    document.member("version", &1)?;
    document.member(
        "metadata",
        &Metadata { timestamp: bill.view.created, tools: Tools::ours(), component: package(bill) },
    )?;
    let mut files = document.begin_list("components")?;
    for file in bill.files() {
        let says: Vec<&str> = file.says.iter().map(|expression| expression.text.as_str()).collect();
        files.push(&file_record(&file, &joined(&says)))?;
    }
    files.end()?;
    document.end()
}

fn package<'b>(bill: &'b BillOfMaterials<'_>) -> Package<'b> {
    let upstream = bill.sources.iter().filter(|source| source.role == Role::Upstream);
    Package {
        r#type: "library",
        reference: &bill.purl,
        name: bill.view.package.name.as_str(),
        version: bill.view.package.version.as_str(),
        purl: &bill.purl,
        description: bill.leaves_out.then_some(super::spdx::LEFT_OUT),
        licenses: bill.declared.as_ref().map(|declared| [licence(&declared.text, "declared")]),
        copyright: bill.copyright.as_deref(),
        external_references: bill.sources.iter().map(external_reference).collect(),
        pedigree: Pedigree {
            ancestors: upstream
                .map(|source| Ancestor { r#type: "file", name: source.file.name.as_str(), hashes: hashes(source) })
                .collect(),
        },
    }
}

fn external_reference(source: &Source<'_>) -> ExternalReference {
    let relative = || encoded_component(source.file.name.as_str().as_bytes());
    ExternalReference {
        r#type: "source-distribution",
        url: source.url.clone().unwrap_or_else(relative),
        comment: match source.role {
            Role::Upstream => "upstream's source",
            Role::Changes => "the archive's changes",
            Role::Native => "the whole source",
            Role::Signature => "a signature",
            Role::Description => "the description of the source package",
        },
        hashes: hashes(source),
    }
}

fn hashes(source: &Source<'_>) -> Vec<Hash> {
    let checksums = &source.file.checksums;
    let sha256 = Some(Hash::Sha256(source.sha256));
    [checksums.sha1.map(Hash::Sha1), sha256, checksums.md5.map(Hash::Md5)].into_iter().flatten().collect()
}

fn licence<'a>(expression: &'a str, acknowledgement: &'static str) -> Licence<'a> {
    Licence { expression, acknowledgement: Some(acknowledgement) }
}

/// `says` is the expression of what the file says; empty when it says nothing.
fn file_record<'f>(file: &'f BillFile<'_>, says: &'f str) -> File<'f> {
    let declared = || Some(licence(file.declared_licence()?, "declared"));
    let concluded = file.concluded().map(|concluded| licence(concluded, "concluded"));
    let evidence = Evidence {
        licenses: (!says.is_empty()).then_some([Licence { expression: says, acknowledgement: None }]),
        copyright: file.statements().into_iter().map(|text| Statement { text }).collect(),
    };
    File {
        r#type: "file",
        reference: file.number,
        name: &file.name,
        hashes: [Hash::Sha1(file.sha1), Hash::Sha256(file.sha256)],
        licenses: concluded.or_else(declared).map(|licence| [licence]),
        copyright: file.declared_copyright(),
        evidence: (evidence.licenses.is_some() || !evidence.copyright.is_empty()).then_some(evidence),
    }
}
