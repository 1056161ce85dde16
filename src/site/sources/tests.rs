use std::collections::BTreeMap;
use std::io::Read;

use super::views::{Absence, FailedVersion, VersionSummary};
use super::*;
use crate::fs;
use crate::model::{
    Area, CensusVersion, Checksums, CommonWording, CopyrightFacts, CopyrightForm, DebianVersion, DeclaredBy,
    Disagreement, Entry, EntryKind, EntryPath, FileName, LanguageShare, LicenceDigest, Occurrence, Overview,
    PackageName, PageFacts, Place, Rule, Severity, Sha1, Sha256, SourceFile, SuiteName, SuiteStatistics, TextFacts,
    Totals, Tree,
};
use crate::settings::{Encoding, LinkStyle};
use crate::site::copyright::documents::BillView;
use crate::site::copyright::{
    CensusView, CopyrightContent, CopyrightPackageView, CopyrightVersionSummary, CopyrightView, VersionLicences,
};
use crate::site::page::Body;
use crate::site::patches::{self, PatchCensusView, PatchesContent, PatchesPackageView, PatchesVersionSummary};
use crate::site::urls::{Answer, BomFormat, Candidate, NamedVersion, PackageNames, Resolver, decode};

const CODE: &str = "<span id=\"L1\">int x;\n</span></code></pre></main></body></html>\n";

fn settings(output: &str) -> (tempfile::TempDir, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    let archive = "[[archive]]\nname = \"a\"\nurl = \"mirror\"\ntrusted = true\n";
    let site = "[site]\ntitle = \"My <Sources>\"\nbase-url = \"https://example.org/below\"\n";
    fs::write_new(&path, &[archive.as_bytes(), site.as_bytes(), b"[output]\n", output.as_bytes()]).unwrap();
    let settings = Settings::read(&path).unwrap();
    (folder, settings)
}

fn site(output: &str) -> SourcesSite {
    let (_folder, settings) = settings(output);
    SourcesSite::new(Templates::load(&settings).unwrap(), &settings).unwrap()
}

fn package() -> SourcePackage {
    SourcePackage {
        name: PackageName::new("libfoo++").unwrap(),
        version: DebianVersion::new("1:2~3+b").unwrap(),
        area: Area::new("main").unwrap(),
        other_areas: Vec::new(),
        archive: 0,
        suites: vec![0],
        vendor: "debian".into(),
        directory: "pool/main/libf/libfoo++".into(),
        files: vec![SourceFile {
            name: FileName::new("libfoo++_2~3+b.dsc").unwrap(),
            size: 1234,
            checksums: Checksums { sha256: Some(Sha256([1; 32])), ..Checksums::default() },
        }],
        extra_source_only: false,
    }
}

fn entry(path: &[u8], kind: EntryKind) -> Entry {
    Entry { path: EntryPath::new(path).unwrap(), executable: false, kind }
}

fn file(path: &[u8], size: u64, is_text: bool) -> Entry {
    let text = TextFacts { is_text, lines: u32::from(is_text) };
    let place = Place { pack: 0, member: 0 };
    entry(path, EntryKind::File { size, sha256: Sha256([0; 32]), text, place })
}

fn link(path: &[u8], target: &[u8]) -> Entry {
    entry(path, EntryKind::Symlink { target: target.to_vec() })
}

fn tree() -> Tree {
    let mut entries = vec![
        entry(b"dir", EntryKind::Directory),
        entry(b"dir/index.html", EntryKind::Directory),
        file(b"dir/index.html/deep", 7, true),
        file(b"dir/<script>alert(1)", 7, true),
        file(b"dir/index", 7, true),
        Entry { executable: true, ..file(b"dir/run", 7, true) },
        file(b"caf\xe9\n\"'&", 7, true),
        file(b"secret", 7, true),
        file(b"large.txt", 20_000_000, true),
        file(b"image.png", 100, false),
        file(b"object.o", 1, false),
        link(b"dir/up", b".."),
        link(b"in", b"dir/index"),
        link(b"out", b"/etc/\"passwd"),
        link(b"gone", b"none"),
    ];
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Tree { format: "3.0 (quilt)".into(), entries, findings: vec!["odd <thing>".into()], ..Tree::default() }
}

fn excluded<'a>(path: &EntryPath) -> Option<&'a str> {
    (path.as_bytes() == b"secret").then_some("taken <down>")
}

