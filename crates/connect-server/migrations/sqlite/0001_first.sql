-- Times are ISO 8601 in UTC with milliseconds: they sort as text. Every *_sha256 hides a secret that only its owner holds.

CREATE TABLE users (
    id         TEXT PRIMARY KEY,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id_sha256  BLOB PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id),
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE items (
    id                TEXT PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (id),
    institution_id    TEXT,
    institution_name  TEXT NOT NULL,
    institution_color TEXT,
    status            TEXT NOT NULL,
    error             TEXT,          -- Plaid's error object, JSON
    accounts          TEXT NOT NULL, -- Plaid's account objects, JSON
    access_token      BLOB NOT NULL, -- sealed by the vault
    created_at        TEXT NOT NULL,
    refreshed_at      TEXT NOT NULL
) STRICT;

CREATE INDEX items_of_user ON items (user_id, created_at);

-- A public token is claimed before it is exchanged and gets its Item in the transaction that saves it.
-- A claim without an Item that nobody works on is an exchange that was interrupted.
CREATE TABLE public_tokens (
    token_sha256 BLOB PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id),
    claimed_at   TEXT NOT NULL,
    item_id      TEXT
) STRICT, WITHOUT ROWID;

-- A known text sealed with the vault's key: tells another key before it does harm.
CREATE TABLE vault (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    key_check BLOB NOT NULL
) STRICT;
