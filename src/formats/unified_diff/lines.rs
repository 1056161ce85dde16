//! The lines of a patch file, as a hunk or a header reads them.

/// How the lines of one file's diff stand in the patch file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layout {
    /// Columns of blanks before every line, as in a diff that is quoted in a text.
    pub(super) indent: usize,
    /// Whether the header lines end with CR LF, so that the CR at the end of every line is not content.
    pub(super) strip_carriage_return: bool,
}

/// A cursor over the lines of a patch file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    length: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    /// A cursor before the first line.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, length: bytes.len(), number: 0 }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Where in the file the cursor is, in bytes.
    pub(super) fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The number of the line read last, counted from 1.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// The next line without its newline. Lines that begin with `#` are comments and passed over. At the end
    /// there is none, nor for a last line without a newline, which GNU patch ignores; the cursor is then at the
    /// end.
    pub(super) fn next(&mut self, layout: Layout) -> Option<&'a [u8]> {
        loop {
            let end = memchr::memchr(b'\n', self.rest);
            let Some((line, rest)) = end.and_then(|end| self.rest.split_at_checked(end + 1)) else {
                self.rest = &[];
                return None;
            };
            self.rest = rest;
            self.number += 1;
            let line = unindented(line.strip_suffix(b"\n").unwrap_or(line), layout.indent);
            if !line.starts_with(b"#") {
                let stripped = line.strip_suffix(b"\r").filter(|_| layout.strip_carriage_return);
                return Some(stripped.unwrap_or(line));
            }
        }
    }

    /// Passes over a line that begins with a backslash, and says whether there was one: the line before it ends
    /// without a newline. The text of that line is translated, so it does not count.
    pub(super) fn skip_missing_newline_mark(&mut self) -> bool {
        if !self.rest.starts_with(b"\\") {
            return false;
        }
        let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |end| end + 1);
        self.rest = self.rest.get(end..).unwrap_or_default();
        self.number += 1;
        true
    }
}

/// The line without up to `indent` columns of blanks (or `X`, which GNU patch takes for a blank).
fn unindented(line: &[u8], indent: usize) -> &[u8] {
    let mut line = line;
    let mut column = 0;
    while column < indent {
        match line.split_first() {
            Some((b' ' | b'X', rest)) => (column, line) = (column + 1, rest),
            Some((b'\t', rest)) => (column, line) = ((column + 8) & !7, rest),
            _ => break,
        }
    }
    line
}

/// Splits leading blanks (or `X`) off, and says how many columns they take.
pub(super) fn indentation(line: &[u8]) -> (usize, &[u8]) {
    let blanks = line.iter().take_while(|byte| b" \tX".contains(byte)).count();
    let (blanks, text) = line.split_at(blanks);
    let columns = blanks.iter().fold(0, |column, &byte| if byte == b'\t' { (column + 8) & !7 } else { column + 1 });
    (columns, text)
}
