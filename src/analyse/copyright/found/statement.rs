//! Copyright lines for people, such as `Copyright (C) 2001-2020 Ann Smith <ann@example.org>`.
//!
//! A line counts when nothing else than a statement fits it: a sign or the word, years, and a name, at the start of what a
//! comment or text says; or in a sentence if word, year and name follow each other. Strings of programs, prose about
//! copyright, and placeholders count for nothing: what is not certain is not said.

use super::holder::{self, Holder};
use super::line::{self, Position};
use super::years;
use crate::model::{CopyrightStatement, YearRange};

/// The signs that stand beside or for the word: plain, HTML, roff, texinfo.
const SIGNS: [&str; 9] = ["(c)", "(C)", "©", "&copy;", "&#169;", "\\(co", "\\[co]", "@copyright{}", "\u{24b8}"];

const WORD: &str = "copyright";

/// Most bytes of a line before its statement.
const LONGEST_PREFIX: usize = 160;

/// Most characters of a sentence before its statement.
const LONGEST_SENTENCE: usize = 60;

/// Most lines that one statement's years and names go on over.
const MOST_LINES: usize = 20;

/// Most statements that are kept of one file.
const MOST: usize = 200;

/// How names go on in the next line: what the line ends with, and what the next begins with.
const WRAPPED: [(&str, &str); 9] = [
    ("Free Software", "Foundation"),
    ("Free", "Software Foundation"),
    (",", "Inc"),
    (",", "Ltd"),
    ("Software", "Foundation"),
    ("Apache Software", "Foundation"),
    ("Massachusetts Institute of", "Technology"),
    ("University of", "California"),
    ("Regents of the University", "of California"),
];

/// Names of which the rest is missing.
const CUT_OFF: [&str; 2] = ["Free", "Free Software"];

/// Whose statements need no year: they end with these words.
const COLLECTIVES: [&str; 6] = ["authors", "Authors", "contributors", "Contributors", "developers", "Developers"];

/// A statement's start in one line.
struct Lead<'t> {
    years: Vec<YearRange>,
    rest: &'t str,
    /// How far to believe what follows.
    certainty: Certainty,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// At the start of the line, with years: any name, also in the next line.
    Plain,
    /// In a sentence: the name follows, and begins as names do.
    Sentence,
    /// Without a year: the name follows, and begins as names do.
    Yearless,
    /// Without a year and a sign: the name is that of a collective.
    Bare,
}

/// The statements in a text, `places` being where the word and signs are, ascending.
pub(super) fn read(text: &[u8], places: &[usize]) -> Vec<CopyrightStatement> {
    let mut statements = Vec::new();
    let mut position = Position::new(text);
    for &place in places {
        if place < position.at() || statements.len() >= MOST {
            continue;
        }
        position.advance(place);
        let prefix = position.prefix(LONGEST_PREFIX + 1);
        if prefix.len() > LONGEST_PREFIX {
            continue;
        }
        position.back(place - prefix.len());
        let whole_line = line::decode(position.rest_of_line());
        if let Some(lead) = lead(line::without_markers(&whole_line)) {
            statements.extend(complete(lead, &mut position));
        }
        position.advance((position.at() + position.rest_of_line().len()).max(place + 1));
    }
    statements
}

/// The statements that a tag's value makes.
pub(super) fn tagged(text: &str, line: u32) -> Vec<CopyrightStatement> {
    let text = text.trim();
    let (_, _, rest) = skip_signs(
        text.get(..WORD.len()).filter(|it| it.eq_ignore_ascii_case(WORD)).map_or(text, |it| &text[it.len()..]),
    );
    let (years, rest) = years::take_years(rest);
    let mut holders = holder::holders(skip_separators(rest));
    if holders.is_empty() {
        holders.extend(holder::any(rest).map(|name| (name, None)));
    }
    let statement =
        |(holder, mail): Holder| CopyrightStatement { years: years.clone(), holder, mail, line, is_tagged: true };
    holders.into_iter().map(statement).collect()
}

