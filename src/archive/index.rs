//! `Sources` indices: what each stanza says of a source package.
//!
//! The text is parsed as it is decompressed, a block at a time, borrowing from the block, so the memory
//! needed is that of the result. A stanza that makes no sense is a [`Problem`] and the others are read;
//! an index that is cut off or is not the signed one is an error.

use std::fmt;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::fields::{Field, Fields, Item, end_of_last_stanza};
use crate::model::{Checksums, DebianVersion, FileName, ModelError, PackageName, SourceFile};

/// Version of what is read from an index: part of the key of every parsed index.
pub(super) const INDEX_VERSION: u32 = 1;

/// Bytes that are read before the complete stanzas among them are parsed.
const BLOCK: usize = 1 << 20;

/// The longest stanza; Debian's longest (linux, texlive) have about 100 KB.
const LONGEST_STANZA: usize = 16 << 20;

/// What one stanza contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stanza {
    /// `Package`.
    pub package: PackageName,
    /// `Version`.
    pub version: DebianVersion,
    /// `Directory`: relative to the archive's root, without `.`, `..` or empty components; empty for the root.
    pub directory: Box<str>,
    /// The union of `Files`, `Checksums-Sha1` and `Checksums-Sha256`, sorted by name.
    pub files: Vec<SourceFile>,
    /// `Extra-Source-Only: yes`.
    pub extra_source_only: bool,
    /// The stanza's first line in the index, from 1.
    pub line: u32,
}

/// Why something that an index lists is not there, or a finding about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stanza's first line in the index, from 1.
    pub line: u32,
    /// The stanza's `Package`, if it has one.
    pub package: Option<Box<str>>,
    /// What is wrong and what was done.
    pub what: String,
}

impl fmt::Display for Problem {
    /// `LINE: PACKAGE: what`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.line)?;
        if let Some(package) = &self.package {
            write!(f, "{package}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// One index, parsed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Index {
    /// The stanzas in their order.
    pub stanzas: Vec<Stanza>,
    /// Stanzas that could not be read.
    pub problems: Vec<Problem>,
}

/// Why an index cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It cannot be decompressed or read.
    #[error("it cannot be decompressed: {0}; it is damaged or cut off")]
    Read(#[from] io::Error),
    /// Its last line has no end.
    #[error("it ends in the middle of line {0}; it is cut off")]
    Truncated(u32),
    /// One stanza is longer than any can be.
    #[error("the stanza at line {0} is longer than {max} MB", max = LONGEST_STANZA >> 20)]
    EndlessStanza(u32),
    /// It goes on after the length that was signed for.
    #[error("decompressed it is longer than {0} bytes")]
    TooLong(u64),
}

impl Index {
    /// Parses the text of an index.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn parse(text: &mut dyn Read) -> Result<Self, IndexError> {
        let mut index = Self::default();
        let mut block = Vec::with_capacity(2 * BLOCK);
        let mut line = 1;
        loop {
            let read = text.take(BLOCK as u64).read_to_end(&mut block)?;
            let complete = if read == 0 { block.len() } else { end_of_last_stanza(&block).unwrap_or(0) };
            line = index.parse_block(&block[..complete], line);
            if read == 0 {
                let cut_off = block.last().is_some_and(|&byte| byte != b'\n');
                return if cut_off { Err(IndexError::Truncated(line)) } else { Ok(index) };
            }
            block.drain(..complete);
            if block.len() > LONGEST_STANZA {
                return Err(IndexError::EndlessStanza(line));
            }
        }
    }

    /// Parses complete stanzas, the first of which begins at or behind `line`; returns the line after them.
    fn parse_block(&mut self, text: &[u8], line: u32) -> u32 {
        let mut fields = Fields::new(text, line);
        let mut draft = Draft::default();
        for item in fields.by_ref() {
            match item {
                Item::Field(field) => draft.add(field),
                Item::Malformed(line) => draft.malformed(line),
                Item::EndOfStanza => self.finish(std::mem::take(&mut draft)),
            }
        }
        self.finish(draft);
        fields.line()
    }

    fn finish(&mut self, draft: Draft<'_>) {
        if draft.line == 0 {
            return;
        }
        match draft.stanza() {
            Ok(stanza) => self.stanzas.push(stanza),
            Err(what) => self.problems.push(Problem {
                line: draft.line,
                package: draft.package.map(|field| shown(field.value()).into()),
                what,
            }),
        }
    }
}

/// The fields of one stanza that matter. `line` is 0 until there is one.
#[derive(Default)]
struct Draft<'a> {
    line: u32,
    package: Option<Field<'a>>,
    version: Option<Field<'a>>,
    directory: Option<Field<'a>>,
    extra_source_only: Option<Field<'a>>,
    files: Option<Field<'a>>,
    sha1: Option<Field<'a>>,
    sha256: Option<Field<'a>>,
    malformed: Option<u32>,
    twice: Option<Field<'a>>,
}

