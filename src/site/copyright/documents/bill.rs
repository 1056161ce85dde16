//! What the documents of a version say, whatever their format.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::licences::{Expression, Licences, Reference};
use super::source::{self, Relation, Source};
use super::{LONGEST, VERSION, purl};
use crate::html;
use crate::model::{
    Agreement, CopyrightFacts, CopyrightStatement, DeclaredLicense, EntryKind, FilesParagraph, Key, Place, Reason,
    Sha1, Sha256, SourceFile, SourcePackage,
};
use crate::site::copyright::{FileLicence, VersionLicences};
use crate::site::sources::TreeIndex;

/// The longest expression of the package as a whole, in bytes; a longer one is not asserted.
const LONGEST_OF_PACKAGE: usize = 64 << 10;

/// What a bill of materials is made from.
#[derive(Clone, Copy)]
pub struct BillView<'a> {
    /// The version.
    pub package: &'a SourcePackage,
    /// Its source files.
    pub sources: &'a [(&'a SourceFile, Sha256)],
    /// Its entries.
    pub tree: &'a TreeIndex<'a>,
    /// What is known of its licences; only files named here are told of.
    pub licences: VersionLicences<'a>,
    /// The SHA-1 of a file.
    pub sha1: &'a dyn Fn(Place) -> Option<Sha1>,
    /// The name of the archive.
    pub vendor: &'a str,
    /// The address of the folder with the source files; `None` when the archive has none.
    pub pool: Option<&'a str>,
    /// When this version was made (RFC 3339): a document says the same whenever it is written.
    pub created: &'a str,
    /// Changes whenever the document may.
    pub identity: Key,
}

/// What a version consists of, ready to be written.
pub struct BillOfMaterials<'a> {
    pub(super) view: BillView<'a>,
    pub(super) sources: Vec<Source<'a>>,
    pub(super) relations: Vec<Relation>,
    pub(super) name: String,
    pub(super) purl: String,
    /// Where the documents are, and what tells this state of them from others.
    pub(super) namespace: String,
    /// A UUID made of the same.
    pub(super) uuid: String,
    pub(super) verification_code: Sha1,
    /// Files that are shown.
    pub(super) files: usize,
    pub(super) leaves_out: bool,
    /// What is declared for all together.
    pub(super) declared: Option<Expression>,
    /// All copyright texts.
    pub(super) copyright: Option<String>,
    /// Licences that files say themselves.
    pub(super) found: BTreeSet<String>,
    paragraphs: Vec<Declared>,
    licences: Licences<'a>,
}

/// What one paragraph declares for each of its files.
#[derive(Debug)]
pub(super) struct Declared {
    /// The expression; `None` when there is none, or a very long one.
    pub(super) licence: Option<Expression>,
    /// The same as a sentence.
    pub(super) comment: Option<String>,
    pub(super) copyright: Option<String>,
}

/// One file of a bill.
pub(super) struct BillFile<'b> {
    /// Counted from 0.
    pub(super) number: usize,
    pub(super) name: Cow<'b, str>,
    pub(super) sha1: Sha1,
    pub(super) sha256: Sha256,
    pub(super) licence: &'b FileLicence<'b>,
    pub(super) declared: Option<&'b Declared>,
    /// What it says itself, as valid expressions, each once.
    pub(super) says: Vec<&'b Expression>,
}

impl BillFile<'_> {
    /// The declared licence, where the file says the same. A declaration of several licences may mean that each file
    /// has one of them, so the file must say them all. Where they differ in an exception, it is not clear which holds,
    /// and a licence's text does not say that it is under it.
    pub(super) fn concluded(&self) -> Option<&str> {
        let comparison = self.licence.comparison.filter(|it| it.agreement == Agreement::Agreed)?;
        let declared = self.declared?.licence.as_ref()?;
        let says_all =
            || declared.licences.iter().all(|licence| self.says.iter().any(|it| it.licences.contains(licence)));
        let is_unclear = matches!(comparison.reason, Reason::Text | Reason::Exception);
        let is_concluded = !is_unclear && (declared.licences.len() == 1 || says_all());
        is_concluded.then_some(&declared.text)
    }

    pub(super) fn declared_licence(&self) -> Option<&str> {
        Some(&self.declared?.licence.as_ref()?.text)
    }

    pub(super) fn comment(&self) -> Option<&str> {
        self.declared?.comment.as_deref()
    }

    /// The statements that the file makes itself, or else those that are declared for it.
    pub(super) fn copyright(&self) -> Option<Cow<'_, str>> {
        let own = self.statements();
        match own.is_empty() {
            false => Some(own.join("\n").into()),
            true => self.declared_copyright().map(Cow::Borrowed),
        }
    }

    pub(super) fn declared_copyright(&self) -> Option<&str> {
        self.declared?.copyright.as_deref()
    }

    /// Years and holder of each statement that the file makes, each once.
    pub(super) fn statements(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for CopyrightStatement { years, holder, .. } in &self.licence.found.copyright {
            let years: Vec<String> = years.iter().map(ToString::to_string).collect();
            let statement = format!("{} {holder}", years.join(", ")).trim().to_owned();
            if !statements.contains(&statement) {
                statements.push(statement);
            }
        }
        statements
    }
}

