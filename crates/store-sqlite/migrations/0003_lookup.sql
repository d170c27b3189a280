-- With the id, what is found by a keyed hash comes in its order. Without it SQLite looked at every record of the kind instead.
DROP INDEX records_lookup;
CREATE INDEX records_lookup ON records (lookup, kind, id) WHERE lookup IS NOT NULL;
