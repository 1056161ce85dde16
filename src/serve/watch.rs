//! Builds again when something changed that a site is made from: `site.toml`, templates, assets, local archives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::live::Live;
use super::site::{Preview, PublishedSite};
use crate::model::PackageName;
use crate::pipeline::progress::{Progress, Verbosity};
use crate::pipeline::report::Outcome;
use crate::pipeline::{self, BuildError, BuildOptions};
use crate::settings::{Settings, SettingsError};
use crate::site::templates::Templates;

/// Changes that follow one another this quickly are one: editors write in several steps.
const QUIET: Duration = Duration::from_millis(80);

/// It is not waited longer than this for quiet.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The folder of suites in an archive. What is new in its pool is told there.
const DISTS: &str = "dists";

/// What to watch, and how to build.
#[derive(Debug, Clone)]
pub struct Watching {
    /// The settings file.
    pub settings_file: PathBuf,
    /// The packages to build; empty: all.
    pub only: Vec<PackageName>,
}

/// Why a build that a change caused failed.
#[derive(Debug, thiserror::Error)]
enum RebuildError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Path(#[from] crate::fs::PathError),
}

/// Watches until the process ends, in a thread of its own. The first watches are set when it returns.
///
/// # Errors
/// When the system gives no watches.
pub(super) fn start(
    watching: Watching,
    settings: &Settings,
    preview: Arc<Preview>,
    live: Live,
) -> Result<(), notify::Error> {
    let (sender, events) = channel();
    let places = places(&watching.settings_file, settings);
    let watcher = watch(&places, &sender)?;
    let assets = assets(settings);
    let rebuilder = Rebuilder { watching, preview, live, sender, events, watcher, places, assets };
    let thread = std::thread::Builder::new().name("watch".to_owned());
    // The handle is let go: the thread ends with the process.
    thread.spawn(move || rebuilder.run()).map(drop).map_err(notify::Error::io)
}

struct Rebuilder {
    watching: Watching,
    preview: Arc<Preview>,
    live: Live,
    sender: Sender<notify::Result<Event>>,
    events: Receiver<notify::Result<Event>>,
    watcher: RecommendedWatcher,
    places: BTreeSet<PathBuf>,
    assets: Assets,
}

impl Rebuilder {
    fn run(mut self) {
        while let Some(changed) = next_changes(&self.events, &self.places) {
            match self.rebuild(&changed) {
                Ok(()) => {}
                Err(error) => self.live.failed(error.to_string()),
            }
        }
    }

    fn rebuild(&mut self, changed: &BTreeSet<PathBuf>) -> Result<(), RebuildError> {
        let settings = Settings::read(&self.watching.settings_file)?;
        self.places = places(&self.watching.settings_file, &settings);
        // Folders may have been made or replaced; the watches of those that stay overlap for a moment.
        if let Ok(watcher) = watch(&self.places, &self.sender) {
            self.watcher = watcher;
        }
        let options = BuildOptions { only: self.watching.only.clone(), ..BuildOptions::default() };
        let report = pipeline::build(&settings, &options, &Progress::new(Verbosity::Quiet))?;
        self.preview.replace(PublishedSite::open(&settings)?);
        match report.outcome {
            Outcome::Published if report.files_written > 0 => {
                let before = std::mem::replace(&mut self.assets, assets(&settings));
                let folder = settings.resolve(&settings.site.assets);
                self.live.built(new_style(&folder, changed, &before, &self.assets));
            }
            _ => self.live.unchanged(),
        }
        Ok(())
    }
}

/// The published names of assets by their own.
type Assets = BTreeMap<String, String>;

/// Those that a build publishes; none when there is an error, which the build tells.
fn assets(settings: &Settings) -> Assets {
    let Ok(templates) = Templates::load(settings) else { return Assets::new() };
    templates.assets().iter().map(|it| (it.name.clone(), it.published_name.clone())).collect()
}

/// The style sheet, seen from the root of the site, if nothing else is other than before.
fn new_style(folder: &Path, changed: &BTreeSet<PathBuf>, before: &Assets, after: &Assets) -> Option<String> {
    let is_other = |(name, published): &(&String, &String)| before.get(*name) != Some(*published);
    let mut others = after.iter().filter(is_other);
    let (name, published) = others.next()?;
    let is_all = others.next().is_none() && changed.iter().all(|path| path.starts_with(folder));
    (is_all && name == "style.css").then(|| format!("static/{published}"))
}

