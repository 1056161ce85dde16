//! Headers of real patches against what a person reads in them: `read_by_hand.toml`.
#![allow(clippy::unwrap_used)]

use debpress::analyse::patches::{bugs, header, status};
use debpress::model::{Bug, BugReference, DebianVersion, Field, ForwardedField, PatchHeader, Person};
use debpress::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

const DIFF: &str = "--- a/file\n+++ b/file\n@@ -1 +1 @@\n-old\n+new\n";

#[derive(Deserialize)]
struct Table {
    patch: Vec<Patch>,
}

#[derive(Deserialize)]
struct Patch {
    package: String,
    version: DebianVersion,
    name: String,
    header: String,
    #[serde(flatten)]
    reading: Reading,
}

/// What is read in a header. It is compared as TOML, so that a difference shows the field.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Reading {
    kind: String,
    subject: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    origin_class: Option<String>,
    origin_url: Option<String>,
    origin_commit: Option<String>,
    commit: Option<String>,
    #[serde(default)]
    picked_from: Vec<String>,
    #[serde(default)]
    bugs: Vec<String>,
    forwarded: Option<String>,
    #[serde(default)]
    reviewers: Vec<String>,
    last_update: Option<String>,
    applied_version: Option<String>,
    date: Option<String>,
    #[serde(default)]
    trailers: Vec<String>,
    #[serde(default)]
    others: Vec<String>,
    rule: String,
    #[serde(default)]
    findings: Vec<String>,
    description: Option<Description>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    first: String,
    last: String,
    lines: usize,
}

/// The name of a value in JSON, such as `git-mail`.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn people(people: &[Person]) -> Vec<String> {
    let show = |person: &Person| match &person.mail {
        Some(mail) => format!("{} <{mail}>", person.name),
        None => person.name.clone(),
    };
    people.iter().map(show).collect()
}

fn fields(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| format!("{}: {}", field.name, field.value)).collect()
}

fn bug(reference: BugReference) -> String {
    match reference.bug {
        Bug::Cve(text) | Bug::Ghsa(text) | Bug::Tracker(text) | Bug::Unclear(text) => text,
        Bug::Debian(number) => format!("debian {number}"),
        Bug::Launchpad(number) => format!("launchpad {number}"),
    }
}

fn forwarded(field: &ForwardedField) -> Option<String> {
    match field {
        ForwardedField::Absent => None,
        ForwardedField::No => Some("no".to_owned()),
        ForwardedField::NotNeeded => Some("not-needed".to_owned()),
        ForwardedField::Yes => Some("yes".to_owned()),
        ForwardedField::Url(text) | ForwardedField::Other(text) | ForwardedField::Unusable(text) => Some(text.clone()),
    }
}

fn reading(header: &PatchHeader, patch: &Patch) -> Reading {
    let origin = header.origin.as_ref();
    let lines: Vec<&str> = header.description.lines().collect();
    let bugs = bugs::merge([header.bugs.clone(), bugs::of_file_name(patch.name.as_bytes())]);
    Reading {
        kind: word(header.kind),
        subject: header.subject.clone(),
        authors: people(&header.authors),
        origin_class: origin.and_then(|origin| origin.class).map(word),
        origin_url: origin.and_then(|origin| origin.url.clone()),
        origin_commit: origin.and_then(|origin| origin.commit.clone()),
        commit: header.commit.clone(),
        picked_from: header.picked_from.clone(),
        bugs: bugs.into_iter().map(bug).collect(),
        forwarded: forwarded(&header.forwarded),
        reviewers: people(&header.reviewers),
        last_update: header.last_update.clone(),
        applied_version: header.applied_upstream.as_ref().and_then(|applied| applied.version.clone()),
        date: header.date.map(|date| date.to_string()),
        trailers: fields(&header.trailers),
        others: fields(&header.others),
        rule: status::status(header, &patch.version).rule,
        findings: header.findings.iter().map(|finding| finding.rule.clone()).collect(),
        description: lines.first().zip(lines.last()).map(|(first, last)| Description {
            first: (*first).to_owned(),
            last: (*last).to_owned(),
            lines: lines.len(),
        }),
    }
}

#[test]
fn headers_are_read_as_a_person_reads_them() {
    let table: Table = toml::from_str(include_str!("read_by_hand.toml")).unwrap();
    assert!(table.patch.len() >= 60);
    let mut differences = Vec::new();
    for mut patch in table.patch {
        let date = patch.reading.date.take();
        patch.reading.date = date.map(|date| date.parse::<Timestamp>().unwrap().to_string());
        patch.reading.bugs.sort();
        let file = format!("{}{DIFF}", patch.header);
        let header = header::parse(file.as_bytes());
        assert_eq!(header.raw(file.as_bytes()), patch.header.as_bytes(), "{}", patch.name);
        let mut read = reading(&header, &patch);
        read.bugs.sort();
        if read != patch.reading {
            let [expected, read] = [&patch.reading, &read].map(|reading| toml::to_string(reading).unwrap());
            let changed = |one: &str, other: &str| -> Vec<String> {
                one.lines().filter(|line| !other.lines().any(|it| it == *line)).map(str::to_owned).collect()
            };
            let (missing, other) = (changed(&expected, &read), changed(&read, &expected));
            differences.push(format!("{} {}:\n  expected {missing:?}\n  read {other:?}", patch.package, patch.name));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
