-- CreateTable
CREATE TABLE "archived_input" (
    "tenant" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "stored_at" TIMESTAMPTZ(3) NOT NULL,
    "events" INTEGER NOT NULL,
    "packed" BYTEA NOT NULL,

    CONSTRAINT "archived_input_pkey" PRIMARY KEY ("tenant","incident_id")
);