impl<'a> Draft<'a> {
    fn add(&mut self, field: Field<'a>) {
        self.begin(field.line);
        // The length tells nearly all fields of an index apart, cheaper than comparing names.
        let slot = match field.name.len() {
            5 if field.is("Files") => &mut self.files,
            7 if field.is("Package") => &mut self.package,
            7 if field.is("Version") => &mut self.version,
            9 if field.is("Directory") => &mut self.directory,
            14 if field.is("Checksums-Sha1") => &mut self.sha1,
            16 if field.is("Checksums-Sha256") => &mut self.sha256,
            17 if field.is("Extra-Source-Only") => &mut self.extra_source_only,
            _ => return,
        };
        if slot.replace(field).is_some() {
            self.twice = Some(field);
        }
    }

    fn malformed(&mut self, line: u32) {
        self.begin(line);
        self.malformed.get_or_insert(line);
    }

    fn begin(&mut self, line: u32) {
        if self.line == 0 {
            self.line = line;
        }
    }

    fn stanza(&self) -> Result<Stanza, String> {
        if let Some(line) = self.malformed {
            return Err(format!("line {line} is no field; the stanza is left out"));
        }
        if let Some(field) = self.twice {
            return Err(format!("two fields are called `{}`; the stanza is left out", shown(field.name)));
        }
        let package = PackageName::new(required(self.package, "Package")?).map_err(left_out)?;
        let version = DebianVersion::new(required(self.version, "Version")?).map_err(left_out)?;
        let directory = directory(required(self.directory, "Directory")?)?;
        let files = self.source_files()?;
        let dsc_files = files.iter().filter(|file| file.name.as_str().ends_with(".dsc")).count();
        if dsc_files != 1 {
            return Err(format!("{dsc_files} of its files end in `.dsc`, not one; the stanza is left out"));
        }
        let extra_source_only = self.extra_source_only.is_some_and(|field| field.value().eq_ignore_ascii_case(b"yes"));
        Ok(Stanza { package, version, directory, files, extra_source_only, line: self.line })
    }

    /// The union of the three lists, sorted by name.
    fn source_files(&self) -> Result<Vec<SourceFile>, String> {
        let mut listed = Vec::with_capacity(16);
        let mut read = |list: Option<Field<'a>>, checksums: fn(&str) -> Option<Checksums>| {
            list.map_or(Ok(()), |list| read_list(list, checksums, &mut listed))
        };
        read(self.sha256, |hex| Some(Checksums { sha256: Some(hex.parse().ok()?), ..Checksums::default() }))?;
        read(self.sha1, |hex| Some(Checksums { sha1: Some(hex.parse().ok()?), ..Checksums::default() }))?;
        read(self.files, |hex| Some(Checksums { md5: Some(hex.parse().ok()?), ..Checksums::default() }))?;
        listed.sort_by_key(|file| file.name);
        let mut files: Vec<SourceFile> = Vec::with_capacity(listed.len().div_ceil(3));
        for Listed { name, size, checksums } in listed {
            match files.last_mut().filter(|file| file.name.as_str() == name) {
                Some(file) => add_checksums(file, size, &checksums)?,
                None => {
                    let name = FileName::new(name).map_err(left_out)?;
                    files.push(SourceFile { name, size, checksums });
                }
            }
        }
        Ok(files)
    }
}

/// One line of a list of files.
struct Listed<'a> {
    name: &'a str,
    size: u64,
    checksums: Checksums,
}

fn read_list<'a>(
    list: Field<'a>,
    checksums: fn(&str) -> Option<Checksums>,
    listed: &mut Vec<Listed<'a>>,
) -> Result<(), String> {
    for (number, line) in list.lines() {
        let entry = std::str::from_utf8(line).ok().and_then(|line| {
            let mut words = line.split_ascii_whitespace();
            let checksums = checksums(words.next()?)?;
            let size = words.next()?.parse().ok()?;
            let name = words.next()?;
            words.next().is_none().then_some(Listed { name, size, checksums })
        });
        let bad = || format!("line {number} (`{}`) is not `CHECKSUM SIZE NAME`; the stanza is left out", shown(line));
        listed.push(entry.ok_or_else(bad)?);
    }
    Ok(())
}

