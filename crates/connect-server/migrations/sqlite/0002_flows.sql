-- What an Item's user is to be told.
ALTER TABLE items ADD COLUMN new_accounts_available INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN disconnects_at TEXT;

-- Set when the user was told that these accounts are connected already.
ALTER TABLE public_tokens ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;

-- Link tokens that were handed out: Plaid is asked what became of them until nothing can any more.
CREATE TABLE link_tokens (
    token_sha256 BLOB PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id),
    item_id      TEXT,          -- the Item to repair, in update mode
    sealed       BLOB NOT NULL, -- the token, sealed by the vault
    ask_at       TEXT NOT NULL,
    settles_at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX link_tokens_to_ask ON link_tokens (ask_at);

-- Webhooks in the order in which they came; kept before they are acknowledged, applied afterwards.
CREATE TABLE webhooks (
    id               INTEGER PRIMARY KEY,
    signature_sha256 BLOB NOT NULL UNIQUE,
    sealed           BLOB NOT NULL, -- the body, sealed by the vault: it may hold a public token
    received_at      TEXT NOT NULL,
    apply_at         TEXT           -- null once it is applied
) STRICT;

CREATE INDEX webhooks_to_apply ON webhooks (apply_at) WHERE apply_at IS NOT NULL;
