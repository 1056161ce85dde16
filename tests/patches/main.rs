//! Patches in memory against `dpkg` and GNU `patch` themselves: random trees and random, often mangled diffs.
//!
//! `DEBPRESS_PATCH_CASES` says how many (3,000 unless set), `DEBPRESS_PATCH_SEED` where to begin. Without perl,
//! libdpkg-perl and patch the comparison is skipped, and says so; with `DEBPRESS_REQUIRE_TOOLS=1` that fails.

#![allow(clippy::unwrap_used, reason = "what stops a test is a failure of the test")]

mod cases;
mod generate;
mod judge;

use debpress::unpack::patch::{MemoryTree, PatchRules, apply};
use generate::Random;
use judge::{Judge, Verdict};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

const ALL_RULES: [PatchRules; 3] = [PatchRules::FORMAT_1_0, PatchRules::FORMAT_2_0, PatchRules::FORMAT_3_0_QUILT];

/// What we make of it, in the judge's words.
fn ours(tree: &MemoryTree, patch: &[u8], rules: &PatchRules) -> (Verdict, String) {
    let mut tree = tree.clone();
    match apply("the-patch", patch, rules, &mut tree) {
        Ok(_) => (Verdict::Tree(judge::listing_of(&tree)), String::new()),
        Err(error) => (Verdict::Refused, error.to_string()),
    }
}

#[test]
fn random_patches_have_the_same_result_as_with_dpkg() {
    let Some(mut judge) = Judge::start() else { return };
    let (first, count) = (number("DEBPRESS_PATCH_SEED", 1), number("DEBPRESS_PATCH_CASES", 3000));
    let mut applied = 0;
    let mut disagreements = Vec::new();
    for seed in first..first + count {
        let mut random = Random::new(seed);
        let rules = random.pick(&ALL_RULES);
        let tree = generate::tree(&mut random);
        let patch = generate::patch(&mut random, &tree);
        let (theirs, their_message) = judge.apply(&tree, &patch, &rules);
        let (ours, our_message) = ours(&tree, &patch, &rules);
        applied += u64::from(matches!(theirs, Verdict::Tree(_)));
        if ours != theirs {
            disagreements.push(seed);
            println!(
                "=== seed {seed} {rules:?}\n--- tree\n{}--- patch\n{}\n--- dpkg: {theirs}{their_message}\n--- ours: \
                 {ours}{our_message}",
                judge::listing_of(&tree),
                patch.escape_ascii().to_string().replace("\\n", "\n"),
            );
        }
    }
    println!("{count} cases, {applied} applied by dpkg, {} disagreements", disagreements.len());
    assert!(disagreements.is_empty(), "seeds {disagreements:?}");
    assert!(applied * 5 > count, "too few of the generated patches apply: {applied}");
}

#[test]
fn chosen_patches_have_the_same_result_as_with_dpkg() {
    let Some(mut judge) = Judge::start() else { return };
    let mut disagreements = 0;
    for case in cases::CASES {
        let tree = case.tree();
        let mut agrees = true;
        for rules in ALL_RULES {
            let (theirs, their_message) = judge.apply(&tree, case.patch.as_bytes(), &rules);
            let (ours, our_message) = ours(&tree, case.patch.as_bytes(), &rules);
            agrees &= ours == theirs;
            if (ours == theirs) == case.otherwise {
                println!(
                    "=== {} {rules:?}\n--- dpkg: {theirs}{their_message}\n--- ours: {ours}{our_message}",
                    case.name
                );
            }
        }
        disagreements += usize::from(agrees == case.otherwise);
    }
    assert_eq!(disagreements, 0);
}
