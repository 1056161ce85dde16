//! Trees and patches from a seed: small ones, over few different lines, so that hunks find wrong places.

use debpress::model::EntryPath;
use debpress::unpack::patch::{MemoryEntry, MemoryTree, PatchTarget};

/// A source of random numbers (xorshift64*) that is the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 up to but without `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % bound.max(1)
    }

    pub(crate) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// True in `part` of 100 cases.
    pub(crate) fn percent(&mut self, part: usize) -> bool {
        self.below(100) < part
    }
}

const FILES: [&str; 8] = ["f", "g", "d/f", "d/e/h", "d/x y", "empty", "d/only", "n/e/w"];
const TEXTS: [&str; 6] = ["a", "b", "", "c", "\tt", "a\r"];

fn line(random: &mut Random) -> String {
    if random.percent(20) { format!("u{}", random.below(4)) } else { (random.pick(&TEXTS)).to_owned() }
}

/// Lines with their newlines; the last may have none.
fn lines(random: &mut Random, most: usize) -> Vec<String> {
    let count = random.below(most + 1);
    let mut lines: Vec<String> = (0..count).map(|_| line(random) + "\n").collect();
    if random.percent(20)
        && let Some(last) = lines.last_mut()
        && last.len() > 1
    {
        last.pop();
    }
    lines
}

pub(crate) fn tree(random: &mut Random) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for file in FILES {
        if random.percent(70) {
            let most = if file == "empty" { 0 } else { 14 };
            let bytes = lines(random, most).concat().into_bytes();
            tree.write(&path(file), bytes, random.percent(15));
        }
    }
    if random.percent(20) {
        tree.symlink(&path("link"), b"f".to_vec());
        tree.symlink(&path("ldir"), b"d".to_vec());
    }
    if random.percent(5) {
        tree.write(&path("f.dpkg-orig"), b"kept\n".to_vec(), false);
    }
    if random.percent(10) {
        tree.create_folder(&path("folder"));
    }
    tree
}

fn path(text: &str) -> EntryPath {
    EntryPath::new(text).unwrap()
}

