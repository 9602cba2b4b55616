-- What a person should look at, and what operators at the centre have ordered (offline_cache.outbox.quarantine, .orders).
-- Apart from `delivery`, so that a damaged store of any age can be salvaged without it.

CREATE TABLE attention (
    sequence       INTEGER PRIMARY KEY REFERENCES entry (sequence),
    announced      INTEGER NOT NULL DEFAULT 0,  -- that its validity ends soon was written into the journal
    expired        INTEGER NOT NULL DEFAULT 0,  -- its validity is over, and the centre is only asked whether it has it
    extended       INTEGER NOT NULL DEFAULT 0,  -- a person let it go on after its validity was over
    quarantined_at TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE operator_order (
    id       TEXT NOT NULL PRIMARY KEY,
    outcome  TEXT NOT NULL,
    reported INTEGER NOT NULL DEFAULT 0
) STRICT;
