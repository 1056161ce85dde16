//! Records of POSIX.1-2001 extended headers (pax), with the keywords of GNU tar for sparse files.

use super::sparse::{MOST_REGIONS, Region};

/// What extended headers say of one member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Records {
    /// `path`, or `GNU.sparse.name`, which wins.
    pub(super) path: Option<Vec<u8>>,
    /// `linkpath`.
    pub(super) link: Option<Vec<u8>>,
    /// `size`: bytes of data in the archive.
    pub(super) size: Option<u64>,
    /// `GNU.sparse.major`: from 1 on, the map precedes the data.
    pub(super) sparse_major: u64,
    /// `GNU.sparse.size` or `GNU.sparse.realsize`: bytes of the file.
    pub(super) real_size: Option<u64>,
    /// The map of versions 0.0 and 0.1.
    pub(super) map: Vec<Region>,
    has_sparse_name: bool,
    map_length: u64,
    next_offset: u64,
}

/// A keyword and its value.
pub(super) type Record = (Vec<u8>, Vec<u8>);

/// Splits the data of an extended header. A NUL where a length is expected ends them.
pub(super) fn split(mut data: &[u8]) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    loop {
        let blanks = data.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let digits = data[blanks..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = blanks + digits;
        if digits == 0 {
            return match data.get(after) {
                None | Some(0) => Ok(records),
                Some(_) => Err("a record of an extended header has no length".to_owned()),
            };
        }
        let length = decimal(&data[blanks..after]).and_then(|length| usize::try_from(length).ok());
        let record = length.and_then(|length| data.get(after..length));
        let (Some(length), Some(record)) = (length, record) else {
            return Err("a record of an extended header is longer than the header".to_owned());
        };
        records.push(split_record(record)?);
        data = &data[length..];
    }
}

fn split_record(record: &[u8]) -> Result<Record, String> {
    let bad = |what| format!("a record of an extended header has no {what}");
    let blanks = record.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if blanks == 0 {
        return Err(bad("blank after its length"));
    }
    let record = record[blanks..].strip_suffix(b"\n").ok_or_else(|| bad("newline at its end"))?;
    let keyword = record.split(|&byte| byte == b'=').next().filter(|keyword| keyword.len() < record.len());
    let keyword = keyword.filter(|keyword| !keyword.contains(&0)).ok_or_else(|| bad("equal sign"))?;
    Ok((keyword.to_vec(), record[keyword.len() + 1..].to_vec()))
}

impl Records {
    /// Takes over one record. Keywords that do not matter to us are passed over, but tar complains of values
    /// that are no numbers where it expects them, so we do.
    pub(super) fn apply(&mut self, (keyword, value): &Record) -> Result<(), String> {
        let value = value.split(|&byte| byte == 0).next().unwrap_or_default();
        let bad = || format!("the extended header `{}` has no usable value", keyword.escape_ascii());
        let number = || decimal(value).filter(|&number| i64::try_from(number).is_ok()).ok_or_else(bad);
        match keyword.as_slice() {
            b"path" if !self.has_sparse_name => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(number()?),
            b"uid" | b"gid" if !is_owner(value) => return Err(bad()),
            b"atime" | b"ctime" | b"mtime" if !is_time(value) => return Err(bad()),
            b"GNU.sparse.name" => {
                self.has_sparse_name = true;
                self.path = Some(value.to_vec());
            }
            b"GNU.sparse.major" => self.sparse_major = number()?,
            b"GNU.sparse.minor" => _ = number()?,
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.real_size = Some(number()?),
            b"GNU.sparse.numblocks" => {
                self.map_length = number()?;
                self.map = Vec::new();
            }
            b"GNU.sparse.offset" if !self.has_room() => return Err(bad()),
            b"GNU.sparse.offset" => self.next_offset = number()?,
            b"GNU.sparse.numbytes" => self.push_region(self.next_offset, number()?).ok_or_else(bad)?,
            b"GNU.sparse.map" => self.read_map(value).ok_or_else(bad)?,
            _ => {}
        }
        Ok(())
    }

    /// Whether the member is a sparse file.
    pub(super) fn is_sparse(&self) -> bool {
        self.sparse_major > 0 || !self.map.is_empty()
    }

    fn read_map(&mut self, value: &[u8]) -> Option<()> {
        self.map = Vec::new();
        let mut numbers = value.split(|&byte| byte == b',').map(decimal);
        while let Some(offset) = numbers.next() {
            self.push_region(offset?, numbers.next()??)?;
        }
        Some(())
    }

    fn push_region(&mut self, offset: u64, length: u64) -> Option<()> {
        self.has_room().then(|| self.map.push(Region { offset, length }))
    }

    /// Whether the map has fewer regions than were announced.
    fn has_room(&self) -> bool {
        (self.map.len() as u64) < self.map_length && self.map.len() < MOST_REGIONS
    }
}

/// A number of decimal digits only.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

fn is_owner(value: &[u8]) -> bool {
    value == b"-0" || decimal(value).is_some_and(|number| u32::try_from(number).is_ok())
}

/// Whether a value begins as a number of seconds; tar does not look at what follows.
fn is_time(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    decimal(&value[..digits]).is_some_and(|seconds| i64::try_from(seconds).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(data: &[u8]) -> Result<Records, String> {
        let mut records = Records::default();
        split(data)?.iter().try_for_each(|record| records.apply(record))?;
        Ok(records)
    }

    #[test]
    fn the_last_of_several_records_counts() {
        let found = records(b"10 path=a\n12 path=b/c\n9 size=7\n25 mtime=1287523799.1234\n\0\0rest").unwrap();
        assert_eq!(found.path.as_deref(), Some(&b"b/c"[..]));
        assert_eq!(found.size, Some(7));
    }

    #[test]
    fn maps_of_both_old_versions_are_read() {
        let map = vec![Region { offset: 512, length: 3 }, Region { offset: 2048, length: 0 }];
        let old = b"26 GNU.sparse.numblocks=2\n25 GNU.sparse.offset=512\n25 GNU.sparse.numbytes=3\n";
        let old = [&old[..], b"26 GNU.sparse.offset=2048\n25 GNU.sparse.numbytes=0\n"].concat();
        assert_eq!(records(&old).unwrap().map, map);
        let new = b"26 GNU.sparse.numblocks=2\n31 GNU.sparse.map=512,3,2048,0\n";
        let found = records(new).unwrap();
        assert_eq!(found.map, map);
        assert!(found.is_sparse());
    }

    #[test]
    fn malformed_records_are_refused() {
        for bad in [
            &b"x"[..],
            b"99 path=a\n",
            b"10 path=ab\n",
            b"9 path a\n",
            b"9path=ab\n",
            b"9 size=x\n",
            b"0 path=a\n",
            b"3 path=a\n",
            b"99999999999999999999 path=a\n",
            b"9 mtime=\n",
            b"29 GNU.sparse.map=512,3,2048\n",
            b"24 GNU.sparse.numbytes=3\n",
        ] {
            assert!(records(bad).is_err(), "{}", bad.escape_ascii());
        }
    }
}
