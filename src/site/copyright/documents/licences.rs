//! Licence expressions that validators accept, and the texts behind the references in them.
//!
//! SPDX knows the names of its list and references (`LicenseRef-…`) to texts in the document (SPDX 2.3, annex D). Any
//! other name becomes a reference, and so does a name of the list with a `+` that the list does not have: the grammar
//! allows it, the official tools refuse it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use spdx::identifiers::{EXCEPTIONS, LICENSES};

use crate::model::{CopyrightFile, DeclaredLicense, Field, LicenseTerm, Paragraph, Sha256};

/// What references begin with.
const REFERENCE: &str = "LicenseRef-";

/// The most licences that one text stands for.
const SHARE_A_TEXT: usize = 4;

/// The text of a reference that nothing is known of.
const NO_TEXT: &str = "No text of this licence was found.";

/// Names of the list by their spelling in lower case.
static LISTED: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    // The list has the GFDL without "only" and "or later", which SPDX has not.
    let is_listed = |name: &&str| !asserts_nothing(name) && !name.ends_with("invariants");
    let names = LICENSES.iter().map(|it| it.name).filter(is_listed);
    names.map(|name| (name.to_lowercase(), name)).collect()
});

/// A valid expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Expression {
    /// The whole.
    pub(super) text: String,
    /// The licences in it, an exception with its licence.
    pub(super) licences: Vec<String>,
}

/// A licence that is defined by its text in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// What it is called in the package.
    pub(super) name: String,
    /// Its text; never empty.
    pub(super) text: String,
}

/// Makes expressions valid, and keeps the references in them.
#[derive(Debug, Default)]
pub(super) struct Licences<'a> {
    known: HashMap<&'a str, Named<'a>>,
    expressions: HashMap<String, Expression>,
    references: BTreeMap<String, Reference>,
}

/// What `debian/copyright` calls a licence, and the paragraph with its text.
#[derive(Debug)]
struct Named<'a> {
    term: &'a LicenseTerm,
    paragraph: Option<&'a Paragraph>,
}

impl<'a> Licences<'a> {
    /// With the names and texts of a `debian/copyright`.
    pub(super) fn of(file: &'a CopyrightFile) -> Self {
        let texts = file.licenses.iter().map(|it| (&it.paragraph, Some(&it.license)));
        let files = file.files.iter().map(|it| (&it.paragraph, it.license.as_ref()));
        let header = file.header.iter().map(|it| (&it.paragraph, it.license.as_ref()));
        let declared: Vec<(&Paragraph, &DeclaredLicense, Vec<&LicenseTerm>)> = texts
            .chain(files)
            .chain(header)
            .filter_map(|(paragraph, license)| {
                let license = license?;
                Some((paragraph, license, license.expression.as_ref()?.terms()))
            })
            .collect();
        let mut known = HashMap::new();
        // First the texts of single licences, which say best what a name means.
        for most in [1, SHARE_A_TEXT] {
            for (paragraph, license, terms) in &declared {
                if license.has_text && terms.len() <= most {
                    for term in terms {
                        known.entry(term.spdx.as_str()).or_insert(Named { term, paragraph: Some(paragraph) });
                    }
                }
            }
        }
        for term in declared.iter().flat_map(|(.., terms)| terms) {
            known.entry(term.spdx.as_str()).or_insert(Named { term, paragraph: None });
        }
        Self { known, ..Self::default() }
    }

    /// Makes an expression valid; `None` when it asserts nothing. It must be well-formed.
    pub(super) fn add(&mut self, expression: &str) -> Option<&Expression> {
        if expression.trim().is_empty() || asserts_nothing(expression) {
            return None;
        }
        if !self.expressions.contains_key(expression) {
            let valid = self.valid(expression);
            self.expressions.insert(expression.to_owned(), valid);
        }
        self.expressions.get(expression)
    }

    /// An expression that was [added](Self::add).
    pub(super) fn get(&self, expression: &str) -> Option<&Expression> {
        self.expressions.get(expression)
    }

    /// All references in expressions that were added, by their ids.
    pub(super) fn references(&self) -> &BTreeMap<String, Reference> {
        &self.references
    }

