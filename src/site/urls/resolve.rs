//! From a request to the file that answers it: what the written host rules do, as code.

use super::{Address, Layout, VersionOf, component, encode_path, media, names, routes};
use crate::model::{Area, DebianVersion, PackageName};
use crate::settings::{Encoding, LinkStyle};

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A file.
    File {
        /// Below the published folder.
        output_path: Vec<u8>,
        /// `Content-Type`.
        content_type: &'static str,
        /// Whether the file is gzip data that the client is to see unpacked (`Content-Encoding: gzip`).
        gzipped: bool,
        /// Further headers.
        headers: &'static [(&'static str, &'static str)],
    },
    /// Another address; the request's query is appended to it.
    Redirect {
        /// 301 or 308; 302 for what may lead elsewhere tomorrow.
        status: u16,
        /// An absolute path, percent-encoded.
        location: String,
    },
    /// 404, with the page of [`Address::NotFound`].
    NotFound,
}

/// Raw files that have one address but are asked for at another, as the same version is in two areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The package.
    pub package: PackageName,
    /// The version.
    pub version: DebianVersion,
    /// The area whose addresses redirect.
    pub from: Area,
    /// The area whose addresses have the files.
    pub to: Area,
}

impl Moved {
    /// The addresses of the two folders, without slash at the end.
    pub fn folders(&self) -> [String; 2] {
        [&self.from, &self.to].map(|area| Address::RawVersion(area, &self.package, &self.version).url())
    }
}

/// Answers requests for one published folder.
#[derive(Debug, Clone)]
pub struct Resolver {
    layout: Layout,
    moved: Vec<Moved>,
}

/// A folder that no address leads to: what is unfinished lies there.
const HIDDEN: &[u8] = b".debpress";

impl Resolver {
    /// For a site laid out so.
    pub fn new(layout: Layout, moved: Vec<Moved>) -> Self {
        Self { layout, moved }
    }

