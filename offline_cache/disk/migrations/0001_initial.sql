-- The terminal's store. What was promised is append-only (triggers); only `delivery` and `identity` change.

CREATE TABLE entry (
    sequence        INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    local_number    TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL,
    service         TEXT NOT NULL,
    service_version INTEGER NOT NULL,
    district        TEXT NOT NULL,
    accepted_at     TEXT NOT NULL,
    valid_until     TEXT NOT NULL,
    boot_id         TEXT NOT NULL,
    monotonic_ms    INTEGER NOT NULL,
    slip            TEXT NOT NULL,
    draft_sha256    BLOB NOT NULL CHECK (length(draft_sha256) = 32),
    payload_sha256  BLOB NOT NULL CHECK (length(payload_sha256) = 32),
    previous        BLOB NOT NULL CHECK (length(previous) = 32),
    hash            BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;

-- The exact bytes that are posted; purged once the centre has them, their hash stays in `entry`.
CREATE TABLE payload (
    sequence INTEGER PRIMARY KEY REFERENCES entry (sequence),
    body     BLOB NOT NULL
) STRICT;

CREATE TRIGGER payload_is_never_changed BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'payload is never changed'); END;

CREATE TABLE delivery (
    sequence    INTEGER PRIMARY KEY REFERENCES entry (sequence),
    lane        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (
        state IN ('pending', 'sending', 'accepted', 'rejected', 'unknown', 'quarantined')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    refusals    INTEGER NOT NULL DEFAULT 0,
    next_at     REAL NOT NULL,               -- seconds since 1970 by this terminal's clock
    wait_s      REAL NOT NULL DEFAULT 0,     -- how far ahead next_at was set: what a clock jump cannot stretch
    hold_s      REAL NOT NULL DEFAULT 0,     -- the part of wait_s that the centre asked for
    last_status INTEGER NOT NULL DEFAULT 0,  -- HTTP status of the centre's last answer, 0 for none
    reason      TEXT NOT NULL DEFAULT '',
    case_number TEXT NOT NULL DEFAULT '',
    answered_at REAL
) STRICT;

CREATE INDEX delivery_by_due ON delivery (lane, state, next_at);

CREATE TABLE journal (
    number         INTEGER PRIMARY KEY,
    at             TEXT NOT NULL,
    event          TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    detail         TEXT NOT NULL,
    previous       BLOB NOT NULL CHECK (length(previous) = 32),
    hash           BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;

CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END;

-- The terminal's Ed25519 key: made once, never leaves this file.
CREATE TABLE identity (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    private_key   BLOB NOT NULL CHECK (length(private_key) = 32),
    registered_at TEXT NOT NULL DEFAULT ''
) STRICT;
