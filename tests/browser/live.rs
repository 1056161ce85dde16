//! Pages follow what changes: templates, style sheets, settings, and errors in them.

use std::path::Path;

use serde_json::json;

use crate::chromium::{self, Chromium};
use crate::published::Published;
use crate::site::write;
use crate::tools::required;

const PAGE: &str = "/src/contents/1.0-1/";
const ERROR: &str = "document.querySelector('#build-error')?.textContent ?? ''";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn open_pages_follow_what_changes() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    let published = Published::new();
    let own = |path: &str| published.folder().join(path);
    let mut browser = Chromium::start(&program);
    browser.open(&published.at(PAGE));

    let footer = std::fs::read_to_string(root().join("templates/footer.html")).unwrap();
    let with = |text: &str| format!("<p id=\"new\">{text}</p>{footer}");
    // The page may not listen yet: nothing tells when it does.
    std::thread::sleep(std::time::Duration::from_millis(500));
    write(&own("templates/footer.html"), with("one").as_bytes());
    browser.until("document.querySelector('#new')?.textContent === 'one'");

    browser.evaluate("window.same = true");
    std::thread::sleep(std::time::Duration::from_millis(500));
    write(&own("templates/footer.html"), b"{% if %}");
    browser.until(&format!("({ERROR}).includes('footer.html')"));
    assert_eq!(browser.evaluate("window.same"), json!(true), "the last good page stays");
    assert_eq!(browser.evaluate("document.querySelector('#new').textContent"), "one");
    write(&own("templates/footer.html"), with("one").as_bytes());
    browser.until(&format!("({ERROR}) === ''"));

    write(&own("assets/style.css"), b"body { background: rgb(1, 2, 3); }");
    browser.until("getComputedStyle(document.body).backgroundColor === 'rgb(1, 2, 3)'");
    assert_eq!(browser.evaluate("window.same"), json!(true), "a style sheet is exchanged");
    browser.open(&published.at("/"));
    browser.until("getComputedStyle(document.body).backgroundColor === 'rgb(1, 2, 3)'");

    let settings = std::fs::read_to_string(own("site.toml")).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    write(&own("site.toml"), settings.replace("title = \"Sources\"", "title = \"Changed\"").as_bytes());
    browser.until("document.title.includes('Changed')");
}
