//! Random series of patches over a file whose lines are all different, so that comparing is never ambiguous.

use debpress::model::EntryPath;
use debpress::unpack::patch::{MemoryTree, PatchTarget};
use proptest::prelude::*;

use super::follow;

/// What a patch does at one line: how many lines it puts before it, and whether it takes the line away.
type Edit = (usize, bool);

/// One patch: edits by line, lines of context, and how far its numbers are off.
type Edits = (Vec<Edit>, usize, u64);

fn edits() -> impl Strategy<Value = Edits> {
    let edit = (prop_oneof![8 => Just(0_usize), 1 => 1..4_usize], prop::bool::weighted(0.15));
    (prop::collection::vec(edit, 61), 0..4_usize, prop_oneof![Just(0_u64), 1..9_u64])
}

/// The diff of one file as lines with their signs, and the new file.
fn marked(file: &[String], edits: &[Edit], fresh: &mut u32) -> (Vec<String>, Vec<String>) {
    let (mut diff, mut new) = (Vec::new(), Vec::new());
    for (at, &(added, is_removed)) in edits.iter().enumerate().take(file.len() + 1) {
        for _ in 0..added {
            *fresh += 1;
            diff.push(format!("+{fresh}"));
            new.push(fresh.to_string());
        }
        let Some(line) = file.get(at) else { break };
        diff.push(format!("{}{line}", if is_removed { '-' } else { ' ' }));
        if !is_removed {
            new.push(line.clone());
        }
    }
    diff.extend(file.iter().skip(edits.len()).map(|line| format!(" {line}")));
    new.extend(file.iter().skip(edits.len()).cloned());
    (diff, new)
}

/// A unified diff with some lines of context.
fn unified(diff: &[String], context: usize, shift: u64) -> String {
    let is_near = |at: usize| {
        let around = diff.get(at.saturating_sub(context)..(at + context + 1).min(diff.len())).unwrap();
        around.iter().any(|line| !line.starts_with(' '))
    };
    let mut text = "--- a/f\n+++ b/f\n".to_owned();
    let (mut old, mut new, mut at) = (0, 0, 0);
    while at < diff.len() {
        let hunk: Vec<&String> = (at..diff.len()).take_while(|&at| is_near(at)).map(|at| &diff[at]).collect();
        let count = |sign: char| hunk.iter().filter(|line| !line.starts_with(sign)).count() as u64;
        let (old_count, new_count) = (count('+'), count('-'));
        if hunk.is_empty() {
            (old, new, at) = (old + 1, new + 1, at + 1);
            continue;
        }
        let start = |before: u64, count: u64| before + u64::from(count > 0) + shift;
        text += &format!("@@ -{},{old_count} +{},{new_count} @@\n", start(old, old_count), start(new, new_count));
        hunk.iter().for_each(|line| text += &format!("{line}\n"));
        (old, new, at) = (old + old_count, new + new_count, at + hunk.len());
    }
    text
}

proptest! {
    #[test]
    fn following_agrees_with_comparing(length in 0..60_u32, series in prop::collection::vec(edits(), 1..8)) {
        let mut fresh = length;
        let mut file: Vec<String> = (1..=length).map(|line| line.to_string()).collect();
        let mut tree = MemoryTree::default();
        let content: String = file.iter().map(|line| format!("{line}\n")).collect();
        tree.write(&EntryPath::new("f").unwrap(), content.into_bytes(), false);
        let mut patches = Vec::new();
        for (edits, context, shift) in series {
            let (diff, new) = marked(&file, &edits, &mut fresh);
            patches.push(unified(&diff, context, shift).into_bytes());
            file = new;
        }
        let outcome = follow(tree, &patches);
        prop_assert!(outcome.wrong.is_empty() && outcome.ambiguous == 0, "{outcome:?}");
    }
}
