//! Rules for nginx.
//!
//! Two files: maps, which nginx allows in `http { }` alone, and locations for the site's `server { }`, which sets
//! `root` to the published folder. What they rely on was tried with nginx 1.22:
//!
//! - captures of an `if` are escaped again when an address has `%xx`, so paths are taken apart in `map`s with named
//!   groups; `(?s)` is needed for names with a newline;
//! - redirects made from decoded paths put raw blanks into `Location`, so they are made from `$request_uri`, and
//!   only if it begins with a slash and a letter: `//example.org/…` would leave the site;
//! - `try_files` and `index` do not see `.gz` files: the address is rewritten to the name without `.gz`, which
//!   `gzip_static always` completes, and `gunzip` unpacks for clients that cannot.

use std::collections::BTreeMap;

use crate::settings::{Encoding, LinkStyle};
use crate::site::urls::{
    ASSET_TYPES, Below, DOCUMENT_FOLDERS, DOCUMENT_TYPES, Layout, Moved, NAMED_FOLDERS, POLICY_IMAGE, POLICY_RAW,
    PackageNames, RAW_TYPES, ROUTES, Route,
};

/// Stands for a file that is never there.
const NOTHING: &str = "/.debpress/none";

/// Bytes of a string that fit into a cell of the table of a map: 64 bytes by default, with a pointer, a length and an
/// end.
const LONGEST_STRING: usize = 36;

/// The maps, for `http { }`.
pub(super) fn maps(moved: &[Moved], names: &[PackageNames]) -> String {
    let mut text = String::from(
        r#"# Include this file inside http { } and server.conf inside the server { } of the site.
# A folder `index~` or an address with a backslash is no mistake: packages have such names.

"#,
    );
    text.push_str(&format!(
        r#"# Paths of what may be asked for, without .gz; only those that are there count.
map $uri $debpress_page {{
    default $uri;
    "~(?s)/index~*$" $uri~;
}}
map $uri $debpress_index {{
    default {NOTHING};
    "~(?s)/$" ${{uri}}index.html;
}}
map $uri $debpress_folder {{
    default $uri/index.html;
    "~(?s)/$" {NOTHING};
}}
map $uri $debpress_page_before_slash {{
    default {NOTHING};
    "~(?s)^(?<debpress_uri_1>.*/index~*)/$" $debpress_uri_1~.html;
    "~(?s)^(?<debpress_uri_2>.*[^/])/$" $debpress_uri_2.html;
}}
map $uri $debpress_spelled_out {{
    default {NOTHING};
    "~(?s)\.html$" $uri;
}}
map $uri $debpress_folder_with_tilde {{
    default {NOTHING};
    "~(?s)\.html(?:\.gz)?$" $uri~/index.html;
}}

# Where to redirect to.
map $request_uri $debpress_with_slash {{
    default "";
    "~^(?<debpress_at_1>/[a-z][^?]*)(?<debpress_query_1>\?.*)?$" $debpress_at_1/$debpress_query_1;
}}
map $request_uri $debpress_without_slash {{
    default "";
    "~^(?<debpress_at_2>/[a-z][^?]*[^?/])/+(?<debpress_query_2>\?.*)?$" $debpress_at_2$debpress_query_2;
}}
map $request_uri $debpress_with_tilde {{
    default "";
    "~^(?<debpress_at_3>/[a-z][^?]*)(?<debpress_query_3>\?.*)?$" $debpress_at_3~/$debpress_query_3;
}}
map $request_uri $debpress_with_inner_tilde {{
    default "";
    "~^(?<debpress_at_4>/src/[^/?]+/(?:[^?]*?/)??[^/?]*?\.html(?:\.gz)?)/(?<debpress_at_5>.*)$" $debpress_at_4~/$debpress_at_5;
}}

# Raw files are never run as a page of this site.
map $uri $debpress_policy {{
    default "{POLICY_RAW}";
    "~*(?s)\.(?:{images})$" "{POLICY_IMAGE}";
}}
"#,
        images = image_extensions().join("|"),
    ));
    text.push_str(&moved_maps(moved));
    text.push_str(&route_map());
    text.push_str(&name_maps(names));
    text
}

fn image_extensions() -> Vec<&'static str> {
    let images = RAW_TYPES.iter().filter(|(kind, _)| kind.starts_with("image/"));
    images.flat_map(|(_, extensions)| extensions.iter().copied()).collect()
}

