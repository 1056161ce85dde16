//! The command `debpress`.

fn main() {}
