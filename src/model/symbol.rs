//! What a file defines.

use serde::{Deserialize, Serialize};

/// A name that a file defines: a function, a type, a heading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Symbol {
    /// The line it is defined in, from 1.
    pub line: u32,
    /// The name, without what is around it.
    pub name: String,
    /// What it is, in the words of ctags (`ctags --list-kinds-full`): `function`, `struct`, `section`.
    pub kind: String,
    /// The last line of its definition, when that is known.
    pub end: Option<u32>,
    /// What it is defined in.
    pub scope: Option<Scope>,
    /// Its parameters as they are written, when it has some.
    pub signature: Option<String>,
}

/// What a symbol is defined in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// As [`Symbol::kind`].
    pub kind: String,
    /// Its name with the names around it, joined as the language does it.
    pub name: String,
}

/// What one file defines, and its outline as a part of its pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outlined {
    /// The symbols, by line.
    pub symbols: Vec<Symbol>,
    /// For each page of the file that has symbols, the number of its first line, and its outline.
    pub outlines: Vec<(u32, super::Flushed)>,
}
