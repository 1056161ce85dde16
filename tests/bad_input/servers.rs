//! Servers that are not there, or do not serve an archive.

use crate::http_server::{Answer, Server};
use crate::published;
use crate::site::{Site, write};

fn settings(site: &Site, url: &str) {
    site.write_settings(&format!(
        "[[archive]]\nname = \"press\"\nurl = {url:?}\nsuites = [\"one\"]\ntrusted = true\nallow-weak = true\n[symbols]\nenabled = false\n"
    ));
}

/// What a build from the archive at `url` says.
#[track_caller]
fn told(site: &Site, url: &str) -> String {
    settings(site, url);
    site.refuses(&["build"], 1).replace(url, "URL")
}

/// The archive is updated while it is read: the pool has lost a version whose index the run read before.
#[test]
fn an_archive_that_changes_while_it_is_read() {
    let mut site = published();
    site.archive.add("one", "main", "src", "1.0-1");
    site.archive.write();
    let old = tempfile::tempdir().unwrap();
    let dists = site.archive.path().join("dists/one");
    for file in ["Release", "main/source/Sources"] {
        write(&old.path().join(file), &std::fs::read(dists.join(file)).unwrap());
    }
    site.archive.remove("one", "src", "1.0-1");
    site.archive.add("one", "main", "top-none", "1.0-1");
    site.archive.write();
    // The index as it was before is served until the run asks for what is gone.
    let gone = std::sync::atomic::AtomicBool::new(false);
    let root = site.archive.path().to_owned();
    for file in ["Release", "main/source/Sources"] {
        std::fs::rename(dists.join(file), dists.join(file).with_extension("new")).unwrap();
        std::fs::copy(old.path().join(file), dists.join(file)).unwrap();
    }
    let server = Server::start(site.archive.path(), move |path, _| {
        if !path.contains("/src_1.0") {
            return Answer::Well;
        }
        if !gone.swap(true, std::sync::atomic::Ordering::SeqCst) {
            for file in ["Release", "main/source/Sources"] {
                let place = root.join("dists/one").join(file);
                std::fs::rename(place.with_extension("new"), place).unwrap();
            }
        }
        Answer::Status(404, "")
    });
    settings(&site, &server.url());
    let run = site.rebuild().succeeds();
    assert_eq!(run.stderr(), "The archive changed while it was read; reading it again.\n");
    let report = run.report();
    // The two that stay are among them: their bills of materials say where their source files are.
    assert_eq!((&report["versions"]["published"], &report["versions"]["removed"]), (&3.into(), &1.into()), "{report}");
    assert_eq!(report["failures"], serde_json::json!([]));
    assert!(site.public().join("src/top-none/1.0-1").is_dir() && !site.public().join("src/src").exists());
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
