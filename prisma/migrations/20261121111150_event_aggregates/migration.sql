-- CreateTable
CREATE TABLE "log_template" (
    "tenant" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "severity" INTEGER NOT NULL,
    "first_seen" TIMESTAMPTZ(3) NOT NULL,
    "last_seen" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "log_template_pkey" PRIMARY KEY ("tenant","service","key")
);

-- CreateTable
CREATE TABLE "log_count" (
    "tenant" TEXT NOT NULL,
    "bucket" TIMESTAMPTZ(0) NOT NULL,
    "service" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "log_count_pkey" PRIMARY KEY ("tenant","bucket","service","key")
);

-- CreateTable
CREATE TABLE "service_edge" (
    "tenant" TEXT NOT NULL,
    "caller" TEXT NOT NULL,
    "callee" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "calls" BIGINT NOT NULL,
    "failures" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_edge_pkey" PRIMARY KEY ("tenant","caller","callee")
);

-- CreateIndex
CREATE INDEX "service_edge_tenant_last_at_idx" ON "service_edge"("tenant", "last_at");
