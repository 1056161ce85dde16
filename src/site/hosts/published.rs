//! Rules that hosts of static files read in the published folder.

use crate::model::{Area, DebianVersion, PackageName};
use crate::site::urls::{Below, Moved, POLICY_RAW, ROUTES, Route, decode};

/// `_headers`: one policy for all raw files, as these hosts take a wildcard at the end of a path alone.
pub(super) fn headers() -> String {
    format!(
        "/*\n  X-Content-Type-Options: nosniff\n/data/*\n  Content-Security-Policy: {POLICY_RAW}\n/static/*\n  Cache-Control: public, max-age=31536000, immutable\n/.debpress/*\n  X-Robots-Tag: none\n"
    )
}

/// `_redirects`: clean addresses and slashes are these hosts' own habit; left are versions in two areas, and addresses
/// of older sites.
pub(super) fn redirects(moved: &[Moved]) -> String {
    let line = |moved: &Moved| {
        let [from, to] = moved.folders();
        format!("{from}/* {to}/:splat 301\n")
    };
    moved.iter().map(line).chain(ROUTES.iter().map(route)).collect()
}

fn route(Route { from, to, below }: &Route) -> String {
    match below {
        Below::Kept => format!("{from}/* {to}/:splat 302\n"),
        Below::Documents => {
            let line = |from: &str, to: &str| format!("{from} {to} 302\n{from}/ {to} 302\n");
            let one = line(&format!("{from}/:first"), &format!("{to}/:first.json"));
            one + &line(&format!("{from}/:first/:second"), &format!("{to}/:first~:second.json"))
        }
        Below::Dropped => format!("{from} {to} 302\n{from}/* {to} 302\n"),
        Below::None => format!("{from} {to} 302\n{from}/ {to} 302\n"),
    }
}

/// The versions in two areas that the text of a `_redirects` file names; lines that are none of ours are left out.
pub fn moved_by(redirects: &str) -> Vec<Moved> {
    redirects.lines().filter_map(moved_by_line).collect()
}

fn moved_by_line(line: &str) -> Option<Moved> {
    let (from, rest) = line.split_once(' ')?;
    let [from, to] = [from, rest.split(' ').next()?].map(version_of);
    let ((from, package, version), (to, ..)) = (from?, to?);
    Some(Moved { package, version, from, to })
}

/// `/data/AREA/PREFIX/PACKAGE/VERSION/*` taken apart.
fn version_of(address: &str) -> Option<(Area, PackageName, DebianVersion)> {
    let address = String::from_utf8(decode(address)?).ok()?;
    let mut parts = address.strip_prefix("/data/")?.split('/');
    let area = Area::new(parts.next()?).ok()?;
    let package = PackageName::new(parts.nth(1)?).ok()?;
    let version = DebianVersion::new(parts.next()?).ok()?;
    Some((area, package, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_read_back() {
        let moved = Moved {
            package: PackageName::new("libfoo++").unwrap(),
            version: DebianVersion::new("1:2~3+b").unwrap(),
            from: Area::new("contrib").unwrap(),
            to: Area::new("non-free").unwrap(),
        };
        let text = format!("/old /new 301\n\n{}", redirects(std::slice::from_ref(&moved)));
        assert_eq!(moved_by(&text), [moved]);
    }
}
