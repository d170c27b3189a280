-- When the first version of a record was filed: from when to when what is forgotten was collected.
ALTER TABLE records ADD COLUMN filed INTEGER NOT NULL DEFAULT 0;
