//! From a request to its answer.

use std::io::{Read as _, SeekFrom};
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::conditional::{Part, Validators};
use super::live::{self, LIVE_ADDRESS};
use super::site::{Preview, PublishedSite};
use crate::site::urls::Answer;

/// Bytes of a file that are in memory at a time.
const PIECE: usize = 64 << 10;

/// Answers one request; its body is not looked at.
pub(super) async fn answer<B>(preview: &Preview, request: &Request<B>) -> Response<Body> {
    if !preview.is_own(request.headers().get(header::HOST)) {
        let text = "This preview answers to the names of this machine alone; `debpress serve --host NAME` adds one.\n";
        return refused(StatusCode::FORBIDDEN, text);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, "Pages can be read, and nothing else.\n");
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let path = request.uri().path();
    if let Some(live) = preview.live.as_ref().filter(|_| path == LIVE_ADDRESS) {
        return live.answer();
    }
    let site = preview.site();
    match site.resolve(path) {
        Answer::NotFound => not_found(&site).await,
        Answer::Redirect { status, location } => {
            let location = match request.uri().query() {
                Some(query) => format!("{location}?{query}"),
                None => location,
            };
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::PERMANENT_REDIRECT);
            response(status, &[(header::LOCATION, &location)], Body::empty())
        }
        Answer::File { output_path, content_type, gzipped, headers } => {
            let file = site.path_of(&output_path);
            let mut own: Vec<(HeaderName, &str)> = vec![(header::CONTENT_TYPE, content_type)];
            let named = headers.iter().filter_map(|(name, value)| Some((name.parse().ok()?, *value)));
            own.extend(named);
            let sent = match (gzipped, preview.live.is_some() && live::is_extended(&output_path)) {
                (true, _) => packed(&file, request, own).await,
                (false, true) => made(&file, "-live", request, own, |bytes| Some(live::extended(bytes))).await,
                (false, false) => stored(&file, "", request, own).await,
            };
            // It may have been published anew since it was found.
            match sent {
                Some(response) => response,
                None => not_found(&site).await,
            }
        }
    }
}

/// A file that is stored as gzip data, to whom can unpack it and to whom cannot.
async fn packed<B>(path: &Path, request: &Request<B>, mut headers: Vec<(HeaderName, &str)>) -> Option<Response<Body>> {
    headers.push((header::VARY, header::ACCEPT_ENCODING.as_str()));
    if accepts_gzip(request.headers()) {
        headers.push((header::CONTENT_ENCODING, "gzip"));
        return stored(path, "-gz", request, headers).await;
    }
    let unpack = |bytes: Vec<u8>| {
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).ok()?;
        Some(unpacked)
    };
    made(path, "", request, headers, unpack).await
}

/// A file, or a part of it, as it is stored. `None` when it is not there.
async fn stored<B>(
    path: &Path,
    form: &str,
    request: &Request<B>,
    mut headers: Vec<(HeaderName, &str)>,
) -> Option<Response<Body>> {
    let mut file = File::open(path).await.ok()?;
    let metadata = file.metadata().await.ok()?;
    let (validators, length) = (Validators::of(&metadata, form), metadata.len());
    let modified = httpdate::fmt_http_date(validators.modified);
    headers.extend([(header::ETAG, validators.etag.as_str()), (header::LAST_MODIFIED, modified.as_str())]);
    if validators.is_known(request.headers()) {
        return Some(response(StatusCode::NOT_MODIFIED, &headers, Body::empty()));
    }
    headers.push((header::ACCEPT_RANGES, "bytes"));
    let (status, start, count) = match Part::asked(request.headers(), &validators, length) {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Range(start, count) => (StatusCode::PARTIAL_CONTENT, start, count),
        Part::Unsatisfiable => {
            let all = format!("bytes */{length}");
            headers.push((header::CONTENT_RANGE, &all));
            return Some(response(StatusCode::RANGE_NOT_SATISFIABLE, &headers, Body::empty()));
        }
    };
    let (range, count_text) =
        (format!("bytes {start}-{}/{length}", (start + count).saturating_sub(1)), count.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        headers.push((header::CONTENT_RANGE, &range));
    }
    headers.push((header::CONTENT_LENGTH, &count_text));
    if request.method() == Method::HEAD {
        return Some(response(status, &headers, Body::empty()));
    }
    file.seek(SeekFrom::Start(start)).await.ok()?;
    let pieces = ReaderStream::with_capacity(file.take(count), PIECE);
    Some(response(status, &headers, Body::from_stream(pieces)))
}

/// What is made of a file as a whole. `None` when the file is not there.
async fn made<B>(
    path: &Path,
    form: &str,
    request: &Request<B>,
    mut headers: Vec<(HeaderName, &str)>,
    make: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>,
) -> Option<Response<Body>> {
    let validators = Validators::of(&tokio::fs::metadata(path).await.ok()?, form);
    let modified = httpdate::fmt_http_date(validators.modified);
    headers.extend([(header::ETAG, validators.etag.as_str()), (header::LAST_MODIFIED, modified.as_str())]);
    if validators.is_known(request.headers()) {
        return Some(response(StatusCode::NOT_MODIFIED, &headers, Body::empty()));
    }
    match make(tokio::fs::read(path).await.ok()?) {
        Some(bytes) => Some(response(StatusCode::OK, &headers, Body::from(bytes))),
        None => Some(refused(StatusCode::INTERNAL_SERVER_ERROR, "This page is damaged.\n")),
    }
}

async fn not_found(site: &PublishedSite) -> Response<Body> {
    let html = tokio::fs::read(site.not_found()).await.unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    response(StatusCode::NOT_FOUND, &headers, Body::from(html))
}

/// Whether the client says that it can unpack gzip data (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        is_gzip && !is_refused
    })
}

fn refused(status: StatusCode, text: &'static str) -> Response<Body> {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    response(status, &headers, Body::from(text))
}

/// Browsers are told to ask again each time.
pub(super) fn response(status: StatusCode, headers: &[(HeaderName, &str)], body: Body) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CACHE_CONTROL, "no-cache");
    let response = headers.iter().fold(response, |response, (name, value)| response.header(name, *value));
    response.body(body).unwrap_or_else(|_| {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::BAD_REQUEST;
        refused
    })
}
