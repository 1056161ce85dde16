//! What a version defines, gathered from the outlines of its packs for its pages of symbols.

use std::collections::HashMap;

use super::publish::PublishError;
use crate::model::{Entry, EntryKind, SourcePackage, Symbol};
use crate::site::sources::symbols::{ListedSymbol, MOST_LISTED, SymbolsView};
use crate::site::sources::{OutputFile, SourcesSite, TreeIndex};
use crate::site::urls::Address;
use crate::store::{FragmentPack, OutlinePack};

/// The files that tell what a version defines, with their paths below the published folder; none when it defines
/// nothing. Excluded files are left out.
///
/// # Errors
/// When the store is damaged, or a template cannot be rendered.
pub(super) fn symbol_files(
    site: &SourcesSite,
    package: &SourcePackage,
    tree: &TreeIndex<'_>,
    outlines: &[OutlinePack],
    fragments: &[FragmentPack],
) -> Result<Vec<OutputFile>, PublishError> {
    let mut view = SymbolsView { package, listed: Vec::new(), total: 0 };
    let mut document = site.symbols_document();
    for ((number, outlines), fragments) in (0..).zip(outlines).zip(fragments) {
        let members = shown_members(tree, number);
        outlines.each_member(|member, symbols| {
            for entry in members.get(&member).into_iter().flatten() {
                document.push(package, entry, &symbols);
                view.total += symbols.len() as u64;
                let room = MOST_LISTED - view.listed.len();
                let listed = symbols.iter().take(room).map(|symbol| listed(entry, symbol, fragments, member));
                view.listed.extend(listed);
            }
        })?;
    }
    let Some(document) = document.finish() else { return Ok(Vec::new()) };
    let mut files = site.symbols(&view)?;
    let address = Address::SymbolsDocument(&package.name, &package.version);
    files.push((address.output_path(site.layout()), document));
    Ok(files)
}

/// How much a version defines, excluded files left out.
///
/// # Errors
/// When the store is damaged.
pub(super) fn count(tree: &TreeIndex<'_>, outlines: &[OutlinePack]) -> Result<u64, PublishError> {
    let mut total = 0;
    for (number, outlines) in (0..).zip(outlines) {
        let members = shown_members(tree, number);
        outlines.each_member(|member, symbols| {
            total += (symbols.len() * members.get(&member).map_or(0, Vec::len)) as u64;
        })?;
    }
    Ok(total)
}

/// The files that are members of one pack and shown, by member.
fn shown_members<'a>(tree: &TreeIndex<'a>, pack: u32) -> HashMap<u32, Vec<&'a Entry>> {
    let mut members: HashMap<u32, Vec<&Entry>> = HashMap::new();
    for entry in tree.tree().entries.iter().filter(|entry| tree.excluded(entry).is_none()) {
        if let EntryKind::File { place, .. } = entry.kind
            && place.pack == pack
        {
            members.entry(place.member).or_default().push(entry);
        }
    }
    members
}

fn listed<'a>(entry: &'a Entry, symbol: &Symbol, fragments: &FragmentPack, member: u32) -> ListedSymbol<'a> {
    let pieces = fragments.pieces(member);
    let page = pieces.partition_point(|piece| piece.first_line <= symbol.line).saturating_sub(1);
    ListedSymbol { entry, page, symbol: symbol.clone() }
}
