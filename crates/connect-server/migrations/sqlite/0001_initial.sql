-- Times are ISO 8601 in UTC with milliseconds, which sort as text. Each *_sha256 column is the digest of a secret.

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
    id                     TEXT PRIMARY KEY,
    user_id                TEXT NOT NULL REFERENCES users (id),
    institution_id         TEXT,
    institution_name       TEXT NOT NULL,
    institution_color      TEXT,
    status                 TEXT NOT NULL CHECK (status IN ('healthy', 'login_required', 'failing')),
    error                  TEXT,          -- Plaid's error object, JSON
    accounts               TEXT NOT NULL, -- Plaid's account objects, JSON
    access_token           BLOB NOT NULL, -- sealed by the vault; empty once it is erased
    new_accounts_available INTEGER NOT NULL DEFAULT 0,
    disconnects_at         TEXT,          -- as Plaid announced it
    created_at             TEXT NOT NULL,
    refreshed_at           TEXT,          -- null until the balances are fetched for the first time
    repaired_at            TEXT,
    accounts_selected_at   TEXT
) STRICT;

CREATE INDEX items_of_user ON items (user_id, created_at);

-- A public token's life:
--   exchanging  claimed; its exchange may be under way
--   retrying    claimed again; Plaid's answer to an earlier exchange may still arrive elsewhere
--   declined    not to be exchanged unless its user asks again
--   connected   it became an Item
--   lost        exchanged, but nobody received the access token
--   expired     nobody submitted it in time
CREATE TABLE public_tokens (
    token_sha256          BLOB PRIMARY KEY,
    user_id               TEXT NOT NULL REFERENCES users (id),
    state                 TEXT NOT NULL
        CHECK (state IN ('exchanging', 'retrying', 'declined', 'connected', 'lost', 'expired')),
    claimed_at            TEXT NOT NULL,
    claim_expires_at      TEXT, -- the claiming process has finished or died by then
    sealed_request        BLOB, -- the browser's request, sealed by the vault
    item_id               TEXT,
    orphan_institution_id TEXT, -- the institution of an orphaned Item that is to be removed at Plaid
    orphan_removable_from TEXT, -- the earliest time for that
    CHECK ((state IN ('exchanging', 'retrying')) = (claim_expires_at IS NOT NULL)),
    CHECK ((claim_expires_at IS NULL) = (sealed_request IS NULL)),
    CHECK ((state = 'connected') = (item_id IS NOT NULL)),
    CHECK (orphan_institution_id IS NULL OR state IN ('lost', 'expired') AND orphan_removable_from IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX public_tokens_by_expiry ON public_tokens (claim_expires_at) WHERE claim_expires_at IS NOT NULL;
CREATE INDEX public_tokens_of_user ON public_tokens (user_id) WHERE claim_expires_at IS NOT NULL;
CREATE INDEX public_tokens_with_orphan ON public_tokens (orphan_removable_from) WHERE orphan_institution_id IS NOT NULL;

-- Link tokens, about which Plaid is asked until nothing can come of them.
CREATE TABLE link_tokens (
    token_sha256      BLOB PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (id),
    item_id           TEXT,          -- the Item to repair, in update mode
    account_selection INTEGER NOT NULL,
    sealed            BLOB NOT NULL, -- the token, sealed by the vault
    due_at            TEXT NOT NULL, -- when Plaid is asked about it next
    expires_at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX link_tokens_by_due_time ON link_tokens (due_at);

-- Webhooks in the order of their receipt, stored before they are acknowledged.
CREATE TABLE webhooks (
    id                INTEGER PRIMARY KEY,
    signature_sha256  BLOB NOT NULL UNIQUE,
    body_sha256       BLOB NOT NULL, -- a copy has another signature, but the same body
    sealed            BLOB NOT NULL, -- the body, sealed by the vault: it may hold a public token
    received_at       TEXT NOT NULL,
    first_received_at TEXT NOT NULL, -- when the first copy was received
    due_at            TEXT           -- null once it is applied
) STRICT;

CREATE INDEX webhooks_by_due_time ON webhooks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhooks_by_body ON webhooks (body_sha256, first_received_at);

-- How far each Item's transactions are fetched. Plaid may withdraw a run of pages before its last one: the transactions that a
-- run adds have its number.
CREATE TABLE transaction_syncs (
    item_id      TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
    cursor       TEXT NOT NULL DEFAULT '', -- of the next page
    first_cursor TEXT,                     -- of the unfinished run
    run          INTEGER NOT NULL DEFAULT 0,
    due_at       TEXT                      -- null while nothing is to be fetched
) STRICT, WITHOUT ROWID;

CREATE INDEX transaction_syncs_by_due_time ON transaction_syncs (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE transactions (
    item_id                  TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    id                       TEXT NOT NULL,
    user_id                  TEXT NOT NULL,
    account_id               TEXT NOT NULL,
    date                     TEXT NOT NULL,
    name                     TEXT NOT NULL,
    amount                   REAL NOT NULL,
    iso_currency_code        TEXT,
    unofficial_currency_code TEXT,
    pending                  INTEGER NOT NULL,
    category                 TEXT,
    run                      INTEGER NOT NULL,
    PRIMARY KEY (item_id, id)
) STRICT, WITHOUT ROWID;

-- Each kind of page is read along one of these, from the end of the page before.
CREATE INDEX transactions_of_user ON transactions (user_id, date, id);
CREATE INDEX transactions_of_item ON transactions (user_id, item_id, date, id);
CREATE INDEX transactions_of_account ON transactions (user_id, account_id, date, id);

-- A known text sealed with the vault's key: it tells whether the key is the right one.
CREATE TABLE vault (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    key_check BLOB NOT NULL
) STRICT;
