use std::io::Write as _;

use proptest::prelude::*;

use super::*;

fn preview(path: &str, bytes: &[u8]) -> (PageFacts, String) {
    let mut html = String::new();
    let facts = write(path.as_bytes(), bytes, &mut html);
    (facts, html)
}

fn kind(path: &str, bytes: &[u8]) -> String {
    preview(path, bytes).0.kind.unwrap()
}

/// The least PNG header that tells its size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &size[..], b"\x08\x06\0\0\0\0\0\0\0"].concat()
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    let mut link = tar::Header::new_ustar();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder.append_link(&mut link, "link", "../target").unwrap();
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(names: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = rawzip::ZipArchiveWriter::new(&mut bytes);
    for name in names {
        if name.ends_with('/') {
            writer.new_dir(name).create().unwrap();
            continue;
        }
        let (mut entry, config) = writer.new_file(name).start().unwrap();
        let mut data = config.wrap(&mut entry);
        data.write_all(b"text").unwrap();
        let (_, descriptor) = data.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, data) in members {
        bytes.extend(format!("{name:<16}0           0     0     100644  {:<10}`\n", data.len()).bytes());
        bytes.extend_from_slice(data);
        bytes.extend(std::iter::repeat_n(b'\n', data.len() % 2));
    }
    bytes
}

#[test]
fn an_image_has_dimensions_and_nothing_below() {
    let (facts, html) = preview("a.png", &png(64, 32));
    assert_eq!(facts.kind.as_deref(), Some("PNG image"));
    assert_eq!(facts.dimensions, Some((64, 32)));
    assert_eq!(html, "");
}

#[test]
fn a_damaged_image_has_its_bytes() {
    for bytes in [&png(64, 32)[..12], &png(0, 32)] {
        let (facts, html) = preview("a.png", bytes);
        assert_eq!((facts.kind.as_deref(), facts.dimensions), (Some("PNG image"), None));
        assert!(html.contains("00000000  89 50 4e 47"), "{html}");
    }
}

#[test]
fn an_archive_has_its_listing() {
    let archive = tar(&[("dir/a", b"text"), ("<b>", b"")]);
    for (name, bytes, expected) in [
        ("a.tar", archive.clone(), "Tar archive"),
        ("a.tgz", gzip(&archive), "Tar archive, compressed with gzip"),
        ("a", gzip(&archive), "Tar archive, compressed with gzip"),
    ] {
        let (facts, html) = preview(name, &bytes);
        assert_eq!(facts.kind.as_deref(), Some(expected));
        for row in ["<td>dir/a</td><td class=\"number\">4</td>", "<td>&lt;b&gt;</td>", "<td>link → ../target</td>"] {
            assert!(html.contains(row), "{name}: {html}");
        }
        assert!(html.contains("<p>3 entries</p>"));
    }
    let (facts, html) = preview("a.jar", &zip(&["META-INF/", "a.class"]));
    assert_eq!(facts.kind.as_deref(), Some("Java archive"));
    assert!(html.contains("<td>META-INF/</td><td class=\"number\"></td>"), "{html}");
    assert!(html.contains("<td>a.class</td><td class=\"number\">4</td>"), "{html}");
}

#[test]
fn a_debian_package_has_what_is_in_its_archives() {
    let data = gzip(&tar(&[("usr/bin/a", b"program")]));
    let (facts, html) = preview("a.deb", &ar(&[("debian-binary/", b"2.0\n"), ("data.tar.gz/", &data)]));
    assert_eq!(facts.kind.as_deref(), Some("Debian package"));
    assert!(html.contains("<td>debian-binary</td><td class=\"number\">4</td>"), "{html}");
    assert!(html.contains("<td>data.tar.gz: usr/bin/a</td><td class=\"number\">7</td>"), "{html}");
}

#[test]
fn a_static_library_has_long_names() {
    let gnu = ar(&[("/", b"\0\0\0\0"), ("//", b"a_rather_long_name.o/\nb.o/\n"), ("/0", b"12"), ("/22", b"1")]);
    let bsd = ar(&[("#1/24", b"a_rather_long_name.o\0\0\0\x0012"), ("b.o", b"1")]);
    for library in [gnu, bsd] {
        let (facts, html) = preview("liba.a", &library);
        assert_eq!(facts.kind.as_deref(), Some("Static library"));
        assert!(html.contains("<td>a_rather_long_name.o</td><td class=\"number\">2</td>"), "{html}");
        assert!(html.contains("<td>b.o</td><td class=\"number\">1</td>"), "{html}");
        assert!(html.contains("<p>2 entries</p>"), "{html}");
    }
}

#[test]
fn a_compressed_file_is_told_by_what_is_in_it() {
    assert_eq!(kind("a.1.gz", &gzip(b"text\n")), "Text, compressed with gzip");
    assert_eq!(kind("a.mo.gz", &gzip(b"\xde\x12\x04\x95\0\0")), "Gettext catalogue, compressed with gzip");
    assert!(preview("a/b.1.gz", &gzip(b"text\n")).1.contains("<td>b.1</td><td class=\"number\">5</td>"));
    let (facts, html) = preview("a.gz", b"\x1f\x8b nothing \0");
    assert_eq!(facts.kind.as_deref(), Some("Data compressed with gzip"));
    assert!(html.contains("1f 8b"));
}

