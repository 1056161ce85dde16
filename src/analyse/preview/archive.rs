//! Reading what an archive holds, without unpacking it.

use std::io::{Cursor, Read};

use super::kind::Kind;
use super::listing::{End, Entry, Listing};
use super::signatures::Form;
use crate::analyse::text::Inspector;
use crate::formats::compression::{self, Compression};

/// Most bytes of one archive that are decompressed.
pub(super) const DECOMPRESSED: u64 = 16 << 20;

/// How much of a compressed file tells what it is.
const START: u64 = 64 << 10;

/// Extensions of compressed tar archives, beside `.tar` followed by another.
const TAR_EXTENSIONS: [&str; 7] = ["tgz", "taz", "tbz", "tbz2", "txz", "tlz", "tzst"];

/// What is in an archive.
pub(super) struct Contents {
    pub(super) listing: Listing,
    /// What the archive is, where that is only known now.
    pub(super) kind: Option<String>,
}

/// The contents of a file; `None` when it is no archive, or nothing in it can be read.
pub(super) fn read(path: &[u8], bytes: &[u8], kind: &Kind) -> Option<Contents> {
    let mut budget = DECOMPRESSED;
    let listing = match kind.form {
        Form::Compressed(method) => return compressed(path, bytes, method),
        Form::Tar => tar(bytes, Compression::None, &mut budget),
        Form::Zip => zip(bytes),
        Form::Ar => ar(bytes),
        Form::Picture | Form::Image | Form::Elf | Form::Other => return None,
    };
    let is_empty = listing.entries.is_empty() && listing.end.is_some();
    (!is_empty).then_some(Contents { listing, kind: None })
}

/// Opens a stream of which at most `most` bytes can be read.
fn open(bytes: &[u8], method: Compression, most: u64) -> std::io::Result<std::io::Take<Box<dyn Read + Send + '_>>> {
    Ok(compression::decoder(method, Box::new(Cursor::new(bytes)))?.take(most))
}

/// A compressed file: a tar archive, or one other file.
fn compressed(path: &[u8], bytes: &[u8], method: Compression) -> Option<Contents> {
    let mut start = Vec::new();
    // What can be read before damage tells enough.
    let _ = open(bytes, method, START).ok()?.read_to_end(&mut start);
    if start.is_empty() {
        return None;
    }
    let name = inner_name(path);
    let inner = Kind::detect(name, &start);
    let is_tar = inner.form == Form::Tar || is_tar_name(path);
    if is_tar {
        let mut budget = DECOMPRESSED;
        let listing = tar(bytes, method, &mut budget);
        if !listing.entries.is_empty() {
            return Some(Contents { listing, kind: Some(compressed_kind("Tar archive", method)) });
        }
    }
    let is_text = Inspector::inspect(&start).is_text;
    let kind = compressed_kind(if is_text { "Text" } else { &inner.name }, method);
    let mut listing = Listing::default();
    let mut rest = open(bytes, method, DECOMPRESSED).ok()?;
    let size = std::io::copy(&mut rest, &mut std::io::sink());
    match size {
        Ok(size) if rest.limit() > 0 => drop(listing.push(Entry::file(name, size))),
        Ok(_) => drop(listing.push(Entry::other(name))),
        Err(_) => listing.end = Some(End::Damaged),
    }
    (listing.end.is_none()).then_some(Contents { listing, kind: Some(kind) })
}

fn compressed_kind(inner: &str, method: Compression) -> String {
    let method = match method {
        Compression::None => return inner.to_owned(),
        Compression::Gzip => "gzip",
        Compression::Bzip2 => "bzip2",
        Compression::Xz => "xz",
        Compression::Lzma => "LZMA",
        Compression::Zstd => "Zstandard",
        Compression::Lzip => "lzip",
    };
    format!("{inner}, compressed with {method}")
}

/// A compressed file's name without folder and the extension of the method.
fn inner_name(path: &[u8]) -> &[u8] {
    let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]);
    match memchr::memrchr(b'.', name) {
        Some(dot) if dot > 0 => &name[..dot],
        _ => name,
    }
}

fn is_tar_name(path: &[u8]) -> bool {
    TAR_EXTENSIONS.contains(&&*super::kind::extension(path)) || super::kind::extension(inner_name(path)) == "tar"
}

