//! Bad input ends in one message that says what is wrong, where, and what to do; it removes nothing and leaves
//! nothing half-written.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod archives;
#[path = "../http_server/mod.rs"]
mod http_server;
mod packages;
mod places;
mod servers;
mod settings;
#[path = "../site/mod.rs"]
mod site;

use site::Site;

/// A site with two packages in a suite and area, as the bad input finds it.
fn published() -> Site {
    let mut site = Site::new();
    site.archive.add("one", "main", "lib", "1.0-1");
    site.archive.add("one", "main", "native-gz", "1.0");
    site.build().succeeds();
    site
}
