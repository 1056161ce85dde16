//! Which shard has which places.

use std::fmt;

/// Bytes of rows in a shard on average. A shard has between half of it and twice as much.
const BYTES_OF_SHARD: u64 = 72 << 10;

/// A table divided into a number of shards.
///
/// With 2^*n* shards, each has the places that begin with the same *n* bits. Of 2^*n* + *m* shards, the first *m* of these
/// are divided once more (linear hashing, by leading bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    shards: u32,
}

/// The bits that the places of a shard begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    value: u32,
    bits: u32,
}

impl Partition {
    /// For so many shards; one at least, 2^31 at most.
    pub fn new(shards: u32) -> Self {
        Self { shards: shards.clamp(1, 1 << 31) }
    }

    /// For rows of so many [bytes](super::Row::bytes) in all.
    pub fn of_bytes(bytes: u64) -> Self {
        Self::new(u32::try_from(bytes.div_ceil(BYTES_OF_SHARD)).unwrap_or(u32::MAX))
    }

    /// How many shards there are.
    pub fn shards(self) -> u32 {
        self.shards
    }

    /// The shard that has a place.
    pub fn prefix_of(self, place: u32) -> Prefix {
        let bits = self.shards.ilog2();
        let short = Prefix::beginning(place, bits);
        if short.value < self.shards - (1 << bits) { Prefix::beginning(place, bits + 1) } else { short }
    }

    /// All shards, in the order of places.
    pub fn prefixes(self) -> impl Iterator<Item = Prefix> {
        let bits = self.shards.ilog2();
        let divided = self.shards - (1 << bits);
        let long = (0..2 * divided).map(move |value| Prefix { value, bits: bits + 1 });
        long.chain((divided..1 << bits).map(move |value| Prefix { value, bits }))
    }

    /// The shards that have places of `other`, in the order of places: all that begin as it does, or the one that it is a
    /// part of.
    pub(super) fn overlapping(self, other: Prefix) -> impl Iterator<Item = Prefix> {
        let mut next = Some(self.prefix_of(other.first()));
        std::iter::from_fn(move || {
            let found = next?;
            next = (found.last() < other.last()).then(|| self.prefix_of(found.last() + 1));
            Some(found)
        })
    }
}

impl Prefix {
    fn beginning(place: u32, bits: u32) -> Self {
        Self { value: place.checked_shr(32 - bits).unwrap_or(0), bits }
    }

    /// What [`Display`](fmt::Display) writes, read back; `None` when it is no prefix.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 32 || !text.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
            return None;
        }
        let value = text.bytes().fold(0, |value, byte| value << 1 | u32::from(byte == b'1'));
        Some(Self { value, bits: u32::try_from(text.len()).ok()? })
    }

    /// The first place of the shard.
    pub fn first(self) -> u32 {
        self.value.checked_shl(32 - self.bits).unwrap_or(0)
    }

    /// Its last place.
    pub fn last(self) -> u32 {
        self.first() | u32::MAX.checked_shr(self.bits).unwrap_or(0)
    }

    /// Whether it has a place.
    pub fn has(self, place: u32) -> bool {
        (self.first()..=self.last()).contains(&place)
    }

    /// The shard's name: the hexadecimal digits that its first place begins with, so many as its bits touch.
    pub fn name(self) -> String {
        let digits = self.bits.div_ceil(4).max(1);
        let digits = usize::try_from(digits).unwrap_or_default();
        let mut name = format!("{:08x}", self.first());
        name.truncate(digits);
        name
    }
}

impl fmt::Display for Prefix {
    /// Binary digits; none for the one shard that has all places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits {
            0 => Ok(()),
            bits => write!(f, "{:0width$b}", self.value, width = bits as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shards_are_named_by_their_first_place() {
        let names = |shards| Partition::new(shards).prefixes().map(Prefix::name).collect::<Vec<_>>();
        assert_eq!(names(1), ["0"]);
        assert_eq!(names(3), ["0", "4", "8"]);
        assert_eq!(names(18), "00 08 10 18 2 3 4 5 6 7 8 9 a b c d e f".split(' ').collect::<Vec<_>>());
        assert_eq!(Partition::new(18).prefix_of(0x1fff_ffff).name(), "18");
        assert_eq!(Partition::new(3).prefix_of(0x7fff_ffff).to_string(), "01");
    }

    proptest! {
        #[test]
        fn every_place_is_in_one_shard(shards in 1_u32..5_000, place: u32) {
            let partition = Partition::new(shards);
            let all: Vec<Prefix> = partition.prefixes().collect();
            prop_assert_eq!(all.len(), shards as usize);
            prop_assert_eq!(all[0].first(), 0);
            prop_assert_eq!(all.last().unwrap().last(), u32::MAX);
            prop_assert!(all.windows(2).all(|pair| pair[0].last() + 1 == pair[1].first()));
            let names: std::collections::BTreeSet<String> = all.iter().map(|prefix| prefix.name()).collect();
            prop_assert_eq!(names.len(), all.len());
            let holders: Vec<&Prefix> = all.iter().filter(|prefix| prefix.has(place)).collect();
            prop_assert_eq!(holders, [&partition.prefix_of(place)]);
            let prefix = partition.prefix_of(place);
            prop_assert_eq!(Prefix::parse(&prefix.to_string()), Some(prefix));
        }

        #[test]
        fn one_more_shard_divides_one(shards in 1_u32..5_000) {
            let (before, after) = (Partition::new(shards), Partition::new(shards + 1));
            let kept = before.prefixes().filter(|prefix| after.prefix_of(prefix.first()) == *prefix).count();
            prop_assert_eq!(kept as u32, shards - 1);
        }

        #[test]
        fn overlapping_shards_share_places(a in 1_u32..300, b in 1_u32..300) {
            let (a, b) = (Partition::new(a), Partition::new(b));
            for prefix in a.prefixes() {
                let found: Vec<Prefix> = b.overlapping(prefix).collect();
                let wanted = b.prefixes().filter(|it| it.first() <= prefix.last() && it.last() >= prefix.first());
                prop_assert_eq!(found, wanted.collect::<Vec<_>>());
            }
        }
    }
}
