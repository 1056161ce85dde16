//! What is not shown, and why: `[[exclude]]` rules, and purges, which are kept in the state.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::fs;
use crate::model::{DebianVersion, EntryPath, Key, KeyBuilder, PackageName};
use crate::settings::Exclude;

/// A rule's glob is none.
#[derive(Debug, thiserror::Error)]
#[error("[[exclude]] of `{package}`: `{glob}` is not a glob: {source}")]
pub struct ExcludeError {
    package: PackageName,
    glob: String,
    source: globset::Error,
}

/// All rules, compiled.
#[derive(Debug, Default)]
pub struct Excludes {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    package: PackageName,
    version: Option<DebianVersion>,
    /// `None`: the whole package.
    files: Option<GlobSet>,
    globs: Vec<String>,
    reason: String,
}

impl Excludes {
    /// Compiles the rules of the settings.
    ///
    /// # Errors
    /// When a glob cannot be read.
    pub fn new(rules: &[Exclude]) -> Result<Self, ExcludeError> {
        Ok(Self { rules: rules.iter().map(Rule::new).collect::<Result<_, _>>()? })
    }

    /// Adds a purge: a package, or one version of it, as a whole.
    pub fn add_purge(&mut self, package: PackageName, version: Option<DebianVersion>, reason: String) {
        self.rules.push(Rule { package, version, files: None, globs: Vec::new(), reason });
    }

    /// Why the whole version is not shown.
    pub fn reason_for_version<'a>(&'a self, package: &PackageName, version: &DebianVersion) -> Option<&'a str> {
        self.of(package, version).into_iter().find(|rule| rule.files.is_none()).map(|rule| rule.reason.as_str())
    }

    /// The rules about files of one version.
    pub fn files(&self, package: &PackageName, version: &DebianVersion) -> FileExcludes<'_> {
        FileExcludes { rules: self.of(package, version).into_iter().filter(|rule| rule.files.is_some()).collect() }
    }

    fn of<'a>(&'a self, package: &PackageName, version: &DebianVersion) -> Vec<&'a Rule> {
        let concerns =
            |rule: &&Rule| rule.package == *package && rule.version.as_ref().is_none_or(|wanted| wanted == version);
        self.rules.iter().filter(concerns).collect()
    }
}

impl Rule {
    fn new(exclude: &Exclude) -> Result<Self, ExcludeError> {
        let mut set = GlobSetBuilder::new();
        for glob in &exclude.files {
            let error = |source| ExcludeError { package: exclude.package.clone(), glob: glob.clone(), source };
            set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(error)?);
        }
        let whole = exclude.files.is_empty();
        let error = |source| ExcludeError { package: exclude.package.clone(), glob: exclude.files.join(" "), source };
        Ok(Self {
            package: exclude.package.clone(),
            version: exclude.version.clone(),
            files: if whole { None } else { Some(set.build().map_err(error)?) },
            globs: exclude.files.clone(),
            reason: exclude.reason.clone(),
        })
    }
}

/// The rules about files of one package version.
#[derive(Debug)]
pub struct FileExcludes<'a> {
    rules: Vec<&'a Rule>,
}

impl<'a> FileExcludes<'a> {
    /// Why the file at `path` is not shown; a rule that matches a folder covers all below it.
    pub fn reason(&self, path: &EntryPath) -> Option<&'a str> {
        if self.rules.is_empty() {
            return None;
        }
        let bytes = path.as_bytes();
        let ends = memchr::memchr_iter(b'/', bytes).chain([bytes.len()]);
        let mut prefixes = ends.map(|end| fs::path_of(&bytes[..end]));
        prefixes.find_map(|prefix| {
            let matches = |rule: &&&Rule| rule.files.as_ref().is_some_and(|files| files.is_match(prefix));
            self.rules.iter().find(matches).map(|rule| rule.reason.as_str())
        })
    }

    /// Adds the rules to the key of what depends on them.
    pub fn add_to(&self, mut key: KeyBuilder) -> KeyBuilder {
        for rule in &self.rules {
            key = rule.globs.iter().fold(key.text(&rule.reason), |key, glob| key.text(glob));
        }
        key
    }

    /// The key of the rules alone.
    pub fn key(&self) -> Key {
        self.add_to(Key::of("excludes", 1)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excludes(files: &[&str]) -> Excludes {
        let rule = Exclude {
            package: PackageName::new("hello").unwrap(),
            version: None,
            files: files.iter().map(ToString::to_string).collect(),
            reason: "on request".to_owned(),
        };
        Excludes::new(&[rule]).unwrap()
    }

    #[test]
    fn a_rule_for_a_folder_covers_what_is_below() {
        let excludes = excludes(&["doc/*.pdf", "secret"]);
        let (name, version) = (PackageName::new("hello").unwrap(), DebianVersion::new("1").unwrap());
        let files = excludes.files(&name, &version);
        let hidden = |path: &str| files.reason(&EntryPath::new(path).unwrap()).is_some();
        assert!(hidden("doc/a.pdf") && hidden("secret/deep/x") && hidden("secret"));
        assert!(!hidden("doc/sub/a.pdf") && !hidden("a.pdf"));
        assert_eq!(excludes.reason_for_version(&name, &version), None);
    }

    #[test]
    fn a_rule_without_files_covers_the_package() {
        let excludes = excludes(&[]);
        let version = DebianVersion::new("1").unwrap();
        assert_eq!(excludes.reason_for_version(&PackageName::new("hello").unwrap(), &version), Some("on request"));
        assert_eq!(excludes.reason_for_version(&PackageName::new("other").unwrap(), &version), None);
    }
}
