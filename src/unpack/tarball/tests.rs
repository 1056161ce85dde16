use std::time::Duration;

use super::*;

/// Members as `NAME:KIND:CONTENT`, in order.
#[derive(Default)]
struct Seen {
    members: Vec<String>,
    /// Bytes of content that are wanted.
    appetite: Option<u64>,
}

impl MemberSink for Seen {
    fn member(&mut self, header: Header, content: &mut dyn Read) -> Result<(), SinkError> {
        let mut bytes = Vec::new();
        content.take(self.appetite.unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        let kind = match header.kind {
            HeaderKind::File { size } => format!("file of {size}"),
            HeaderKind::Symlink { target } => format!("symlink to {}", text(&target)),
            HeaderKind::HardLink { target } => format!("link to {}", text(&target)),
            HeaderKind::Directory => "folder".to_owned(),
            HeaderKind::Special => "special".to_owned(),
        };
        self.members.push(format!("{}:{kind}:{}", text(&header.path), text(&bytes)));
        Ok(())
    }
}

fn block(name: &str, flag: u8, size: u64, link: &str) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.as_mut_bytes()[156] = flag;
    header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link.as_bytes());
    header.set_mode(0o644);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn member(name: &str, flag: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = block(name, flag, data.len() as u64, "");
    bytes.extend_from_slice(data);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

fn read_with(archive: &[u8], limits: &Limits, seen: &mut Seen) -> Result<Measures, UnpackError> {
    read("a.tar", Box::new(archive), limits, Instant::now() + Duration::from_secs(60), seen)
}

fn members(archive: &[u8]) -> Result<Vec<String>, String> {
    let mut seen = Seen::default();
    read_with(archive, &Limits::default(), &mut seen).map_err(|error| error.to_string())?;
    Ok(seen.members)
}

fn limit(archive: &[u8], limits: &Limits) -> &'static str {
    match read_with(archive, limits, &mut Seen::default()) {
        Err(UnpackError::Limit { key, .. }) => key,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_of_member_is_told_apart() {
    let archive = [
        member("f", b'0', b"text"),
        member("old", 0, b""),
        member("old-folder/", b'0', b""),
        member("contiguous", b'7', b"c"),
        member("unknown", b'Z', b"u"),
        block("l", b'2', 0, "f"),
        block("h", b'1', 4, "f"),
        block("d/", b'5', 0, ""),
        block("pipe", b'6', 0, ""),
        vec![0; 1024],
    ];
    let expected = [
        "f:file of 4:text",
        "old:file of 0:",
        "old-folder/:folder:",
        "contiguous:file of 1:c",
        "unknown:file of 1:u",
        "l:symlink to f:",
        "h:link to f:",
        "d/:folder:",
        "pipe:special:",
    ];
    assert_eq!(members(&archive.concat()).unwrap(), expected);
}

#[test]
fn device_nodes_are_refused() {
    for kind in [b'3', b'4'] {
        let error = members(&block("dev/null", kind, 0, "")).unwrap_err().to_string();
        assert!(error.contains("it holds the device node `dev/null`"), "{error}");
    }
}

#[test]
fn extended_headers_name_the_member_that_follows() {
    let long = "n".repeat(300);
    let archive = [
        member("pax_global_header", b'g', b"52 comment=0123456789012345678901234567890123456789\n"),
        member("x", b'x', b"14 path=a/b/c\n16 linkpath=t/u\n"),
        block("short", b'2', 0, ""),
        member("././@LongLink", b'L', long.as_bytes()),
        member("cut", b'0', b"1"),
        member("plain", b'0', b"2"),
    ];
    let expected = ["a/b/c:symlink to t/u:".to_owned(), format!("{long}:file of 1:1"), "plain:file of 1:2".to_owned()];
    assert_eq!(members(&archive.concat()).unwrap(), expected);
}

#[test]
fn what_the_sink_does_not_read_is_passed_over() {
    let archive = [member("a", b'0', &[b'x'; 1300]), member("b", b'0', b"text")].concat();
    let mut seen = Seen { appetite: Some(2), ..Seen::default() };
    let measures = read_with(&archive, &Limits::default(), &mut seen).unwrap();
    assert_eq!(seen.members, ["a:file of 1300:xx", "b:file of 4:te"]);
    assert_eq!((measures.entries, measures.largest_member, measures.expanded), (2, 1300, archive.len() as u64));
}

#[test]
fn the_archive_ends_at_zeros_or_with_the_file() {
    let one = member("a", b'0', b"text");
    for end in [0, 100, 512, 1024, 10240] {
        let archive = [one.clone(), vec![0; end]].concat();
        assert_eq!(members(&archive).unwrap().len(), 1, "{end}");
    }
    let archive = [one.clone(), vec![0; 512], one.clone()].concat();
    assert_eq!(members(&archive).unwrap().len(), 1);
    assert!(members(b"").unwrap_err().contains("shorter than a block"));
}

#[test]
fn damage_is_told_with_its_place() {
    let mut archive = [member("a", b'0', b"text"), member("b", b'0', &[b'x'; 600])].concat();
    let error = members(&archive[..archive.len() - 600]).unwrap_err();
    assert!(error.contains("a.tar: bad tar archive: it ends inside a member"), "{error}");
    archive[1024] = b'c';
    let error = members(&archive).unwrap_err();
    assert!(error.contains("wrong checksum") && error.contains("byte 1536"), "{error}");
}

#[test]
fn limits_stop_reading_before_memory_or_time_is_spent() {
    let small = Limits { entries: 1, path_length: 8, path_depth: 2, expanded_bytes: 100_000, ..Limits::default() };
    let name = |name: &str| member(name, b'0', b"");
    assert_eq!(limit(&[name("a"), name("b")].concat(), &small), "entries");
    assert_eq!(limit(&name("a/b/c/d"), &small), "path-depth");
    assert_eq!(limit(&name("123456789"), &small), "path-length");
    assert_eq!(limit(&member("a", b'0', &[0; 200_000]), &small), "expanded-bytes");
    for flag in *b"LKxg" {
        assert_eq!(limit(&block("a", flag, 1 << 32, ""), &Limits::default()), "path-length");
    }
    assert_eq!(limit(&block("a", b'0', 1 << 36, ""), &small), "expanded-bytes");
    let past = Instant::now();
    let late = read("a.tar", Box::new(&name("a")[..]), &small, past, &mut Seen::default());
    assert!(matches!(late, Err(UnpackError::Limit { key: "seconds", .. })));
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    let archive = [block("a", b'0', 1 << 30, ""), vec![0; 1 << 27]].concat();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::Write::write_all(&mut encoder, &archive).unwrap();
    let compressed = encoder.finish().unwrap();
    let limits = Limits { ratio: 100, ..Limits::default() };
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut seen = Seen { appetite: Some(0), ..Seen::default() };
    let error = read("a.tar.gz", Box::new(&compressed[..]), &limits, deadline, &mut seen).unwrap_err();
    assert!(matches!(error, UnpackError::Limit { key: "ratio", .. }), "{error}");
}

#[test]
fn holes_count_as_expanded_bytes() {
    let hole = b"22 GNU.sparse.major=1\n24 GNU.sparse.name=hole\n";
    let archive = [member("x", b'x', hole), member("y", b'0', &[&b"1\n3000\n2\n"[..], &[0; 503], b"ab"].concat())];
    let mut seen = Seen::default();
    let measures = read_with(&archive.concat(), &Limits::default(), &mut seen).unwrap();
    assert_eq!(measures.expanded, 5 * 512 + 3000);
    assert!(seen.members[0].starts_with("hole:file of 3002:\\x00") && seen.members[0].ends_with("\\x00ab"));
    let small = Limits { expanded_bytes: 5000, ..Limits::default() };
    assert_eq!(limit(&archive.concat(), &small), "expanded-bytes");
}

#[test]
fn a_sink_that_gives_up_is_named_and_a_broken_archive_is_not_blamed_on_it() {
    struct Full;
    impl MemberSink for Full {
        fn member(&mut self, _: Header, content: &mut dyn Read) -> Result<(), SinkError> {
            io::copy(content, &mut io::sink())?;
            Err(SinkError::new("no room"))
        }
    }
    let archive = member("a", b'0', &[b'x'; 600]);
    let read = |archive: &[u8]| {
        let deadline = Instant::now() + Duration::from_secs(60);
        read("a.tar", Box::new(archive), &Limits::default(), deadline, &mut Full).unwrap_err()
    };
    assert_eq!(read(&archive).to_string(), "a.tar: no room");
    assert!(matches!(read(&archive[..700]), UnpackError::Archive { .. }));
}
