-- What is being exchanged: whoever finds the exchange interrupted can go on with it. Both are null once it is over.
ALTER TABLE public_tokens ADD COLUMN sealed BLOB;       -- what the browser sent, sealed by the vault
ALTER TABLE public_tokens ADD COLUMN exchange_until TEXT; -- whoever is at it is done by then, or dead
-- Set when Plaid's one answer went to nobody.
ALTER TABLE public_tokens ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;

CREATE INDEX public_tokens_to_exchange ON public_tokens (exchange_until) WHERE exchange_until IS NOT NULL;
CREATE INDEX public_tokens_of_user ON public_tokens (user_id) WHERE exchange_until IS NOT NULL;
