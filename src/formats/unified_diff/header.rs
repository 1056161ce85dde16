//! The lines before the hunks of one file: where its diff begins and which files it is about.
//!
//! Anything may stand there, and a line counts as a header even inside a message, indented or not: this is how
//! `patch` reads, so a text that quotes a diff has consequences.

use super::lines::{Layout, Lines, indentation};
use super::name::{self, Named, is_space, skip_spaces};
use super::timestamp::Timestamp;
use super::{DiffError, DiffProblem, FileDiff, GitHeader, Presence};

/// The checksum of an empty blob; git abbreviates checksums.
const EMPTY_BLOB: &[u8] = b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// What was found so far. Headers stay valid until another of their kind comes.
#[derive(Default)]
struct Scan<'a> {
    /// From `---`, or the second name of `diff --git`.
    minus: Option<Vec<u8>>,
    /// From `+++` and `***`, or the first name of `diff --git`.
    plus: Option<Vec<u8>>,
    index: Option<Vec<u8>>,
    minus_is_epoch: bool,
    plus_is_epoch: bool,
    before: Presence,
    after: Presence,
    prerequisite: Option<Vec<u8>>,
    git: Option<GitHeader<'a>>,
    /// A git header that makes a diff even without hunks was seen.
    extended: bool,
    /// Some header with a name was seen: now hunks and commands count.
    named: bool,
    quoted: bool,
    layout: Layout,
    other: OtherFormats,
}

/// Where the search for a file's diff begins.
#[derive(Clone, Copy)]
struct Start<'a> {
    rest: &'a [u8],
    position: usize,
}

/// What tells that a diff is of another format than unified.
#[derive(Default)]
struct OtherFormats {
    /// A line like a command of `ed` was seen.
    command: bool,
    /// One that `ed` knows, not only a normal diff.
    script: bool,
    /// The line before the current one is a command of a normal diff. It stays so until a line that begins like
    /// a command and is none.
    normal: bool,
    /// The columns of the row of stars in the line before.
    stars: Option<usize>,
}

/// Finds the next file's diff and leaves the cursor before its first hunk; `None` when there is no other one.
///
/// # Errors
/// When it is not a unified diff. The first one of a file is taken for unified unless it is an `ed` script.
pub(super) fn scan<'a>(lines: &mut Lines<'a>, is_first: bool) -> Result<Option<(FileDiff<'a>, Layout)>, DiffError> {
    let start = Start { rest: lines.rest(), position: lines.position() };
    let mut scan = Scan::default();
    let mut text_length = None;
    let mut head_end = lines.position();
    loop {
        let before_line = *lines;
        let Some(line) = lines.next(Layout::default()) else {
            if scan.other.script {
                return Err(DiffError { line: before_line.number(), problem: DiffProblem::NotUnified });
            }
            let end = head_end.min(before_line.position());
            return Ok(scan.extended.then(|| scan.finish(start, text_length, end, before_line.number())));
        };
        let (indent, content) = indentation(line);
        let ends = scan.read(line, indent, content);
        if ends == End::Header {
            head_end = lines.position();
        }
        if scan.named && text_length.is_none() {
            text_length = Some(start.rest.len() - lines.rest().len() - line.len() - 1);
        }
        let error = |problem| DiffError { line: lines.number(), problem };
        match ends {
            End::NextGitDiff | End::Binary => {
                let number = lines.number();
                if ends == End::NextGitDiff {
                    *lines = before_line;
                } else {
                    head_end = lines.position();
                }
                return Ok(Some(scan.finish(start, text_length, head_end, number)));
            }
            End::No | End::Header if !scan.named => continue,
            End::No | End::Header => {}
        }
        if content.starts_with(b"@@ -") {
            if scan.quoted {
                return Err(error(DiffProblem::Quoted));
            }
            scan.begin_hunks(indent, content);
            let number = lines.number();
            *lines = before_line;
            return Ok(Some(scan.finish(start, text_length, before_line.position(), number)));
        }
        if scan.other.found(indent, content, is_first) {
            return Err(error(DiffProblem::NotUnified));
        }
    }
}

/// Whether a line is a header, and whether it ends the headers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is no header, or one without a name of a file.
    No,
    /// It is one of the headers.
    Header,
    /// It begins the next diff.
    NextGitDiff,
    /// It begins a `GIT binary patch`.
    Binary,
}