/// Raw files whose version is in two areas.
fn moved_maps(moved: &[Moved]) -> String {
    let mut text = String::from(
        r#"
# Versions that are in two areas.
map $request_uri $debpress_in_version {
    default "";
    "~^/data/[^/?]+/[^/?]+/[^/?]+/[^/?]+(?<debpress_at_6>/.*)$" $debpress_at_6;
}
map $uri $debpress_moved {
    default "";
"#,
    );
    for entry in moved {
        let [from, to] = entry.folders();
        // The names that occur here have no other special characters than these two and `-`, `~`, `:`.
        let from = String::from_utf8(crate::site::urls::decode(&from).unwrap_or_default()).unwrap_or_default();
        let pattern = from.replace('.', "\\.").replace('+', "\\+");
        text.push_str(&format!("    \"~(?s)^{pattern}/\" \"{to}\";\n"));
    }
    text.push_str("}\n");
    text
}

/// Addresses of older sites.
fn route_map() -> String {
    let mut text = String::from(
        "\n# Where addresses of older sites lead to.\nmap $request_uri $debpress_route {\n    default \"\";\n",
    );
    for (at, Route { from, to, below }) in ROUTES.iter().enumerate() {
        let line = match below {
            Below::Kept => format!("    \"~^{from}(?<debpress_below_{at}>/.*)$\" \"{to}$debpress_below_{at}\";\n"),
            Below::Documents => {
                let query = format!("/?(?<debpress_query_of_{at}>\\?.*)?$");
                format!(
                    "    \"~^{from}/(?<debpress_first_{at}>[^/?]+){query}\" \"{to}/$debpress_first_{at}.json$debpress_query_of_{at}\";\n\
                     \u{20}   \"~^{from}/(?<debpress_first_{at}>[^/?]+)/(?<debpress_second_{at}>[^/?]+){query}\" \
                     \"{to}/$debpress_first_{at}~$debpress_second_{at}.json$debpress_query_of_{at}\";\n"
                )
            }
            Below::Dropped | Below::None => {
                let below = if *below == Below::Dropped { "(?:/[^?]*)?" } else { "/?" };
                format!("    \"~^{from}{below}(?<debpress_below_{at}>\\?.*)?$\" \"{to}$debpress_below_{at}\";\n")
            }
        };
        text.push_str(&line);
    }
    text.push_str("}\n");
    text
}

/// Names that stand for versions.
///
/// Strings of a map are looked up in a table, whatever their case, and may be about as long as a line of the
/// processor's cache by default; those that are longer, or equal but for case, are patterns, of which one is tried
/// after the other.
fn name_maps(names: &[PackageNames]) -> String {
    let mut folded: BTreeMap<String, usize> = BTreeMap::new();
    for it in names {
        *folded.entry(it.package.as_str().to_ascii_lowercase()).or_default() += 1;
    }
    let mut text = format!(
        r#"
# What names such as `latest` stand for; addresses with one lead to the version's. With many packages, say
# `map_hash_max_size 131072;` before the first map of http {{ }}, which makes the table faster.
map $uri $debpress_named_package {{
    default "";
    "~^/(?:{folders})/(?<debpress_package_1>[^/]+)/[^/]+(?:/|$)" $debpress_package_1;
    "~^/data/[^/]+/[^/]+/(?<debpress_package_2>[^/]+)/[^/]+(?:/|$)" $debpress_package_2;
}}
map "$debpress_names $request_uri" $debpress_named {{
    default "";
    "~^(?:[^ ]*,)?(?<debpress_name_1>[^ =,]+)=[^/ ,]+/(?<debpress_version_1>[^ ,]+)(?:,[^ ]*)? (?<debpress_at_7>/(?:{folders})/[^/?]+)/\k<debpress_name_1>(?<debpress_at_8>(?:[/?].*)?)$" $debpress_at_7/$debpress_version_1$debpress_at_8;
    "~^(?:[^ ]*,)?(?<debpress_name_2>[^ =,]+)=(?<debpress_area>[^/ ,]+)/(?<debpress_version_2>[^ ,]+)(?:,[^ ]*)? /data/[^/?]+(?<debpress_at_9>/[^/?]+/[^/?]+)/\k<debpress_name_2>(?<debpress_at_10>(?:[/?].*)?)$" /data/$debpress_area$debpress_at_9/$debpress_version_2$debpress_at_10;
}}
map $debpress_named_package $debpress_names {{
    default "";
"#,
        folders = NAMED_FOLDERS.join("|"),
    );
    for it in names.iter().filter(|it| !it.names.is_empty()) {
        let package = it.package.as_str();
        let is_one = folded.get(&package.to_ascii_lowercase()) == Some(&1);
        match is_one && package.len() <= LONGEST_STRING {
            true => text.push_str(&format!("    \"{package}\" \"{}\";\n", it.line())),
            false => {
                let pattern = package.replace('.', "\\.").replace('+', "\\+");
                text.push_str(&format!("    \"~^{pattern}$\" \"{}\";\n", it.line()));
            }
        }
    }
    text.push_str("}\n");
    text
}

/// The locations, for `server { }`.
pub(super) fn locations(layout: Layout) -> String {
    let gz = match layout.encoding {
        Encoding::Gzip => ".gz",
        Encoding::Plain => "",
    };
    let mut text = String::from(
        r#"# Include this file inside the server { } of the site, whose `root` is the published folder.

charset utf-8;
absolute_redirect off;
gzip_static off;
error_page 404 /404.html;

location ^~ /.debpress {
    return 404;
}

"#,
    );
    text.push_str(&own_files());
    text.push_str(&documents(layout));
    text.push_str(&raw_files());
    text.push_str(
        "location / {\n    types { }\n    default_type text/html;\n    add_header X-Content-Type-Options nosniff always;\n",
    );
    if layout.encoding == Encoding::Gzip {
        text.push_str("    gzip_static always;\n    gunzip on;\n");
    }
    text.push_str("    set $debpress_301 \"\";\n    set $debpress_308 \"\";\n");
    let page = format!(
        r#"    if (-f $document_root$debpress_page.html{gz}) {{
        rewrite "(?s)^(.*/index~*)$" $1~.html break;
        rewrite "(?s)^(.*)$" $1.html break;
    }}
"#
    );
    let spelled_out = format!(
        r#"    if (-f $document_root$debpress_spelled_out{gz}) {{
        break;
    }}
"#
    );
    let [first, last] = match layout.links {
        LinkStyle::Clean => [page, spelled_out],
        LinkStyle::File => [spelled_out + &page, String::new()],
    };
    text.push_str(&first);
    text.push_str(&format!(
        r#"    if (-f $document_root$debpress_index{gz}) {{
        rewrite "(?s)^(.*/)$" $1index.html break;
    }}
    if (-f $document_root$debpress_page_before_slash{gz}) {{
        set $debpress_308 $debpress_without_slash;
    }}
    if (-f $document_root$debpress_folder{gz}) {{
        set $debpress_301 $debpress_with_slash;
    }}
    if ($debpress_301) {{
        return 301 $debpress_301;
    }}
    if ($debpress_308) {{
        return 308 $debpress_308;
    }}
{last}    if (-f $document_root$debpress_folder_with_tilde{gz}) {{
        return 301 $debpress_with_tilde;
    }}
    if ($debpress_with_inner_tilde) {{
        return 308 $debpress_with_inner_tilde;
    }}
    if ($debpress_named) {{
        return 302 $debpress_named;
    }}
    if ($debpress_route) {{
        return 302 $debpress_route;
    }}
    return 404;
}}
"#
    ));
    text
}

