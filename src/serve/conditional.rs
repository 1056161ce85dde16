//! Conditional requests and ranges (RFC 9110, 13 and 14).

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderName, header};

/// What a client may compare with what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validators {
    /// A strong entity tag, with its quotation marks.
    pub(super) etag: String,
    /// Whole seconds, as headers have no others.
    pub(super) modified: SystemTime,
}

impl Validators {
    /// Those of a file. `form` tells the forms apart in which one file is sent: packed, unpacked.
    pub(super) fn of(file: &Metadata, form: &str) -> Self {
        let modified = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let etag = format!("\"{:x}-{:x}{form}\"", since.as_nanos(), file.len());
        Self { etag, modified: SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs()) }
    }

    /// Whether the client has it already.
    pub(super) fn is_known(&self, headers: &HeaderMap) -> bool {
        let mut tags = values(headers, &header::IF_NONE_MATCH).peekable();
        if tags.peek().is_some() {
            return tags.flat_map(|value| value.split(',')).any(|tag| {
                let tag = tag.trim();
                tag == "*" || tag.trim_start_matches("W/") == self.etag
            });
        }
        date(headers, &header::IF_MODIFIED_SINCE).is_some_and(|since| self.modified <= since)
    }
}

/// The part of a file that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From a byte, and how many.
    Range(u64, u64),
    /// None that there is.
    Unsatisfiable,
}

impl Part {
    /// What `headers` ask for of a file of `length` bytes. Several ranges are answered by the whole.
    pub(super) fn asked(headers: &HeaderMap, validators: &Validators, length: u64) -> Self {
        let Some(range) = values(headers, &header::RANGE).next() else { return Self::Whole };
        if let Some(condition) = values(headers, &header::IF_RANGE).next() {
            let is_same_date = httpdate::parse_http_date(condition).is_ok_and(|date| date == validators.modified);
            if condition != validators.etag && !is_same_date {
                return Self::Whole;
            }
        }
        let parsed = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'));
        let Some((first, last)) = parsed else { return Self::Whole };
        match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first > last => Self::Whole,
            (Ok(first), _) if first >= length => Self::Unsatisfiable,
            (Ok(first), Ok(last)) => Self::Range(first, last.min(length - 1) - first + 1),
            (Ok(first), Err(_)) if last.is_empty() => Self::Range(first, length - first),
            (Err(_), Ok(0)) if first.is_empty() => Self::Unsatisfiable,
            (Err(_), Ok(_)) if first.is_empty() && length == 0 => Self::Unsatisfiable,
            (Err(_), Ok(last)) if first.is_empty() => Self::Range(length - last.min(length), last.min(length)),
            _ => Self::Whole,
        }
    }
}

fn values<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(values(headers, name).next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validators() -> Validators {
        let modified = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        Validators { etag: "\"1-2\"".to_owned(), modified }
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let is_known = |pairs: &[(HeaderName, &str)]| validators().is_known(&headers(pairs));
        assert!(is_known(&[(header::IF_NONE_MATCH, "\"0\", W/\"1-2\"")]));
        assert!(is_known(&[(header::IF_NONE_MATCH, "*")]));
        assert!(is_known(&[(header::IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT")]));
        assert!(!is_known(&[(header::IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:36 GMT")]));
        let other_tag = (header::IF_NONE_MATCH, "\"0\"");
        assert!(!is_known(&[other_tag, (header::IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT")]));
        assert!(!is_known(&[]) && !is_known(&[(header::IF_MODIFIED_SINCE, "yesterday")]));
    }

    #[test]
    fn one_range_is_understood() {
        let part = |range: &str, length| Part::asked(&headers(&[(header::RANGE, range)]), &validators(), length);
        assert_eq!(part("bytes=0-3", 10), Part::Range(0, 4));
        assert_eq!(part("bytes=8-99", 10), Part::Range(8, 2));
        assert_eq!(part("bytes=9-", 10), Part::Range(9, 1));
        assert_eq!(part("bytes=-3", 10), Part::Range(7, 3));
        assert_eq!(part("bytes=-30", 10), Part::Range(0, 10));
        for unsatisfiable in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(part(unsatisfiable, 10), Part::Unsatisfiable, "{unsatisfiable}");
        }
        assert_eq!(part("bytes=-1", 0), Part::Unsatisfiable);
        for whole in ["bytes=3-1", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-", "bytes=--1"] {
            assert_eq!(part(whole, 10), Part::Whole, "{whole}");
        }
    }

    #[test]
    fn a_range_of_something_else_is_not_sent() {
        let part = |condition: &str| {
            let headers = headers(&[(header::RANGE, "bytes=0-0"), (header::IF_RANGE, condition)]);
            Part::asked(&headers, &validators(), 10)
        };
        assert_eq!(part("\"1-2\""), Part::Range(0, 1));
        assert_eq!(part("Sun, 06 Nov 1994 08:49:37 GMT"), Part::Range(0, 1));
        assert_eq!(part("W/\"1-2\""), Part::Whole);
        assert_eq!(part("Sun, 06 Nov 1994 08:49:38 GMT"), Part::Whole);
    }
}
