//! The state of a patch for templates.

use serde::Serialize;

use crate::html;
use crate::model::{PatchState, PatchStatus, StatusRule};
use crate::site::sources::overview::is_web_address;

/// All states, in the order in which they are told.
pub(super) const STATES: [PatchState; 7] = [
    PatchState::NotForwarded,
    PatchState::Forwarded,
    PatchState::Accepted,
    PatchState::Backport,
    PatchState::VendorOnly,
    PatchState::Unknown,
    PatchState::Invalid,
];

/// A state, and why it is told.
#[derive(Serialize)]
pub(super) struct StatusRow<'a> {
    name: &'static str,
    /// The name for style sheets.
    class: &'static str,
    /// The rule in a few words.
    reason: &'a str,
    dep3: &'a str,
    udd: &'a str,
    /// What it is about; may be empty.
    what: String,
    /// Where that leads, when it is an address.
    link: Option<String>,
    droppable: bool,
}

impl<'a> StatusRow<'a> {
    pub(super) fn new(status: &PatchStatus, rules: &'a [StatusRule]) -> Self {
        let rule = rules.iter().find(|rule| rule.id == status.rule);
        Self {
            name: name_of(status.state),
            class: status.state.slug(),
            reason: rule.map_or("", |rule| rule.title.as_str()),
            dep3: rule.map_or("", |rule| rule.dep3.as_str()),
            udd: rule.map_or("", |rule| rule.udd.as_str()),
            what: html::display_name(status.what.as_bytes()),
            link: Some(status.what.clone()).filter(|what| is_web_address(what)),
            droppable: status.droppable,
        }
    }
}

/// How many patches are in a state.
#[derive(Serialize)]
pub(super) struct StateCount {
    name: &'static str,
    class: &'static str,
    count: String,
    /// The share, in thousandths.
    share: u64,
}

pub(super) fn counts(states: &[(PatchState, u64)]) -> Vec<StateCount> {
    let all: u64 = states.iter().map(|(_, count)| count).sum();
    let row = |&(state, count): &(PatchState, u64)| StateCount {
        name: name_of(state),
        class: state.slug(),
        count: html::grouped(count),
        share: (count * 1000).checked_div(all).unwrap_or(0),
    };
    states.iter().map(row).collect()
}

pub(super) fn name_of(state: PatchState) -> &'static str {
    match state {
        PatchState::Accepted => "accepted upstream",
        PatchState::Backport => "from upstream",
        PatchState::Forwarded => "forwarded",
        PatchState::VendorOnly => "vendor only",
        PatchState::NotForwarded => "not forwarded",
        PatchState::Unknown => "unknown",
        PatchState::Invalid => "invalid",
    }
}
