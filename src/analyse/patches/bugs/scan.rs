//! Finding bugs in a text. One pass over it.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::model::Bug;

/// What may begin the name of a bug; in any capitals.
const BEGINNINGS: [&str; 8] = ["http://", "https://", "cve-", "cve_", "ghsa-", "lp:", "closes:", "debian"];

static SEARCH: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let builder = AhoCorasick::builder().ascii_case_insensitive(true).build(BEGINNINGS);
    builder.expect("eight short words make a small automaton")
});

/// The smallest number behind `Closes:` that is taken for Debian's: upstream's messages close issues of their own
/// tracker in the same words, and Debian had passed this number in 1997, before there was anything like these patches.
const SMALLEST_CLOSED: u32 = 10_000;

/// Which addresses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    /// Those that have the shape of a bug's.
    OfBugs,
    /// All.
    All,
}

/// Calls `found` for each bug in a text, in order.
pub(super) fn scan(text: &str, addresses: Addresses, mut found: impl FnMut(Bug)) {
    // An address within an address is part of it; numbers of weaknesses count there as well.
    let mut address_end = 0;
    for hit in SEARCH.find_iter(text) {
        let (before, from) = text.split_at(hit.start());
        let after = text.get(hit.end()..).unwrap_or_default();
        let begins_word = !before.ends_with(|last: char| last.is_ascii_alphanumeric());
        let word = BEGINNINGS.get(hit.pattern().as_usize()).copied().unwrap_or_default();
        match word {
            "http://" | "https://" if hit.start() >= address_end => {
                let address = address(from);
                address_end = hit.start() + address.len();
                of_address(address, addresses).into_iter().for_each(&mut found);
            }
            "cve-" | "cve_" if begins_word => cve(after).into_iter().for_each(&mut found),
            "ghsa-" if begins_word => ghsa(after).into_iter().for_each(&mut found),
            "lp:" if begins_word => numbers(after).into_iter().map(Bug::Launchpad).for_each(&mut found),
            "closes:" if begins_word => {
                let debian = numbers(after).into_iter().filter(|number| *number >= SMALLEST_CLOSED);
                debian.map(Bug::Debian).for_each(&mut found);
            }
            "debian" if begins_word => debian_bug(after).into_iter().map(Bug::Debian).for_each(&mut found),
            _ => {}
        }
    }
}

/// The bugs in the value of a `Bug` field (no vendor) or `Bug-VENDOR` field; what cannot be understood is
/// [`Bug::Unclear`], an empty value nothing.
pub(super) fn field(vendor: Option<&str>, value: &str) -> Vec<Bug> {
    let mut bugs = Vec::new();
    scan(value, Addresses::All, |bug| bugs.push(bug));
    if !bugs.is_empty() {
        return bugs;
    }
    let is = |name: &str| vendor.is_some_and(|vendor| vendor.eq_ignore_ascii_case(name));
    if is("debian") {
        bugs.extend(numbers(value).into_iter().map(Bug::Debian));
    } else if is("ubuntu") || is("launchpad") {
        bugs.extend(numbers(value).into_iter().map(Bug::Launchpad));
    }
    let value = value.trim();
    if bugs.is_empty() && !value.is_empty() {
        bugs.push(Bug::Unclear(value.to_owned()));
    }
    bugs
}

/// The address that a text begins with: to the first character that is none of an address, without what ends a
/// sentence or closes a bracket that was opened before.
pub(in crate::analyse::patches) fn address(text: &str) -> &str {
    /// Longer ones are cut: no browser takes them.
    const LONGEST: usize = 2000;
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    let is_end = |next: char| next.is_whitespace() || next.is_control() || "<>\"'`|\\^{}".contains(next);
    let mut address = text.get(..text.find(is_end).unwrap_or(text.len())).unwrap_or_default();
    let mut unopened = address.matches(')').count().saturating_sub(address.matches('(').count());
    loop {
        address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ']']);
        match address.strip_suffix(')').filter(|_| unopened > 0) {
            Some(without) => (address, unopened) = (without, unopened - 1),
            None => return address,
        }
    }
}

/// The bug of an address.
fn of_address(address: &str, addresses: Addresses) -> Option<Bug> {
    let (_, rest) = address.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.strip_prefix("www.").unwrap_or(host).to_ascii_lowercase();
    if host.is_empty() {
        return None;
    }
    let known = match host.as_str() {
        "bugs.debian.org" => debian_address(path).map(Bug::Debian),
        "security-tracker.debian.org" => path.strip_prefix("tracker/").and_then(|id| cve(id.get(4..)?)),
        "launchpad.net" | "bugs.launchpad.net" => launchpad_address(path).map(Bug::Launchpad),
        "github.com" => path.split_once("GHSA-").and_then(|(_, id)| ghsa(id)),
        _ => None,
    };
    let is_of_bug = is_of_bug(&host, path);
    // A comment of a bug is no other bug.
    let address = if is_of_bug { address.split('#').next().unwrap_or(address) } else { address };
    known.or_else(|| (is_of_bug || addresses == Addresses::All).then(|| Bug::Tracker(address.to_owned())))
}

