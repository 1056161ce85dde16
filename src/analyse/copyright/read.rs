//! From paragraphs to what they mean.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::expression::Meanings;
use super::found::notices;
use super::found::words::Words;
use super::licenses::{self, Certainty};
use super::paragraphs::{self, RawField, RawParagraph};
use super::rules::{Findings, RuleId};
use super::{expression, guess};
use crate::model::{
    CopyrightFile, CopyrightFormat, DeclaredLicense, FilesParagraph, Glob, HeaderParagraph, LicenseExpression,
    LicenseParagraph,
};

/// The address of the specification, to the letter.
const CANONICAL: &str = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/";

/// Parts of addresses of drafts.
const DRAFTS: [&str; 5] = ["dep.debian.net", "svn.debian.org", "wiki.debian.org", "anonscm.debian.org", "dep5"];

/// Fields of the specification.
const FIELDS: [&str; 11] = [
    "Format",
    "Upstream-Name",
    "Upstream-Contact",
    "Source",
    "Disclaimer",
    "Comment",
    "License",
    "Copyright",
    "Files",
    "Files-Excluded",
    "Files-Included",
];

/// Longest pattern that can be the path of a file, in bytes (PATH_MAX of Linux).
const PATTERN: usize = 4096;

/// Where the texts of common licences are.
pub(super) const COMMON_LICENSES: &str = "/usr/share/common-licenses/";

/// Reads a text that is not empty.
pub(super) fn read(text: &str, findings: &mut Findings) -> CopyrightFile {
    let mut in_paragraphs = Findings::default();
    let split = paragraphs::split(text, &mut in_paragraphs);
    let Some(format) = machine_readable(&split.paragraphs) else {
        findings.add_of_file(RuleId::FreeForm, "");
        let format = CopyrightFormat::FreeForm { guesses: guess::guesses(text) };
        return CopyrightFile { format, ..CopyrightFile::default() };
    };
    findings.append(in_paragraphs);
    let mut file = CopyrightFile { format, comments: split.comments, ..CopyrightFile::default() };
    if let CopyrightFormat::MachineReadable { url: None, .. } = file.format {
        findings.add_of_file(RuleId::HeaderMissing, "");
    }
    let meanings = meanings(&split.paragraphs);
    for (number, paragraph) in split.paragraphs.iter().enumerate() {
        tell_of_fields(paragraph, findings);
        add(&mut file, paragraph, number, &meanings, findings);
    }
    tell_of_duplicates(&file, findings);
    connect_licenses(&mut file, findings);
    file
}

