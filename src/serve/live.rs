//! Open pages learn of new builds: server-sent events, and a few lines of script that take them.
//!
//! Pages stay as they are published. The lines are appended to the script that all pages have, as it is sent.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde::Serialize;
use tokio::io::{AsyncWriteExt as _, DuplexStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::io::ReaderStream;

use super::answer::response;

/// Where events come from.
pub(super) const LIVE_ADDRESS: &str = "/.debpress/live";

const SCRIPT: &[u8] = include_bytes!("live.js");

/// Pages that listen at a time; each takes a connection.
const LISTENERS: usize = 64;

/// Something is sent this often, to learn that a page has gone.
const EVERY: Duration = Duration::from_secs(15);

/// How the site stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Standing {
    /// Counts the builds that changed something.
    pub(super) build: u64,
    /// The new style sheet, seen from the root, if the last build changed nothing else.
    pub(super) style: Option<String>,
    /// Why the last build failed.
    pub(super) error: Option<String>,
}

/// Tells open pages how the site stands.
#[derive(Debug, Clone)]
pub(super) struct Live {
    standing: watch::Sender<Standing>,
    free: Arc<Semaphore>,
}

impl Live {
    pub(super) fn new() -> Self {
        Self { standing: watch::Sender::new(Standing::default()), free: Arc::new(Semaphore::new(LISTENERS)) }
    }

    /// A build changed something: the style sheet alone, if that is given.
    pub(super) fn built(&self, style: Option<String>) {
        self.standing.send_modify(|standing| *standing = Standing { build: standing.build + 1, style, error: None });
    }

    /// A build changed nothing.
    pub(super) fn unchanged(&self) {
        self.standing.send_if_modified(|standing| standing.error.take().is_some());
    }

    /// A build failed.
    pub(super) fn failed(&self, error: String) {
        self.standing.send_modify(|standing| standing.error = Some(error));
    }

    /// Events without end: how the site stands, now and after each build.
    pub(super) fn answer(&self) -> Response<Body> {
        let Ok(permit) = self.free.clone().try_acquire_owned() else {
            return response(StatusCode::SERVICE_UNAVAILABLE, &[], Body::empty());
        };
        let (writer, reader) = tokio::io::duplex(4 << 10);
        tokio::spawn(tell(self.standing.subscribe(), writer, permit));
        response(
            StatusCode::OK,
            &[(header::CONTENT_TYPE, "text/event-stream")],
            Body::from_stream(ReaderStream::new(reader)),
        )
    }
}

async fn tell(mut standing: watch::Receiver<Standing>, mut writer: DuplexStream, _permit: OwnedSemaphorePermit) {
    standing.mark_changed();
    loop {
        let text = tokio::select! {
            changed = standing.changed() => match changed {
                Ok(()) => event(&standing.borrow_and_update()),
                Err(_) => return,
            },
            () = tokio::time::sleep(EVERY) => ":\n\n".to_owned(),
        };
        if writer.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// JSON has no line feeds, which would end an event's line.
fn event(standing: &Standing) -> String {
    format!("data: {}\n\n", serde_json::to_string(standing).unwrap_or_default())
}

/// Whether it is the script that all pages have.
pub(super) fn is_extended(output_path: &[u8]) -> bool {
    output_path.starts_with(b"static/site.") && output_path.ends_with(b".js")
}

/// The script with the lines that listen.
pub(super) fn extended(mut script: Vec<u8>) -> Vec<u8> {
    script.push(b'\n');
    script.extend_from_slice(SCRIPT);
    script
}
