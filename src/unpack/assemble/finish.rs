//! What `dpkg-source` does with a package after everything is in its place.

use std::collections::HashSet;

use super::tree::{Fault, Node, NodeId};
use super::{Package, refused};
use crate::unpack::UnpackError;
use crate::unpack::dsc::Format;

impl Package<'_> {
    /// Checks the links below debian/, writes the format down where it is not, and makes debian/rules executable.
    pub(super) fn finish(&mut self, format: Format) -> Result<(), UnpackError> {
        self.check_debian_links()?;
        let format = match format {
            Format::V1 => None,
            Format::V2 => Some("2.0\n"),
            Format::V3Quilt => Some("3.0 (quilt)\n"),
            Format::V3Native => Some("3.0 (native)\n"),
        };
        if let Some(format) = format {
            self.write_format(format)?;
        }
        self.make_rules_executable()
    }

    fn write_format(&mut self, format: &str) -> Result<(), UnpackError> {
        const FILE: &[u8] = b"debian/source/format";
        if self.tree.exists(self.root, FILE) {
            return Ok(());
        }
        if !self.tree.exists(self.root, b"debian/source") {
            // Where this fails, writing the file does too, and says why.
            let _ = self.tree.create_directory(self.root, b"debian/source");
        }
        self.write(FILE, format.as_bytes().to_vec())
    }

    fn make_rules_executable(&mut self) -> Result<(), UnpackError> {
        const RULES: &[u8] = b"debian/rules";
        match self.tree.find_itself(self.root, RULES) {
            Ok(id) if matches!(self.tree.node(id), Node::File { .. }) => self.tree.make_executable(id),
            Ok(_) => self.findings.push("debian/rules: it is not a file".to_owned()),
            Err(Fault::NotFound | Fault::Outside) => self.findings.push("debian/rules: there is none".to_owned()),
            Err(fault) => return Err(refused(RULES, fault.to_string())),
        }
        Ok(())
    }

    /// Looks where the links below debian/ lead, and at what is there. dpkg fails at a link that leaves the
    /// package if something is there on the machine; we take a note of it.
    fn check_debian_links(&mut self) -> Result<(), UnpackError> {
        let mut seen = HashSet::new();
        let mut pending = Vec::new();
        self.check_link(self.root, b"debian", Vec::new(), &mut pending)?;
        while let Some((path, folder)) = pending.pop() {
            if !seen.insert(folder) {
                continue;
            }
            let names: Vec<_> = self.tree.children(folder).map(|(name, id)| (Box::<[u8]>::from(name), id)).collect();
            for (name, id) in names {
                match self.tree.node(id) {
                    Node::Directory(_) => pending.push(([&path, &b"/"[..], &name].concat(), id)),
                    Node::Symlink(_) => self.check_link(folder, &name, path.clone(), &mut pending)?,
                    Node::File { .. } | Node::Special => {}
                }
            }
        }
        Ok(())
    }

    /// Follows `name` in `folder` (which is at `above`), and leaves the folder it leads to in `pending`.
    fn check_link(
        &mut self,
        folder: NodeId,
        name: &[u8],
        above: Vec<u8>,
        pending: &mut Vec<(Vec<u8>, NodeId)>,
    ) -> Result<(), UnpackError> {
        let path = if above.is_empty() { name.to_vec() } else { [&above, &b"/"[..], name].concat() };
        match self.tree.find(folder, name) {
            Ok(id) if self.tree.directory(id).is_some() => pending.push((path, id)),
            Ok(_) | Err(Fault::NotFound | Fault::NullDevice) => {}
            Err(Fault::Outside) => {
                self.findings.push(format!("{}: a link that leads out of the package", path.escape_ascii()));
            }
            Err(fault) => return Err(refused(&path, fault.to_string())),
        }
        Ok(())
    }
}
