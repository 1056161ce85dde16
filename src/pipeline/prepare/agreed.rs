//! The source files of a package, as `.dsc` and index agree about them, and how each is read into a pack.

use std::io::Read;
use std::time::Instant;

use super::PrepareError;
use super::keys::PACK_VERSION;
use super::pack::{self, Packer};
use crate::analyse::text;
use crate::archive::Fetched;
use crate::formats::compression::{self, Compression};
use crate::model::{Key, Member, MemberKind, Sha256, SourceFile};
use crate::settings::Limits;
use crate::unpack::UnpackError;
use crate::unpack::dsc::{Part, Role};
use crate::unpack::tarball::{self, Header, HeaderKind, Measures, MemberSink, SinkError};

/// A part of the package on which `.dsc` and index agree.
pub(super) struct AgreedPart {
    pub(super) file: SourceFile,
    pub(super) sha256: Sha256,
    pub(super) role: Role,
}

/// The parts, each with the checksum of its file.
pub(super) fn agreed_parts(parts: Vec<Part>, files: &[(&SourceFile, Sha256)]) -> Result<Vec<AgreedPart>, PrepareError> {
    let agree = |Part { file, role }: Part| {
        let (known, sha256) = files.iter().find(|(known, _)| known.name == file.name).ok_or_else(|| {
            PrepareError::Inconsistent(format!("the .dsc names {}, which the index does not", file.name))
        })?;
        if file.checksums.sha256.is_some_and(|claimed| claimed != *sha256) || file.size != known.size {
            return Err(PrepareError::Inconsistent(format!("the .dsc and the index disagree about {}", file.name)));
        }
        Ok(AgreedPart { file: (*known).clone(), sha256: *sha256, role })
    };
    parts.into_iter().map(agree).collect()
}

impl AgreedPart {
    /// The result depends on the bytes, and on how the name and role say to read them.
    pub(super) fn pack_key(&self) -> Key {
        Key::of("pack", PACK_VERSION)
            .number(u64::from(text::RULES_VERSION))
            .text(if self.is_tarball() { "tarball" } else { "whole" })
            .text(self.file.name.as_str().rsplit('.').next().unwrap_or_default())
            .text(if self.is_tarball() { "" } else { self.file.name.as_str() })
            .sha256(self.sha256)
            .finish()
    }

    fn is_tarball(&self) -> bool {
        !matches!(self.role, Role::Diff | Role::Signature)
    }

    /// Gives what is in the file to the packer.
    pub(super) fn read_into(
        &self,
        packer: &mut Packer<'_, '_>,
        fetched: &Fetched,
        limits: &Limits,
        deadline: Instant,
    ) -> Result<Measures, PrepareError> {
        let name = self.file.name.as_str();
        let reader = fetched.reader().map_err(PrepareError::Read)?;
        match self.role {
            Role::Signature => {
                let mut reader = reader;
                let expanded = pack::pack_whole(packer, name, &mut reader)?;
                Ok(Measures { expanded, ..Measures::default() })
            }
            Role::Diff => {
                let decoder = compression::decoder(Compression::from_name(name), reader).map_err(PrepareError::Read)?;
                let limit = limits.patch_bytes;
                let expanded = pack::pack_whole(packer, name, &mut decoder.take(limit + 1))?;
                if expanded > limit {
                    let (file, what, key) = (name.to_owned(), "bytes in a diff", "patch-bytes");
                    return Err(UnpackError::Limit { file, what, key, limit }.into());
                }
                Ok(Measures { expanded, ..Measures::default() })
            }
            _ => {
                let mut sink = Sink { packer, error: None };
                let read = tarball::read(name, reader, limits, deadline, &mut sink);
                // What made the sink give up says more than that it did.
                sink.error.map_or_else(|| Ok(read?), Err)
            }
        }
    }
}

/// Lets a tarball's reader give its members to the packer.
struct Sink<'p, 's, 'scope> {
    packer: &'p mut Packer<'s, 'scope>,
    error: Option<PrepareError>,
}

impl MemberSink for Sink<'_, '_, '_> {
    fn member(&mut self, header: Header, content: &mut dyn Read) -> Result<(), SinkError> {
        let Header { path, mode, kind } = header;
        let packed = match kind {
            HeaderKind::File { size } => self.packer.file(path, mode, size, content),
            HeaderKind::Symlink { target } => {
                self.packer.other(Member { path, mode, kind: MemberKind::Symlink { target } })
            }
            HeaderKind::HardLink { target } => {
                self.packer.other(Member { path, mode, kind: MemberKind::HardLink { target } })
            }
            HeaderKind::Directory => self.packer.other(Member { path, mode, kind: MemberKind::Directory }),
            HeaderKind::Special => self.packer.other(Member { path, mode, kind: MemberKind::Special }),
        };
        packed.map_err(|error| match error {
            PrepareError::Read(error) => SinkError::from(error),
            error => {
                let told = SinkError::new(error.to_string());
                self.error = Some(error);
                told
            }
        })
    }
}
