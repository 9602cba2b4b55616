-- The tables that the centre made before it had migrations (create_all of its first models). Never changed.
CREATE TABLE case_event (
    id SERIAL NOT NULL,
    case_number VARCHAR(40) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    state VARCHAR(20) NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_case_event_case_number ON case_event (case_number);
CREATE TABLE certificate (
    serial VARCHAR(40) NOT NULL,
    code VARCHAR(24) NOT NULL,
    key VARCHAR(64) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    title VARCHAR(120) NOT NULL,
    masked_name VARCHAR(80) NOT NULL,
    terminal VARCHAR(40) NOT NULL,
    issued_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    pages INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    pdf BYTEA NOT NULL,
    PRIMARY KEY (serial),
    UNIQUE (code),
    UNIQUE (key)
);
CREATE TABLE challenge (
    id VARCHAR(40) NOT NULL,
    number VARCHAR(20) NOT NULL,
    salt VARCHAR(32) NOT NULL,
    code_hash VARCHAR(64) NOT NULL,
    expires_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    attempts_left INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE incident (
    id SERIAL NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    terminal VARCHAR(40) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    key VARCHAR(64) NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE message (
    id SERIAL NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    phone VARCHAR(20) NOT NULL,
    text VARCHAR(300) NOT NULL,
    code VARCHAR(8) NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE person (
    number VARCHAR(20) NOT NULL,
    name VARCHAR(80) NOT NULL,
    fields JSON NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE record (
    id SERIAL NOT NULL,
    dataset VARCHAR(40) NOT NULL,
    number VARCHAR(20) NOT NULL,
    title VARCHAR(120) NOT NULL,
    state VARCHAR(40) NOT NULL,
    period_from VARCHAR(7) NOT NULL,
    period_to VARCHAR(7) NOT NULL,
    rows JSON NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_record_dataset ON record (dataset);
CREATE INDEX ix_record_number ON record (number);
CREATE TABLE terminal (
    id VARCHAR(40) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    public_key VARCHAR(64) NOT NULL,
    status JSON NOT NULL,
    seen_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (id)
);
CREATE TABLE token (
    token_hash VARCHAR(64) NOT NULL,
    number VARCHAR(20) NOT NULL,
    expires_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (token_hash)
);
CREATE TABLE transaction_ (
    key VARCHAR(64) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    terminal VARCHAR(40) NOT NULL,
    local_number VARCHAR(40) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    service VARCHAR(80) NOT NULL,
    district VARCHAR(6) NOT NULL,
    number VARCHAR(20) NOT NULL,
    case_number VARCHAR(40) NOT NULL,
    state VARCHAR(20) NOT NULL,
    status_code INTEGER NOT NULL,
    received_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    body JSON NOT NULL,
    PRIMARY KEY (key),
    UNIQUE (case_number)
);
CREATE INDEX ix_transaction__local_number ON transaction_ (local_number);
CREATE INDEX ix_transaction__number ON transaction_ (number);
CREATE TABLE attachment (
    id SERIAL NOT NULL,
    key VARCHAR(64) NOT NULL,
    name VARCHAR(80) NOT NULL,
    media_type VARCHAR(80) NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(key) REFERENCES transaction_ (key)
);
CREATE INDEX ix_attachment_key ON attachment (key);
