-- Payloads sealed to the centre's key: what they are goes with them; those of older schemas are plain JSON.

ALTER TABLE payload ADD COLUMN media_type TEXT NOT NULL DEFAULT 'application/json';

-- Evidence: large attachments, each a sealed file of its own in `blobs` beside this database (offline_cache.evidence.blobs).
-- The SHA-256 is that of the sealed bytes; the sealed payload names it. `dropped`: its transaction was refused.

CREATE TABLE evidence (
    sha256      BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    sequence    INTEGER NOT NULL REFERENCES entry (sequence),
    length      INTEGER NOT NULL CHECK (length > 0),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'quarantined')),
    attempts    INTEGER NOT NULL DEFAULT 0,  -- in a row that brought nothing over
    refusals    INTEGER NOT NULL DEFAULT 0,
    next_at     REAL NOT NULL,               -- this and the next two as in `delivery`
    wait_s      REAL NOT NULL DEFAULT 0,
    hold_s      REAL NOT NULL DEFAULT 0,
    last_status INTEGER NOT NULL DEFAULT 0,
    reason      TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX evidence_by_due ON evidence (state, next_at);
CREATE INDEX evidence_by_entry ON evidence (sequence);
