//! The rules by which headers of patches are judged: `rules.toml`, with a name for each in the code.

use std::sync::LazyLock;

use crate::analyse::findings::{self, rule_names};
use crate::model::Rule;

static TABLE: LazyLock<Vec<Rule>> = LazyLock::new(|| findings::rules_of(include_str!("rules.toml")));

/// All rules, in the order of the table: about the header, its form, its fields.
pub fn all() -> &'static [Rule] {
    &TABLE
}

rule_names! { all(), FindingsLeftOut;
    HeaderTooLong "header-too-long"
    ValueTooLong "value-too-long"
    TooManyFields "too-many-fields"
    FindingsLeftOut "findings-left-out"
    NoHeader "no-header"
    NoFields "no-fields"
    NoDescription "no-description"
    NoAuthor "no-author"
    NotUtf8 "not-utf-8"
    CarriageReturns "carriage-returns"
    ControlCharacters "control-characters"
    BrokenEncodedWord "broken-encoded-word"
    FieldNameMisspelt "field-name-misspelt"
    FieldEmpty "field-empty"
    UnindentedLine "unindented-line"
    FieldTwice "field-twice"
    FieldWithinText "field-within-text"
    FieldAfterEnd "field-after-end"
    TemplateLeft "template-left"
    ForwardedSpelling "forwarded-spelling"
    ForwardedUnclear "forwarded-unclear"
    OriginKeyword "origin-keyword"
    BugOfDebian "bug-of-debian"
    BugWithoutAddress "bug-without-address"
    LastUpdateFormat "last-update-format"
    AppliedUpstreamUnclear "applied-upstream-unclear"
    DateUnreadable "date-unreadable"
    SeriesEntryWithoutFile "series-entry-without-file"
    SeriesOptionsIgnored "series-options-ignored"
    PatchNotInSeries "patch-not-in-series"
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
