import { type JobRequest, jobCatalog } from "../app/jobs/catalog.ts";
import type { Clock } from "../app/ports.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database, Transaction } from "./database.ts";
import { toJsonText } from "./stored-json.ts";

/**
 * Stores what a change causes, in the change's own transaction. The relay is woken by the commit. A request of a job that
 * collapses is left out while an equal one waits that is due no later: whoever begins that one waits for this commit
 * first, and then reads what is asked here.
 */
export async function storeJobs(
  tx: Database | Transaction,
  tenant: TenantId,
  { jobs, clock }: { readonly jobs: readonly JobRequest[]; readonly clock: Clock },
): Promise<void> {
  if (jobs.length === 0) return;
  const now = new Date(clock.nowMs());
  const names = jobs.map(({ name }) => name);
  const payloads = jobs.map(({ payload }) => toJsonText(payload));
  const times = jobs.map(({ notBeforeMs }) => new Date(notBeforeMs ?? now.getTime()).toISOString());
  const collapses = jobs.map(({ name }) => jobCatalog[name].collapses);
  await tx.$executeRaw`
    WITH asked AS (
      SELECT job, payload::jsonb AS payload, not_before::timestamptz AS not_before, collapses, place
      FROM unnest(${names}::text[], ${payloads}::text[], ${times}::text[], ${collapses}::boolean[])
        WITH ORDINALITY AS one(job, payload, not_before, collapses, place)
    ), waiting AS (
      -- A row that is just being begun is locked: it may have read before this change, and does not count.
      SELECT asked.place FROM asked JOIN outbox ON outbox.job = asked.job AND outbox.payload = asked.payload
      WHERE asked.collapses AND outbox.tenant = ${tenant} AND outbox.done_at IS NULL AND outbox.quarantined_at IS NULL
        AND outbox.attempts = 0 AND outbox.not_before <= asked.not_before
      FOR UPDATE OF outbox SKIP LOCKED
    )
    INSERT INTO outbox (tenant, job, payload, created_at, not_before, attempts)
    SELECT ${tenant}, job, payload, ${now}, not_before, 0 FROM asked
    WHERE place NOT IN (SELECT place FROM waiting) ORDER BY place`;
}