#[test]
fn work_on_an_archive_is_bounded() {
    let many: Vec<String> = (0..2_000).map(|number| format!("file{number}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(preview("a.zip", &zip(&names)).1.contains("<p>The first 1,000 entries</p>"));
    let long = vec![0; 20 << 20];
    let html = preview("a.tar.gz", &gzip(&tar(&[("a", b"1"), ("long", &long), ("after", b"")]))).1;
    assert!(html.contains("<p>2 entries at its start; it is too long to be read to its end</p>"), "{html}");
    let html = preview("zeros.gz", &gzip(&long)).1;
    assert!(html.contains("<td>zeros</td><td class=\"number\"></td>"), "{html}");
}

#[test]
fn a_damaged_archive_has_what_can_be_read() {
    let archive = tar(&[("a", b"1"), ("b", b"2")]);
    let html = preview("a.tar", &archive[..1_200]).1;
    assert!(html.contains("<td>a</td>") && html.contains("what follows is damaged"), "{html}");
    assert!(preview("a.zip", b"PK\x03\x04\0").1.contains("50 4b 03 04"));
}

/// Beginnings of real files, to be damaged.
fn real_files() -> Vec<(&'static str, Vec<u8>)> {
    let archive = tar(&[("dir/a", b"text"), ("b", b"more text")]);
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x20\0\x40\x03\x01\x22\0";
    let tiff = b"II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x40\0\0\0\x01\x01\x03\0\x01\0\0\0\x20\0\0\0\0\0\0\0";
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf\0\0\0\x40meta\0\0\0\0\0\0\0\x34iprp\0\0\0\x2cipco\
        \0\0\0\x14ispe\0\0\0\0\0\0\0\x40\0\0\0\x20\0\0\0\x10pixi\0\0\0\0\x03\x08\x08\x08";
    let icon = b"\0\0\x01\0\x01\0\x20\x20\0\0\x01\0\x20\0\xa8\x10\0\0\x16\0\0\0";
    vec![
        ("a.png", png(64, 32)),
        ("a.jpg", jpeg.to_vec()),
        ("a.gif", b"GIF89a\x40\0\x20\0\xf7\0\0".to_vec()),
        ("a.webp", b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x3f\0\0\x1f\0\0".to_vec()),
        ("a.bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x40\0\0\0\x20\0\0\0\x01\0\x18\0".to_vec()),
        ("a.ico", icon.to_vec()),
        ("a.tif", tiff.to_vec()),
        ("a.avif", avif.to_vec()),
        ("a.psd", b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x20\0\0\0\x40\0\x08\0\x03".to_vec()),
        ("a.jxl", b"\xff\x0a\xfa\x1f\x01\x90\x08\x06\x01\0".to_vec()),
        ("a.qoi", b"qoif\0\0\0\x40\0\0\0\x20\x04\0".to_vec()),
        ("a.ppm", b"P6\n# comment\n64 32\n255\n\0\0\0".to_vec()),
        ("a.tgz", gzip(&archive)),
        ("a.tar", archive.clone()),
        ("a.zip", zip(&["dir/", "dir/a"])),
        ("a.deb", ar(&[("debian-binary", b"2.0\n"), ("data.tar", &archive)])),
        ("a.a", ar(&[("//", b"long_name.o/\n"), ("/0", b"12"), ("#1/4", b"abcdef")])),
        ("a.so", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec()),
    ]
}

#[test]
fn real_headers_are_understood() {
    for (name, bytes) in real_files() {
        let facts = preview(name, &bytes).0;
        if Kind::detect(name.as_bytes(), &bytes).form.is_image() {
            let expected = if name == "a.ico" { (32, 32) } else { (64, 32) };
            assert_eq!(facts.dimensions.filter(|_| name != "a.jxl"), (name != "a.jxl").then_some(expected), "{name}");
        }
    }
}

/// What any preview promises.
fn check(path: &str, bytes: &[u8]) {
    let (facts, html) = preview(path, bytes);
    assert!(facts.kind.is_some_and(|kind| !kind.is_empty()));
    assert!(html.chars().all(|character| character == '\n' || !character.is_control()), "{html}");
    for element in ["h2", "div", "pre", "table", "tr", "td"] {
        let starts = html.matches(&format!("<{element}")).count();
        assert_eq!(starts, html.matches(&format!("</{element}>")).count(), "{element}: {html}");
    }
}

proptest! {
    #[test]
    fn any_bytes_have_a_preview(path in ".{0,20}", bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&path, &bytes);
    }

    #[test]
    fn damaged_files_have_a_preview(
        at in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let files = real_files();
        let (name, mut bytes) = files[at.index(files.len())].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        check(name, &bytes);
    }
}
