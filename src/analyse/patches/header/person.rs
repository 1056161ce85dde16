//! People in `From`, `Author` and `Reviewed-by`: `Name <mail>`, one or more.

use crate::model::Person;

/// The people of one unfolded and decoded value. An address ends a person; a name may stand alone, and without an
/// address a comma is part of it (`Smith, John`).
pub(super) fn people(value: &str) -> Vec<Person> {
    let (mut people, mut rest) = (Vec::new(), value);
    while let Some(open) = rest.find('<') {
        let (name, after) = rest.split_at(open);
        let Some(close) = after.find('>') else { break };
        let mail = after.get(1..close).unwrap_or_default().trim();
        people.push(Person { name: tidy_name(name), mail: Some(mail.to_owned()).filter(|mail| !mail.is_empty()) });
        rest = after.get(close + 1..).unwrap_or_default();
    }
    let last = tidy_name(rest);
    if people.is_empty() || last.contains('@') {
        people.extend(alone(&last));
    } else if let Some(person) = people.last_mut().filter(|_| last.starts_with('(') && last.ends_with(')')) {
        person.name = format!("{} {last}", person.name).trim().to_owned();
    } else if rest.trim_start().starts_with([',', ';', '&']) || rest.trim_start().starts_with("and ") {
        people.extend(alone(&last));
    }
    people.retain(|person| *person != Person::default());
    people
}

/// A name or address without angle brackets; `mail (Name)` is the old form of both (RFC 5322, appendix A.6.3).
fn alone(text: &str) -> Option<Person> {
    if text.is_empty() {
        return None;
    }
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    if !first.contains('@') {
        return Some(Person { name: text.to_owned(), mail: None });
    }
    let name = rest.trim().trim_start_matches('(').trim_end_matches(')').to_owned();
    Some(Person { name, mail: Some(first.to_owned()) })
}

/// A name without the separators and quotes around it.
fn tidy_name(text: &str) -> String {
    let text = text.trim().trim_matches([',', ';', '&']).trim();
    let text = text.strip_prefix("and ").unwrap_or(text).trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    quoted.map_or_else(|| text.to_owned(), |text| text.replace("\\\"", "\"").replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Vec<String> {
        let show = |person: Person| format!("{}|{}", person.name, person.mail.unwrap_or_default());
        people(value).into_iter().map(show).collect()
    }

    #[test]
    fn people_are_told_apart() {
        assert_eq!(shown("A B <a@example.org>, C <c@example.org>"), ["A B|a@example.org", "C|c@example.org"]);
        assert_eq!(shown("A <a@example.org> and C <c@example.org>"), ["A|a@example.org", "C|c@example.org"]);
        assert_eq!(shown("A <a@example.org>, Somebody Else"), ["A|a@example.org", "Somebody Else|"]);
        assert_eq!(shown("\"Sm\\\"ith, J.\" <j@example.org>"), ["Sm\"ith, J.|j@example.org"]);
        assert_eq!(shown("Bjarni Ingi Gislason"), ["Bjarni Ingi Gislason|"]);
        assert_eq!(shown("a@example.org (A B)"), ["A B|a@example.org"]);
        assert_eq!(shown("A <a@example.org> (the maintainer)"), ["A (the maintainer)|a@example.org"]);
        assert_eq!(shown("A <a@example.org> on 2019-01-29"), ["A|a@example.org"]);
        assert_eq!(shown("A <unclosed"), ["A <unclosed|"]);
        assert!(shown(" , ").is_empty());
        assert!(shown("<>").is_empty());
    }
}
