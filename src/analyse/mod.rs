//! Facts and page fragments of one file's bytes.
//!
//! Every function here is pure: the same bytes give the same result, so that results are stored under
//! the checksum of what they were made from. [`text`] tells text from binary, [`encoding`] bytes from characters, [`lexer`] turns text into
//! HTML that keeps every byte, [`preview`] shows what a binary file is, [`fragment`] deflates that HTML once so that pages can be spliced from it,
//! [`symbols`] tells what a text defines, as an outline for its page.
//! What is known of many files together is in [`packaging`] and [`totals`]; [`copyright`] and [`patches`] read what Debian
//! says of a package and of its changes.
//!
//! May use `formats`, `html` and `model`; knows nothing of tarballs, stores and pages.

pub mod copyright;
pub mod encoding;
mod findings;
pub mod fragment;
pub mod lexer;
pub mod packaging;
pub mod patches;
pub mod preview;
pub mod symbols;
pub mod text;
pub mod totals;
