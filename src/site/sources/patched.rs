//! The list of lines that patches brought, before the code of a file.

use std::fmt::Write as _;
use std::ops::Range;

use crate::html;
use crate::model::EntryPath;

/// The most hunks that are listed.
const MOST: usize = 2_000;

/// A list of so many hunks is open from the beginning.
const FEW: usize = 8;

/// What one hunk of a patch did to a file, by the lines that the file has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchedHunk<'a> {
    /// The path of the patch below debian/patches.
    pub patch: &'a EntryPath,
    /// Its name, not yet escaped for HTML.
    pub name: &'a str,
    /// The id of the file on the page of the patch.
    pub file: String,
    /// The id of the hunk there.
    pub anchor: String,
    /// The number of the hunk in the file's diff, counted from 1.
    pub number: u32,
    /// Lines that it brought, counted from 1.
    pub brought: Vec<Range<u64>>,
    /// Where it removed lines of upstream: how many lines stand before the place, and how many are gone.
    pub removed: Vec<(u64, u64)>,
}

/// Where links of the list lead.
pub(super) struct Links<'l> {
    /// The page of a patch, by its path below debian/patches.
    pub(super) patch: &'l dyn Fn(&EntryPath) -> String,
    /// A line of the file.
    pub(super) line: &'l dyn Fn(u64) -> String,
}

/// The list, hunks in the order of the series; nothing when there are none.
pub(super) fn list(hunks: &[PatchedHunk<'_>], links: &Links<'_>) -> String {
    if hunks.is_empty() {
        return String::new();
    }
    let (shown, further) = hunks.split_at(hunks.len().min(MOST));
    let open = if hunks.len() <= FEW { " open" } else { "" };
    let mut html = format!("<details class=\"patched\"{open}><summary>{}</summary>\n<ul>\n", summary(hunks));
    for diff in shown.chunk_by(|one, next| one.patch == next.patch && one.file == next.file) {
        html.push_str("<li>");
        push_diff(diff, links, &mut html);
        html.push_str("</li>\n");
    }
    if !further.is_empty() {
        let _ = writeln!(html, "<li>and {} more</li>", html::counted(further.len() as u64, "hunk"));
    }
    html.push_str("</ul></details>\n");
    html
}

/// `12 lines are of patches, 3 of upstream were removed`.
fn summary(hunks: &[PatchedHunk<'_>]) -> String {
    let brought: u64 = hunks.iter().flat_map(|hunk| &hunk.brought).map(|run| run.end - run.start).sum();
    let removed: u64 = hunks.iter().flat_map(|hunk| &hunk.removed).map(|&(_, count)| count).sum();
    let brought = (brought > 0).then(|| format!("brought {}", html::counted(brought, "line")));
    let removed = (removed > 0).then(|| format!("removed {}", html::counted(removed, "line")));
    let what = brought.into_iter().chain(removed).collect::<Vec<_>>().join(" and ");
    let whose = if hunks.iter().zip(hunks.iter().skip(1)).all(|(one, next)| one.patch == next.patch) {
        "A patch"
    } else {
        "Patches"
    };
    format!("{whose} {what}")
}

/// The hunks of one diff of a patch.
fn push_diff(diff: &[PatchedHunk<'_>], links: &Links<'_>, html: &mut String) {
    let Some(first) = diff.first() else { return };
    let page = (links.patch)(first.patch);
    let name = html::escape(&html::display_name(first.name.as_bytes()));
    // Writing to a String cannot fail.
    if diff.len() == 1 {
        let _ = write!(html, "<a href=\"{page}#{}\">{name}</a>: ", first.anchor);
        return push_places(first, links, html);
    }
    let _ = write!(html, "<a href=\"{page}#{}\">{name}</a>", first.file);
    for (position, hunk) in diff.iter().enumerate() {
        let sign = if position == 0 { ": " } else { "; " };
        let _ = write!(html, "{sign}<a href=\"{page}#{}\">hunk {}</a>: ", hunk.anchor, hunk.number);
        push_places(hunk, links, html);
    }
}

fn push_places(hunk: &PatchedHunk<'_>, links: &Links<'_>, html: &mut String) {
    let brought = hunk.brought.iter().map(|run| {
        let (first, last) = (run.start, run.end - 1);
        let (what, range) =
            if first == last { ("line", first.to_string()) } else { ("lines", format!("{first}–{last}")) };
        format!("{what} <a href=\"{}\">{range}</a>", (links.line)(first))
    });
    let removed = hunk.removed.iter().map(|&(after, count)| match after {
        0 => format!("{} removed at the <a href=\"{}\">beginning</a>", html::counted(count, "line"), (links.line)(1)),
        _ => format!("{} removed after <a href=\"{}\">{after}</a>", html::counted(count, "line"), (links.line)(after)),
    });
    html.push_str(&brought.chain(removed).collect::<Vec<_>>().join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_listed_by_patch() {
        let (one, two) = (EntryPath::new("a.patch").unwrap(), EntryPath::new("b.patch").unwrap());
        let hunk = |patch, number: u32, brought: &[Range<u64>], removed: &[(u64, u64)]| PatchedHunk {
            patch,
            name: "<a>",
            file: "file-1".to_owned(),
            anchor: format!("file-1-{number}"),
            number,
            brought: brought.to_vec(),
            removed: removed.to_vec(),
        };
        let links = Links { patch: &|patch| patch.to_string(), line: &|line| format!("#L{line}") };
        let hunks =
            [hunk(&one, 1, &[3..4, 8..10], &[]), hunk(&two, 1, &[], &[(0, 2)]), hunk(&two, 3, &[7..8], &[(7, 1)])];
        insta::assert_snapshot!(list(&hunks, &links), @r##"
        <details class="patched" open><summary>Patches brought 4 lines and removed 3 lines</summary>
        <ul>
        <li><a href="a.patch#file-1-1">&lt;a&gt;</a>: line <a href="#L3">3</a>, lines <a href="#L8">8–9</a></li>
        <li><a href="b.patch#file-1">&lt;a&gt;</a>: <a href="b.patch#file-1-1">hunk 1</a>: 2 lines removed at the <a href="#L1">beginning</a>; <a href="b.patch#file-1-3">hunk 3</a>: line <a href="#L7">7</a>, 1 line removed after <a href="#L7">7</a></li>
        </ul></details>
        "##);
        assert_eq!(list(&[], &links), "");
        let many: Vec<_> = (1..=3_000).map(|number| hunk(&one, number, &[5..6], &[])).collect();
        let html = list(&many, &links);
        assert!(html.contains("<details class=\"patched\"><summary>A patch brought 3,000 lines</summary>"), "{html}");
        assert!(html.contains("<li>and 1,000 hunks more</li>"), "{html}");
    }
}
