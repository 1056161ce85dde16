//! The time stamps of diff headers: only whether they are the epoch matters, which says that a file is not there.

/// What a time stamp says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timestamp {
    /// There is none, or it is not understood.
    Absent,
    /// 1970-01-01 00:00 in some time zone of the world: the file does not exist (POSIX `patch`, "Filename
    /// Determination").
    Epoch,
    /// Another time.
    Other,
}

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
const WEEKDAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

/// Names of time zones that `date` writes, with their offset in hours. POSIX knows no list; these are the ones
/// that tools for dates agree on.
const ZONES: [(&[u8], i64); 17] = [
    (b"utc", 0),
    (b"gmt", 0),
    (b"ut", 0),
    (b"z", 0),
    (b"wet", 0),
    (b"bst", 1),
    (b"cet", 1),
    (b"met", 1),
    (b"cest", 2),
    (b"est", -5),
    (b"edt", -4),
    (b"cst", -6),
    (b"cdt", -5),
    (b"mst", -7),
    (b"mdt", -6),
    (b"pst", -8),
    (b"pdt", -7),
];

/// The parts of a time stamp that were found so far.
#[derive(Debug, Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    seconds: Option<i64>,
    zone: i64,
}

/// Says what the text after a file name means. A time stamp without a zone is taken as UTC: every local time of
/// the epoch counts as the epoch anyway.
pub(super) fn classify(text: &[u8]) -> Timestamp {
    if text.is_empty() {
        return Timestamp::Absent;
    }
    let text = without_comments(text).to_ascii_lowercase();
    if let Some(seconds) = text.trim_ascii().strip_prefix(b"@") {
        return number(seconds).map_or(Timestamp::Absent, around_epoch);
    }
    let mut parts = Parts::default();
    let separators = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',' || *byte == 11;
    for word in text.split(separators).filter(|word| !word.is_empty()) {
        if parts.add(word).is_none() {
            return Timestamp::Absent;
        }
    }
    parts.timestamp()
}

/// Without what stands in parentheses, which dates may have as comments: `(revision 12)`.
fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut depth = 0_usize;
    let mut rest = text.to_vec();
    rest.retain(|byte| {
        let before = depth;
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before == 0 && depth == 0
    });
    rest
}

/// A number of at most ten digits, so that what is computed from it fits.
fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok().filter(|number: &i64| number.abs() < 10_000_000_000)
}

fn around_epoch(seconds: i64) -> Timestamp {
    // The widest offsets that POSIX allows a local time to have.
    let (earliest, latest) = (-25 * 3600, 26 * 3600);
    if earliest < seconds && seconds < latest { Timestamp::Epoch } else { Timestamp::Other }
}

impl Parts {
    /// Takes one word in; `None` when it is no part of a date.
    fn add(&mut self, word: &[u8]) -> Option<()> {
        if memchr::memchr(b':', word).is_some() && !word.starts_with(b"+") && !word.starts_with(b"-") {
            let (date, time) = match memchr::memchr(b't', word).map(|at| word.split_at(at)) {
                Some((date, time)) => (Some(date), time.get(1..)?),
                None => (None, word),
            };
            date.map_or(Some(()), |date| self.add_date(date))?;
            return self.add_time(time);
        }
        if let Some(zone) = offset(word).filter(|_| self.seconds.is_some()) {
            self.zone = zone;
            return Some(());
        }
        if let Some(month) = MONTHS.iter().position(|month| word.starts_with(month)) {
            return self.month.replace(i64::try_from(month).ok()? + 1).is_none().then_some(());
        }
        if word.iter().all(u8::is_ascii_digit) {
            return self.add_number(word);
        }
        if memchr::memchr2(b'-', b'/', word).is_some() {
            return self.add_date(word);
        }
        let zone = ZONES.iter().find(|(name, _)| *name == word).map(|(_, hours)| *hours);
        if let Some(hours) = zone.or_else(|| military_zone(word)) {
            self.zone = hours * 3600;
            return Some(());
        }
        WEEKDAYS.iter().any(|day| word.starts_with(day)).then_some(())
    }

    /// A day, then a year, then a time: hours, or hours and minutes.
    fn add_number(&mut self, word: &[u8]) -> Option<()> {
        let value = number(word)?;
        let clock = if word.len() < 3 { value * 3600 } else { (value / 100) * 3600 + (value % 100) * 60 };
        let (place, value) = match (self.day, self.year) {
            (None, _) => (&mut self.day, value),
            (_, None) => (&mut self.year, value),
            _ => (&mut self.seconds, clock),
        };
        place.replace(value).is_none().then_some(())
    }

