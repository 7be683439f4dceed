-- AlterTable
ALTER TABLE "note" ADD COLUMN     "external_key" TEXT;

-- AlterTable
ALTER TABLE "outbound_message" ADD COLUMN     "problem" TEXT;

-- CreateTable
CREATE TABLE "correction" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "document" JSON NOT NULL,

    CONSTRAINT "correction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "postmortem" (
    "id" BIGSERIAL NOT NULL,
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "generated" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "edited_by" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "canvas_place" TEXT,
    "canvas_id" TEXT,

    CONSTRAINT "postmortem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preference" (
    "tenant" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" JSON NOT NULL,
    "actor_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "preference_pkey" PRIMARY KEY ("tenant","scope","name")
);

-- CreateIndex
CREATE INDEX "correction_incident_id_idx" ON "correction"("incident_id");

-- CreateIndex
CREATE UNIQUE INDEX "postmortem_tenant_incident_id_version_key" ON "postmortem"("tenant", "incident_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "note_tenant_external_key_key" ON "note"("tenant", "external_key");

-- CreateIndex
CREATE INDEX "outbound_message_tenant_surface_remote_place_remote_id_idx" ON "outbound_message"("tenant", "surface", "remote_place", "remote_id");

-- AddForeignKey
ALTER TABLE "correction" ADD CONSTRAINT "correction_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "postmortem" ADD CONSTRAINT "postmortem_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
