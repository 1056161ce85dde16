//! Which language a file is written in.
//!
//! In this order: the site's settings, whole names, names that need evidence in the file, extensions that one
//! language has, the editors' mode lines, the `#!` line, and then what stands in the file, for extensions that several
//! languages have and for files without one.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::LazyLock;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use thiserror::Error;

use super::language::Language;
use super::pattern::{Groups, Pattern, Subject};

/// How much of a file is looked at for evidence.
const SAMPLE: usize = 16 << 10;

/// How many lines at either end of a file may have a mode line.
const MODE_LINES: usize = 5;

/// How far from a file's end a mode line is looked for.
const TAIL: usize = 2 << 10;

/// Endings of names that say nothing of the language.
const SUFFIXES: &[&[u8]] =
    &[b".in", b".orig", b".bak", b".old", b".new", b".dist", b".sample", b".example", b".tmpl", b"~"];

/// What is wrong with the settings' languages.
#[derive(Debug, Error)]
pub enum OverrideError {
    /// No language is called so.
    #[error("no language is called {name:?}; did you mean {nearest:?}?")]
    Unknown {
        /// What the settings say.
        name: String,
        /// The most similar name.
        nearest: &'static str,
    },
    /// The pattern of paths is malformed.
    #[error("{0}")]
    Glob(#[from] globset::Error),
}

/// Languages that the settings give to paths. The default has none.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    globs: GlobSet,
    languages: Vec<Language>,
}

impl Overrides {
    /// From pairs of a glob and a language's name; the last that fits wins. A glob without slash fits
    /// a file's name, with one the whole path (`**` crosses folders).
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, OverrideError> {
        let mut globs = GlobSetBuilder::new();
        let mut languages = Vec::new();
        for (glob, name) in pairs {
            let anywhere = if glob.contains('/') { glob.to_owned() } else { format!("**/{glob}") };
            globs.add(GlobBuilder::new(&anywhere).literal_separator(true).build()?);
            languages.push(Language::by_name(name).ok_or_else(|| unknown(name))?);
        }
        Ok(Self { globs: globs.build()?, languages })
    }

    fn language(&self, path: &Path) -> Option<Language> {
        let last = self.globs.matches(path).into_iter().max()?;
        self.languages.get(last).copied()
    }
}

fn unknown(name: &str) -> OverrideError {
    let distance = |other: &&str| strsim::damerau_levenshtein(other, &name.to_lowercase());
    let names = Language::all().flat_map(|language| {
        let aliases = language.definition().aliases.iter().map(String::as_str);
        std::iter::once(language.name()).chain(aliases)
    });
    OverrideError::Unknown { name: name.to_owned(), nearest: names.min_by_key(distance).unwrap_or_default() }
}

/// Everything that definitions say of names.
struct Index {
    names: HashMap<&'static [u8], Language>,
    globs: GlobSet,
    /// The languages of the globs, and the length of each, as the longest that fits is the most telling.
    glob_languages: Vec<(usize, Language)>,
    shared_globs: GlobSet,
    shared_glob_languages: Vec<Language>,
    extensions: HashMap<&'static [u8], Language>,
    shared: HashMap<&'static [u8], Vec<Language>>,
    evidence: HashMap<Language, Vec<Pattern>>,
    interpreters: HashMap<&'static str, Language>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index {
        names: HashMap::new(),
        globs: GlobSet::empty(),
        glob_languages: Vec::new(),
        shared_globs: GlobSet::empty(),
        shared_glob_languages: Vec::new(),
        extensions: HashMap::new(),
        shared: HashMap::new(),
        evidence: HashMap::new(),
        interpreters: HashMap::new(),
    };
    let mut globs = GlobSetBuilder::new();
    let mut shared_globs = GlobSetBuilder::new();
    for language in Language::all() {
        let definition = language.definition();
        for file in &definition.files {
            if file.contains(['/', '*', '?']) {
                globs.add(glob_of(file));
                index.glob_languages.push((file.len(), language));
            } else {
                index.names.insert(file.as_bytes(), language);
            }
        }
        index.extensions.extend(definition.extensions.iter().map(|extension| (extension.as_bytes(), language)));
        index.interpreters.extend(definition.interpreters.iter().map(|program| (program.as_str(), language)));
        for extension in &definition.shared_extensions {
            index.shared.entry(extension.as_bytes()).or_default().push(language);
        }
        for file in &definition.shared_files {
            shared_globs.add(glob_of(file));
            index.shared_glob_languages.push(language);
        }
        let pattern = |text: &String| Pattern::new(text, false).expect("a test compiles every piece of evidence");
        index.evidence.insert(language, definition.evidence.iter().map(pattern).collect());
    }
    index.shared_globs = shared_globs.build().expect("a test looks up every definition's files");
    index.globs = globs.build().expect("a test looks up every definition's files");
    index
});