impl<'a> BillOfMaterials<'a> {
    /// Puts a bill together for a site with this address.
    pub fn new(view: &BillView<'a>, base_url: &str) -> Self {
        let view = *view;
        let SourcePackage { name, version, .. } = view.package;
        let facts = view.licences.content.facts();
        let mut licences = facts.map(|facts| Licences::of(&facts.file)).unwrap_or_default();
        let sources = source::sources(view.sources, view.pool);
        let purl = purl::of_source(view.vendor, name, version);
        let uuid = uuid(&format!("{base_url} {purl} {VERSION} {}", view.identity));
        let document_name = source::document_name(view.package);
        Self {
            relations: source::relations(&sources),
            sources,
            namespace: format!("{base_url}info/bom/{}", crate::site::urls::encoded_component(document_name.as_bytes()))
                + &format!("-{uuid}"),
            name: document_name,
            purl,
            uuid,
            verification_code: verification_code(&view),
            files: files(&view).count(),
            leaves_out: view.tree.tree().entries.iter().any(|entry| view.tree.excluded(entry).is_some()),
            declared: facts.and_then(|facts| declared_for_all(facts, &mut licences)),
            copyright: facts.and_then(copyright_of_all),
            found: found_in_all(&view, &mut licences),
            paragraphs: facts.map_or_else(Vec::new, |facts| {
                facts.file.files.iter().map(|paragraph| Declared::of(paragraph, &mut licences)).collect()
            }),
            licences,
            view,
        }
    }

    /// The files, in the order of their paths.
    pub(super) fn files(&self) -> impl Iterator<Item = BillFile<'_>> {
        files(&self.view).enumerate().map(|(number, (licence, sha1, sha256))| BillFile {
            number,
            name: file_name(licence.entry.path.as_bytes()),
            sha1,
            sha256,
            licence,
            declared: licence.paragraph.and_then(|paragraph| self.paragraphs.get(paragraph as usize)),
            says: self.says(licence),
        })
    }

    /// Licences that are defined by their texts, by their ids.
    pub(super) fn references(&self) -> impl Iterator<Item = (&str, &Reference)> {
        self.licences.references().iter().map(|(id, reference)| (id.as_str(), reference))
    }

    fn says(&self, licence: &FileLicence<'_>) -> Vec<&Expression> {
        let mut says: Vec<&Expression> = Vec::new();
        for expression in licence.found.expressions().filter_map(|written| self.licences.get(written)) {
            if !says.contains(&expression) {
                says.push(expression);
            }
        }
        says
    }
}

impl Declared {
    fn of(paragraph: &FilesParagraph, licences: &mut Licences<'_>) -> Self {
        let license = paragraph.license.as_ref();
        let fits = |license: &&DeclaredLicense| license.spdx.len() <= LONGEST;
        let licence = license.filter(fits).and_then(|license| licences.add(&license.spdx).cloned());
        let line = license.map_or(paragraph.paragraph.line, |license| license.line);
        let told = |licence: &Expression| format!("Line {line} of debian/copyright declares {}.", licence.text);
        let copyright = paragraph.copyright().and_then(|text| statements(&text)).map(cut);
        Self { comment: licence.as_ref().map(told), licence, copyright }
    }
}

/// The lines of a copyright text without the blanks around them; `None` when nothing is left.
fn statements(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let text = lines.join("\n");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn cut(text: String) -> String {
    match text.len() <= LONGEST {
        true => text,
        false => format!("{} […]", &text[..text.floor_char_boundary(LONGEST)]),
    }
}

/// All regular files that are told of, with their checksums.
fn files<'v>(view: &'v BillView<'_>) -> impl Iterator<Item = (&'v FileLicence<'v>, Sha1, Sha256)> {
    view.licences.files.iter().filter_map(|licence| match licence.entry.kind {
        EntryKind::File { sha256, place, .. } => Some((licence, (view.sha1)(place)?, sha256)),
        EntryKind::Symlink { .. } | EntryKind::Directory => None,
    })
}

