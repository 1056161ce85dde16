//! One list of patches: a series of quilt, a list of dpatch, or the names of the files.

use super::{Findings, PATCHES, PackageFiles, RuleId};
use crate::model::{AppliedWhen, EntryPath, PatchSystem, SeriesEntry, SeriesKind, SeriesList};

/// Endings of names of patches.
const ENDINGS: [&[u8]; 8] =
    [b".patch", b".diff", b".dpatch", b".patch.gz", b".diff.gz", b".patch.bz2", b".diff.bz2", b".patch.xz"];

/// Names that dpkg-source gives to patches it makes itself: `debian-changes` with a version in earlier releases, and
/// `zz_debian-diff-auto` in format 2.0.
fn is_automatic(name: &str) -> bool {
    name == "debian-changes" || name.starts_with("debian-changes-") || name == "zz_debian-diff-auto"
}

/// Whether the name is that of a patch.
pub(super) fn is_patch(path: &EntryPath) -> bool {
    let name = path.name();
    ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending))
        || std::str::from_utf8(name).is_ok_and(is_automatic)
}

/// Whether the file is a list of patches.
pub(super) fn is_list(path: &EntryPath) -> bool {
    let name = path.name();
    let is_other = (name.starts_with(b"series-") || name.starts_with(b"series.")) && !is_patch(path);
    name == b"series" || name == b"00list" || name.starts_with(b"00list.") || is_other || vendor(path).is_some()
}

/// Whether dpkg-source applies the file in format 2.0: directly below debian/patches, a name without a dot.
pub(super) fn is_applied_by_2_0(path: &EntryPath) -> bool {
    let name = path.as_bytes().strip_prefix(PATCHES).unwrap_or_default();
    !name.is_empty() && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Whether the file is the system's list, which is applied when no vendor has its own.
pub(super) fn is_main(path: &EntryPath, system: PatchSystem) -> bool {
    match system {
        PatchSystem::Dpatch => path.as_bytes() == b"debian/patches/00list",
        PatchSystem::Quilt => path.as_bytes() == b"debian/patches/series",
        PatchSystem::SimplePatchsys | PatchSystem::Plain | PatchSystem::None => false,
    }
}

/// Whose list it is: `VENDOR.series` directly below debian/patches.
pub(super) fn vendor(path: &EntryPath) -> Option<String> {
    let name = path.as_bytes().strip_prefix(PATCHES)?.strip_suffix(b".series")?;
    let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty() && !name.contains('/'))?;
    Some(name.to_lowercase())
}

/// A list of the files, which are in the order of their names; `None` when there is none.
pub(super) fn by_name<'p>(files: impl Iterator<Item = &'p EntryPath>) -> Option<SeriesList> {
    let entries: Vec<SeriesEntry> = files
        .zip(1..)
        .map(|(path, line)| {
            let name = String::from_utf8_lossy(path.as_bytes().strip_prefix(PATCHES).unwrap_or_default());
            SeriesEntry { path: Some(path.clone()), ..entry(line, &name) }
        })
        .collect();
    let list = SeriesList { path: None, kind: SeriesKind::Names, entries, trailing_comments: Vec::new() };
    Some(list).filter(|list| !list.entries.is_empty())
}

fn entry(line: u32, name: &str) -> SeriesEntry {
    SeriesEntry {
        line,
        name: name.replace(char::is_control, "\u{fffd}"),
        path: None,
        options: Vec::new(),
        strip: 1,
        reversed: false,
        comments: Vec::new(),
        automatic: is_automatic(name),
    }
}

/// Reads a list.
pub(super) fn read(
    path: &EntryPath,
    kind: SeriesKind,
    bytes: &[u8],
    package: &PackageFiles<'_>,
    applied: AppliedWhen,
    findings: &mut Findings,
) -> SeriesList {
    let mut list = SeriesList { path: Some(path.clone()), kind, entries: Vec::new(), trailing_comments: Vec::new() };
    let mut comments = Vec::new();
    for (line, number) in bytes.split(|&byte| byte == b'\n').zip(1..) {
        let (words, comment) = split_comment(line.trim_ascii());
        comments.extend(comment.map(|comment| String::from_utf8_lossy(comment).trim().to_owned()));
        let mut words = words.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let Some(name) = words.next() else { continue };
        let mut entry = entry(number, &String::from_utf8_lossy(name));
        entry.path = find(package, path, name);
        entry.options = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        (entry.strip, entry.reversed) = effect(&entry.options);
        entry.comments = std::mem::take(&mut comments);
        judge(&entry, applied, findings);
        list.entries.push(entry);
    }
    list.trailing_comments = comments;
    list
}

fn judge(entry: &SeriesEntry, applied: AppliedWhen, findings: &mut Findings) {
    if entry.path.is_none() {
        findings.add(RuleId::SeriesEntryWithoutFile, entry.line, &entry.name);
    }
    if applied == AppliedWhen::Unpacking && !entry.options.is_empty() && entry.options != ["-p1"] {
        let what = format!("{} {}", entry.name, entry.options.join(" "));
        findings.add(RuleId::SeriesOptionsIgnored, entry.line, &what);
    }
}

/// Splits a comment off: `#` at the beginning or after a blank.
fn split_comment(line: &[u8]) -> (&[u8], Option<&[u8]>) {
    let begins = |at: &usize| *at == 0 || line.get(at - 1).is_some_and(u8::is_ascii_whitespace);
    match memchr::memchr_iter(b'#', line).find(begins) {
        Some(at) => {
            let (words, comment) = line.split_at(at);
            (words, comment.get(1..))
        }
        None => (line, None),
    }
}

/// What `-pN` and `-R` mean; both are quilt's.
fn effect(options: &[String]) -> (u32, bool) {
    let strip = options.iter().find_map(|option| option.strip_prefix("-p")?.parse().ok());
    (strip.unwrap_or(1), options.iter().any(|option| option == "-R"))
}

/// The file that a list's entry names; dpatch lets the ending away.
fn find(package: &PackageFiles<'_>, list: &EntryPath, name: &[u8]) -> Option<EntryPath> {
    let below = |ending: &[u8]| EntryPath::plain(&[PATCHES, name, ending].concat()).ok();
    let endings: &[&[u8]] = if list.name().starts_with(b"00list") { &[b"", b".dpatch"] } else { &[b""] };
    endings.iter().filter_map(|ending| below(ending)).find(|path| package.has(path.as_bytes()))
}
