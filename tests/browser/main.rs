//! Pages as readers meet them: in a browser, with its script's steps; by the rules of accessibility; without script.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, unreachable_pub, missing_docs)]

mod accessibility;
mod checksums;
mod chromium;
mod files;
mod lighthouse;
mod live;
#[path = "../common/tools.rs"]
mod needed;
mod not_found;
mod published;
#[path = "../site/mod.rs"]
mod site;
mod steps;
mod text;
mod tools;
#[path = "../common/web_server.rs"]
mod web_server;