    fn valid(&mut self, expression: &str) -> Expression {
        let spaced = expression.replace('(', " ( ").replace(')', " ) ");
        let mut tokens = spaced.split_ascii_whitespace().peekable();
        let mut valid = Expression::default();
        while let Some(token) = tokens.next() {
            let part = match token {
                "(" | ")" => token.to_owned(),
                _ if is_operator(token, "AND") || is_operator(token, "OR") => token.to_ascii_uppercase(),
                _ => {
                    let exception = tokens.next_if(|next| is_operator(next, "WITH")).and_then(|_| tokens.next());
                    let licence = self.licence(token, exception);
                    if !valid.licences.contains(&licence) {
                        valid.licences.push(licence.clone());
                    }
                    licence
                }
            };
            if !valid.text.is_empty() && !valid.text.ends_with('(') && part != ")" {
                valid.text.push(' ');
            }
            valid.text.push_str(&part);
        }
        valid
    }

    fn licence(&mut self, id: &str, exception: Option<&str>) -> String {
        let list = |id: &str| LISTED.get(&id.to_lowercase()).copied();
        let listed = list(id);
        let Some(exception) = exception else {
            return match (listed, id.strip_suffix('+').and_then(list)) {
                (Some(listed), _) => listed.to_owned(),
                (None, Some(base)) => self.reference(
                    id,
                    format!("{REFERENCE}{base}-or-later"),
                    &format!("{base} or any later version of it."),
                ),
                (None, None) => self.reference(id, reference_id(id), NO_TEXT),
            };
        };
        let listed_exception = EXCEPTIONS.iter().map(|it| it.name).find(|name| name.eq_ignore_ascii_case(exception));
        match (listed, listed_exception) {
            (Some(listed), Some(exception)) => format!("{listed} WITH {exception}"),
            _ => {
                let whole = format!("{id} WITH {exception}");
                let reference = reference_id(&whole);
                self.reference(&whole, reference, NO_TEXT)
            }
        }
    }

    fn reference(&mut self, written: &str, id: String, otherwise: &str) -> String {
        if let Entry::Vacant(vacant) = self.references.entry(id.clone()) {
            let named = self.known.get(written);
            let text = named.and_then(|named| named.paragraph?.field("License")).map(Field::text).unwrap_or_default();
            let text = text.trim();
            vacant.insert(Reference {
                name: named.map_or_else(|| written.to_owned(), |named| named.term.to_string()),
                text: if text.is_empty() { otherwise.to_owned() } else { text.to_owned() },
            });
        }
        id
    }
}

/// Operators are upper case or lower case, as SPDX 3 allows and older tags have it.
fn is_operator(token: &str, operator: &str) -> bool {
    token == operator || token == operator.to_ascii_lowercase()
}

fn asserts_nothing(expression: &str) -> bool {
    ["NONE", "NOASSERTION"].iter().any(|word| expression.eq_ignore_ascii_case(word))
}

/// The reference for a name; names that differ have different ones.
fn reference_id(name: &str) -> String {
    let is_kept = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
    if let Some(id) = name.strip_prefix(REFERENCE)
        && !id.is_empty()
        && id.chars().all(is_kept)
    {
        return name.to_owned();
    }
    let kept: String =
        name.chars().map(|character| if is_kept(character) { character } else { '-' }).take(60).collect();
    if kept == name {
        return format!("{REFERENCE}{kept}");
    }
    format!("{REFERENCE}{kept}-{}", &Sha256::of(name.as_bytes()).to_string()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_valid(written: &str, text: &str, references: &[&str]) {
        let mut licences = Licences::default();
        assert_eq!(licences.add(written).unwrap().text, text);
        assert_eq!(licences.references().keys().collect::<Vec<_>>(), references);
        assert!(licences.references().values().all(|reference| !reference.text.is_empty()));
    }

    #[test]
    fn every_expression_becomes_valid() {
        assert_valid("mit and (GPL-2.0+ OR ISC)", "MIT AND (GPL-2.0+ OR ISC)", &[]);
        assert_valid("MPL-1.1+", "LicenseRef-MPL-1.1-or-later", &["LicenseRef-MPL-1.1-or-later"]);
        assert_valid("Foo OR MIT", "LicenseRef-Foo OR MIT", &["LicenseRef-Foo"]);
        assert_valid("LicenseRef-a.b", "LicenseRef-a.b", &["LicenseRef-a.b"]);
        assert_valid("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", &[]);
        let reference = "LicenseRef-GPL-2.0-only-WITH-mine-3d79a678";
        assert_valid("GPL-2.0-only WITH mine", reference, &[reference]);
        assert_eq!(Licences::default().add("NOASSERTION"), None);
    }
}
