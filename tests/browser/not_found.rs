//! What the page of an address at which nothing is does: it leads on, or suggests what is there.

use serde_json::json;

use crate::chromium::{self, Chromium};
use crate::published::{Published, build};
use crate::tools::required;
use crate::web_server::{self, is_there};

const LINKS: &str = "[...document.querySelectorAll('#suggestions a')].map((it) => it.pathname + it.hash)";

#[test]
fn the_script_leads_on_where_the_server_does_not() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    if !is_there("caddy") {
        return;
    }
    let site = build("links = \"clean\"\n");
    let server = web_server::Server::caddy(site.path());
    let mut browser = Chromium::start(&program);
    for (asked, found) in [
        (
            "/src/copyright-changed/latest/debian/copyright?hl=2#L1",
            "/src/copyright-changed/2.0/debian/copyright?hl=2#L1",
        ),
        ("/src/copyright-changed/one/", "/src/copyright-changed/2.0/"),
        ("/copyright/license/native-xz/one/", "/copyright/license/native-xz/1%3A2.0~rc1%2Bb/"),
        ("/src/contents/1.0-1/no%252Dbreak.c#L1", "/src/contents/1.0-1/no%2Dbreak.c#L1"),
    ] {
        browser.open(&server.at(asked));
        browser.until(&format!("location.href === '{}'", server.at(found)));
        browser.until("document.querySelector('h1') !== null && document.querySelector('#suggestions') === null");
    }
}

#[test]
fn only_what_is_there_is_suggested() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    let published = Published::new();
    let mut browser = Chromium::start(&program);
    let mut links = |asked: &str| {
        browser.open(&published.at(asked));
        browser.until("document.querySelector('#suggestions').childElementCount > 0");
        browser.evaluate(LINKS)
    };
    assert_eq!(
        links("/src/copyright-changed/3.0/debian/copyright#L2"),
        json!([
            "/src/copyright-changed/2.0/debian/copyright#L2",
            "/src/copyright-changed/1.0/debian/copyright#L2",
            "/src/copyright-changed/#L2"
        ])
    );
    assert_eq!(links("/src/copyright-changed/2.0/Copyright"), json!(["/src/copyright-changed/2.0/debian/copyright"]));
    assert_eq!(links("/data/main/c/contents/0/signs.c")[0], "/data/main/c/contents/1.0-1/signs.c");
    assert_eq!(links("/search/Contents/"), json!(["/src/contents/"]));
    assert_eq!(links("/src/nowhere/1/x"), json!([]), "it says so");
    assert_eq!(links("/src/contents/1.0-1/%3Cb%3E"), json!([]), "it says so");
}
