//! Sets of bytes, looked up in one step.

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteSet([bool; 256]);

impl ByteSet {
    pub(super) const EMPTY: Self = Self([false; 256]);
    pub(super) const ALL: Self = Self([true; 256]);

    pub(super) fn of(accept: impl Fn(u8) -> bool) -> Self {
        Self(std::array::from_fn(|byte| accept(byte as u8)))
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte)] = true;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
    }

    pub(super) fn complement(&self) -> Self {
        Self(self.0.map(|member| !member))
    }

    pub(super) fn ignore_case(&mut self) {
        let original = *self;
        for byte in (0..=255_u8).filter(|&byte| original.contains(byte)) {
            self.insert(byte.to_ascii_lowercase());
            self.insert(byte.to_ascii_uppercase());
        }
    }
}

/// Bytes of which words are made when a language does not say otherwise.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
