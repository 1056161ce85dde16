//! What the members of stored packs say of their licences themselves, from their stored bytes.

use super::PrepareError;
use super::pack::{Workshop, each_group};
use crate::analyse::copyright::found;
use crate::model::{Found, Key, MemberKind};
use crate::store::{Bucket, Group, GroupContent, Pack, StoreError};

/// Where it is kept, for each pack.
pub const FOUND: Bucket = Bucket::Facts("found");

/// What members say, by their numbers; those that say nothing are left out.
pub type FoundMembers = Vec<(u32, Found)>;

/// The key of what the members of a pack say.
pub fn found_key(pack: Key) -> Key {
    Key::of("found in a pack", found::VERSION).key(pack).finish()
}

/// What the members of a pack say, from the store or read now.
pub(super) fn find(workshop: Workshop<'_>, pack: &Pack) -> Result<FoundMembers, PrepareError> {
    let key = found_key(pack.key());
    if let Some(found) = workshop.store.get(FOUND, key)? {
        return Ok(found);
    }
    let mut members = Vec::new();
    let work = |group: &Group| group_found(workshop, pack, group);
    each_group(workshop, pack, work, &mut |found: Result<FoundMembers, StoreError>| {
        members.extend(found?);
        Ok(())
    })?;
    workshop.store.put(FOUND, key, &members)?;
    Ok(members)
}

fn group_found(workshop: Workshop<'_>, pack: &Pack, group: &Group) -> Result<FoundMembers, StoreError> {
    let GroupContent { bytes, members } = pack.read_group(group)?;
    let find = |(member, range): (u32, std::ops::Range<usize>)| {
        let row = pack.members().get(member as usize)?;
        let MemberKind::File { size, .. } = row.kind else { return None };
        let bytes = bytes.get(range).filter(|_| size <= workshop.member_bytes)?;
        let found = found::found(&row.path, bytes);
        (!found.is_empty()).then_some((member, found))
    };
    Ok(members.into_iter().filter_map(find).collect())
}
