//! Which patches are applied, and in which order.

use std::io::{Cursor, Read};

use super::target::Target;
use super::tree::{Fault, Node};
use super::{Package, refused};
use crate::formats::compression::{self, Compression};
use crate::unpack::UnpackError;
use crate::unpack::dsc::{Part, Role};
use crate::unpack::patch::{self, Applied, PatchRules};

const PATCHES: &[u8] = b"debian/patches";
const SERIES: &[u8] = b"debian/patches/series";
const APPLIED: &[u8] = b".pc/applied-patches";

impl Package<'_> {
    /// Format 1.0: the diff.
    pub(super) fn apply_diff(&mut self, parts: &[Part]) -> Result<(), UnpackError> {
        for (part, position) in parts.iter().zip(0..) {
            if part.role == Role::Diff {
                let name = part.file.name.as_str();
                let diff = self.read_member(name.as_bytes(), position, 0)?;
                self.apply(name, &diff, PatchRules::FORMAT_1_0)?;
            }
        }
        Ok(())
    }

    /// Format 2.0: every file of debian/patches whose name is of letters, digits, `_` and `-`, in the order of
    /// the names; what was applied is written down beside them.
    pub(super) fn apply_patches_of_2(&mut self) -> Result<(), UnpackError> {
        let Ok(folder) = self.tree.find(self.root, PATCHES) else { return Ok(()) };
        let is_name = |name: &[u8]| name.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let names = self.tree.children(folder).map(|(name, _)| name.to_vec());
        let patches: Vec<_> = names.filter(|name| is_name(name) && self.is_file(&below(PATCHES, name))).collect();
        if patches.is_empty() {
            return Ok(());
        }
        let record = below(PATCHES, b".dpkg-source-applied");
        let lines = [&b"# During unpack"[..]].into_iter().chain(patches.iter().map(Vec::as_slice));
        let text: Vec<u8> = lines.flat_map(|line| [line, b"\n"]).flatten().copied().collect();
        self.write(&record, text)?;
        for name in &patches {
            self.apply_file(name, PatchRules::FORMAT_2_0)?;
        }
        Ok(())
    }

    /// Format 3.0 (quilt): the patches of the series that quilt has not applied, counted and not compared.
    pub(super) fn apply_series(&mut self, vendor: &str) -> Result<(), UnpackError> {
        let vendor_series = format!("{vendor}.series");
        let vendor_path = below(PATCHES, vendor_series.as_bytes());
        let has_vendor_series = self.tree.exists(self.root, &vendor_path);
        let series = self.read_list(if has_vendor_series { &vendor_path } else { SERIES })?;
        let applied = self.read_list(APPLIED)?.len();
        self.make_quilt_folder()?;
        if has_vendor_series && vendor_path != SERIES {
            self.link_series(vendor_series.into_bytes())?;
        }
        for name in series.get(applied..).unwrap_or_default() {
            self.apply_file(name, PatchRules::FORMAT_3_0_QUILT)?;
        }
        Ok(())
    }

    /// A list of patches as quilt writes it, without comments and options; none when there is no such file.
    fn read_list(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, UnpackError> {
        if !self.is_file(path) {
            return Ok(Vec::new());
        }
        let text = self.read(path)?;
        let names: Vec<_> = text.split(|&byte| byte == b'\n').filter_map(patch_name).map(<[u8]>::to_vec).collect();
        match names.iter().find(|name| leaves_folder(name)) {
            Some(name) => Err(refused(path, format!("`{}` is not inside debian/patches", name.escape_ascii()))),
            None => Ok(names),
        }
    }

    fn is_file(&self, path: &[u8]) -> bool {
        self.tree.find(self.root, path).is_ok_and(|id| matches!(self.tree.node(id), Node::File { .. }))
    }

    /// dpkg keeps quilt's books in `.pc`. A link to a folder it would follow; we do not.
    fn make_quilt_folder(&mut self) -> Result<(), UnpackError> {
        match self.tree.create_directory(self.root, b".pc") {
            Err(Fault::Exists) => {}
            other => return other.map(drop).map_err(|fault| refused(b".pc", fault.to_string())),
        }
        let is_folder = self.tree.child(self.root, b".pc").is_some_and(|id| self.tree.directory(id).is_some());
        if is_folder { Ok(()) } else { Err(refused(b".pc", "it is not a folder".to_owned())) }
    }

    /// Makes `series` a link to the vendor's one, unless it is a file.
    fn link_series(&mut self, vendor_series: Vec<u8>) -> Result<(), UnpackError> {
        if let Ok(id) = self.tree.find_itself(self.root, SERIES) {
            match self.tree.node(id) {
                Node::File { .. } => return Ok(()),
                Node::Symlink(_) => _ = self.tree.remove(self.root, SERIES),
                Node::Directory(_) | Node::Special => {}
            }
        }
        let link = Node::Symlink(vendor_series.into());
        self.tree.create(self.root, SERIES, link).map(drop).map_err(|fault| refused(SERIES, fault.to_string()))
    }

    /// Applies a file of debian/patches, decompressed when its name says that it is compressed.
    fn apply_file(&mut self, name: &[u8], rules: PatchRules) -> Result<(), UnpackError> {
        self.check_deadline()?;
        let path = below(PATCHES, name);
        let patch = self.decompressed(&path, self.read(&path)?)?;
        let applied = self.apply(&String::from_utf8_lossy(&path), &patch, rules)?;
        self.tell(&path, &patch, &applied);
        Ok(())
    }

    fn decompressed(&self, path: &[u8], bytes: Vec<u8>) -> Result<Vec<u8>, UnpackError> {
        let name = String::from_utf8_lossy(path);
        let method = Compression::from_name(&name);
        if !method.is_known_to_dpkg() {
            return Ok(bytes);
        }
        let mut patch = Vec::new();
        let result = compression::decoder(method, Box::new(Cursor::new(bytes)))
            .and_then(|decoder| decoder.take(self.limits.patch_bytes + 1).read_to_end(&mut patch));
        match result {
            Ok(_) if patch.len() as u64 > self.limits.patch_bytes => Err(self.over_patch_bytes(path)),
            Ok(_) => Ok(patch),
            Err(source) => {
                let expanded = patch.len() as u64;
                Err(UnpackError::Read { file: path.escape_ascii().to_string(), expanded, source })
            }
        }
    }

    fn apply(&mut self, name: &str, patch: &[u8], rules: PatchRules) -> Result<Applied, UnpackError> {
        Ok(patch::apply(name, patch, &rules, &mut Target { package: self })?)
    }

    /// Writes a file of ours into the package.
    pub(super) fn write(&mut self, path: &[u8], bytes: Vec<u8>) -> Result<(), UnpackError> {
        self.tree.overwrite(self.root, path, bytes).map_err(|fault| refused(path, fault.to_string()))
    }
}

