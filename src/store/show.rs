//! Printing stored structures as text, for `debpress show`.
//!
//! One line a thing, its kind first and its path last; bytes that are not printable ASCII are escaped. The
//! functions say whether there was such a result, and fail when it is damaged.

use std::fmt::Debug;
use std::io::{self, Write};

use serde::de::DeserializeOwned;

use super::block::BlockEntry;
use super::container::Container;
use super::{Bucket, Pack, Piece, Store, StoreError};
use crate::model::{Entry, EntryKind, Key, Member, MemberKind, PageFacts, Symbol, TextFacts, Tree};

/// Prints a pack: its sections, blocks and members.
///
/// # Errors
/// [`StoreError::Damaged`] when its index is damaged; [`StoreError::Output`] when `out` refuses.
pub fn pack(store: &Store, key: Key, out: &mut dyn Write) -> Result<bool, StoreError> {
    show_container(store, Bucket::Packs, key, out)?;
    let Some(pack) = store.read_pack(key)? else { return Ok(false) };
    show_pack(&pack, out).map_err(StoreError::Output).map(|()| true)
}

/// Prints a fragment pack: its sections and pieces.
///
/// # Errors
/// As [`pack`].
pub fn fragments(store: &Store, key: Key, out: &mut dyn Write) -> Result<bool, StoreError> {
    show_container(store, Bucket::Fragments, key, out)?;
    let Some(pack) = store.read_fragments(key)? else { return Ok(false) };
    let pieces = pack.all_pieces().iter().try_for_each(|piece| show_piece("fragment", piece, out));
    let facts = pieces.and_then(|()| pack.all_facts().iter().try_for_each(|row| show_facts(row, out)));
    facts.map_err(StoreError::Output).map(|()| true)
}

/// Prints an outline pack: its sections, outlines and symbols.
///
/// # Errors
/// As [`pack`].
pub fn outlines(store: &Store, key: Key, out: &mut dyn Write) -> Result<bool, StoreError> {
    show_container(store, Bucket::Outlines, key, out)?;
    let Some(pack) = store.read_outlines(key)? else { return Ok(false) };
    let mut shown = pack.all_pieces().iter().try_for_each(|piece| show_piece("outline", piece, out));
    pack.each_member(|member, symbols| {
        if shown.is_ok() {
            shown = symbols.iter().try_for_each(|symbol| show_symbol(member, symbol, out));
        }
    })?;
    shown.map_err(StoreError::Output).map(|()| true)
}

/// Prints a tree: its packs, findings and entries.
///
/// # Errors
/// As [`pack`].
pub fn tree(store: &Store, key: Key, out: &mut dyn Write) -> Result<bool, StoreError> {
    show_container(store, Bucket::Trees, key, out)?;
    let Some(tree) = store.read_record(Bucket::Trees, key)? else { return Ok(false) };
    show_tree(&tree, out).map_err(StoreError::Output).map(|()| true)
}

/// Prints a record of the type `T`, such as the facts of an analysis.
///
/// # Errors
/// As [`pack`]; a record of another type counts as damaged.
pub fn record<T: DeserializeOwned + Debug>(
    store: &Store,
    bucket: Bucket,
    key: Key,
    out: &mut dyn Write,
) -> Result<bool, StoreError> {
    show_container(store, bucket, key, out)?;
    let Some(value) = store.read_record::<T>(bucket, key)? else { return Ok(false) };
    writeln!(out, "{value:#?}").map_err(StoreError::Output).map(|()| true)
}

fn show_container(store: &Store, bucket: Bucket, key: Key, out: &mut dyn Write) -> Result<(), StoreError> {
    let Some((_, container)) = store.open_container(bucket, key)? else { return Ok(()) };
    show_sections(bucket, key, &container, out).map_err(StoreError::Output)
}

fn show_sections(bucket: Bucket, key: Key, container: &Container, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{bucket} {key}: content of {} bytes", container.content_length())?;
    container.section_blocks().iter().try_for_each(|block| {
        writeln!(out, "section {} at {}: {}", block.name(), block.offset, describe_block(block.entry))
    })
}

