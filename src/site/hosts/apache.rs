//! Rules for Apache 2.4.
//!
//! One file for the site's `<VirtualHost>`, whose `DocumentRoot` is the published folder. They need the modules
//! headers, mime and rewrite, and deflate for clients that cannot unpack.
//!
//! - Rewritten paths pass through (`PT`), as Apache takes `/src/…` for a path of the machine if it has such a folder.
//! - Redirects are made from the request line, and only if it begins with a slash and a letter: `//example.org/…`
//!   would leave the site.
//! - Handlers, languages and encodings by extension are off: a package's `x.php` must not run, nor its `x.gz` be
//!   unpacked by the browser. Its `.htaccess` counts unless `AllowOverride` is `None`, which it is by default.

use crate::settings::{Encoding, LinkStyle};
use crate::site::urls::{
    ASSET_TYPES, Below, DOCUMENT_FOLDERS, DOCUMENT_TYPES, Layout, Moved, NAMED_FOLDERS, POLICY_IMAGE, POLICY_RAW,
    PackageNames, RAW_TYPES, ROUTES, Route, decode,
};

/// The rules.
pub(super) fn rules(layout: Layout, moved: &[Moved]) -> String {
    let mut text = String::from(
        r#"# Include this file inside the <VirtualHost> of the site, whose DocumentRoot is the published folder.
# Needs the modules headers, mime and rewrite, and deflate for clients that cannot unpack.
# The DocumentRoot must have `AllowOverride None`: packages have files called .htaccess.
# Say `Define DEBPRESS_RULES "/path/of/the/folder/of/this/file"` before it, and addresses with names such as `latest`
# lead to the version's; without, the script of the 404 page does that.

AddDefaultCharset utf-8
ErrorDocument 404 /404.html
<Location "/">
    SetHandler default-handler
    DirectorySlash Off
    RemoveEncoding .gz .tgz .Z .bz2 .xz .br .zst
    Header always set X-Content-Type-Options nosniff
    Header unset Content-Language
</Location>
<Location "/static/">
    Header set Cache-Control "public, max-age=31536000, immutable"
</Location>

"#,
    );
    text.push_str(&own_types());
    text.push_str(&raw_types());
    text.push_str(&page_encoding(layout));
    text.push_str("RewriteEngine On\nRewriteRule \"(?s)^/\\.debpress\" - [R=404,L]\n");
    text.push_str(NAME_MAP);
    text.push_str(&moved_rules(moved));
    text.push_str(&raw_name_rule());
    text.push_str(
        r#"RewriteCond "%{DOCUMENT_ROOT}$0" -d
RewriteRule "(?s)^/(?:data|static|map)/.*$" - [R=404,L]
RewriteRule "(?s)^/(?:data|static|map)/" - [L]
RewriteRule "^/(?:robots\.txt|favicon\.ico|404\.html|sitemap[^/]*\.xml)$" - [L]

"#,
    );
    for (extension, kind) in DOCUMENT_TYPES {
        // The charset is told by default, and blanks would end the flags.
        let kind = kind.split(';').next().unwrap_or(kind);
        text.push_str(&format!(
            r#"RewriteCond "%{{DOCUMENT_ROOT}}$1{gz}" -f
RewriteRule "(?s)^((?:{folders}).*\.{extension})$" "$1{gz}" "[PT,L,T={kind}]"
"#,
            folders = DOCUMENT_FOLDERS.join("|"),
            gz = layout.document_suffix()
        ));
    }
    text.push_str(&page_rules(layout));
    text
}

fn own_types() -> String {
    let own = |(extension, kind)| {
        format!(
            "<LocationMatch \"^/(?:(?:static|map)/.*|[^/]+)\\.{extension}$\">\n    ForceType \"{kind}\"\n</LocationMatch>\n"
        )
    };
    ASSET_TYPES.into_iter().map(own).collect()
}

fn raw_types() -> String {
    let mut text = format!(
        r#"<Location "/data/">
    ForceType text/plain
    Header always set Content-Security-Policy "{POLICY_RAW}"
</Location>
"#
    );
    for (kind, extensions) in RAW_TYPES {
        let policy = match kind.starts_with("image/") {
            true => format!("    Header always set Content-Security-Policy \"{POLICY_IMAGE}\"\n"),
            false => String::new(),
        };
        text.push_str(&format!(
            "<LocationMatch \"(?is)^/data/.*[^/]\\.(?:{})$\">\n    ForceType {kind}\n{policy}</LocationMatch>\n",
            extensions.join("|")
        ));
    }
    text
}

