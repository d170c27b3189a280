-- Everything an office knows: one row for each thing, by kind.
CREATE TABLE records (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    lookup BYTEA,
    due BIGINT,
    keep_until BIGINT,
    version BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX records_person ON records (person, kind, id) WHERE person IS NOT NULL;
CREATE INDEX records_lookup ON records (lookup, kind) WHERE lookup IS NOT NULL;
CREATE INDEX records_state ON records (kind, state, id);
CREATE INDEX records_due ON records (kind, due, id) WHERE due IS NOT NULL;
CREATE INDEX records_keep_until ON records (keep_until) WHERE keep_until IS NOT NULL;

-- Keys of persons and days, sealed under the master key.
CREATE TABLE sealed_keys (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

-- Visits of days whose keys exist. The person is a pseudonym that only the day's key can undo.
CREATE TABLE visits (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    day TEXT COLLATE "C" NOT NULL,
    pseudonym BYTEA NOT NULL,
    venue TEXT COLLATE "C" NOT NULL,
    entered BIGINT NOT NULL,
    departed BIGINT
);
CREATE INDEX visits_day ON visits (day, venue, entered, id);
CREATE INDEX visits_person ON visits (day, pseudonym, entered, id);

-- The public log: entries that wait for their places, and entries that have them.
CREATE TABLE log_handed_in (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    entry BYTEA NOT NULL
);
CREATE TABLE log_entries (
    place BIGINT NOT NULL PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    entry BYTEA NOT NULL
);
