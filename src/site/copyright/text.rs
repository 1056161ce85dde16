//! Texts of `debian/copyright` for templates, which escape them: addresses in them become links.

use serde::Serialize;

use crate::html;
use crate::site::sources::overview::is_web_address;

/// Where Debian systems have the licences that many packages have.
const COMMON_LICENSES: &str = "/usr/share/common-licenses/";

/// A part of a text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(in crate::site) struct Piece {
    text: String,
    /// Where it leads, when it is an address.
    link: Option<String>,
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

/// The files of `/usr/share/common-licenses` that a text names, each once, by their whole paths.
pub(in crate::site) fn common_licenses(text: &str) -> Vec<String> {
    let is_of_name = |character: &char| character.is_ascii_alphanumeric() || "-.+".contains(*character);
    let mut paths: Vec<String> = Vec::new();
    for part in text.split(COMMON_LICENSES).skip(1) {
        let name: String = part.chars().take_while(is_of_name).collect();
        let name = name.trim_end_matches(['.', '-']);
        let path = format!("{COMMON_LICENSES}{name}");
        if !name.is_empty() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}
