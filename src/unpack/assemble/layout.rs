//! Where tarballs go: the top folder, components, and debian/.

use super::extract::{self, Exclude};
use super::tree::{Fault, NodeId};
use super::{Package, refused};
use crate::unpack::UnpackError;
use crate::unpack::dsc::{Part, Role};

impl Package<'_> {
    /// Makes the main tarball the package.
    pub(super) fn set_root(&mut self, position: u32, part: &Part, exclude: Exclude) -> Result<(), UnpackError> {
        let top = self.extract(position, part, exclude)?;
        self.root = self.content_of(top);
        Ok(())
    }

    /// Unpacks further upstream tarballs, in the order of their names, each in the place of what is there.
    pub(super) fn add_components(&mut self, parts: &[Part]) -> Result<(), UnpackError> {
        let mut components: Vec<_> = (0..)
            .zip(parts)
            .filter_map(|(position, part)| match &part.role {
                Role::Component(name) => Some((name.as_bytes(), position, part)),
                _ => None,
            })
            .collect();
        components.sort_unstable_by_key(|(name, ..)| *name);
        for (name, position, part) in components {
            self.clear_for_component(name)?;
            let top = self.extract(position, part, Exclude::Nothing)?;
            let content = self.content_of(top);
            self.tree.attach(self.root, name, content);
        }
        Ok(())
    }

    /// Removes what has the name of a component. A link to something goes, but one to nowhere stays in the way.
    fn clear_for_component(&mut self, name: &[u8]) -> Result<(), UnpackError> {
        let Some(id) = self.tree.child(self.root, name) else { return Ok(()) };
        if !self.tree.exists(self.root, name) {
            return Err(refused(name, "a link to nowhere is where a component belongs".to_owned()));
        }
        if self.tree.directory(id).is_none_or(|directory| !directory.is_empty()) {
            let name = name.escape_ascii();
            self.findings.push(format!("{name}: replaced by the component of this name"));
        }
        self.tree.detach(self.root, name);
        Ok(())
    }

    /// Replaces debian/ by the one of the debian tarball, which may bring other files too.
    pub(super) fn add_debian(&mut self, parts: &[Part]) -> Result<(), UnpackError> {
        for (part, position) in parts.iter().zip(0..) {
            if part.role == Role::DebianTarball {
                self.tree.detach(self.root, b"debian");
                let top = self.extract(position, part, Exclude::Nothing)?;
                self.move_over(top)?;
            }
        }
        Ok(())
    }

    fn extract(&mut self, position: u32, part: &Part, exclude: Exclude) -> Result<NodeId, UnpackError> {
        let members = self.source.members(position as usize);
        extract::extract(&mut self.tree, position, members, exclude)
            .map_err(|reason| refused(part.file.name.as_str().as_bytes(), reason))
    }

    /// The only folder of an extracted tarball when there is nothing beside it, else all of it.
    fn content_of(&mut self, top: NodeId) -> NodeId {
        let mut children = self.tree.children(top);
        let only = match (children.next(), children.next()) {
            (Some((name, id)), None) if self.tree.directory(id).is_some() => Box::<[u8]>::from(name),
            _ => return top,
        };
        drop(children);
        self.tree.detach(top, &only).unwrap_or(top)
    }

    /// Moves everything below `top` over the package, folder into folder.
    fn move_over(&mut self, top: NodeId) -> Result<(), UnpackError> {
        let mut pending = vec![(Vec::new(), top, self.root)];
        while let Some((above, from, to)) = pending.pop() {
            let children: Vec<_> = self.tree.children(from).map(|(name, id)| (Box::<[u8]>::from(name), id)).collect();
            for (name, id) in children {
                let path = if above.is_empty() { name.to_vec() } else { [&above, &b"/"[..], &name].concat() };
                let there = self.tree.child(to, &name);
                let folder_there = there.and_then(|there| self.tree.directory(there));
                match (there, folder_there, self.tree.directory(id)) {
                    (Some(there), Some(_), Some(_)) => {
                        pending.push((path, id, there));
                        continue;
                    }
                    (_, Some(folder), None) if !folder.is_empty() => {
                        return Err(refused(&path, "a folder with something in it is in the way".to_owned()));
                    }
                    (Some(_), None, _) => self.check_replaced(&path, to, &name)?,
                    _ => {}
                }
                self.tree.attach(to, &name, id);
            }
        }
        Ok(())
    }

    /// dpkg looks where a link leads before it replaces it.
    fn check_replaced(&mut self, path: &[u8], folder: NodeId, name: &[u8]) -> Result<(), UnpackError> {
        match self.tree.find(folder, name) {
            Err(fault @ (Fault::Loop | Fault::NotDirectory | Fault::NameTooLong)) => {
                Err(refused(path, format!("what the debian tarball replaces here is a bad link: {fault}")))
            }
            _ => Ok(()),
        }
    }
}
