use super::text::{common_licenses, pieces};

fn joined(text: &str) -> String {
    let json = serde_json::to_value(pieces(text)).unwrap();
    let piece = |piece: &serde_json::Value| match piece["link"].as_str() {
        Some(link) => format!("[{link}]"),
        None => piece["text"].as_str().unwrap().to_owned(),
    };
    json.as_array().unwrap().iter().map(piece).collect()
}

#[test]
fn addresses_in_texts_are_links() {
    assert_eq!(
        joined("see <https://example.org/a>, or http://example.org."),
        "see <[https://example.org/a]>, or [http://example.org]."
    );
    assert_eq!(joined("http http:// javascript:alert(1)"), "http http:// javascript:alert(1)");
    assert_eq!(joined("a\u{202e}b\n\tc\r"), "a\\u{202e}b\n\tc\\u{d}");
}

#[test]
fn common_licenses_are_named_once() {
    let text = "in /usr/share/common-licenses/GPL-3. See /usr/share/common-licenses/GPL-3, /usr/share/common-licenses/";
    let [path] = &common_licenses(text)[..] else { panic!("one") };
    assert_eq!(path.text, "/usr/share/common-licenses/GPL-3");
    assert_eq!(path.link.as_deref(), Some("https://spdx.org/licenses/GPL-3.0-only.html"));
}