    /// `1970-01-01`, `1-Jan-1970` or `1/1/1970`.
    fn add_date(&mut self, word: &[u8]) -> Option<()> {
        let parts: Vec<&[u8]> = word.split(|&byte| byte == b'-' || byte == b'/').collect();
        let &[first, second, third] = parts.as_slice() else { return None };
        let named = MONTHS.iter().position(|month| second.starts_with(month));
        let (year, month, day) = match named.and_then(|month| i64::try_from(month).ok()) {
            Some(month) => (number(third)?, month + 1, number(first)?),
            None if memchr::memchr(b'/', word).is_some() && first.len() < 3 => {
                (number(third)?, number(first)?, number(second)?)
            }
            None => (number(first)?, number(second)?, number(third)?),
        };
        (self.year, self.month, self.day) = (Some(year), Some(month), Some(day));
        Some(())
    }

    /// `12:34`, `12:34:56.789`, each with a zone behind or not.
    fn add_time(&mut self, word: &[u8]) -> Option<()> {
        let digits = word.iter().take_while(|byte| byte.is_ascii_digit() || b":.".contains(byte)).count();
        let (clock, zone) = word.split_at(digits);
        let mut seconds = 0;
        for (part, unit) in clock.split(|&byte| byte == b':').zip([3600, 60, 1]) {
            let whole = part.split(|&byte| byte == b'.').next()?;
            seconds += number(whole)? * unit;
        }
        self.seconds = Some(seconds);
        match zone {
            b"" => {}
            b"z" => self.zone = 0,
            zone => self.zone = offset(zone)?,
        }
        Some(())
    }

    fn timestamp(&self) -> Timestamp {
        let days = match (self.year, self.month, self.day) {
            (Some(1969), Some(12), Some(day)) => day - 32,
            (Some(1970), Some(1), Some(day)) => day - 1,
            _ => return Timestamp::Other,
        };
        around_epoch(days * 86_400 + self.seconds.unwrap_or(0) - self.zone)
    }
}

/// The offset in hours of a zone of one letter: `a` to `m` without `j` are east, `n` to `y` west.
fn military_zone(word: &[u8]) -> Option<i64> {
    let &[letter] = word else { return None };
    let letter = i64::from(letter);
    match letter {
        0x61..=0x69 => Some(letter - 0x60),
        0x6b..=0x6d => Some(letter - 0x61),
        0x6e..=0x79 => Some(0x6d - letter),
        _ => None,
    }
}

/// `+0100`, `-01:00` or `+1`, in seconds.
fn offset(word: &[u8]) -> Option<i64> {
    let (sign, digits) = match word.split_first()? {
        (b'+', digits) => (1, digits),
        (b'-', digits) => (-1, digits),
        _ => return None,
    };
    let digits: Vec<u8> = digits.iter().copied().filter(|&byte| byte != b':').collect();
    if digits.len() > 4 {
        return None;
    }
    let value = number(&digits)?;
    let (hours, minutes) = if digits.len() < 3 { (value, 0) } else { (value / 100, value % 100) };
    Some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_is_known_in_the_spellings_of_common_tools() {
        for text in [
            "\t1970-01-01 00:00:00.000000000 +0000",
            "\t1970-01-01 01:00:00.000000000 +0100",
            "\t1969-12-31 19:00:00.000000000 -0500",
            "\tThu Jan  1 00:00:00 1970",
            "\tThu Jan 01 00:00:00 1970 +0000",
            "\tThu, 1 Jan 1970 00:00:00 GMT",
            "\t1 Jan 1970 00:00:00 -0000",
            "\t1970-01-01T00:00:00Z",
            "\t1970-01-01",
            "\t1 Jan 1970 0",
            " y  Thu Jan  1 00:00:00 1970",
        ] {
            assert_eq!(classify(text.as_bytes()), Timestamp::Epoch, "{text}");
        }
    }

    #[test]
    fn other_times_are_other() {
        for text in ["\t2020-01-01 00:00:00 +0000", "\t(revision 3)", "\t1970-01-03 00:00:00 +0000", "\t12:00"] {
            assert_eq!(classify(text.as_bytes()), Timestamp::Other, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\t([0-9]{1,20}|[-+:@/. ]|jan|z){0,12}") {
            classify(text.as_bytes());
        }
    }

    #[test]
    fn what_is_no_date_says_nothing() {
        for text in ["", "\t1 Jan 1970 00:00:00 -0000\t1.3", "\tsome words"] {
            assert_eq!(classify(text.as_bytes()), Timestamp::Absent, "{text}");
        }
    }
}
