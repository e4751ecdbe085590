-- When Plaid was last asked for the state of an Item; null if never. Items are asked for in this order.
ALTER TABLE items ADD COLUMN checked_at TEXT;

CREATE INDEX items_by_check ON items (checked_at) WHERE access_token <> x'';
