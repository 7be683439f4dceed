-- What the schema language cannot say. Prisma's comparison ignores partial indexes.

-- The doctor's and the health page's question for what could not be delivered, newest first: what was delivered costs nothing.
CREATE INDEX "outbound_message_unsaid_idx" ON "outbound_message"("id") WHERE "state" = 'ambiguous' OR "problem" IS NOT NULL;
