//! What a page shows of a binary file: what it is, what is in an archive, the first bytes of anything else.
//!
//! [`write`] is the way in: path and bytes give HTML and the facts that stand above it. [`kind`] tells what a file is
//! by the tables of [`signatures`], [`archive`] reads what archives hold into a [`listing`], [`hex`] shows bytes.
//! Pictures that browsers show have dimensions and nothing below them: the page shows the picture itself.
//!
//! Nothing is executed, and whatever the bytes are, work and result are bounded: archives are read up to
//! [`archive::DECOMPRESSED`] bytes and [`listing::ENTRIES`] entries.
//!
//! May use `formats`, `html` and `model`.

mod archive;
mod executable;
mod hex;
mod kind;
mod listing;
mod signatures;

use self::kind::Kind;
use self::signatures::Form;
use crate::model::PageFacts;

/// Appends the preview of a binary file to `html`, and gives what is known of it: its kind, always, and an image's
/// dimensions. The path may tell what the bytes do not.
pub fn write(path: &[u8], bytes: &[u8], html: &mut String) -> PageFacts {
    let kind = Kind::detect(path, bytes);
    let dimensions = kind.form.is_image().then(|| dimensions(bytes)).flatten();
    let contents = archive::read(path, bytes, &kind);
    match (&contents, kind.form) {
        (Some(contents), _) => contents.listing.write(html),
        (None, Form::Picture) if dimensions.is_some() => {}
        (None, _) => hex::write(bytes, html),
    }
    let name = contents.and_then(|contents| contents.kind).unwrap_or(kind.name);
    PageFacts { kind: Some(name), dimensions, ..PageFacts::default() }
}

/// Width and height that an image's header gives; `None` when it is damaged, or says that there is nothing to see.
fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    let pixels = |count: usize| u32::try_from(count).ok().filter(|&count| count > 0);
    Some((pixels(size.width)?, pixels(size.height)?))
}

#[cfg(test)]
mod tests;
