//! A site on a file system, without a server: what a reader does there.

use serde_json::json;

use crate::chromium::{self, Chromium};
use crate::published;
use crate::site::Site;
use crate::tools::required;

/// A browser, and a site whose links are names of files; `None` without Chromium.
fn start() -> Option<(Site, Chromium)> {
    let program = required("Chromium", chromium::find())?;
    let site = published::build("encoding = \"plain\"\nlinks = \"file\"\n");
    let mut browser = Chromium::start(&program);
    browser.resize(1280, 800);
    Some((site, browser))
}

/// The address of a file below the published folder, as it is written in addresses.
fn at(site: &Site, path: &str) -> String {
    format!("file://{}/{path}", site.public().display())
}

#[test]
fn a_file_is_found_by_letters_of_its_path() {
    let Some((site, mut browser)) = start() else { return };
    browser.open(&at(&site, "src/contents/1.0-1/index.html"));
    browser.press("t", 0);
    browser.until("document.querySelector('dialog[open] [role=option]') !== null");
    browser.write("dbcopy");
    browser.until("document.querySelector('[aria-selected=true]')?.textContent === 'debian/copyright'");
    browser.press("Enter", 0);
    browser.until("location.pathname.endsWith('/src/contents/1.0-1/debian/copyright.html')");
    browser.until("document.readyState === 'complete'");
    browser.press("]", 0);
    browser.until("location.pathname.endsWith('/src/contents/1.0-1/debian/patches/markup.patch.html')");
    assert_eq!(browser.complaints, [""; 0], "the policy of pages allows all of it");
}

#[test]
fn the_tree_shows_where_the_page_is() {
    let Some((site, mut browser)) = start() else { return };
    browser.open(&at(&site, "src/contents/1.0-1/debian/copyright.html"));
    browser.press("b", 0);
    browser.until("document.querySelector('.tree [aria-current]')?.textContent === 'copyright'");
    assert_eq!(browser.evaluate("document.querySelector('.tree details[open] > summary').textContent"), "debian/");
    browser.evaluate("document.querySelector('.tree details[open] a:not([aria-current])').click()");
    browser.until("document.querySelector('.tree [aria-current]')?.textContent === 'changelog'");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn a_path_leads_to_other_versions() {
    let Some((site, mut browser)) = start() else { return };
    for (path, remark) in [("debian/changelog", ""), ("debian/index", ""), ("index", "")] {
        browser.open(&at(&site, &format!("src/native-xz/1%3A2.0~rc1%2Bb/{path}.html")));
        browser.press("v", 0);
        browser.until("document.querySelector('dialog[open] a[aria-current]') !== null");
        assert_eq!(browser.evaluate("document.querySelector('dialog[open] td:last-child').textContent"), remark);
    }
    assert_eq!(browser.evaluate("document.querySelector('dialog[open] a').protocol"), json!("file:"));
}

#[test]
fn a_line_of_a_long_file_is_found_on_its_part() {
    let Some((site, mut browser)) = start() else { return };
    browser.open(&at(&site, "src/contents/1.0-1/many-lines.txt.html?hl=19991#L19990"));
    browser.until("location.pathname.includes('/info/part/') && document.querySelector('.marked') !== null");
    assert_eq!(browser.evaluate("document.querySelector('.highlight').id"), "L19991");
}
