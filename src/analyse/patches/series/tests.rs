//! How packages carry their changes.

use super::*;

fn package(format: &str, has_diff: bool, files: &[(&str, &str)]) -> SourceSeries {
    let mut paths: Vec<EntryPath> = files.iter().map(|(path, _)| EntryPath::new(*path).unwrap()).collect();
    paths.sort();
    let read = |path: &[u8]| {
        let found = files.iter().find(|(name, _)| name.as_bytes() == path);
        found.map(|(_, text)| Cow::Owned(text.as_bytes().to_vec()))
    };
    super::read(&PackageFiles { format, has_diff, vendor: "debian", paths: &paths, read: &read })
}

#[test]
fn a_series_keeps_comments_and_options() {
    let series = "# from upstream\na.patch -p1\nsub/b.patch -p0 -R # why\nmissing.patch\n# end\n";
    let files = [
        ("debian/patches/series", series),
        ("debian/patches/a.patch", ""),
        ("debian/patches/sub/b.patch", ""),
        ("debian/patches/lost.patch", ""),
        ("debian/patches/README", ""),
    ];
    let found = package("3.0 (quilt)", false, &files);
    let list = found.applied_list().unwrap();
    assert_eq!((found.system, found.applied), (PatchSystem::Quilt, AppliedWhen::Unpacking));
    assert_eq!(list.entries[0].comments, ["from upstream"]);
    let second = &list.entries[1];
    assert_eq!((second.strip, second.reversed, &second.comments[..]), (0, true, &["why".to_owned()][..]));
    assert_eq!(list.trailing_comments, ["end"]);
    let rules: Vec<_> = found.findings.iter().map(|finding| (finding.line, finding.rule.as_str())).collect();
    assert_eq!(
        rules,
        [(None, "patch-not-in-series"), (Some(3), "series-options-ignored"), (Some(4), "series-entry-without-file")]
    );
    assert_eq!(found.unlisted.len(), 2);
}

#[test]
fn the_ways_of_carrying_changes_are_told_apart() {
    use AppliedWhen::{Building, Unknown, Unpacking};
    use PatchSystem::{Dpatch, Plain, Quilt, SimplePatchsys};
    const PATCH: (&str, &str) = ("debian/patches/a.patch", "");
    for (format, has_diff, files, expected) in [
        ("1.0", true, vec![PATCH, ("debian/patches/series", "a.patch\n")], (Quilt, Building)),
        ("1.0", true, vec![("debian/patches/00list", "a\n"), ("debian/patches/a.dpatch", "")], (Dpatch, Building)),
        ("1.0", true, vec![PATCH, ("debian/rules", "include simple-patchsys.mk")], (SimplePatchsys, Building)),
        ("1.0", true, vec![PATCH], (Plain, Unknown)),
        ("2.0", false, vec![("debian/patches/01_a", "")], (Plain, Unpacking)),
        ("3.0 (native)", false, vec![], (PatchSystem::None, Unknown)),
        ("3.0 (git)", false, vec![], (PatchSystem::None, Unknown)),
    ] {
        let found = package(format, has_diff, &files);
        assert_eq!((found.system, found.applied), expected, "{format} {files:?}");
        assert!(found.findings.is_empty() && !found.reason.is_empty(), "{found:?}");
    }
}

#[test]
fn other_series_and_vendors_are_recognised() {
    let files = [
        ("debian/patches/series", "a.patch\n"),
        ("debian/patches/series-rt", "rt.patch\n"),
        ("debian/patches/debian.series", "a.patch\n"),
        ("debian/patches/a.patch", ""),
        ("debian/patches/rt.patch", ""),
        ("debian/patches/loose.patch", ""),
    ];
    let found = package("3.0 (quilt)", false, &files);
    let kinds: Vec<_> = found.lists.iter().map(|list| list.kind.clone()).collect();
    assert_eq!(kinds, [SeriesKind::Vendor("debian".to_owned()), SeriesKind::Main, SeriesKind::Other]);
    assert!(found.findings.is_empty());
}

#[test]
fn patches_of_dpkg_source_are_named_as_such() {
    let files = [
        ("debian/patches/series", "debian-changes\n"),
        ("debian/patches/debian-changes", ""),
        ("debian/source/options", "single-debian-patch\n"),
    ];
    let found = package("3.0 (quilt)", false, &files);
    assert_eq!(found.format, ChangeFormat::SinglePatch);
    assert!(found.applied_list().unwrap().entries[0].automatic);
}

#[test]
fn names_that_lead_out_have_no_file() {
    let files = [("debian/patches/series", "../rules\n/etc/passwd\n"), ("debian/rules", "")];
    let found = package("3.0 (quilt)", false, &files);
    assert!(found.lists[0].entries.iter().all(|entry| entry.path.is_none()));
}
