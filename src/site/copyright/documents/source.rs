//! The source files of a package: what each is for, and how it goes together with the others.

use crate::model::{FileName, Sha256, SourceFile, SourcePackage};
use crate::site::urls::encoded_component;

/// What a source file is for, by its name (dpkg-source(1), "SOURCE PACKAGE FORMATS").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A tarball of upstream's.
    Upstream,
    /// What the archive's maintainers add to it: a tarball of `debian/` or a diff.
    Changes,
    /// The only tarball of a native package.
    Native,
    /// The signature of another source file.
    Signature,
    /// The `.dsc`.
    Description,
}

/// A source file in a document.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) sha256: Sha256,
    pub(super) role: Role,
    /// Where it can be downloaded; `None` when the archive is a folder.
    pub(super) url: Option<String>,
}

impl Role {
    fn of(name: &FileName) -> Self {
        let name = name.as_str();
        let ending = name.split_once('_').map_or(name, |(_, ending)| ending);
        let is_upstream = ending.contains(".orig.tar") || ending.contains(".orig-");
        match ending {
            _ if ending.ends_with(".dsc") => Self::Description,
            _ if ending.ends_with(".asc") || ending.ends_with(".sig") => Self::Signature,
            _ if is_upstream => Self::Upstream,
            _ if ending.contains(".debian.tar") || ending.contains(".diff.") => Self::Changes,
            _ => Self::Native,
        }
    }
}

/// The source files of a package, in their order.
pub(super) fn sources<'a>(files: &[(&'a SourceFile, Sha256)], pool: Option<&str>) -> Vec<Source<'a>> {
    let url =
        |file: &SourceFile| pool.map(|pool| format!("{pool}/{}", encoded_component(file.name.as_str().as_bytes())));
    let source = |&(file, sha256): &(&'a SourceFile, Sha256)| Source {
        file,
        sha256,
        role: Role::of(&file.name),
        url: url(file),
    };
    files.iter().map(source).collect()
}

/// How one thing goes together with another (SPDX 2.3, 11.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The package was made from this source file.
    GeneratedFrom(usize),
    /// The first changes the second.
    PatchFor(usize, usize),
    /// The first tells something of the second.
    MetafileOf(usize, usize),
    /// It tells something of the package.
    MetafileOfPackage(usize),
}

/// How the source files go together, by their positions.
pub(super) fn relations(sources: &[Source<'_>]) -> Vec<Relation> {
    let mut relations = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        match source.role {
            Role::Upstream | Role::Native => relations.push(Relation::GeneratedFrom(at)),
            Role::Changes => {
                relations.push(Relation::GeneratedFrom(at));
                let upstream = sources.iter().enumerate().filter(|(_, other)| other.role == Role::Upstream);
                relations.extend(upstream.map(|(upstream, _)| Relation::PatchFor(at, upstream)));
            }
            Role::Signature => relations.push(match signed_by(sources, source) {
                Some(signed) => Relation::MetafileOf(at, signed),
                None => Relation::MetafileOfPackage(at),
            }),
            Role::Description => relations.push(Relation::MetafileOfPackage(at)),
        }
    }
    relations
}

fn signed_by(sources: &[Source<'_>], signature: &Source<'_>) -> Option<usize> {
    let (name, _) = signature.file.name.as_str().rsplit_once('.')?;
    sources.iter().position(|source| source.file.name.as_str() == name)
}

/// The name of a document, and of the package in it: `hello-2.10-3`.
pub(super) fn document_name(package: &SourcePackage) -> String {
    format!("{}-{}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Checksums;

    #[test]
    fn names_say_what_files_are_for() {
        let names = [
            "hello_1-1.debian.tar.xz",
            "hello_1-1.dsc",
            "hello_1.orig-data.tar.gz",
            "hello_1.orig.tar.gz",
            "hello_1.orig.tar.gz.asc",
        ];
        let file = |name| SourceFile { name: FileName::new(name).unwrap(), size: 1, checksums: Checksums::default() };
        let files = names.map(file);
        let files: Vec<(&SourceFile, Sha256)> = files.iter().map(|file| (file, Sha256::of(b""))).collect();
        let sources = sources(&files, Some("https://example.org/pool"));
        assert_eq!(sources[0].url.as_deref(), Some("https://example.org/pool/hello_1-1.debian.tar.xz"));
        assert_eq!(
            relations(&sources),
            [
                Relation::GeneratedFrom(0),
                Relation::PatchFor(0, 2),
                Relation::PatchFor(0, 3),
                Relation::MetafileOfPackage(1),
                Relation::GeneratedFrom(2),
                Relation::GeneratedFrom(3),
                Relation::MetafileOf(4, 3),
            ]
        );
        assert_eq!(Role::of(&FileName::new("native_1.tar.xz").unwrap()), Role::Native);
        assert_eq!(Role::of(&FileName::new("old_1-1.diff.gz").unwrap()), Role::Changes);
    }
}
