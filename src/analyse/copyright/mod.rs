//! `debian/copyright`: what it declares for which file, and what is wrong with it.
//!
//! [`parse`] reads a file by Debian's *Machine-readable debian/copyright file*, version 1.0, or, if it is a text for
//! people, guesses what it speaks of. Whatever deviates is a finding by one of the [`rules`], and what can be read is
//! still used. [`cover`] tells which Files paragraph each path of a tree falls under, [`coverage_findings`] what that
//! shows, [`changes`] in what two versions differ, [`digest`] what a version adds to the count of
//! licences, [`expression`] what license lines mean, with
//! [`SPDX_LIST_VERSION`]. [`found`] tells what files say themselves.
//!
//! Nothing here fails, and time and memory are bounded by the size of the input: at most [`READ`] bytes and 20,000
//! paragraphs are read, findings of a rule are counted beyond fifty, matching patterns stops after a number of steps.
//! May use `encoding` beside this module, and `model`.

mod changes;
mod digest;
mod disagreement;
pub mod expression;
pub mod found;
mod glob;
mod guess;
mod licenses;
mod paragraphs;
mod read;
pub mod rules;
mod wording;

pub use changes::changes;
pub use digest::digest;
pub use disagreement::disagreement;
pub use glob::cover;
pub use licenses::{LICENSE_REF, SPDX_LIST_VERSION, full_name};
pub use wording::text_of;

use self::rules::{Findings, RuleId};
use super::encoding;
use crate::model::{CopyrightFile, CopyrightFormat, Coverage, Finding};

/// Version of the rules and tables here: part of the key of what they find.
pub const VERSION: u32 = 2;

/// Where the file is in a package.
pub const PATH: &str = "debian/copyright";

/// How much of a file is read, in bytes.
pub const READ: usize = 4 << 20;

/// Reads a `debian/copyright`. A package without one has [`CopyrightFile::default`].
pub fn parse(bytes: &[u8]) -> CopyrightFile {
    parse_beginning(bytes, bytes.len() as u64)
}

/// The same for a file of `length` bytes, of which no more than the first [`READ`] need to be given.
pub fn parse_beginning(bytes: &[u8], length: u64) -> CopyrightFile {
    let mut findings = Findings::default();
    let part = &bytes[..bytes.len().min(READ)];
    let decoded = encoding::decode(part);
    let text = String::from_utf8_lossy(&decoded.text);
    tell_of_encoding(length, &text, decoded.encoding, &mut findings);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut file = if text.trim().is_empty() {
        findings.add_of_file(RuleId::NothingInIt, "");
        CopyrightFile::default()
    } else {
        read::read(text, &mut findings)
    };
    file.encoding = decoded.encoding.to_owned();
    file.lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    file.findings = findings.finish();
    file
}

fn tell_of_encoding(length: u64, text: &str, encoding: &str, findings: &mut Findings) {
    if length > READ as u64 {
        findings.add_of_file(RuleId::FileTooLong, &format!("{length} bytes"));
    }
    if encoding != encoding::UTF8 {
        findings.add_of_file(RuleId::NotUtf8, encoding);
    } else if text.contains(char::REPLACEMENT_CHARACTER) {
        findings.add_of_file(RuleId::NotUtf8, "some bytes are no characters");
    }
    if text.starts_with('\u{feff}') {
        findings.add(RuleId::ByteOrderMark, 1, "");
    }
    if let Some(line) = text.split('\n').position(|line| line.ends_with('\r')) {
        findings.add(RuleId::CarriageReturns, u32::try_from(line + 1).unwrap_or(u32::MAX), "");
    }
}

/// The most files without a paragraph that are findings of their own.
const NOT_COVERED: usize = 20;

/// What the tree shows to be wrong with a file: patterns that match nothing or never count, files without a
/// paragraph. `paths` and `coverage` are those of [`cover`].
pub fn coverage_findings<P: AsRef<[u8]>>(file: &CopyrightFile, paths: &[P], coverage: &Coverage) -> Vec<Finding> {
    let mut findings = Findings::default();
    if !matches!(file.format, CopyrightFormat::MachineReadable { .. }) {
        return Vec::new();
    }
    let is_whole = coverage.examined as usize == paths.len();
    if !is_whole {
        findings.add_of_file(RuleId::GlobsTooSlow, &format!("after {} of {} files", coverage.examined, paths.len()));
    }
    for (paragraph, uses) in file.files.iter().zip(&coverage.globs) {
        for (glob, used) in paragraph.globs.iter().zip(uses).filter(|_| is_whole) {
            if used.matches == 0 {
                findings.add(RuleId::GlobMatchesNothing, glob.line, &glob.written);
            } else if used.decides == 0 {
                findings.add(RuleId::GlobNeverDecides, glob.line, &glob.written);
            }
        }
    }
    let not_covered: Vec<usize> = coverage.not_covered().collect();
    for path in not_covered.iter().take(NOT_COVERED).filter_map(|path| paths.get(*path)) {
        findings.add_of_file(RuleId::FileNotCovered, &String::from_utf8_lossy(path.as_ref()));
    }
    if not_covered.len() > NOT_COVERED {
        let more = not_covered.len() - NOT_COVERED;
        findings.add_of_file(RuleId::FileNotCovered, &format!("and {more} more files"));
    }
    findings.finish()
}
