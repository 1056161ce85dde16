//! What the members of stored packs define, from their stored bytes.

use std::sync::atomic::{AtomicU64, Ordering};

use super::PrepareError;
use super::pack::{Workshop, each_group};
use crate::analyse::symbols::{Ctags, Outliner, SymbolsError};
use crate::analyse::{encoding, fragment, symbols};
use crate::model::{Key, MemberKind, Outlined};
use crate::settings::Settings;
use crate::store::{Group, GroupContent, Pack};

/// Makes outlines of members, for all threads of a run.
#[derive(Debug)]
pub struct Outliners {
    ctags: Ctags,
    key: Key,
    failed: AtomicU64,
}

impl Outliners {
    /// As the settings say; `None` when they want no symbols.
    ///
    /// # Errors
    /// When there is no ctags that can be used.
    pub fn new(settings: &Settings) -> Result<Option<Self>, SymbolsError> {
        if !settings.symbols.enabled {
            return Ok(None);
        }
        let ctags = Ctags::find(&settings.symbols.command)?;
        let key = Key::of("outlines", symbols::VERSION)
            .number(u64::from(fragment::VERSION))
            .number(u64::from(encoding::VERSION))
            .number(settings.limits.member_bytes)
            .key(ctags.key())
            .finish();
        Ok(Some(Self { ctags, key, failed: AtomicU64::new(0) }))
    }

    /// What all outlines depend on beside the file.
    pub fn key(&self) -> Key {
        self.key
    }

    /// The key of the outlines of a pack.
    pub fn outlines_key(&self, pack: Key) -> Key {
        Key::of("outlines of a pack", 1).key(self.key).key(pack).finish()
    }

    /// Files of which ctags could not tell anything, since the run began.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}

/// Makes the outlines of a stored pack from its bytes.
pub(super) fn outline(workshop: Workshop<'_>, outliners: &Outliners, pack: &Pack) -> Result<(), PrepareError> {
    let mut writer = workshop.store.outline_writer(outliners.outlines_key(pack.key()))?;
    let work = |group: &Group| group_outlines(workshop, outliners, pack, group);
    each_group(workshop, pack, work, &mut |outlined: Result<Vec<(u32, Outlined)>, PrepareError>| {
        outlined?.iter().try_for_each(|(member, outlined)| Ok(writer.push(*member, outlined)?))
    })?;
    Ok(writer.finish()?)
}

fn group_outlines(
    workshop: Workshop<'_>,
    outliners: &Outliners,
    pack: &Pack,
    group: &Group,
) -> Result<Vec<(u32, Outlined)>, PrepareError> {
    let GroupContent { bytes, members } = pack.read_group(group)?;
    let mut outliner = Outliner::default();
    let mut outlines = Vec::new();
    for (member, range) in members {
        let Some(row) = pack.members().get(member as usize) else { continue };
        let MemberKind::File { size, text, .. } = row.kind else { continue };
        let Some(bytes) = bytes.get(range).filter(|_| text.is_text && size <= workshop.member_bytes) else { continue };
        match outliner.outline(&outliners.ctags, &row.path, bytes) {
            Ok(outlined) if outlined.symbols.is_empty() => {}
            Ok(outlined) => outlines.push((member, outlined)),
            // No fault of the package: a file without an outline is still shown.
            Err(SymbolsError::Failed(_)) => drop(outliners.failed.fetch_add(1, Ordering::Relaxed)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(outlines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_without_symbols_need_no_program() {
        let mut settings = Settings::parse("", std::path::Path::new("site.toml")).unwrap();
        settings.symbols.command = "/nonexistent".into();
        assert!(Outliners::new(&settings).is_err());
        settings.symbols.enabled = false;
        assert!(Outliners::new(&settings).unwrap().is_none());
    }
}