/// Pages and documents stored as `.gz` say so, and are unpacked for clients that cannot do it: but for the pages of files with
/// `.gz` in their own name, as Apache would say that they are packed twice, and knows what it unpacks by the name.
fn page_encoding(layout: Layout) -> String {
    match layout.encoding {
        Encoding::Plain => String::new(),
        Encoding::Gzip => format!(
            r#"<LocationMatch "(?is)^(?!/data/)(?!.*\.gz\.(?:[^/]*\.)?html\.gz$)(?:(?:{folders}).*\.(?:{extensions})|/.*\.html)\.gz$">
    AddEncoding gzip .gz
    Header append Vary Accept-Encoding
    <If "%{{HTTP:Accept-Encoding}} !~ /gzip/">
        SetOutputFilter INFLATE
    </If>
</LocationMatch>
<LocationMatch "(?is)^/(?!data/).*\.gz\.(?:[^/]*\.)?html\.gz$">
    Header set Content-Encoding gzip
</LocationMatch>
"#,
            folders = DOCUMENT_FOLDERS.join("|"),
            extensions = DOCUMENT_TYPES.map(|(extension, _)| extension).join("|"),
        ),
    }
}

/// Raw files whose version is in two areas.
fn moved_rules(moved: &[Moved]) -> String {
    let rule = |moved: &Moved| {
        let [from, to] = moved.folders();
        let from = String::from_utf8(decode(&from).unwrap_or_default()).unwrap_or_default();
        let pattern = from.replace('.', "\\.").replace('+', "\\+");
        let to = to.replace('%', "\\%");
        format!(
            "RewriteCond %{{THE_REQUEST}} \"^\\S+ /data/[^/?]+/[^/?]+/[^/?]+/[^/? ]+(/[^? ]*)[? ]\"\nRewriteRule \"(?s)^{pattern}/\" \"{to}%1\" [R=301,NE,L]\n"
        )
    };
    moved.iter().map(rule).collect()
}

fn page_rules(layout: Layout) -> String {
    let gz = match layout.encoding {
        Encoding::Gzip => ".gz",
        Encoding::Plain => "",
    };
    let page = format!(
        r#"RewriteCond "%{{DOCUMENT_ROOT}}$1~.html{gz}" -f
RewriteRule "(?s)^(/.*/index~*|/index~*)$" "$1~.html{gz}" [PT,L,T=text/html]
RewriteCond "$1" "!(?s)/index~*$"
RewriteCond "%{{DOCUMENT_ROOT}}$1.html{gz}" -f
RewriteRule "(?s)^(/.*[^/])$" "$1.html{gz}" [PT,L,T=text/html]
"#
    );
    let spelled_out = format!(
        r#"RewriteCond "%{{DOCUMENT_ROOT}}$1{gz}" -f
RewriteRule "(?s)^(/.*\.html)$" "$1{gz}" [PT,L,T=text/html]
"#
    );
    let [first, last] = match layout.links {
        LinkStyle::Clean => [page, spelled_out],
        LinkStyle::File => [spelled_out + &page, String::new()],
    };
    let folders = format!(
        r#"RewriteCond "%{{DOCUMENT_ROOT}}$1index.html{gz}" -f
RewriteRule "(?s)^(/.*/|/)$" "$1index.html{gz}" [PT,L,T=text/html]
RewriteCond "%{{DOCUMENT_ROOT}}$1~.html{gz}" -f
RewriteCond "%{{THE_REQUEST}}" "^\S+ (/[a-z][^? ]*[^/? ])/+[? ]"
RewriteRule "(?s)^(/.*/index~*)/$" "%1" [R=308,NE,L]
RewriteCond "$1" "!(?s)/index~*$"
RewriteCond "%{{DOCUMENT_ROOT}}$1.html{gz}" -f
RewriteCond "%{{THE_REQUEST}}" "^\S+ (/[a-z][^? ]*[^/? ])/+[? ]"
RewriteRule "(?s)^(/.*[^/])/$" "%1" [R=308,NE,L]
RewriteCond "%{{DOCUMENT_ROOT}}$1/index.html{gz}" -f
RewriteCond "%{{THE_REQUEST}}" "^\S+ (/[a-z][^? ]*)[? ]"
RewriteRule "(?s)^(/.*[^/])$" "%1/" [R=301,NE,L]
{last}RewriteCond "%{{DOCUMENT_ROOT}}$1~/index.html{gz}" -f
RewriteCond "%{{THE_REQUEST}}" "^\S+ (/[a-z][^? ]*)[? ]"
RewriteRule "(?s)^(/.*\.html(?:\.gz)?)$" "%1~/" [R=301,NE,L]
RewriteCond "%{{THE_REQUEST}}" "^\S+ (/src/[^/? ]+/(?:[^? ]*?/)??[^/? ]*?\.html(?:\.gz)?)/([^? ]*)[? ]"
RewriteRule "^/src/" "%1~/%2" [R=308,NE,L]
"#
    );
    let names = name_rule(&NAMED_FOLDERS.join("|"));
    let routes: String = ROUTES.iter().map(route_rule).collect();
    first + &folders + &names + &routes + "RewriteRule \"(?s)^/\" - [R=404,L]\n"
}

