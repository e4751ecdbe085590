-- Plaid is asked about a Link token a few times only, and only about the newest tokens of a user.
ALTER TABLE link_tokens ADD COLUMN created_at TEXT NOT NULL DEFAULT '';
ALTER TABLE link_tokens ADD COLUMN asked INTEGER NOT NULL DEFAULT 0; -- how often Plaid was asked about it

CREATE INDEX link_tokens_of_user ON link_tokens (user_id, created_at);
