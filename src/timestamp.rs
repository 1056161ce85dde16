//! A point in time, in whole seconds: the archive's clock.
//!
//! Read from the `Date` fields of Release files ([`Timestamp::parse_release_date`]) and from what people
//! write on the command line ([`FromStr`]); shown as RFC 3339 in UTC. Depends on nothing else of the
//! crate.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

const SECONDS_A_DAY: i64 = 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds; years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

/// A text that is not a date of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date (such as `2026-07-11`, `2026-07-11T10:16:37Z` or `Sat, 11 Jul 2026 10:16:37 UTC`)")]
pub struct TimestampError(String);

impl Timestamp {
    /// Reads a date as Release files have it: RFC 5322 with the zone `UTC`, `GMT`, `Z` or `±hhmm`; the
    /// day of the week may be absent and is not looked at.
    ///
    /// # Errors
    /// When it is not such a date.
    pub fn parse_release_date(text: &str) -> Result<Self, TimestampError> {
        parse_release_date(text.trim()).ok_or_else(|| TimestampError(shortened(text)))
    }

    /// The same point in time for the standard library; times before 1970 become 1970.
    pub fn to_system_time(self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(self.0).unwrap_or(0))
    }

    /// The whole second of `time`; times before 1970 become 1970.
    pub fn from_system_time(time: SystemTime) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339 (`2026-07-11T10:16:37Z`, `2026-07-11T12:16:37+02:00`) or a date alone, which
    /// means its midnight in UTC. Fractions of a second are not accepted.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse_rfc3339(text).ok_or_else(|| TimestampError(shortened(text)))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, without fractions: `2026-07-11T10:16:37Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(SECONDS_A_DAY));
        let second = self.0.rem_euclid(SECONDS_A_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

fn parse_release_date(text: &str) -> Option<Timestamp> {
    let text = text.split_once(',').map_or(text, |(_weekday, rest)| rest);
    let mut words = text.split_ascii_whitespace();
    let day = number(words.next()?)?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))? + 1;
    let year = number(words.next()?)?;
    let time = parse_time(words.next()?)?;
    let offset = match words.next()? {
        "UTC" | "GMT" | "Z" => 0,
        zone => parse_offset(zone.get(..3)?, zone.get(3..)?)?,
    };
    let date = days_from_civil(year, i64::try_from(month).ok()?, day)?;
    words.next().is_none().then_some(Timestamp(date * SECONDS_A_DAY + time - offset))
}

fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, "00:00:00Z"));
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let date = days_from_civil(number(year)?, number(month)?, number(day)?)?;
    let (time, zone) = time.split_at_checked(8)?;
    let offset = match zone {
        "Z" | "z" => 0,
        zone => parse_offset(zone.get(..3)?, zone.get(3..)?.strip_prefix(':')?)?,
    };
    Some(Timestamp(date * SECONDS_A_DAY + parse_time(time)? - offset))
}

/// `hh:mm:ss` as seconds of the day; hours of one digit occur in old Release files. A leap second counts
/// as the second after.
fn parse_time(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let valid = parts.next().is_none() && hour < 24 && minute < 60 && second <= 60;
    valid.then_some(hour * 3600 + minute * 60 + second)
}

/// `±hh` and `mm` as seconds east of UTC.
fn parse_offset(hours: &str, minutes: &str) -> Option<i64> {
    let sign = match hours.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (number(hours.get(1..)?)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// One to four digits, nothing else.
fn number(text: &str) -> Option<i64> {
    let valid = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; `None` if there is no such day.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !valid {
        return None;
    }
    // Years begin in March here, so that the leap day is the last of its year.
    let year_from_march = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year_from_march.div_euclid(4) - year_from_march.div_euclid(100) + year_from_march.div_euclid(400);
    let days = 365 * year_from_march + leap_days + day_of_year - DAYS_BEFORE_1970;
    (civil_from_days(days) == (year, month, day)).then_some(days)
}

/// Days from 1 March of the year 0 to 1 January 1970.
const DAYS_BEFORE_1970: i64 = 719_468;

/// Year, month and day of a number of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(DAYS_BEFORE_1970);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn release(text: &str) -> Timestamp {
        Timestamp::parse_release_date(text).unwrap()
    }

    #[test]
    fn dates_of_release_files_are_read() {
        // The seconds are those of `date -u +%s -d …`.
        assert_eq!(release("Sat, 11 Jul 2026 10:16:37 UTC"), Timestamp(1_783_764_997));
        assert_eq!(release("Sat, 11 Jul 2026 12:16:37 +0200"), Timestamp(1_783_764_997));
        assert_eq!(release("Sat, 11 Jul 2026 04:46:37 -0530"), Timestamp(1_783_764_997));
        assert_eq!(release("Thu, 29 Feb 2024  0:00:00 GMT"), Timestamp(1_709_164_800));
        for bad in ["", "Sat, 11 Jul 2026", "Sun, 29 Feb 2026 00:00:00 UTC", "Sat, 11 Jul 2026 24:00:00 UTC", "é, é é"]
        {
            assert!(Timestamp::parse_release_date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_of_the_command_line_are_read() {
        assert_eq!("2026-07-11T10:16:37Z".parse(), Ok(Timestamp(1_783_764_997)));
        assert_eq!("2026-07-11T12:16:37+02:00".parse(), Ok(Timestamp(1_783_764_997)));
        assert_eq!("2026-07-11".parse(), Ok(Timestamp(1_783_728_000)));
        for bad in ["", "2026-7-11", "2026-02-30", "2026-07-11T10:16Z", "tomorrow", "2026-07-11Té0:16:37"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(seconds in -62_135_596_800i64..=253_402_300_799) {
            let time = Timestamp(seconds);
            prop_assert_eq!(time.to_string().parse::<Timestamp>(), Ok(time));
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Timestamp>();
            let _ = Timestamp::parse_release_date(&text);
        }
    }
}
