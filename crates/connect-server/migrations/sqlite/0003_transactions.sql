-- How far each Item's transactions are fetched. Plaid may take a run of pages back before its last one: what the run added
-- bears its number.
CREATE TABLE transaction_syncs (
    item_id      TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
    cursor       TEXT NOT NULL DEFAULT '',  -- where the next page begins
    first_cursor TEXT,                      -- where the run began that is under way
    run          INTEGER NOT NULL DEFAULT 0,
    sync_at      TEXT                       -- null while nothing is to be fetched
) STRICT, WITHOUT ROWID;

CREATE INDEX transaction_syncs_to_do ON transaction_syncs (sync_at) WHERE sync_at IS NOT NULL;

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

-- A page is read along one of these, from where the page before ended.
CREATE INDEX transactions_of_user ON transactions (user_id, date, id);
CREATE INDEX transactions_of_item ON transactions (user_id, item_id, date, id);
CREATE INDEX transactions_of_account ON transactions (user_id, account_id, date, id);
