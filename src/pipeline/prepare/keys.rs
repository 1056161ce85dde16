//! The keys under which packs, fragments and trees are stored.

use crate::analyse::patches::blame;
use crate::analyse::{encoding, fragment, lexer, text};
use crate::model::{Key, Sha256, SourceFile, SourcePackage, Tree};
use crate::settings::Settings;
use crate::unpack::assemble;

/// Version of what a pack's rows say beside the tarball's own words.
pub(super) const PACK_VERSION: u32 = 1;

/// Under which the state keeps the SHA-256 of a file that the index names by weaker checksums.
pub fn weak_key(package: &SourcePackage, file: &SourceFile) -> Key {
    let sums = &file.checksums;
    let key = Key::of("weak", 1).text(&package.directory).text(file.name.as_str()).number(file.size);
    let key = key.bytes(sums.sha1.as_ref().map_or(&[][..], |sum| &sum.0));
    key.bytes(sums.md5.as_ref().map_or(&[][..], |sum| &sum.0)).finish()
}

/// The key of the tree of a package: what it was made of, and by which rules.
pub fn tree_key(package: &SourcePackage, files: &[(&SourceFile, Sha256)]) -> Key {
    let start = Key::of("tree", assemble::RULES_VERSION)
        .number(u64::from(PACK_VERSION))
        .number(u64::from(text::RULES_VERSION))
        .text(&package.vendor);
    files.iter().fold(start, |key, (file, sha256)| key.text(file.name.as_str()).sha256(*sha256)).finish()
}

/// The versions of all rules that trees depend on.
pub fn rules_key() -> Key {
    Key::of("rules", assemble::RULES_VERSION)
        .number(u64::from(PACK_VERSION))
        .number(u64::from(text::RULES_VERSION))
        .number(u64::from(lexer::VERSION))
        .number(u64::from(fragment::VERSION))
        .number(u64::from(encoding::VERSION))
        .finish()
}

/// What all fragments depend on beside the file: the lexer, the compression, which files are too large, and what the
/// settings say of languages.
pub fn fragments_settings_key(settings: &Settings) -> Key {
    let key = Key::of("fragments", lexer::VERSION)
        .number(u64::from(fragment::VERSION))
        .number(u64::from(encoding::VERSION))
        .number(u64::from(settings.output.deflate_level))
        .number(settings.limits.member_bytes);
    let languages = settings.languages.iter().flat_map(|it| it.files.iter().map(move |glob| (glob, &it.name)));
    languages.fold(key, |key, (glob, name)| key.text(glob).text(name)).finish()
}

/// The keys of the fragments of a tree's packs under settings with the key `settings`, in their order. In those of files that
/// patching made, the lines are marked that patches brought.
pub fn fragments_keys(settings: Key, tree_key: Key, tree: &Tree) -> Vec<Key> {
    let delta = delta_key(tree_key);
    let key =
        |&pack: &Key| if pack == delta { delta_fragments_key(settings, pack) } else { fragments_key(settings, pack) };
    tree.packs.iter().map(key).collect()
}

pub(super) fn fragments_key(settings: Key, pack: Key) -> Key {
    Key::of("fragments of a pack", 1).key(settings).key(pack).finish()
}

pub(super) fn delta_fragments_key(settings: Key, pack: Key) -> Key {
    Key::of("fragments of patched files", 1)
        .number(u64::from(blame::VERSION))
        .number(u64::from(fragment::MARKS_VERSION))
        .key(settings)
        .key(pack)
        .finish()
}

/// The key of the pack of those files of a tree that exist after patching only.
pub(super) fn delta_key(tree: Key) -> Key {
    Key::of("delta", 1).key(tree).finish()
}
