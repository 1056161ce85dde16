//! The `.dsc`: which files a source package has, and what its format does with each.
//!
//! [`Dsc::parse`] reads the text (deb-src-control(5), dsc(5)), [`Dsc::plan`] assigns a [`Role`] to every file
//! by its name, as `dpkg-source` does, or says that the format is none that it unpacks.

use std::collections::BTreeMap;

use deb822_lossless::{Deb822, Paragraph};

use super::UnpackError;
use crate::formats::compression::Compression;
use crate::model::{Checksums, DebianVersion, FileName, PackageName, SourceFile};

/// Why a `.dsc` cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DscError {
    /// It begins as a signed message and does not end as one.
    #[error("the signature of the .dsc has no end")]
    Signature,
    /// A field that must be there is not.
    #[error("the .dsc has no field {0}")]
    Missing(&'static str),
    /// The value of a field is not what it should be.
    #[error("the .dsc has a bad field {field}: {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// A `.dsc` as far as unpacking goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dsc {
    /// `Format`, as written; `1.0` when there is none.
    pub format: String,
    /// `Source`.
    pub source: PackageName,
    /// `Version`.
    pub version: DebianVersion,
    /// The files of `Files` and of every `Checksums-…`, in the order they are named first.
    pub files: Vec<SourceFile>,
}

/// A source format whose rules are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `1.0`: a tarball and perhaps a diff.
    V1,
    /// `2.0`, "wig and pen".
    V2,
    /// `3.0 (quilt)`.
    V3Quilt,
    /// `3.0 (native)`.
    V3Native,
}

/// What a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The only tarball of a native package.
    Native,
    /// The upstream tarball.
    Orig,
    /// A further upstream tarball, unpacked in the folder of this name.
    Component(String),
    /// The tarball of debian/.
    DebianTarball,
    /// The diff of format 1.0.
    Diff,
    /// The signature of an upstream tarball: not opened.
    Signature,
}

/// A file and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The file.
    pub file: SourceFile,
    /// What it is for.
    pub role: Role,
}

/// What is to be done with a source package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Its parts are unpacked and put together.
    Unpack {
        /// By which rules.
        format: Format,
        /// Its files, in the order of the `.dsc`.
        parts: Vec<Part>,
    },
    /// `dpkg-source` does not unpack it either (or needs a version control system to): no failure.
    NotUnpacked {
        /// Why, as readers see it.
        reason: String,
    },
}

impl Dsc {
    /// Reads a `.dsc`, signed or not. The signature is not checked: what vouches for the file is the index. Bytes
    /// that are not UTF-8, as old ones have in names of people, do not matter.
    ///
    /// # Errors
    /// See [`DscError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DscError> {
        let (document, _) = Deb822::from_str_relaxed(&signed_text(&String::from_utf8_lossy(bytes))?);
        let fields = document.paragraphs().next().ok_or(DscError::Missing("Source"))?;
        let source = required(&fields, "Source")?;
        let version = required(&fields, "Version")?;
        let bad = |field, error: &dyn std::error::Error| DscError::Field { field, reason: error.to_string() };
        Ok(Self {
            format: fields.get("Format").map_or_else(|| "1.0".to_owned(), |format| format.trim().to_owned()),
            source: PackageName::new(source.trim()).map_err(|error| bad("Source", &error))?,
            version: DebianVersion::new(version.trim()).map_err(|error| bad("Version", &error))?,
            files: files(&fields)?,
        })
    }

    /// Assigns every file its role.
    ///
    /// # Errors
    /// [`UnpackError::Files`] when a file is missing, doubled or of a name that the format does not know.
    pub fn plan(&self) -> Result<Plan, UnpackError> {
        let format = match parse_format(&self.format) {
            Some((1, None)) => Format::V1,
            Some((2, None)) => Format::V2,
            Some((3, Some("quilt"))) => Format::V3Quilt,
            Some((3, Some("native"))) => Format::V3Native,
            Some((3, Some("git" | "bzr"))) => {
                return Ok(not_unpacked(format!("format {} holds a repository, not a tree", self.format)));
            }
            _ => return Ok(not_unpacked(format!("dpkg-source does not unpack format {}", self.format))),
        };
        let names = Names::new(self);
        let mut parts = Vec::new();
        for file in &self.files {
            let role = names.role(format, file.name.as_str());
            let role = role.ok_or_else(|| self.error(format!("no file may be called {}", file.name)))?;
            parts.push(Part { file: file.clone(), role });
        }
        self.check(format, &parts)?;
        Ok(Plan::Unpack { format, parts })
    }

    fn check(&self, format: Format, parts: &[Part]) -> Result<(), UnpackError> {
        let count = |role: &Role| parts.iter().filter(|part| part.role == *role).count();
        match count(&Role::Native) + count(&Role::Orig) {
            1 => {}
            tarballs => return Err(self.error(format!("there are {tarballs} main tarballs, not one"))),
        }
        if matches!(format, Format::V2 | Format::V3Quilt) {
            if count(&Role::DebianTarball) == 0 {
                return Err(self.error("there is no tarball of debian/".to_owned()));
            }
            self.check_doubles()?;
            self.check_signatures(parts)?;
        }
        Ok(())
    }

    /// Two tarballs for the same thing differ in their compression only.
    fn check_doubles(&self) -> Result<(), UnpackError> {
        let mut stems: Vec<_> = self.files.iter().map(|file| stem(file.name.as_str())).collect();
        stems.sort_unstable();
        match stems.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(self.error(format!("there are two files {}.*", pair[0].0))),
            None => Ok(()),
        }
    }

    /// A signature must be the one of a tarball that is there. A debian/ tarball has none.
    fn check_signatures(&self, parts: &[Part]) -> Result<(), UnpackError> {
        for part in parts.iter().filter(|part| part.role == Role::Signature) {
            let signed = part.file.name.as_str().trim_end_matches(".asc");
            let is_signed = |part: &Part| part.file.name.as_str() == signed;
            if !parts.iter().any(is_signed) {
                return Err(self.error(format!("{} signs a file that is not there", part.file.name)));
            }
        }
        Ok(())
    }

    fn error(&self, reason: String) -> UnpackError {
        UnpackError::Files { format: self.format.clone(), reason }
    }
}

