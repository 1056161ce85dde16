//! What a host says of a file: its type, and the headers that keep it from being run as a page of ours.

/// Extensions, in lower case, and types of raw files that are not shown as text. What is not here is text to the
/// browser, whatever it contains: most files of source packages are, and many have no extension.
pub const RAW_TYPES: [(&str, &[&str]); 9] = [
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/avif", &["avif"]),
    ("image/bmp", &["bmp"]),
    ("image/x-icon", &["ico"]),
    ("image/svg+xml", &["svg"]),
    (
        "application/octet-stream",
        &[
            "7z", "a", "bin", "bz2", "class", "db", "deb", "dll", "doc", "docx", "eot", "exe", "flac", "gmo", "gz",
            "iso", "jar", "lz", "lzma", "mo", "mp3", "mp4", "o", "odp", "ods", "odt", "ogg", "otf", "pdf", "pyc",
            "rar", "so", "sqlite", "tar", "tgz", "tif", "tiff", "ttc", "ttf", "udeb", "wasm", "wav", "webm", "whl",
            "woff", "woff2", "xcf", "xls", "xlsx", "xpi", "xz", "zip", "zst",
        ],
    ),
];

/// The type of all other raw files.
pub const RAW_DEFAULT_TYPE: &str = "text/plain; charset=utf-8";

/// `Content-Security-Policy` of raw files: a document made of one runs no script, loads nothing and has an origin
/// of its own.
pub const POLICY_RAW: &str = "sandbox; default-src 'none'";

/// The same for images, of which SVG may bring styles of its own.
pub const POLICY_IMAGE: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

/// Extensions and types of our own files.
pub const ASSET_TYPES: [(&str, &str); 14] = [
    ("avif", "image/avif"),
    ("css", "text/css; charset=utf-8"),
    ("gif", "image/gif"),
    ("html", PAGE_TYPE),
    ("ico", "image/x-icon"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", RAW_DEFAULT_TYPE),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
    ("xml", "text/xml; charset=utf-8"),
];

/// The folders of documents for programs, with slashes around them. A document is stored as pages are.
pub const DOCUMENT_FOLDERS: [&str; 4] = ["/info/json/", "/info/bom/", "/info/feeds/", "/info/series/"];

/// Extensions and types of the documents in them.
pub const DOCUMENT_TYPES: [(&str, &str); 5] = [
    ("atom", "application/atom+xml"),
    ("json", "application/json"),
    ("patch", "text/plain"),
    ("spdx", "text/spdx"),
    ("tsv", "text/tab-separated-values"),
];

/// The type of pages.
pub(super) const PAGE_TYPE: &str = "text/html; charset=utf-8";

/// The headers of files that we made.
pub(super) const OWN_HEADERS: &[(&str, &str)] = &[("X-Content-Type-Options", "nosniff")];

const RAW_HEADERS: &[(&str, &str)] = &[("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", POLICY_RAW)];

const IMAGE_HEADERS: &[(&str, &str)] =
    &[("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", POLICY_IMAGE)];

/// The type that a raw file of this name is served with.
pub fn raw_type(name: &[u8]) -> &'static str {
    of_raw(name).0
}

/// Type and headers of a raw file.
pub(super) fn of_raw(name: &[u8]) -> (&'static str, &'static [(&'static str, &'static str)]) {
    let extension = extension(name);
    let known = RAW_TYPES.iter().find(|(_, extensions)| extensions.contains(&extension.as_str()));
    match known {
        Some((kind, _)) if kind.starts_with("image/") => (kind, IMAGE_HEADERS),
        Some((kind, _)) => (kind, RAW_HEADERS),
        None => (RAW_DEFAULT_TYPE, RAW_HEADERS),
    }
}

/// Type of a file of ours; text if its extension is not known.
pub(super) fn of_asset(name: &[u8]) -> &'static str {
    let extension = extension(name);
    ASSET_TYPES.iter().find(|(known, _)| *known == extension).map_or(RAW_DEFAULT_TYPE, |(_, kind)| kind)
}

/// Whether a path below the published folder is in one of the folders of documents.
pub(super) fn is_document(path: &[u8]) -> bool {
    DOCUMENT_FOLDERS.iter().any(|folder| path.starts_with(&folder.as_bytes()[1..]))
}

/// Type of a document; text if its extension is not known.
pub(super) fn of_document(name: &[u8]) -> &'static str {
    let extension = extension(name);
    DOCUMENT_TYPES.iter().find(|(known, _)| *known == extension).map_or(RAW_DEFAULT_TYPE, |(_, kind)| kind)
}

/// What is behind the last dot of a path's last component, in lower case; empty if there is none, if nothing
/// is before it, or if it is not text.
fn extension(path: &[u8]) -> String {
    let name = super::component::last(path);
    let Some(dot) = memchr::memrchr(b'.', name).filter(|&dot| dot > 0) else { return String::new() };
    String::from_utf8(name[dot + 1..].to_ascii_lowercase()).unwrap_or_default()
}
