//! Files are looked up by their checksum, on a server and without one.

use debpress::model::Sha256;

use crate::chromium::{self, Chromium};
use crate::published::{self, Published};
use crate::site::mirror;
use crate::tools::required;

const SAID: &str = "document.querySelector('#found .lead')?.textContent";

/// The checksum of a file that a package has.
fn checksum() -> String {
    let manifest = std::fs::read_to_string(mirror().join("manifests/contents_1.0-1.manifest")).unwrap();
    let line = manifest.lines().find(|line| line.ends_with(" signs.c")).unwrap();
    line.split_whitespace().find(|word| word.parse::<Sha256>().is_ok()).unwrap().to_owned()
}

fn look_up(browser: &mut Chromium, page: &str, checksum: &str) {
    browser.open(&format!("{page}#{checksum}"));
    browser.until(&format!("{SAID}?.startsWith('This file is in 1 place.')"));
    let link = "document.querySelector('#found td:nth-child(2) a')";
    assert_eq!(browser.evaluate(&format!("{link}.textContent")), "signs.c");
    browser.evaluate(&format!("{link}.click()"));
    browser.until("document.querySelector('#sourcecode') !== null");
    browser.open(page);
    browser.evaluate("document.querySelector('#q').focus()");
    browser.write(&"0".repeat(64));
    browser.press("Enter", 0);
    browser.until("document.querySelector('#found').textContent === 'No package here has a file with this SHA-256.'");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn a_checksum_leads_to_the_file() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    let published = Published::new();
    look_up(&mut Chromium::start(&program), &published.at("/copyright/sha256/"), &checksum());
}

#[test]
fn a_checksum_leads_to_the_file_without_a_server() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    let site = published::build("encoding = \"plain\"\nlinks = \"file\"\n");
    let page = format!("file://{}/copyright/sha256/index.html", site.public().display());
    look_up(&mut Chromium::start(&program), &page, &checksum());
}
