//! Servers that are not there, or do not serve an archive.

use crate::http_server::{Answer, Server};
use crate::published;
use crate::site::{Site, write};

/// What a build from the archive at `url` says.
#[track_caller]
fn told(site: &Site, url: &str) -> String {
    site.write_settings(&format!(
        "[[archive]]\nname = \"press\"\nurl = {url:?}\nsuites = [\"one\"]\ntrusted = true\nallow-weak = true\n"
    ));
    site.refuses(&["build"], 1).replace(url, "URL")
}

/// What a build says when the server answers requests for files with this ending so.
#[track_caller]
fn told_of(ending: &'static str, answer: Answer) -> String {
    let mut site = published();
    site.archive.add("one", "main", "src", "1.0-1");
    site.archive.write();
    let behaviour = move |path: &str, _| if path.ends_with(ending) { answer.clone() } else { Answer::Well };
    let server = Server::start(site.archive.path(), behaviour);
    told(&site, &server.url())
}

const GIVEN_UP: &str = "\n  hint: check `url` in [[archive]], or try again later\n";

#[test]
fn a_server_that_is_not_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let told = told(&published(), &url);
    assert!(told.starts_with("error: URL/dists/one/InRelease: given up after 6 attempts: "), "{told}");
    assert!(told.contains("Connection refused") && told.ends_with(GIVEN_UP), "{told}");
}

#[test]
fn a_server_that_has_no_archive() {
    let empty = tempfile::tempdir().unwrap();
    let server = Server::start(empty.path(), |_, _| Answer::Well);
    assert_eq!(
        told(&published(), &server.url()),
        "error: archive `press`: no suite `one`: neither URL/dists/one/InRelease nor `Release` is there\n"
    );
}

#[test]
fn a_server_that_refuses() {
    let told = told_of("/Release", Answer::Status(403, ""));
    assert_eq!(told, "error: URL/dists/one/Release: the server answers 403 Forbidden\n");
}

#[test]
fn a_server_that_is_broken() {
    let why = "given up after 6 attempts: the server answers 500 Internal Server Error";
    assert_eq!(told_of("/Release", Answer::Status(500, "")), format!("error: URL/dists/one/Release: {why}{GIVEN_UP}"));
}

#[test]
fn a_server_that_answers_everything_with_a_page() {
    let portal = tempfile::tempdir().unwrap();
    write(&portal.path().join("dists/one/InRelease"), b"<html>\n<p>Log in, please.\n");
    let server = Server::start(portal.path(), |_, _| Answer::Well);
    assert_eq!(
        told(&published(), &server.url()),
        "error: URL/dists/one/InRelease: not a signed text: it does not begin with \
         `-----BEGIN PGP SIGNED MESSAGE-----`\n  \
         hint: the mirror is damaged, or something in between has answered with a page of its own\n"
    );
}

#[test]
fn an_index_that_ends_early() {
    let told = told_of("/Sources", Answer::BreakAfter(10));
    assert!(told.starts_with("error: URL/dists/one/main/source/Sources: given up after 6 attempts: "), "{told}");
}

#[test]
fn an_index_of_another_length_or_content() {
    let index = "error: URL/dists/one/main/source/Sources: ";
    let told = told_of("/Sources", Answer::Longer);
    assert!(told.starts_with(&format!("{index}it has ")), "{told}");
    let told = told_of("/Sources", Answer::Other);
    assert!(told.starts_with(&format!("{index}its SHA-256 is ")) && told.contains("hint: the mirror may be"), "{told}");
    let told = told_of("/Sources", Answer::Status(404, ""));
    assert!(told.starts_with(&format!("{index}not there in any form that Release lists (plain)")), "{told}");
}
