//! Bugs in the entries of debian/changelog that name a patch.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use super::Bugs;
use crate::model::{BugEvidence, BugReference};

/// How much of a changelog is read, in bytes.
const READ: usize = 1 << 20;

/// The bugs that debian/changelog names together with each of some patches, in the order of their names.
///
/// A change is an item (`* …`) with its lines and sub-items (`- …`). If a sub-item that names the patch names bugs as
/// well, those are the patch's; else they are those of the item's own lines and of its sub-items that name no patch,
/// as security uploads have them. `names` are paths below debian/patches; the last component is enough to name one,
/// unless two patches share it or it is a word. Time grows with the changelog, not with changelog times patches.
pub fn of_changelog<N: AsRef<[u8]>>(changelog: &str, names: &[N]) -> Vec<Vec<BugReference>> {
    let mut found: Vec<Bugs> = names.iter().map(|_| Bugs::default()).collect();
    let Some(search) = Search::new(names) else { return found.into_iter().map(Bugs::finish).collect() };
    let part = changelog.get(..changelog.floor_char_boundary(READ)).unwrap_or_default();
    let mut item: Vec<SubItem<'_>> = Vec::new();
    for (number, line) in (1..).zip(part.lines()) {
        let text = line.trim_start();
        let begins_item = text.starts_with("* ");
        if begins_item || !line.starts_with([' ', '\t']) && !text.is_empty() {
            judge(&std::mem::take(&mut item), &search, &mut found);
        }
        if begins_item || text.starts_with(['-', '+']) && !item.is_empty() {
            item.push(SubItem::default());
        }
        if let Some(sub_item) = item.last_mut() {
            sub_item.lines.push((number, line));
        }
    }
    judge(&item, &search, &mut found);
    found.into_iter().map(Bugs::finish).collect()
}

/// The lines of a change before its first sub-item, or of a sub-item.
#[derive(Default)]
struct SubItem<'a> {
    lines: Vec<(u32, &'a str)>,
}

/// The names of the patches, all at once.
struct Search {
    automaton: AhoCorasick,
    /// For each pattern the position of the patch.
    patches: Vec<usize>,
}

impl Search {
    fn new<N: AsRef<[u8]>>(names: &[N]) -> Option<Self> {
        /// Shorter ones are words.
        const SHORTEST: usize = 5;
        let mut by_spelling: HashMap<&[u8], Option<usize>> = HashMap::new();
        for (position, name) in names.iter().map(AsRef::as_ref).enumerate() {
            let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name);
            for spelling in [name, last] {
                let owner = by_spelling.entry(spelling).or_insert(Some(position));
                *owner = owner.filter(|owner| *owner == position);
            }
        }
        let owned = by_spelling.into_iter().filter_map(|(spelling, owner)| Some((spelling, owner?)));
        let mut owned: Vec<(&[u8], usize)> = owned.filter(|(spelling, _)| spelling.len() >= SHORTEST).collect();
        owned.sort_unstable();
        let mut builder = AhoCorasick::builder();
        builder.match_kind(aho_corasick::MatchKind::LeftmostLongest);
        let automaton = builder.build(owned.iter().map(|(spelling, _)| spelling)).ok()?;
        Some(Self { automaton, patches: owned.into_iter().map(|(_, patch)| patch).collect() })
    }

    /// The patches that a line names. A name that may be a word of the text, such as `manpage`, needs its folder.
    fn patches<'a>(&'a self, line: &'a str) -> impl Iterator<Item = usize> + 'a {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_+".contains(byte);
        self.automaton.find_iter(line).filter_map(move |hit| {
            let (before, after) = (line.as_bytes().get(..hit.start())?, line.as_bytes().get(hit.end()..)?);
            let begins = before.last().is_none_or(|byte| !is_part(byte) && *byte != b'.');
            let goes_on = match after {
                [b'.', next, ..] | [next, ..] => is_part(next),
                [] => false,
            };
            let name = line.get(hit.range()).unwrap_or_default();
            let is_word = name.bytes().all(|byte| byte.is_ascii_alphabetic());
            let is_meant = !is_word || before.ends_with(b"patches/") || before.ends_with(b"d/p/");
            let is_whole = begins && !goes_on && is_meant;
            self.patches.get(hit.pattern().as_usize()).copied().filter(|_| is_whole)
        })
    }
}

/// Gives the bugs of a change to the patches that it names.
fn judge(item: &[SubItem<'_>], search: &Search, found: &mut [Bugs]) {
    let mut of_others = Bugs::default();
    let mut without_bugs: Vec<usize> = Vec::new();
    for (position, sub_item) in item.iter().enumerate() {
        let mut bugs = Bugs::default();
        let text = joined(&sub_item.lines);
        let line = sub_item.lines.first().map_or(0, |(line, _)| *line);
        bugs.add_text(&text, &BugEvidence::Changelog(line));
        let bugs = bugs.finish();
        let mut patches: Vec<usize> = search.patches(&text).collect();
        patches.sort_unstable();
        patches.dedup();
        let names_patch = !patches.is_empty() || text.contains(".patch") || text.contains(".diff");
        if bugs.is_empty() {
            without_bugs.extend(&patches);
        }
        for (patch, reference) in patches.iter().flat_map(|patch| bugs.iter().map(move |bug| (patch, bug))) {
            add(found.get_mut(*patch), reference);
        }
        if position == 0 || !names_patch {
            bugs.iter().for_each(|reference| add(Some(&mut of_others), reference));
        }
    }
    if without_bugs.is_empty() {
        return;
    }
    let of_others = of_others.finish();
    without_bugs.sort_unstable();
    without_bugs.dedup();
    for patch in without_bugs {
        of_others.iter().for_each(|reference| add(found.get_mut(patch), reference));
    }
}

fn add(bugs: Option<&mut Bugs>, reference: &BugReference) {
    let Some(bugs) = bugs else { return };
    reference.evidence.iter().for_each(|evidence| bugs.add(reference.bug.clone(), evidence.clone()));
}

/// Lines as one, so that what is broken at the end of a line is found as well.
fn joined(lines: &[(u32, &str)]) -> String {
    let lines: Vec<&str> = lines.iter().map(|(_, text)| text.trim()).collect();
    lines.join(" ")
}
