//! Bills of materials: what a version consists of, as documents for programs.
//!
//! A [`BillOfMaterials`] is put together once from a [`BillView`], and [written](BillOfMaterials::write) in each
//! [`BomFormat`]: SPDX 2.3 as JSON and as tags with values, CycloneDX 1.6 as JSON. Writing takes the files one after the
//! other, so a document of any length needs no more memory than one file's facts.
//!
//! - Files are the regular files that are shown; links and folders are none. Of what is excluded nothing is told, but
//!   that something is left out.
//! - What `debian/copyright` declares of a file is its licence *declared*. A licence is *concluded* only where what the
//!   file says itself agrees.
//! - Names of licences that the SPDX list does not have become references with an extracted text, so that every
//!   expression is valid.
//! - A file's copyright text is the paragraph's, cut to [`LONGEST`] bytes, as a paragraph may speak of 70,000 files. The
//!   package has all texts whole.

mod bill;
mod cyclonedx;
mod json;
mod licences;
mod purl;
mod source;
mod spdx;
mod tag_value;

#[cfg(test)]
mod tests;

pub use bill::{BillOfMaterials, BillView};
pub use cyclonedx::Tools;
pub use purl::of_source as package_url;

use std::io::{self, Write};

use crate::site::page::Encoder;
use crate::site::sources::{OutputFile, SourcesSite};
use crate::site::urls::{Address, BomFormat};

/// Version of what the documents look like, for keys.
pub const VERSION: u32 = 2;

/// The longest text that is repeated with every file, in bytes.
const LONGEST: usize = 2_000;

/// The tool that made the documents. Its version is not named: it would change every document with each release.
const TOOL: &str = "debpress";

impl BillOfMaterials<'_> {
    /// Writes the document in a format.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn write(&self, format: BomFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            BomFormat::SpdxJson => spdx::write(self, out),
            BomFormat::SpdxTagValue => tag_value::write(self, out),
            BomFormat::CycloneDx => cyclonedx::write(self, out),
        }
    }
}

impl SourcesSite {
    /// The bill of materials of a version in all formats.
    pub fn bill_of_materials(&self, view: &BillView<'_>) -> Vec<OutputFile> {
        let bill = BillOfMaterials::new(view, self.base_url());
        let file = |format| {
            let mut encoder = Encoder::new(self.layout().encoding);
            bill.write(format, &mut encoder).expect("writing to memory does not fail");
            let address = Address::BillOfMaterials(&view.package.name, &view.package.version, format);
            (address.output_path(self.layout()), encoder.finish())
        };
        BomFormat::ALL.map(file).into()
    }
}
