//! The file formats that several rooms read.

pub mod compression;
pub mod deflate;
pub mod unified_diff;
