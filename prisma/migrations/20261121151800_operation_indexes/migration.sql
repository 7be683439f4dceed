-- What waits for a person is counted at every scrape; what is done must cost nothing then. Prisma's comparison ignores
-- partial indexes.
CREATE INDEX "inbox_quarantined_idx" ON "inbox"("id") WHERE "state" = 'quarantined';
CREATE INDEX "outbox_quarantined_idx" ON "outbox"("id") WHERE "quarantined_at" IS NOT NULL;
CREATE INDEX "outbound_message_stuck_idx" ON "outbound_message"("state") WHERE "state" IN ('ambiguous', 'failed');
