-- AlterTable
ALTER TABLE "inbox" ADD COLUMN     "waiting_since" TIMESTAMPTZ(3);

-- What the schema language cannot say. Prisma's comparison ignores all of it.

-- In a backlog what people wait for is taken first, without reading past everything else that is due.
CREATE INDEX "outbox_urgent_idx" ON "outbox"("not_before", "id") WHERE "done_at" IS NULL AND "quarantined_at" IS NULL AND "job" IN ('surface.publish', 'feedback.learn');
