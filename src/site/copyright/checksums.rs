//! The page that looks up files by their SHA-256.

use crate::site::SiteError;
use crate::site::sources::SourcesSite;
use crate::site::urls::Address;

/// The name of the table of checksums: the folder of its shards.
pub const TABLE: &str = "sha256";

impl SourcesSite {
    /// The page at [`Address::Checksums`].
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn checksums(&self) -> Result<Vec<u8>, SiteError> {
        let here = Address::Checksums;
        let summary = self.shard_address(TABLE, crate::shards::document::SUMMARY);
        let mut context = self.context(&here);
        let link = self.link(&here, &summary);
        context.insert("table_name", link.rsplit('/').next().unwrap_or_default());
        context.insert("table", &link);
        context.insert("current", "Files by checksum");
        self.encoded("copyright-sha256.html", &context)
    }
}