fn own_files() -> String {
    let types = ASSET_TYPES.iter().map(|(extension, kind)| (kind.split(';').next().unwrap_or(kind), *extension));
    let types: String = types.map(|(kind, extension)| format!("        {kind} {extension};\n")).collect();
    let plain = |condition: &str, more: &str| {
        format!(
            "location {condition} {{\n    types {{\n{types}    }}\n    default_type text/plain;\n    charset_types text/plain text/css text/javascript text/xml;\n    add_header X-Content-Type-Options nosniff always;\n{more}    try_files $uri =404;\n}}\n\n"
        )
    };
    [
        plain("= /404.html", ""),
        plain("~ ^/(?:robots\\.txt|favicon\\.ico|sitemap[^/]*\\.xml)$", ""),
        plain("/map/", ""),
        plain("/static/", "    add_header Cache-Control \"public, max-age=31536000, immutable\";\n"),
    ]
    .concat()
}

/// What is for programs.
fn documents(layout: Layout) -> String {
    let stored = match layout.encoding {
        Encoding::Gzip => "    gzip_static always;\n    gunzip on;\n",
        Encoding::Plain => "    try_files $uri =404;\n",
    };
    let types: String = DOCUMENT_TYPES.iter().map(|(extension, kind)| format!(" {kind} {extension};")).collect();
    let location = |folder: &str| {
        format!(
            "location {folder} {{\n    types {{{types} }}\n    charset off;\n    add_header X-Content-Type-Options nosniff always;\n    location ~ \"(?s)(?:\\.gz|/)$\" {{\n        return 404;\n    }}\n{stored}}}\n\n"
        )
    };
    DOCUMENT_FOLDERS.map(location).concat()
}

fn raw_files() -> String {
    let types: String =
        RAW_TYPES.iter().map(|(kind, extensions)| format!("        {kind} {};\n", extensions.join(" "))).collect();
    format!(
        r#"location /data/ {{
    types {{
{types}    }}
    default_type text/plain;
    charset_types text/plain;
    add_header X-Content-Type-Options nosniff always;
    add_header Content-Security-Policy $debpress_policy always;
    if ($debpress_moved) {{
        return 301 $debpress_moved$debpress_in_version;
    }}
    if ($debpress_named) {{
        return 302 $debpress_named;
    }}
    try_files $uri =404;
}}

"#
    )
}
