//! The store's packs as the parts that `unpack` assembles.

use std::cell::RefCell;

use crate::model::{Key, Member};
use crate::store::{Pack, StoreError};
use crate::unpack::assemble::{PartError, Parts};

/// The packs of one package's source files, in the order of its parts.
pub(super) struct PackedParts<'a> {
    packs: &'a [(Key, Pack)],
    error: RefCell<Option<StoreError>>,
}

impl<'a> PackedParts<'a> {
    pub(super) fn new(packs: &'a [(Key, Pack)]) -> Self {
        Self { packs, error: RefCell::new(None) }
    }

    /// The first error that the store gave while the package was assembled.
    pub(super) fn into_error(self) -> Option<StoreError> {
        self.error.into_inner()
    }
}

impl Parts for PackedParts<'_> {
    fn members(&self, part: usize) -> &[Member] {
        self.packs.get(part).map_or(&[], |(_, pack)| pack.members())
    }

    fn read(&self, part: usize, member: u32) -> Result<Vec<u8>, PartError> {
        let (_, pack) = self.packs.get(part).ok_or_else(|| PartError::new("there is no such source file"))?;
        pack.read(member).map_err(|error| {
            let message = error.to_string();
            self.error.borrow_mut().get_or_insert(error);
            PartError::new(message)
        })
    }
}