/// Adds what a second list says of the same file.
fn add_checksums(file: &mut SourceFile, size: u64, checksums: &Checksums) -> Result<(), String> {
    if file.size != size {
        return Err(format!("`{}` has two sizes, {} and {size}; the stanza is left out", file.name, file.size));
    }
    let known = &mut file.checksums;
    let once = set(&mut known.sha256, checksums.sha256)
        && set(&mut known.sha1, checksums.sha1)
        && set(&mut known.md5, checksums.md5);
    if once { Ok(()) } else { Err(format!("`{}` stands twice in one list; the stanza is left out", file.name)) }
}

/// Fills `known`; false when it is filled already.
fn set<T>(known: &mut Option<T>, other: Option<T>) -> bool {
    let twice = known.is_some() && other.is_some();
    if other.is_some() {
        *known = other;
    }
    !twice
}

fn left_out(error: ModelError) -> String {
    format!("{error}; the stanza is left out")
}

fn required<'a>(field: Option<Field<'a>>, name: &str) -> Result<&'a str, String> {
    let field = field.ok_or_else(|| format!("it has no `{name}`; the stanza is left out"))?;
    field.text().ok_or_else(|| format!("its `{name}` is not UTF-8; the stanza is left out"))
}

/// A `Directory` that cannot lead out of the archive; `./` before and `/` behind are dropped.
fn directory(text: &str) -> Result<Box<str>, String> {
    let trimmed = text.strip_prefix("./").unwrap_or(text).trim_end_matches('/');
    if trimmed.is_empty() || trimmed == "." {
        return if text.starts_with('.') { Ok("".into()) } else { Err(bad_directory(text)) };
    }
    let good = |part: &str| {
        !matches!(part, "" | "." | "..") && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    if trimmed.split('/').all(good) { Ok(trimmed.into()) } else { Err(bad_directory(text)) }
}

fn bad_directory(text: &str) -> String {
    format!("its `Directory` (`{}`) is not a folder below the archive; the stanza is left out", shown(text.as_bytes()))
}

/// Bytes of an index for a message.
fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(120)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Md5, Sha1, Sha256};
    use proptest::prelude::*;

    const STANZA: &str = "\
Package: hello
Version: 2.10-3
Checksums-Sha256:
 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 10 hello_2.10-3.dsc
 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 20 hello_2.10.orig.tar.gz
Files:
 d41d8cd98f00b204e9800998ecf8427e 10 hello_2.10-3.dsc
 d41d8cd98f00b204e9800998ecf8427e 30 hello_2.10-3.debian.tar.xz
