-- Where records are missing from a chain because the file was damaged (offline_cache.disk.salvage): the record that
-- follows number `after` is number `next`, and names `previous` as its predecessor's hash.

CREATE TABLE bridge (
    chain    TEXT NOT NULL CHECK (chain IN ('entry', 'journal')),
    after    INTEGER NOT NULL,
    next     INTEGER NOT NULL CHECK (next > after + 1),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    PRIMARY KEY (chain, after)
) STRICT;

CREATE TRIGGER bridge_is_never_changed BEFORE UPDATE ON bridge
BEGIN SELECT RAISE(ABORT, 'bridge is append-only'); END;

CREATE TRIGGER bridge_is_never_deleted BEFORE DELETE ON bridge
BEGIN SELECT RAISE(ABORT, 'bridge is append-only'); END;
