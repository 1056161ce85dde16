//! The values of DEP-3's fields.

use super::date;
use super::fields::{self, ForwardedWord};
use super::form::is_commit;
use crate::analyse::patches::bugs::address;
use crate::analyse::patches::rules::{Findings, RuleId};
use crate::model::{AppliedUpstream, ForwardedField, OriginClass, PatchOrigin};

/// Reads `Origin`: a keyword and a comma, if it has them, then an address or `commit:` with a number.
pub(super) fn origin(value: &str, line: u32, findings: &mut Findings) -> PatchOrigin {
    let end = value.find([',', ' ', ':']).unwrap_or(value.len());
    let (word, rest) = value.split_at_checked(end).unwrap_or((value, ""));
    let class = match word.to_ascii_lowercase().as_str() {
        "upstream" => Some(OriginClass::Upstream),
        "backport" | "backported" => Some(OriginClass::Backport),
        "vendor" => Some(OriginClass::Vendor),
        "other" => Some(OriginClass::Other),
        _ => None,
    };
    let is_keyword = rest.starts_with(',') || rest.is_empty();
    if class.is_none() && (is_keyword && !is_commit(word) || fields::is_vendor(word)) {
        findings.add(RuleId::OriginKeyword, line, word);
    }
    let url = first_address(value);
    let commit = stated_commit(value).or_else(|| url.and_then(commit_of_address));
    PatchOrigin { class, url: url.map(str::to_owned), commit: commit.map(str::to_owned), text: value.to_owned() }
}

/// Reads `Forwarded`.
pub(super) fn forwarded(value: &str, line: u32, findings: &mut Findings) -> ForwardedField {
    if value.is_empty() {
        return ForwardedField::Unusable(String::new());
    }
    if fields::is_template(value) {
        findings.add(RuleId::TemplateLeft, line, value);
        return ForwardedField::Unusable(value.to_owned());
    }
    // `no, because …` and `not-needed (reason)` are the word with a reason.
    let end = value.find([',', ';', '(', '.']).unwrap_or(value.len());
    let first = value.get(..end).unwrap_or(value).trim();
    if let Some((word, is_exact)) = fields::forwarded(first) {
        let address = first_address(value);
        if !is_exact || first.len() < value.trim_end().len() && address.is_none() {
            findings.add(RuleId::ForwardedSpelling, line, value);
        }
        return match (word, address) {
            (ForwardedWord::No, _) => ForwardedField::No,
            (ForwardedWord::NotNeeded, _) => ForwardedField::NotNeeded,
            (ForwardedWord::Yes, Some(address)) => ForwardedField::Url(address.to_owned()),
            (ForwardedWord::Yes, None) => {
                findings.add(RuleId::ForwardedUnclear, line, value);
                ForwardedField::Yes
            }
        };
    }
    if let Some(address) = first_address(value) {
        return ForwardedField::Url(address.to_owned());
    }
    findings.add(RuleId::ForwardedUnclear, line, value);
    ForwardedField::Other(value.to_owned())
}

/// Reads `Last-Update`.
pub(super) fn last_update(value: &str, line: u32, findings: &mut Findings) -> Option<String> {
    let day = date::day(value);
    if day.as_ref().is_none_or(|day| !day.rest.is_empty()) {
        findings.add(RuleId::LastUpdateFormat, line, value);
    }
    day.map(|day| day.date)
}

/// Reads `Applied-Upstream`: a version, an address or commit, or both; other words mean that it was applied somehow,
/// but for `no` and the like, which are nothing.
pub(super) fn applied_upstream(value: &str, line: u32, findings: &mut Findings) -> Option<AppliedUpstream> {
    let url = first_address(value);
    let commit = stated_commit(value).or_else(|| url.and_then(commit_of_address));
    let version = value.split([',', ';']).map(str::trim).find_map(version);
    if url.is_none() && commit.is_none() && version.is_none() {
        findings.add(RuleId::AppliedUpstreamUnclear, line, value);
        if means_nothing(value) {
            return None;
        }
    }
    let [version, commit, url] = [version, commit, url].map(|part| part.map(str::to_owned));
    Some(AppliedUpstream { version, commit, url, text: value.to_owned() })
}

/// Whether a value is a word such as `no` and `none`.
pub(super) fn means_nothing(value: &str) -> bool {
    matches!(fields::forwarded(value), Some((ForwardedWord::No | ForwardedWord::NotNeeded, _)))
}

/// A version: `1.2`, `v1.2`, `version 1.2`, `in 1.2`; its first word begins with a digit and is no commit.
fn version(text: &str) -> Option<&str> {
    let mut words = text.split_ascii_whitespace();
    let first = words.next()?;
    let is_filler =
        ["in", "version", "release", "since", "upstream"].iter().any(|word| first.eq_ignore_ascii_case(word));
    let word = if is_filler { words.next()? } else { first };
    let number = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let letters = |byte: u8| byte.is_ascii_alphabetic();
    let is_hash = number.len() >= 12 && is_commit(number) && number.bytes().any(letters);
    let valid = number.starts_with(|first: char| first.is_ascii_digit())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-~:_".contains(&byte));
    (valid && !is_hash).then_some(number)
}

/// The first address in a value.
pub(super) fn first_address(value: &str) -> Option<&str> {
    let begins = [value.find("https://"), value.find("http://")];
    let begin = begins.into_iter().flatten().min()?;
    Some(address(value.get(begin..)?)).filter(|address| !address.ends_with("://"))
}

/// The commit behind `commit:`, or a value that is a commit alone.
fn stated_commit(value: &str) -> Option<&str> {
    let is_separator = |next: char| next == ',' || next == ';' || next.is_whitespace();
    let after = value.find("commit:").and_then(|at| value.get(at + "commit:".len()..)).map(str::trim_start);
    let behind = after.and_then(|after| after.split(is_separator).next()).filter(|commit| !commit.is_empty());
    let alone = || value.split(is_separator).find(|word| word.len() >= 12 && is_commit(word));
    behind.or_else(alone)
}

/// The commit at the end of an address that shows one.
pub(super) fn commit_of_address(address: &str) -> Option<&str> {
    /// What stands before it in GitHub, GitLab, Gitea; cgit; gitweb; Mercurial; loggerhead and others.
    const BEFORE: [&str; 9] = ["/commit/", "/commits/", "?id=", ";id=", "&id=", ";h=", "&h=", "/rev/", "/changeset/"];
    let address = address.split('#').next().unwrap_or(address);
    BEFORE.iter().find_map(|before| {
        let (_, rest) = address.rsplit_once(before)?;
        let end = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let after = rest.get(end..)?;
        let ends = after.is_empty() || after.starts_with(['.', '&', ';', '?', '/']);
        rest.get(..end).filter(|commit| is_commit(commit) && ends)
    })
}

/// Whether an address is at a distribution's: a commit there is none of upstream.
pub(in crate::analyse::patches) fn is_of_distribution(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or(rest).to_ascii_lowercase();
    fields::distribution_hosts().iter().any(|domain| {
        host.strip_suffix(domain.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}
