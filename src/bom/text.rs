//! A bill as lines and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::{Bill, Item, Status};
use crate::html;

/// `{"files": […], "unknown": 1}`.
#[derive(Serialize)]
struct JsonBill<'a> {
    files: Vec<JsonFile<'a>>,
    unknown: usize,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    file: String,
    sha256: String,
    status: &'static str,
    /// The versions that are named.
    matches: Vec<JsonMatch<'a>>,
    /// How often licences are declared for it in all versions that have it, the most frequent first.
    declared: Vec<JsonDeclared<'a>>,
    /// Whether all of those are the same; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<bool>,
}

#[derive(Serialize)]
struct JsonMatch<'a> {
    package: &'a str,
    version: &'a str,
    /// Percent-encoded, as in addresses.
    path: &'a str,
    license: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonDeclared<'a> {
    license: &'a str,
    times: u64,
}

impl<'a> From<&'a Item> for JsonFile<'a> {
    fn from(item: &'a Item) -> Self {
        let matches = item.matches.iter().map(|it| JsonMatch {
            package: it.package.as_str(),
            version: it.version.as_str(),
            path: &it.path,
            license: it.license.as_deref(),
        });
        let declared = item.declared.iter().map(|(license, times)| JsonDeclared { license, times: *times });
        Self {
            file: shown(&item.file.name),
            sha256: item.file.sha256.to_string(),
            status: status(item),
            matches: matches.collect(),
            declared: declared.collect(),
            agreement: (!item.declared.is_empty()).then(|| item.agreed().is_some()),
        }
    }
}

pub(super) fn write_json(bill: &Bill, out: &mut dyn Write) -> io::Result<()> {
    let json = JsonBill { files: bill.items.iter().map(JsonFile::from).collect(), unknown: bill.unknown() };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    out.write_all(b"\n")
}

/// A line for each match, and one for each file that has none.
pub(super) fn write_table(bill: &Bill, out: &mut dyn Write) -> io::Result<()> {
    for item in &bill.items {
        let name = shown(&item.file.name);
        if item.matches.is_empty() {
            writeln!(out, "{name}\t{}", status(item))?;
        }
        for it in &item.matches {
            let licence = it.license.as_deref().map_or("-".to_owned(), |licence| shown(licence.as_bytes()));
            writeln!(out, "{name}\t{}={}\t{licence}\t{}", it.package, it.version, it.path)?;
        }
    }
    Ok(())
}

/// How a file stands, as a word.
pub(super) fn status(item: &Item) -> &'static str {
    match item.status() {
        Status::Known => "known",
        Status::Empty => "empty",
        Status::Unknown => "unknown",
    }
}

/// A name without anything in it that is not to be seen.
pub(super) fn shown(name: &[u8]) -> String {
    html::display_name(name)
}
