//! Every text colour of the style sheet can be read on every ground that it stands on, in light and in dark.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use debpress::site::templates::STYLE_SHEET as STYLE;

/// What text of its size needs (WCAG 2.2, success criterion 1.4.3).
const LEAST: f64 = 4.5;

/// Colours of text, and the grounds that they stand on.
const PAIRS: [(&[&str], &[&str]); 5] = [
    (&["ink", "muted", "link", "warning"], &["page", "panel", "mark"]),
    (&["ink", "muted"], &["insertion-ground", "deletion-ground"]),
    (&["accent"], &["page", "panel"]),
    (
        &["comment", "string", "escape", "number", "keyword", "type", "function", "directive"],
        &["page", "mark", "insertion-ground", "deletion-ground"],
    ),
    (&["insertion", "deletion"], &["page", "mark", "insertion-ground", "deletion-ground"]),
];

/// `--name: light-dark(#light, #dark);`
fn tokens() -> BTreeMap<&'static str, [&'static str; 2]> {
    let token = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
        Some((name, [light, dark]))
    };
    STYLE.lines().filter_map(token).collect()
}

/// Relative luminance as WCAG defines it.
fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').unwrap();
    assert_eq!(digits.len(), 6, "{colour}");
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_what_wcag_says() {
    assert!((contrast("#ffffff", "#000000") - 21.0).abs() < 0.001);
    assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
}

#[test]
fn every_colour_can_be_read() {
    let tokens = tokens();
    let mut too_weak = Vec::new();
    for (texts, grounds) in PAIRS {
        for (text, ground) in texts.iter().flat_map(|text| grounds.iter().map(move |ground| (text, ground))) {
            for (at, theme) in ["light", "dark"].iter().enumerate() {
                let found = contrast(tokens[text][at], tokens[ground][at]);
                if found < LEAST {
                    too_weak.push(format!("{text} on {ground}, {theme}: {found:.2}"));
                }
            }
        }
    }
    assert!(too_weak.is_empty(), "{}", too_weak.join("\n"));
}

#[test]
fn no_colour_is_left_out() {
    let named = |name: &str| PAIRS.iter().any(|(texts, grounds)| texts.contains(&name) || grounds.contains(&name));
    let left: Vec<_> = tokens().into_keys().filter(|name| *name != "rule" && !named(name)).collect();
    assert!(left.is_empty(), "{left:?}");
    let elsewhere = STYLE.lines().filter(|line| line.contains('#') && line.contains("color:")).count();
    assert_eq!(elsewhere, 0, "colours stand among the tokens only");
}
