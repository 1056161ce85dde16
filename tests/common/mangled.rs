//! Source packages made at random, with everything in them that a hostile or careless archive may have.
//!
//! Names come from a handful of components, so that members meet: in the same place, through links, where a
//! folder is. Some archives are then damaged: bytes of headers changed, the end cut off. Two things are kept out
//! since what tar makes of them depends on the machine, see `unpack::assemble::extract`: folders that lock their
//! owner out, and members in the place of a link that tar makes last.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use debpress::model::Sha256;

/// Pseudo-random numbers (xorshift64*): the same for a seed everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.below(2);
        random
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// Writes a random package into `folder` and gives its `.dsc`.
pub(crate) fn package(seed: u64, folder: &Path) -> PathBuf {
    let random = &mut Random::new(seed);
    let (format, version) = [
        ("1.0", "1-1"),
        ("1.0", "1"),
        ("2.0", "1-1"),
        ("3.0 (native)", "1"),
        ("3.0 (quilt)", "1-1"),
        ("3.0 (quilt)", "1-1"),
    ][random.below(6)];
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let main = if version == "1" { "p_1.tar" } else { "p_1.orig.tar" };
    let has_debian = version == "1" || format == "1.0" || random.one_in(4);
    let mut add = |name: &str, archive: Vec<u8>, random: &mut Random| {
        let archive = damaged(archive, random);
        files.push(if format == "1.0" || random.one_in(2) {
            (format!("{name}.gz"), gzip(&archive))
        } else {
            (format!("{name}.bz2"), bzip2(&archive))
        });
    };
    let archive = tarball(random, "p-1/", has_debian);
    add(main, archive, random);
    if matches!(format, "2.0" | "3.0 (quilt)") {
        for component in ["a", "b"] {
            if random.one_in(3) {
                let archive = tarball(random, "c/", false);
                add(&format!("p_1.orig-{component}.tar"), archive, random);
            }
        }
        let archive = debian_tarball(random);
        add("p_1-1.debian.tar", archive, random);
    }
    write_package(format, version, &files, folder)
}

/// Writes a package with a sparse file in an archive that tar makes with `options`.
pub(crate) fn sparse_package(options: &[&str], folder: &Path) -> PathBuf {
    let top = folder.join("p-1");
    fs::create_dir_all(top.join("debian")).unwrap();
    fs::write(top.join("debian/rules"), "").unwrap();
    for (name, holes) in [("many", 60), ("few", 3), ("end", 1)] {
        let mut file = fs::File::create(top.join(name)).unwrap();
        for number in 0..holes {
            file.seek(SeekFrom::Current(100_000)).unwrap();
            file.write_all(format!("{number} some data").repeat(200 * (number % 3)).as_bytes()).unwrap();
        }
        let length = file.stream_position().unwrap() + if name == "end" { 70_000 } else { 0 };
        file.set_len(length).unwrap();
    }
    let archive =
        Command::new("tar").args(options).args(["-S", "-cf", "-", "p-1"]).current_dir(folder).output().unwrap();
    assert!(archive.status.success());
    assert!(archive.stdout.len() < 1_000_000, "the file system has no holes: {} bytes", archive.stdout.len());
    write_package("1.0", "1", &[("p_1.tar.gz".to_owned(), gzip(&archive.stdout))], folder)
}

fn write_package(format: &str, version: &str, files: &[(String, Vec<u8>)], folder: &Path) -> PathBuf {
    let mut sha256 = "Checksums-Sha256:\n".to_owned();
    let mut md5 = "Files:\n".to_owned();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
        sha256 += &format!(" {} {} {name}\n", Sha256::of(bytes), bytes.len());
        md5 += &format!(" {} {} {name}\n", "0".repeat(32), bytes.len());
    }
    let path = folder.join("p_1.dsc");
    fs::write(&path, format!("Format: {format}\nSource: p\nVersion: {version}\n{sha256}{md5}")).unwrap();
    path
}

/// An archive of one top folder (mostly), with debian/ or without.
fn tarball(random: &mut Random, top: &str, has_debian: bool) -> Vec<u8> {
    let mut archive = Archive::new(random);
    let top = ["", "./", top, top, top, top][random.below(6)];
    if random.one_in(2) && !top.is_empty() {
        archive.push(random, top, Kind::Directory);
    }
    if has_debian {
        archive.push(random, &format!("{top}debian/rules"), Kind::File);
    }
    add_random_members(&mut archive, random, top);
    archive.finish(random)
}

fn debian_tarball(random: &mut Random) -> Vec<u8> {
    let mut archive = Archive::new(random);
    archive.push(random, "debian/rules", Kind::File);
    if random.one_in(2) {
        archive.push_file("debian/patches/change", b"--- p/a\n+++ p/a\n@@ -1 +1 @@\n-text\n+change\n");
        archive.push_file("debian/patches/new", b"--- /dev/null\n+++ p/d/new\n@@ -0,0 +1 @@\n+new\n");
        let series = random.pick(&["new\n", "new\nchange\n", "change\n", "../new\n", "none\n", ""]);
        archive.push_file(random.pick(&["debian/patches/series", "debian/patches/press.series"]), series.as_bytes());
    }
    if random.one_in(2) {
        let folder = random.pick(&["", "debian/"]);
        add_random_members(&mut archive, random, folder);
    }
    archive.finish(random)
}

