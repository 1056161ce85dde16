//! Templates and facts in, pages out.
//!
//! [`urls`] knows every address and output path, [`page`] splices pages from a template's pieces and a stored
//! fragment, [`templates`] holds the built-in templates and assets and what replaces them, [`sources`] makes the
//! pages of the sources site, [`copyright`] those of licences and [`patches`] those of patches, [`hosts`] writes the rules for web servers. Nothing here reads an archive or writes
//! a published file: callers give plain values and get bytes with their output paths.
//!
//! May use `model`, `html`, `settings` and `fs`, and the store for reading; knows nothing of `unpack` and `analyse`.

pub mod copyright;
mod findings;
pub mod hosts;
pub mod page;
pub mod patches;
pub mod sources;
pub mod templates;
pub mod urls;

use std::path::PathBuf;

use crate::fs::PathError;

/// Why a site cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A template, ours or a replaced one, cannot be parsed or rendered. Tera's message names template and line.
    #[error("{}: {message}", template.display())]
    Template {
        /// The file, or the built-in template's name.
        template: PathBuf,
        /// What is wrong, where.
        message: String,
    },
    /// An asset cannot be published under its name.
    #[error(
        "{}: not a name for an asset\n  hint: letters, digits, `.`, `-` and `_`, beginning with a letter or digit",
        .0.display()
    )]
    AssetName(PathBuf),
    /// The settings name a colour that the style sheet does not have.
    #[error(
        "site.colours: the style sheet has no colour `{0}`\n  hint: they stand at its start, as `--NAME: light-dark(…)`"
    )]
    Colour(String),
    /// The settings name an asset that is not there.
    #[error("site.logo: there is no asset `{0}`\n  hint: put the image into the folder that `site.assets` names")]
    Logo(String),
    /// Something cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
}
