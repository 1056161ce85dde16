//! What the lexer makes of files, as text for other programs.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::corpus::{Text, texts};
use crate::lexer::{Language, Overrides, Written, write_lines};

/// Writes a line a file: path, language, lines of code, comment and blank, and runs of classes with their
/// lengths in bytes (`c12 -5 s3`).
pub fn write_runs(folder: &Path, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    each(folder, |path, language, html, written| {
        let counts = format!("{} {} {}", written.code_lines, written.comment_lines, written.blank_lines);
        writeln!(out, "{}\t{}\t{}\t{}", path.display(), language.name(), counts, runs(html))
    })?;
    out.flush()
}

/// Prints lines of code, comment and blank of each language, most code first.
pub fn print_lines(folder: &Path) -> io::Result<()> {
    let mut languages: BTreeMap<&str, [u32; 4]> = BTreeMap::new();
    each(folder, |_, language, _, written| {
        let counts = languages.entry(language.title()).or_default();
        let file = [1, written.code_lines, written.comment_lines, written.blank_lines];
        counts.iter_mut().zip(file).for_each(|(sum, count)| *sum += count);
        Ok(())
    })?;
    let mut rows: Vec<_> = languages.into_iter().collect();
    rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts[1]));
    for (title, [files, code, comment, blank]) in rows {
        println!("{title:24} {files:6} files {code:8} code {comment:8} comment {blank:8} blank");
    }
    Ok(())
}

/// Calls with every text that has a language and is UTF-8.
fn each(folder: &Path, mut then: impl FnMut(&Path, Language, &str, &Written) -> io::Result<()>) -> io::Result<()> {
    let overrides = Overrides::default();
    for Text { path, in_package, bytes } in texts(folder)? {
        let detect = || Language::detect(in_package.as_os_str().as_bytes(), &bytes, &overrides);
        let Some(language) = std::str::from_utf8(&bytes).ok().and_then(|_| detect()) else { continue };
        let mut html = Vec::new();
        if let Some(written) = write_lines(&bytes, Some(language), usize::MAX, &mut html) {
            then(&path, language, &String::from_utf8_lossy(&html), &written)?;
        }
    }
    Ok(())
}

fn runs(html: &str) -> String {
    let mut runs: Vec<(char, usize)> = Vec::new();
    let mut class = '-';
    let mut rest = html;
    while let Some(next) = rest.chars().next() {
        let (taken, bytes) = match next {
            '<' => {
                if let Some(letter) = rest.strip_prefix("<i class=") {
                    class = letter.chars().next().unwrap_or('-');
                } else if rest.starts_with("</i>") {
                    class = '-';
                }
                (rest.find('>').map_or(rest.len(), |end| end + 1), 0)
            }
            '&' => (rest.find(';').map_or(rest.len(), |end| end + 1), 1),
            other => (other.len_utf8(), other.len_utf8()),
        };
        match runs.last_mut() {
            Some((last, length)) if *last == class => *length += bytes,
            _ => runs.push((class, bytes)),
        }
        rest = &rest[taken..];
    }
    let words = runs.iter().filter(|run| run.1 > 0).map(|(class, length)| format!("{class}{length}"));
    words.collect::<Vec<_>>().join(" ")
}
