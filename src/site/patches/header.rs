//! What a patch says of itself, as fields for a page.

use serde::Serialize;

use crate::html;
use crate::model::{Field, ForwardedField, HeaderKind, PatchHeader, Person};
use crate::site::copyright::text::{Piece, pieces};
use crate::timestamp::Timestamp;

/// How much of the raw header is shown, in bytes.
const MOST_RAW: usize = 64 << 10;

/// How much of a description is shown, in bytes.
const MOST_TEXT: usize = 64 << 10;

/// The most fields that are shown.
const MOST_FIELDS: usize = 200;

/// A field with its value; addresses in it are links.
#[derive(Serialize)]
pub(super) struct FieldRow {
    name: String,
    text: Vec<Piece>,
}

impl FieldRow {
    fn new(name: &str, value: &str) -> Self {
        let name = html::display_name(name.as_bytes());
        Self { name, text: pieces(cut(value, MOST_TEXT)) }
    }
}

/// The fields of a header in the order in which one reads them; those that are not there are left out. Of people names are
/// given, mail addresses stand in the raw header. Beside its dates stands since when the archive has the patch.
pub(super) fn rows(header: &PatchHeader, first_seen: Option<Timestamp>) -> Vec<FieldRow> {
    let joined = |texts: &[String]| texts.join(", ");
    let known = [
        ("Form", form_name(header.kind).map(str::to_owned)),
        ("Author", some(people(&header.authors))),
        ("Reviewed by", some(people(&header.reviewers))),
        ("Date", header.date.map(|date| date.to_string())),
        ("Last update", header.last_update.clone()),
        ("In this archive since", first_seen.map(|moment| moment.to_string())),
        ("Origin", header.origin.as_ref().map(|origin| origin.text.clone())),
        ("Commit", header.commit.clone()),
        ("Picked from", some(joined(&header.picked_from))),
        ("Forwarded", forwarded(&header.forwarded)),
        ("Applied upstream", header.applied_upstream.as_ref().map(|applied| applied.text.clone())),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some(FieldRow::new(name, &value?)));
    let further = header.trailers.iter().chain(&header.others).take(MOST_FIELDS);
    known.chain(further.map(|Field { name, value, .. }| FieldRow::new(name, value))).collect()
}

/// The names of people.
pub(super) fn people(people: &[Person]) -> String {
    let name = |person: &Person| match person.name.as_str() {
        "" => "without a name".to_owned(),
        name => html::display_name(name.as_bytes()),
    };
    people.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The subject; without one, that there is none.
pub(super) fn subject(header: &PatchHeader) -> Option<String> {
    header.subject.as_deref().map(|subject| html::display_name(subject.as_bytes()))
}

/// The long description.
pub(super) fn description(header: &PatchHeader) -> Vec<Piece> {
    pieces(cut(header.description.trim_matches('\n'), MOST_TEXT))
}

/// The header as it is written, and whether that is all of it.
pub(super) fn raw(header: &PatchHeader, bytes: &[u8]) -> (String, bool) {
    let raw = header.raw(bytes);
    let shown = raw.get(..MOST_RAW).unwrap_or(raw);
    let lines: Vec<String> = shown.split(|&byte| byte == b'\n').map(html::display_line).collect();
    (lines.join("\n"), shown.len() == raw.len())
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn forwarded(field: &ForwardedField) -> Option<String> {
    Some(match field {
        ForwardedField::Absent => return None,
        ForwardedField::No => "no".to_owned(),
        ForwardedField::NotNeeded => "not-needed".to_owned(),
        ForwardedField::Yes => "yes".to_owned(),
        ForwardedField::Url(text) | ForwardedField::Other(text) | ForwardedField::Unusable(text) => text.clone(),
    })
}

fn form_name(kind: HeaderKind) -> Option<&'static str> {
    Some(match kind {
        HeaderKind::None => return None,
        HeaderKind::FreeText => "a text without fields",
        HeaderKind::Dep3 => "fields by DEP-3",
        HeaderKind::GitMail => "a mail of git",
        HeaderKind::GitLog => "a commit as git log writes it",
        HeaderKind::Dpatch => "comments of dpatch",
        HeaderKind::Mercurial => "an export of Mercurial",
        HeaderKind::Subversion => "an entry of Subversion’s log",
        HeaderKind::Mixed => "more than one, such as a mail with fields of DEP-3",
    })
}
