//! Statistics over time: in the state, noted when a value changes.

use std::collections::BTreeMap;

use crate::store::{StateError, Store};

/// Values by the rest of their names.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeMap<String, i64>);

impl Values {
    /// Adds to a value, which is nothing at first.
    pub(super) fn add(&mut self, name: String, number: u64) {
        let value = self.0.entry(name).or_default();
        *value = value.saturating_add(number.try_into().unwrap_or(i64::MAX));
    }

    /// Notes those that are not what was noted last, at the time `at`. Names begin with `prefix`; what was noted below it and has
    /// no value any more is nothing now.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub(super) fn note(self, prefix: &str, at: i64, store: &Store) -> Result<(), StateError> {
        let state = store.state();
        let before = state.read(|state| state.latest_history(prefix))?;
        let mut now: BTreeMap<String, i64> = before.keys().map(|name| (name.clone(), 0)).collect();
        now.extend(self.0.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)));
        state.transaction(|state| {
            let mut changed = now.iter().filter(|(name, value)| before.get(*name) != Some(value));
            changed.try_for_each(|(name, &value)| state.add_history(name, at, value))
        })
    }
}
