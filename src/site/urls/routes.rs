//! Addresses of Debsources whose pages are part of others here. `docs/compatibility.md` has all its routes.

use serde::Serialize;

use super::{encode_path, encoded_component};

/// Addresses that lead elsewhere, for the time being: they may have pages of their own one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The address, without slash at its end.
    pub from: &'static str,
    /// Where it leads to.
    pub to: &'static str,
    /// What becomes of addresses below it.
    pub below: Below,
}

/// What becomes of the addresses below a [`Route`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Below {
    /// They lead to the same below [`to`](Route::to), and the route's own address nowhere.
    Kept,
    /// All lead to [`to`](Route::to) itself.
    Dropped,
    /// Those of one or two components lead to documents below [`to`](Route::to), `/a/` to `a.json`, `/a/b/` to
    /// `a~b.json`, with a slash at their end or without; the route's own address leads nowhere.
    Documents,
    /// They are none.
    None,
}

const fn route(from: &'static str, to: &'static str, below: Below) -> Route {
    Route { from, to, below }
}

/// All of them; no two are for the same address.
pub const ROUTES: [Route; 24] = [
    route("/about", "/", Below::None),
    route("/advancedsearch", "/", Below::None),
    route("/api/list", "/info/json/packages.json", Below::None),
    route("/api/ping", "/info/json/ping.json", Below::None),
    route("/api/src", "/info/json/debsources-src", Below::Documents),
    route("/copyright/api/ping", "/info/json/ping.json", Below::None),
    route("/copyright/file", "/src", Below::Kept),
    route("/copyright/list", "/copyright/", Below::Dropped),
    route("/copyright/news_archive", "/copyright/", Below::None),
    route("/copyright/prefix", "/prefix", Below::Kept),
    route("/copyright/search", "/search", Below::Kept),
    route("/doc", "/", Below::Dropped),
    route("/embed/file", "/src", Below::Kept),
    route("/embed/pkginfo", "/src", Below::Kept),
    route("/info/package", "/src", Below::Kept),
    route("/list", "/", Below::Dropped),
    route("/news_archive", "/", Below::None),
    route("/patches/api", "/info/json/debsources-patches", Below::Documents),
    route("/patches/list", "/patches/", Below::Dropped),
    route("/patches/news_archive", "/patches/", Below::None),
    route("/patches/prefix", "/prefix", Below::Kept),
    route("/patches/search", "/search", Below::Kept),
    route("/patches/summary", "/patches", Below::Kept),
    route("/sha256", "/copyright/sha256/", Below::None),
];

/// The address that a path, without leading slash, leads to.
pub(super) fn elsewhere(path: &[u8]) -> Option<String> {
    ROUTES.iter().find_map(|route| {
        let rest = path.strip_prefix(&route.from.as_bytes()[1..])?;
        match (route.below, rest) {
            (Below::Kept, [b'/', ..]) => {
                let mut location = route.to.to_owned();
                encode_path(rest, &mut location);
                Some(location)
            }
            (Below::Documents, [b'/', names @ ..]) => {
                let names = names.strip_suffix(b"/").unwrap_or(names);
                let name = match names.split(|&byte| byte == b'/').collect::<Vec<_>>()[..] {
                    [name] if !name.is_empty() => encoded_component(name),
                    [first, second] => format!("{}~{}", encoded_component(first), encoded_component(second)),
                    _ => return None,
                };
                Some(format!("{}/{name}.json", route.to))
            }
            (Below::Dropped, [b'/', ..]) | (Below::Dropped | Below::None, [] | [b'/']) => Some(route.to.to_owned()),
            _ => None,
        }
    })
}
