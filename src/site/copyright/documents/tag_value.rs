//! SPDX 2.3 as tags with values: a line each, texts between `<text>` and `</text>`.

use std::fmt::Display;
use std::io::{self, Write};

use super::TOOL;
use super::bill::{BillFile, BillOfMaterials};
use super::licences::Reference;
use super::source::Source;
use super::spdx::{
    Checksum, DATA_LICENCE, Id, LEFT_OUT, NO_ASSERTION, VERSION, licences_of, licences_of_all, list_version,
    relationships, source_checksums,
};
use crate::html;

/// Writes tags.
struct Tags<'w>(&'w mut dyn Write);

impl Tags<'_> {
    fn line(&mut self, tag: &str, value: impl Display) -> io::Result<()> {
        writeln!(self.0, "{tag}: {value}")
    }

    /// A text of any kind; nothing in it ends it.
    fn text(&mut self, tag: &str, text: &str) -> io::Result<()> {
        writeln!(self.0, "{tag}: <text>{}</text>", text.replace("</text>", "</ text>"))
    }

    /// A text, or that nothing is asserted.
    fn optional_text(&mut self, tag: &str, text: Option<&str>) -> io::Result<()> {
        match text {
            Some(text) => self.text(tag, text),
            None => self.line(tag, NO_ASSERTION),
        }
    }

    fn checksum(&mut self, tag: &str, checksum: &Checksum) -> io::Result<()> {
        match checksum {
            Checksum::Sha1(sum) => self.line(tag, format_args!("SHA1: {sum}")),
            Checksum::Sha256(sum) => self.line(tag, format_args!("SHA256: {sum}")),
            Checksum::Md5(sum) => self.line(tag, format_args!("MD5: {sum}")),
        }
    }

    fn part(&mut self) -> io::Result<()> {
        self.0.write_all(b"\n")
    }
}

/// Writes the document. Files follow the package that they are in.
pub(super) fn write(bill: &BillOfMaterials<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut tags = Tags(out);
    tags.line("SPDXVersion", VERSION)?;
    tags.line("DataLicense", DATA_LICENCE)?;
    tags.line("SPDXID", Id::Document)?;
    tags.line("DocumentName", &bill.name)?;
    tags.line("DocumentNamespace", &bill.namespace)?;
    tags.line("Creator", format_args!("Tool: {TOOL}"))?;
    tags.line("Created", bill.view.created)?;
    tags.line("LicenseListVersion", list_version())?;
    package(&mut tags, bill)?;
    bill.files().try_for_each(|it| file(&mut tags, &it))?;
    bill.sources.iter().enumerate().try_for_each(|(number, it)| source(&mut tags, number, it))?;
    bill.references().try_for_each(|(id, it)| reference(&mut tags, id, it))?;
    tags.part()?;
    relationships(bill).try_for_each(|it| tags.line("Relationship", format_args!("{} {} {}", it.from, it.kind, it.to)))
}

fn package(tags: &mut Tags<'_>, bill: &BillOfMaterials<'_>) -> io::Result<()> {
    tags.part()?;
    tags.line("PackageName", &bill.view.package.name)?;
    tags.line("SPDXID", Id::Package)?;
    tags.line("PackageVersion", &bill.view.package.version)?;
    tags.line("PackageDownloadLocation", NO_ASSERTION)?;
    tags.line("FilesAnalyzed", true)?;
    tags.line("PackageVerificationCode", bill.verification_code)?;
    tags.line("PackageLicenseConcluded", NO_ASSERTION)?;
    for licence in licences_of_all(bill) {
        tags.line("PackageLicenseInfoFromFiles", licence)?;
    }
    tags.line("PackageLicenseDeclared", bill.declared.as_ref().map_or(NO_ASSERTION, |it| &it.text))?;
    tags.optional_text("PackageCopyrightText", bill.copyright.as_deref())?;
    if bill.leaves_out {
        tags.text("PackageComment", LEFT_OUT)?;
    }
    tags.line("ExternalRef", format_args!("PACKAGE-MANAGER purl {}", bill.purl))?;
    tags.line("PrimaryPackagePurpose", "SOURCE")
}

fn file(tags: &mut Tags<'_>, file: &BillFile<'_>) -> io::Result<()> {
    tags.part()?;
    tags.line("FileName", format_args!("./{}", file.name))?;
    tags.line("SPDXID", Id::File(file.number))?;
    tags.checksum("FileChecksum", &Checksum::Sha1(file.sha1))?;
    tags.checksum("FileChecksum", &Checksum::Sha256(file.sha256))?;
    tags.line("LicenseConcluded", file.concluded().unwrap_or(NO_ASSERTION))?;
    licences_of(&file.says).into_iter().try_for_each(|licence| tags.line("LicenseInfoInFile", licence))?;
    if let Some(comment) = file.comment() {
        tags.text("LicenseComments", comment)?;
    }
    tags.optional_text("FileCopyrightText", file.copyright().as_deref())
}

fn source(tags: &mut Tags<'_>, number: usize, source: &Source<'_>) -> io::Result<()> {
    tags.part()?;
    tags.line("PackageName", &source.file.name)?;
    tags.line("SPDXID", Id::Source(number))?;
    tags.line("PackageFileName", &source.file.name)?;
    tags.line("PackageDownloadLocation", source.url.as_deref().unwrap_or(NO_ASSERTION))?;
    tags.line("FilesAnalyzed", false)?;
    source_checksums(source).iter().try_for_each(|checksum| tags.checksum("PackageChecksum", checksum))?;
    tags.line("PackageLicenseConcluded", NO_ASSERTION)?;
    tags.line("PackageLicenseDeclared", NO_ASSERTION)?;
    tags.line("PackageCopyrightText", NO_ASSERTION)?;
    tags.line("PrimaryPackagePurpose", "SOURCE")
}

fn reference(tags: &mut Tags<'_>, id: &str, reference: &Reference) -> io::Result<()> {
    tags.part()?;
    tags.line("LicenseID", id)?;
    tags.text("ExtractedText", &reference.text)?;
    tags.line("LicenseName", line_value(&reference.name))
}

/// A text of a package as the value of a line: in quotes when it could be read as something else, such as a tag's name,
/// a checksum or the beginning of a text.
fn line_value(text: &str) -> String {
    let text = html::display_name(text.as_bytes());
    let is_plain = |character: char| character.is_ascii_alphanumeric() || " -.+/(),_".contains(character);
    let is_word = text.chars().all(|character| character.is_ascii_alphabetic());
    if text.chars().all(is_plain) && !is_word { text } else { format!("\"{text}\"") }
}
