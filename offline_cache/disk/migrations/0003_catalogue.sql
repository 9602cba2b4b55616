-- The signed catalogue (offline_cache.catalogue): what we trust of its metadata, and at most a few whole versions.
-- A version's paths and its items are written, and made the active ones, in one transaction.

CREATE TABLE catalogue_metadata (
    role    TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    body    BLOB NOT NULL
) STRICT;

CREATE TABLE catalogue_item (
    sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    body   BLOB NOT NULL
) STRICT;

CREATE TABLE catalogue_version (
    version INTEGER NOT NULL PRIMARY KEY CHECK (version > 0)
) STRICT;

CREATE TABLE catalogue_path (
    version INTEGER NOT NULL REFERENCES catalogue_version (version) ON DELETE CASCADE,
    path    TEXT NOT NULL,
    sha256  BLOB NOT NULL REFERENCES catalogue_item (sha256),
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalogue_path_by_item ON catalogue_path (sha256);

-- One row. `active` is what new sessions get; `put_aside` the highest version that this terminal stepped back from;
-- `tag` names the timestamp whose content is all here, so that an unchanged one need not be sent.
CREATE TABLE catalogue_state (
    only_row  INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    active    INTEGER REFERENCES catalogue_version (version),
    put_aside INTEGER NOT NULL DEFAULT 0,
    tag       TEXT NOT NULL DEFAULT '',
    withdrawal_tag TEXT NOT NULL DEFAULT '',
    withdrawn TEXT NOT NULL DEFAULT '[]'
) STRICT;

INSERT INTO catalogue_state (only_row) VALUES (1);
