//! `site.toml`: what is read from where, and where it goes.
//!
//! [`Settings::find`] looks in the working folder and those above it. Every key is documented at its
//! field; unknown keys are refused with the line and the nearest known key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fs::{self, PathError};
use crate::model::{Area, DebianVersion, PackageName};

/// The settings file's name.
pub const FILE_NAME: &str = "site.toml";

/// Why there are no usable settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No `site.toml` here or above.
    #[error(
        "no {FILE_NAME} in {} or a folder above it\n  hint: `debpress init --archive URL --suite SUITE` writes one",
        .0.display()
    )]
    NotFound(PathBuf),
    /// It cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is not TOML, or has an unknown key or a value of the wrong kind.
    #[error("{}: {message}", location(path, *line))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1; 0 when it is not known.
        line: usize,
        /// What is wrong and what may be meant.
        message: String,
    },
    /// Each value is well-formed, but they do not go together.
    #[error("{}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
}

fn location(path: &Path, line: usize) -> String {
    match line {
        0 => path.display().to_string(),
        line => format!("{}:{line}", path.display()),
    }
}

/// All settings of one site.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// The folder of `site.toml`; relative paths are relative to it.
    #[serde(skip)]
    pub folder: PathBuf,
    /// What the site is called and where it will be.
    #[serde(default)]
    pub site: Site,
    /// The archives, in order of precedence.
    #[serde(default, rename = "archive")]
    pub archives: Vec<Archive>,
    /// The published folder.
    #[serde(default)]
    pub output: Output,
    /// The store.
    #[serde(default)]
    pub cache: Cache,
    /// What files define.
    #[serde(default)]
    pub symbols: Symbols,
    /// What a package may cost before it counts as failed.
    #[serde(default)]
    pub limits: Limits,
    /// Files whose language is not what their names say.
    #[serde(default, rename = "language")]
    pub languages: Vec<LanguageOverride>,
    /// Packages, versions and files that are not shown.
    #[serde(default, rename = "exclude")]
    pub excludes: Vec<Exclude>,
}

/// `[site]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Site {
    /// The site's name. Default: `Sources`.
    pub title: String,
    /// The address the site will have, without query or fragment. Default: `http://localhost/`. Read with a
    /// slash at its end, whether it has one or not.
    pub base_url: String,
    /// A folder whose files replace our templates one by one. Default: `templates`; need not be there.
    pub templates: PathBuf,
    /// A folder whose files replace our assets one by one. Default: `assets`; need not be there.
    pub assets: PathBuf,
    /// Links on the page of every version, with `{package}` and `{version}` where they belong: tracker, bugs, code
    /// search. Default: none.
    pub package_links: Vec<NamedLink>,
    /// What the site is, in a sentence or two, for its start page and for search engines.
    pub description: String,
    /// The asset that stands before the title on every page, such as `logo.svg`. Default: none.
    pub logo: Option<String>,
    /// Colours of the style sheet to be changed, by the names of its properties without the dashes before them. Text
    /// should keep a contrast of 4.5 with its ground in both.
    pub colours: BTreeMap<String, ColourPair>,
    /// Links at the head of every page, after the title.
    pub header_links: Vec<NamedLink>,
    /// Links at the foot of every page.
    pub footer_links: Vec<NamedLink>,
    /// Sentences above the content of every page.
    pub notices: Vec<String>,
    /// Whether pages and documents across packages list people: who has the copyright, who changed what. They never have
    /// mail addresses, and search engines are told not to list them. Default: yes.
    pub people: bool,
    /// HTML for the end of every page's head. What it asks for must be in keeping with the pages'
    /// `Content-Security-Policy`: nothing inline, nothing from elsewhere.
    pub extra_head: String,
}

/// A colour: for light pages, and for dark ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourPair(pub Colour, pub Colour);

/// A colour as `#rgb` or `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(String);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix('#').unwrap_or_default();
        if matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self(text));
        }
        Err(format!("`{text}` is no colour: write it as `#rgb` or `#rrggbb`"))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A link with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NamedLink {
    /// What readers see.
    pub text: String,
    /// Where it leads: an `http(s)` or `mailto` address, or a path on the host that begins with `/`.
    pub url: String,
}

