//! From the parts of a message to what they say.

use super::fields::{self, Meaning};
use super::form::{self, Line, is_commit};
use super::split::{self, Part, RawField};
use super::{date, encoded_word, person, text, values};
use crate::analyse::patches::bugs::Bugs;
use crate::analyse::patches::rules::{Findings, RuleId};
use crate::model::{Bug, BugEvidence, Field, ForwardedField, HeaderKind, PatchHeader, Person};

/// Longest value of one line, in bytes.
const VALUE: usize = 2000;

/// Longest description, in bytes.
const DESCRIPTION: usize = 64 << 10;

/// The most values of one kind.
const MOST: usize = 200;

/// Longest paragraph that is a subject as a whole, in characters.
const SUBJECT: usize = 250;

/// Columns after which tools fold the subject of a mail.
const FOLD: usize = 75;

/// Reads a decoded header.
pub(super) fn read(header: &str, findings: Findings) -> PatchHeader {
    let mut reader = Reader { findings, ..Reader::default() };
    let lines: Vec<Line<'_>> = (1..).zip(header.lines()).collect();
    if let Some((number, _)) = (1..).zip(header.split('\n')).find(|(_, line)| line.ends_with('\r')) {
        reader.findings.add(RuleId::CarriageReturns, number, "");
    }
    let message = form::recognise(lines);
    reader.is_git_log = message.form == Some(HeaderKind::GitLog);
    reader.header.commit = message.commit.map(str::to_owned);
    for (name, number, value) in message.fields {
        let known = fields::field(name);
        reader.field(&RawField { name, known, lines: vec![(number, value)], within_text: false });
    }
    for part in split::split(&message.lines) {
        match part {
            Part::Field(field) => reader.field(&field),
            Part::Text(number, text) => reader.text(number, text),
            Part::Unindented(number, text) => {
                reader.findings.add(RuleId::UnindentedLine, number, text);
                reader.text(number, text);
            }
            Part::Blank => reader.description.push((0, "")),
            Part::FieldAfterEnd(number, text) => {
                let rule = if fields::is_template(text) { RuleId::TemplateLeft } else { RuleId::FieldAfterEnd };
                reader.findings.add(rule, number, text);
            }
        }
    }
    reader.finish(message.form)
}

/// What was read so far.
#[derive(Default)]
struct Reader<'a> {
    header: PatchHeader,
    findings: Findings,
    bugs: Bugs,
    description: Vec<Line<'a>>,
    /// What of a header of a mail is there: `From`, `Date`, `Subject`.
    mail_fields: u8,
    is_git_log: bool,
    has_dep3: bool,
    has_fields: bool,
}

impl<'a> Reader<'a> {
    fn field(&mut self, field: &RawField<'a>) {
        let Some(known) = field.known else {
            return self.other(field);
        };
        let line = field.line();
        if known.misspelt {
            self.findings.add(RuleId::FieldNameMisspelt, line, field.name);
        }
        self.has_fields |= known.meaning != Meaning::Trailer;
        self.has_dep3 |= known.is_dep3 && !(self.is_git_log && known.meaning == Meaning::Author);
        if known.is_dep3 && field.within_text {
            self.findings.add(RuleId::FieldWithinText, line, field.name);
        }
        if known.meaning == Meaning::Subject {
            self.mail_fields |= 1;
            return self.subject(field);
        } else if known.meaning == Meaning::Description {
            return self.described(field);
        }
        let is_mail = matches!(known.meaning, Meaning::Author | Meaning::Reviewer | Meaning::Trailer);
        let value = self.one_line(&field.lines, is_mail);
        if value.is_empty() && known.meaning != Meaning::Mail {
            self.findings.add(RuleId::FieldEmpty, line, field.name);
            if known.meaning == Meaning::Forwarded && self.header.forwarded == ForwardedField::Absent {
                self.header.forwarded = ForwardedField::Unusable(value);
            }
            return;
        }
        match known.meaning {
            Meaning::Author => {
                self.mail_fields |= if field.name.eq_ignore_ascii_case("From") { 2 } else { 0 };
                self.people(&value, line, |header| &mut header.authors);
            }
            Meaning::Reviewer => self.people(&value, line, |header| &mut header.reviewers),
            Meaning::Bug | Meaning::VendorBug => self.bug(field, &value),
            Meaning::Date => self.date(&value, line),
            Meaning::Trailer => self.trailer(field.name, line, value),
            Meaning::Mail => self.other(field),
            _ => self.once(known.meaning, field.name, line, &value),
        }
    }

