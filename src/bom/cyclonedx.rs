//! A bill as CycloneDX 1.6, JSON: packages with the files that come from them, and the other files.

use std::io::{self, Write};

use serde::Serialize;

use super::text::{shown, status};
use super::{About, Bill, Item};
use crate::site::copyright::documents::{Tools, package_url};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Serialize)]
struct Metadata {
    timestamp: String,
    tools: Tools,
}

#[derive(Default, Serialize)]
struct Component {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<Licence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Licence {
    expression: String,
    acknowledgement: &'static str,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

pub(super) fn write(bill: &Bill, about: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut components = Vec::new();
    for ((name, version), files) in bill.versions() {
        let purl = package_url(about.vendor, name, version);
        let items = files.into_iter().filter_map(|at| Some((at, bill.items.get(at)?)));
        let files = items.flat_map(|(at, item)| {
            let places = item.matches.iter().filter(|it| it.package == *name && it.version == *version);
            places.enumerate().map(move |(place, it)| Component {
                properties: vec![property("path", &it.path)],
                licenses: it.license.iter().map(|licence| declared(licence)).collect(),
                ..file(item, format!("{at}-{place}"))
            })
        });
        let files = files.map(|file| Component { reference: format!("{purl}#{}", file.reference), ..file }).collect();
        components.push(Component {
            r#type: "library",
            reference: purl.clone(),
            name: name.to_string(),
            version: Some(version.to_string()),
            purl: Some(purl),
            components: files,
            ..Component::default()
        });
    }
    let others = bill.items.iter().enumerate().filter(|(_, item)| item.matches.is_empty());
    components.extend(others.map(|(at, item)| file(item, format!("file-{at}"))));
    let document = Document {
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", bill.uuid()),
        version: 1,
        metadata: Metadata { timestamp: about.created.to_string(), tools: Tools::ours() },
        components,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn file(item: &Item, reference: String) -> Component {
    let hash = |alg, content| Hash { alg, content };
    let sha1 = item.file.sha1.map(|sum| hash("SHA-1", sum.to_string()));
    Component {
        r#type: "file",
        reference,
        name: shown(&item.file.name),
        hashes: sha1.into_iter().chain([hash("SHA-256", item.file.sha256.to_string())]).collect(),
        properties: vec![property("status", status(item))],
        ..Component::default()
    }
}

fn declared(licence: &str) -> Licence {
    Licence { expression: licence.to_owned(), acknowledgement: "declared" }
}

fn property(name: &'static str, value: &str) -> Property {
    let name = match name {
        "path" => "debpress:path",
        _ => "debpress:status",
    };
    Property { name, value: value.to_owned() }
}