    /// Answers a request for `path`, percent-decoded, without query. `exists` says whether a regular file lies at
    /// a path below the published folder; it is never asked for a path that leaves it.
    pub fn resolve(&self, path: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> Answer {
        let Some(path) = path.strip_prefix(b"/") else { return Answer::NotFound };
        if !is_confined(path) {
            return Answer::NotFound;
        }
        let first = path.split(|&byte| byte == b'/').next().unwrap_or_default();
        match first {
            b"data" => self.raw(path, exists),
            HIDDEN => Answer::NotFound,
            b"static" | b"map" => own_file(path, exists),
            b"info" if media::is_document(path) => self.document(path, exists),
            name if name == path && is_own_name(name) && exists(path) => own_file(path, exists),
            _ => self.page(path, exists),
        }
    }

    /// The same, and where nothing is, what the address led to on older sites, or leads to with the version that a name
    /// stands for: the highest one (`latest`), or that of a suite.
    pub fn answer(&self, path: &[u8], exists: &dyn Fn(&[u8]) -> bool, version_of: &VersionOf<'_>) -> Answer {
        let answer = self.resolve(path, exists);
        let Some(path) = path.strip_prefix(b"/").filter(|path| answer == Answer::NotFound && is_confined(path)) else {
            return answer;
        };
        let location = names::with_version(path, version_of).or_else(|| routes::elsewhere(path));
        location.map_or(answer, |location| Answer::Redirect { status: 302, location })
    }

    fn raw(&self, path: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> Answer {
        if let Some(location) = self.moved.iter().find_map(|moved| moved.location(path)) {
            return Answer::Redirect { status: 301, location };
        }
        if path.ends_with(b"/") || !exists(path) {
            return Answer::NotFound;
        }
        let (content_type, headers) = media::of_raw(path);
        Answer::File { output_path: path.to_vec(), content_type, gzipped: false, headers }
    }

    fn document(&self, path: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> Answer {
        let output_path = [path, self.layout.document_suffix().as_bytes()].concat();
        if path.ends_with(b"/") || !exists(&output_path) {
            return Answer::NotFound;
        }
        Answer::File {
            output_path,
            content_type: media::of_document(path),
            gzipped: self.layout.encoding == Encoding::Gzip,
            headers: media::OWN_HEADERS,
        }
    }

    fn page(&self, path: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> Answer {
        let suffix = self.layout.page_suffix().as_bytes();
        let file = |output_path: Vec<u8>| exists(&output_path).then(|| self.page_file(output_path));
        let redirect = |status, to: Vec<u8>| Some(Answer::Redirect { status, location: url_of(&to) });
        let answer = match path.strip_suffix(b"/").or(path.is_empty().then_some(path)) {
            Some(folder) => file([path, b"index", suffix].concat())
                .or_else(|| exists(&page_of(folder, suffix)).then(|| redirect(308, folder.to_vec())).flatten()),
            None => {
                let has_index = |folder: &[u8]| exists(&[folder, b"/index", suffix].concat());
                let escaped = [path, b"~"].concat();
                let spelled = || path.ends_with(b".html").then(|| file(self.spelled_out(path))).flatten();
                let first = (self.layout.links == LinkStyle::File).then(spelled).flatten();
                first
                    .or_else(|| file(page_of(path, suffix)))
                    .or_else(|| has_index(path).then(|| redirect(301, [path, b"/"].concat())).flatten())
                    .or_else(spelled)
                    .or_else(|| {
                        let is_folder = component::ends_like_page(path) && has_index(&escaped);
                        is_folder.then(|| redirect(301, [&escaped[..], b"/"].concat())).flatten()
                    })
            }
        };
        let answer = answer.or_else(|| with_escaped_folder(path).and_then(|escaped| redirect(308, escaped)));
        answer.unwrap_or(Answer::NotFound)
    }

    /// The file of a page that is asked for by the name of its plain file.
    fn spelled_out(&self, path: &[u8]) -> Vec<u8> {
        match self.layout.encoding {
            Encoding::Gzip => [path, b".gz"].concat(),
            Encoding::Plain => path.to_vec(),
        }
    }

    fn page_file(&self, output_path: Vec<u8>) -> Answer {
        Answer::File {
            output_path,
            content_type: media::PAGE_TYPE,
            gzipped: self.layout.encoding == Encoding::Gzip,
            headers: media::OWN_HEADERS,
        }
    }
}

impl Moved {
    fn location(&self, path: &[u8]) -> Option<String> {
        let folder = |area| Address::RawVersion(area, &self.package, &self.version);
        // The layout does not matter to this folder.
        let layout = Layout { encoding: Encoding::Plain, links: LinkStyle::Clean };
        let rest = path.strip_prefix(&folder(&self.from).output_path(layout)[..])?;
        rest.starts_with(b"/").then(|| {
            let mut location = folder(&self.to).url();
            encode_path(rest, &mut location);
            location
        })
    }
}

fn own_file(path: &[u8], exists: &dyn Fn(&[u8]) -> bool) -> Answer {
    if path.ends_with(b"/") || !exists(path) {
        return Answer::NotFound;
    }
    let content_type = media::of_asset(path);
    Answer::File { output_path: path.to_vec(), content_type, gzipped: false, headers: media::OWN_HEADERS }
}

/// Whether a file directly at the root may be asked for by its name: `robots.txt` and the like.
fn is_own_name(name: &[u8]) -> bool {
    name.contains(&b'.') && !name.starts_with(b".") && !name.ends_with(b".gz")
}

/// The output path of the page of a file whose address is `path`.
fn page_of(path: &[u8], suffix: &[u8]) -> Vec<u8> {
    let tilde: &[u8] = if component::is_index(component::last(path)) { b"~" } else { b"" };
    [path, tilde, suffix].concat()
}

/// Addresses of older sites do not know that a folder called `x.html` is `x.html~` here: the path with a tilde
/// behind the first such component below a package.
fn with_escaped_folder(path: &[u8]) -> Option<Vec<u8>> {
    let below_package = path.strip_prefix(b"src/")?;
    let mut start = path.len() - below_package.len() + memchr::memchr(b'/', below_package)? + 1;
    while let Some(length) = memchr::memchr(b'/', &path[start..]) {
        let end = start + length;
        if component::ends_like_page(&path[start..end]) {
            return Some([&path[..end], b"~", &path[end..]].concat());
        }
        start = end + 1;
    }
    None
}

/// Whether a path, without its leading slash, stays below the published folder: no component is empty (but a last
/// one), `.` or `..`, and there is no NUL.
fn is_confined(path: &[u8]) -> bool {
    let inner = path.strip_suffix(b"/").unwrap_or(path);
    let bad = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    path.is_empty() || !path.contains(&0) && !inner.split(|&byte| byte == b'/').any(bad)
}

fn url_of(path: &[u8]) -> String {
    let mut url = "/".to_owned();
    encode_path(path, &mut url);
    url
}

/// The bytes that a percent-encoded path means; `None` when a `%` is not followed by two hexadecimal digits.
pub fn decode(path: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let value = digit()? << 4 | digit()?;
        decoded.push(u8::try_from(value).ok()?);
    }
    Some(decoded)
}
