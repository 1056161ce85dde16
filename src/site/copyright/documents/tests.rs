use std::io::{self, Write};

use serde_json::{Value, json};

use super::*;
use crate::model::{
    Agreement, Area, Checksums, Comparison, CopyrightFacts, CopyrightFile, DebianVersion, DeclaredLicense, Entry,
    EntryKind, EntryPath, Field, FileName, FilesParagraph, Found, Key, LicenceTag, LicenseExpression, LicenseTerm,
    PackageName, Paragraph, ParagraphRun, Place, Reason, Sha1, Sha256, SourceFile, SourcePackage, TextFacts, Tree,
};
use crate::site::copyright::{CopyrightContent, FileLicence, VersionLicences};
use crate::site::sources::TreeIndex;

/// A paragraph with these fields, and the expression that its licence is.
fn paragraph(line: u32, fields: &[(&str, &str)], spdx: &str) -> FilesParagraph {
    let field = |(name, value): &(&str, &str)| Field { name: (*name).to_owned(), line, value: (*value).to_owned() };
    let paragraph = Paragraph { line, last_line: line, fields: fields.iter().map(field).collect() };
    let synopsis = paragraph.field("License").map(|field| field.first_line().to_owned()).unwrap_or_default();
    let has_text = paragraph.field("License").is_some_and(|field| !field.text().is_empty());
    let term = LicenseTerm { name: synopsis.clone(), exception: None, spdx: spdx.to_owned() };
    let expression = Some(LicenseExpression::License(term));
    let license = Some(DeclaredLicense { synopsis, line: line + 2, expression, spdx: spdx.to_owned(), has_text });
    FilesParagraph { paragraph, globs: Vec::new(), license }
}

fn copyright() -> CopyrightFile {
    let gpl = [("Copyright", " 2001 A </text>\n 2002 B"), ("License", " GPL-2+")];
    let mine = [("Copyright", " 2003 C"), ("License", " Mine\n Do what you want.")];
    let files = vec![paragraph(4, &gpl, "GPL-2.0-or-later"), paragraph(9, &mine, "LicenseRef-debian-mine")];
    CopyrightFile { files, ..CopyrightFile::default() }
}

fn package() -> SourcePackage {
    SourcePackage {
        name: PackageName::new("hello").unwrap(),
        version: DebianVersion::new("1:2.0-1").unwrap(),
        area: Area::new("main").unwrap(),
        other_areas: Vec::new(),
        archive: 0,
        suites: Vec::new(),
        vendor: "debian".into(),
        directory: "pool/main/h/hello".into(),
        files: vec![SourceFile {
            name: FileName::new("hello_2.0.orig.tar.gz").unwrap(),
            size: 9,
            checksums: Checksums::default(),
        }],
        extra_source_only: false,
    }
}

fn tree(paths: &[&[u8]]) -> Tree {
    let entry = |(member, path): (u32, &&[u8])| Entry {
        path: EntryPath::new(*path).unwrap(),
        executable: false,
        kind: EntryKind::File {
            size: 1,
            sha256: Sha256::of(path),
            text: TextFacts::default(),
            place: Place { pack: 0, member },
        },
    };
    Tree { entries: (0..).zip(paths).map(entry).collect(), ..Tree::default() }
}