Directory: pool/main/h/hello
";

    fn parse(text: &str) -> Result<Index, IndexError> {
        Index::parse(&mut text.as_bytes())
    }

    fn problem(text: &str) -> String {
        let index = parse(text).unwrap();
        assert!(index.stanzas.is_empty());
        index.problems[0].to_string()
    }

    #[test]
    fn the_file_list_is_the_union_of_all_lists() {
        let index = parse(STANZA).unwrap();
        let files = &index.stanzas[0].files;
        let names: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.size)).collect();
        assert_eq!(
            names,
            [("hello_2.10-3.debian.tar.xz", 30), ("hello_2.10-3.dsc", 10), ("hello_2.10.orig.tar.gz", 20)]
        );
        assert!(files[0].checksums.sha256.is_none() && files[0].checksums.md5.is_some());
        assert!(files[1].checksums.sha256.is_some() && files[1].checksums.md5.is_some());
    }

    #[test]
    fn carriage_returns_and_blank_continuations_change_nothing() {
        let plain = parse(&STANZA.repeat(2).replace("pool/main/h/hello\n", "pool/main/h/hello\n\n")).unwrap();
        assert_eq!(plain.stanzas.len(), 2);
        let windows = STANZA.repeat(2).replace("pool/main/h/hello\n", "pool/main/h/hello\n\n").replace('\n', "\r\n");
        assert_eq!(parse(&windows).unwrap(), plain);
        let described = STANZA.replace("Files:", "Description: one\n \n two\nFiles:");
        assert_eq!(parse(&described).unwrap().stanzas[0].files.len(), 3);
    }

    #[test]
    fn a_bad_stanza_is_told_with_its_line_and_the_others_are_read() {
        let text = format!("{STANZA}\nPackage: bad\nVersion: 1\n\n{STANZA}");
        let index = parse(&text).unwrap();
        assert_eq!(index.stanzas.len(), 2);
        assert_eq!(index.problems[0].to_string(), "11: bad: it has no `Directory`; the stanza is left out");
    }

    #[test]
    fn nothing_leads_out_of_the_archive() {
        for bad in ["../x", "pool/../../x", "/etc", "pool//x", "pool/./x", "a b", "/"] {
            let message = problem(&STANZA.replace("pool/main/h/hello", bad));
            assert!(message.contains("is not a folder below the archive"), "{message}");
        }
        assert!(problem(&STANZA.replace("hello_2.10.orig", "../hello_2.10.orig")).contains("not a source file name"));
        let index = parse(&STANZA.replace("pool/main/h/hello", "./pool/h/")).unwrap();
        assert_eq!(&*index.stanzas[0].directory, "pool/h");
    }

    #[test]
    fn contradictions_are_problems() {
        assert!(
            problem(&STANZA.replace(" 30 hello_2.10-3.debian.tar.xz", " 30 hello_2.10.orig.tar.gz"))
                .contains("two sizes")
        );
        assert!(
            problem(&STANZA.replace("Version:", "Package: x\nVersion:")).contains("two fields are called `Package`")
        );
        assert!(problem(&STANZA.replace(".dsc", ".txt")).contains("0 of its files end in `.dsc`"));
        assert!(problem(&STANZA.replace("Files:\n", "Files:\n 12 10 x\n")).contains("line 7 (`12 10 x`)"));
    }

    #[test]
    fn a_text_that_is_cut_off_is_an_error() {
        let cut = parse(&STANZA[..STANZA.len() - 3]).unwrap_err();
        assert_eq!(cut.to_string(), "it ends in the middle of line 9; it is cut off");
    }

    fn print(stanza: &Stanza) -> String {
        let mut text = format!("Package: {}\nVersion: {}\n", stanza.package, stanza.version);
        text += &format!("Directory: {}\n", stanza.directory);
        if stanza.extra_source_only {
            text += "Extra-Source-Only: yes\n";
        }
        let mut list = |field: &str, checksum: fn(&Checksums) -> Option<String>| {
            text += &format!("{field}:\n");
            for file in &stanza.files {
                if let Some(checksum) = checksum(&file.checksums) {
                    text += &format!(" {checksum} {} {}\n", file.size, file.name);
                }
            }
        };
        list("Files", |checksums| Some(checksums.md5?.to_string()));
        list("Checksums-Sha1", |checksums| Some(checksums.sha1?.to_string()));
        list("Checksums-Sha256", |checksums| Some(checksums.sha256?.to_string()));
        text
    }

    fn checksums() -> impl Strategy<Value = Checksums> {
        let any = (any::<Option<[u8; 32]>>(), any::<Option<[u8; 20]>>(), any::<[u8; 16]>());
        any.prop_map(|(sha256, sha1, md5)| Checksums {
            sha256: sha256.map(Sha256),
            sha1: sha1.map(Sha1),
            md5: Some(Md5(md5)),
        })
    }

    fn stanza() -> impl Strategy<Value = Stanza> {
        let files = proptest::collection::btree_map("[a-z]{1,4}", (any::<u64>(), checksums()), 0..4);
        let names = ("[a-z][a-z0-9+-]{1,5}", "[0-9]{1,3}(-[0-9])?", "[a-z]{1,3}(/[a-z]{1,3}){0,2}");
        (names, files, (any::<u64>(), checksums()), any::<bool>()).prop_map(
            |((package, version, directory), mut files, dsc, extra_source_only)| {
                files.insert("x.dsc".to_owned(), dsc);
                Stanza {
                    package: PackageName::new(&package).unwrap(),
                    version: DebianVersion::new(&version).unwrap(),
                    directory: directory.into(),
                    files: files
                        .into_iter()
                        .map(|(name, (size, checksums))| SourceFile {
                            name: FileName::new(&name).unwrap(),
                            size,
                            checksums,
                        })
                        .collect(),
                    extra_source_only,
                    line: 1,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(stanzas in proptest::collection::vec(stanza(), 0..5)) {
            let text: Vec<_> = stanzas.iter().map(print).collect();
            let mut index = parse(&text.join("\n")).unwrap();
            index.stanzas.iter_mut().for_each(|stanza| stanza.line = 1);
            prop_assert_eq!(index, Index { stanzas, problems: Vec::new() });
        }

        #[test]
        fn nothing_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Index::parse(&mut text.as_slice());
        }

        #[test]
        fn no_damage_panics(position in 0..STANZA.len(), byte in any::<u8>()) {
            let mut text = STANZA.as_bytes().to_vec();
            text[position] = byte;
            let _ = Index::parse(&mut text.as_slice());
        }
    }
}
