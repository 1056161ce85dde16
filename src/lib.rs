//! debpress turns a Debian-style archive (`dists/` and `pool/`) into static web sites.
//!
//! The rooms, from the archive to the page: [`archive`] reads signed indices and fetches source files,
//! [`unpack`] streams tarballs and applies patches in memory, [`analyse`] makes facts and page fragments,
//! [`store`] keeps every result under the checksum of its inputs, [`site`] splices pages from them, and
//! [`pipeline`] runs these stages. `docs/design.md` tells why.

pub mod analyse;
pub mod archive;
pub mod bom;
pub mod cli;
pub mod formats;
pub mod fs;
pub mod html;
pub mod model;
pub mod pipeline;
pub mod serve;
pub mod settings;
pub mod shards;
pub mod site;
pub mod store;
pub mod timestamp;
pub mod unpack;
