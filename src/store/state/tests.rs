use super::*;
use crate::model::{PatchId, Sha1, Sha256, SuiteName};
use crate::store::Bucket;

fn state() -> (tempfile::TempDir, State) {
    let folder = tempfile::tempdir().unwrap();
    let state = State::open(&folder.path().join("state.sqlite")).unwrap();
    (folder, state)
}

fn key(name: &str) -> Key {
    Key::of("test", 1).text(name).finish()
}

fn hello() -> (PackageName, DebianVersion) {
    (PackageName::new("hello").unwrap(), DebianVersion::new("1:2.10-3").unwrap())
}

#[test]
fn a_change_that_fails_leaves_nothing() {
    let (_folder, state) = state();
    let failed: Result<(), _> = state.transaction(|change| {
        change.set_meta("a", "1")?;
        assert_eq!(change.meta("a")?, Some("1".to_owned()));
        Err(StateError::Empty { path: "x".into() })
    });
    assert!(failed.is_err());
    assert_eq!(state.read(|state| state.meta("a")).unwrap(), None);
}

#[test]
fn an_older_database_gets_the_tables_that_it_does_not_have() {
    let (folder, state) = state();
    state.connection().execute_batch("DROP TABLE patches; PRAGMA user_version = 1").unwrap();
    state.transaction(|change| change.set_meta("a", "1")).unwrap();
    drop(state);
    let state = State::open(&folder.path().join("state.sqlite")).unwrap();
    let (package, _) = hello();
    let id = PatchId(Sha1([7; 20]));
    state.transaction(|change| change.see_patch(&package, id, 5)).unwrap();
    state.transaction(|change| change.see_patch(&package, id, 9)).unwrap();
    assert_eq!(state.read(|state| state.patches(&package)).unwrap(), [(id, 5)].into(), "the first time counts");
    assert_eq!(state.read(|state| state.meta("a")).unwrap(), Some("1".to_owned()));
}

#[test]
fn what_is_kept_is_there_when_it_is_opened_again() {
    let (folder, state) = state();
    let (package, version) = hello();
    let suite = SuiteName::new("buster/updates").unwrap();
    state
        .transaction(|change| {
            change.complete_run(key("run"))?;
            change.see_suite("debian", &suite, 5)?;
            change.see_version(&package, &version, 5)?;
            change.set_weak_checksum(key("weak"), Sha256::of(b"x"))?;
            change.set_garbage(&[(Bucket::Facts("licences"), key("g"), 7)])?;
            change.add_history("files", 5, 40_000_000)
        })
        .unwrap();
    drop(state);
    let state = State::open_read_only(&folder.path().join("state.sqlite")).unwrap();
    let seen = Seen { first: 5, last: 5 };
    state
        .read(|state| {
            assert!(state.is_completed(key("run"))? && !state.is_completed(key("other"))?);
            assert_eq!(state.suites()?.into_iter().collect::<Vec<_>>(), [(("debian".to_owned(), suite), seen)]);
            assert_eq!(state.versions()?, [(package.clone(), version.clone(), seen)]);
            assert_eq!(state.version(&package, &version)?, Some(seen));
            assert_eq!(state.weak_checksum(key("weak"))?, Some(Sha256::of(b"x")));
            assert_eq!(state.garbage()?.into_iter().collect::<Vec<_>>(), [(("facts/licences".into(), key("g")), 7)]);
            assert_eq!(state.history_names()?, ["files"]);
            assert_eq!(state.history("files")?, [(5, 40_000_000)]);
            Ok(())
        })
        .unwrap();
    assert!(state.transaction(|change| change.set_meta("a", "1")).is_err());
}

#[test]
fn first_and_last_seen_only_ever_widen() {
    let (_folder, state) = state();
    let (package, version) = hello();
    for now in [20, 10, 15, 30, 25] {
        state.transaction(|change| change.see_version(&package, &version, now)).unwrap();
    }
    let seen = state.read(|state| state.version(&package, &version)).unwrap();
    assert_eq!(seen, Some(Seen { first: 10, last: 30 }));
}

#[test]
fn a_failure_counts_while_its_inputs_stay_the_same() {
    let (_folder, state) = state();
    let (package, version) = hello();
    let fail = |inputs, now| {
        let failed =
            FailedStep { package: &package, version: &version, inputs, step: "unpack", reason: "truncated archive" };
        state.transaction(|change| change.record_failure(failed, now, |attempts| 100 * i64::from(attempts))).unwrap()
    };
    fail(key("a"), 1000);
    let again = fail(key("a"), 2000);
    assert_eq!((again.since, again.attempts, again.next_retry), (1000, 2, 2200));
    let other = fail(key("b"), 3000);
    assert_eq!((other.since, other.attempts, other.next_retry), (3000, 1, 3100));
    assert_eq!(state.read(|state| state.failures()).unwrap(), [other]);
    state.transaction(|change| change.clear_failure(&package, &version)).unwrap();
    assert_eq!(state.read(|state| state.failure(&package, &version)).unwrap(), None);
}

#[test]
fn a_purge_is_of_a_version_or_of_all() {
    let (_folder, state) = state();
    let (package, version) = hello();
    let all = Purge { package: package.clone(), version: None, reason: "court order".into(), at: 1 };
    let one = Purge { version: Some(version.clone()), ..all.clone() };
    let again = Purge { reason: "another".into(), at: 2, ..all.clone() };
    state
        .transaction(|change| [&all, &one, &again].into_iter().try_for_each(|purge| change.record_purge(purge)))
        .unwrap();
    assert_eq!(state.read(|state| state.purges()).unwrap(), [again, one.clone()]);
    state.transaction(|change| change.lift_purge(&package, None)).unwrap();
    assert_eq!(state.read(|state| state.purges()).unwrap(), [one]);
}

#[test]
fn databases_that_are_not_ours_are_refused() {
    let (folder, state) = state();
    let path = folder.path().join("state.sqlite");
    state.connection().pragma_update(None, "user_version", 3).unwrap();
    drop(state);
    assert!(matches!(State::open(&path), Err(StateError::Newer { found: 3, .. })));

    let foreign = folder.path().join("foreign.sqlite");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert!(matches!(State::open(&foreign), Err(StateError::Foreign { .. })));

    crate::fs::write_atomically(&path, &[&[b'x'; 8192]]).unwrap();
    assert!(matches!(State::open(&path), Err(StateError::Damaged { .. })));
}

#[test]
fn readers_see_the_state_while_a_change_is_under_way() {
    let (folder, state) = state();
    let reader = State::open_read_only(&folder.path().join("state.sqlite")).unwrap();
    state
        .transaction(|change| {
            change.set_meta("a", "1")?;
            assert_eq!(reader.read(|state| state.meta("a"))?, None);
            Ok(())
        })
        .unwrap();
    assert_eq!(reader.read(|state| state.meta("a")).unwrap(), Some("1".to_owned()));
}
