//! The only place that knows how an address becomes an output path, and an output path an address.
//!
//! An [`Address`] names one thing that is published. It has a [`url`](Address::url) (what readers and
//! search engines see), an [`output_path`](Address::output_path) (the file below the published folder) and a
//! [`link_from`](Address::link_from) another address. [`Resolver`] goes the other way: it answers a request as
//! the rules in [`hosts`](crate::site::hosts) make a web server answer it.
//!
//! # From the path of a file to the path of its page
//!
//! The page of the file `a/b.c` is `a/b.c.html` (`a/b.c.html.gz`), that of the folder `a` is `a/index.html`. A
//! package may use any bytes in its names, so below `/src/`, from the version's component on, names that could
//! meet a page of ours are changed (see [`component`]):
//!
//! - a file called `index`, or that with tildes behind it, gets one more tilde: its page is `index~.html`, never
//!   the folder's `index.html`. Its address stays `…/index`;
//! - a folder whose name ends in `.html` or `.html.gz`, or that with tildes behind it, gets one more tilde, so
//!   that it never meets the page of a file. Its address has the tilde too;
//! - a component longer than 240 bytes, to which no `.html.gz` could be appended, and one that looks as if it had
//!   been shortened, becomes its first 160 bytes, `~` and its SHA-256. Its address is shortened too.
//!
//! So the mapping is injective, and no page lies where a folder is, whatever the encoding. Raw files, below
//! `/data/`, keep their names on hosts with rules. On hosts without ([`LinkStyle::File`]) all but images get `.txt`
//! behind them, so that whatever the host says of them, no browser runs one as a page of our origin; folders whose
//! name ends in `.txt`, or that with tildes behind it, get one more tilde.
//!
//! May use `model` and `settings`.

mod address;
mod component;
mod link;
mod media;
mod names;
mod places;
mod resolve;
mod routes;

#[cfg(test)]
mod tests;

pub use address::Address;
pub use link::{encoded_component, encoded_path, link_up};
pub use media::raw_type;
pub use media::{ASSET_TYPES, DOCUMENT_FOLDERS, DOCUMENT_TYPES, POLICY_IMAGE, POLICY_RAW, RAW_DEFAULT_TYPE, RAW_TYPES};
pub use names::{Candidate, LATEST, NAMED_FOLDERS, NamedVersion, PackageNames, VersionOf};
pub use resolve::{Answer, Moved, Resolver, decode};
pub use routes::{Below, ROUTES, Route};

use link::{encode, encode_path};

use crate::settings::{Encoding, LinkStyle, Output};

/// How pages and raw files are laid out below the published folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Whether pages are stored as `.html.gz`.
    pub encoding: Encoding,
    /// Whether the host follows rules.
    pub links: LinkStyle,
}

impl From<&Output> for Layout {
    fn from(output: &Output) -> Self {
        Self { encoding: output.encoding, links: output.links }
    }
}

impl Layout {
    /// What follows the name of a page's file: `.html.gz` or `.html`.
    pub fn page_suffix(self) -> &'static str {
        match self.encoding {
            Encoding::Gzip => ".html.gz",
            Encoding::Plain => ".html",
        }
    }

    /// What follows the name of a document's file: `.gz` or nothing.
    pub fn document_suffix(self) -> &'static str {
        match self.encoding {
            Encoding::Gzip => ".gz",
            Encoding::Plain => "",
        }
    }
}

/// The form of a bill of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BomFormat {
    /// SPDX 2.3 as JSON.
    SpdxJson,
    /// SPDX 2.3 as tags with values.
    SpdxTagValue,
    /// CycloneDX 1.6 as JSON.
    CycloneDx,
}

impl BomFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SpdxJson, Self::SpdxTagValue, Self::CycloneDx];

    /// Its name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::SpdxJson => "SPDX (JSON)",
            Self::SpdxTagValue => "SPDX (tag-value)",
            Self::CycloneDx => "CycloneDX",
        }
    }

    /// What follows the version in a file's name, as the specifications recommend it. None ends in another's.
    pub fn extension(self) -> &'static str {
        match self {
            Self::SpdxJson => "spdx.json",
            Self::SpdxTagValue => "spdx",
            Self::CycloneDx => "cdx.json",
        }
    }
}
