//! One run of `patch` over all the diffs of a patch: which file each is about, and when outputs come into place.
//!
//! The order matters: git diffs all speak of the tree before the patch, so their outputs wait; files are deleted
//! in the end, so that a later diff may make them again; a file is backed up once. Sources: the manual of GNU
//! patch 2.7 ("Creating and removing files", "Backups", "Multiple patches"), `git-diff(1)`.

use super::content::{self, Patched};
use super::identity::{Identities, Identity, Mark};
use super::tree::{self, Location, locate, look};
use super::{Applied, AppliedFile, Lookup, PatchRules, PatchTarget, Refusal};
use crate::formats::unified_diff::{FileDiff, Presence};
use crate::model::EntryPath;

/// The type bits of a mode (`S_IFMT`), and the types that diffs know.
const TYPE_BITS: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;
const REGULAR: u32 = 0o100_000;

/// How many bytes the files that one patch is about may have, a file counting as often as there are diffs of it: a
/// few seconds of copying.
pub const MAX_BYTES: u64 = 1 << 32;

/// The state of a run.
pub(super) struct Session<'t> {
    target: &'t mut dyn PatchTarget,
    rules: PatchRules,
    identities: Identities,
    /// The files that are to be deleted in the end, unless others are put into their places, by their paths.
    deletions: Vec<(EntryPath, Identity)>,
    waiting: Vec<Output>,
    in_git: bool,
    /// Bytes that were read so far.
    read: u64,
}

/// A new state of a file.
enum Output {
    File {
        path: EntryPath,
        bytes: Vec<u8>,
        executable: bool,
    },
    Symlink {
        path: EntryPath,
        target: Vec<u8>,
    },
    /// Only a backup, since nothing changes; it replaces one that is there.
    Backup {
        path: EntryPath,
    },
}

/// The file that a diff is about.
struct Input {
    path: EntryPath,
    lookup: Lookup,
    identity: Identity,
}

impl<'t> Session<'t> {
    pub(super) fn new(target: &'t mut dyn PatchTarget, rules: PatchRules) -> Self {
        Self {
            target,
            rules,
            identities: Identities::default(),
            deletions: Vec::new(),
            waiting: Vec::new(),
            in_git: false,
            read: 0,
        }
    }

