//! Patches in memory against `dpkg` and GNU `patch` themselves: random trees and random, often mangled diffs.
//!
//! `DEBPRESS_PATCH_CASES` says how many (3,000 unless set), `DEBPRESS_PATCH_SEED` where to begin. Without perl,
//! libdpkg-perl and patch the comparison is skipped, and says so; with `DEBPRESS_REQUIRE_TOOLS=1` that fails.

#![allow(clippy::unwrap_used, reason = "what stops a test is a failure of the test")]

mod cases;
mod generate;
mod judge;

use debpress::formats::unified_diff::DiffProblem;
use debpress::unpack::patch::{MemoryTree, PatchError, PatchRules, Refusal, apply};
use generate::Random;
use judge::{Judge, Verdict};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

const ALL_RULES: [PatchRules; 3] = [PatchRules::FORMAT_1_0, PatchRules::FORMAT_2_0, PatchRules::FORMAT_3_0_QUILT];

/// What we make of it, in the judge's words.
fn ours(tree: &MemoryTree, patch: &[u8], rules: &PatchRules) -> (Verdict, Option<PatchError>) {
    let mut tree = tree.clone();
    match apply("the-patch", patch, rules, &mut tree) {
        Ok(_) => (Verdict::Tree(judge::listing_of(&tree)), None),
        Err(error) => (Verdict::Refused, Some(error)),
    }
}

/// Whether a patch that dpkg applies is refused for one of the reasons that the front page of `unpack::patch` names.
fn is_decided_otherwise(error: Option<&PatchError>) -> bool {
    use DiffProblem::{NotUnified, Quoted};
    let refusal = error.map(|error| &error.refusal);
    matches!(refusal, Some(Refusal::Malformed(NotUnified | Quoted) | Refusal::ThroughSymlink(_)))
}

/// Whether two results differ only in what the front page says depends on the machine: a backup that a git header
/// leaves without a change, or, in format 1.0, a new link to nowhere.
fn differs_by_machine(ours: &Verdict, theirs: &Verdict, patch: &[u8]) -> bool {
    let (Verdict::Tree(ours), Verdict::Tree(theirs)) = (ours, theirs) else { return false };
    let only = |one: &str, other: &str| -> Vec<String> {
        one.lines().filter(|line| other.lines().all(|same| same != *line)).map(str::to_owned).collect()
    };
    let (only_ours, only_theirs) = (only(ours, theirs), only(theirs, ours));
    let has = |text: &str| memchr::memmem::find(patch, text.as_bytes()).is_some();
    let is_backup = only_ours.iter().chain(&only_theirs).all(|line| line.contains(".dpkg-orig"));
    let is_link = only_ours.iter().all(|line| line.contains(" -> "));
    (is_backup && has("diff --git ")) || (is_link && has("120000"))
}

#[test]
fn random_patches_have_the_same_result_as_with_dpkg() {
    let Some(mut judge) = Judge::start() else { return };
    let (first, count) = (number("DEBPRESS_PATCH_SEED", 1), number("DEBPRESS_PATCH_CASES", 3000));
    let (mut applied, mut by_machine) = (0, 0);
    let mut disagreements = Vec::new();
    for seed in first..first + count {
        let mut random = Random::new(seed);
        let rules = random.pick(&ALL_RULES);
        let tree = generate::tree(&mut random);
        let patch = generate::patch(&mut random, &tree);
        let (theirs, their_message) = judge.apply(&tree, &patch, &rules);
        let (ours, error) = ours(&tree, &patch, &rules);
        applied += u64::from(matches!(theirs, Verdict::Tree(_)));
        if ours == theirs || is_decided_otherwise(error.as_ref()) {
            continue;
        }
        if differs_by_machine(&ours, &theirs, &patch) {
            by_machine += 1;
        } else {
            disagreements.push(seed);
            println!(
                "=== seed {seed} {rules:?}\n--- tree\n{}--- patch\n{}\n--- dpkg: {theirs}{their_message}\n--- ours: \
                 {ours}{error:?}",
                judge::listing_of(&tree),
                patch.escape_ascii().to_string().replace("\\n", "\n"),
            );
        }
    }
    println!("{count} cases, {applied} applied by dpkg, {} disagreements", disagreements.len());
    assert!(disagreements.is_empty(), "seeds {disagreements:?}");
    assert!(by_machine <= 1 + count / 2000, "too many results that depend on the machine: {by_machine}");
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
            let (ours, error) = ours(&tree, case.patch.as_bytes(), &rules);
            agrees &= ours == theirs;
            if (ours == theirs) == case.otherwise {
                println!("=== {} {rules:?}\n--- dpkg: {theirs}{their_message}\n--- ours: {ours}{error:?}", case.name);
            }
        }
        disagreements += usize::from(agrees == case.otherwise);
    }
    assert_eq!(disagreements, 0);
}
