//! How much there is below a folder, ready for the template.

use serde::Serialize;

use crate::html;
use crate::model::{LanguageShare, Totals};

/// As templates take it.
#[derive(Debug, Serialize)]
pub(super) struct TotalsRow<'a> {
    files: String,
    bytes: String,
    languages: Vec<Share<'a>>,
}

#[derive(Debug, Serialize)]
struct Share<'a> {
    language: &'a str,
    files: String,
    code_lines: String,
    bytes: String,
    percent: String,
}

impl<'a> From<&'a Totals> for TotalsRow<'a> {
    fn from(totals: &'a Totals) -> Self {
        let Totals { files, bytes, languages } = totals;
        let all = languages.iter().map(|share| share.bytes).sum();
        Self {
            files: html::counted(*files, "file"),
            bytes: html::counted(*bytes, "byte"),
            languages: languages.iter().map(|it| share(it, all)).collect(),
        }
    }
}

fn share(share: &LanguageShare, all: u64) -> Share<'_> {
    let LanguageShare { language, files, bytes, code_lines } = share;
    // Tenths of a percent, rounded down: shares never add up to more than all.
    let tenths = bytes.saturating_mul(1000).checked_div(all).unwrap_or(0);
    Share {
        language,
        files: html::grouped(*files),
        code_lines: html::grouped(*code_lines),
        bytes: html::grouped(*bytes),
        percent: format!("{}.{}", tenths / 10, tenths % 10),
    }
}
