-- Set while an Item that came to nobody is to be ended at Plaid: the bank where it is.
ALTER TABLE public_tokens ADD COLUMN ownerless_at TEXT;

CREATE INDEX public_tokens_ownerless ON public_tokens (user_id) WHERE ownerless_at IS NOT NULL;
CREATE INDEX link_tokens_of_user ON link_tokens (user_id);
