//! To come.

pub mod patch;
