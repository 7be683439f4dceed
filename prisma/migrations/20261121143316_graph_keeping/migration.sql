-- CreateTable
CREATE TABLE "graph_keeping" (
    "tenant" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "keeper" TEXT NOT NULL,
    "positions" JSONB NOT NULL,
    "is_waiting" BOOLEAN NOT NULL,
    "packed" BYTEA NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "graph_keeping_pkey" PRIMARY KEY ("tenant")
);
