//! What `debian/` says of a package: the facts that its page begins with.
//!
//! [`FILES`] are read, as far as they are there, and given to [`analyse`]. Packages are not trusted to be
//! right: whatever cannot be read is left out, and everything is cut to a length that fits a page.
//! Sources: Debian Policy, chapters 4.4 (changelog), 5.2 and 5.6 (control), DEP-12 (upstream metadata),
//! uscan(1) (watch).

use std::borrow::Cow;

use super::encoding;
use crate::model::{BinaryPackage, Packaging};

/// Version of the rules here: part of the key of what they find.
pub const VERSION: u32 = 2;

/// The files that are read, by their paths in the package.
pub const FILES: [&str; 4] = [CONTROL, CHANGELOG, WATCH, UPSTREAM];

const CONTROL: &str = "debian/control";
const CHANGELOG: &str = "debian/changelog";
const WATCH: &str = "debian/watch";
const UPSTREAM: &str = "debian/upstream/metadata";

/// Where uscan looks for the key that upstream signs with.
pub const SIGNING_KEYS: [&str; 4] = [
    "debian/upstream/signing-key.asc",
    "debian/upstream/signing-key.pgp",
    "debian/upstream-signing-key.pgp",
    "debian/upstream/signing-key-minimal.asc",
];

/// How much of each file is read.
const READ: usize = 1 << 20;

/// Longest value that a page shows, in characters.
const LONGEST: usize = 4_000;

/// Most binary packages that a page lists.
const BINARIES: usize = 1_000;

/// What the files say; `file` gives the bytes of one that is there.
pub fn analyse<'a>(file: impl Fn(&str) -> Option<Cow<'a, [u8]>>) -> Packaging {
    let text = |path: &str| file(path).map(|bytes| characters(&bytes));
    let mut packaging = text(CONTROL).map(|control| read_control(&control)).unwrap_or_default();
    (packaging.changelog, packaging.date) = text(CHANGELOG).map(|text| newest_entry(&text)).unwrap_or_default();
    packaging.watch = text(WATCH).and_then(|watch| without_comments(&watch));
    packaging.upstream = text(UPSTREAM).map(|metadata| plain_pairs(&metadata)).unwrap_or_default();
    packaging
}

/// Takes back what one of [`FILES`] said: for a file that is not shown.
pub fn forget(path: &str, packaging: &mut Packaging) {
    match path {
        CONTROL => (packaging.fields, packaging.binaries) = Default::default(),
        CHANGELOG => (packaging.changelog, packaging.date) = Default::default(),
        WATCH => packaging.watch = None,
        UPSTREAM => packaging.upstream = Vec::new(),
        _ => {}
    }
}

fn characters(bytes: &[u8]) -> String {
    let part = &bytes[..bytes.len().min(READ)];
    String::from_utf8_lossy(&encoding::decode(part).text).into_owned()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A stanza's fields, with the lines of their values.
type Stanza<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// The stanzas of a control file as dpkg reads them: comments begin with `#` in the first column, a blank in it
/// continues a field.
fn stanzas(text: &str) -> Vec<Stanza<'_>> {
    let mut stanzas: Vec<Stanza<'_>> = vec![Vec::new()];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some(stanza) = stanzas.last_mut() else { break };
        if line.trim().is_empty() {
            if !stanza.is_empty() {
                stanzas.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, lines)) = stanza.last_mut() {
                lines.push(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            stanza.push((name, vec![value]));
        }
    }
    stanzas
}

fn read_control(text: &str) -> Packaging {
    let mut stanzas = stanzas(text).into_iter();
    let source = stanzas.next().unwrap_or_default();
    let one_line = |lines: &[&str]| {
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        cut(&words.join(" "))
    };
    let fields = source.iter().map(|(name, lines)| ((*name).to_owned(), one_line(lines))).collect();
    let binaries = stanzas.filter_map(|stanza| binary(&stanza)).take(BINARIES).collect();
    Packaging { fields, binaries, ..Packaging::default() }
}

