//! JSON that is written member by member, so that lists of any length need no memory.

use std::fmt::Display;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

/// An object whose members are written as they come, list items on a line each.
pub(super) struct Object<'w> {
    out: &'w mut dyn Write,
    is_empty: bool,
}

impl<'w> Object<'w> {
    /// Begins an object.
    pub(super) fn begin(out: &'w mut dyn Write) -> io::Result<Self> {
        out.write_all(b"{")?;
        Ok(Self { out, is_empty: true })
    }

    /// A member. Names are ours: nothing in them needs to be escaped.
    pub(super) fn member(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        Ok(serde_json::to_writer(&mut *self.out, value)?)
    }

    /// A member that is a list of these items.
    pub(super) fn list<T: Serialize>(&mut self, name: &str, items: impl Iterator<Item = T>) -> io::Result<()> {
        let mut list = self.begin_list(name)?;
        for item in items {
            list.push(&item)?;
        }
        list.end()
    }

    /// Begins a member that is a list.
    pub(super) fn begin_list(&mut self, name: &str) -> io::Result<List<'_>> {
        self.name(name)?;
        self.out.write_all(b"[")?;
        Ok(List { out: self.out, is_empty: true })
    }

    /// Ends the object.
    pub(super) fn end(self) -> io::Result<()> {
        self.out.write_all(b"\n}\n")
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
        self.is_empty = false;
        write!(self.out, "\"{name}\": ")
    }
}

/// A list whose items are written as they come.
pub(super) struct List<'w> {
    out: &'w mut dyn Write,
    is_empty: bool,
}

impl List<'_> {
    /// Adds an item.
    pub(super) fn push(&mut self, item: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
        self.is_empty = false;
        Ok(serde_json::to_writer(&mut *self.out, item)?)
    }

    /// Ends the list.
    pub(super) fn end(self) -> io::Result<()> {
        self.out.write_all(if self.is_empty { b"]" } else { b"\n]" })
    }
}

/// Writes a value as the text that it shows as, without making that text first.
pub(super) fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
