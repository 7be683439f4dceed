-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "inbox" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "dedup_key" TEXT NOT NULL,
    "headers" TEXT NOT NULL,
    "raw" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'new',
    "quarantine_reason" TEXT,
    "processed_at" TIMESTAMPTZ(3),

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "job" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "dispatched_at" TIMESTAMPTZ(3),
    "done_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "quarantined_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident" (
    "id" TEXT NOT NULL,
    "tenant" TEXT NOT NULL,
    "open_key" TEXT,
    "title" TEXT NOT NULL,
    "service" TEXT,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "detected_at" TIMESTAMPTZ(3) NOT NULL,
    "acknowledged_by" TEXT,
    "resolved_at" TIMESTAMPTZ(3),
    "reopened" BOOLEAN NOT NULL DEFAULT false,
    "alert_count" INTEGER NOT NULL,
    "services" TEXT[],
    "external" JSONB NOT NULL,
    "fingerprints" TEXT[],
    "group_keys" TEXT[],
    "last_alert_at" TIMESTAMPTZ(3) NOT NULL,
    "revision" INTEGER NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_fact" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "alert" JSON NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "stored_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_fact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "note" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "who" TEXT NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "note_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "analysis" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "document" JSON NOT NULL,

    CONSTRAINT "analysis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vote" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "hypothesis_id" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "claim" JSON NOT NULL,

    CONSTRAINT "vote_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signal_weights" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "learned" JSON NOT NULL,

    CONSTRAINT "signal_weights_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbound_message" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "surface" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "nonce" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "attempt_at" TIMESTAMPTZ(3),
    "remote_place" TEXT,
    "remote_id" TEXT,
    "body_hash" TEXT,
    "lookups" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "outbound_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pushed_batch" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "events" INTEGER NOT NULL,
    "packed" BYTEA NOT NULL,

    CONSTRAINT "pushed_batch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mark" (
    "tenant" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "mark_pkey" PRIMARY KEY ("tenant","name")
);

-- CreateIndex
CREATE UNIQUE INDEX "inbox_tenant_source_dedup_key_key" ON "inbox"("tenant", "source", "dedup_key");

-- CreateIndex
CREATE INDEX "incident_tenant_status_detected_at_idx" ON "incident"("tenant", "status", "detected_at");

-- CreateIndex
CREATE UNIQUE INDEX "incident_tenant_open_key_key" ON "incident"("tenant", "open_key");

-- CreateIndex
CREATE INDEX "alert_fact_incident_id_idx" ON "alert_fact"("incident_id");

-- CreateIndex
CREATE UNIQUE INDEX "alert_fact_tenant_source_event_id_key" ON "alert_fact"("tenant", "source", "event_id");

-- CreateIndex
CREATE INDEX "note_incident_id_idx" ON "note"("incident_id");

-- CreateIndex
CREATE INDEX "analysis_incident_id_sequence_idx" ON "analysis"("incident_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "analysis_incident_id_revision_sequence_key" ON "analysis"("incident_id", "revision", "sequence");

-- CreateIndex
CREATE INDEX "vote_incident_id_idx" ON "vote"("incident_id");

-- CreateIndex
CREATE INDEX "vote_tenant_id_idx" ON "vote"("tenant", "id");

-- CreateIndex
CREATE UNIQUE INDEX "signal_weights_tenant_version_key" ON "signal_weights"("tenant", "version");

-- CreateIndex
CREATE UNIQUE INDEX "outbound_message_tenant_incident_id_surface_kind_ordinal_key" ON "outbound_message"("tenant", "incident_id", "surface", "kind", "ordinal");

-- CreateIndex
CREATE INDEX "pushed_batch_tenant_to_at_idx" ON "pushed_batch"("tenant", "to_at");

-- AddForeignKey
ALTER TABLE "alert_fact" ADD CONSTRAINT "alert_fact_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "note" ADD CONSTRAINT "note_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vote" ADD CONSTRAINT "vote_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the schema language cannot say. Prisma's comparison ignores all of it.

-- Incident ids that people can say aloud: INC-1, INC-2 …
CREATE SEQUENCE "incident_number";

-- The relay asks for due rows four times a second; done rows must cost nothing.
CREATE INDEX "outbox_undone_idx" ON "outbox"("not_before", "id") WHERE "done_at" IS NULL AND "quarantined_at" IS NULL;

-- A job that begins finds the equal requests that wait beside it.
CREATE INDEX "outbox_equal_idx" ON "outbox"("job", "payload") WHERE "done_at" IS NULL AND "quarantined_at" IS NULL;

-- The relay listens here, so that a committed row wakes it within milliseconds.
CREATE FUNCTION "outbox_wake"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('traceops_outbox', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER "outbox_wake" AFTER INSERT ON "outbox" FOR EACH STATEMENT EXECUTE FUNCTION "outbox_wake"();