/// What a site is made from, as far as it is on this machine.
fn places(settings_file: &Path, settings: &Settings) -> BTreeSet<PathBuf> {
    let archives = settings.archives.iter().filter(|archive| !archive.is_remote());
    let archives = archives.map(|archive| settings.resolve(Path::new(&archive.url)).join(DISTS));
    let folders = [&settings.site.templates, &settings.site.assets].map(|folder| settings.resolve(folder));
    folders.into_iter().chain(archives).chain([settings_file.to_owned()]).collect()
}

/// Sets watches. A file is watched in its folder, as editors replace it; so is a folder that is not there yet.
fn watch(
    places: &BTreeSet<PathBuf>,
    sender: &Sender<notify::Result<Event>>,
) -> Result<RecommendedWatcher, notify::Error> {
    let mut watcher = notify::recommended_watcher(sender.clone())?;
    for path in places {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if path.is_dir() {
            watcher.watch(path, RecursiveMode::Recursive)?;
        }
        if parent.is_dir() {
            watcher.watch(parent, RecursiveMode::NonRecursive)?;
        }
    }
    Ok(watcher)
}

/// Waits for changes of these places, and for the quiet after them; `None` when there will be none.
fn next_changes(events: &Receiver<notify::Result<Event>>, places: &BTreeSet<PathBuf>) -> Option<BTreeSet<PathBuf>> {
    let mut changed = BTreeSet::new();
    while changed.is_empty() {
        changed.extend(changes(events.recv().ok()?, places));
    }
    let end = Instant::now() + LONGEST_WAIT;
    while Instant::now() < end
        && let Ok(event) = events.recv_timeout(QUIET)
    {
        changed.extend(changes(event, places));
    }
    Some(changed)
}

/// The paths of an event that belong to one of these places; reading is no change.
fn changes(event: notify::Result<Event>, places: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let Ok(event) = event else { return Vec::new() };
    if matches!(event.kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_))) {
        return Vec::new();
    }
    let belongs = |path: &PathBuf| {
        let is_backup = path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            name.starts_with('.') || name.ends_with('~')
        });
        !is_backup && places.iter().any(|place| is_below(path, place))
    };
    event.paths.into_iter().filter(belongs).collect()
}

/// Whether a path is a place or below it; relative names are told with `./` before them.
fn is_below(path: &Path, place: &Path) -> bool {
    let plain = |path: &Path| path.strip_prefix(".").map(Path::to_owned).unwrap_or_else(|_| path.to_owned());
    plain(path).starts_with(plain(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_is_exchanged_when_nothing_else_changed() {
        let assets = |style: &str, script: &str| -> Assets {
            [("style.css", style), ("site.js", script)].map(|(a, b)| (a.to_owned(), b.to_owned())).into()
        };
        let before = assets("style.0.css", "site.0.js");
        let style = |changed: &str, after: &Assets| {
            new_style(Path::new("site/assets"), &[PathBuf::from(changed)].into(), &before, after)
        };
        let restyled = assets("style.1.css", "site.0.js");
        assert_eq!(style("site/assets/style.css", &restyled).unwrap(), "static/style.1.css");
        assert_eq!(style("site/assets", &restyled).unwrap(), "static/style.1.css");
        assert_eq!(style("site/site.toml", &restyled), None);
        assert_eq!(style("site/assets/site.js", &assets("style.1.css", "site.1.js")), None);
        assert_eq!(style("site/assets/site.js", &assets("style.0.css", "site.1.js")), None);
    }

    #[test]
    fn only_what_a_site_is_made_from_counts() {
        let places = ["site.toml", "/s/templates", "/a/dists"].map(PathBuf::from).into();
        let counts = |kind, path: &str| !changes(Ok(Event::new(kind).add_path(path.into())), &places).is_empty();
        let written = EventKind::Modify(ModifyKind::Any);
        for path in ["./site.toml", "/s/templates/base.html", "/a/dists/sid/Release", "/s/templates"] {
            assert!(counts(written, path), "{path}");
        }
        for path in ["/s/cache", "/s/templates/.base.html.swp", "/s/templates/base.html~", "/a/pool/x"] {
            assert!(!counts(written, path), "{path}");
        }
        assert!(!counts(EventKind::Access(notify::event::AccessKind::Read), "./site.toml"));
    }
}
