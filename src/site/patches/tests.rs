use super::*;
use crate::model::{
    AppliedWhen, Bug, BugEvidence, BugReference, ChangeFormat, ChangeKind, DiffFormat, DiffLine, DiffLineKind,
    FileChange, Finding, HeaderKind, PatchHeader, PatchState, PatchStatus, PatchSystem, Person, SeriesEntry,
    SeriesKind, SeriesList, Severity, ShownHunk, ShownPatch, SourceSeries,
};
use crate::site::sources::OutputFile;

/// Names that could be taken for markup, or for another page.
const NAMES: [&str; 3] = ["<script>alert(1)", "index", "dir/x.html/y"];

fn path(name: &str) -> EntryPath {
    EntryPath::new([FOLDER, name.as_bytes()].concat()).unwrap()
}

fn entry(name: &str, line: u32) -> SeriesEntry {
    SeriesEntry {
        line,
        name: name.to_owned(),
        path: Some(path(name)),
        options: vec!["-p<b>".to_owned()],
        strip: 1,
        reversed: true,
        comments: vec!["a <thing>".to_owned()],
        automatic: true,
    }
}

fn change(name: &str, kind: ChangeKind) -> FileChange {
    FileChange {
        name: name.as_bytes().to_vec(),
        renamed_from: Some(b"<thing>".to_vec()),
        kind,
        added: 1,
        removed: 1,
        hunks: 1,
    }
}

fn facts(name: &str) -> PatchFacts {
    let bug = |bug| BugReference { bug, evidence: vec![BugEvidence::Field("<thing>".to_owned(), 1)] };
    let finding = Finding {
        line: Some(1),
        rule: "odd".to_owned(),
        severity: Severity::Warning,
        what: "<thing>\u{1b}".to_owned(),
    };
    let header = PatchHeader {
        kind: HeaderKind::Dep3,
        length: 10,
        subject: Some("a <thing>\u{1b}\u{202e}".to_owned()),
        description: "see <thing> at https://example.org/a\u{fdd0}".to_owned(),
        authors: vec![Person { name: "<thing>".to_owned(), mail: None }],
        bugs: vec![bug(Bug::Tracker("javascript:<thing>".to_owned())), bug(Bug::Debian(1))],
        findings: vec![finding],
        ..PatchHeader::default()
    };
    PatchFacts {
        path: path(name),
        place: path(name),
        length: 100,
        is_cut: true,
        header,
        named_bugs: vec![bug(Bug::Unclear("<thing>".to_owned()))],
        changelog_bugs: Vec::new(),
        format: DiffFormat::Unified,
        files: vec![
            change("dir/index", ChangeKind::Modified),
            change("secret", ChangeKind::Renamed),
            change("../<thing>", ChangeKind::Copied),
        ],
        files_left: 1,
        unreadable: None,
        added: 3,
        removed: 3,
        ids: None,
    }
}

/// What is known of a version with hostile patches.
pub(in crate::site) fn content() -> PatchesContent<'static> {
    let mut patches: Vec<PatchFacts> = NAMES.into_iter().map(facts).collect();
    patches.sort_by(|a, b| a.path.cmp(&b.path));
    let entries = NAMES.into_iter().zip(1..).map(|(name, line)| entry(name, line));
    let missing = SeriesEntry { path: None, ..entry("missing <thing>", 9) };
    let list = SeriesList {
        path: None,
        kind: SeriesKind::Vendor("<thing>".to_owned()),
        entries: entries.chain([missing]).collect(),
        trailing_comments: vec!["<thing>".to_owned()],
    };
    let series = SourceSeries {
        format: ChangeFormat::Quilt,
        system: PatchSystem::Quilt,
        applied: AppliedWhen::Unpacking,
        reason: "a <thing>".to_owned(),
        lists: vec![list],
        generated: true,
        unlisted: Vec::new(),
        findings: Vec::new(),
    };
    let status = PatchStatus {
        state: PatchState::Forwarded,
        rule: "rule".to_owned(),
        what: "javascript:alert(1)<thing>".to_owned(),
        droppable: true,
    };
    let statuses = patches.iter().map(|_| status.clone()).collect();
    let first_seen = patches.iter().map(|_| None).collect();
    PatchesContent::Facts { facts: PatchesFacts { series, patches }, statuses, first_seen }
}

fn shown() -> ShownPatch {
    let line = |kind| DiffLine { kind, html: "&lt;thing&gt;".to_owned(), has_newline: false };
    let lines = [DiffLineKind::Context, DiffLineKind::Delete, DiffLineKind::Insert].map(line).to_vec();
    let hunk =
        ShownHunk { old_start: 1, old_lines: 2, new_start: 1, new_lines: 2, section: "<thing>".to_owned(), lines };
    ShownPatch { files: vec![vec![hunk]; 3], lines_left: 7 }
}

/// The pages of a version with these patches, and the files of debian/patches that they lead to.
pub(in crate::site) fn publish(
    site: &SourcesSite,
    package: &SourcePackage,
    tree: &TreeIndex<'_>,
    content: &PatchesContent<'_>,
) -> Vec<OutputFile> {
    let SourcePackage { name, version, area, .. } = package;
    let bug_link = |bug: &Bug| matches!(bug, Bug::Debian(_)).then(|| "https://bugs.example.org/1".to_owned());
    let pages = site.version_patches(PatchesView {
        package,
        tree,
        content,
        rules: &[],
        status_rules: &[],
        bug_link: &bug_link,
        series: None,
        first_lines: &|_| Vec::new(),
    });
    let output_path = |address: Address<'_>| address.output_path(site.layout());
    let mut files = vec![
        (output_path(Address::PatchesVersion(name, version)), pages.version(Companions::default()).unwrap()),
        (output_path(Address::PatchesDocument(name, version)), pages.document()),
    ];
    for patch in &content.facts().unwrap().patches {
        let view = PatchView { patch, bytes: b"<thing>\x1b\xff and more", shown: &shown() };
        let below = below_patches(&patch.path);
        files.push((output_path(Address::Patch(name, version, &below)), pages.patch(&view).unwrap()));
        files.push((output_path(Address::File(name, version, &patch.path)), Vec::new()));
        files.push((output_path(Address::Raw(area, name, version, &patch.path)), Vec::new()));
    }
    files
}

#[test]
fn files_are_told_by_which_patches_they_are_changed() {
    let content = content();
    let touched = TouchedFiles::new(&content);
    let place = crate::model::Place { pack: 0, member: 0 };
    let kind = EntryKind::File {
        size: 1,
        sha256: crate::model::Sha256([0; 32]),
        text: crate::model::TextFacts::default(),
        place,
    };
    let entry = |name: &str| Entry { path: EntryPath::new(name).unwrap(), executable: false, kind: kind.clone() };
    let names = |name: &str| touched.of(&entry(name)).into_iter().map(|(_, text, id)| (text.to_owned(), id)).collect();
    let all: Vec<(String, String)> = names("secret");
    assert_eq!(all, NAMES.map(|name| (name.to_owned(), "file-2".to_owned())));
    let none: Vec<(String, String)> = names("other");
    assert!(none.is_empty());
}
