//! The built-in templates and assets, and what a site puts in their place.
//!
//! A file in the settings' `templates` folder replaces the built-in template of the same name; further ones may be
//! included or extended by those. The same goes for `assets`, which are published under names that contain their
//! checksum (`static/style.01234567.css`), so that browsers may keep them for ever; templates find them as
//! `assets["style.css"]`, relative to the root of the site.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tera::{Context, Tera};

use super::SiteError;
use super::urls::Address;
use crate::fs::{self, PathContext, PathError};
use crate::model::{Key, Sha256};
use crate::settings::{ColourPair, LinkStyle, Settings};

const TEMPLATES: &[(&str, &str)] = &[
    ("404.html", include_str!("../../templates/404.html")),
    ("base.html", include_str!("../../templates/base.html")),
    ("copyright-agreement.html", include_str!("../../templates/copyright-agreement.html")),
    ("copyright-files.html", include_str!("../../templates/copyright-files.html")),
    ("copyright-finding.html", include_str!("../../templates/copyright-finding.html")),
    ("copyright-findings.html", include_str!("../../templates/copyright-findings.html")),
    ("copyright-home.html", include_str!("../../templates/copyright-home.html")),
    ("copyright-disagreements.html", include_str!("../../templates/copyright-disagreements.html")),
    ("copyright-holders.html", include_str!("../../templates/copyright-holders.html")),
    ("copyright-holders-letter.html", include_str!("../../templates/copyright-holders-letter.html")),
    ("copyright-statistics.html", include_str!("../../templates/copyright-statistics.html")),
    ("copyright-tallies.html", include_str!("../../templates/copyright-tallies.html")),
    ("copyright-licence.html", include_str!("../../templates/copyright-licence.html")),
    ("copyright-licences.html", include_str!("../../templates/copyright-licences.html")),
    ("copyright-package.html", include_str!("../../templates/copyright-package.html")),
    ("copyright-paragraph.html", include_str!("../../templates/copyright-paragraph.html")),
    ("copyright-review.html", include_str!("../../templates/copyright-review.html")),
    ("copyright-sha256.html", include_str!("../../templates/copyright-sha256.html")),
    ("copyright-version.html", include_str!("../../templates/copyright-version.html")),
    ("copyright-versions.html", include_str!("../../templates/copyright-versions.html")),
    ("failures.html", include_str!("../../templates/failures.html")),
    ("file.html", include_str!("../../templates/file.html")),
    ("findings.html", include_str!("../../templates/findings.html")),
    ("folder.html", include_str!("../../templates/folder.html")),
    ("footer.html", include_str!("../../templates/footer.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("listing.html", include_str!("../../templates/listing.html")),
    ("note.html", include_str!("../../templates/note.html")),
    ("overview.html", include_str!("../../templates/overview.html")),
    ("package.html", include_str!("../../templates/package.html")),
    ("packaging.html", include_str!("../../templates/packaging.html")),
    ("patches-compared.html", include_str!("../../templates/patches-compared.html")),
    ("patches-counts.html", include_str!("../../templates/patches-counts.html")),
    ("patches-history.html", include_str!("../../templates/patches-history.html")),
    ("patches-changes.html", include_str!("../../templates/patches-changes.html")),
    ("patches-difference.html", include_str!("../../templates/patches-difference.html")),
    ("patches-home.html", include_str!("../../templates/patches-home.html")),
    ("patches-list.html", include_str!("../../templates/patches-list.html")),
    ("patches-package.html", include_str!("../../templates/patches-package.html")),
    ("patches-patch.html", include_str!("../../templates/patches-patch.html")),
    ("patches-version.html", include_str!("../../templates/patches-version.html")),
    ("prefix.html", include_str!("../../templates/prefix.html")),
    ("preview.html", include_str!("../../templates/preview.html")),
    ("readme.html", include_str!("../../templates/readme.html")),
    ("symbol-rows.html", include_str!("../../templates/symbol-rows.html")),
    ("symbols-kind.html", include_str!("../../templates/symbols-kind.html")),
    ("symbols.html", include_str!("../../templates/symbols.html")),
    ("version.html", include_str!("../../templates/version.html")),
];

const ASSETS: [(&str, &[u8]); 9] = [
    ("checksums.js", include_bytes!("../../assets/checksums.js")),
    ("code.js", include_bytes!("../../assets/code.js")),
    (FAVICON, include_bytes!("../../assets/favicon.ico")),
    ("icon.svg", include_bytes!("../../assets/icon.svg")),
    ("licences.js", include_bytes!("../../assets/licences.js")),
    ("not-found.js", include_bytes!("../../assets/not-found.js")),
    ("preferences.js", include_bytes!("../../assets/preferences.js")),
    ("site.js", include_bytes!("../../assets/site.js")),
    (STYLE, STYLE_SHEET.as_bytes()),
];

/// The image that browsers ask for where a page names none, at the root of the site.
const FAVICON: &str = "favicon.ico";

/// The style sheet that the settings' colours are appended to.
const STYLE: &str = "style.css";

/// The built-in style sheet: one file for browsers, and for sites that replace it.
pub const STYLE_SHEET: &str = concat!(
    include_str!("../../assets/style/colours.css"),
    include_str!("../../assets/style/base.css"),
    include_str!("../../assets/style/frame.css"),
    include_str!("../../assets/style/lists.css"),
    include_str!("../../assets/style/tables.css"),
    include_str!("../../assets/style/tools.css"),
    include_str!("../../assets/style/code.css"),
    include_str!("../../assets/style/highlighting.css"),
    include_str!("../../assets/style/previews.css"),
    include_str!("../../assets/style/symbols.css"),
    include_str!("../../assets/style/version.css"),
    include_str!("../../assets/style/copyright.css"),
    include_str!("../../assets/style/patches.css"),
    include_str!("../../assets/style/media.css"),
);

/// Digits of the checksum in an asset's name.
const NAME_DIGITS: usize = 8;

/// A style sheet, script or image, with the name that it is published under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its name in the `assets` folder.
    pub name: String,
    /// Its name below `static/`, where all but `favicon.ico` are.
    pub published_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Asset {
    /// Where it is published.
    pub(super) fn address(&self) -> Address<'_> {
        match self.name.as_str() {
            FAVICON => Address::Favicon,
            _ => Address::Asset(&self.published_name),
        }
    }
}

/// All templates and assets of a site, ready to use.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    replaced: BTreeMap<String, PathBuf>,
    assets: Vec<Asset>,
    fingerprint: Key,
}

