//! Patches of a package: what each says of itself, and what became of it upstream.
//!
//! [`header::parse`] reads the header of a patch file in any of its forms, [`bugs`] finds the bugs that it, its name
//! and the changelog name, [`series`] tells how a package carries its patches, [`diff`] what each changes, [`blame`] which
//! lines each brought, [`history`] what became of each from version to version, [`status::status`] what upstream made of
//! it, by rules that are data. [`facts`] puts together what is
//! kept of a patch, [`shown`] makes lines for a page of it, [`digest`] what pages across packages tell. What deviates is a finding by one of the [`rules`].
//!
//! Nothing here fails, and time and memory are bounded by the size of the input. May use `encoding`, `findings` and
//! `lexer` beside this module, `formats`, `html` and `model`.

/// Version of what is read from patches and their lists, for keys. Rules of [`status`] are no part of it.
pub const VERSION: u32 = 2;

pub mod blame;
pub mod bugs;
pub mod diff;
pub mod digest;
pub mod facts;
pub mod header;
pub mod history;
pub mod rules;
pub mod series;
pub mod shown;
pub mod status;
