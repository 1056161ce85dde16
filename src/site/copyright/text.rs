//! Texts of `debian/copyright` for templates, which escape them: addresses in them become links.

use serde::Serialize;

use crate::html;
use crate::site::sources::overview::is_web_address;

/// Where Debian systems have the licences that many packages have.
const COMMON_LICENSES: &str = "/usr/share/common-licenses/";

/// What SPDX calls these files; names without a number are links to the newest.
const SPDX_NAMES: [(&str, &str); 17] = [
    ("Apache-2.0", "Apache-2.0"),
    ("Artistic", "Artistic-1.0-Perl"),
    ("BSD", "BSD-3-Clause"),
    ("CC0-1.0", "CC0-1.0"),
    ("GFDL", "GFDL-1.3-only"),
    ("GFDL-1.2", "GFDL-1.2-only"),
    ("GFDL-1.3", "GFDL-1.3-only"),
    ("GPL", "GPL-3.0-only"),
    ("GPL-1", "GPL-1.0-only"),
    ("GPL-2", "GPL-2.0-only"),
    ("GPL-3", "GPL-3.0-only"),
    ("LGPL", "LGPL-3.0-only"),
    ("LGPL-2", "LGPL-2.0-only"),
    ("LGPL-2.1", "LGPL-2.1-only"),
    ("LGPL-3", "LGPL-3.0-only"),
    ("MPL-1.1", "MPL-1.1"),
    ("MPL-2.0", "MPL-2.0"),
];

/// A part of a text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(in crate::site) struct Piece {
    pub(super) text: String,
    /// Where it leads, when it is an address.
    pub(super) link: Option<String>,
}

/// A text, cut where an address begins or ends.
pub(in crate::site) fn pieces(text: &str) -> Vec<Piece> {
    let shown = html::display_text(text);
    let mut pieces = Vec::new();
    let mut plain_from = 0;
    let mut from = 0;
    while let Some(start) = shown[from..].find("http").map(|found| from + found) {
        let address = address_at(&shown[start..]);
        from = start + address.len().max(1);
        if !is_web_address(address) || address.ends_with("://") {
            continue;
        }
        push_plain(&mut pieces, &shown[plain_from..start]);
        pieces.push(Piece { text: address.to_owned(), link: Some(address.to_owned()) });
        plain_from = from;
    }
    push_plain(&mut pieces, &shown[plain_from..]);
    pieces
}

fn push_plain(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece { text: text.to_owned(), link: None });
    }
}

/// The address that a text begins with: up to a blank or bracket, without the punctuation of a sentence.
fn address_at(text: &str) -> &str {
    let is_end = |character: char| character.is_whitespace() || "<>\"()[]{}\\^`|".contains(character);
    let end = text.find(is_end).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',', ';', ':', '\'', '!', '?'])
}

/// The files of `/usr/share/common-licenses` that a text names, each once, by their whole paths and with a link to the text
/// where SPDX has it.
pub(in crate::site) fn common_licenses(text: &str) -> Vec<Piece> {
    let is_of_name = |character: &char| character.is_ascii_alphanumeric() || "-.+".contains(*character);
    let mut paths: Vec<Piece> = Vec::new();
    for part in text.split(COMMON_LICENSES).skip(1) {
        let name: String = part.chars().take_while(is_of_name).collect();
        let name = name.trim_end_matches(['.', '-']);
        let text = format!("{COMMON_LICENSES}{name}");
        if !name.is_empty() && !paths.iter().any(|path| path.text == text) {
            let spdx = SPDX_NAMES.iter().find(|(common, _)| *common == name);
            paths.push(Piece { text, link: spdx.map(|(_, id)| format!("https://spdx.org/licenses/{id}.html")) });
        }
    }
    paths
}