fn glob_of(file: &str) -> Glob {
    let glob = GlobBuilder::new(&format!("**/{file}")).literal_separator(true).build();
    glob.expect("a test looks up every definition's files")
}

impl Language {
    /// The language of a file, by its path in the package and its bytes (or the first of them; a mode line
    /// at the end is found only if the end is there). `None` when nothing tells, and for plain text.
    pub fn detect(path: &[u8], bytes: &[u8], overrides: &Overrides) -> Option<Self> {
        let as_path = Path::new(OsStr::from_bytes(path));
        let by_name = || by_whole_name(path).or_else(|| by_shared_name(path, bytes));
        overrides.language(as_path).or_else(by_name).or_else(|| {
            let mut stem = path;
            loop {
                let extension = extension(stem);
                let is_shared = INDEX.shared.contains_key(extension);
                let by_extension = INDEX.extensions.get(extension).copied();
                if by_extension.is_some() && !is_shared {
                    return by_extension;
                }
                let said = || by_mode_line(bytes).or_else(|| by_shebang(bytes));
                if is_shared && !extension.is_empty() {
                    return said().or_else(|| by_evidence(extension, bytes)).or(by_extension);
                }
                let Some(shorter) = SUFFIXES.iter().find_map(|suffix| stem.strip_suffix(*suffix)) else {
                    return said().or_else(|| by_evidence(b"", bytes));
                };
                stem = shorter;
                if let Some(language) = by_whole_name(stem) {
                    return Some(language);
                }
            }
        })
    }
}

fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

fn extension(path: &[u8]) -> &[u8] {
    let name = file_name(path);
    match memchr::memrchr(b'.', name) {
        None => b"",
        Some(dot) => &name[dot + 1..],
    }
}

fn by_whole_name(path: &[u8]) -> Option<Language> {
    if let Some(&language) = INDEX.names.get(file_name(path)) {
        return Some(language);
    }
    let fitting = INDEX.globs.matches(Path::new(OsStr::from_bytes(path)));
    fitting.into_iter().filter_map(|number| INDEX.glob_languages.get(number)).max().map(|&(_, language)| language)
}

/// The first line's interpreter: `#!/usr/bin/env -S python3.11 -u`.
fn by_shebang(bytes: &[u8]) -> Option<Language> {
    let line = bytes.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let line = std::str::from_utf8(line.get(..line.len().min(256))?).ok()?;
    let mut words = line.split_whitespace();
    let program = |word: &'_ str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let mut name = program(words.next()?);
    if name == "env" {
        name = program(words.find(|word| !word.starts_with('-') && !word.contains('='))?);
    }
    let without_version =
        name.trim_end_matches(|character: char| character.is_ascii_digit() || ".-".contains(character));
    [name.as_str(), without_version].iter().find_map(|&name| {
        INDEX.interpreters.get(name).copied().or_else(|| (!name.is_empty()).then(|| Language::by_name(name)).flatten())
    })
}

/// `-*- mode: C++ -*-` in the first two lines, `vim: set ft=perl:` in the first or last five.
fn by_mode_line(bytes: &[u8]) -> Option<Language> {
    let head = &bytes[..bytes.len().min(SAMPLE)];
    let first_lines = || head.split(|&byte| byte == b'\n').take(MODE_LINES);
    let emacs = first_lines().take(2).find_map(emacs_mode);
    emacs.or_else(|| {
        let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
        first_lines().chain(tail.rsplit(|&byte| byte == b'\n').take(MODE_LINES + 1)).find_map(vim_file_type)
    })
}

