-- With the id, what is found by a keyed hash comes in its order.
DROP INDEX records_lookup;
CREATE INDEX records_lookup ON records (lookup, kind, id) WHERE lookup IS NOT NULL;

-- JSONB, so that a row is taken apart once and not again for each of its fields.
DROP FUNCTION json_each(TEXT);
CREATE FUNCTION json_each(rows TEXT) RETURNS TABLE (value JSONB) LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT value FROM jsonb_array_elements(CAST($1 AS JSONB)) $$;
