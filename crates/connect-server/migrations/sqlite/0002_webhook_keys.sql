-- The keys with which Plaid signs webhooks. They are public.
CREATE TABLE webhook_keys (
    kid        TEXT PRIMARY KEY,
    x          TEXT NOT NULL, -- its point on the curve P-256, as in its JWK
    y          TEXT NOT NULL,
    expired_at TEXT,
    fetched_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