/// The patch that a line of a series names: the first word before any comment. A line of the digit 0 alone
/// names none, since Perl takes it for nothing.
fn patch_name(line: &[u8]) -> Option<&[u8]> {
    let line = trim(line);
    let is_comment = |at: &usize| line[*at] == b'#' && (*at == 0 || is_blank(line[at - 1]));
    let line = &line[..(0..line.len()).find(is_comment).unwrap_or(line.len())];
    let end = line.iter().position(|&byte| is_blank(byte)).unwrap_or(line.len());
    match &line[..end] {
        b"" => None,
        b"0" if trim(line) == b"0" => None,
        name => Some(name),
    }
}

fn trim(line: &[u8]) -> &[u8] {
    let begin = line.iter().position(|&byte| !is_blank(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|&byte| !is_blank(byte)).map_or(begin, |last| last + 1);
    &line[begin..end]
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Whether a name has a component `..` before another one.
fn leaves_folder(name: &[u8]) -> bool {
    let mut parts = name.split(|&byte| byte == b'/');
    parts.next_back();
    parts.any(|part| part == b"..")
}

fn below(folder: &[u8], name: &[u8]) -> Vec<u8> {
    [folder, b"/", name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_series_are_read_as_dpkg_reads_them() {
        for (line, name) in [
            ("a.patch", Some("a.patch")),
            ("  a.patch -p1 # why", Some("a.patch")),
            ("a.patch\t-R\r", Some("a.patch")),
            ("a#b.patch", Some("a#b.patch")),
            ("# a.patch", None),
            ("   ", None),
            ("0", None),
            ("0 -p1", Some("0")),
            ("00", Some("00")),
        ] {
            assert_eq!(patch_name(line.as_bytes()), name.map(str::as_bytes), "{line:?}");
        }
    }

    #[test]
    fn names_that_go_up_leave_the_folder() {
        assert!(leaves_folder(b"../a") && leaves_folder(b"a/../b"));
        assert!(!leaves_folder(b"a/..") && !leaves_folder(b"..a/b") && !leaves_folder(b".."));
    }
}
