//! Patches applied in memory, with the result that `dpkg-source -x` leaves on a disk.
//!
//! dpkg reads a patch twice: its own check refuses some (through links, quoted names, counts that lie), creates
//! folders and remembers which files it expects to be patched; then GNU patch applies it, by its own reading.
//! The result is what both together do, so both are here: [`apply`] runs the check, parses the patch
//! ([`formats::unified_diff`](crate::formats::unified_diff)), places the hunks without fuzz and hands new
//! contents to a [`PatchTarget`], the tree that is being assembled. Nothing is read from or written to a disk.
//!
//! Judge: `Dpkg::Source::Patch` of dpkg 1.21.22 with GNU patch 2.7.6, run as
//! `patch -t -F 0 -N -p1 -u -V never` (`-E` in formats 2.0 and 3.0). Decided otherwise, and so by name:
//!
//! - *ed scripts, context diffs and normal diffs* behind a first unified diff are refused; GNU patch runs them.
//! - *diffs quoted with `- `* (RFC 934) are refused; GNU patch takes the quotes off.
//! - *diffs that dpkg does not see* (indented ones, git headers without hunks) and that name a file behind a link
//!   are refused, as dpkg refuses all others; GNU patch follows links that stay inside.
//! - *a new link whose target exists on the machine* is made whoever may touch that target; dpkg fails when it
//!   cannot set the target's time, and in format 1.0 may lose a link to nowhere.
//! - *a git header that changes nothing* always leaves its backup in formats 1.0 and 2.0; with GNU patch it may not
//!   when files are made behind it, depending on which inode numbers the file system gives out again.
//! - *hunks of nothing beyond line 4,294,967,295* are refused; GNU patch counts for years.
//! - *a search for hunks beyond [`MAX_COMPARISONS`]* and *diffs of more than [`MAX_BYTES`]* are refused; GNU patch
//!   goes on for hours.
//!
//! Depends on `formats::unified_diff` and `model`.

mod check;
mod content;
mod identity;
mod memory_tree;
mod place;
mod session;
mod tree;

use crate::formats::unified_diff::{self, DiffError};
use crate::model::EntryPath;

pub use crate::model::{Applied, AppliedFile};
pub use memory_tree::{MemoryEntry, MemoryTree};
pub use place::MAX_COMPARISONS;
pub use session::MAX_BYTES;

/// The tree that patches change. Paths are relative to the top of the package.
pub trait PatchTarget {
    /// What is at `path` now.
    fn lookup(&self, path: &EntryPath) -> Lookup;

    /// The bytes of the file at `path`, or the target of the link.
    ///
    /// # Errors
    /// When they cannot be had; the patch then fails.
    fn read(&mut self, path: &EntryPath) -> Result<Vec<u8>, ReadError>;

    /// Puts a file at `path`, in the place of a file or link that is there, with the folders around it.
    fn write(&mut self, path: &EntryPath, bytes: Vec<u8>, executable: bool);

    /// Puts a link at `path`, in the place of a file or link that is there, with the folders around it.
    fn symlink(&mut self, path: &EntryPath, target: Vec<u8>);

    /// Makes a folder at `path`, where nothing is, with the folders around it.
    fn create_folder(&mut self, path: &EntryPath);

    /// Takes away the file or link at `path`, if there is one; then, when asked to, the folders around `path`
    /// that have nothing in them, innermost first, until one has.
    fn remove(&mut self, path: &EntryPath, prune_empty_folders: bool);
}

/// What is at a path of a [`PatchTarget`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// Nothing.
    Missing,
    /// A file.
    File {
        /// Whether it is executable.
        executable: bool,
    },
    /// A symbolic link.
    Symlink,
    /// A folder.
    Directory,
    /// One of the folders on the way is a symbolic link.
    BehindSymlink,
}

/// Why a [`PatchTarget`] cannot give a file's bytes.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(pub Box<dyn std::error::Error + Send + Sync>);

/// What differs between source formats when a patch is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchRules {
    /// Whether files that become empty are removed (`patch -E`).
    pub remove_emptied: bool,
    /// Whether the backups of patched files are made beside them, as `NAME.dpkg-orig`. Those that dpkg expects
    /// are removed in the end, the others stay in the tree. While they are there their folders are not empty, so
    /// the folder of a removed file stays.
    pub keep_backups: bool,
}

impl PatchRules {
    /// The `diff.gz` of format 1.0.
    pub const FORMAT_1_0: Self = Self { remove_emptied: false, keep_backups: true };
    /// The patches of format 2.0.
    pub const FORMAT_2_0: Self = Self { remove_emptied: true, keep_backups: true };
    /// The patches of format 3.0 (quilt), whose backups go to `.pc/`.
    pub const FORMAT_3_0_QUILT: Self = Self { remove_emptied: true, keep_backups: false };
}

/// Why a patch does not apply, as a message for its author.
#[derive(Debug, thiserror::Error)]
#[error("{patch}, line {line}: {refusal}")]
pub struct PatchError {
    /// The patch's name as given.
    pub patch: String,
    /// The line of the patch, counted from 1.
    pub line: usize,
    /// What is wrong.
    #[source]
    pub refusal: Refusal,
}