fn add_random_members(archive: &mut Archive, random: &mut Random, top: &str) {
    let mut delayed = Vec::new();
    for _ in 0..random.below(8) {
        let name = format!("{}{}", if random.one_in(20) { "" } else { top }, path(random));
        let kind = match random.below(16) {
            0..6 => Kind::File,
            6..9 => Kind::Directory,
            9..13 => Kind::Symlink(path(random)),
            13..15 => Kind::HardLink(format!("{top}{}", path(random))),
            _ => Kind::Odd(b"34667SDVLxg9"[random.below(12)]),
        };
        if !delayed.contains(&plain(&name)) {
            if matches!(&kind, Kind::Symlink(target) if target.starts_with('/') || target.split('/').any(|part| part == ".."))
            {
                delayed.push(plain(&name));
            }
            archive.push(random, &name, kind);
        }
    }
}

/// A name without what does not matter in it.
fn plain(name: &str) -> String {
    name.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// A path of few and often the same components.
fn path(random: &mut Random) -> String {
    let common = ["a", "b", "c", "d", "a", "b"];
    let odd = [".", "..", "debian", ".pc", "", "...", "a b", "patches", "source", "rules", "applied-patches", "\u{e4}"];
    let length = 1 + random.below(3);
    let component = |random: &mut Random| match random.below(12) {
        0 => random.pick(&odd),
        _ => random.pick(&common),
    };
    let mut path = (0..length).map(|_| component(random)).collect::<Vec<_>>().join("/");
    match random.below(40) {
        0 => path.insert(0, '/'),
        1 => path.insert_str(0, "../"),
        2 => path.insert_str(0, "./"),
        3 => path.push('/'),
        4 => path = "/dev/null".to_owned(),
        5 => path += &"n".repeat(130),
        _ => {}
    }
    path
}

enum Kind {
    File,
    Directory,
    Symlink(String),
    HardLink(String),
    Odd(u8),
}

/// An archive that is being written, in one of three dialects.
struct Archive {
    bytes: Vec<u8>,
    dialect: usize,
}

impl Archive {
    fn new(random: &mut Random) -> Self {
        Self { bytes: Vec::new(), dialect: random.below(3) }
    }

    fn push_file(&mut self, name: &str, data: &[u8]) {
        self.write(name.as_bytes(), b'0', 0o644, b"", data);
    }

    fn push(&mut self, random: &mut Random, name: &str, kind: Kind) {
        let mode = [0o644, 0o755, 0o600, 0o4711, 0, 0o010][random.below(6)];
        let name = name.as_bytes();
        let text = random.pick(&[&b"text\n"[..], b"", b"other text\n"]);
        match kind {
            Kind::File => self.write(name, b'0', mode, b"", text),
            Kind::Directory => self.write(name, b'5', mode | 0o300, b"", b""),
            Kind::Symlink(target) => self.write(name, b'2', mode, target.as_bytes(), b""),
            Kind::HardLink(target) => self.write(name, b'1', mode, target.as_bytes(), b""),
            Kind::Odd(flag) => self.write(name, flag, mode, b"a", if random.one_in(2) { b"" } else { text }),
        }
    }

    fn write(&mut self, name: &[u8], flag: u8, mode: u32, target: &[u8], data: &[u8]) {
        if name.len() > 100 {
            self.write_long(name, b'L', "path");
        }
        if target.len() > 100 {
            self.write_long(target, b'K', "linkpath");
        }
        let mut header = match self.dialect {
            0 => tar::Header::new_gnu(),
            1 => tar::Header::new_ustar(),
            _ => tar::Header::new_old(),
        };
        header.set_mode(mode);
        header.set_mtime(1_000_000_000);
        header.set_size(data.len() as u64);
        header.set_uid(1000);
        header.set_gid(1000);
        let bytes = header.as_mut_bytes();
        bytes[156] = flag;
        let length = name.len().min(100);
        bytes[..length].copy_from_slice(&name[..length]);
        let length = target.len().min(100);
        bytes[157..157 + length].copy_from_slice(&target[..length]);
        header.set_cksum();
        self.bytes.extend_from_slice(header.as_bytes());
        self.write_data(data);
    }

    /// A name that does not fit a header: before the header in GNU archives, as a record in others.
    fn write_long(&mut self, name: &[u8], flag: u8, keyword: &str) {
        if self.dialect == 0 {
            self.write(b"././@LongLink", flag, 0, b"", &[name, b"\0"].concat());
        } else {
            let record = [keyword.as_bytes(), b"=", name, b"\n"].concat();
            let length = record.len() + 4;
            self.write(b"x", b'x', 0o644, b"", &[format!("{length} ").as_bytes(), &record].concat());
        }
    }

    fn write_data(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
    }

    fn finish(mut self, random: &mut Random) -> Vec<u8> {
        let zeros = [1024, 1024, 1024, 10240, 512, 0][random.below(6)];
        self.bytes.resize(self.bytes.len() + zeros, 0);
        self.bytes
    }
}

/// One in four archives is damaged.
fn damaged(mut archive: Vec<u8>, random: &mut Random) -> Vec<u8> {
    if archive.is_empty() {
        return archive;
    }
    match random.below(20) {
        0 => archive.truncate(random.below(archive.len())),
        1 => archive.truncate(random.below(archive.len()).next_multiple_of(512)),
        2 => {
            let position = random.below(archive.len());
            archive[position] = random.below(256) as u8;
        }
        3 | 4 => {
            let block = random.below(archive.len() / 512 + 1) * 512;
            if let Some(header) = archive.get_mut(block..block + 512) {
                let places = [0, 1, 100, 103, 108, 116, 124, 130, 135, 136, 156, 156, 156, 157, 257, 263, 345, 346];
                header[places[random.below(places.len())]] = b" 0179./a\0\xff\x80LKgx"[random.below(15)];
                let header = tar::Header::from_byte_slice(header);
                let mut header = header.clone();
                header.set_cksum();
                archive[block..block + 512].copy_from_slice(header.as_bytes());
            }
        }
        _ => {}
    }
    archive
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