impl<'a> Scan<'a> {
    /// Takes one line in.
    fn read(&mut self, line: &[u8], indent: usize, content: &'a [u8]) -> End {
        let strip_carriage_return = line.ends_with(b"\r");
        // Headers are C strings there: what follows a NUL is not seen.
        let end = memchr::memchr(0, content).unwrap_or(content.len());
        let content = content.get(..end).unwrap_or_default();
        if self.other.command(content, self.named) {
            self.layout = Layout { indent, strip_carriage_return };
        }
        let stars_before = self.other.stars.is_some();
        if let Some(text) = content.strip_prefix(b"*** ").filter(|_| !stars_before) {
            self.set_plus(text);
            return End::Header;
        } else if let Some(text) = content.strip_prefix(b"+++ ") {
            self.set_plus(text);
        } else if let Some(text) = content.strip_prefix(b"Index:") {
            self.named = true;
            self.index = name::from_index(text).or(self.index.take());
        } else if let Some(text) = content.strip_prefix(b"Prereq:") {
            let word: Vec<u8> = skip_spaces(text).iter().copied().take_while(|&byte| !is_space(byte)).collect();
            self.prerequisite = Some(word).filter(|word| !word.is_empty());
            return End::Header;
        } else if let Some(text) = content.strip_prefix(b"diff --git ") {
            return self.begin_git(text);
        } else if self.read_git(content) {
            let is_binary = self.git.as_ref().is_some_and(|git| git.binary);
            return if is_binary { End::Binary } else { End::Header };
        } else if !self.set_minus(content) {
            return End::No;
        }
        self.layout.strip_carriage_return = strip_carriage_return;
        End::Header
    }

    fn set_plus(&mut self, text: &[u8]) {
        self.named = true;
        match name::from_header(text) {
            Named::File(name, timestamp) => {
                self.plus = Some(name);
                self.plus_is_epoch = timestamp == Timestamp::Epoch;
            }
            Named::Null => self.plus_is_epoch = true,
            Named::Unusable => {}
        }
    }

    /// Reads `--- `, which may be quoted as `- --- `; no when the line is another.
    fn set_minus(&mut self, content: &[u8]) -> bool {
        let mut text = content;
        while let Some(rest) = text.strip_prefix(b"- ") {
            text = rest;
        }
        let is_quoted = text.len() < content.len();
        let Some(text) = text.strip_prefix(b"--- ") else { return false };
        self.named = true;
        let timestamp = match name::from_header(text) {
            Named::File(name, timestamp) => {
                self.minus = Some(name);
                timestamp
            }
            Named::Null => Timestamp::Epoch,
            Named::Unusable => Timestamp::Absent,
        };
        if timestamp != Timestamp::Absent {
            self.minus_is_epoch = timestamp == Timestamp::Epoch;
            self.quoted = is_quoted;
        }
        true
    }

    fn begin_git(&mut self, text: &[u8]) -> End {
        if self.extended {
            return End::NextGitDiff;
        }
        self.named = true;
        (self.plus, self.minus) = name::from_git(text).unzip();
        self.git.get_or_insert_default();
        End::Header
    }

    /// Reads an extended git header; no when the line is another.
    fn read_git(&mut self, content: &'a [u8]) -> bool {
        let Some(git) = &mut self.git else { return false };
        let after = |prefix: &[u8]| content.strip_prefix(prefix);
        if let Some(text) = after(b"index ") {
            self.read_blobs(text);
            return true;
        } else if let Some(text) = after(b"old mode ") {
            git.old_mode = mode(text);
        } else if let Some(text) = after(b"new mode ") {
            git.new_mode = mode(text);
        } else if let Some(text) = after(b"deleted file mode ") {
            git.old_mode = mode(text);
            self.after = Presence::Missing;
        } else if let Some(text) = after(b"new file mode ") {
            git.new_mode = mode(text);
            self.before = Presence::Missing;
        } else if let Some(text) = after(b"rename from ") {
            git.rename_from = Some(text);
        } else if let Some(text) = after(b"rename to ") {
            git.rename_to = Some(text);
        } else if let Some(text) = after(b"copy from ") {
            git.copy_from = Some(text);
        } else if let Some(text) = after(b"copy to ") {
            git.copy_to = Some(text);
        } else if content.starts_with(b"GIT binary patch") {
            git.binary = true;
            return true;
        } else {
            return false;
        }
        self.extended = true;
        true
    }

    /// Reads `index OLD..NEW MODE`.
    fn read_blobs(&mut self, text: &[u8]) {
        let Some(dots) = memchr::memmem::find(text, b"..") else { return };
        let (old, rest) = text.split_at(dots);
        let rest = rest.get(2..).unwrap_or_default();
        let digits = rest.iter().copied().take_while(is_blob_digit).count();
        let (new, rest) = rest.split_at(digits);
        let is_blob = |blob: &[u8]| !blob.is_empty() && blob.iter().all(is_blob_digit);
        if !is_blob(old) || !is_blob(new) || rest.first().is_some_and(|&byte| !is_space(byte)) {
            return;
        }
        (self.before, self.after) = (presence_of_blob(old), presence_of_blob(new));
        if let Some(git) = self.git.as_mut().filter(|_| !skip_spaces(rest).is_empty()) {
            git.old_mode = mode(rest);
            git.new_mode = git.old_mode;
        }
        self.extended = true;
    }

