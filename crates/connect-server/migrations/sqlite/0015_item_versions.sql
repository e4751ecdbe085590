-- The number of changes of an Item: two processes that change it at the same time notice each other.
ALTER TABLE items ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

-- How often accounts of the Item were removed: a page of transactions that was requested before is not saved.
ALTER TABLE transaction_syncs ADD COLUMN removals INTEGER NOT NULL DEFAULT 0;
