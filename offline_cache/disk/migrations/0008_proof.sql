-- What proves that nothing was lost or altered: the centre's receipts, and signed heads of the two chains.

CREATE TABLE receipt (
    sequence INTEGER PRIMARY KEY REFERENCES entry (sequence),
    text     TEXT NOT NULL                    -- the centre's `DR1.` text
) STRICT;

-- `text`: the `DH1.` text over all the others, signed by the terminal's key.
CREATE TABLE head (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           TEXT NOT NULL,
    journal      INTEGER NOT NULL,
    journal_hash BLOB NOT NULL CHECK (length(journal_hash) = 32),
    entry        INTEGER NOT NULL,
    entry_hash   BLOB NOT NULL CHECK (length(entry_hash) = 32),
    text         TEXT NOT NULL
) STRICT;

-- The newest head that the centre has taken, and what it found wrong with what came after.
CREATE TABLE witness (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    at      TEXT NOT NULL DEFAULT '',
    journal INTEGER NOT NULL DEFAULT 0,
    entry   INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT ''
) STRICT;
