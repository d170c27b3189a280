-- When the first version of a record was filed: from when to when what is forgotten was collected.
ALTER TABLE records ADD COLUMN filed BIGINT NOT NULL DEFAULT 0;

-- What SQLite has by itself, so that one statement about many rows serves both databases.
CREATE FUNCTION json_each(rows TEXT) RETURNS TABLE (value JSON) LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT value FROM json_array_elements(CAST($1 AS JSON)) $$;
CREATE FUNCTION unhex(digits TEXT) RETURNS BYTEA LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT decode($1, 'hex') $$;