/// `123`, `123#5`, `src:…` is none, `cgi-bin/bugreport.cgi?msg=5;bug=123`.
fn debian_address(path: &str) -> Option<u32> {
    let number = match path.split_once("bugreport.cgi?") {
        Some((_, query)) => query.split(['&', ';', '#']).find_map(|pair| pair.strip_prefix("bug="))?,
        None => path,
    };
    leading_number(number.strip_prefix('#').unwrap_or(number))
}

/// `bugs/123`, `ubuntu/+source/x/+bug/123`.
fn launchpad_address(path: &str) -> Option<u32> {
    let number = path.rsplit_once("+bug/").or_else(|| path.rsplit_once("bugs/")).map(|(_, number)| number);
    leading_number(number.unwrap_or(path))
}

/// Whether an address has the shape of a bug's in one of the common trackers.
fn is_of_bug(host: &str, path: &str) -> bool {
    /// What stands before the number in GitHub, GitLab, Gitea; Bugzilla; Trac; Jira; Savannah; Mantis and others.
    const BEFORE_NUMBER: [&str; 10] = [
        "/issues/",
        "/work_items/",
        "show_bug.cgi?id=",
        "/ticket/",
        "bugs/?",
        "bugs/index.php?",
        "view.php?id=",
        "+bug/",
        "bug.php?id=",
        "bugreport.cgi?bug=",
    ];
    let path = format!("/{path}");
    let has_number = |before: &str| {
        let number = path.split_once(before).map(|(_, number)| number);
        number.is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
    };
    let is_jira = path.split_once("/browse/").is_some_and(|(_, id)| id.contains('-'));
    let is_short = host.starts_with("bugzilla.") || host.starts_with("bugs.");
    let is_number = path.len() > 1 && path.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    BEFORE_NUMBER.iter().any(|before| has_number(before)) || is_jira || (is_short && is_number)
}

/// The number that a text begins with.
fn leading_number(text: &str) -> Option<u32> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..digits)?.parse().ok().filter(|number| *number > 0)
}

/// `2024-56201` behind `CVE-`; an underscore parts them in some names of files.
fn cve(text: &str) -> Option<Bug> {
    let (year, rest) = text.split_at_checked(4)?;
    let number = rest.strip_prefix(['-', '_'])?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let number = number.get(..digits).filter(|_| (4..=12).contains(&digits))?;
    let valid = year.bytes().all(|byte| byte.is_ascii_digit()) && (year.starts_with("19") || year.starts_with("20"));
    valid.then(|| Bug::Cve(format!("CVE-{year}-{number}")))
}

/// `q2x7-8rv6-6q7h` behind `GHSA-`.
fn ghsa(text: &str) -> Option<Bug> {
    let id = text.get(..14)?.to_ascii_lowercase();
    let mut groups = id.split('-');
    let is_group = |group: &str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let valid = groups.by_ref().take(3).filter(|group| is_group(group)).count() == 3 && groups.next().is_none();
    let ends = !text.get(14..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_alphanumeric()));
    (valid && ends).then(|| Bug::Ghsa(format!("GHSA-{id}")))
}

/// ` bug #123`, ` #123`, ` BTS: #123` behind `Debian`.
fn debian_bug(text: &str) -> Option<u32> {
    let text = text.trim_start_matches([' ', '-']);
    let lower = text.get(..text.floor_char_boundary(5))?.to_ascii_lowercase();
    let words = [("bug", 3), ("bts", 3), ("#", 0)];
    let (_, length) = words.into_iter().find(|(word, _)| lower.starts_with(word))?;
    let text = text.get(length..)?.trim_start_matches([' ', ':']);
    leading_number(text.strip_prefix('#').unwrap_or(text)).filter(|number| *number >= SMALLEST_CLOSED)
}

/// The numbers of a list such as `#123, bug #124 125`: what `dpkg-parsechangelog` takes behind `Closes:`, and lists
/// with blanks only.
fn numbers(text: &str) -> Vec<u32> {
    /// More than this in one list are no bugs that a patch mends.
    const MOST: usize = 200;
    let (mut numbers, mut rest) = (Vec::new(), text);
    while numbers.len() < MOST {
        let item = rest.trim_start_matches([' ', '\t', ',']);
        let is_bug = item.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("bug"));
        let item = if is_bug { item.get(3..).unwrap_or_default().trim_start() } else { item };
        let item = item.strip_prefix('#').unwrap_or(item);
        let Some(number) = leading_number(item.strip_prefix(' ').unwrap_or(item)) else { break };
        let digits = item.trim_start_matches(' ');
        let digits_end = digits.bytes().take_while(u8::is_ascii_digit).count();
        rest = digits.get(digits_end..).unwrap_or_default();
        if rest.starts_with(|next: char| {
            next.is_ascii_alphanumeric() || next == '.' && rest.get(1..2).is_some_and(is_digit)
        }) {
            break;
        }
        numbers.push(number);
    }
    numbers
}

fn is_digit(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