/// The SHA-1 of all files' SHA-1s, sorted and written one after the other (SPDX 2.3, 7.9).
fn verification_code(view: &BillView<'_>) -> Sha1 {
    let mut sums: Vec<Sha1> = files(view).map(|(_, sha1, _)| sha1).collect();
    sums.sort_unstable();
    Sha1::of(sums.iter().map(Sha1::to_string).collect::<String>().as_bytes())
}

/// What the header declares, or else all that is declared for files, joined by `AND`.
fn declared_for_all(facts: &CopyrightFacts, licences: &mut Licences<'_>) -> Option<Expression> {
    let header = facts.file.header.as_ref().and_then(|header| header.license.as_ref());
    let of_header = header.map(|license| license.spdx.as_str()).filter(|spdx| !spdx.is_empty());
    let of_files = || {
        let used = facts.file.files.iter().enumerate().filter(|(at, _)| facts.files_of(*at) > 0);
        let spdx = used.filter_map(|(_, paragraph)| Some(paragraph.license.as_ref()?.spdx.as_str()));
        joined(&spdx.filter(|spdx| !spdx.is_empty()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())
    };
    let spdx = of_header.map(str::to_owned).unwrap_or_else(of_files);
    if spdx.len() > LONGEST_OF_PACKAGE { None } else { licences.add(&spdx).cloned() }
}

/// Expressions of which all hold, as one.
pub(super) fn joined(expressions: &[&str]) -> String {
    match expressions {
        [one] => (*one).to_owned(),
        several => {
            let part = |part: &&str| if part.contains(" OR ") { format!("({part})") } else { (*part).to_owned() };
            several.iter().map(part).collect::<Vec<_>>().join(" AND ")
        }
    }
}

/// The copyright of the header, or else each text of a paragraph once, in order.
fn copyright_of_all(facts: &CopyrightFacts) -> Option<String> {
    let header = facts.file.header.as_ref().and_then(|header| header.paragraph.text_of("Copyright"));
    let header = header.and_then(|text| statements(&text));
    header.or_else(|| {
        let mut seen = BTreeSet::new();
        let used = facts.file.files.iter().enumerate().filter(|(at, _)| facts.files_of(*at) > 0);
        let texts = used.filter_map(|(_, paragraph)| statements(&paragraph.copyright()?));
        let texts: Vec<String> = texts.filter(|text| seen.insert(text.clone())).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    })
}

/// The licences that files say themselves.
fn found_in_all(view: &BillView<'_>, licences: &mut Licences<'_>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for written in files(view).flat_map(|(licence, ..)| licence.found.expressions()) {
        if let Some(expression) = licences.add(written) {
            all.extend(expression.licences.iter().cloned());
        }
    }
    all
}

/// A path as documents have it: as it is, unless bytes in it are no UTF-8 or control characters.
fn file_name(path: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(path) {
        Ok(path) if !path.chars().any(is_line_or_control) => Cow::Borrowed(path),
        _ => Cow::Owned(html::display_name(path)),
    }
}

fn is_line_or_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A UUID of version 5 for a name (RFC 9562, 5.5), in the name space of addresses.
fn uuid(name: &str) -> String {
    const ADDRESSES: [u8; 16] = 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes();
    let Sha1(sum) = Sha1::of(&[&ADDRESSES[..], name.as_bytes()].concat());
    let first: [u8; 16] = std::array::from_fn(|at| sum[at]);
    let number = u128::from_be_bytes(first);
    let number = number & !(0xf << 76) | 5 << 76;
    let number = number & !(0x3 << 62) | 0x2 << 62;
    let digits = format!("{number:032x}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_uuid() {
        // As Python's uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/") has it.
        assert_eq!(uuid("https://example.org/"), "527dda32-a0de-5105-a042-cb475b5f7d11");
    }

    #[test]
    fn alternatives_are_put_in_brackets() {
        assert_eq!(joined(&["MIT OR ISC"]), "MIT OR ISC");
        assert_eq!(joined(&["MIT OR ISC", "Zlib"]), "(MIT OR ISC) AND Zlib");
    }
}
