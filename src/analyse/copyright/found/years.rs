//! The years of a copyright statement.

use crate::model::YearRange;

/// Years that are taken for such.
const PLAUSIBLE: std::ops::RangeInclusive<u16> = 1900..=2099;

/// Most ranges that are kept of one statement.
const MOST: usize = 200;

/// Takes the years from the start of a text, as in `2001, 2003-5 and 2007-present by`, and gives what follows them.
///
/// `present` and the like are read over: no file tells when that was.
pub(super) fn take_years(text: &str) -> (Vec<YearRange>, &str) {
    let mut years: Vec<YearRange> = Vec::new();
    let mut rest = text;
    while let Some((year, after)) = take_year(rest, years.last()) {
        if years.len() == MOST {
            break;
        }
        rest = after;
        let mut range = YearRange { first: year, last: year };
        if let Some(after) = take_dash(rest) {
            if let Some((last, after)) = take_year(after, Some(&range)).filter(|(last, _)| *last >= year) {
                range.last = last;
                rest = after;
            } else if let Some(after) = take_open_end(after) {
                rest = after;
            }
        }
        years.push(range);
        let Some(after) = take_separator(rest) else { break };
        if take_year(after, years.last()).is_none() {
            break;
        }
        rest = after;
    }
    (YearRange::joined(years), rest)
}

/// A year of four digits; after another one also of one or two, that stand for the same century's or decade's.
fn take_year<'t>(text: &'t str, before: Option<&YearRange>) -> Option<(u16, &'t str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = (text.get(..digits)?, text.get(digits..)?);
    // `3DO` and `2nd` are names.
    if rest.starts_with(|character: char| character.is_alphabetic()) {
        return None;
    }
    let value: u16 = number.parse().ok()?;
    let year = match (digits, before) {
        (4, _) => value,
        (2, Some(before)) => before.last / 100 * 100 + value,
        (1, Some(before)) => before.last / 10 * 10 + value,
        _ => return None,
    };
    let later = digits == 4 || before.is_some_and(|before| year > before.last);
    (PLAUSIBLE.contains(&year) && later).then_some((year, rest))
}

fn take_dash(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let after =
        ["--", "-", "–", "—", "\\-", "&ndash;", "to ", "through "].iter().find_map(|dash| text.strip_prefix(dash))?;
    Some(after.trim_start_matches(['-', ' ']))
}

fn take_open_end(text: &str) -> Option<&str> {
    let matches = |word: &&&str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let word = ["present", "now", "today", "current"].iter().find(matches)?;
    text.get(word.len()..)
}

fn take_separator(text: &str) -> Option<&str> {
    let trimmed = text.trim_start();
    let after = trimmed.trim_start_matches([',', '/', ';', '&', '+']).trim_start();
    let after = after.strip_prefix("and ").unwrap_or(after);
    (after.len() < text.len()).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (String, &str) {
        let (years, rest) = take_years(text);
        (years.iter().map(YearRange::to_string).collect::<Vec<_>>().join(" "), rest)
    }

    #[test]
    fn the_common_forms_are_read() {
        assert_eq!(read("2001 Ann"), ("2001".to_owned(), " Ann"));
        assert_eq!(read("2001-2003, Ann"), ("2001-2003".to_owned(), ", Ann"));
        assert_eq!(read("2005, 2001 - 2003, 2004 by"), ("2001-2005".to_owned(), " by"));
        assert_eq!(read("1998-99, 2001-3 Ann"), ("1998-1999 2001-2003".to_owned(), " Ann"));
        assert_eq!(read("1999 and 2002-present Ann"), ("1999 2002".to_owned(), " Ann"));
        assert_eq!(read("2001–2003 3DO"), ("2001-2003".to_owned(), " 3DO"));
        assert_eq!(read("20015 Ann"), (String::new(), "20015 Ann"));
        assert_eq!(read("2006, 37signals"), ("2006".to_owned(), ", 37signals"));
    }

    proptest! {
        #[test]
        fn ranges_are_ordered_and_apart(text in "[0-9]{4}([-, /]{1,2}[0-9]{1,4}){0,9}") {
            let (years, _) = take_years(&text);
            prop_assert!(years.iter().all(|range| range.first <= range.last));
            prop_assert!(years.windows(2).all(|pair| pair[0].last + 1 < pair[1].first));
        }
    }
}
