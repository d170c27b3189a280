-- What processes on the same database tell one another, for some minutes. By the transaction that told it, it is known what can no longer
-- come before what was read.
CREATE TABLE told (
    transaction BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
    at BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL
);
CREATE INDEX told_transaction ON told (transaction);
CREATE INDEX told_at ON told (at);
