-- CreateTable
CREATE TABLE "incident_key" (
    "tenant" TEXT NOT NULL,
    "key" BIGINT NOT NULL,
    "incident_id" TEXT NOT NULL,

    CONSTRAINT "incident_key_pkey" PRIMARY KEY ("tenant","key","incident_id")
);

-- CreateIndex
CREATE INDEX "incident_key_incident_id_idx" ON "incident_key"("incident_id");

-- AddForeignKey
ALTER TABLE "incident_key" ADD CONSTRAINT "incident_key_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say. Prisma's comparison ignores all of it.

-- Keys of incidents as rows: the version before writes them too, by the trigger.
INSERT INTO "incident_key" (tenant, key, incident_id)
SELECT DISTINCT tenant, unnest(correlation_keys(fingerprints, group_keys)), id FROM "incident";

CREATE FUNCTION "incident_keys"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "incident_key" (tenant, key, incident_id)
    SELECT DISTINCT NEW.tenant, key, NEW.id FROM unnest(correlation_keys(NEW.fingerprints, NEW.group_keys)) AS key
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER "incident_keys_new" AFTER INSERT ON "incident" FOR EACH ROW EXECUTE FUNCTION "incident_keys"();
CREATE TRIGGER "incident_keys_more" AFTER UPDATE ON "incident" FOR EACH ROW
WHEN (OLD.fingerprints IS DISTINCT FROM NEW.fingerprints OR OLD.group_keys IS DISTINCT FROM NEW.group_keys)
EXECUTE FUNCTION "incident_keys"();

DROP INDEX "incident_correlation_keys_idx";

-- The database itself keeps tenants apart: of every table with a tenant, a session sees and writes the rows of the tenant that its
-- setting names, and no others. FORCE binds the owner too. The version before names no tenant and connects as the owner: without a
-- tenant the owner goes on seeing all. What "traceops_app" and "traceops_system" may do is given at every start, where they exist.

ALTER TABLE "alert_fact" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "alert_fact" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "alert_fact" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "analysis" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "analysis" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "analysis" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "archived_input" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "archived_input" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "archived_input" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "audit_entry" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "audit_entry" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "audit_entry" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "correction" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "correction" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "correction" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "graph_keeping" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "graph_keeping" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "graph_keeping" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "inbox" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "inbox" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "inbox" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "incident" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "incident" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "incident" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "incident_key" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "incident_key" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "incident_key" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "log_count" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "log_count" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "log_count" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "log_template" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "log_template" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "log_template" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "mark" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "mark" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "mark" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "note" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "note" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "note" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "outbound_message" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "outbound_message" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "outbound_message" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "outbox" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "outbox" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "outbox" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "postmortem" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "postmortem" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "postmortem" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "preference" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "preference" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "preference" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "pushed_batch" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "pushed_batch" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "pushed_batch" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "service_edge" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "service_edge" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "service_edge" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "signal_weights" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "signal_weights" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "signal_weights" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');

ALTER TABLE "vote" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON "vote" USING (tenant = current_setting('traceops.tenant', true)) WITH CHECK (tenant = current_setting('traceops.tenant', true));
CREATE POLICY owner_without_tenant ON "vote" TO CURRENT_USER USING (coalesce(current_setting('traceops.tenant', true), '') = '');
