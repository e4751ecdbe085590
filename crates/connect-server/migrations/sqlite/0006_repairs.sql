-- What was told of an Item before its user was in Link is settled: when that was last, and when they last chose its accounts.
ALTER TABLE items ADD COLUMN repaired_at TEXT;
ALTER TABLE items ADD COLUMN accounts_chosen_at TEXT;

-- Whether a visit in update mode lets its user choose the accounts anew.
ALTER TABLE link_tokens ADD COLUMN account_selection INTEGER NOT NULL DEFAULT 0;

-- A webhook bears no time, and is signed anew whenever it is sent: a copy is told by its body.
ALTER TABLE webhooks ADD COLUMN body_sha256 BLOB;
ALTER TABLE webhooks ADD COLUMN told_at TEXT NOT NULL DEFAULT ''; -- when the first copy of it came

CREATE INDEX webhooks_by_body ON webhooks (body_sha256, told_at) WHERE body_sha256 IS NOT NULL;
