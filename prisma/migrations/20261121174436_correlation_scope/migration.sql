-- CreateIndex
CREATE INDEX "incident_tenant_last_alert_at_idx" ON "incident"("tenant", "last_alert_at");

-- What the schema language cannot say. Prisma's comparison ignores all of it.

-- Fingerprints and group keys may be longer than an index entry; correlation compares them whole afterwards.
CREATE FUNCTION "correlation_keys"(fingerprints TEXT[], group_keys TEXT[]) RETURNS BIGINT[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(
        SELECT pg_catalog.hashtextextended(fingerprint, 1) FROM unnest(fingerprints) AS fingerprint
        UNION ALL
        SELECT pg_catalog.hashtextextended(group_key, 2) FROM unnest(group_keys) AS group_key
    )
$$;

CREATE INDEX "incident_correlation_keys_idx" ON "incident" USING GIN (correlation_keys("fingerprints", "group_keys"));