fn content(tree: &MemoryTree, file: &str) -> Vec<String> {
    let entry = tree.entries().find(|(other, _)| other.as_bytes() == file.as_bytes());
    let Some((_, MemoryEntry::File { bytes, .. })) = entry else { return Vec::new() };
    let text = String::from_utf8(bytes.clone()).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// A patch of one to four diffs, mangled or not.
pub(crate) fn patch(random: &mut Random, tree: &MemoryTree) -> Vec<u8> {
    let mut patch = String::new();
    if random.percent(30) {
        patch += random.pick(&["Description: fix\n\n", "# comment\n", "\n", "Index: f\n", "---\n f | 2 +-\n", "word"]);
    }
    let mut previous = None;
    for _ in 0..1 + random.below(3) {
        let follows = random.percent(30);
        let (text, file, new) = diff(random, tree, previous.filter(|_| follows));
        patch += &text;
        previous = Some((file, new));
        if random.percent(10) {
            patch += random.pick(&["text\n", "\n", "-- \n2.39.2\n", "Index: g\n", "=====\n", "d\n", "# c\n", "1d\n"]);
        }
    }
    if random.percent(2) {
        patch.clear();
    }
    if random.percent(35) {
        for _ in 0..1 + random.below(2) {
            patch = mangle(random, &patch);
        }
    }
    if random.percent(4) {
        patch.pop();
    }
    patch.into_bytes()
}

type Changed = (String, &'static str, Vec<String>);

/// The diff of one file, the file's name and its new lines; `previous` is the same of an earlier diff, which this
/// one then follows.
fn diff(random: &mut Random, tree: &MemoryTree, previous: Option<(&'static str, Vec<String>)>) -> Changed {
    let (file, mut old) = previous.unwrap_or_else(|| {
        let file = random.pick(&FILES);
        (file, content(tree, file))
    });
    let kind = random.below(10);
    let new = match kind {
        0 => Vec::new(),
        1 if old.is_empty() => lines(random, 6),
        _ => edit(random, &old),
    };
    if random.percent(35) {
        old = drift(random, &old);
    }
    let context = random.pick(&[3, 3, 3, 3, 1, 0, 2]);
    let hunks = hunks(random, &old, &new, context);
    let git = random.percent(25);
    let mut text = String::new();
    if git {
        text += &git_header(random, file, old.is_empty(), new.is_empty());
    }
    if git && (hunks.is_empty() || random.percent(8)) {
        return (text, file, old);
    }
    let (old_name, new_name) = names(random, file, old.is_empty(), new.is_empty());
    let ending = if random.percent(4) { "\r\n" } else { "\n" };
    text += &format!("--- {old_name}{ending}+++ {new_name}{ending}");
    text += &hunks;
    (text, file, new)
}

/// A changed copy.
fn edit(random: &mut Random, old: &[String]) -> Vec<String> {
    let mut new = old.to_vec();
    for _ in 0..1 + random.below(3) {
        let at = random.below(new.len() + 1);
        match random.below(3) {
            0 if at < new.len() => drop(new.remove(at)),
            1 if at < new.len() => new[at] = line(random) + "\n",
            _ => new.insert(at, line(random) + "\n"),
        }
    }
    if random.percent(8)
        && let Some(last) = new.last_mut()
        && last.len() > 1
    {
        last.pop();
    }
    // Only the last line may lack its newline.
    let count = new.len();
    for line in new.iter_mut().take(count.saturating_sub(1)).filter(|line| !line.ends_with('\n')) {
        line.push('\n');
    }
    new
}

/// What the author of the patch had: lines more or less than the tree.
fn drift(random: &mut Random, old: &[String]) -> Vec<String> {
    let mut drifted = old.to_vec();
    for _ in 0..1 + random.below(3) {
        let end = random.percent(30) && !drifted.is_empty();
        let at = if end { drifted.len() } else { 0 };
        if at > 0 && !drifted[at - 1].ends_with('\n') {
            continue;
        }
        if random.percent(50) && !drifted.is_empty() {
            drifted.remove(if end { at - 1 } else { at });
        } else {
            drifted.insert(at, line(random) + "\n");
        }
    }
    drifted
}

fn names(random: &mut Random, file: &str, creates: bool, deletes: bool) -> (String, String) {
    let stamp = |random: &mut Random| {
        let stamps = [
            "",
            "",
            "",
            "\t",
            "\t2020-01-01 10:00:00.000000000 +0100",
            "\t1970-01-01 00:00:00.000000000 +0000",
            "\tThu Jan  1 01:00:00 1970",
            "\t(revision 7)",
            "  Thu Jan  1 00:00:00 1970",
            "\t1.3",
            "\t1 Jan 1970 00:00:00 -0000",
            "\tFri Jan  2 12:00:00 1970",
            "\t1969-12-31 16:00:00.000000000 -0800",
        ];
        if random.percent(70) { "" } else { random.pick(&stamps) }
    };
    let prefixes = [("a/", "b/"), ("a/", "b/"), ("p-1.0.orig/", "p-1.0/"), ("./", "./"), ("/", "/"), ("a//", "b/./")];
    let (old, new) = if random.percent(85) { ("a/", "b/") } else { random.pick(&prefixes) };
    let tab = if file.contains(' ') && random.percent(80) { "\t" } else { "" };
    let mut old_name = format!("{old}{file}{tab}");
    let mut new_name = format!("{new}{file}{tab}");
    if creates && random.percent(60) {
        old_name = "/dev/null".to_owned();
    }
    if deletes && random.percent(60) {
        new_name = "/dev/null".to_owned();
    }
    if random.percent(8) {
        let name = odd_name(random, file);
        if random.percent(50) { old_name = name } else { new_name = name }
    }
    (old_name + stamp(random), new_name + stamp(random))
}

/// A name that something is wrong with.
fn odd_name(random: &mut Random, file: &str) -> String {
    let other = random.pick(&FILES);
    let odd = [
        format!("a/{other}"),
        format!("a/{file}.orig"),
        "/dev/null".to_owned(),
        file.to_owned(),
        format!("a/d/../{file}"),
        format!("\"a/{file}\""),
        format!("a/ldir/{file}"),
        "a/link".to_owned(),
        format!("a/{file}/"),
        "a/".to_owned(),
        "a/folder".to_owned(),
        format!("a/x/../{file}"),
        format!("../{file}"),
        format!("a/b/{file}"),
        format!("a/{file}.dpkg-orig"),
        "a/ldir/f".to_owned(),
        format!("a\\b/{file}"),
        "a/..".to_owned(),
        "a/f/x".to_owned(),
        format!("a/{}", "n".repeat(250)),
    ];
    random.pick(&odd)
}

/// The hunks of a diff, with the given lines of context.
fn hunks(random: &mut Random, old: &[String], new: &[String], context: usize) -> String {
    let steps = steps(old, new);
    let changed: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].0 != ' ').collect();
    let mut text = String::new();
    let mut at = 0;
    while let Some(&first) = changed.iter().find(|&&change| change >= at) {
        let begin = first.saturating_sub(context).max(at);
        let mut end = first + 1;
        while let Some(&next) = changed.iter().find(|&&change| change >= end)
            && next <= end + 2 * context
        {
            end = next + 1;
        }
        let end = (end + context).min(steps.len());
        text += &hunk(random, &steps, begin, end);
        at = end;
    }
    text
}

fn hunk(random: &mut Random, steps: &[(char, &str)], begin: usize, end: usize) -> String {
    let count = |steps: &[(char, &str)], other: char| steps.iter().filter(|step| step.0 != other).count();
    let range = |other: char| {
        let (before, within) = (count(&steps[..begin], other), count(&steps[begin..end], other));
        match within {
            0 => format!("{before},0"),
            1 => format!("{}", before + 1),
            within => format!("{},{within}", before + 1),
        }
    };
    let section = if random.percent(10) { " int main()" } else { "" };
    let mut text = format!("@@ -{} +{} @@{section}\n", range('+'), range('-'));
    for (kind, line) in &steps[begin..end] {
        text += &format!("{kind}{line}");
        if !line.ends_with('\n') {
            text += "\n\\ No newline at end of file\n";
        }
    }
    text
}

/// An edit script by longest common subsequence.
fn steps<'a>(old: &'a [String], new: &'a [String]) -> Vec<(char, &'a str)> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let longest = common[i + 1][j].max(common[i][j + 1]);
            common[i][j] = if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { longest };
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            steps.push((' ', old[i].as_str()));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            steps.push(('-', old[i].as_str()));
            i += 1;
        } else {
            steps.push(('+', new[j].as_str()));
            j += 1;
        }
    }
    steps
}

