-- A user is deleted once none of these has a row of theirs.
CREATE INDEX IF NOT EXISTS sessions_of_user ON sessions (user_id);
CREATE INDEX IF NOT EXISTS link_tokens_of_user ON link_tokens (user_id);

-- Of all public tokens, not only of those that are being exchanged.
DROP INDEX public_tokens_of_user;
CREATE INDEX public_tokens_of_user ON public_tokens (user_id, claim_expires_at);
