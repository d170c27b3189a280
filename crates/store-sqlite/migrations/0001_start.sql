-- Everything an office knows: one row for each thing, by kind.
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT,
    state TEXT NOT NULL,
    lookup BLOB,
    due INTEGER,
    keep_until INTEGER,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX records_person ON records (person, kind, id) WHERE person IS NOT NULL;
CREATE INDEX records_lookup ON records (lookup, kind) WHERE lookup IS NOT NULL;
CREATE INDEX records_state ON records (kind, state, id);
CREATE INDEX records_due ON records (kind, due, id) WHERE due IS NOT NULL;
CREATE INDEX records_keep_until ON records (keep_until) WHERE keep_until IS NOT NULL;

-- Keys of persons and days, sealed under the master key.
CREATE TABLE sealed_keys (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

-- Visits of days whose keys exist. The person is a pseudonym that only the day's key can undo.
CREATE TABLE visits (
    id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    pseudonym BLOB NOT NULL,
    venue TEXT NOT NULL,
    entered INTEGER NOT NULL,
    departed INTEGER
) STRICT;
CREATE INDEX visits_day ON visits (day, venue, entered, id);
CREATE INDEX visits_person ON visits (day, pseudonym, entered, id);

-- The public log: entries that wait for their places, and entries that have them.
CREATE TABLE log_handed_in (
    id TEXT NOT NULL PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;
CREATE TABLE log_entries (
    place INTEGER NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    entry BLOB NOT NULL
) STRICT;
