import type { EpochMs } from "../core/ids.ts";
import type { Database } from "./database.ts";

const ROWS_AT_ONCE = 5_000;
const MAX_ROUNDS = 10_000;

/** How many rows went or were emptied. */
export interface RetentionReceipt {
  readonly rawWebhooks: number;
  readonly inputs: number;
  readonly oldAnswers: number;
}

/**
 * Empties webhooks that were worked off before `webhooksBefore`: their bytes and headers go, their keys stay for ever, because
 * senders that sign no time could send them again years later. Removes what answers were computed from, and all answers of
 * an incident but its latest, from before `answersBefore`. In steps, so that nobody waits for it.
 */
export async function removePastTime(
  db: Database,
  { webhooksBefore, answersBefore }: { readonly webhooksBefore: EpochMs; readonly answersBefore: EpochMs },
): Promise<RetentionReceipt> {
  const before = new Date(answersBefore);
  return {
    rawWebhooks: await emptyWebhooks(db, new Date(webhooksBefore)),
    inputs: await inSteps(
      () => db.$executeRaw`
        DELETE FROM archived_input WHERE ctid IN (
          SELECT ctid FROM archived_input WHERE stored_at < ${before} LIMIT ${ROWS_AT_ONCE})`,
    ),
    oldAnswers: await inSteps(
      () => db.$executeRaw`
        DELETE FROM analysis WHERE id IN (
          SELECT old.id FROM analysis old WHERE old.at < ${before} AND EXISTS (
            SELECT FROM analysis later WHERE later.incident_id = old.incident_id AND later.sequence > old.sequence)
          LIMIT ${ROWS_AT_ONCE})`,
    ),
  };
}

async function inSteps(step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const rows = await step();
    total += rows;
    if (rows < ROWS_AT_ONCE) break;
  }
  return total;
}

/** By id, so that each row is looked at once. */
async function emptyWebhooks(db: Database, before: Date): Promise<number> {
  let [total, after] = [0, 0n];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [step] = await db.$queryRaw<{ last: bigint | null; emptied: number }[]>`
      WITH step AS (SELECT id, state, processed_at, octet_length(raw) AS size FROM inbox WHERE id > ${after}
                    ORDER BY id LIMIT ${ROWS_AT_ONCE}),
      emptied AS (
        UPDATE inbox SET raw = '', headers = '{}' FROM step
        WHERE inbox.id = step.id AND step.state = 'processed' AND step.processed_at < ${before} AND step.size > 0
        RETURNING 1)
      SELECT (SELECT max(id) FROM step) AS last, (SELECT count(*)::int FROM emptied) AS emptied`;
    total += step?.emptied ?? 0;
    if (step === undefined || step.last === null) break;
    after = step.last;
  }
  return total;
}
