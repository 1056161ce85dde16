//! Shards: a table of any size as many small files, of which a reader needs one and a change rewrites few.
//!
//! A [`Row`] has a key, and a value that is JSON. Its *place* is a number of 32 bits, evenly distributed: of a checksum
//! the first bits, of anything else those of its checksum. A [`Partition`] into a number of shards gives each shard the
//! places that begin with some bits, its [`Prefix`]; a shard is one JSON document ([`document`]). How many shards there
//! are depends on the bytes of all rows alone, and one more of them splits one other, so that a table that grows is never
//! written anew: [`update`] rewrites the shards of rows that come and go, and those few.
//!
//! Changes arrive in any order and number: a [`Sorter`] puts them in order with bounded memory.
//!
//! ```
//! # use debpress::shards::{Change, Partition, Row, Sorter, document};
//! let partition = Partition::of_bytes(0);
//! let mut sorter = Sorter::new(std::env::temp_dir());
//! let row = Row { place: 0x0123_4567, key: "01234567".to_owned(), value: "[\"hello\"]".to_owned() };
//! sorter.push(Change { row, is_added: true })?;
//! let rows: Vec<Row> = sorter.finish()?.map(|change| Ok(change?.row)).collect::<Result<_, debpress::fs::PathError>>()?;
//! let prefix = partition.prefix_of(0x0123_4567);
//! let text = document::write(prefix, &rows);
//! assert_eq!(text, "{\"prefix\":\"\",\"rows\":{\n\"01234567\":[[\"hello\"]]}}\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Depends on [`crate::fs`] alone. `docs/format.md` has the format for readers.

pub mod document;
mod partition;
mod sort;
mod update;

use serde::{Deserialize, Serialize};

pub use self::partition::{Partition, Prefix};
pub use self::sort::{Changes, Sorter};
pub use self::update::{Storage, UpdateError, update};

/// A row, ordered by place, key and value. Rows of one key have one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// Where in the table it is.
    pub place: u32,
    /// What it is found by: text that needs no escaping in JSON.
    pub key: String,
    /// What is found: JSON on one line, as `serde_json` writes it without blanks.
    pub value: String,
}

impl Row {
    /// How much it counts for the number of shards: the bytes of key and value.
    pub fn bytes(&self) -> u64 {
        (self.key.len() + self.value.len()) as u64
    }
}

/// A row that comes or goes. In order, of a row that does both the going comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// The row.
    pub row: Row,
    /// Whether it comes.
    pub is_added: bool,
}
