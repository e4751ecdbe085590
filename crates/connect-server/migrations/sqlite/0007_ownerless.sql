-- Set when nobody brought a public token while it lived.
ALTER TABLE public_tokens ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;

-- While an Item that came to nobody is to be ended at Plaid: the bank where it is, and from when on that may be tried.
ALTER TABLE public_tokens ADD COLUMN ownerless_at TEXT;
ALTER TABLE public_tokens ADD COLUMN end_from TEXT;

CREATE INDEX public_tokens_ownerless ON public_tokens (end_from) WHERE ownerless_at IS NOT NULL;
