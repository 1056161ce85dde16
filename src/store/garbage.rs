//! Garbage: results that nothing reaches, removed after a grace period.

use serde::Serialize;

use super::{Bucket, Store, StoreError, Usage, folder};
use crate::fs;
use crate::model::Key;

/// When garbage is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GcRules {
    /// Now, in seconds since 1970 of the archive's clock.
    pub now: i64,
    /// Seconds that a result is kept after a collection first found that nothing reaches it.
    pub grace: i64,
    /// The most that one collection may remove, in percent of all results; 100 removes without a guard.
    pub largest_share: u8,
}

/// What a collection found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct GcReport {
    /// Results that something reaches.
    pub live: u64,
    /// Results that nothing reaches, kept for their grace period.
    pub waiting: Usage,
    /// Results that were removed.
    pub removed: Usage,
}

/// So many results may always be removed, however small the cache.
const ALWAYS_ALLOWED: u64 = 10;

impl Store {
    /// Collects garbage: what is not `live` is noted with the time, and removed when it was noted
    /// longer than the grace period ago and nothing has reached it since. Unfinished files go, too, so no writer
    /// may be open.
    ///
    /// # Errors
    /// [`StoreError::TooMuchGarbage`] when the rules forbid it; nothing is removed then, and the notes stay.
    /// Else when the cache cannot be read or written.
    pub fn gc(&self, live: &dyn Fn(Bucket, Key) -> bool, rules: &GcRules) -> Result<GcReport, StoreError> {
        self.writable()?;
        folder::sweep(&self.folder)?;
        let mut report = GcReport::default();
        let notes = self.note_garbage(live, rules.now, &mut report)?;
        let (removable, waiting): (Vec<_>, Vec<_>) =
            notes.into_iter().partition(|(_, _, since)| rules.now.saturating_sub(*since) > rules.grace);
        let stored = report.live + (removable.len() + waiting.len()) as u64;
        guard(removable.len() as u64, stored, rules.largest_share)?;
        for &(bucket, key, _) in &waiting {
            self.file_size(bucket, key)?.into_iter().for_each(|bytes| report.waiting.add(bytes));
        }
        for &(bucket, key, _) in &removable {
            self.file_size(bucket, key)?.into_iter().for_each(|bytes| report.removed.add(bytes));
            fs::remove_file(&bucket.path(&self.folder, key))?;
        }
        self.state().transaction(|state| state.set_garbage(&waiting))?;
        Ok(report)
    }

    /// Notes what nothing reaches, in the order in which it may be removed, and since when.
    fn note_garbage(
        &self,
        live: &dyn Fn(Bucket, Key) -> bool,
        now: i64,
        report: &mut GcReport,
    ) -> Result<Vec<(Bucket, Key, i64)>, StoreError> {
        let known = self.state().read(|state| state.garbage())?;
        let mut notes = Vec::new();
        for bucket in self.buckets()? {
            let (reached, unreached): (Vec<_>, Vec<_>) =
                self.list(bucket)?.into_iter().partition(|key| live(bucket, *key));
            report.live += reached.len() as u64;
            let name = bucket.to_string();
            for key in unreached {
                let since = known.get(&(name.clone(), key)).copied().unwrap_or(now);
                notes.push((bucket, key, since.min(now)));
            }
        }
        self.state().transaction(|state| state.set_garbage(&notes))?;
        Ok(notes)
    }
}

/// Refuses to remove a share of the cache that looks like a mistake.
fn guard(removable: u64, stored: u64, percent: u8) -> Result<(), StoreError> {
    let allowed = u128::from(stored) * u128::from(percent) / 100;
    if removable > ALWAYS_ALLOWED && u128::from(removable) > allowed {
        return Err(StoreError::TooMuchGarbage { removable, stored, percent });
    }
    Ok(())
}
