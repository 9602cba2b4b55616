-- What this terminal has pinned of its centre at enrolment; the sealing key may be replaced by one that the signing key
-- vouches for. `time_*`: the newest time that the centre signed, and when that was by this boot's monotonic clock.

CREATE TABLE centre_trust (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    signing_key    BLOB NOT NULL CHECK (length(signing_key) = 32),
    sealing_key_id TEXT NOT NULL DEFAULT '',
    suite          TEXT NOT NULL DEFAULT '',
    sealing_key    BLOB NOT NULL DEFAULT x'',
    pinned_at      TEXT NOT NULL
) STRICT;

CREATE TABLE centre_time (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    signed_s     REAL NOT NULL,     -- seconds since 1970
    boot_id      TEXT NOT NULL,
    monotonic_s  REAL NOT NULL
) STRICT;
