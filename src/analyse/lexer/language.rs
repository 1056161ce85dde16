//! The languages that are known, by name.

use std::sync::{LazyLock, OnceLock};

use super::definition::Definition;
use super::sources::SOURCES;
use super::tables::{self, Tables};

/// A language: a small handle into the table of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(u16);

struct Entry {
    name: &'static str,
    definition: Definition,
    tables: OnceLock<Tables>,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry =
        |&(name, source): &(&'static str, &str)| Entry { name, definition: read(source), tables: OnceLock::new() };
    SOURCES.iter().map(entry).collect()
});

/// A definition with what it extends.
fn read(source: &str) -> Definition {
    let mut definition: Definition = toml::from_str(source).expect("a test reads every definition that is compiled in");
    if let Some(name) = &definition.extends {
        let base =
            SOURCES.iter().find(|(other, _)| other == name).expect("a test reads every definition that is extended");
        definition.extend(&read(base.1));
    }
    definition
}

impl Language {
    /// All languages, sorted by name.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (0..ENTRIES.len() as u16).map(Self)
    }

    /// The language with a name or another of its names, in any case: `c++`, `Shell`, `js`.
    pub fn by_name(name: &str) -> Option<Self> {
        let is_same = |other: &str| other.eq_ignore_ascii_case(name);
        let by_name = |language: &Self| is_same(language.name());
        let by_alias = |language: &Self| language.definition().aliases.iter().any(|alias| is_same(alias));
        Self::all().find(by_name).or_else(|| Self::all().find(by_alias))
    }

    /// The stable name, in lower case: `cpp`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The name that readers see: `C++`.
    pub fn title(self) -> &'static str {
        &self.entry().definition.title
    }

    fn entry(self) -> &'static Entry {
        &ENTRIES[usize::from(self.0)]
    }

    pub(super) fn definition(self) -> &'static Definition {
        &self.entry().definition
    }

    /// The tables, made at first use.
    pub(super) fn tables(self) -> &'static Tables {
        let entry = self.entry();
        let compile = || tables::compile(&entry.definition).expect("a test compiles every definition");
        entry.tables.get_or_init(compile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_compiles() {
        for (name, source) in SOURCES {
            if let Err(error) = toml::from_str::<Definition>(source) {
                panic!("languages/{name}.toml: {error}");
            }
        }
        for language in Language::all() {
            if let Err(error) = tables::compile(language.definition()) {
                panic!("languages/{}.toml: {error}", language.name());
            }
        }
    }

    #[test]
    fn names_are_sorted_and_belong_to_one_language() {
        assert!(Language::all().is_sorted_by_key(Language::name));
        for language in Language::all() {
            assert_eq!(Language::by_name(language.name()), Some(language));
            for alias in &language.definition().aliases {
                assert_eq!(Language::by_name(alias), Some(language), "{alias}");
            }
        }
    }

    #[test]
    fn names_of_files_belong_to_one_language() {
        let mut seen = std::collections::HashMap::new();
        for language in Language::all() {
            let definition = language.definition();
            let interpreters = definition.interpreters.iter().map(|program| format!("#!{program}"));
            let extensions = definition.extensions.iter().map(|extension| format!("*.{extension}"));
            for name in definition.files.iter().cloned().chain(interpreters).chain(extensions) {
                let other = seen.insert(name.clone(), language.name());
                let is_other = other.is_some_and(|other| other != language.name());
                assert!(!is_other, "{name} is that of {other:?} and of {}", language.name());
            }
        }
    }

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/analyse/lexer/languages");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".toml", ""))
            .collect();
        files.sort();
        let listed: Vec<&str> = Language::all().map(Language::name).collect();
        assert_eq!(files, listed);
    }
}