    /// A field that is to be there once.
    fn once(&mut self, meaning: Meaning, name: &str, line: u32, value: &str) {
        let (header, findings) = (&mut self.header, &mut self.findings);
        let is_there = match meaning {
            Meaning::Origin => header.origin.is_some(),
            Meaning::Forwarded => header.forwarded != ForwardedField::Absent,
            Meaning::LastUpdate => header.last_update.is_some(),
            _ => header.applied_upstream.is_some(),
        };
        if is_there {
            return findings.add(RuleId::FieldTwice, line, name);
        }
        if meaning == Meaning::Forwarded {
            header.forwarded = values::forwarded(value, line, findings);
        } else if fields::is_template(value) {
            findings.add(RuleId::TemplateLeft, line, value);
        } else if meaning == Meaning::Origin {
            header.origin = Some(values::origin(value, line, findings));
        } else if meaning == Meaning::LastUpdate {
            header.last_update = values::last_update(value, line, findings);
        } else {
            header.applied_upstream = values::applied_upstream(value, line, findings);
        }
        self.bugs.add_text(value, &BugEvidence::Field(name.to_owned(), line));
    }

    fn bug(&mut self, field: &RawField<'_>, value: &str) {
        if fields::is_template(value) {
            return self.findings.add(RuleId::TemplateLeft, field.line(), value);
        }
        if values::means_nothing(value) {
            return self.findings.add(RuleId::FieldEmpty, field.line(), field.name);
        }
        let known = field.known.and_then(|known| known.vendor);
        let is_vendor = field.known.is_some_and(|known| known.meaning == Meaning::VendorBug);
        let vendor = known.or_else(|| field.name.split_once('-').map(|(_, vendor)| vendor).filter(|_| is_vendor));
        // A misspelt name is kept under the name it stands for, which is what tells upstream's bugs from others.
        let name = if is_vendor { field.name } else { "Bug" };
        let bugs = self.bugs.add_field(vendor, value, &BugEvidence::Field(name.to_owned(), field.line()));
        for bug in bugs {
            match bug {
                Bug::Debian(_) if !is_vendor => self.findings.add(RuleId::BugOfDebian, field.line(), value),
                Bug::Unclear(what) => self.findings.add(RuleId::BugWithoutAddress, field.line(), &what),
                _ => {}
            }
        }
    }

    fn date(&mut self, value: &str, line: u32) {
        self.mail_fields |= 4;
        match date::moment(value) {
            Some(date) => self.header.date = self.header.date.or(Some(date)),
            None => self.findings.add(RuleId::DateUnreadable, line, value),
        }
    }

    fn people(&mut self, value: &str, line: u32, list: fn(&mut PatchHeader) -> &mut Vec<Person>) {
        if fields::is_template(value) {
            return self.findings.add(RuleId::TemplateLeft, line, value);
        }
        let people = person::people(value);
        let list = list(&mut self.header);
        for person in people {
            if list.len() >= MOST {
                return self.findings.add(RuleId::TooManyFields, line, "");
            }
            if !list.contains(&person) {
                list.push(person);
            }
        }
    }

    fn trailer(&mut self, name: &str, line: u32, value: String) {
        self.bugs.add_text(&format!("{name}: {value}"), &BugEvidence::Field(name.to_owned(), line));
        push(&mut self.header.trailers, Field { name: name.to_owned(), line, value }, &mut self.findings);
    }

    fn other(&mut self, field: &RawField<'_>) {
        let value = self.one_line(&field.lines, false);
        let other = Field { name: field.name.to_owned(), line: field.line(), value };
        self.bugs.add_text(&other.value, &BugEvidence::Field(other.name.clone(), other.line));
        push(&mut self.header.others, other, &mut self.findings);
    }

    /// A `Subject`, whose further lines are folded, or, if nothing made it necessary to fold, begin a description.
    fn subject(&mut self, field: &RawField<'a>) {
        let folded = field.lines.windows(2).take_while(|pair| match pair {
            [(number, before), (_, after)] => {
                let name = if *number == field.line() { field.name.len() + 1 } else { 0 };
                is_folded(name + before.trim_end().chars().count(), before, after)
            }
            _ => false,
        });
        let (lines, rest) = field.lines.split_at_checked(1 + folded.count()).unwrap_or((&field.lines, &[]));
        let value = self.one_line(lines, true);
        let is_headline = self.headline(without_patch_mark(&value), field.line());
        self.description_lines(if is_headline { rest } else { &field.lines });
    }

