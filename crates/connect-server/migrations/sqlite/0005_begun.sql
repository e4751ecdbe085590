-- Set when a claimed token was claimed once more: Plaid's answer may be on its way to whoever claimed it first.
ALTER TABLE public_tokens ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