    /// Takes the first hunk's header in: a side without lines is empty or missing.
    fn begin_hunks(&mut self, indent: usize, content: &[u8]) {
        self.layout.indent = indent;
        let ranges = content.get(4..).unwrap_or_default();
        let begins_with_zero =
            |range: &[u8]| range.first() == Some(&b'0') && !range.get(1).is_some_and(u8::is_ascii_digit);
        let without_lines = |is_epoch| if is_epoch { Presence::Missing } else { Presence::Empty };
        if begins_with_zero(ranges) {
            self.before = without_lines(self.minus_is_epoch);
        }
        let old_range = ranges.iter().take_while(|&&byte| byte != b' ').count();
        let new_range = ranges.iter().skip(old_range).skip_while(|&&byte| byte == b' ').copied().take(3);
        let new_range: Vec<u8> = new_range.collect();
        if new_range.strip_prefix(b"+").is_some_and(begins_with_zero) {
            self.after = without_lines(self.plus_is_epoch);
        }
        // In the fields `plus` comes first, as in a context diff and in `diff --git`; here the old name does.
        std::mem::swap(&mut self.plus, &mut self.minus);
    }

    /// Makes the file's diff, whose headers end at `head_end` of the patch file; `start` is what followed the diff before.
    fn finish(
        self,
        start: Start<'a>,
        text_length: Option<usize>,
        head_end: usize,
        line: usize,
    ) -> (FileDiff<'a>, Layout) {
        let text = text_length.and_then(|length| start.rest.get(..length)).unwrap_or_default();
        let head_start = start.position + text.len();
        let file = FileDiff {
            text,
            head: head_start..head_end.max(head_start),
            line,
            old: self.plus,
            new: self.minus,
            index: self.index,
            before: self.before,
            after: self.after,
            prerequisite: self.prerequisite,
            git: self.git,
            hunks: Vec::new(),
        };
        (file, self.layout)
    }
}

fn is_blob_digit(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn presence_of_blob(blob: &[u8]) -> Presence {
    if blob.iter().all(|&byte| byte == b'0') {
        Presence::Missing
    } else if EMPTY_BLOB.starts_with(blob) {
        Presence::Empty
    } else {
        Presence::Filled
    }
}

/// Reads a file mode: six octal digits and the end of the line; anything else, and 0, says nothing.
fn mode(text: &[u8]) -> Option<u32> {
    let text = skip_spaces(text);
    let digits = text.strip_suffix(b"\r").unwrap_or(text);
    let value = digits
        .iter()
        .try_fold(0_u32, |value, digit| matches!(digit, b'0'..=b'7').then(|| (value << 3) | u32::from(digit - b'0')))?;
    (digits.len() == 6 && value != 0).then_some(value)
}

impl OtherFormats {
    /// Looks for a command of `ed` or of a normal diff, and says whether it is the first one.
    fn command(&mut self, content: &[u8], named: bool) -> bool {
        let letter = is_ed_command(content);
        if let Some(is_command) = is_normal_command(content) {
            self.normal = is_command;
        }
        if !named || self.command || !(letter || self.normal) {
            return false;
        }
        self.command = true;
        self.script = letter;
        true
    }

    /// Whether this line shows that the diff is of another format, once the headers are there.
    fn found(&mut self, indent: usize, content: &[u8], is_first: bool) -> bool {
        let stars = self.stars.take();
        if content.starts_with(b"********") {
            self.stars = Some(indent);
        }
        if is_first {
            return false;
        }
        let script = self.command && content == b".";
        let context = stars == Some(indent) && content.starts_with(b"*** ");
        let normal = self.normal && (content.starts_with(b"< ") || content.starts_with(b"> "));
        script || context || normal
    }
}

/// Whether the line is a command of a normal diff, such as `1,2c3`; `None` when it does not look like one at all.
fn is_normal_command(content: &[u8]) -> Option<bool> {
    let is_range = |byte: &&u8| byte.is_ascii_digit() || **byte == b',';
    content.first().filter(|byte| byte.is_ascii_digit())?;
    let (_, rest) = content.split_at(content.iter().take_while(is_range).count());
    let (letter, rest) = rest.split_first()?;
    if !b"acd".contains(letter) {
        return None;
    }
    let (_, rest) = rest.split_at(rest.iter().take_while(is_range).count());
    let blanks = rest.iter().take_while(|byte| b" \t".contains(byte)).count();
    Some(matches!(rest.get(blanks..), Some(b"" | b"\r")))
}

/// Whether the line is a command of `ed` as `diff -e` writes it: `3a`, `1,2c`, `5d`, `i`, `s/.//`.
fn is_ed_command(content: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (first, mut rest) = content.split_at(digits(content));
    let mut is_pair = false;
    if let Some(after) = rest.strip_prefix(b",").filter(|_| !first.is_empty()) {
        let second = digits(after);
        if second == 0 {
            return false;
        }
        is_pair = true;
        rest = after.get(second..).unwrap_or_default();
    }
    let rest = match rest.split_first() {
        Some((b'a' | b'i', rest)) if !is_pair => rest,
        Some((b'c' | b'd', rest)) => rest,
        Some((b's', rest)) => match rest.strip_prefix(b"/.//") {
            Some(rest) => rest,
            None => return false,
        },
        _ => return false,
    };
    rest.iter().all(|byte| b" \t".contains(byte))
}
