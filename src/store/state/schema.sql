-- The tables of state.sqlite, version 1 (PRAGMA user_version); version 2 has those of schema_2.sql too. Times are seconds since 1970 by the
-- archive's clock. Rows are written in one transaction at the end of a run.

-- Single values.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Runs that ended, by the checksum of all they read: such a run has nothing to do.
CREATE TABLE completed_runs (
    key BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The units of the site that are published, and what each was made from, one input a line. No inputs: a
-- run was about to change it.
CREATE TABLE publications (
    unit TEXT PRIMARY KEY,
    inputs TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When each suite was in its archive.
CREATE TABLE suites (
    archive TEXT NOT NULL,
    suite TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (archive, suite)
) STRICT, WITHOUT ROWID;

-- When each version was in any suite.
CREATE TABLE versions (
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (package, version)
) STRICT, WITHOUT ROWID;

-- Versions that cannot be published; inputs is the key of the step that failed.
CREATE TABLE failures (
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    inputs BLOB NOT NULL,
    step TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_retry INTEGER NOT NULL,
    PRIMARY KEY (package, version)
) STRICT, WITHOUT ROWID;

-- What was taken down; no version means all versions.
CREATE TABLE purges (
    package TEXT NOT NULL,
    version TEXT,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX purges_once ON purges (package, coalesce(version, ''));

-- SHA-256 of source files whose index has weaker checksums only; key is of path, size and those.
CREATE TABLE weak_checksums (
    key BLOB PRIMARY KEY,
    sha256 BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Results that nothing reached when garbage was last collected, and since when.
CREATE TABLE garbage (
    bucket TEXT NOT NULL,
    key BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;

-- Statistics over time.
CREATE TABLE history (
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name, at)
) STRICT, WITHOUT ROWID;
