//! What is said of licences and copyright: by a package, and by its files themselves.

pub mod found;
