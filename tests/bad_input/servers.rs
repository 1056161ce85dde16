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

#[test]
fn a_server_that_is_not_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    println!("{}", told(&published(), &url));
    println!("{}", told(&published(), "http://no such host/"));
}

#[test]
fn a_server_that_has_no_archive() {
    let site = published();
    let empty = tempfile::tempdir().unwrap();
    let server = Server::start(empty.path(), |_, _| Answer::Well);
    println!("{}", told(&site, &server.url()));
}

#[test]
fn a_server_that_refuses() {
    println!("{}", told_of("/Release", Answer::Status(403, "")));
}

#[test]
fn a_server_that_is_broken() {
    println!("{}", told_of("/Release", Answer::Status(500, "")));
}

#[test]
fn a_server_that_answers_everything_with_a_page() {
    let site = published();
    let portal = tempfile::tempdir().unwrap();
    write(&portal.path().join("dists/one/InRelease"), b"<html>\n<p>Log in, please.\n");
    let server = Server::start(portal.path(), |_, _| Answer::Well);
    println!("{}", told(&site, &server.url()));
}

#[test]
fn an_index_that_ends_early() {
    println!("{}", told_of("/Sources", Answer::BreakAfter(10)));
}

#[test]
fn an_index_of_another_length_or_content() {
    println!("{}", told_of("/Sources", Answer::Longer));
    println!("{}", told_of("/Sources", Answer::Other));
    println!("{}", told_of("/Sources", Answer::Status(404, "")));
}
