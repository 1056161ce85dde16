//! Words with a meaning, found in constant time.

use super::class::Class;

/// Words of this length and longer are not told apart by their length.
const LONGEST: usize = 63;

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The class of the word itself.
    pub(super) class: Class,
    /// The class of the name that follows it, as after `def` or `class`.
    pub(super) names: Option<Class>,
}

/// A hash table from words to meanings: the key is the word's length and its first eight bytes, so that
/// looking a word up costs one multiplication and, mostly, one comparison.
pub(super) struct Words {
    slots: Vec<Option<(Box<[u8]>, Meaning)>>,
    /// For each first byte the lengths of its words, as bits: most words are dismissed by that alone.
    lengths: [u64; 256],
    ignore_case: bool,
}

impl Words {
    /// A table of words; with `ignore_case` they are found in any case.
    pub(super) fn new(words: &[(String, Meaning)], ignore_case: bool) -> Self {
        let size = (words.len() * 4).next_power_of_two();
        let mut table = Self { slots: vec![None; size], lengths: [0; 256], ignore_case };
        for (word, meaning) in words {
            let word = if ignore_case { word.to_ascii_lowercase() } else { word.clone() };
            let Some(&first) = word.as_bytes().first() else { continue };
            let length = 1 << word.len().min(LONGEST);
            table.lengths[usize::from(first)] |= length;
            table.lengths[usize::from(first.to_ascii_uppercase())] |= if ignore_case { length } else { 0 };
            let mut slot = table.slot(word.as_bytes());
            while table.slots[slot].as_ref().is_some_and(|(other, _)| **other != *word.as_bytes()) {
                slot = (slot + 1) & (size - 1);
            }
            table.slots[slot] = Some((word.into_bytes().into(), *meaning));
        }
        table
    }

    /// What a word means, if anything.
    #[inline]
    pub(super) fn get(&self, word: &[u8]) -> Option<Meaning> {
        let &first = word.first()?;
        if self.lengths[usize::from(first)] & (1 << word.len().min(LONGEST)) == 0 {
            return None;
        }
        if !self.ignore_case {
            return self.find(word);
        }
        let mut lower = [0; LONGEST];
        let lower = lower.get_mut(..word.len())?;
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        self.find(lower)
    }

    #[inline]
    fn find(&self, word: &[u8]) -> Option<Meaning> {
        let mut slot = self.slot(word);
        while let Some((other, meaning)) = &self.slots[slot] {
            if **other == *word {
                return Some(*meaning);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }

    #[inline]
    fn slot(&self, word: &[u8]) -> usize {
        const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut key = word.len() as u64;
        for &byte in word.iter().take(8) {
            key = (key << 8) ^ u64::from(byte) ^ (key >> 56);
        }
        (key.wrapping_mul(MULTIPLIER) >> 32) as usize & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYWORD: Meaning = Meaning { class: Class::Keyword, names: None };

    #[test]
    fn words_are_found_and_others_are_not() {
        let list = ["if", "int", "interface", "internally"].map(|word| (word.to_owned(), KEYWORD));
        let words = Words::new(&list, false);
        assert!(list.iter().all(|(word, _)| words.get(word.as_bytes()) == Some(KEYWORD)));
        assert_eq!(words.get(b"If"), None);
        assert_eq!(words.get(b""), None);
        assert_eq!(words.get(b"interfaces"), None);
        assert_eq!(Words::new(&list, true).get(b"INT"), Some(KEYWORD));
        assert_eq!(Words::new(&[], false).get(b"if"), None);
    }
}