/// The entries of a tar archive, read as far as the budget of bytes goes, which is what is left of it afterwards.
fn tar(bytes: &[u8], method: Compression, budget: &mut u64) -> Listing {
    let mut listing = Listing::default();
    let Ok(stream) = open(bytes, method, *budget) else { return Listing { end: Some(End::Damaged), ..listing } };
    let mut archive = tar::Archive::new(stream);
    let complete = push_tar_entries(&mut archive, &mut listing);
    *budget = archive.into_inner().limit();
    if complete.is_err() {
        listing.end = Some(if *budget == 0 { End::TooLong } else { End::Damaged });
    }
    listing
}

fn push_tar_entries(archive: &mut tar::Archive<impl Read>, listing: &mut Listing) -> std::io::Result<()> {
    for entry in archive.entries()? {
        let entry = entry?;
        let name = entry.path_bytes();
        let target = entry.link_name_bytes();
        let row = match (entry.header().entry_type(), target) {
            (tar::EntryType::Symlink | tar::EntryType::Link, Some(target)) => Entry::link(&name, &target),
            (kind, _) if kind.is_file() || kind.is_gnu_sparse() => Entry::file(&name, entry.size()),
            _ => Entry::other(&name),
        };
        if !listing.push(row) {
            break;
        }
    }
    Ok(())
}

fn zip(bytes: &[u8]) -> Listing {
    let mut listing = Listing::default();
    let Ok(archive) = rawzip::ZipArchive::from_slice(bytes) else {
        return Listing { end: Some(End::Damaged), ..listing };
    };
    for record in archive.entries() {
        let Ok(record) = record else {
            listing.end = Some(End::Damaged);
            break;
        };
        let path = record.file_path();
        let name: &[u8] = path.as_ref();
        let row = match record.is_dir() {
            true => Entry::other(name),
            false => Entry::file(name, record.uncompressed_size_hint()),
        };
        if !listing.push(row) {
            break;
        }
    }
    listing
}

/// What an `ar` archive begins with.
const AR_MAGIC: usize = b"!<arch>\n".len();

/// A member of an `ar` archive as ar(5) describes it, with the name still in its place.
struct Member<'a> {
    name: &'a [u8],
    data: &'a [u8],
}

/// Takes the next member off `rest`; `None` when there is none that can be read.
fn next_member<'a>(rest: &mut &'a [u8]) -> Option<Member<'a>> {
    const HEADER: usize = 60;
    let (header, after) = rest.split_at_checked(HEADER)?;
    let field = |from: usize, to: usize| Some(header.get(from..to)?.trim_ascii_end());
    if field(58, HEADER)? != b"`" {
        return None;
    }
    let size: usize = std::str::from_utf8(field(48, 58)?).ok()?.parse().ok()?;
    let (data, after) = after.split_at_checked(size)?;
    // Members begin at even offsets; the last one may do without its padding.
    *rest = after.get(size % 2..).unwrap_or_default();
    Some(Member { name: field(0, 16)?, data })
}

/// A static library, or a Debian package with what is in its two tar archives.
fn ar(bytes: &[u8]) -> Listing {
    let mut listing = Listing::default();
    let mut rest = bytes.get(AR_MAGIC..).unwrap_or_default();
    let mut long_names: &[u8] = b"";
    let mut budget = DECOMPRESSED;
    while !rest.is_empty() {
        let Some(Member { name, data }) = next_member(&mut rest) else {
            listing.end = Some(End::Damaged);
            break;
        };
        if name == b"//" {
            long_names = data;
            continue;
        }
        if matches!(name, b"/" | b"/SYM64/") {
            continue;
        }
        let (name, data) = full_name(name, data, long_names);
        if !listing.push(Entry::file(name, data.len() as u64)) {
            break;
        }
        if name.starts_with(b"control.tar") || name.starts_with(b"data.tar") {
            let method = Compression::from_name(&String::from_utf8_lossy(name));
            if !listing.push_inner(name, tar(data, method, &mut budget)) {
                break;
            }
        }
    }
    listing
}

/// A member's name, and its data without it: GNU writes long names into a member of their own, BSD before the data.
fn full_name<'a>(name: &'a [u8], data: &'a [u8], long_names: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<usize>().ok();
    if let Some(digits) = name.strip_prefix(b"#1/")
        && let Some((long, data)) = number(digits).and_then(|length| data.split_at_checked(length))
    {
        let end = memchr::memchr(0, long).unwrap_or(long.len());
        return (&long[..end], data);
    }
    if let Some(digits) = name.strip_prefix(b"/")
        && let Some(long) = number(digits).and_then(|start| long_names.get(start..))
    {
        let end = memchr::memchr(b'\n', long).unwrap_or(long.len());
        return (long[..end].strip_suffix(b"/").unwrap_or(&long[..end]), data);
    }
    (name.strip_suffix(b"/").unwrap_or(name), data)
}
