//! Pages without script, as a text browser shows them.

use std::process::Command;

use crate::accessibility::PAGES;
use crate::published::Published;
use crate::tools::required;

fn dump(address: &str) -> String {
    let output = Command::new("w3m").args(["-dump", "-cols", "100", "-O", "UTF-8", address]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().take(40).map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn everything_can_be_read_in_a_text_browser() {
    let w3m = Command::new("w3m").arg("-version").output().ok();
    if required("w3m", w3m).is_none() {
        return;
    }
    let ctags = Command::new("ctags").arg("--version").output().ok();
    if required("ctags", ctags).is_none() {
        return;
    }
    let published = Published::new();
    for (page, path) in PAGES.iter().filter(|(page, _)| *page != "long line") {
        let path = path.split(['?', '#']).next().unwrap();
        insta::assert_snapshot!(page.replace(' ', "-"), dump(&published.at(path)));
    }
}