impl Templates {
    /// The built-in ones and those of the site's folders.
    ///
    /// # Errors
    /// When one cannot be read or parsed, or an asset has no usable name.
    pub fn load(settings: &Settings) -> Result<Self, SiteError> {
        let mut texts: BTreeMap<String, String> =
            TEMPLATES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut replaced = BTreeMap::new();
        for (name, path) in files_of(&settings.resolve(&settings.site.templates))? {
            if !name.ends_with(".html") {
                continue;
            }
            let text = String::from_utf8(fs::read(&path)?)
                .map_err(|_| SiteError::Template { template: path.clone(), message: "not UTF-8".to_owned() })?;
            texts.insert(name.clone(), text);
            replaced.insert(name, path);
        }
        let assets = load_assets(&settings.resolve(&settings.site.assets), &settings.site.colours)?;
        let fingerprint = fingerprint(&texts, &assets);
        let mut tera = Tera::new();
        tera.add_raw_templates(&texts).map_err(|error| template_error("templates", &replaced, &error))?;
        let links: BTreeMap<&str, String> =
            assets.iter().map(|asset| (asset.name.as_str(), link_from_root(asset))).collect();
        tera.global_context().insert("assets", &links);
        Ok(Self { tera, replaced, assets, fingerprint })
    }

    /// The HTML of one template.
    ///
    /// # Errors
    /// When the template asks for something that is not there; the message names template and line.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, SiteError> {
        self.tera.render(name, context).map_err(|error| template_error(name, &self.replaced, &error))
    }

    /// The assets, sorted by name.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Changes when any template or asset does.
    pub fn fingerprint(&self) -> Key {
        self.fingerprint
    }
}

fn link_from_root(asset: &Asset) -> String {
    asset.address().link_from(&Address::Home, LinkStyle::Clean)
}

fn fingerprint(texts: &BTreeMap<String, String>, assets: &[Asset]) -> Key {
    let key = Key::of("templates", 1).number(texts.len() as u64);
    let key = texts.iter().fold(key, |key, (name, text)| key.text(name).text(text));
    assets.iter().fold(key, |key, asset| key.text(&asset.name).text(&asset.published_name)).finish()
}

fn load_assets(folder: &Path, colours: &BTreeMap<String, ColourPair>) -> Result<Vec<Asset>, SiteError> {
    let mut bytes: BTreeMap<String, Vec<u8>> =
        ASSETS.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    for (name, path) in files_of(folder)? {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if !name.bytes().all(is_plain) {
            return Err(SiteError::AssetName(path));
        }
        bytes.insert(name, fs::read(&path)?);
    }
    if let Some(style) = bytes.get_mut(STYLE) {
        append_colours(style, colours)?;
    }
    let asset = |(name, bytes): (String, Vec<u8>)| Asset { published_name: published_name(&name, &bytes), name, bytes };
    Ok(bytes.into_iter().map(asset).collect())
}

/// Gives properties of a style sheet other values.
fn append_colours(style: &mut Vec<u8>, colours: &BTreeMap<String, ColourPair>) -> Result<(), SiteError> {
    if colours.is_empty() {
        return Ok(());
    }
    let mut rule = "\n:root {\n".to_owned();
    for (name, ColourPair(light, dark)) in colours {
        if memchr::memmem::find(style, format!("\n  --{name}: light-dark(").as_bytes()).is_none() {
            return Err(SiteError::Colour(name.clone()));
        }
        // Writing to a String cannot fail.
        let _ = writeln!(rule, "  --{name}: light-dark({light}, {dark});");
    }
    rule.push_str("}\n");
    style.extend_from_slice(rule.as_bytes());
    Ok(())
}

fn published_name(name: &str, bytes: &[u8]) -> String {
    let digits = Sha256::of(bytes).to_string();
    let digits = &digits[..NAME_DIGITS];
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{digits}.{extension}"),
        None => format!("{name}.{digits}"),
    }
}

/// Names and paths of the files directly in `folder`, sorted; hidden ones and backups of editors are none. A folder
/// that is not there has none.
fn files_of(folder: &Path) -> Result<BTreeMap<String, PathBuf>, PathError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other.at("list", folder)?,
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.at("list", folder)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && !name.starts_with('.') && !name.ends_with('~') {
            files.insert(name, path);
        }
    }
    Ok(files)
}

/// Tera's message names the template and shows the line; we put the file that was read in front of it.
fn template_error(name: &str, replaced: &BTreeMap<String, PathBuf>, error: &tera::Error) -> SiteError {
    use tera::ErrorKind::{RenderingError, SyntaxError};
    let (name, line) = match error.kind() {
        SyntaxError(report) | RenderingError(report) => (report.filename(), Some(report.span().start_line)),
        _ => (name, None),
    };
    let template = replaced.get(name).cloned().unwrap_or_else(|| PathBuf::from(name));
    let message = match line {
        Some(line) => format!("line {line}: {error}"),
        None => error.to_string(),
    };
    SiteError::Template { template, message }
}
