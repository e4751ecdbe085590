-- If Plaid no longer accepts a cursor, all transactions are fetched once more. They are collected beside the ones that are shown, and
-- replace them when they are complete.
ALTER TABLE transaction_syncs ADD COLUMN rebuilding INTEGER NOT NULL DEFAULT 0;

CREATE TABLE rebuilt_transactions (
    item_id                  TEXT NOT NULL REFERENCES transaction_syncs (item_id) ON DELETE CASCADE,
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
