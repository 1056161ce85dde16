//! Marks beside the lines of a text: classes on the elements of its lines.
//!
//! `p` is a line that a patch brought, `g` one after which lines are gone, `s` a first line before which lines are gone.

use crate::analyse::lexer::Cut;
use crate::model::LineMarks;

/// How the element of a line begins; nothing else in the HTML of a text does.
const LINE: &[u8] = b"<span id=\"L";

/// The HTML with the marks of its lines, and its cuts moved to where they are then.
pub(super) fn add(html: &[u8], cuts: &mut [Cut], marks: &LineMarks) -> Vec<u8> {
    let mut marked = Vec::with_capacity(html.len() + html.len() / 16);
    let mut classes = Classes::new(marks);
    let mut cuts = cuts.iter_mut().peekable();
    let mut copied = 0;
    for (line, start) in (1..).zip(memchr::memmem::find_iter(html, LINE)) {
        marked.extend_from_slice(&html[copied..start]);
        copied = start;
        while let Some(cut) = cuts.next_if(|cut| cut.html <= start) {
            cut.html = marked.len();
        }
        let class = classes.of(line);
        if !class.is_empty() {
            let end = memchr::memchr(b'>', &html[start..]).map_or(html.len(), |length| start + length);
            marked.extend_from_slice(&html[start..end]);
            marked.extend_from_slice(class.as_bytes());
            copied = end;
        }
    }
    marked.extend_from_slice(&html[copied..]);
    marked
}

/// Tells the classes of lines that are asked for in order.
struct Classes<'m> {
    marks: &'m LineMarks,
    /// How many runs end before the line, and how many gaps are before it.
    runs: usize,
    gaps: usize,
}

impl<'m> Classes<'m> {
    fn new(marks: &'m LineMarks) -> Self {
        Self { marks, runs: 0, gaps: 0 }
    }

    /// The attribute of a line, with a blank before it; nothing when the line has no mark.
    fn of(&mut self, line: u64) -> &'static str {
        let LineMarks { brought, gaps, .. } = self.marks;
        self.runs += brought.iter().skip(self.runs).take_while(|run| run.end <= line).count();
        let is_brought = brought.get(self.runs).is_some_and(|run| run.contains(&line));
        let is_after_gap = line == 1 && gaps.first() == Some(&0);
        self.gaps += gaps.iter().skip(self.gaps).take_while(|&&gap| gap < line).count();
        let is_before_gap = gaps.get(self.gaps) == Some(&line);
        match (is_brought, is_before_gap, is_after_gap) {
            (false, false, false) => "",
            (true, false, false) => " class=p",
            (false, true, false) => " class=g",
            (false, false, true) => " class=s",
            (true, true, false) => " class=\"p g\"",
            (true, false, true) => " class=\"p s\"",
            (false, true, true) => " class=\"g s\"",
            (true, true, true) => " class=\"p g s\"",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::lexer;
    use proptest::prelude::*;

    fn html(text: &str) -> (Vec<u8>, Vec<Cut>) {
        let mut html = Vec::new();
        let written = lexer::write_lines(text.as_bytes(), None, usize::MAX, &mut html).unwrap();
        (html, written.cuts)
    }

    #[test]
    fn lines_have_the_classes_of_their_marks() {
        let (html, mut cuts) = html("a\n<span id=\"L\nc\nd\n");
        let marks = LineMarks { lines: 4, brought: vec![2..4], gaps: vec![0, 3] };
        insta::assert_snapshot!(String::from_utf8(add(&html, &mut cuts, &marks)).unwrap(), @r#"
        <span id="L1" class=s>a
        </span><span id="L2" class=p>&lt;span id="L
        </span><span id="L3" class="p g">c
        </span><span id="L4">d
        </span>
        "#);
    }

    proptest! {
        #[test]
        fn nothing_else_changes(runs in prop::collection::vec((1..900_u64, 0..9_u64), 0..9), gaps in prop::collection::vec(0..5_000_u64, 0..9)) {
            let mut end = 1;
            let brought = runs.into_iter().map(|(blank, length)| {
                let run = end + blank..end + blank + length;
                end = run.end;
                run
            });
            let mut marks = LineMarks { lines: 5_000, brought: brought.collect(), gaps };
            marks.gaps.sort_unstable();
            let (html, cuts) = html(&"<&\n".repeat(5_000));
            let mut moved = cuts.clone();
            let marked = add(&html, &mut moved, &marks);
            let pieces = |html: &[u8], cuts: &[Cut]| -> Vec<String> {
                let ends = cuts.iter().skip(1).map(|cut| cut.html).chain([html.len()]);
                cuts.iter().zip(ends).map(|(cut, end)| String::from_utf8(html[cut.html..end].to_vec()).unwrap()).collect()
            };
            let without = |piece: String| ["p", "g", "s", "\"p g\"", "\"p s\"", "\"g s\"", "\"p g s\""]
                .iter()
                .fold(piece, |piece, class| piece.replace(&format!(" class={class}>"), ">"));
            let unmarked: Vec<String> = pieces(&marked, &moved).into_iter().map(without).collect();
            prop_assert_eq!(unmarked, pieces(&html, &cuts));
        }
    }
}
