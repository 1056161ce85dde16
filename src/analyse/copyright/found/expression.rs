//! SPDX licence expressions (SPDX 2.3, annex D), as far as tags need them: told from other text, and judged.

/// Deepest nesting of parentheses.
const DEEPEST: usize = 32;

/// Whether the text is a licence expression. Identifiers need not be known.
pub(super) fn is_expression(text: &str) -> bool {
    judge(text, &mut |_| true).is_some()
}

/// What an expression amounts to when `is_true` says it for each licence: `AND` needs both sides, `OR` one of them. A licence
/// with its exception is one (`A WITH B`). `None` when the text is no expression.
pub(super) fn judge(text: &str, is_true: &mut dyn FnMut(&str) -> bool) -> Option<bool> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_ascii_whitespace().collect();
    let mut parser = Parser { tokens: &tokens, is_true };
    let value = parser.alternatives(DEEPEST)?;
    parser.tokens.is_empty().then_some(value)
}

struct Parser<'t, 'f> {
    tokens: &'t [&'t str],
    is_true: &'f mut dyn FnMut(&str) -> bool,
}

impl<'t> Parser<'t, '_> {
    fn alternatives(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.conjunction(depth)?;
        while self.accept("OR") {
            // Both sides are read whatever the first is: the text must be an expression to its end.
            value = self.conjunction(depth)? || value;
        }
        Some(value)
    }

    fn conjunction(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.licence(depth)?;
        while self.accept("AND") {
            value = self.licence(depth)? && value;
        }
        Some(value)
    }

    fn licence(&mut self, depth: usize) -> Option<bool> {
        if self.accept("(") {
            let value = self.alternatives(depth.checked_sub(1)?)?;
            return self.accept(")").then_some(value);
        }
        let licence = self.identifier()?;
        if self.accept("WITH") {
            let exception = self.identifier()?;
            return Some((self.is_true)(&format!("{licence} WITH {exception}")));
        }
        Some((self.is_true)(licence))
    }

    fn identifier(&mut self) -> Option<&'t str> {
        let (&first, rest) = self.tokens.split_first()?;
        let is_identifier = first.bytes().any(|byte| byte.is_ascii_alphanumeric())
            && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-:".contains(&byte))
            && !["AND", "OR", "WITH"].iter().any(|operator| first.eq_ignore_ascii_case(operator));
        is_identifier.then(|| self.tokens = rest)?;
        Some(first)
    }

    /// Operators are upper case or lower case, as SPDX 3 allows and older tags have it.
    fn accept(&mut self, token: &str) -> bool {
        let Some((first, rest)) = self.tokens.split_first() else { return false };
        let found = *first == token || *first == token.to_ascii_lowercase();
        if found {
            self.tokens = rest;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_told_from_other_text() {
        for good in [
            "MIT",
            "GPL-2.0+",
            "(MIT or Apache-2.0) AND ISC",
            "GPL-2.0-only WITH Linux-syscall-note",
            "DocumentRef-a:LicenseRef-b",
        ] {
            assert!(is_expression(good), "{good}");
        }
        for bad in ["", "MIT Apache-2.0", "MIT OR", "(MIT", "MIT)", "<id>", "%s", "MIT WITH", "-", "WITH", "MIT, ISC"] {
            assert!(!is_expression(bad), "{bad}");
        }
        assert!(!is_expression(&"(".repeat(100_000)));
    }

    #[test]
    fn or_needs_one_side_and_and_both() {
        let with = |known: &[&str], text| judge(text, &mut |id| known.contains(&id));
        assert_eq!(with(&["MIT"], "MIT OR ISC AND Zlib"), Some(true));
        assert_eq!(with(&["ISC"], "MIT OR ISC AND Zlib"), Some(false));
        assert_eq!(with(&["ISC", "Zlib"], "MIT OR ISC AND Zlib"), Some(true));
        assert_eq!(with(&["MIT"], "(MIT OR ISC) AND Zlib"), Some(false));
        assert_eq!(with(&["GPL-2.0-only"], "GPL-2.0-only WITH Font-exception-2.0"), Some(false));
    }
}