fn not_unpacked(reason: String) -> Plan {
    Plan::NotUnpacked { reason }
}

/// Major number and variant of `MAJOR[.MINOR] [(VARIANT)]`.
fn parse_format(format: &str) -> Option<(u32, Option<&str>)> {
    let (number, variant) = match format.split_once(|character: char| character.is_ascii_whitespace()) {
        Some((number, rest)) => (number, Some(rest.trim_start().strip_prefix('(')?.strip_suffix(')')?)),
        None => (format, None),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    if !is_number(major) || !is_number(minor) {
        return None;
    }
    Some((major.parse().ok()?, variant))
}

/// A name without the extension of its compression, and whether it is the one of a signature.
fn stem(name: &str) -> (&str, bool) {
    let (name, is_signature) = match name.strip_suffix(".asc") {
        Some(signed) => (signed, true),
        None => (name, false),
    };
    match name.rsplit_once('.') {
        Some((stem, _)) if Compression::from_name(name).is_known_to_dpkg() => (stem, is_signature),
        _ => (name, is_signature),
    }
}

/// What files of a package are called.
struct Names {
    /// `SOURCE_UPSTREAM`.
    upstream: String,
    /// `SOURCE_UPSTREAM-REVISION`.
    revision: String,
}

impl Names {
    fn new(dsc: &Dsc) -> Self {
        let version = dsc.version.as_str();
        let without_epoch = version.split_once(':').map_or(version, |(_, rest)| rest);
        let upstream = without_epoch.rsplit_once('-').map_or(without_epoch, |(upstream, _)| upstream);
        Self { upstream: format!("{}_{upstream}", dsc.source), revision: format!("{}_{without_epoch}", dsc.source) }
    }

    fn role(&self, format: Format, name: &str) -> Option<Role> {
        match format {
            Format::V1 => self.role_in_1(name),
            Format::V3Native => {
                let rest = name.strip_prefix(&self.revision)?.strip_prefix(".tar")?;
                is_compression(rest).then_some(Role::Native)
            }
            Format::V2 | Format::V3Quilt => self.role_in_2_and_3(name),
        }
    }

    fn role_in_1(&self, name: &str) -> Option<Role> {
        if name.strip_prefix(&self.upstream) == Some(".orig.tar.gz") {
            return Some(Role::Orig);
        }
        if name.strip_prefix(&self.upstream) == Some(".orig.tar.gz.asc") {
            return Some(Role::Signature);
        }
        match name.strip_prefix(&self.revision)? {
            ".tar.gz" => Some(Role::Native),
            ".diff.gz" => Some(Role::Diff),
            _ => None,
        }
    }

    fn role_in_2_and_3(&self, name: &str) -> Option<Role> {
        if let Some(rest) = name.strip_prefix(&self.revision).and_then(|rest| rest.strip_prefix(".debian.tar")) {
            return is_compression(rest).then_some(Role::DebianTarball);
        }
        let rest = name.strip_prefix(&self.upstream)?.strip_prefix(".orig")?;
        let (component, rest) = rest.split_once(".tar")?;
        let (compression, is_signature) = match rest.strip_suffix(".asc") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let component = match component {
            "" => None,
            component => Some(component.strip_prefix('-').filter(|name| is_component(name))?),
        };
        is_compression(compression).then(|| match component {
            _ if is_signature => Role::Signature,
            Some(component) => Role::Component(component.to_owned()),
            None => Role::Orig,
        })
    }
}

fn is_component(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether this is the last extension of a name, and one that `dpkg-source` knows.
fn is_compression(extension: &str) -> bool {
    matches!(extension, ".gz" | ".bz2" | ".xz" | ".lzma")
}

/// The text inside a signature made in the clear (RFC 9580, 7), or all of it. Lines that begin with a hyphen
/// are escaped there; a field cannot begin with one, so they need not be unescaped.
fn signed_text(text: &str) -> Result<String, DscError> {
    const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
    const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
    let mut lines = text.lines().map(str::trim_end).skip_while(|line| line.is_empty());
    let mut rest = lines.clone();
    if rest.next() != Some(BEGIN) {
        return Ok(lines.map(|line| format!("{line}\n")).collect());
    }
    lines = rest;
    let body: Vec<_> = lines.skip_while(|line| !line.is_empty()).skip(1).collect();
    let end = body.iter().position(|line| *line == SIGNATURE).ok_or(DscError::Signature)?;
    Ok(body[..end].iter().map(|line| format!("{line}\n")).collect())
}

fn required(fields: &Paragraph, name: &'static str) -> Result<String, DscError> {
    fields.get(name).ok_or(DscError::Missing(name))
}

/// The union of the lists of files; where two say different things of a file, the `.dsc` is bad.
fn files(fields: &Paragraph) -> Result<Vec<SourceFile>, DscError> {
    let mut files: Vec<SourceFile> = Vec::new();
    let mut positions = BTreeMap::new();
    for field in ["Files", "Checksums-Sha1", "Checksums-Sha256"] {
        let Some(value) = fields.get(field) else { continue };
        for line in value.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let bad = |reason: String| DscError::Field { field, reason };
            let words: Vec<_> = line.split_ascii_whitespace().collect();
            let &[checksum, size, name] = words.as_slice() else {
                return Err(bad(format!("`{line}` is not a checksum, a size and a name")));
            };
            let name = FileName::new(name).map_err(|error| bad(error.to_string()))?;
            let size = size.parse().map_err(|_| bad(format!("`{size}` is not a size")))?;
            let position = *positions.entry(name.clone()).or_insert_with(|| {
                files.push(SourceFile { name, size, checksums: Checksums::default() });
                files.len() - 1
            });
            let file = &mut files[position];
            if file.size != size || !add_checksum(&mut file.checksums, field, checksum).map_err(bad)? {
                return Err(bad(format!("{} has two sizes or checksums", file.name)));
            }
        }
    }
    if files.is_empty() { Err(DscError::Missing("Files")) } else { Ok(files) }
}

/// Adds a checksum, unless there is another one already.
fn add_checksum(checksums: &mut Checksums, field: &str, text: &str) -> Result<bool, String> {
    fn add<T: std::str::FromStr<Err: ToString> + PartialEq + Copy>(
        old: &mut Option<T>,
        text: &str,
    ) -> Result<bool, String> {
        let new = text.parse().map_err(|error: T::Err| error.to_string())?;
        Ok(*old.get_or_insert(new) == new)
    }
    match field {
        "Files" => add(&mut checksums.md5, text),
        "Checksums-Sha1" => add(&mut checksums.sha1, text),
        _ => add(&mut checksums.sha256, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dsc(format: &str, version: &str, names: &[&str]) -> Dsc {
        let lines: String = names.iter().map(|name| format!(" {} 1 {name}\n", "0".repeat(32))).collect();
        Dsc::parse(format!("Format: {format}\nSource: a\nVersion: {version}\nFiles:\n{lines}").as_bytes()).unwrap()
    }

    fn roles(format: &str, version: &str, names: &[&str]) -> Result<Vec<Role>, String> {
        match dsc(format, version, names).plan().map_err(|error| error.to_string())? {
            Plan::Unpack { parts, .. } => Ok(parts.into_iter().map(|part| part.role).collect()),
            Plan::NotUnpacked { reason } => Err(reason),
        }
    }

    #[test]
    fn a_signed_text_is_read_without_its_signature() {
        let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSource: a\nVersion: 1:2-3\nFiles:\n \
                    00000000000000000000000000000000 7 a_2.orig.tar.gz\n\n-----BEGIN PGP SIGNATURE-----\n\nx\n\
                    -----END PGP SIGNATURE-----\n";
        let dsc = Dsc::parse(text.as_bytes()).unwrap();
        assert_eq!((dsc.format.as_str(), dsc.version.as_str(), dsc.files[0].size), ("1.0", "1:2-3", 7));
        assert!(matches!(Dsc::parse(&text.as_bytes()[..150]), Err(DscError::Signature)));
    }

    #[test]
    fn files_are_the_union_of_all_lists() {
        let text = format!(
            "Source: a\nVersion: 1\nMaintainer: \nFiles:\n {0} 7 a_1.tar.gz\nChecksums-Sha256:\n {0}{0} 7 a_1.tar.gz\n {0}{0} 8 b\n",
            "0".repeat(32)
        );
        let dsc = Dsc::parse(text.as_bytes()).unwrap();
        let found: Vec<_> =
            dsc.files.iter().map(|file| (file.name.as_str(), file.checksums.sha256.is_some())).collect();
        assert_eq!(found, [("a_1.tar.gz", true), ("b", true)]);
        assert!(Dsc::parse(text.replace(" 7 a_1.tar.gz\nC", " 6 a_1.tar.gz\nC").as_bytes()).is_err());
    }

    #[test]
    fn quilt_packages_have_components_and_signatures() {
        let names = ["a_2.orig.tar.xz", "a_2.orig-x-1.tar.gz", "a_2.orig.tar.xz.asc", "a_2-3.debian.tar.bz2"];
        let expected = [Role::Orig, Role::Component("x-1".to_owned()), Role::Signature, Role::DebianTarball];
        assert_eq!(roles("3.0 (quilt)", "1:2-3", &names).unwrap(), expected);
        for (bad, reason) in [
            (vec!["a_2.orig.tar.xz"], "debian/"),
            (vec!["a_2-3.debian.tar.xz"], "main tarballs"),
            (vec!["a_2.orig.tar.xz", "a_2.orig.tar.gz", "a_2-3.debian.tar.xz"], "main tarballs"),
            (vec!["a_2.orig.tar.xz", "a_2-3.debian.tar.gz", "a_2-3.debian.tar.xz"], "two files"),
            (vec!["a_2.orig.tar.zst", "a_2-3.debian.tar.xz"], "may be called"),
            (vec!["a_2.orig.tar.xz", "a_2.orig-x_y.tar.xz", "a_2-3.debian.tar.xz"], "may be called"),
            (vec!["a_2.orig.tar.xz", "a_2.orig.tar.gz.asc", "a_2-3.debian.tar.xz"], "not there"),
        ] {
            let message = roles("3.0 (quilt)", "1:2-3", &bad).unwrap_err();
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn version_1_is_gzip_only() {
        assert_eq!(roles("1.0", "2-3", &["a_2.orig.tar.gz", "a_2-3.diff.gz"]).unwrap(), [Role::Orig, Role::Diff]);
        assert_eq!(roles("1.0", "2", &["a_2.tar.gz"]).unwrap(), [Role::Native]);
        assert!(roles("1.0", "2", &["a_2.tar.xz"]).is_err());
        assert!(roles("1.0", "2-3", &["a_2-3.diff.gz"]).is_err());
        assert_eq!(roles("3.0 (native)", "2-3", &["a_2-3.tar.lzma"]).unwrap(), [Role::Native]);
    }

    #[test]
    fn formats_that_nobody_unpacks_are_no_failure() {
        for format in ["3.0 (git)", "3.0 (bzr)", "3.0 (custom)", "4.0", "3.0", "1.0 (quilt)", "rubbish"] {
            assert!(matches!(dsc(format, "1", &["b"]).plan(), Ok(Plan::NotUnpacked { .. })), "{format}");
        }
    }
}