fn emacs_mode(line: &[u8]) -> Option<Language> {
    let line = std::str::from_utf8(line).ok()?;
    let (_, rest) = line.split_once("-*-")?;
    let (variables, _) = rest.split_once("-*-")?;
    let mode = |variable: &str| match variable.split_once(':') {
        Some((name, value)) => name.trim().eq_ignore_ascii_case("mode").then(|| value.trim().to_owned()),
        None => (!variables.contains(':')).then(|| variable.trim().to_owned()),
    };
    Language::by_name(&variables.split(';').find_map(mode)?)
}

fn vim_file_type(line: &[u8]) -> Option<Language> {
    let line = std::str::from_utf8(line).ok()?;
    let options = ["vim:", "vi:", "ex:"].iter().find_map(|start| line.split_once(start))?.1;
    let value = |option: &str| {
        let (name, value) = option.split_once('=')?;
        ["ft", "filetype", "syntax"].contains(&name).then(|| value.to_owned())
    };
    Language::by_name(&options.split([' ', ':', '\t']).find_map(value)?)
}

/// The language that shares an extension and finds its evidence.
fn by_evidence(extension: &[u8], bytes: &[u8]) -> Option<Language> {
    INDEX.shared.get(extension)?.iter().copied().find(|&language| has_evidence(language, bytes))
}

/// The language that shares a name and finds its evidence.
fn by_shared_name(path: &[u8], bytes: &[u8]) -> Option<Language> {
    let fitting = INDEX.shared_globs.matches(Path::new(OsStr::from_bytes(path)));
    let mut candidates = fitting.into_iter().filter_map(|number| INDEX.shared_glob_languages.get(number).copied());
    candidates.find(|&language| has_evidence(language, bytes))
}

/// Whether a piece of a language's evidence stands at the start of a line.
fn has_evidence(language: Language, bytes: &[u8]) -> bool {
    let Some(evidence) = INDEX.evidence.get(&language) else { return false };
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let subject = Subject { text: sample, captured: b"" };
    let mut start = 0;
    while start < sample.len() {
        let blanks = sample[start..].iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let position = start + blanks;
        if evidence.iter().any(|pattern| pattern.matches(subject, position, &mut Groups::default()).is_some()) {
            return true;
        }
        start = memchr::memchr(b'\n', &sample[position..]).map_or(sample.len(), |length| position + length + 1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str, text: &str) -> Option<&'static str> {
        Language::detect(path.as_bytes(), text.as_bytes(), &Overrides::default()).map(Language::name)
    }

    #[test]
    fn settings_come_first() {
        let overrides = Overrides::new([("*.c", "cpp"), ("lib/**/*.qq", "js")]).unwrap();
        let name = |path: &[u8]| Language::detect(path, b"", &overrides).map(Language::name);
        assert_eq!(name(b"src/a.c"), Some("cpp"));
        assert_eq!(name(b"lib/a/b.qq"), Some("javascript"));
        assert_eq!(name(b"b.qq"), None);
        assert_eq!(name(b"\xff.c"), Some("cpp"));
    }

    #[test]
    fn an_unknown_language_names_the_nearest() {
        let error = Overrides::new([("*.p", "pyton")]).unwrap_err().to_string();
        assert_eq!(error, "no language is called \"pyton\"; did you mean \"python\"?");
    }

    #[test]
    fn interpreters_and_mode_lines_tell() {
        assert_eq!(name("run", "#!/usr/bin/env -S python3.11 -u\n"), Some("python"));
        assert_eq!(name("run", "#! /bin/bash -e\n"), Some("shell"));
        assert_eq!(name("run", "#!/usr/bin/env\n"), None);
        assert_eq!(name("a.h", "/* -*- mode: C++; tab-width: 4 -*- */\n"), Some("cpp"));
        assert_eq!(name("a.h", "/* -*-C++-*- */\n"), Some("cpp"));
        assert_eq!(name("run", "x\ny\n# vim: set ft=perl ts=4:\n"), Some("perl"));
    }

    #[test]
    fn endings_without_meaning_are_cut() {
        assert_eq!(name("main.c.in", ""), Some("c"));
        assert_eq!(name("tool.in", "#!/usr/bin/perl\n"), Some("perl"));
        assert_eq!(name("README", "hello\n"), None);
        assert_eq!(name(".in", ""), None);
    }
}