/// The statement that begins in a line, if one does.
fn lead(text: &str) -> Option<Lead<'_>> {
    let lower = text.to_ascii_lowercase();
    let word = lower.find(WORD);
    let sign = SIGNS.iter().filter_map(|sign| text.find(sign)).min();
    let start = word.into_iter().chain(sign).min()?;
    let prefix = text.get(..start)?;
    if !is_plain(prefix) {
        return None;
    }
    let has_word = word.is_some_and(|word| word == start || text.get(start..word).is_some_and(is_signs));
    let (sign_before, _, rest) = skip_signs(text.get(start..)?);
    let rest = if has_word { after_word(rest)? } else { rest };
    let (sign_after, _, rest) = skip_signs(rest);
    let (years, rest) = years::take_years(rest);
    let (sign_behind, _, rest) = skip_signs(rest);
    let (years, rest) = if has_word && years.is_empty() { years_at_end(rest) } else { (years, rest) };
    let has_sign = sign_before || sign_after || sign_behind;
    let is_start = prefix.trim().is_empty() || is_share(prefix);
    let certainty = match (is_start, years.is_empty(), has_word, has_sign) {
        (true, false, ..) => Certainty::Plain,
        (false, false, true, _) => Certainty::Sentence,
        (false, false, false, true) if prefix.trim_end().ends_with(['.', '-']) => Certainty::Sentence,
        (true, true, true, true) => Certainty::Yearless,
        (true, true, true, false) => Certainty::Bare,
        _ => return None,
    };
    Some(Lead { years, rest: skip_separators(rest), certainty })
}

/// The years that stand behind the names: `Ann Smith, 2001, 2003`.
fn years_at_end(text: &str) -> (Vec<YearRange>, &str) {
    let names = holder::up_to_ending(text).trim_end_matches([' ', '.', ',']);
    let start = names.trim_end_matches(|it: char| it.is_ascii_digit() || " ,-–&/".contains(it)).len();
    let Some((before, numbers)) = names.split_at_checked(start) else { return (Vec::new(), text) };
    let numbers = numbers.trim_start_matches([' ', ',', '-']);
    match years::take_years(numbers) {
        (years, "") if before.contains(char::is_alphabetic) => (years, before),
        _ => (Vec::new(), text),
    }
}

/// Whether what stands before a statement is words: no string, call or assignment.
fn is_plain(prefix: &str) -> bool {
    prefix.chars().count() <= LONGEST_SENTENCE
        && !prefix.contains(['"', '=', '(', '{', '<', '$', '\\', '@', '[', '`', '|', '&'])
        && !prefix.ends_with(['\'', '-', '_', '/', '.', '+', ':'])
        && !prefix.ends_with(char::is_alphanumeric)
}

/// Whether a statement is of a part: `Portions Copyright`.
fn is_share(prefix: &str) -> bool {
    ["portions", "parts", "some parts", "code", "original code"].contains(&prefix.trim().to_ascii_lowercase().as_str())
}

fn is_signs(text: &str) -> bool {
    skip_signs(text).2.is_empty()
}

/// What follows the word: not `copyright-holder`, `copyrightable` or `copyright = `.
fn after_word(text: &str) -> Option<&str> {
    let rest = text.get(WORD.len()..)?;
    let rest = ["ed ", "s "].iter().find_map(|ending| rest.strip_prefix(ending)).unwrap_or(rest);
    let is_other = |it: char| it.is_alphanumeric() || "-_=\"'`.".contains(it);
    let follows = rest.trim_start();
    let is_assigned = follows.starts_with(['=', '"', '\'']);
    let goes_on = rest.len() == text.len() - WORD.len() && rest.starts_with(is_other);
    (!is_assigned && !goes_on).then_some(rest)
}

/// Whether there are signs, whether there is anything, and what follows.
fn skip_signs(text: &str) -> (bool, bool, &str) {
    let mut rest = text;
    let mut has_sign = false;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ':', ',']);
        match SIGNS.iter().find_map(|sign| rest.strip_prefix(sign)) {
            Some(after) => (has_sign, rest) = (true, after),
            None => return (has_sign, rest.len() < text.len(), rest),
        }
    }
}

fn skip_separators(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t', ',', ':', ';', '-', '.', ')']);
    let by = text.strip_prefix("by ").or_else(|| text.strip_prefix("By ")).unwrap_or(text);
    by.trim_start_matches([' ', ':'])
}

