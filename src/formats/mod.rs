//! The file formats that several rooms read.

pub mod compression;
pub mod unified_diff;
