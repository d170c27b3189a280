-- What processes on the same file tell one another, for some minutes. One transaction at a time writes, so that places are in the order of
-- commits.
CREATE TABLE told (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    what TEXT NOT NULL
);