/// What is wrong with a patch, or why it does not fit.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It cannot be parsed.
    #[error("{0}")]
    Malformed(unified_diff::DiffProblem),
    /// There is text in it but no diff.
    #[error("there is no diff in it; an empty patch has no bytes at all")]
    OnlyText,
    /// A `---` without `+++`, `+++` without `---`, or neither before a hunk.
    #[error("a `--- ` line with a `+++ ` line directly below is expected here")]
    HeaderPair,
    /// No hunk follows the names, or its header is malformed.
    #[error("a hunk (`@@ -1,2 +3,4 @@`) is expected here")]
    NoHunk,
    /// A line of a hunk begins with another character.
    #[error("a line of a hunk is expected here: it begins with a blank, `+` or `-`")]
    HunkLine,
    /// It ends inside a hunk.
    #[error("it ends in the middle of a hunk")]
    Truncated,
    /// A name in a header is written as a C string.
    #[error("the file name is in quotes; rename the file")]
    QuotedName,
    /// Neither name can be used with `-p1`.
    #[error("neither file name has a folder to strip (-p1), or both are /dev/null")]
    NoName,
    /// A name ends like a backup.
    #[error("the file name ends with .dpkg-orig, which is reserved for backups")]
    BackupName,
    /// A name goes up.
    #[error("`{}` goes outside the package", .0.escape_ascii())]
    Outside(Vec<u8>),
    /// A name that cannot be the name of a file.
    #[error("`{}` cannot be the name of a file here", .0.escape_ascii())]
    Name(Vec<u8>),
    /// A name goes through a link, or is one.
    #[error("`{}` is, or is behind, a symbolic link", .0.escape_ascii())]
    ThroughSymlink(Vec<u8>),
    /// A folder or, for a diff of the other kind, a file or a link.
    #[error("`{}` is not the kind of file that the diff is about", .0.escape_ascii())]
    Kind(Vec<u8>),
    /// A folder is needed where something else is.
    #[error("`{0}` is needed as a folder")]
    NotAFolder(EntryPath),
    /// No file of those names is there, and the diff does not create one.
    #[error("there is no file to patch")]
    NoFile,
    /// The state after the patch is there already, as far as the file's presence tells.
    #[error("`{}` is already as the patch would leave it", .0.escape_ascii())]
    AlreadyApplied(Vec<u8>),
    /// A rename or copy without two usable names.
    #[error("a rename or copy needs two file names")]
    RenameNames,
    /// `old mode` and `new mode` tell of different kinds of file.
    #[error("a file cannot be changed into a link, or a link into a file")]
    TypeChange,
    /// A `GIT binary patch`.
    #[error("git binary diffs are not supported by dpkg-source; put the file into the debian tarball")]
    GitBinary,
    /// The `Prereq:` word is not in the file.
    #[error("the file does not contain the word of the Prereq line, `{}`", .0.escape_ascii())]
    Prerequisite(Vec<u8>),
    /// The lines that a hunk expects are nowhere.
    #[error("this hunk does not apply (no fuzz is allowed); refresh the patch")]
    HunkFails,
    /// The place of the hunk is above a change already made.
    #[error("this hunk belongs above one that comes before it")]
    HunkOrder,
    /// A hunk follows a line that has no newline.
    #[error("this hunk removes lines behind a line without a newline")]
    BehindUnterminated,
    /// An inserted line has no bytes, not even a newline.
    #[error("this hunk inserts an empty line without a newline, which patch cannot write")]
    NothingInserted,
    /// The place is too far down.
    #[error("this hunk belongs to a line beyond 4,294,967,295")]
    HunkTooFar,
    /// [`MAX_COMPARISONS`] is reached.
    #[error("finding the place of this hunk takes too long; refresh the patch")]
    SearchTooLong,
    /// [`MAX_BYTES`] is reached.
    #[error("the patch is about too much: its files have more than 4 GiB, each counted as often as it is patched")]
    TooMuch,
    /// The file is longer than 4 GiB.
    #[error("the file to patch is too large")]
    FileTooLarge,
    /// A file that the patch deletes has more in it than the patch knows.
    #[error("`{0}` is not deleted since its content differs from the patch")]
    NotEmptied(EntryPath),
    /// dpkg expects another file to be patched than GNU patch chose.
    #[error("the backup `{}` is missing: the diff's names tell of another file than the one patched", .0.escape_ascii())]
    NoBackup(Vec<u8>),
    /// The tree cannot give a file's bytes.
    #[error("cannot read `{0}`: {1}")]
    Read(EntryPath, #[source] ReadError),
}

/// Applies the patch `bytes`, called `name` in messages, to `target`. An empty patch is fine and does nothing.
///
/// # Errors
/// When dpkg-source would not apply it as a whole. `target` is then in no specified state.
pub fn apply(
    name: &str,
    bytes: &[u8],
    rules: &PatchRules,
    target: &mut dyn PatchTarget,
) -> Result<Applied, PatchError> {
    let error = |(line, refusal)| PatchError { patch: name.to_owned(), line, refusal };
    let expected = check::check(bytes, target).map_err(error)?;
    let malformed = |DiffError { line, problem }| error((line, Refusal::Malformed(problem)));
    let diff = unified_diff::parse(bytes).map_err(malformed)?;
    if diff.files.is_empty() && !bytes.is_empty() {
        return Err(error((1, Refusal::OnlyText)));
    }
    for folder in &expected.folders {
        tree::create_folder(target, folder).map_err(|refusal| error((1, refusal)))?;
    }
    let applied = session::Session::new(target, *rules).run(&diff.files).map_err(error)?;
    let last_line = diff.files.last().map_or(1, |file| file.line);
    for name in &expected.patched {
        tree::finish(target, name, rules).map_err(|refusal| error((last_line, refusal)))?;
    }
    Ok(applied)
}

#[cfg(test)]
mod tests;
