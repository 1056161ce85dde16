//! Patches of a package: what each says of itself, and what became of it upstream.
//!
//! [`header::parse`] reads the header of a patch file in any of its forms, [`bugs`] finds the bugs that it, its name
//! and the changelog name, [`status::status`] tells what became of it, by rules that are data. What deviates is a finding by one of the [`rules`].
//!
//! Nothing here fails, and time and memory are bounded by the size of the input. May use `encoding` and `findings`
//! beside this module, `formats` and `model`.

pub mod bugs;
pub mod header;
pub mod rules;
pub mod status;