/// Addresses of older sites.
fn route_rule(Route { from, to, below }: &Route) -> String {
    match below {
        Below::Kept => format!(
            "RewriteCond \"%{{THE_REQUEST}}\" \"^\\S+ {from}(/[^? ]*)[? ]\"\nRewriteRule \"^{from}/\" \"{to}%1\" [R=302,NE,L]\n"
        ),
        Below::Documents => format!(
            "RewriteCond \"%{{THE_REQUEST}}\" \"^\\S+ {from}/([^/? ]+)/?[? ]\"\nRewriteRule \"^{from}/\" \"{to}/%1.json\" [R=302,NE,L]\n\
             RewriteCond \"%{{THE_REQUEST}}\" \"^\\S+ {from}/([^/? ]+)/([^/? ]+)/?[? ]\"\nRewriteRule \"^{from}/\" \"{to}/%1~%2.json\" [R=302,NE,L]\n"
        ),
        Below::Dropped => format!("RewriteRule \"(?s)^{from}(?:/|$)\" \"{to}\" [R=302,L]\n"),
        Below::None => format!("RewriteRule \"^{from}/?$\" \"{to}\" [R=302,L]\n"),
    }
}

/// Where the names of packages are, if that was said.
const NAME_MAP: &str = r#"<IfDefine DEBPRESS_RULES>
    RewriteMap debpress "txt:${DEBPRESS_RULES}/apache-names.txt"
</IfDefine>
"#;

/// Names that stand for versions, below folders that the pattern is of.
fn name_rule(folders: &str) -> String {
    name_rules(folders, &format!("(/(?:{folders})/[^/? ]+)"), "%4/%3%5", "")
}

/// The same for raw files. Those that are there are not looked up: the first time that a package is, all lines are
/// read.
fn raw_name_rule() -> String {
    let is_missing = "    RewriteCond \"%{DOCUMENT_ROOT}%{REQUEST_URI}\" !-f\n";
    name_rules("data/[^/]+/[^/]+", "/data/[^/? ]+(/[^/? ]+/[^/? ]+)", "/data/%2%4/%3%5", is_missing)
}

/// `asked` is what a request line has up to the package, with one group around what is kept of it; `to` where it
/// leads: `%2` is the area, `%3` the version, `%4` what is kept, `%5` the rest.
fn name_rules(folders: &str, asked: &str, to: &str, condition: &str) -> String {
    format!(
        r#"<IfDefine DEBPRESS_RULES>
{condition}    RewriteCond "$2=${{debpress:$1}} %{{THE_REQUEST}}" "^([^=,/ ]+)=(?:[^ ]*,)?\1=([^/ ,]+)/([^ ,]+)(?:,[^ ]*)? \S+ {asked}/[^/? ]+(/[^? ]*)?[? ]"
    RewriteRule "^/(?:{folders})/([^/]+)/([^/]+)(?:/|$)" "{to}" [R=302,NE,L]
</IfDefine>
"#
    )
}

/// The lines of the map: a package, and what names stand for.
pub(super) fn names(names: &[PackageNames]) -> String {
    let known = names.iter().filter(|it| !it.names.is_empty());
    known.map(|it| format!("{} {}\n", it.package, it.line())).collect()
}