fn binary(stanza: &Stanza<'_>) -> Option<BinaryPackage> {
    let field = |name: &str| stanza.iter().find(|(its, _)| its.eq_ignore_ascii_case(name)).map(|(_, lines)| lines);
    let first = |name: &str| field(name).and_then(|lines| lines.first()).map_or("", |line| line.trim());
    let name = first("Package");
    let more = field("Description").and_then(|lines| lines.get(1..)).unwrap_or_default();
    let more = more.iter().map(|line| match line.get(1..).unwrap_or_default() {
        "." => "",
        line => line.trim_end(),
    });
    (!name.is_empty()).then(|| BinaryPackage {
        name: cut(name),
        architecture: cut(first("Architecture")),
        synopsis: cut(first("Description")),
        description: cut(&more.collect::<Vec<_>>().join("\n")),
    })
}

/// From the first heading to the line with maintainer and date, and that date.
fn newest_entry(changelog: &str) -> (Option<String>, Option<String>) {
    let mut lines = Vec::new();
    for line in changelog.lines().skip_while(|line| line.trim().is_empty()) {
        lines.push(line.trim_end());
        if line.starts_with(" -- ") {
            break;
        }
    }
    let signature = lines.last().and_then(|line| line.strip_prefix(" -- "));
    let date = signature.and_then(|signature| signature.rsplit_once("  ")).map(|(_, date)| cut(date));
    ((!lines.is_empty()).then(|| cut(&lines.join("\n"))), date)
}

fn without_comments(watch: &str) -> Option<String> {
    let lines: Vec<&str> =
        watch.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    (!lines.is_empty()).then(|| cut(&lines.join("\n")))
}

/// DEP-12 is YAML, of which nearly all files use the simplest form alone: `Key: value`.
fn plain_pairs(metadata: &str) -> Vec<(String, String)> {
    let pair = |line: &str| {
        let (key, value) = line.split_once(": ")?;
        let value = value.trim().trim_matches(['"', '\'']);
        let is_plain =
            !key.starts_with([' ', '\t', '#', '-']) && !value.is_empty() && !value.starts_with(['|', '>', '[', '{']);
        is_plain.then(|| (cut(key), cut(value)))
    };
    metadata.lines().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Packaging {
        analyse(|path| files.iter().find(|(its, _)| *its == path).map(|(_, text)| Cow::Owned(text.as_bytes().to_vec())))
    }

    #[test]
    fn control_has_a_source_and_binaries() {
        let control = "# comment\nSource: hello\nMaintainer: A <a@example.org>\nUploaders: B <b@example.org>,\n \
                       C <c@example.org>\n\n\nPackage: hello\nArchitecture: any\nDescription: greets\n It says hello.\n .\n  Or not.\n";
        let packaging = of(&[("debian/control", control)]);
        assert_eq!(packaging.field("uploaders"), Some("B <b@example.org>, C <c@example.org>"));
        assert_eq!(packaging.binaries.len(), 1);
        assert_eq!(packaging.binaries[0].synopsis, "greets");
        assert_eq!(packaging.binaries[0].description, "It says hello.\n\n Or not.");
    }

    #[test]
    fn the_newest_entry_ends_with_its_signature() {
        let changelog = "hello (2) unstable; urgency=low\n\n  * New.\n\n -- A <a@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n\nhello (1) unstable\n";
        let packaging = of(&[("debian/changelog", changelog)]);
        assert_eq!(packaging.date.as_deref(), Some("Thu, 01 Jan 2026 00:00:00 +0000"));
        let entry = packaging.changelog.unwrap();
        assert!(entry.starts_with("hello (2)") && entry.ends_with("+0000"), "{entry}");
    }

    #[test]
    fn nothing_and_nonsense_are_no_error() {
        assert_eq!(of(&[]), Packaging::default());
        let packaging =
            of(&[("debian/control", " x\n:\nPackage\n\n\u{e9}:\n"), ("debian/upstream/metadata", "a: [b]\nc: d\n")]);
        assert!(packaging.binaries.is_empty());
        assert_eq!(packaging.upstream, [("c".to_owned(), "d".to_owned())]);
    }
}