fn is_shown(entry: &Entry) -> bool {
    matches!(&entry.kind, EntryKind::File { size, text, .. } if text.is_text && *size < 1000)
}

fn body(deflated: &[u8]) -> Body<'_> {
    Body::Fragment { html_length: CODE.len() as u64, crc32: crc32fast::hash(CODE.as_bytes()), deflated }
}

fn deflated() -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, CODE.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// All files of a site with one version, by output path.
fn publish(site: &SourcesSite) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let (package, tree, deflated) = (package(), tree(), deflated());
    let index = TreeIndex::new(&tree, excluded);
    let suites = [SuiteName::new("sid").unwrap()];
    let (name, version) = (&package.name, &package.version);
    let absent = DebianVersion::new("1").unwrap();
    let failed = Absence::Failed { step: "unpack", reason: "not <a> tarball", since: "2026-01-02" };
    let versions = [(version, None), (&absent, Some(failed))].map(|(version, absent)| VersionSummary {
        version,
        area: &package.area,
        suites: &suites,
        extra_source_only: true,
        absent,
    });
    let failures =
        [FailedVersion { package: name, version: &absent, step: "unpack", reason: "bad\u{1b}", since: "2026-01-02" }];
    let mut files: BTreeMap<_, _> = site.fixed_files().unwrap().into_iter().collect();
    let mut put =
        |address: Address<'_>, bytes| assert!(files.insert(address.output_path(site.layout()), bytes).is_none());
    let prefix = name.pool_prefix();
    put(Address::Home, site.home(&HomeView { prefixes: std::slice::from_ref(&prefix), suites: &suites }).unwrap());
    let packages = std::slice::from_ref(name);
    put(Address::Prefix(&prefix), site.prefix(&PrefixView { prefix: &prefix, packages }).unwrap());
    let candidates = versions.map(|it| Candidate {
        version: NamedVersion { version: it.version.clone(), area: it.area.clone() },
        suites: vec!["sid"],
        is_shown: it.absent.is_none(),
    });
    let names = PackageNames::new(name.clone(), &candidates);
    let conflicts = ["two <of> them".to_owned()];
    let view = PackageView { package: name, versions: &versions, names: &names, conflicts: &conflicts };
    put(Address::Package(name), site.package(&view).unwrap());
    let [shown, absent_one] = versions;
    let [summary, other] =
        [shown, absent_one].map(|summary| CopyrightVersionSummary { summary, content: None, changes: None });
    let summaries =
        [CopyrightVersionSummary { content: Some(CopyrightContent::Excluded("a <reason>")), ..summary }, other];
    let licences = CopyrightPackageView { package: name, versions: &summaries };
    put(Address::CopyrightPackage(name), site.copyright_package(&licences).unwrap());
    let contents = [Some(patches::tests::content()), Some(PatchesContent::Excluded("a <reason>"))];
    let summaries = [0, 1].map(|at| PatchesVersionSummary { summary: versions[at], content: contents[at].as_ref() });
    let listed = PatchesPackageView { package: name, versions: &summaries };
    put(Address::PatchesPackage(name), site.patches_package(&listed).unwrap());
    // What it shows is tried with the census that it is made from.
    put(Address::Patches, page::encoded("<title>Patches</title>", site.layout().encoding));
    put(Address::Map(name), site.map(&view));
    put(Address::ApiPackage(name), site.api_package(&view));
    put(Address::FileList(name, version), site.file_list(&package, &index));
    put(Address::Checksums, site.checksums().unwrap());
    put(site.shard_address("sha256", "index"), site.shard("sha256", "index", "{}").1);
    put(Address::Failures, site.failures(&FailuresView { failures: &failures }).unwrap());
    let pool = Some("https://example.org/pool/main/libf/libfoo++/");
    let overview = Overview::default();
    let copyright = CopyrightFacts::default();
    let patches = patches::tests::content();
    let view = VersionView {
        package: &package,
        suites: &suites,
        pool,
        conflicts: &[],
        content: VersionContent::Tree {
            tree: &index,
            overview: &overview,
            copyright: CopyrightContent::Facts(&copyright),
            patches: &patches,
            symbols: 0,
            readme: None,
        },
    };
    put(Address::Version(name, version), site.version(&view).unwrap());
    let content = CopyrightContent::Facts(&copyright);
    let licences = VersionLicences { content, files: &[] };
    let licences = CopyrightView { package: &package, tree: &index, licences, rules: &[], text: None };
    put(Address::CopyrightVersion(name, version), site.copyright(&licences).unwrap());
    put(Address::CopyrightFiles(name, version), site.copyright_files(&licences).unwrap());
    put(Address::CopyrightDocument(name, version), site.copyright_document(&licences));
    for (path, page) in patches::tests::publish(site, &package, &index, &patches) {
        assert!(files.insert(path, page).is_none());
    }
    let mut put =
        |address: Address<'_>, bytes| assert!(files.insert(address.output_path(site.layout()), bytes).is_none());
    let bill = BillView {
        package: &package,
        sources: &[],
        tree: &index,
        licences: licences.licences,
        sha1: &|_| Some(Sha1::of(b"")),
        vendor: "press",
        pool,
        created: "2026-01-02T00:00:00Z",
        identity: Key::of("test", 1).finish(),
    };
    for (format, (_, bytes)) in BomFormat::ALL.into_iter().zip(site.bill_of_materials(&bill)) {
        put(Address::BillOfMaterials(name, version, format), bytes);
    }
    let digest = LicenceDigest {
        form: CopyrightForm::MachineReadable,
        main: None,
        expressions: vec![("<a> licence".to_owned(), 2)],
        licences: vec![("<a> licence".to_owned(), 2), ("MIT".to_owned(), 1)],
        findings: vec![("r".to_owned(), 3)],
        holders: vec![("Ann <b>".to_owned(), 2), ("\u{c9}va".to_owned(), 1)],
        texts: Vec::new(),
    };
    let counted = [CensusVersion { package: name, version, suites: &suites, digest: &digest }];
    let rules = [Rule {
        id: "r".to_owned(),
        severity: Severity::Error,
        title: "A <thing>".to_owned(),
        explanation: String::new(),
        mend: String::new(),
    }];
    let wording = CommonWording { text: "Do <as> you like".to_owned(), versions: 1, of: 2, wordings: 2 };
    let census = CensusView {
        versions: &counted,
        rules: &rules,
        full_name: &|_| None,
        list_version: "3",
        statistics: &SuiteStatistics::of(&counted),
        texts: &[("MIT".to_owned(), wording)].into(),
        people: true,
    };
    let mut census = site.census(&census).unwrap();
    let declared = |licence: &str| DeclaredBy {
        licence: licence.to_owned(),
        packages: 1,
        examples: vec![Occurrence {
            package: name.clone(),
            version: version.clone(),
            path: "dir/index".to_owned(),
            license: Some(licence.to_owned()),
        }],
    };
    let disagreement = Disagreement { packages: 2, licences: vec![declared("<a> licence"), declared("MIT")] };
    census.extend(site.disagreements(&[(Sha256([0; 32]), disagreement)].into()).unwrap());
    let patches =
        PatchCensusView { versions: &[], rules: &[], bug_link: &|_| None, old_before: "2020-01-01", has_people: true };
    census.extend(site.patch_census(&patches).unwrap());
    let content = VersionContent::Absent(failed);
    let broken = SourcePackage { version: absent.clone(), ..package.clone() };
    put(Address::Version(name, &absent), site.version(&VersionView { package: &broken, content, ..view }).unwrap());
    let pages = site.file_pages(&package, &index).unwrap();
    let languages = vec![LanguageShare { language: "C".to_owned(), files: 2, bytes: 14, code_lines: 2 }];
    let totals = Totals { files: 1234, bytes: 5678, languages };
    let facts = PageFacts { encoding: "UTF-8".to_owned(), code_lines: 1, ..PageFacts::default() };
    let shown = |body| Shown { body, facts: &facts, first_lines: &[1], number: 0, outline: None };
    let folder = |folder| FolderView { package: &package, tree: &index, folder, totals: Some(&totals), readme: None };
    for entry in &tree.entries {
        if let EntryKind::Directory = entry.kind {
            put(Address::Folder(name, version, &entry.path), site.folder(&folder(&entry.path)).unwrap());
            continue;
        }
        let page = pages.page(entry, is_shown(entry).then(|| shown(body(&deflated))), FileNotes::default()).unwrap();
        put(Address::File(name, version, &entry.path), page.parts().concat());
        if matches!(entry.kind, EntryKind::File { .. }) && excluded(&entry.path).is_none() {
            put(Address::Raw(&package.area, name, version, &entry.path), Vec::new());
        }
    }
    files.extend(census);
    files
}

