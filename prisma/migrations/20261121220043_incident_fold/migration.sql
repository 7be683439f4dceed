-- DropIndex
DROP INDEX "alert_fact_tenant_incident_id_idx";

-- CreateTable
CREATE TABLE "incident_fold" (
    "incident_id" TEXT NOT NULL,
    "tenant" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "folding" JSON NOT NULL,

    CONSTRAINT "incident_fold_pkey" PRIMARY KEY ("incident_id")
);

-- CreateIndex
CREATE INDEX "alert_fact_tenant_incident_id_occurred_at_idx" ON "alert_fact"("tenant", "incident_id", "occurred_at");

-- AddForeignKey
ALTER TABLE "incident_fold" ADD CONSTRAINT "incident_fold_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say. Prisma's comparison ignores all of it.

-- What is stored of an incident's facts up to an instant holds only while these are the same ones. The database sees to it,
-- because the version before adds facts, too, and an erasure changes them. As the owner: until this version has started, the
-- program's role may not yet write the new table.
CREATE FUNCTION "incident_fold_ends"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM "incident_fold" WHERE incident_id = OLD.incident_id AND until >= OLD.occurred_at;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        DELETE FROM "incident_fold" WHERE incident_id = NEW.incident_id AND until >= NEW.occurred_at;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER "incident_fold_ends" AFTER INSERT OR UPDATE OR DELETE ON "alert_fact"
FOR EACH ROW EXECUTE FUNCTION "incident_fold_ends"();

ALTER TABLE "incident_fold" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "incident_fold" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "incident_fold" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');
