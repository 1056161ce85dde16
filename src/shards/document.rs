//! A shard as a document: `{"prefix":"01","rows":{"KEY":[VALUE,…],…}}`, each key on a line of its own, in the order of
//! keys; the values of a key in the order of their text.
//!
//! [`write`] gives the plain text. [`parse`] reads that, packed by gzip (RFC 1952) too, and as a script that hands it
//! over (`debpress.take(…);`), as pages on a file system need it.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Prefix, Row};

/// The name of the document beside the shards that tells how many there are.
pub const SUMMARY: &str = "index";

/// The longest document that is read, in bytes unpacked.
pub const LONGEST: u64 = 256 << 20;

/// Around a document that is a script.
const SCRIPT: [&[u8]; 2] = [b"debpress.take(", b");"];

/// What gzip data begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It cannot be unpacked.
    #[error("it cannot be unpacked: {0}")]
    Packed(#[from] io::Error),
    /// It is too long.
    #[error("it has more than {LONGEST} bytes")]
    TooLong,
    /// It is no document of its kind.
    #[error("it is not what it should be: {0}")]
    Json(#[from] serde_json::Error),
    /// It says that it has other places than it should.
    #[error("it is that of another place (`{found}`)")]
    Misplaced {
        /// What it says of itself.
        found: String,
    },
}

/// A document as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Document<V> {
    /// The bits that its places begin with.
    pub prefix: String,
    /// Its values by key.
    pub rows: BTreeMap<String, Vec<V>>,
}

impl<V> Document<V> {
    /// The prefix, taken at its word.
    ///
    /// # Errors
    /// When it is none.
    pub fn prefix(&self) -> Result<Prefix, DocumentError> {
        Prefix::parse(&self.prefix).ok_or_else(|| DocumentError::Misplaced { found: self.prefix.clone() })
    }
}

/// The text of a shard with these rows, which are in order.
pub fn write(prefix: Prefix, rows: &[Row]) -> String {
    let length: u64 = rows.iter().map(Row::bytes).sum();
    let mut text = String::with_capacity(usize::try_from(length).unwrap_or_default() + 5 * rows.len() + 64);
    text.push_str(&format!("{{\"prefix\":\"{prefix}\",\"rows\":{{"));
    for (position, same_key) in rows.chunk_by(|a, b| a.key == b.key).enumerate() {
        text.push_str(if position == 0 { "\n\"" } else { ",\n\"" });
        for (position, row) in same_key.iter().enumerate() {
            if position == 0 {
                text.push_str(&row.key);
                text.push_str("\":[");
            } else {
                text.push(',');
            }
            text.push_str(&row.value);
        }
        text.push(']');
    }
    text.push_str("}}\n");
    text
}

/// Reads a document of any kind, in any of its forms.
///
/// # Errors
/// When it is damaged, too long or of another kind.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DocumentError> {
    let mut unpacked = Vec::new();
    let text = match bytes.starts_with(&GZIP) {
        false => bytes,
        true => {
            flate2::read::GzDecoder::new(bytes).take(LONGEST + 1).read_to_end(&mut unpacked)?;
            &unpacked
        }
    };
    if text.len() as u64 > LONGEST {
        return Err(DocumentError::TooLong);
    }
    let [before, after] = SCRIPT;
    let script = text.strip_prefix(before).and_then(|text| text.trim_ascii_end().strip_suffix(after));
    Ok(serde_json::from_slice(script.unwrap_or(text))?)
}

/// The rows of a document, in order; `place` is that of a key.
///
/// # Errors
/// When the document cannot be read, or has places that it says not to have.
pub fn rows(bytes: &[u8], place: impl Fn(&str) -> Option<u32>) -> Result<Vec<Row>, DocumentError> {
    let document: Document<serde_json::Value> = parse(bytes)?;
    let prefix = document.prefix()?;
    let mut rows = Vec::new();
    for (key, values) in document.rows {
        let place = place(&key).filter(|&place| prefix.has(place));
        let place = place.ok_or_else(|| DocumentError::Misplaced { found: key.clone() })?;
        rows.extend(values.iter().map(|value| Row { place, key: key.clone(), value: value.to_string() }));
    }
    rows.sort_unstable();
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shards::Partition;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn place(key: &str) -> Option<u32> {
        u32::from_str_radix(key, 16).ok()
    }

    fn row(number: u32, value: &serde_json::Value) -> Row {
        Row { place: number, key: format!("{number:08x}"), value: value.to_string() }
    }

    #[test]
    fn damage_is_told() {
        let read = |bytes: &[u8]| rows(bytes, place).unwrap_err().to_string();
        assert!(read(b"{\"prefix\":\"\",\"rows\":{}").starts_with("it is not what it should be"));
        assert!(read(&[0x1f, 0x8b, 8, 0]).starts_with("it cannot be unpacked"));
        assert!(read(b"{\"prefix\":\"1\",\"rows\":{\"00000000\":[1]}}").starts_with("it is that of another place"));
        assert!(read(b"{\"prefix\":\"2\",\"rows\":{}}").starts_with("it is that of another place"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_in_every_form(
            numbers in proptest::collection::vec((any::<u32>(), "\\PC{0,8}", proptest::option::of("[a-z]*")), 0..30)
        ) {
            let mut written: Vec<Row> = numbers.iter().map(|(n, a, b)| row(*n, &serde_json::json!([a, b]))).collect();
            written.sort();
            let text = write(Partition::new(1).prefix_of(0), &written);
            prop_assert_eq!(&rows(text.as_bytes(), place).unwrap(), &written);
            let script = format!("debpress.take({});\n", text.trim_end());
            prop_assert_eq!(&rows(script.as_bytes(), place).unwrap(), &written);
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            prop_assert_eq!(&rows(&gzip.finish().unwrap(), place).unwrap(), &written);
        }
    }
}
