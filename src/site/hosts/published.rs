//! Rules that hosts of static files read in the published folder.

use crate::site::urls::{Moved, POLICY_RAW};

/// `_headers`: one policy for all raw files, as these hosts take a wildcard at the end of a path alone.
pub(super) fn headers() -> String {
    format!(
        "/*\n  X-Content-Type-Options: nosniff\n/data/*\n  Content-Security-Policy: {POLICY_RAW}\n/static/*\n  Cache-Control: public, max-age=31536000, immutable\n/.debpress/*\n  X-Robots-Tag: none\n"
    )
}

/// `_redirects`: clean addresses and slashes are these hosts' own habit; left are versions in two areas.
pub(super) fn redirects(moved: &[Moved]) -> String {
    let line = |moved: &Moved| {
        let [from, to] = moved.folders();
        format!("{from}/* {to}/:splat 301\n")
    };
    moved.iter().map(line).collect()
}