fn html_of(output_path: &[u8], bytes: &[u8]) -> Option<String> {
    // A page that only needs to be there for links is empty.
    if bytes.is_empty() || output_path.starts_with(b"data/") || output_path.starts_with(b"info/json/") {
        return None;
    }
    if output_path.ends_with(b".html") {
        return Some(String::from_utf8(bytes.to_vec()).unwrap());
    }
    let mut html = String::new();
    output_path
        .ends_with(b".html.gz")
        .then(|| flate2::read::GzDecoder::new(bytes).read_to_string(&mut html).unwrap())?;
    Some(html)
}

/// What a browser makes of a link.
fn followed(base: &str, link: &str) -> String {
    if link.starts_with('/') {
        return link.to_owned();
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some_and(|part| !part.is_empty()), "{link} leaves the site of {base}"),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

const LAYOUTS: [&str; 3] = [
    "encoding = \"gzip\"\nlinks = \"clean\"\n",
    "encoding = \"plain\"\nlinks = \"clean\"\n",
    "encoding = \"plain\"\nlinks = \"file\"\n",
];

#[test]
fn every_link_leads_to_a_page() {
    for output in LAYOUTS {
        let site = site(output);
        let files = publish(&site);
        let resolver = Resolver::new(site.layout(), Vec::new());
        let mut links = 0;
        for (output_path, bytes) in &files {
            let Some(html) = html_of(output_path, bytes) else { continue };
            // Relative links do not depend on the last component, however it is spelled.
            let base: String = output_path.iter().map(|byte| char::from(*byte)).collect();
            for link in html.split(" href=\"").chain(html.split(" src=\"")).skip(1) {
                let link = link.split('"').next().unwrap();
                let target = followed(&format!("/{base}"), link);
                let target = target.strip_prefix("/below").unwrap_or(&target);
                let is_elsewhere = link.starts_with("https://") || link.starts_with('#') || link.starts_with('<');
                if is_elsewhere {
                    continue;
                }
                links += 1;
                let target = target.split_once('#').map_or(target, |(path, _)| path);
                let answer = resolver.resolve(&decode(target).unwrap(), &|path| files.contains_key(path));
                assert!(matches!(answer, Answer::File { .. }), "{base}: {link} → {target}: {answer:?}");
                if output.contains("\"file\"") {
                    assert!(files.contains_key(&decode(target).unwrap()[1..]), "{base}: {link} is no file");
                }
            }
        }
        assert!(links > 100);
    }
}

#[test]
fn nothing_of_a_package_is_markup() {
    for output in LAYOUTS {
        for (output_path, bytes) in publish(&site(output)) {
            let Some(html) = html_of(&output_path, &bytes) else { continue };
            for bad in ["<script>alert", "<thing>", "<down>", "<a> tarball", "<of>", "<Sources>", "\u{1b}", "\u{fdd0}"]
            {
                assert!(!html.contains(bad), "{} has {bad}", output_path.escape_ascii());
            }
            assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
            assert_eq!(html.matches("<main").count(), 1);
            assert!(html.trim_end().ends_with("</body>\n</html>") || html.ends_with("</main></body></html>\n"));
        }
    }
}

#[test]
fn a_folder_says_what_is_below_it() {
    let site = site(LAYOUTS[1]);
    let package = package();
    let path = EntryPath::new("dir").unwrap();
    let output_path = Address::Folder(&package.name, &package.version, &path).output_path(site.layout());
    let page = String::from_utf8(publish(&site)[&output_path].clone()).unwrap();
    assert!(page.contains("1,234 files · 5,678 bytes · C 100.0\u{a0}%"), "{page}");
    assert!(page.contains(">run</a><span title=\"executable\">*</span></td>"), "{page}");
    assert_eq!(page.matches("executable").count(), 1, "{page}");
}

#[test]
fn a_file_page_ends_with_its_fragment() {
    for output in LAYOUTS {
        let site = site(output);
        let files = publish(&site);
        let package = package();
        let html = |path: &[u8]| {
            let path = EntryPath::new(path).unwrap();
            let output_path = Address::File(&package.name, &package.version, &path).output_path(site.layout());
            html_of(&output_path, &files[&output_path]).unwrap()
        };
        let page = html(b"dir/index");
        assert!(page.ends_with(&format!("<code id=\"sourcecode\">{CODE}")), "{page}");
        assert!(page.contains("<title>index — libfoo++ 1:2~3+b — My &lt;Sources&gt;</title>"));
        assert!(page.contains("1 line · 7 bytes · "));
        assert!(html(b"secret").contains("not shown: taken &lt;down&gt;"));
        assert!(!html(b"secret").contains("int x;"));
        assert!(html(b"object.o").contains("This file is binary: 1 byte."));
        assert!(html(b"large.txt").contains("too large to be shown: 20,000,000 bytes."));
        assert!(html(b"out").contains("/etc/&quot;passwd</code>, which is outside of this package"));
        assert!(html(b"gone").contains("<code>none</code>, which is not in this package"));
        assert!(html(b"in").contains("<code>dir/index</code></a>"));
    }
}

#[test]
fn the_page_of_a_binary_file_says_what_it_is() {
    let (package, tree) = (package(), tree());
    let index = TreeIndex::new(&tree, excluded);
    let preview = b"<h2>Contents</h2></div></main></body></html>\n";
    let stored = [&[1, 45, 0, !45, 0xff][..], preview].concat();
    let html_length = preview.len() as u64;
    let body = Body::Fragment { html_length, crc32: crc32fast::hash(preview), deflated: &stored };
    for output in LAYOUTS {
        let site = site(output);
        let pages = site.file_pages(&package, &index).unwrap();
        let html = |entry: &Entry, dimensions| {
            let kind = Some("<Odd> thing".to_owned());
            let facts = PageFacts { kind, dimensions, ..PageFacts::default() };
            let shown = Shown { body, facts: &facts, first_lines: &[1], number: 0, outline: None };
            let page = pages.page(entry, Some(shown), FileNotes::default()).unwrap();
            let name = if output.contains("plain") { &b"a.html"[..] } else { b"a.html.gz" };
            html_of(name, &page.parts().concat()).unwrap()
        };
        let page = html(&file(b"image.png", 100, false), Some((64, 32)));
        assert!(page.ends_with("<div id=\"preview\"><h2>Contents</h2></div></main></body></html>\n"), "{page}");
        assert!(page.contains("&lt;Odd&gt; thing · 64 × 32 pixels · 100 bytes"), "{page}");
        assert!(page.contains("/image.png\" width=\"64\" height=\"32\" alt=\"The image image.png\">"), "{page}");
        assert!(page.contains("/image.png\" download=\"image.png\">Download</a>"), "{page}");
        for (path, dimensions) in [("image.png", None), ("image.dat", Some((64, 32))), ("image.svg", None)] {
            assert!(!html(&file(path.as_bytes(), 100, false), dimensions).contains("<img class"), "{path}");
        }
    }
}

#[test]
fn notes_follow_the_facts() {
    let (package, tree) = (package(), tree());
    let index = TreeIndex::new(&tree, excluded);
    let site = site(LAYOUTS[1]);
    let pages = site.file_pages(&package, &index).unwrap();
    let path = EntryPath::new("dir").unwrap();
    let note = |text| Note { text, address: Address::Folder(&package.name, &package.version, &path), anchor: "" };
    let html = |path: &[u8], notes| {
        let page = pages.page(&file(path, 1, false), None, notes).unwrap();
        String::from_utf8(page.parts().concat()).unwrap()
    };
    let patches = ["a.patch", "<b>", "c", "d", "e"].map(note);
    let all = FileNotes { licence: Some(note("GPL-2+")), patches: &patches, ..FileNotes::default() };
    let page = html(b"object.o", all);
    let facts = "1 byte · licence <a href=\"dir/\">GPL-2+</a> · patched by <a href=\"dir/\">a.patch</a>, \
                 <a href=\"dir/\">&lt;b&gt;</a>, <a href=\"dir/\">c</a> and 2 more · ";
    assert!(page.contains(facts), "{page}");
    let page = html(b"object.o", FileNotes { patches: &patches[..1], ..FileNotes::default() });
    assert!(page.contains("1 byte · patched by <a href=\"dir/\">a.patch</a> · "), "{page}");
    for page in [html(b"object.o", FileNotes::default()), html(b"secret", all)] {
        assert!(page.contains("1 byte · <a"), "{page}");
    }
}

#[test]
fn an_svg_is_seen_above_its_text() {
    let (package, tree, deflated) = (package(), tree(), deflated());
    let index = TreeIndex::new(&tree, excluded);
    let facts = PageFacts { encoding: "UTF-8".to_owned(), ..PageFacts::default() };
    let html_of = |output, path: &[u8], number| {
        let site = site(output);
        let pages = site.file_pages(&package, &index).unwrap();
        let shown = Shown { body: body(&deflated), facts: &facts, first_lines: &[1, 2], number, outline: None };
        let page = pages.page(&file(path, 100, true), Some(shown), FileNotes::default()).unwrap();
        String::from_utf8(page.parts().concat()).unwrap()
    };
    let html = |path, number| html_of(LAYOUTS[1], path, number);
    let page = html(b"a.svg", 0);
    assert!(page.find("/a.svg\" alt=\"The image a.svg\">").unwrap() < page.find("id=\"sourcecode\"").unwrap());
    assert!(!html(b"a.svg", 1).contains("<img class"));
    assert!(!html(b"a.xml", 0).contains("<img class"));
    assert!(!html_of(LAYOUTS[2], b"a.svg", 0).contains("<img class"), "it is served as text there");
}

#[test]
fn templates_and_assets_are_replaced_one_by_one() {
    let (folder, settings) = settings("encoding = \"plain\"\n");
    let before = Templates::load(&settings).unwrap().fingerprint();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_folders(path.parent().unwrap()).unwrap();
        fs::write_atomically(&path, &[text.as_bytes()]).unwrap();
    };
    put("templates/note.html", "{% extends \"base.html\" %}{% block main %}{% include \"mine.html\" %}{% endblock %}");
    put("templates/mine.html", "mine: {{ note | safe }}");
    put("assets/style.css", "p {}");
    let templates = Templates::load(&settings).unwrap();
    assert_ne!(templates.fingerprint(), before);
    let site = SourcesSite::new(templates, &settings).unwrap();
    let files = publish(&site);
    let style = files.iter().find(|(path, _)| path.starts_with(b"static/style.")).unwrap();
    assert_eq!(style.1, b"p {}");
    assert!(files.values().any(|bytes| bytes.windows(11).any(|part| part == b"mine: <p>Th")));

    put("templates/mine.html", "a\n{{ nothing }}");
    let site = SourcesSite::new(Templates::load(&settings).unwrap(), &settings).unwrap();
    let (package, tree) = (package(), tree());
    let error = site.file_pages(&package, &TreeIndex::new(&tree, excluded)).err().unwrap().to_string();
    assert!(error.contains("templates/mine.html: line 2"), "{error}");

    put("templates/mine.html", "{% if %}");
    let error = Templates::load(&settings).unwrap_err().to_string();
    assert!(error.contains("templates/mine.html: line 1"), "{error}");

    put("templates/mine.html", "");
    put("templates/file.html", "{{ facts }}</html>");
    let error = SourcesSite::new(Templates::load(&settings).unwrap(), &settings).unwrap_err().to_string();
    assert!(error.contains("must end with `<code id=\"sourcecode\">`"), "{error}");

    fs::remove_file(&folder.path().join("templates/file.html")).unwrap();
    put("templates/preview.html", "{{ facts }}</html>");
    let error = SourcesSite::new(Templates::load(&settings).unwrap(), &settings).unwrap_err().to_string();
    assert!(error.contains("preview.html: the page must end with `<div id=\"preview\">`"), "{error}");
}

