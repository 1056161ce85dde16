//! x

pub mod output;
