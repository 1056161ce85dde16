//! The rules by which `debian/copyright` is judged: `rules.toml`, with a name for each in the code.

use std::sync::LazyLock;

use crate::analyse::findings::{self, rule_names};
use crate::model::Rule;

static TABLE: LazyLock<Vec<Rule>> = LazyLock::new(|| findings::rules_of(include_str!("rules.toml")));

/// All rules, in the order of the table: about the file, its paragraphs, patterns, licences.
pub fn all() -> &'static [Rule] {
    &TABLE
}

rule_names! { all(), FindingsLeftOut;
    FileTooLong "file-too-long"
    TooManyParagraphs "too-many-paragraphs"
    FindingsLeftOut "findings-left-out"
    NothingInIt "nothing-in-it"
    FreeForm "free-form"
    NotUtf8 "not-utf-8"
    ByteOrderMark "byte-order-mark"
    CarriageReturns "carriage-returns"
    CommentLine "comment-line"
    BlankSeparator "blank-separator"
    TabContinuation "tab-continuation"
    UnindentedLine "unindented-line"
    LineWithoutField "line-without-field"
    FieldNameCase "field-name-case"
    DuplicateField "duplicate-field"
    HeaderMissing "header-missing"
    HeaderNotFirst "header-not-first"
    SecondHeader "second-header"
    HeaderHasFiles "header-has-files"
    FormatSpecification "format-specification"
    FormatNotCanonical "format-not-canonical"
    FormatOutdated "format-outdated"
    FormatUnknown "format-unknown"
    UnknownParagraph "unknown-paragraph"
    FilesEmpty "files-empty"
    FilesWithoutCopyright "files-without-copyright"
    FilesWithoutLicense "files-without-license"
    LicenseBeforeFiles "license-before-files"
    DuplicateFiles "duplicate-files"
    DuplicateLicense "duplicate-license"
    LicenseWithoutText "license-without-text"
    LicenseTextMissing "license-text-missing"
    LicenseUnused "license-unused"
    GlobComma "glob-comma"
    GlobDotSlash "glob-dot-slash"
    GlobAbsolute "glob-absolute"
    GlobTrailingSlash "glob-trailing-slash"
    GlobBadEscape "glob-bad-escape"
    GlobBrackets "glob-brackets"
    GlobTooLong "glob-too-long"
    GlobMatchesNothing "glob-matches-nothing"
    GlobNeverDecides "glob-never-decides"
    FileNotCovered "file-not-covered"
    GlobsTooSlow "globs-too-slow"
    LicenseEmpty "license-empty"
    LicenseSyntax "license-syntax"
    LicenseTooLong "license-too-long"
    LicenseBrackets "license-brackets"
    LicenseAndOr "license-and-or"
    LicenseList "license-list"
    LicenseNameWithBlanks "license-name-with-blanks"
    LicenseUnknown "license-unknown"
    LicenseAmbiguous "license-ambiguous"
    LicenseDeprecated "license-deprecated"
    ExceptionUnknown "exception-unknown"
}

/// Findings by these rules.
pub(super) type Findings = findings::Findings<RuleId>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_table_are_the_same() {
        let mut names: Vec<&str> = RuleId::ALL.iter().map(|id| id.id()).collect();
        let mut rows: Vec<&str> = all().iter().map(|rule| rule.id.as_str()).collect();
        names.sort_unstable();
        rows.sort_unstable();
        assert_eq!(names, rows);
    }
}