impl NamedLink {
    fn is_safe(&self) -> bool {
        ["https://", "http://", "mailto:", "/"].iter().any(|start| self.url.starts_with(start))
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            title: "Sources".to_owned(),
            base_url: "http://localhost/".to_owned(),
            templates: "templates".into(),
            assets: "assets".into(),
            package_links: Vec::new(),
            description: "Every file of every source package, to be read, linked and downloaded.".to_owned(),
            logo: None,
            colours: BTreeMap::new(),
            header_links: Vec::new(),
            footer_links: Vec::new(),
            notices: Vec::new(),
            people: true,
            extra_head: String::new(),
        }
    }
}

/// `[[archive]]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Archive {
    /// A short name for messages and pages.
    pub name: String,
    /// A folder (relative to `site.toml`) or an `http(s)` address, with `dists/` and `pool/` below it.
    pub url: String,
    /// Suites to read: folders below `dists`, aliases, or `*` for all (folders only). Default: `["*"]`.
    #[serde(default = "all")]
    pub suites: Vec<String>,
    /// Areas to read. Default: all that the Release file names.
    #[serde(default)]
    pub areas: Option<Vec<Area>>,
    /// Keyrings (binary or armored OpenPGP certificates) one of whose keys must have signed the Release file.
    #[serde(default)]
    pub signed_by: Vec<PathBuf>,
    /// Whether a Release file without signature is believed. Default: no.
    #[serde(default)]
    pub trusted: bool,
    /// Whether a Release file past its `Valid-Until` is refused. Default: yes.
    #[serde(default = "yes")]
    pub check_valid_until: bool,
    /// Whether signatures by keys that have expired since count. Default: no.
    #[serde(default)]
    pub allow_expired_keys: bool,
    /// Whether files that the index names by MD5 or SHA-1 alone are read. Default: no.
    #[serde(default)]
    pub allow_weak: bool,
    /// Whose `VENDOR.series` is applied. Default: the Release file's `Origin`.
    #[serde(default)]
    pub vendor: Option<String>,
}

fn all() -> Vec<String> {
    vec!["*".to_owned()]
}

fn yes() -> bool {
    true
}

/// How pages are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// `NAME.html.gz`, for hosts that can serve them: half of the space and none of the host's time.
    Gzip,
    /// `NAME.html`.
    Plain,
}

/// What links in pages look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkStyle {
    /// Addresses, which need the host rules that are written next to the site.
    Clean,
    /// Names of files, for hosts without rules and for `file://`.
    File,
}

/// `[output]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Output {
    /// The folder that is published. Default: `public`. Never emptied unless debpress made it.
    pub dir: PathBuf,
    /// How pages are stored. Default: `gzip`.
    pub encoding: Encoding,
    /// What links look like. Default: `clean`.
    pub links: LinkStyle,
    /// Effort of compression of file pages, 1 to 12. Default: 5, the first at which pages are under half as long as their texts.
    pub deflate_level: u8,
}

impl Default for Output {
    fn default() -> Self {
        Self { dir: "public".into(), encoding: Encoding::Gzip, links: LinkStyle::Clean, deflate_level: 5 }
    }
}

/// `[cache]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Cache {
    /// The store's folder. Default: `cache`.
    pub dir: PathBuf,
    /// Days that results which nothing reaches are kept by `debpress gc`. Default: 14.
    pub grace_days: u32,
}

impl Default for Cache {
    fn default() -> Self {
        Self { dir: "cache".into(), grace_days: 14 }
    }
}

/// `[symbols]`: what files define, as `ctags` finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Symbols {
    /// Whether pages have outlines. Default: yes.
    pub enabled: bool,
    /// universal-ctags, by its name or path. Default: `ctags`. When there is none, the report says so, and pages have no
    /// outlines.
    pub command: PathBuf,
}

impl Default for Symbols {
    fn default() -> Self {
        Self { enabled: true, command: "ctags".into() }
    }
}