fn show_pack(pack: &Pack, out: &mut dyn Write) -> io::Result<()> {
    for (index, block) in pack.blocks().iter().enumerate() {
        writeln!(out, "block {index} at {}: {}", block.offset, describe_block(block.entry))?;
    }
    pack.members().iter().enumerate().try_for_each(|(index, member)| show_member(index, member, out))
}

fn show_piece(what: &str, piece: &Piece, out: &mut dyn Write) -> io::Result<()> {
    let Piece { member, first_line, html_length, crc32, .. } = piece;
    write!(out, "{what} of member {member} from line {first_line}: {html_length} bytes of HTML, ")?;
    writeln!(out, "crc32 {crc32:08x}, deflated to {}", piece.stored_length())
}

fn show_symbol(member: u32, symbol: &Symbol, out: &mut dyn Write) -> io::Result<()> {
    let Symbol { line, name, kind, end, scope, signature } = symbol;
    write!(out, "symbol of member {member} in line {line}")?;
    end.map_or(Ok(()), |end| write!(out, " to {end}"))?;
    let signature = signature.as_deref().unwrap_or_default();
    write!(out, ": {} {}{}", kind.escape_debug(), name.escape_debug(), signature.escape_debug())?;
    match scope {
        Some(scope) => writeln!(out, " in {} {}", scope.kind.escape_debug(), scope.name.escape_debug()),
        None => writeln!(out),
    }
}

fn show_facts((member, facts): &(u32, PageFacts), out: &mut dyn Write) -> io::Result<()> {
    let PageFacts { language, encoding, code_lines, comment_lines, blank_lines, bidi_line, kind, dimensions } = facts;
    if let Some(kind) = kind {
        write!(out, "binary member {member}: {kind}")?;
        return match dimensions {
            Some((width, height)) => writeln!(out, ", {width} × {height} pixels"),
            None => writeln!(out),
        };
    }
    write!(out, "text of member {member}: {}, {encoding}, ", language.as_deref().unwrap_or("no known language"))?;
    write!(out, "{code_lines} lines of code, {comment_lines} of comments, {blank_lines} blank")?;
    match bidi_line {
        Some(line) => writeln!(out, ", bidirectional controls from line {line}"),
        None => writeln!(out),
    }
}

fn show_tree(tree: &Tree, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "format {}", tree.format)?;
    tree.packs.iter().enumerate().try_for_each(|(index, pack)| writeln!(out, "pack {index}: {pack}"))?;
    tree.findings.iter().try_for_each(|finding| writeln!(out, "finding: {finding}"))?;
    tree.entries.iter().try_for_each(|entry| show_entry(entry, out))
}

fn show_member(index: usize, member: &Member, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "member {index}: mode {:04o}, ", member.mode)?;
    let path = member.path.escape_ascii();
    match &member.kind {
        MemberKind::File { size, sha256, sha1, text } => {
            writeln!(out, "file of {size} bytes, {}, sha256 {sha256}, sha1 {sha1}: {path}", describe(text))
        }
        MemberKind::Symlink { target } => writeln!(out, "symlink: {path} -> {}", target.escape_ascii()),
        MemberKind::HardLink { target } => writeln!(out, "hard link: {path} = {}", target.escape_ascii()),
        MemberKind::Directory => writeln!(out, "folder: {path}"),
        MemberKind::Special => writeln!(out, "special: {path}"),
    }
}

fn show_entry(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let Entry { path, executable, kind } = entry;
    match kind {
        EntryKind::File { size, sha256, text, place } => {
            let mode = if *executable { "0755" } else { "0644" };
            write!(out, "file {mode}, {size} bytes, {}, sha256 {sha256}, ", describe(text))?;
            writeln!(out, "pack {} member {}: {path}", place.pack, place.member)
        }
        EntryKind::Symlink { target } => writeln!(out, "symlink: {path} -> {}", target.escape_ascii()),
        EntryKind::Directory => writeln!(out, "folder: {path}"),
    }
}

fn describe_block(entry: BlockEntry) -> String {
    format!("{} bytes stored as {}, crc32 {:08x}", entry.length, entry.stored, entry.crc32)
}

fn describe(text: &TextFacts) -> String {
    match text.is_text {
        true => format!("text of {} lines", text.lines),
        false => "binary".to_owned(),
    }
}