#[test]
fn the_key_changes_with_what_pages_depend_on() {
    let key = |output| site(output).key();
    assert_eq!(key(LAYOUTS[0]), key(LAYOUTS[0]));
    assert_ne!(key(LAYOUTS[0]), key(LAYOUTS[1]));
    assert_eq!(site(LAYOUTS[1]).layout().encoding, Encoding::Plain);
}

#[test]
fn a_readme_can_do_no_harm() {
    let (site, package, tree) = (site("encoding = \"plain\""), package(), tree());
    let index = TreeIndex::new(&tree, excluded);
    let readme = file(b"dir/README.md", 1, true);
    let text = "# Title\n\n<script>alert(1)</script>\n\nA <b onclick=\"x()\">[bad](javascript:alert(1)) [up](../image.png) ![kept](../image.png)\n\
                [![badge](https://example.org/badge.svg)](https://example.org/) [code](index#L3) [out](../../etc)\n\n\
                ### Deep\n";
    let folder = EntryPath::new("dir").unwrap();
    let readme = Readme { entry: &readme, text: text.to_owned() };
    let view = FolderView { package: &package, tree: &index, folder: &folder, totals: None, readme: Some(&readme) };
    let page = String::from_utf8(site.folder(&view).unwrap()).unwrap();
    let start = page.find("<section class=\"readme\"").unwrap();
    let end = start + page[start..].find("</section>").unwrap();
    insta::assert_snapshot!(&page[start..end], @r##"
    <section class="readme" aria-labelledby="readme">
    <h2 id="readme"><a href="README.md">README.md</a></h2>
    <h3 id="readme-title">Title</h3>
    <p>alert(1)
    </p>
    <p>A bad <a href="../image.png">up</a> <img src="../../../../data/main/libf/libfoo%2B%2B/1%3A2~3%2Bb/image.png" alt="kept" />
    <a href="https://example.org/">badge</a> <a href="index#L3">code</a> out</p>
    <h4 id="readme-deep">Deep</h4>
    "##);
}

#[test]
fn the_script_finds_pages_by_its_data() {
    for output in LAYOUTS {
        let site = site(output);
        let files = publish(&site);
        let (extension, before, after) = match site.layout().links {
            LinkStyle::Clean => ("json", "", ""),
            LinkStyle::File => ("js", "debpress.take(", ");\n"),
        };
        let read = |path: &str| -> serde_json::Value {
            let text = std::str::from_utf8(&files[&decode(path).unwrap()]).unwrap();
            let json = text.strip_prefix(before).and_then(|text| text.strip_suffix(after)).unwrap();
            serde_json::from_str(json).unwrap()
        };
        let resolver = Resolver::new(site.layout(), Vec::new());
        let map = read(&format!("map/libf/libfoo++.{extension}"));
        let [shown, absent] = &map["versions"].as_array().unwrap()[..] else { panic!("{map}") };
        assert_eq!((&shown["version"], &shown["suites"][0]), (&"1:2~3+b".into(), &"sid".into()));
        assert!(absent["files"].is_null(), "nothing is there of a version that failed");
        let data = &files[&decode(&format!("map/libf/libfoo++.{extension}")).unwrap()];
        let named = |name| named_version(data, name).map(|it| it.version.to_string());
        assert_eq!((named("latest"), named("sid"), named("1")), (Some("1:2~3+b".into()), named("latest"), None));
        let page = format!("/{}", shown["link"].as_str().unwrap());
        let list = read(shown["files"].as_str().unwrap());
        let links = list["files"].as_array().unwrap();
        assert_eq!(links.len(), tree().entries.iter().filter(|it| !matches!(it.kind, EntryKind::Directory)).count());
        for link in links {
            let target = followed(&page, link.as_str().unwrap());
            let answer = resolver.resolve(&decode(&target).unwrap(), &|path| files.contains_key(path));
            assert!(matches!(answer, Answer::File { .. }), "{target}: {answer:?}");
        }
    }
}

#[test]
fn the_settings_change_colours() {
    let with = |more: &str| {
        let (_folder, settings) = settings(&format!("encoding = \"plain\"\n{more}"));
        SourcesSite::new(Templates::load(&settings)?, &settings)
    };
    let site = with("[site.colours]\nlink = [\"#123456\", \"#abcdef\"]\n").unwrap();
    let files = site.fixed_files().unwrap();
    let (_, style) = files.iter().find(|(path, _)| path.starts_with(b"static/style.")).unwrap();
    assert!(style.ends_with(b"\n:root {\n  --link: light-dark(#123456, #abcdef);\n}\n"));
    let error = with("[site.colours]\nsky = [\"#123456\", \"#abcdef\"]\n").unwrap_err().to_string();
    assert!(error.contains("has no colour `sky`"), "{error}");
}

#[test]
fn programs_that_know_debsources_are_told_in_its_shapes() {
    let site = site(LAYOUTS[1]);
    assert_eq!(site.layout().encoding, crate::settings::Encoding::Plain);
    let files = publish(&site);
    let text = std::str::from_utf8(&files[&b"info/json/debsources-src/libfoo++.json"[..]]).unwrap();
    let expected = r#"{"package":"libfoo++","path":"libfoo++","pathl":[["libfoo++","/src/libfoo%2B%2B/"]],"suite":"","type":"package","versions":[{"area":"main","suites":["sid"],"version":"1:2~3+b"}]}"#;
    assert_eq!(text.trim_end(), expected);
    let list = site.api_packages(&[package().name]);
    assert_eq!(list, b"{\"packages\":[{\"name\":\"libfoo++\"}]}\n");
}