/// What ambiguous names mean by the texts that stand below them, by names in lower case.
fn meanings(paragraphs: &[RawParagraph<'_>]) -> Meanings {
    let mut meanings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for license in paragraphs.iter().filter_map(|paragraph| paragraph.field("License")) {
        let Some(((_, name), text)) = license.lines.split_first() else { continue };
        let name = name.trim();
        if matches!(licenses::license(name, &[]).1, Certainty::Ambiguous(_)) {
            let text: Vec<&str> = text.iter().map(|(_, line)| *line).collect();
            let notices = notices::read(&Words::of(text.join("\n").as_bytes()));
            meanings.entry(name.to_lowercase()).or_default().extend(notices.into_iter().map(|it| it.expression));
        }
    }
    let clear = meanings.into_iter().filter(|(_, expressions)| expressions.len() == 1);
    clear.filter_map(|(name, mut expressions)| Some((name, expressions.pop_first()?))).collect()
}

fn format_field<'a, 'b>(paragraph: &'b RawParagraph<'a>) -> Option<&'b RawField<'a>> {
    paragraph.field("Format").or_else(|| paragraph.field("Format-Specification"))
}

/// A file is for machines if a paragraph names the format, or one has both files and licence.
fn machine_readable(paragraphs: &[RawParagraph<'_>]) -> Option<CopyrightFormat> {
    let is_declaration = |paragraph: &RawParagraph<'_>| paragraph.has("Files") && paragraph.has("License");
    match paragraphs.iter().find_map(format_field) {
        Some(format) => {
            let url = one_line(format);
            Some(CopyrightFormat::MachineReadable { canonical: url == CANONICAL, url: Some(url) })
        }
        None if paragraphs.iter().any(is_declaration) => {
            Some(CopyrightFormat::MachineReadable { url: None, canonical: false })
        }
        None => None,
    }
}

fn one_line(field: &RawField<'_>) -> String {
    let words = field.lines.iter().flat_map(|(_, text)| text.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

fn tell_of_fields(paragraph: &RawParagraph<'_>, findings: &mut Findings) {
    let mut names = BTreeSet::new();
    for field in &paragraph.fields {
        let same = |known: &&&str| known.eq_ignore_ascii_case(field.name);
        if let Some(known) = FIELDS.iter().find(same).filter(|known| **known != field.name) {
            findings.add(RuleId::FieldNameCase, field.line(), &format!("{}: {known}", field.name));
        }
        if !field.name.is_empty() && !names.insert(field.name.to_ascii_lowercase()) {
            findings.add(RuleId::DuplicateField, field.line(), field.name);
        }
    }
}

fn add(
    file: &mut CopyrightFile,
    paragraph: &RawParagraph<'_>,
    number: usize,
    meanings: &Meanings,
    findings: &mut Findings,
) {
    if let Some(format) = format_field(paragraph) {
        if file.header.is_some() {
            findings.add(RuleId::SecondHeader, paragraph.line(), "");
            file.others.push(paragraph.to_paragraph());
            return;
        }
        if number > 0 {
            findings.add(RuleId::HeaderNotFirst, paragraph.line(), "");
        }
        tell_of_format(format, findings);
        file.header = Some(header(paragraph, meanings, findings));
        if !paragraph.has("Files") {
            return;
        }
        findings.add(RuleId::HeaderHasFiles, paragraph.line(), "");
    }
    if let Some(files) = paragraph.field("Files") {
        file.files.push(files_paragraph(paragraph, files, meanings, findings));
    } else if let Some(license) = paragraph.field("License") {
        let license = declared(license, meanings, findings);
        if !license.has_text {
            findings.add(RuleId::LicenseWithoutText, license.line, &license.synopsis);
        }
        file.licenses.push(LicenseParagraph { paragraph: paragraph.to_paragraph(), license, used_by: Vec::new() });
    } else {
        let name = paragraph.fields.first().map_or("", |field| field.name);
        findings.add(RuleId::UnknownParagraph, paragraph.line(), name);
        file.others.push(paragraph.to_paragraph());
    }
}

fn tell_of_format(format: &RawField<'_>, findings: &mut Findings) {
    let url = one_line(format);
    let line = format.line();
    if format.name.eq_ignore_ascii_case("Format-Specification") {
        findings.add(RuleId::FormatSpecification, line, "");
    }
    if url == CANONICAL {
        return;
    }
    let without_scheme = |url: &str| {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
        rest.trim_end_matches('/').to_owned()
    };
    let rule = if without_scheme(&url) == without_scheme(CANONICAL) {
        RuleId::FormatNotCanonical
    } else if DRAFTS.iter().any(|draft| url.contains(draft)) {
        RuleId::FormatOutdated
    } else {
        RuleId::FormatUnknown
    };
    findings.add(rule, line, &url);
}

fn header(paragraph: &RawParagraph<'_>, meanings: &Meanings, findings: &mut Findings) -> HeaderParagraph {
    let license = paragraph.field("License").filter(|_| !paragraph.has("Files"));
    let excluded = paragraph.field("Files-Excluded");
    HeaderParagraph {
        license: license.map(|license| declared(license, meanings, findings)),
        files_excluded: excluded.map(|field| globs(field, &mut Findings::default())).unwrap_or_default(),
        paragraph: paragraph.to_paragraph(),
    }
}

fn files_paragraph(
    paragraph: &RawParagraph<'_>,
    files: &RawField<'_>,
    meanings: &Meanings,
    findings: &mut Findings,
) -> FilesParagraph {
    let line = paragraph.line();
    if paragraph.field("Copyright").is_none_or(RawField::is_empty) {
        findings.add(RuleId::FilesWithoutCopyright, line, files_name(files));
    }
    let license = paragraph.field("License");
    if license.is_none() {
        findings.add(RuleId::FilesWithoutLicense, line, files_name(files));
    }
    let globs = globs(files, findings);
    if globs.is_empty() {
        findings.add(RuleId::FilesEmpty, files.line(), "");
    }
    let license = license.map(|license| declared(license, meanings, findings));
    FilesParagraph { paragraph: paragraph.to_paragraph(), globs, license }
}

/// What a paragraph is called in findings: its first pattern.
fn files_name<'a>(files: &RawField<'a>) -> &'a str {
    files.lines.iter().find_map(|(_, text)| text.split_whitespace().next()).unwrap_or_default()
}

fn globs(files: &RawField<'_>, findings: &mut Findings) -> Vec<Glob> {
    let mut globs = Vec::new();
    for (line, text) in &files.lines {
        globs.extend(text.split_whitespace().filter_map(|word| glob(word, *line, findings)));
    }
    globs
}

fn glob(written: &str, line: u32, findings: &mut Findings) -> Option<Glob> {
    let mut pattern = written;
    while let Some(rest) = pattern.strip_suffix(',') {
        pattern = rest;
    }
    if pattern.len() < written.len() {
        findings.add(RuleId::GlobComma, line, written);
    }
    if let Some(rest) = pattern.strip_prefix("./") {
        findings.add(RuleId::GlobDotSlash, line, written);
        pattern = rest;
    }
    let relative = pattern.trim_start_matches('/');
    if relative.len() < pattern.len() {
        findings.add(RuleId::GlobAbsolute, line, written);
        pattern = relative;
    }
    tell_of_pattern(pattern, written, line, findings);
    (!pattern.is_empty()).then(|| Glob { written: written.to_owned(), pattern: pattern.to_owned(), line })
}

fn tell_of_pattern(pattern: &str, written: &str, line: u32, findings: &mut Findings) {
    if pattern.ends_with('/') {
        findings.add(RuleId::GlobTrailingSlash, line, written);
    }
    if pattern.contains(['[', '{']) {
        findings.add(RuleId::GlobBrackets, line, written);
    }
    if pattern.len() > PATTERN {
        findings.add(RuleId::GlobTooLong, line, written);
    }
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && !matches!(characters.next(), Some('*' | '?' | '\\')) {
            findings.add(RuleId::GlobBadEscape, line, written);
            return;
        }
    }
}

/// Reads a License field.
fn declared(field: &RawField<'_>, meanings: &Meanings, findings: &mut Findings) -> DeclaredLicense {
    let (line, synopsis) = field.lines.first().map_or((0, ""), |(line, text)| (*line, text.trim()));
    let expression = expression::parse_line(synopsis, line, meanings, findings);
    if expression.is_none() {
        findings.add(RuleId::LicenseEmpty, line, synopsis);
    }
    let spdx = expression.as_ref().map(LicenseExpression::to_spdx).unwrap_or_default();
    let has_text = field.lines.iter().skip(1).any(|(_, text)| !text.trim().is_empty());
    DeclaredLicense { synopsis: synopsis.to_owned(), line, expression, spdx, has_text }
}

fn tell_of_duplicates(file: &CopyrightFile, findings: &mut Findings) {
    let mut patterns: HashMap<Vec<&str>, &str> = HashMap::new();
    for files in file.files.iter().filter(|files| !files.globs.is_empty()) {
        let mut key: Vec<&str> = files.globs.iter().map(|glob| glob.pattern.as_str()).collect();
        key.sort_unstable();
        let name = key.first().copied().unwrap_or_default();
        if patterns.insert(key, name).is_some() {
            findings.add(RuleId::DuplicateFiles, files.paragraph.line, name);
        }
    }
    let mut names = BTreeSet::new();
    for license in &file.licenses {
        if !license.license.synopsis.is_empty() && !names.insert(license.license.synopsis.to_lowercase()) {
            findings.add(RuleId::DuplicateLicense, license.license.line, &license.license.synopsis);
        }
    }
    let last_files = file.files.last().map_or(0, |files| files.paragraph.line);
    for license in file.licenses.iter().filter(|license| license.paragraph.line < last_files) {
        findings.add(RuleId::LicenseBeforeFiles, license.paragraph.line, &license.license.synopsis);
    }
}

/// Names under which a text may be found: the whole line, and each licence with and without its exception.
fn keys(license: &DeclaredLicense) -> BTreeSet<String> {
    let mut keys = BTreeSet::from([license.synopsis.to_lowercase()]);
    for term in license.expression.iter().flat_map(LicenseExpression::terms) {
        keys.insert(term.to_string().to_lowercase());
        keys.insert(term.name.to_lowercase());
    }
    keys
}

/// Connects Files paragraphs with the stand-alone paragraphs whose text they use: the first of each name.
fn connect_licenses(file: &mut CopyrightFile, findings: &mut Findings) {
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    for (number, license) in file.licenses.iter().enumerate() {
        texts.entry(license.license.synopsis.to_lowercase()).or_insert(number);
    }
    let of_header = file.header.iter().filter_map(|header| header.license.as_ref()).map(|license| (None, license));
    let of_files = (0..).zip(&file.files);
    let of_files = of_files.filter_map(|(number, files)| Some((Some(number), files.license.as_ref()?)));
    let all: Vec<(Option<u32>, &DeclaredLicense)> = of_header.chain(of_files).collect();
    let with_text = all.iter().filter(|(_, license)| license.has_text);
    let inline: BTreeSet<String> = with_text.map(|(_, license)| license.synopsis.to_lowercase()).collect();
    let mut used = BTreeSet::new();
    let mut uses: Vec<(usize, u32)> = Vec::new();
    for (paragraph, license) in all {
        for text in keys(license).iter().filter_map(|key| texts.get(key)) {
            used.insert(*text);
            uses.extend(paragraph.map(|paragraph| (*text, paragraph)));
        }
        tell_of_missing_texts(license, &texts, &inline, findings);
    }
    for number in texts.values().filter(|number| !used.contains(number)) {
        if let Some(license) = file.licenses.get(*number) {
            findings.add(RuleId::LicenseUnused, license.license.line, &license.license.synopsis);
        }
    }
    for (text, paragraph) in uses {
        if let Some(license) = file.licenses.get_mut(text) {
            license.used_by.push(paragraph);
        }
    }
}

fn tell_of_missing_texts(
    license: &DeclaredLicense,
    texts: &BTreeMap<String, usize>,
    inline: &BTreeSet<String>,
    findings: &mut Findings,
) {
    let is_given = |name: &str| texts.contains_key(name) || inline.contains(name);
    if license.has_text || is_given(&license.synopsis.to_lowercase()) {
        return;
    }
    for term in license.expression.iter().flat_map(LicenseExpression::terms) {
        if !is_given(&term.to_string().to_lowercase()) && !is_given(&term.name.to_lowercase()) {
            findings.add(RuleId::LicenseTextMissing, license.line, &term.to_string());
        }
    }
}