    /// Applies all diffs.
    pub(super) fn run(mut self, diffs: &[FileDiff<'_>]) -> Result<Applied, (usize, Refusal)> {
        let mut applied = Applied::default();
        for diff in diffs {
            applied.files.push(self.apply(diff)?);
        }
        let last_line = diffs.last().map_or(1, |diff| diff.line);
        let error = |refusal| (last_line, refusal);
        self.flush().map_err(error)?;
        self.delete().map_err(error)?;
        Ok(applied)
    }

    fn apply(&mut self, diff: &FileDiff<'_>) -> Result<AppliedFile, (usize, Refusal)> {
        let error = |refusal| (diff.line, refusal);
        let name = self.choose(diff).map_err(error)?;
        let mut input = self.open(name).map_err(error)?;
        let file_type = file_type(diff).map_err(error)?;
        let output = output_path(diff, &input).map_err(error)?;
        self.enter_git(diff, &output, &mut input).map_err(error)?;
        self.check_kind(&input, file_type).map_err(error)?;
        self.check_output(&output).map_err(error)?;
        if diff.git.as_ref().is_some_and(|git| git.binary) {
            return Err(error(Refusal::GitBinary));
        }
        let old = self.content(&input).map_err(error)?;
        check_prerequisite(diff, &old).map_err(error)?;
        let patched = content::patch(&old, &diff.hunks, diff.before == Presence::Missing)?;
        let offsets = patched.offsets.clone();
        self.settle(diff, &input, output.clone(), file_type, patched).map_err(error)?;
        Ok(AppliedFile { input: input.path, path: output, offsets })
    }

    /// What a diff sees at a name: files that will be deleted are not there.
    fn look(&self, name: &[u8]) -> Result<Lookup, Refusal> {
        match (look(self.target, name), locate(name)) {
            (Lookup::BehindSymlink, _) => Err(Refusal::ThroughSymlink(name.to_vec())),
            (_, Location::Path(path)) if self.identities.is_doomed(&path) => Ok(Lookup::Missing),
            (lookup, _) => Ok(lookup),
        }
    }

    /// The name of the file to patch: the best of those that exist, else, when the diff creates a file, the best
    /// of those that need the fewest new folders. (POSIX `patch`, "Filename Determination".)
    fn choose<'d>(&mut self, diff: &'d FileDiff<'_>) -> Result<&'d [u8], Refusal> {
        let mut names: Vec<&[u8]> = [&diff.old, &diff.new].into_iter().flatten().map(Vec::as_slice).collect();
        if names.is_empty() {
            names.extend(diff.index.as_deref());
        }
        let mut existing = Vec::new();
        for &name in &names {
            if self.look(name)? != Lookup::Missing {
                existing.push(name);
            }
        }
        let best = best_name(&existing);
        let any = best.or(names.last().copied()).ok_or(Refusal::NoFile)?;
        self.check_not_applied(diff, best, any)?;
        if let Some(best) = best {
            return Ok(best);
        }
        if diff.before == Presence::Filled {
            return Err(Refusal::NoFile);
        }
        let new_folders = |name: &[u8]| folders(name).count() - self.existing_folders(name);
        let fewest = names.iter().map(|name| new_folders(name)).min();
        names.retain(|name| Some(new_folders(name)) == fewest);
        best_name(&names).ok_or_else(|| Refusal::Outside(any.to_vec()))
    }

    fn existing_folders(&self, name: &[u8]) -> usize {
        folders(name).take_while(|folder| look(self.target, folder) == Lookup::Directory).count()
    }

    /// Refuses a diff whose result is there, as far as presence and emptiness of the file tell.
    fn check_not_applied(&mut self, diff: &FileDiff<'_>, best: Option<&[u8]>, any: &[u8]) -> Result<(), Refusal> {
        use Presence::{Empty, Filled, Missing};
        if (diff.before != Missing && diff.after == Filled) || best.is_some_and(|name| !self.has_type_of(diff, name)) {
            return Ok(());
        }
        let is_empty = best.map_or(Ok(true), |name| self.is_empty(name))?;
        let is_applied = match (best, is_empty) {
            (_, false) => diff.before == Missing,
            (None, true) => diff.after != Filled && (diff.before, diff.after) != (Missing, Empty),
            (Some(_), true) => diff.after != Filled && (diff.before, diff.after) != (Empty, Missing),
        };
        if is_applied { Err(Refusal::AlreadyApplied(any.to_vec())) } else { Ok(()) }
    }

    fn has_type_of(&self, diff: &FileDiff<'_>, name: &[u8]) -> bool {
        match look(self.target, name) {
            Lookup::File { .. } => file_type(diff).is_ok_and(|file_type| file_type == REGULAR),
            Lookup::Symlink => file_type(diff).is_ok_and(|file_type| file_type == SYMLINK),
            _ => false,
        }
    }

    fn is_empty(&mut self, name: &[u8]) -> Result<bool, Refusal> {
        let input = self.open(name)?;
        Ok(self.content(&input)?.is_empty())
    }

    fn open(&mut self, name: &[u8]) -> Result<Input, Refusal> {
        let Location::Path(path) = locate(name) else { return Err(Refusal::Name(name.to_vec())) };
        Ok(Input { lookup: self.look(name)?, identity: self.identity(&path), path })
    }

    /// Looks again at an input, whether it will be deleted or not.
    fn reopen(&mut self, input: &mut Input) {
        input.lookup = self.target.lookup(&input.path);
        input.identity = self.identity(&input.path);
    }

    fn identity(&mut self, path: &EntryPath) -> Identity {
        match self.target.lookup(path) {
            Lookup::Missing => self.identities.fresh(),
            _ => self.identities.at(path),
        }
    }

    /// Puts waiting outputs of git diffs into place when the git diffs are over, or when one of them is about an
    /// output again: then the patch is several git diffs in a row.
    fn enter_git(&mut self, diff: &FileDiff<'_>, output: &EntryPath, input: &mut Input) -> Result<(), Refusal> {
        if self.in_git && diff.git.is_none() {
            self.flush()?;
            self.reopen(input);
        }
        self.in_git = diff.git.is_some();
        if !self.in_git {
            return Ok(());
        }
        let lookup = if *output == input.path { input.lookup } else { self.target.lookup(output) };
        if lookup == Lookup::Missing {
            return Ok(());
        }
        let identity = self.identity(output);
        if self.identities.see_by_git(identity) {
            self.flush()?;
            self.reopen(input);
            let identity = self.identity(output);
            self.identities.see_by_git(identity);
        }
        Ok(())
    }

    fn check_kind(&self, input: &Input, file_type: u32) -> Result<(), Refusal> {
        let fits = match input.lookup {
            Lookup::Missing => true,
            Lookup::File { .. } => file_type == REGULAR,
            Lookup::Symlink => file_type == SYMLINK,
            Lookup::Directory | Lookup::BehindSymlink => false,
        };
        if fits { Ok(()) } else { Err(Refusal::Kind(input.path.as_bytes().to_vec())) }
    }

    /// Makes the folder of an output and refuses one that cannot be written: `patch` first writes a temporary file
    /// beside it, whose name has eight bytes more.
    fn check_output(&mut self, output: &EntryPath) -> Result<(), Refusal> {
        if output.name().len() + 8 > tree::LONGEST_NAME {
            return Err(Refusal::Name(output.as_bytes().to_vec()));
        }
        output.parent().map_or(Ok(()), |parent| tree::create_folder(self.target, &parent))
    }

    fn content(&mut self, input: &Input) -> Result<Vec<u8>, Refusal> {
        if input.lookup == Lookup::Missing {
            return Ok(Vec::new());
        }
        let bytes = self.target.read(&input.path).map_err(|error| Refusal::Read(input.path.clone(), error))?;
        self.read += bytes.len() as u64;
        if self.read > MAX_BYTES { Err(Refusal::TooMuch) } else { Ok(bytes) }
    }

    /// Decides what becomes of the new content.
    fn settle(
        &mut self,
        diff: &FileDiff<'_>,
        input: &Input,
        output: EntryPath,
        file_type: u32,
        patched: Patched,
    ) -> Result<(), Refusal> {
        let moves = diff.git.as_ref().is_some_and(|git| git.renames() || git.copies());
        let is_deleted = diff.after == Presence::Missing;
        if patched.bytes.is_empty() && (self.rules.remove_emptied || is_deleted || file_type == SYMLINK) {
            if moves && self.target.lookup(&output) == Lookup::Missing {
                return Err(Refusal::Name(output.as_bytes().to_vec()));
            }
            let identity = if moves { self.identity(&output) } else { input.identity };
            self.doom(output, identity);
            return Ok(());
        }
        if is_deleted {
            return Err(Refusal::NotEmptied(output));
        }
        let new_mode = changed_mode(diff);
        if diff.hunks.is_empty() && new_mode.is_none() && !moves {
            return self.put(diff, Output::Backup { path: output });
        }
        let executable = match new_mode {
            Some(mode) => mode & 0o111 != 0,
            None => input.lookup == Lookup::File { executable: true },
        };
        let is_rename = diff.git.as_ref().is_some_and(|git| git.renames());
        let new = if file_type == SYMLINK {
            Output::Symlink { path: output, target: link_target(patched.bytes, input)? }
        } else {
            Output::File { path: output, bytes: patched.bytes, executable }
        };
        self.put(diff, new)?;
        if is_rename {
            self.doom(input.path.clone(), input.identity);
        }
        Ok(())
    }

    fn doom(&mut self, path: EntryPath, identity: Identity) {
        self.identities.mark(identity, Mark::Doomed);
        self.deletions.push((path, identity));
    }

    /// Puts an output into place, or lets it wait when it belongs to a git diff of a file that is there.
    fn put(&mut self, diff: &FileDiff<'_>, output: Output) -> Result<(), Refusal> {
        if diff.git.is_some() && diff.before != Presence::Missing {
            self.waiting.push(output);
            return Ok(());
        }
        self.put_now(output)
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        std::mem::take(&mut self.waiting).into_iter().try_for_each(|output| self.put_now(output))
    }

    fn put_now(&mut self, output: Output) -> Result<(), Refusal> {
        match output {
            Output::File { path, bytes, executable } => {
                self.replace(&path)?;
                self.target.write(&path, bytes, executable);
            }
            Output::Symlink { path, target } => {
                // A file that is not backed up is in the way there: a link cannot be made over it.
                if !self.replace(&path)? {
                    return Err(Refusal::Kind(path.as_bytes().to_vec()));
                }
                self.target.symlink(&path, target);
            }
            Output::Backup { path } => match self.target.lookup(&path) {
                Lookup::File { .. } => self.back_up(&path)?,
                Lookup::Missing => return Err(Refusal::NoFile),
                _ => return Err(Refusal::Kind(path.as_bytes().to_vec())),
            },
        }
        Ok(())
    }

    /// Prepares a path for a new file, and says whether what was there is backed up.
    fn replace(&mut self, path: &EntryPath) -> Result<bool, Refusal> {
        match self.target.lookup(path) {
            Lookup::Directory => return Err(Refusal::Kind(path.as_bytes().to_vec())),
            Lookup::BehindSymlink => return Err(Refusal::ThroughSymlink(path.as_bytes().to_vec())),
            Lookup::Missing | Lookup::File { .. } | Lookup::Symlink => {}
        }
        let is_backed_up = self.retire(path)?;
        let identity = self.identities.put(path);
        self.identities.mark(identity, Mark::Created);
        Ok(is_backed_up)
    }

    /// Backs up what is at a path, unless this run has put it there, and says whether it did.
    fn retire(&mut self, path: &EntryPath) -> Result<bool, Refusal> {
        let identity = self.identity(path);
        let is_backed_up = !self.identities.is(identity, Mark::Created);
        if is_backed_up {
            self.back_up(path)?;
        }
        self.identities.mark(identity, Mark::Replaced);
        Ok(is_backed_up)
    }

    /// Copies what is at a path to its backup; an empty file when nothing is.
    fn back_up(&mut self, path: &EntryPath) -> Result<(), Refusal> {
        if !self.rules.keep_backups {
            return Ok(());
        }
        let backup = tree::backup_path(path)?;
        if self.target.lookup(&backup) == Lookup::Directory {
            return Err(Refusal::Kind(backup.as_bytes().to_vec()));
        }
        path.parent().map_or(Ok(()), |parent| tree::create_folder(self.target, &parent))?;
        let lookup = self.target.lookup(path);
        let bytes = match lookup {
            Lookup::Missing => Vec::new(),
            _ => self.target.read(path).map_err(|error| Refusal::Read(path.clone(), error))?,
        };
        match lookup {
            Lookup::Symlink => self.target.symlink(&backup, bytes),
            lookup => self.target.write(&backup, bytes, lookup == Lookup::File { executable: true }),
        }
        self.identities.put(&backup);
        Ok(())
    }

    /// Deletes the files that are still to be deleted, and the folders that become empty.
    fn delete(&mut self) -> Result<(), Refusal> {
        for (path, identity) in std::mem::take(&mut self.deletions) {
            // Deleting is a renaming to the backup there, so a file that is not backed up stays.
            if self.identities.is(identity, Mark::Doomed) && self.retire(&path)? {
                self.target.remove(&path, true);
            }
        }
        Ok(())
    }
}

/// The type of file that a diff is about.
fn file_type(diff: &FileDiff<'_>) -> Result<u32, Refusal> {
    let Some(git) = &diff.git else { return Ok(REGULAR) };
    let type_of = |mode: Option<u32>| mode.map(|mode| mode & TYPE_BITS).filter(|&bits| bits != 0);
    match (type_of(git.old_mode), type_of(git.new_mode)) {
        (Some(old), Some(new)) if old != new => Err(Refusal::TypeChange),
        (old, new) => Ok(old.or(new).unwrap_or(REGULAR)),
    }
}

/// The mode that a file gets, if the diff changes it.
fn changed_mode(diff: &FileDiff<'_>) -> Option<u32> {
    let git = diff.git.as_ref()?;
    git.new_mode.filter(|_| git.old_mode != git.new_mode)
}

/// Where the result goes: to the second name of a rename or copy, else where the input is.
fn output_path(diff: &FileDiff<'_>, input: &Input) -> Result<EntryPath, Refusal> {
    if !diff.git.as_ref().is_some_and(|git| git.renames() || git.copies()) {
        return Ok(input.path.clone());
    }
    let new = diff.new.as_deref().map(locate);
    match (diff.old.as_deref(), new) {
        (Some(old), Some(Location::Path(path))) if is_safe(old) => Ok(path),
        _ => Err(Refusal::RenameNames),
    }
}

/// What a link is made to point to: the system cuts it at a NUL and allows no empty one.
fn link_target(bytes: Vec<u8>, input: &Input) -> Result<Vec<u8>, Refusal> {
    let target = bytes.split(|&byte| byte == 0).next().unwrap_or_default().to_vec();
    if target.is_empty() { Err(Refusal::Name(input.path.as_bytes().to_vec())) } else { Ok(target) }
}

/// Refuses a file that does not contain the word of the `Prereq:` line.
fn check_prerequisite(diff: &FileDiff<'_>, content: &[u8]) -> Result<(), Refusal> {
    let Some(word) = &diff.prerequisite else { return Ok(()) };
    let is_space = |at: Option<usize>| at.and_then(|at| content.get(at)).is_none_or(|byte| byte.is_ascii_whitespace());
    let mut places = memchr::memmem::find_iter(content, word);
    let found = places.any(|at| {
        let end = at + word.len();
        end < content.len() && is_space(at.checked_sub(1)) && is_space(Some(end))
    });
    if found { Ok(()) } else { Err(Refusal::Prerequisite(word.clone())) }
}

/// The folders on the way to a name, outermost first, as the name spells them.
fn folders(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_end = |&at: &usize| at > 0 && name.get(at - 1) != Some(&b'/');
    memchr::memchr_iter(b'/', name).filter(is_end).filter_map(|at| name.get(..at))
}

/// The name with the fewest folders, of those the shortest, of those the first. There is none when that is no
/// safe name, or when the shortest name up to the one with the fewest folders has more folders: lengths seen
/// before are not forgotten when a name with fewer folders comes.
fn best_name<'d>(names: &[&'d [u8]]) -> Option<&'d [u8]> {
    let length = |name: &[u8]| name.len() - name.iter().rev().take_while(|&&byte| byte == b'/').count();
    let mut least = (usize::MAX, usize::MAX, usize::MAX);
    for name in names {
        if folders(name).count() > least.0 {
            continue;
        }
        least.0 = folders(name).count();
        if length(name) > least.1 {
            continue;
        }
        least.1 = length(name);
        least.2 = least.2.min(name.len());
    }
    let is_best = |name: &[u8]| (folders(name).count(), length(name), name.len()) == least && is_safe(name);
    names.iter().copied().find(|name| is_best(name))
}

fn is_safe(name: &[u8]) -> bool {
    !name.starts_with(b"/") && name.split(|&byte| byte == b'/').all(|part| part != b"..")
}