/// The documents of a package with these files, of which the first half is under the first paragraph; all say `tag`.
fn with_documents<T>(
    paths: &[&[u8]],
    tag: Option<(&str, Reason)>,
    use_it: impl FnOnce(&BillOfMaterials<'_>) -> T,
) -> T {
    let (package, tree) = (package(), tree(paths));
    let half = u32::try_from(paths.len()).unwrap() / 2;
    let runs = [(half, 0), (half, 1)].map(|(files, paragraph)| ParagraphRun { files, paragraph: Some(paragraph) });
    let facts = CopyrightFacts {
        file: copyright(),
        runs: runs.into(),
        globs: vec![vec![crate::model::GlobUse { decides: half, matches: half }]; 2],
        ..CopyrightFacts::default()
    };
    let tag_of = |(expression, _): (&str, Reason)| LicenceTag { expression: expression.to_owned(), line: 1 };
    let found = Found { tags: tag.map(tag_of).into_iter().collect(), ..Found::default() };
    let comparison = tag.map(|(_, reason)| Comparison { agreement: Agreement::Agreed, reason });
    let licences = tree.entries.iter().zip(facts.paragraphs());
    let licences: Vec<FileLicence<'_>> =
        licences.map(|(entry, paragraph)| FileLicence { entry, paragraph, found: &found, comparison }).collect();
    let index = TreeIndex::new(&tree, |_| None);
    let view = BillView {
        package: &package,
        sources: &[(&package.files[0], Sha256::of(b"x"))],
        tree: &index,
        licences: VersionLicences { content: CopyrightContent::Facts(&facts), files: &licences },
        sha1: &|place| Some(Sha1::of(&place.member.to_le_bytes())),
        vendor: "press",
        pool: Some("https://example.org/pool/main/h/hello"),
        created: "2026-01-01T00:00:00Z",
        identity: Key::of("test", 1).finish(),
    };
    use_it(&BillOfMaterials::new(&view, "https://example.org/"))
}

fn text(bill: &BillOfMaterials<'_>, format: BomFormat) -> String {
    let mut bytes = Vec::new();
    bill.write(format, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json_of(bill: &BillOfMaterials<'_>, format: BomFormat) -> Value {
    serde_json::from_str(&text(bill, format)).unwrap()
}

#[test]
fn a_file_has_what_is_declared_for_it() {
    with_documents(&[b"a", b"b\tc"], None, |bill| {
        let spdx = json_of(bill, BomFormat::SpdxJson);
        let [a, b] = [&spdx["files"][0], &spdx["files"][1]];
        assert_eq!(a["fileName"], "./a");
        assert_eq!(a["licenseConcluded"], "NOASSERTION");
        assert_eq!(a["licenseInfoInFiles"], json!(["NOASSERTION"]));
        assert_eq!(a["licenseComments"], "Line 6 of debian/copyright declares GPL-2.0-or-later.");
        assert_eq!(a["copyrightText"], "2001 A </text>\n2002 B");
        assert_eq!(b["fileName"], "./b\\tc");
        assert_eq!(spdx["packages"][0]["licenseDeclared"], "GPL-2.0-or-later AND LicenseRef-debian-mine");
        assert_eq!(
            spdx["hasExtractedLicensingInfos"],
            json!([{"licenseId": "LicenseRef-debian-mine", "name": "Mine", "extractedText": "Do what you want."}])
        );
        assert_eq!(
            spdx["packages"][1]["downloadLocation"],
            "https://example.org/pool/main/h/hello/hello_2.0.orig.tar.gz"
        );
        let cyclonedx = json_of(bill, BomFormat::CycloneDx);
        let declared = json!([{"expression": "GPL-2.0-or-later", "acknowledgement": "declared"}]);
        assert_eq!(cyclonedx["components"][0]["licenses"], declared);
        assert_eq!(cyclonedx["metadata"]["component"]["purl"], "pkg:deb/press/hello@1:2.0-1?arch=source");
        assert!(cyclonedx["components"][0]["evidence"].is_null());
    });
}

#[test]
fn nothing_in_a_text_ends_it() {
    with_documents(&[b"a", b"b\tc"], None, |bill| {
        let tags = text(bill, BomFormat::SpdxTagValue);
        assert!(tags.contains("FileCopyrightText: <text>2001 A </ text>\n2002 B</text>\n"), "{tags}");
        assert!(tags.contains("LicenseName: \"Mine\"\n"), "{tags}");
        assert!(tags.contains("FileName: ./b\\tc\n"), "{tags}");
    });
}

#[test]
fn a_licence_is_concluded_where_the_file_says_the_same() {
    let concluded = |tag| {
        with_documents(&[b"a", b"b"], Some(tag), |bill| {
            json_of(bill, BomFormat::SpdxJson)["files"][0]["licenseConcluded"].as_str().unwrap().to_owned()
        })
    };
    assert_eq!(concluded(("GPL-2.0-or-later", Reason::Same)), "GPL-2.0-or-later");
    assert_eq!(concluded(("GPL-2.0-or-later", Reason::Text)), "NOASSERTION");
    with_documents(&[b"a", b"b"], Some(("gpl-2.0-or-later or foo", Reason::Same)), |bill| {
        let spdx = json_of(bill, BomFormat::SpdxJson);
        assert_eq!(spdx["files"][0]["licenseInfoInFiles"], json!(["GPL-2.0-or-later", "LicenseRef-foo"]));
        assert_eq!(spdx["packages"][0]["licenseInfoFromFiles"], json!(["GPL-2.0-or-later", "LicenseRef-foo"]));
        let evidence = &json_of(bill, BomFormat::CycloneDx)["components"][0]["evidence"];
        assert_eq!(evidence["licenses"], json!([{"expression": "GPL-2.0-or-later OR LicenseRef-foo"}]));
    });
}

/// Takes note of the longest piece that is written.
struct Longest(usize);

impl Write for Longest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn documents_are_written_in_small_pieces() {
    let paths: Vec<String> = (0..4_000).map(|number| format!("file-{number:04}")).collect();
    let paths: Vec<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
    with_documents(&paths, None, |bill| {
        for format in BomFormat::ALL {
            let mut out = Longest(0);
            bill.write(format, &mut out).unwrap();
            assert!(out.0 < 2_000, "{format:?}: {}", out.0);
        }
    });
}
