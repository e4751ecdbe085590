-- The keys of the vault that sealed values may have. A key is removed once no value has it, and after that no process can store
-- a value that it sealed.
CREATE TABLE vault_keys (
    id        BLOB PRIMARY KEY CHECK (length(id) = 4), -- a number, the most significant byte first
    key_check BLOB NOT NULL,                           -- a known text that the key sealed: it tells whether a key is the right one
    added_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO vault_keys SELECT x'00000001', key_check, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM vault;
DROP TABLE vault;

-- The key that sealed the value in the row. The vault's first version did not write it: there was only one key.
ALTER TABLE items ADD COLUMN key_id BLOB GENERATED ALWAYS AS (
    CASE substr(access_token, 1, 1) WHEN x'01' THEN x'00000001' WHEN x'02' THEN substr(access_token, 2, 4) END
) VIRTUAL REFERENCES vault_keys (id);
ALTER TABLE public_tokens ADD COLUMN key_id BLOB GENERATED ALWAYS AS (
    CASE substr(sealed_request, 1, 1) WHEN x'01' THEN x'00000001' WHEN x'02' THEN substr(sealed_request, 2, 4) END
) VIRTUAL REFERENCES vault_keys (id);
ALTER TABLE link_tokens ADD COLUMN key_id BLOB GENERATED ALWAYS AS (
    CASE substr(sealed, 1, 1) WHEN x'01' THEN x'00000001' WHEN x'02' THEN substr(sealed, 2, 4) END
) VIRTUAL REFERENCES vault_keys (id);
ALTER TABLE webhooks ADD COLUMN key_id BLOB GENERATED ALWAYS AS (
    CASE substr(sealed, 1, 1) WHEN x'01' THEN x'00000001' WHEN x'02' THEN substr(sealed, 2, 4) END
) VIRTUAL REFERENCES vault_keys (id);

CREATE INDEX items_by_key ON items (key_id);
CREATE INDEX public_tokens_by_key ON public_tokens (key_id);
CREATE INDEX link_tokens_by_key ON link_tokens (key_id);
CREATE INDEX webhooks_by_key ON webhooks (key_id);
