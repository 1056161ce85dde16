//! What a version defines, gathered from the outlines of its packs for its pages of symbols.

use super::publish::{ByMember, PublishError, by_member};
use crate::model::{Entry, SourcePackage, Symbol};
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
    let shown = shown_members(tree);
    for ((members, outlines), fragments) in shown.iter().zip(outlines).zip(fragments) {
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
    for (members, outlines) in shown_members(tree).iter().zip(outlines) {
        outlines.each_member(|member, symbols| {
            total += (symbols.len() * members.get(&member).map_or(0, Vec::len)) as u64;
        })?;
    }
    Ok(total)
}

/// The files that are shown, for each pack by member.
fn shown_members<'a>(tree: &TreeIndex<'a>) -> Vec<ByMember<&'a Entry>> {
    let shown = tree.tree().entries.iter().filter(|entry| tree.excluded(entry).is_none());
    by_member(tree.tree(), shown.map(|entry| (entry, entry)))
}

fn listed<'a>(entry: &'a Entry, symbol: &Symbol, fragments: &FragmentPack, member: u32) -> ListedSymbol<'a> {
    let pieces = fragments.pieces(member);
    let page = pieces.partition_point(|piece| piece.first_line <= symbol.line).saturating_sub(1);
    ListedSymbol { entry, page, symbol: symbol.clone() }
}
