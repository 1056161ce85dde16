//! Reading.
mod checksum;
mod fields;
pub mod index;
pub mod signature;
pub mod http;
mod source;
mod release;
mod suites;
mod error;
mod reader;
mod decompress;
pub use reader::*;
pub use error::*;
pub use release::*;
pub use source::SourceError;
pub use checksum::Mismatch;
