//! Rules for Caddy 2.
//!
//! One file to be imported into the site's block, which sets `root` to the published folder. As in those for nginx,
//! paths are taken apart in maps, and redirects are made from the request's own spelling. Caddy does not unpack:
//! clients that cannot do it get packed pages all the same.

use crate::settings::{Encoding, LinkStyle};
use crate::site::urls::{
    Below, DOCUMENT_FOLDERS, DOCUMENT_TYPES, Layout, Moved, POLICY_IMAGE, POLICY_RAW, RAW_DEFAULT_TYPE, RAW_TYPES,
    ROUTES, Route, decode,
};

/// Stands for what is not there.
const NOTHING: &str = "/.debpress/none";

/// Sends the file at the path, and nothing else.
const FILE_SERVER: &str = "file_server {\n\t\tindex .none\n\t\tdisable_canonical_uris\n\t}";

/// The rules.
pub(super) fn rules(layout: Layout, moved: &[Moved]) -> String {
    format!(
        r#"# Import this file inside the block of the site, whose `root` is the published folder.

header X-Content-Type-Options nosniff
handle_errors {{
	header -Content-Encoding
	header -Content-Security-Policy
	header Content-Type "text/html; charset=utf-8"
	rewrite * /404.html
	file_server
}}
handle /.debpress* {{
	error 404
}}
handle /static/* {{
	header Cache-Control "public, max-age=31536000, immutable"
	{FILE_SERVER}
}}
@debpress_plain path /map/* /robots.txt /favicon.ico /404.html /sitemap*.xml
header /favicon.ico Content-Type image/x-icon
handle @debpress_plain {{
	{FILE_SERVER}
}}
handle /data/* {{
	route {{
{moved}{types}	{FILE_SERVER}
	}}
}}
@debpress_document path {folders}
handle @debpress_document {{
	route {{
{documents}		error 404
	}}
}}
handle {{
	route {{
{maps}{pages}		error 404
	}}
}}
"#,
        moved = moved_rules(moved),
        types = raw_types(),
        folders = DOCUMENT_FOLDERS.map(|folder| format!("{folder}*")).join(" "),
        documents = documents(layout),
        maps = maps(),
        pages = page_rules(layout),
    )
}

/// Raw files whose version is in two areas.
fn moved_rules(moved: &[Moved]) -> String {
    if moved.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\t\tmap {http.request.uri} {debpress_in_version} {\n\t\t\t~^/data/[^/?]+/[^/?]+/[^/?]+/[^/?]+(/.*)$ \"${1}\"\n\t\t}\n",
    );
    for (position, entry) in moved.iter().enumerate() {
        let [from, to] = entry.folders();
        let from = String::from_utf8(decode(&from).unwrap_or_default()).unwrap_or_default();
        text.push_str(&format!(
            "\t\t@moved{position} path {from}/*\n\t\tredir @moved{position} {to}{{debpress_in_version}} 301\n"
        ));
    }
    text
}

fn raw_types() -> String {
    let mut text = format!(
        "\t\theader Content-Type \"{RAW_DEFAULT_TYPE}\"\n\t\theader Content-Security-Policy \"{POLICY_RAW}\"\n"
    );
    for (position, (kind, extensions)) in RAW_TYPES.iter().enumerate() {
        text.push_str(&format!(
            "\t\t@type{position} path_regexp (?is)[^/]\\.(?:{})$\n\t\theader @type{position} Content-Type {kind}\n",
            extensions.join("|")
        ));
        if kind.starts_with("image/") {
            text.push_str(&format!("\t\theader @type{position} Content-Security-Policy \"{POLICY_IMAGE}\"\n"));
        }
    }
    text
}

/// What is for programs.
fn documents(layout: Layout) -> String {
    let of_kind = |(extension, kind)| {
        format!("\t\t\t@{extension} path *.{extension}\n\t\t\theader @{extension} Content-Type {kind}\n")
    };
    let types = DOCUMENT_TYPES.map(of_kind).concat();
    let encoding = match layout.encoding {
        Encoding::Gzip => "\t\t\theader Content-Encoding gzip\n\t\t\theader Vary Accept-Encoding\n",
        Encoding::Plain => "",
    };
    format!(
        r#"		@document {{
			path_regexp [^/]$
			file {{
				try_files {{path}}{gz}
			}}
		}}
		handle @document {{
			rewrite * {{http.matchers.file.relative}}
{types}{encoding}			{FILE_SERVER}
		}}
"#,
        gz = layout.document_suffix()
    )
}

/// What may be asked for, without `.gz`, and where to redirect to.
fn maps() -> String {
    const MAPS: [(&str, &str, &[[&str; 2]]); 10] = [
        ("{path}", "page", &[["~(?s)^(.*/index~*)$", "${1}~.html"], ["~(?s)^(.*[^/])$", "${1}.html"]]),
        ("{path}", "index", &[["~(?s)^(.*/)$", "${1}index.html"]]),
        ("{path}", "folder", &[["~(?s)^(.*[^/])$", "${1}/index.html"]]),
        ("{path}", "before_slash", &[["~(?s)^(.*/index~*)/$", "${1}~.html"], ["~(?s)^(.*[^/])/$", "${1}.html"]]),
        ("{path}", "spelled_out", &[["~(?s)^(.*\\.html)$", "${1}"]]),
        ("{path}", "tilde_folder", &[["~(?s)^(.*\\.html(?:\\.gz)?)$", "${1}~/index.html"]]),
        ("{http.request.uri}", "with_slash", &[["~^(/[a-z][^?]*)(\\?.*)?$", "${1}/${2}"]]),
        ("{http.request.uri}", "without_slash", &[["~^(/[a-z][^?]*[^?/])/+(\\?.*)?$", "${1}${2}"]]),
        ("{http.request.uri}", "with_tilde", &[["~^(/[a-z][^?]*)(\\?.*)?$", "${1}~/${2}"]]),
        (
            "{http.request.uri}",
            "inner_tilde",
            &[["~^(/src/[^/?]+/(?:[^?]*?/)??[^/?]*?\\.html(?:\\.gz)?)/(.*)$", "${1}~/${2}"]],
        ),
    ];
    let mut text = String::new();
    for (source, name, rows) in MAPS {
        text.push_str(&format!("\t\tmap {source} {{debpress_{name}}} {{\n"));
        for [pattern, value] in rows {
            text.push_str(&format!("\t\t\t{pattern} \"{value}\"\n"));
        }
        text.push_str(&format!("\t\t\tdefault {NOTHING}\n\t\t}}\n"));
    }
    text.push_str("\t\tmap {http.request.uri} {debpress_route} {\n");
    for Route { from, to, below } in ROUTES {
        let rest = match below {
            Below::Documents => {
                let one = format!("\t\t\t~^{from}/([^/?]+)/?(\\?.*)?$ \"{to}/${{1}}.json${{2}}\"\n");
                let two = format!("\t\t\t~^{from}/([^/?]+)/([^/?]+)/?(\\?.*)?$ \"{to}/${{1}}~${{2}}.json${{3}}\"\n");
                text.push_str(&(one + &two));
                continue;
            }
            Below::Kept => r"(/.*)",
            Below::Dropped => r"(?:/[^?]*)?(\?.*)?",
            Below::None => r"/?(\?.*)?",
        };
        text.push_str(&format!("\t\t\t~^{from}{rest}$ \"{to}${{1}}\"\n"));
    }
    text.push_str(&format!("\t\t\tdefault {NOTHING}\n\t\t}}\n"));
    text
}