fn git_header(random: &mut Random, file: &str, creates: bool, deletes: bool) -> String {
    let other = if random.percent(30) { random.pick(&FILES) } else { file };
    let mut text = format!("diff --git a/{file} b/{other}\n");
    let modes = ["100644", "100755", "100644", "120000", "100600", "10064", "160000"];
    let mode = |random: &mut Random| if random.percent(85) { modes[random.below(2)] } else { random.pick(&modes) };
    match random.below(7) {
        0 => text += &format!("old mode {}\nnew mode {}\n", mode(random), mode(random)),
        1 | 2 if creates => text += &format!("new file mode {}\n", mode(random)),
        1 | 2 if deletes => text += &format!("deleted file mode {}\n", mode(random)),
        3 => text += &format!("similarity index 90%\nrename from {file}\nrename to {other}\n"),
        4 => text += &format!("similarity index 90%\ncopy from {file}\ncopy to {other}\n"),
        _ => {}
    }
    if random.percent(60) {
        let blob = |empty: bool, random: &mut Random| match (empty, random.below(3)) {
            (true, 0) => "e69de29",
            (true, 1) => "0000000",
            _ => "1234abc",
        };
        let mode = if random.percent(50) { format!(" {}", mode(random)) } else { String::new() };
        text += &format!("index {}..{}{mode}\n", blob(creates, random), blob(deletes, random));
    }
    if random.percent(2) {
        text += "GIT binary patch\nliteral 0\nHcmV?d00001\n\n";
    }
    text
}

/// One small damage.
fn mangle(random: &mut Random, patch: &str) -> String {
    let mut lines: Vec<String> = patch.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        return patch.to_owned();
    }
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(14) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        3 => lines.insert(at, (random.pick(&ODD_LINES)).to_owned()),
        4 => lines[at] = (random.pick(&ODD_LINES)).to_owned(),
        5 => lines.truncate(at),
        6 => return patch.replace('\n', "\r\n"),
        7 | 8 => renumber(random, &mut lines),
        9 => lines.iter_mut().filter(|line| *line == " \n").for_each(|line| *line = "\n".to_owned()),
        10 => lines.iter_mut().for_each(|line| line.insert_str(0, "  ")),
        11 => {
            let length = lines[at].len();
            lines[at].insert(random.below(length), random.pick(&['\0', ' ', '\t', '-', '+', '\r', 'X', '0', ',']));
        }
        12 => lines.push((random.pick(&ODD_LINES)).to_owned()),
        _ => return format!("{patch}{patch}"),
    }
    lines.concat()
}

const ODD_LINES: [&str; 34] = [
    "\n",
    " \n",
    " a\n",
    "-a\n",
    "+a\n",
    "\\ No newline at end of file\n",
    "\\ Kein Zeilenumbruch\n",
    "\\\n",
    "# x\n",
    "\t\n",
    "--- a/f\n",
    "+++ b/f\n",
    "@@ -1 +1 @@\n",
    "@@ -1,0 +1,0 @@\n",
    "@@ -9223372036854775807 +1 @@\n",
    "@@ -0,0 +1 @@\n",
    "@@ -1,1000000000000000000000000000000 +1 @@\n",
    "@@ -9,0 +1 @@\n",
    "@@\n",
    "Index: f\n",
    "Prereq: a\n",
    "*** a/f\n",
    "diff --git a/f b/f\n",
    "new file mode 100755\n",
    "deleted file mode 100644\n",
    "rename from f\n",
    "rename to g\n",
    "index 0000000..e69de29\n",
    "old mode 100644\n",
    "new mode 100755\n",
    "  --- a/g\n",
    "  @@ -1 +1,2 @@\n",
    "********\n",
    "=a\n",
];

/// Changes one number of a hunk header.
fn renumber(random: &mut Random, lines: &mut [String]) {
    let headers: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].starts_with("@@ -")).collect();
    if headers.is_empty() {
        return;
    }
    let at = random.pick(&headers);
    let line = &lines[at];
    let digits: Vec<usize> = line.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let digit = random.pick(&digits);
    let number = random.pick(&["0", "1", "2", "3", "5", "7", "12", "100"]).to_string();
    lines[at] = format!("{}{number}{}", &line[..digit], &line[digit + 1..]);
}
