//! The lives of patches over the versions of a package.
//!
//! [`lives`] puts neighbouring series together, so that the work grows with the number of versions and not with its
//! square; [`compare`] answers for any two of them.

use super::diff::{self, PatchVersion};
use crate::model::{PatchLife, PatchStage, SeriesComparison};

/// Compares the series of two versions, given by their positions in the list of all.
pub fn compare(series: &[Vec<PatchVersion<'_>>], old: usize, new: usize) -> SeriesComparison {
    let of = |version: usize| series.get(version).map_or(&[][..], Vec::as_slice);
    SeriesComparison { old, new, patches: diff::compare(of(old), of(new)) }
}

/// Each version with the one before it, the oldest pair first.
pub fn neighbours(series: &[Vec<PatchVersion<'_>>]) -> Vec<SeriesComparison> {
    (1..series.len()).map(|new| compare(series, new - 1, new)).collect()
}

/// The lives of all patches, given the number of patches in the oldest version and the comparisons of all
/// [`neighbours`]. Those that live longest come first, in the order of the last series that has them. A patch that comes
/// back after it was dropped has a second life.
pub fn lives(oldest: usize, neighbours: &[SeriesComparison]) -> Vec<PatchLife> {
    let first = |patch| PatchStage { patch, change: None, renamed: false };
    let mut living: Vec<PatchLife> =
        (0..oldest).map(|patch| PatchLife { since: 0, stages: vec![first(patch)] }).collect();
    let mut ended = Vec::new();
    for comparison in neighbours {
        let mut before: Vec<Option<PatchLife>> = living.into_iter().map(Some).collect();
        living = Vec::with_capacity(comparison.patches.len());
        for compared in &comparison.patches {
            let Some(patch) = compared.new else { continue };
            let stage = PatchStage { patch, change: Some(compared.change), renamed: compared.renamed };
            let known = compared.old.and_then(|old| before.get_mut(old)?.take());
            let mut life = known.unwrap_or(PatchLife { since: comparison.new, stages: Vec::new() });
            life.stages.push(stage);
            living.push(life);
        }
        ended.extend(before.into_iter().flatten());
    }
    let mut lives = [living, ended].concat();
    let position = |life: &PatchLife| life.stages.last().map_or(0, |stage| stage.patch);
    lives.sort_by_key(|life| (std::cmp::Reverse(life.last()), position(life)));
    lives
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analyse::patches::diff::ids;
    use crate::model::PatchChange;

    fn patch(change: &str) -> String {
        format!("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+{change}\n")
    }

    fn series<'a>(patches: &[(&'a str, &str)]) -> Vec<PatchVersion<'a>> {
        patches.iter().map(|(name, change)| PatchVersion { name, ids: ids(patch(change).as_bytes()) }).collect()
    }

    #[test]
    fn a_life_goes_on_under_another_name_and_ends_when_it_is_dropped() {
        use PatchChange::{Changed, New, Same};
        let all = [
            series(&[("a", "1"), ("b", "2")]),
            series(&[("a", "one"), ("c", "2")]),
            series(&[("new", "3"), ("c", "2")]),
            series(&[("new", "3"), ("a", "one")]),
        ];
        let lives = lives(2, &neighbours(&all));
        let told: Vec<_> = lives.iter().map(|life| (life.since, life.last(), life.stages[0].patch)).collect();
        assert_eq!(told, [(2, 3, 0), (3, 3, 1), (0, 2, 1), (0, 1, 0)]);
        let changes = |at: usize| lives[at].stages.iter().map(|it| (it.change, it.renamed)).collect::<Vec<_>>();
        assert_eq!(changes(2), [(None, false), (Some(Same), true), (Some(Same), false)], "b became c");
        assert_eq!(changes(3), [(None, false), (Some(Changed), false)]);
        assert_eq!(changes(1), [(Some(New), false)], "what comes back is new");
    }

    proptest! {
        #[test]
        fn every_patch_of_every_version_has_one_life(
            versions in prop::collection::vec(prop::collection::vec(("[a-e]", "[1-4]"), 0..6), 1..6),
        ) {
            let all: Vec<Vec<PatchVersion<'_>>> = versions
                .iter()
                .map(|patches| patches.iter().map(|(name, text)| PatchVersion { name, ids: ids(patch(text).as_bytes()) }).collect())
                .collect();
            let lives = lives(all[0].len(), &neighbours(&all));
            for (version, patches) in all.iter().enumerate() {
                let mut found: Vec<usize> =
                    lives.iter().filter_map(|life| Some(life.stage(version)?.patch)).collect();
                found.sort_unstable();
                prop_assert_eq!(found, (0..patches.len()).collect::<Vec<_>>());
            }
        }
    }
}
