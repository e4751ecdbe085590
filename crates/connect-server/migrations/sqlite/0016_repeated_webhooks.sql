-- Two events within a second may have the same signature: it is not unique.
CREATE TABLE new_webhooks (
    id                INTEGER PRIMARY KEY,
    signature_sha256  BLOB NOT NULL,
    body_sha256       BLOB NOT NULL, -- a copy has another signature, but the same body
    sealed            BLOB NOT NULL, -- the body, sealed by the vault: it may hold a public token
    received_at       TEXT NOT NULL,
    first_received_at TEXT NOT NULL, -- when the first copy was received
    due_at            TEXT           -- the time of receipt until it is taken to be applied; null once it is applied
) STRICT;

INSERT INTO new_webhooks SELECT id, signature_sha256, body_sha256, sealed, received_at, first_received_at, due_at FROM webhooks;
DROP TABLE webhooks;
ALTER TABLE new_webhooks RENAME TO webhooks;

CREATE INDEX webhooks_by_due_time ON webhooks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhooks_by_body ON webhooks (body_sha256, first_received_at);
CREATE INDEX webhooks_by_signature ON webhooks (signature_sha256);
