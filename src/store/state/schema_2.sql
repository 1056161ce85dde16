-- What version 2 of state.sqlite adds.

-- When each patch of a package was first seen in the archive; id is what `git patch-id --stable` calls it.
CREATE TABLE patches (
    package TEXT NOT NULL,
    id BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    PRIMARY KEY (package, id)
) STRICT, WITHOUT ROWID;