/// `[limits]`: over any of them a package is recorded as failed, and the run goes on. The defaults pass
/// every package of Debian (largest tarball 3.1 GB, 290 components, a million files).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Compressed bytes of one source file. Default: 8 GB.
    pub compressed_bytes: u64,
    /// Bytes of one source file after decompression. Default: 64 GB.
    pub expanded_bytes: u64,
    /// Expanded ÷ compressed bytes, looked at from 64 MB on. Default: 400.
    pub ratio: u64,
    /// Members of one source file. Default: 4,000,000.
    pub entries: u64,
    /// Bytes of one path. Default: 2,000.
    pub path_length: usize,
    /// Folders above an entry. Default: 200.
    pub path_depth: usize,
    /// Bytes of a file that is held in memory; larger ones stream and are offered raw. Default: 16 MB.
    pub member_bytes: u64,
    /// Bytes of one patch, or of a diff, after decompression. Default: 512 MB.
    pub patch_bytes: u64,
    /// Seconds for one package. Default: 3,600.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed_bytes: 8_000_000_000,
            expanded_bytes: 64_000_000_000,
            ratio: 400,
            entries: 4_000_000,
            path_length: 2_000,
            path_depth: 200,
            member_bytes: 16 * 1024 * 1024,
            patch_bytes: 512 * 1024 * 1024,
            seconds: 3_600,
        }
    }
}

/// `[[exclude]]`: a package, a version of it, or files inside, with the reason that is shown in their place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exclude {
    /// The source package.
    pub package: PackageName,
    /// One version; absent: all.
    #[serde(default)]
    pub version: Option<DebianVersion>,
    /// Globs of paths inside the package (`*` stays within a folder, `**` does not); absent: the whole package.
    #[serde(default)]
    pub files: Vec<String>,
    /// Why, as readers see it.
    pub reason: String,
}

/// `[[language]]`: the language of some files; of several that fit, the last counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LanguageOverride {
    /// Globs of file names, or of paths when they have a slash (`**` crosses folders).
    pub files: Vec<String>,
    /// The language's name, such as `perl`.
    pub name: String,
}

impl Settings {
    /// Reads the `site.toml` of `folder` or of the nearest folder above it.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn find(folder: &Path) -> Result<Self, SettingsError> {
        let file = folder
            .ancestors()
            .map(|folder| folder.join(FILE_NAME))
            .find(|file| file.is_file())
            .ok_or_else(|| SettingsError::NotFound(folder.to_owned()))?;
        Self::read(&file)
    }

    /// Reads one settings file.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = String::from_utf8(fs::read(path)?)
            .map_err(|_| SettingsError::Invalid { path: path.to_owned(), message: "not UTF-8".to_owned() })?;
        Self::parse(path, &text)
    }

    /// Reads the text of the settings file `path`, which need not be there.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let invalid = |message: String| SettingsError::Invalid { path: path.to_owned(), message };
        let mut settings: Self = toml::from_str(text).map_err(|error| SettingsError::Syntax {
            path: path.to_owned(),
            line: error.span().map_or(0, |span| line_of(text, span.start)),
            message: with_nearest_key(error.message()),
        })?;
        settings.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        settings.check().map_err(invalid)?;
        Ok(settings)
    }

    /// `path` as seen from the folder of `site.toml`.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    fn check(&mut self) -> Result<(), String> {
        if self.archives.is_empty() {
            return Err("no [[archive]]\n  hint: add one with `name`, `url` and `signed-by`".to_owned());
        }
        for (position, archive) in self.archives.iter().enumerate() {
            let name = &archive.name;
            if self.archives[..position].iter().any(|other| other.name == *name) {
                return Err(format!("two archives are called `{name}`"));
            }
            if archive.signed_by.is_empty() && !archive.trusted {
                return Err(format!(
                    "archive `{name}` has neither `signed-by` nor `trusted = true`\n  hint: name the keyring whose key signs it"
                ));
            }
            if archive.is_remote() && !is_base_url(&archive.url) {
                return Err(format!("the `url` of archive `{name}` (`{}`) is not an address", archive.url));
            }
            if archive.is_remote() && archive.suites.iter().any(|suite| suite == "*") {
                return Err(format!(
                    "archive `{name}` is remote, so its suites cannot be listed\n  hint: name them in `suites`"
                ));
            }
        }
        if !(1..=12).contains(&self.output.deflate_level) {
            return Err("`deflate-level` is a number from 1 to 12".to_owned());
        }
        if !is_base_url(&self.site.base_url) {
            return Err(format!(
                "`base-url` (`{}`) is not the address of a folder\n  hint: such as https://sources.example.org/",
                self.site.base_url
            ));
        }
        if !self.site.base_url.ends_with('/') {
            self.site.base_url.push('/');
        }
        let links = self.site.header_links.iter().chain(&self.site.footer_links).chain(&self.site.package_links);
        if let Some(link) = links.into_iter().find(|link| !link.is_safe()) {
            return Err(format!(
                "the link `{}` leads to `{}`\n  hint: begin it with https://, http://, mailto: or /",
                link.text, link.url
            ));
        }
        self.check_folders()
    }

    /// A cache inside the published folder would be published; an output around the archive would be swept.
    fn check_folders(&self) -> Result<(), String> {
        let output = self.resolve(&self.output.dir);
        let cache = self.resolve(&self.cache.dir);
        if cache.starts_with(&output) || output.starts_with(&cache) {
            return Err("`output.dir` and `cache.dir` must not lie in one another".to_owned());
        }
        if self.folder.starts_with(&output) {
            return Err("`output.dir` must be a folder of its own below the one of site.toml, or elsewhere".to_owned());
        }
        Ok(())
    }
}