    /// A `Description`: its first line and the lines below it.
    fn described(&mut self, field: &RawField<'a>) {
        let (first, rest) = field.lines.split_at_checked(1).unwrap_or((&field.lines, &[]));
        let value = self.one_line(first, true);
        let is_headline = if fields::is_template(&value) {
            self.findings.add(RuleId::TemplateLeft, field.line(), &value);
            true
        } else {
            self.headline(without_patch_mark(&value), field.line())
        };
        self.description_lines(if is_headline { rest } else { &field.lines });
    }

    /// Takes a value for the subject; no when there is another one already, so that it is a part of the description.
    fn headline(&mut self, value: &str, line: u32) -> bool {
        self.bugs.add_text(value, &BugEvidence::Subject(line));
        if value.is_empty() {
            return true;
        }
        self.header.subject.get_or_insert_with(|| value.to_owned()) == value
    }

    /// Lines that continue a field: without the blank, a lone full stop for an empty line.
    fn description_lines(&mut self, lines: &[Line<'a>]) {
        if !lines.is_empty() && !self.description.is_empty() {
            self.description.push((0, ""));
        }
        for &(number, line) in lines {
            let line = line.strip_prefix([' ', '\t']).unwrap_or(line);
            self.text(number, if line.trim_end() == "." { "" } else { line });
        }
        self.description.extend((!lines.is_empty()).then_some((0, "")));
    }

    fn text(&mut self, number: u32, text: &'a str) {
        if let Some(commit) = picked_from(text) {
            let list = &mut self.header.picked_from;
            if list.len() < MOST && !list.iter().any(|other| other == commit) {
                list.push(commit.to_owned());
            }
        }
        if fields::is_template(text) {
            self.findings.add(RuleId::TemplateLeft, number, text);
        }
        self.bugs.add_text(text, &BugEvidence::Text(number));
        self.description.push((number, text));
    }

    /// A value in one line, unfolded, fit to be shown, and of bounded length.
    fn one_line(&mut self, lines: &[Line<'_>], is_mail: bool) -> String {
        let number = lines.first().map_or(0, |(number, _)| *number);
        let mut value = String::new();
        for (_, line) in lines {
            let line = line.trim();
            value.push_str(if value.is_empty() || line.is_empty() { "" } else { " " });
            value.push_str(line);
            if value.len() > VALUE {
                break;
            }
        }
        let decoded =
            if is_mail { encoded_word::decode(bounded(&value)) } else { encoded_word::plain(bounded(&value)) };
        if decoded.broken {
            self.findings.add(RuleId::BrokenEncodedWord, number, &value);
        }
        let one_line = decoded.text.replace(['\n', '\t', '\r'], " ");
        let shown = text::shown(&one_line, VALUE);
        if shown.had_controls {
            self.findings.add(RuleId::ControlCharacters, number, &shown.text);
        }
        if shown.was_cut || value.len() > VALUE {
            self.findings.add(RuleId::ValueTooLong, number, &shown.text);
        }
        shown.text.trim().to_owned()
    }

    fn finish(mut self, form: Option<HeaderKind>) -> PatchHeader {
        self.take_subject_from_text();
        self.set_description();
        let is_mail = form.is_none() && self.mail_fields == 7;
        let outer = if is_mail { Some(HeaderKind::GitMail) } else { form };
        let header = &mut self.header;
        header.kind = match outer {
            Some(_) if self.has_dep3 => HeaderKind::Mixed,
            Some(form) => form,
            None if self.has_fields => HeaderKind::Dep3,
            None if header.subject.is_some() || !header.trailers.is_empty() => HeaderKind::FreeText,
            None => HeaderKind::None,
        };
        let findings = &mut self.findings;
        match header.kind {
            HeaderKind::None => findings.add_of_file(RuleId::NoHeader, ""),
            HeaderKind::FreeText => findings.add_of_file(RuleId::NoFields, ""),
            _ => {
                if header.subject.is_none() {
                    findings.add_of_file(RuleId::NoDescription, "");
                }
                if header.origin.is_none() && header.authors.is_empty() {
                    findings.add_of_file(RuleId::NoAuthor, "");
                }
            }
        }
        header.bugs = self.bugs.finish();
        header.findings = self.findings.finish();
        self.header
    }

    /// Without `Description` and `Subject` the first paragraph of the text is the subject, or its first line if it is
    /// long.
    fn take_subject_from_text(&mut self) {
        if self.header.subject.is_some() {
            return;
        }
        let is_blank = |line: &Line<'_>| line.1.trim().is_empty();
        let begin = self.description.iter().position(|line| !is_blank(line)).unwrap_or(self.description.len());
        let rest = self.description.split_off(begin);
        let paragraph = rest.iter().position(is_blank).unwrap_or(rest.len());
        let length = |lines: &[Line<'_>]| lines.iter().map(|(_, text)| text.trim().chars().count() + 1).sum::<usize>();
        let is_short = rest.get(..paragraph).is_some_and(|lines| length(lines) <= SUBJECT);
        let taken = if is_short { paragraph } else { paragraph.min(1) };
        let (subject, description) = rest.split_at_checked(taken).unwrap_or((&rest, &[]));
        let value = self.one_line(subject, false);
        self.header.subject = Some(without_patch_mark(&value).to_owned()).filter(|subject| !subject.is_empty());
        self.description = description.to_vec();
    }

    fn set_description(&mut self) {
        let mut description = String::new();
        let mut blank = true;
        for (_, line) in &self.description {
            let line = line.trim_end();
            // Several empty lines in a row are one.
            if !(blank && line.is_empty()) {
                description.push_str(line);
                description.push('\n');
            }
            blank = line.is_empty();
        }
        let number = self.description.iter().map(|(number, _)| *number).find(|number| *number > 0).unwrap_or_default();
        let shown = text::shown(description.trim_end(), DESCRIPTION);
        if shown.had_controls {
            self.findings.add(RuleId::ControlCharacters, number, "");
        }
        if shown.was_cut {
            self.findings.add(RuleId::ValueTooLong, number, "");
        }
        self.header.description = shown.text.into_owned();
    }
}

fn bounded(value: &str) -> &str {
    // Encoded words are longer than what they stand for, by a factor of three at most.
    value.get(..value.floor_char_boundary(3 * VALUE)).unwrap_or(value)
}

fn push(list: &mut Vec<Field>, field: Field, findings: &mut Findings) {
    if list.len() < MOST {
        list.push(field);
    } else {
        findings.add(RuleId::TooManyFields, field.line, &field.name);
    }
}

/// Whether a tool folded a line there: there was no room for the next word, or it ends with a comma or an encoded
/// word, where Python's mail library prefers to fold.
fn is_folded(columns: usize, before: &str, after: &str) -> bool {
    let next = after.split_whitespace().next().map_or(0, |word| word.chars().count());
    columns + 1 + next > FOLD || before.trim_end().ends_with([',', ';']) || before.trim_end().ends_with("?=")
}

/// A subject without `[PATCH 1/3]` and the like before it.
fn without_patch_mark(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((mark, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_word = |word: &str| ["PATCH", "RFC"].iter().any(|known| word.eq_ignore_ascii_case(known));
        if !mark.split([' ', '-', '/', ',']).any(is_word) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// The commit that a line says the patch was taken from: `(cherry picked from commit …)`, `(backported from …)`,
/// `commit … upstream.`, `[ Upstream commit … ]`.
fn picked_from(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches(['(', ')', '[', ']']).trim();
    let lower = text.get(..text.floor_char_boundary(40))?.to_ascii_lowercase();
    let picked =
        ["cherry picked from commit ", "cherry-picked from commit ", "backported from commit ", "upstream commit "];
    let picked = picked.iter().find(|words| lower.starts_with(**words)).map(|words| words.len());
    let is_upstream = || {
        let end = text.trim_end_matches([':', '.']);
        let is_said = end.get(end.len().saturating_sub(9)..).is_some_and(|end| end.eq_ignore_ascii_case(" upstream"));
        (lower.starts_with("commit ") && is_said).then_some("commit ".len())
    };
    let rest = text.get(picked.or_else(is_upstream)?..)?;
    rest.split([' ', ')', ']', ',', '.', ':']).next().filter(|commit| is_commit(commit))
}
