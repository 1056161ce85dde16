//! A source package unpacked by the library, with its members in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use debpress::formats::compression::{self, Compression};
use debpress::model::{EntryPath, Member, MemberKind, Sha1, Sha256, TextFacts};
use debpress::settings::Limits;
use debpress::unpack::assemble::{self, Assembled, Content, PartError, Parts};
use debpress::unpack::dsc::{Dsc, Part, Plan, Role};
use debpress::unpack::manifest::{self, Kind};
use debpress::unpack::tarball::{self, Header, HeaderKind, MemberSink, SinkError};

/// The members of all parts and their bytes.
#[derive(Default)]
pub(crate) struct MemoryParts {
    parts: Vec<(Vec<Member>, Vec<Vec<u8>>)>,
}

impl Parts for MemoryParts {
    fn members(&self, part: usize) -> &[Member] {
        &self.parts[part].0
    }

    fn read(&self, part: usize, member: u32) -> Result<Vec<u8>, PartError> {
        Ok(self.parts[part].1[member as usize].clone())
    }
}

#[derive(Default)]
struct Collector {
    members: Vec<Member>,
    contents: Vec<Vec<u8>>,
}

impl Collector {
    fn push(&mut self, path: Vec<u8>, mode: u16, kind: MemberKind, bytes: Vec<u8>) {
        self.members.push(Member { path, mode, kind });
        self.contents.push(bytes);
    }
}

impl MemberSink for Collector {
    fn member(&mut self, header: Header, content: &mut dyn Read) -> Result<(), SinkError> {
        let mut bytes = Vec::new();
        let kind = match header.kind {
            HeaderKind::File { size } => {
                content.read_to_end(&mut bytes)?;
                assert_eq!(bytes.len() as u64, size);
                file(&bytes)
            }
            HeaderKind::Symlink { target } => MemberKind::Symlink { target },
            HeaderKind::HardLink { target } => MemberKind::HardLink { target },
            HeaderKind::Directory => MemberKind::Directory,
            HeaderKind::Special => MemberKind::Special,
        };
        self.push(header.path, header.mode, kind, bytes);
        Ok(())
    }
}

fn file(bytes: &[u8]) -> MemberKind {
    let size = bytes.len() as u64;
    MemberKind::File { size, sha256: Sha256::of(bytes), sha1: Sha1::of(bytes), text: TextFacts::default() }
}

/// A package as the library unpacks it.
pub(crate) struct Unpacked {
    /// Its manifest.
    pub(crate) manifest: Vec<String>,
    /// Its findings.
    pub(crate) findings: Vec<String>,
    /// Its files with their bytes, and its links with none.
    #[allow(dead_code, reason = "not all tests read them")]
    pub(crate) files: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

/// Unpacks the package of a `.dsc` whose files lie beside it.
///
/// # Errors
/// The message, when it is refused or is of a format that is not unpacked.
pub(crate) fn unpack(dsc: &Path, vendor: &str) -> Result<Unpacked, String> {
    let limits = Limits::default();
    let folder = dsc.parent().unwrap();
    let bytes = std::fs::read(dsc).unwrap();
    let plan = Dsc::parse(&bytes).map_err(|error| error.to_string())?.plan().map_err(|error| error.to_string())?;
    let (format, parts) = match plan {
        Plan::Unpack { format, parts } => (format, parts),
        Plan::NotUnpacked { reason } => return Err(reason),
    };
    let mut source = MemoryParts::default();
    for part in &parts {
        let Collector { members, contents } = read_part(folder, part, &limits)?;
        source.parts.push((members, contents));
    }
    let assembled = assemble::assemble(format, &parts, vendor, &source, &limits, &mut ());
    let assembled = assembled.map_err(|error| error.to_string())?;
    let (manifest, files) = (lines(&assembled, &source), files(&assembled, &source));
    Ok(Unpacked { manifest, findings: assembled.findings, files })
}

fn read_part(folder: &Path, part: &Part, limits: &Limits) -> Result<Collector, String> {
    let mut members = Collector::default();
    let name = part.file.name.as_str();
    let deadline = Instant::now() + Duration::from_secs(60);
    let open =
        || File::open(folder.join(name)).map(|file| Box::new(BufReader::new(file))).map_err(|error| error.to_string());
    match part.role {
        Role::Signature => {}
        Role::Diff => {
            let mut diff = Vec::new();
            let mut decoder = compression::decoder(Compression::from_name(name), open()?).unwrap();
            decoder.read_to_end(&mut diff).map_err(|error| error.to_string())?;
            members.push(name.into(), 0o644, file(&diff), diff);
        }
        _ => {
            tarball::read(name, open()?, limits, deadline, &mut members).map_err(|error| error.to_string())?;
        }
    }
    Ok(members)
}

fn files(assembled: &Assembled, source: &MemoryParts) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
    let content = |content: &Content| match content {
        Content::Member { part, member } => Some(Some(source.parts[*part as usize].1[*member as usize].clone())),
        Content::New(bytes) => Some(Some(bytes.clone())),
        Content::Symlink(_) => Some(None),
        Content::Directory => None,
    };
    let entries = assembled.entries.iter();
    entries.filter_map(|entry| Some((entry.path.as_bytes().to_vec(), content(&entry.content)?))).collect()
}

fn lines(assembled: &Assembled, source: &MemoryParts) -> Vec<String> {
    let file =
        |executable, bytes: &[u8]| Kind::File { executable, size: bytes.len() as u64, sha256: Sha256::of(bytes) };
    let mut last: Option<&EntryPath> = None;
    let mut lines = Vec::new();
    for entry in &assembled.entries {
        assert!(last.is_none_or(|last| *last < entry.path), "the entries are sorted");
        last = Some(&entry.path);
        let kind = match &entry.content {
            Content::Member { part, member } => {
                file(entry.executable, &source.parts[*part as usize].1[*member as usize])
            }
            Content::New(bytes) => file(entry.executable, bytes),
            Content::Symlink(target) => Kind::Symlink { target },
            Content::Directory => Kind::Directory,
        };
        lines.push(manifest::line(&entry.path, kind));
    }
    lines
}