/// Whether `url` is `http(s)://HOST`, with a path or none, and nothing that would have to be escaped in HTML.
fn is_base_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%[]@!$()*+,;=".contains(&byte);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']) && rest.bytes().all(good))
}

impl Archive {
    /// Whether it is read over the network.
    pub fn is_remote(&self) -> bool {
        self.url.starts_with("http://") || self.url.starts_with("https://")
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|&&b| b == b'\n').count() + 1
}

/// serde says "unknown field `sutes`, expected one of `name`, `url`, …": adds the likeliest.
fn with_nearest_key(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else { return message.to_owned() };
    let Some((unknown, expected)) = rest.split_once('`') else { return message.to_owned() };
    let nearest = expected
        .split('`')
        .skip(1)
        .step_by(2)
        .max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
    match nearest {
        Some(key) => format!("unknown key `{unknown}`\n  hint: the nearest known key is `{key}`"),
        None => format!("unknown key `{unknown}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write_new(&path, &[text.as_bytes()]).unwrap();
        Settings::read(&path)
    }

    const ARCHIVE: &str = "[[archive]]\nname = \"a\"\nurl = \"mirror\"\ntrusted = true\n";

    #[test]
    fn an_unknown_key_is_told_with_line_and_nearest() {
        let message = read(&format!("{ARCHIVE}\n[output]\nencodin = \"gzip\"\n")).unwrap_err().to_string();
        assert!(message.ends_with("site.toml:7: unknown key `encodin`\n  hint: the nearest known key is `encoding`"));
    }

    #[test]
    fn a_colour_is_nothing_but_a_colour() {
        let colours = |value: &str| read(&format!("{ARCHIVE}\n[site.colours]\nlink = {value}\n"));
        let settings = colours("[\"#123\", \"#aAbBcC\"]").unwrap();
        assert_eq!(settings.site.colours["link"].1.to_string(), "#aAbBcC");
        let message = colours("[\"#123\", \"red}\"]").unwrap_err().to_string();
        assert!(message.ends_with("site.toml:7: `red}` is no colour: write it as `#rgb` or `#rrggbb`"), "{message}");
    }

    #[test]
    fn a_link_of_the_site_runs_no_script() {
        let link = "[site]\nheader-links = [{ text = \"x\", url = \"javascript:alert(1)\" }]\n";
        let message = read(&format!("{ARCHIVE}\n{link}")).unwrap_err().to_string();
        assert!(message.contains("the link `x` leads to `javascript:alert(1)`"), "{message}");
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let settings = read(ARCHIVE).unwrap();
        assert_eq!(settings.archives[0].suites, ["*"]);
        assert!(settings.archives[0].check_valid_until);
        assert_eq!(settings.output.encoding, Encoding::Gzip);
    }

    #[test]
    fn an_archive_that_nothing_vouches_for_is_refused() {
        let message = read("[[archive]]\nname = \"a\"\nurl = \"m\"\n").unwrap_err().to_string();
        assert!(message.contains("neither `signed-by` nor `trusted = true`"));
    }
}