fn page_rules(layout: Layout) -> String {
    let gz = match layout.encoding {
        Encoding::Gzip => ".gz",
        Encoding::Plain => "",
    };
    let file = |name: &str| format!("file {{\n\t\t\t\ttry_files {{debpress_{name}}}{gz}\n\t\t\t}}");
    let encoding = match layout.encoding {
        Encoding::Gzip => "\t\t\theader Content-Encoding gzip\n\t\t\theader Vary Accept-Encoding\n",
        Encoding::Plain => "",
    };
    let page = |name: &str| {
        format!(
            r#"		@{name} {{
			{}
		}}
		handle @{name} {{
			rewrite * {{http.matchers.file.relative}}
			header Content-Type "text/html; charset=utf-8"
{encoding}			{FILE_SERVER}
		}}
"#,
            file(name)
        )
    };
    let redirect = |condition: &str, to: &str, status: u16| {
        format!(
            r#"		@to_{to} {{
			{condition}
			expression `{{debpress_{to}}} != "{NOTHING}"`
		}}
		redir @to_{to} {{debpress_{to}}} {status}
"#
        )
    };
    let [first, last] = match layout.links {
        LinkStyle::Clean => [page("page"), page("spelled_out")],
        LinkStyle::File => [page("spelled_out") + &page("page"), String::new()],
    };
    [
        first,
        page("index"),
        redirect(&file("before_slash"), "without_slash", 308),
        redirect(&file("folder"), "with_slash", 301),
        last,
        redirect(&file("tilde_folder"), "with_tilde", 301),
        redirect("", "inner_tilde", 308),
        redirect("", "route", 302),
    ]
    .concat()
}
