//! Dates of headers: as mails, `git log`, Mercurial and people write them.

use crate::timestamp::Timestamp;

/// Reads the date of a mail (RFC 5322), of `git log` (`Sat Feb 25 14:12:45 2023 +0100`), of Mercurial (seconds since
/// 1970 and a zone), or RFC 3339 with blanks as `git log --date=iso` writes it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.split('(').next().unwrap_or_default().trim();
    let mut words = text.split_ascii_whitespace();
    let words = [words.next(), words.next(), words.next(), words.next(), words.next(), words.next(), words.next()];
    match words {
        [Some(seconds), None | Some(_), None, ..] if seconds.bytes().all(|byte| byte.is_ascii_digit()) => {
            seconds.parse().ok().map(Timestamp)
        }
        [Some(_weekday), Some(month), Some(day), Some(time), Some(year), zone, None] if time.contains(':') => {
            Timestamp::parse_release_date(&format!("{day} {month} {year} {time} {}", zone.unwrap_or("UTC"))).ok()
        }
        [Some(date), Some(time), Some(zone), None, ..] => {
            let (hours, minutes) = zone.split_at_checked(3)?;
            format!("{date}T{time}{hours}:{minutes}").parse().ok()
        }
        _ => Timestamp::parse_release_date(text).or_else(|_| text.parse()).ok(),
    }
    .filter(|time| (0..=LATEST).contains(&time.0))
}

/// The end of the year 9999: later ones are no dates.
const LATEST: i64 = 253_402_300_799;

/// A day and what is beside it.
pub(super) struct Day<'a> {
    /// `YYYY-MM-DD`.
    pub(super) date: String,
    /// Anything else in the value.
    pub(super) rest: &'a str,
}

/// Reads `YYYY-MM-DD` at the beginning of a value, or a date of another form that leaves no doubt.
pub(super) fn day(text: &str) -> Option<Day<'_>> {
    let (first, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_alone = !rest.starts_with(|next: char| next.is_ascii_alphanumeric() && next != 'T');
    if is_alone && first.parse::<Timestamp>().is_ok() {
        return Some(Day { date: first.to_owned(), rest: rest.trim() });
    }
    let (date, _time) =
        moment(text)?.to_string().split_once('T').map(|(date, time)| (date.to_owned(), time.to_owned()))?;
    Some(Day { date, rest: text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_tools_are_read() {
        for (written, read) in [
            ("Mon, 5 Dec 2022 14:16:45 -0800", "2022-12-05T22:16:45Z"),
            ("Wed, 06 May 2020 10:31:53 +0300 (EEST)", "2020-05-06T07:31:53Z"),
            ("Sat Feb 25 14:12:45 2023 +0100", "2023-02-25T13:12:45Z"),
            ("Sat Feb 25 14:12:45 2023", "2023-02-25T14:12:45Z"),
            ("1367753776 -7200", "2013-05-05T11:36:16Z"),
            ("2023-02-25 14:12:45 +0100", "2023-02-25T13:12:45Z"),
            ("2023-02-25", "2023-02-25T00:00:00Z"),
        ] {
            assert_eq!(moment(written).map(|time| time.to_string()).as_deref(), Some(read), "{written}");
        }
        for bad in ["", "yesterday", "(Mon)", "99999999999999999999", "a b c", "Sat Feb é 1:1 2 +"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_may_have_something_beside_them() {
        let read = |text| day(text).map(|day| (day.date, day.rest.to_owned()));
        assert_eq!(read("2019-01-29, A <a@example.org>"), Some(("2019-01-29".into(), ", A <a@example.org>".into())));
        assert_eq!(read("2019-01-29"), Some(("2019-01-29".into(), String::new())));
        assert_eq!(read("Mon, 5 Dec 2022 14:16:45 -0800").map(|it| it.0), Some("2022-12-05".into()));
        assert_eq!(read("2019-02-30"), None);
        assert_eq!(read("29/01/2019"), None);
    }
}