/// Reads on behind a lead, into the next lines when names or years go on there.
fn complete(lead: Lead<'_>, position: &mut Position<'_>) -> Vec<CopyrightStatement> {
    let line = position.line();
    let mut years = lead.years;
    let mut text = lead.rest.to_owned();
    if lead.certainty == Certainty::Plain {
        let mut lines = 0;
        while text.is_empty() && lines < 3 && position.next_line() {
            lines += 1;
            let next = line::decode(position.rest_of_line());
            let next = line::without_markers(&next);
            let (more, rest) = years::take_years(next);
            years = crate::model::YearRange::joined([years, more].concat());
            let rest = skip_separators(rest);
            if next.is_empty() || !(rest.is_empty() || may_be_name(rest)) {
                return Vec::new();
            }
            text = rest.to_owned();
        }
    }
    unwrap_name(&mut text, position);
    if !is_credible(&text, lead.certainty) {
        return Vec::new();
    }
    let mut statements = Vec::new();
    push(&mut statements, &years, &text, line);
    if !statements.is_empty() && lead.certainty == Certainty::Plain {
        more_holders(&mut statements, &text, position);
    }
    statements
}

/// Adds the holders that a text names, and behind a comma those with years of their own.
fn push(statements: &mut Vec<CopyrightStatement>, years: &[YearRange], text: &str, line: u32) {
    let mut years = years.to_vec();
    let mut rest = text;
    for _ in 0..MOST_LINES {
        let next = rest.match_indices(", ").find_map(|(at, comma)| {
            let (own, after) = years::take_years(rest.get(at + comma.len()..)?);
            (!own.is_empty() && after.starts_with(' ')).then_some((at, own, after))
        });
        let names = next.as_ref().and_then(|(at, ..)| rest.get(..*at)).unwrap_or(rest);
        let statement =
            |(holder, mail): Holder| CopyrightStatement { years: years.clone(), holder, mail, line, is_tagged: false };
        statements.extend(holder::holders(names).into_iter().map(statement));
        let Some((_, own, after)) = next else { return };
        (years, rest) = (own, skip_separators(after));
    }
}

fn is_credible(text: &str, certainty: Certainty) -> bool {
    if CUT_OFF.contains(&text.trim_end()) {
        return false;
    }
    let named = || holder::begins_as_name(text) || text.contains('@');
    match certainty {
        Certainty::Plain => true,
        Certainty::Sentence | Certainty::Yearless => named(),
        Certainty::Bare => named() && COLLECTIVES.iter().any(|word| text.trim_end_matches('.').ends_with(word)),
    }
}

/// Joins a name with its rest in the next line.
fn unwrap_name(text: &mut String, position: &mut Position<'_>) {
    let ended = text.trim_end().to_owned();
    if !WRAPPED.iter().any(|(end, _)| ended.ends_with(end)) {
        return;
    }
    let mut ahead = position.clone();
    if !ahead.next_line() {
        return;
    }
    let next = line::decode(ahead.rest_of_line());
    let next = line::without_markers(&next);
    if goes_on(&ended, next) {
        *text = format!("{ended} {next}");
        *position = ahead;
    }
}

/// Whether a name in a line goes on in the next.
pub(super) fn goes_on(line: &str, next: &str) -> bool {
    WRAPPED.iter().any(|(end, start)| line.ends_with(end) && next.starts_with(start))
}

/// Further holders, one a line: years and a name, or a name with a mail address after a comma.
fn more_holders(statements: &mut Vec<CopyrightStatement>, first: &str, position: &mut Position<'_>) {
    let years = statements.first().map(|it| it.years.clone()).unwrap_or_default();
    let mut goes_on = first.trim_end().ends_with(',');
    for _ in 0..MOST_LINES {
        let mut ahead = position.clone();
        if !ahead.next_line() {
            return;
        }
        let next = line::decode(ahead.rest_of_line());
        let next = line::without_markers(&next);
        let (own, rest) = years::take_years(next);
        let rest = skip_separators(rest);
        let is_listed = goes_on && own.is_empty() && rest.contains('@');
        if !may_be_name(rest) || !(is_listed || (!own.is_empty() && rest.len() < next.len())) {
            return;
        }
        let mut text = rest.to_owned();
        let line = ahead.line();
        unwrap_name(&mut text, &mut ahead);
        let before = statements.len();
        push(statements, if own.is_empty() { &years } else { &own }, &text, line);
        if statements.len() == before {
            return;
        }
        goes_on = text.trim_end().ends_with(',');
        *position = ahead;
    }
}

/// Whether a line without the word or a sign may name a holder.
fn may_be_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_other =
        [WORD, "licen", "permission", "(c)", "©", "redistribut", "version"].iter().any(|it| lower.contains(it));
    !is_other && holder::begins_as_name(text)
}
