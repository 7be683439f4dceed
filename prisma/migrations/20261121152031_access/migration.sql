-- CreateTable
CREATE TABLE "audit_entry" (
    "tenant" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "incident_id" TEXT,
    "outcome" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("tenant","sequence")
);

-- CreateIndex
CREATE INDEX "audit_entry_tenant_incident_id_idx" ON "audit_entry"("tenant", "incident_id");

-- What the schema language cannot say. Prisma's comparison ignores all of it.

-- Nothing of the trail is changed or removed by mistake. Whoever owns the table could take this away: the hashes show it then.
CREATE FUNCTION "audit_entry_stays"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entry is only added to';
END
$$;

CREATE TRIGGER "audit_entry_stays" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry" FOR EACH STATEMENT EXECUTE FUNCTION "audit_entry_stays"();
