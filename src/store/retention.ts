import { z } from "zod";
import type { EpochMs } from "../core/ids.ts";
import type { Database } from "./database.ts";
import { inSteps, ROWS_AT_ONCE } from "./in-steps.ts";

const MAX_ROUNDS = 10_000;

export interface PastTime {
  readonly webhooksBefore: EpochMs;
  readonly quarantinedBefore: EpochMs;
  readonly answersBefore: EpochMs;
}

/** What goes, each by itself: one that fails is no reason to leave the others. They give how many rows went or were emptied. */
export interface PastTimeSteps {
  readonly rawWebhooks: () => Promise<number>;
  /** Of those that waited in quarantine, and nobody came for them. */
  readonly givenUp: () => Promise<number>;
  readonly inputs: () => Promise<number>;
  readonly oldAnswers: () => Promise<number>;
}

/**
 * Empties webhooks that were worked off before `webhooksBefore`, or that wait in quarantine since before `quarantinedBefore`:
 * their bytes and headers go, their keys stay for ever, because senders that sign no time could send them again years later.
 * Removes what answers were computed from, and all answers of an incident but its latest, from before `answersBefore`. In
 * rounds of some rows, so that nobody waits for it.
 */
export function pastTimeSteps(
  db: Database,
  { webhooksBefore, quarantinedBefore, answersBefore }: PastTime,
): PastTimeSteps {
  const before = new Date(answersBefore);
  return {
    rawWebhooks: () => emptyWebhooks(db, new Date(webhooksBefore)),
    givenUp: () => giveUp(db, new Date(quarantinedBefore)),
    inputs: () =>
      inSteps(
        () => db.$executeRaw`
          DELETE FROM archived_input WHERE ctid IN (
            SELECT ctid FROM archived_input WHERE stored_at < ${before} LIMIT ${ROWS_AT_ONCE})`,
      ),
    oldAnswers: () =>
      inSteps(
        () => db.$executeRaw`
          DELETE FROM analysis WHERE id IN (
            SELECT old.id FROM analysis old WHERE old.at < ${before} AND EXISTS (
              SELECT FROM analysis later WHERE later.incident_id = old.incident_id AND later.sequence > old.sequence)
            LIMIT ${ROWS_AT_ONCE})`,
      ),
  };
}

function emptyWebhooks(db: Database, before: Date): Promise<number> {
  return overOld({
    next: (after) => db.$queryRaw`
      SELECT CASE WHEN min(received_at) < ${before} THEN max(id) END AS last
      FROM (SELECT id, received_at FROM inbox WHERE id > ${after} ORDER BY id LIMIT ${ROWS_AT_ONCE}) AS step`,
    work: ({ after, last }) => db.$executeRaw`
      UPDATE inbox SET raw = '', headers = '{}' WHERE id > ${after} AND id <= ${last}
        AND state = 'processed' AND processed_at < ${before} AND octet_length(raw) > 0`,
  });
}

/** There is nothing left to try again, so that they do not count as waiting any longer; why they waited stays. */
function giveUp(db: Database, before: Date): Promise<number> {
  return inSteps(
    () => db.$executeRaw`
      UPDATE inbox SET raw = '', headers = '{}', state = 'processed' WHERE id IN (
        SELECT id FROM inbox WHERE state = 'quarantined' AND coalesce(processed_at, received_at) < ${before}
        ORDER BY id LIMIT ${ROWS_AT_ONCE})`,
  );
}

/** Removes jobs that were done before. */
export function removeDoneJobs(db: Database, doneBefore: EpochMs): Promise<number> {
  const before = new Date(doneBefore);
  return overOld({
    next: (after) => db.$queryRaw`
      SELECT CASE WHEN min(created_at) < ${before} THEN max(id) END AS last
      FROM (SELECT id, created_at FROM outbox WHERE id > ${after} ORDER BY id LIMIT ${ROWS_AT_ONCE}) AS step`,
    work: ({ after, last }) => db.$executeRaw`
      DELETE FROM outbox WHERE id > ${after} AND id <= ${last} AND done_at < ${before}`,
  });
}

const Ends = z.array(z.object({ last: z.bigint().nullable() }));

/**
 * Goes through a table by id, the order in which its rows were made: no index knows when they were worked off, and those made
 * later cannot have been worked off earlier, so that the walk ends where they begin. A range is two statements, because only
 * with both of its ends known does the server take the index instead of reading the whole table for each.
 */
async function overOld({
  next,
  work,
}: {
  readonly next: (after: bigint) => PromiseLike<unknown>;
  readonly work: (range: { readonly after: bigint; readonly last: bigint }) => PromiseLike<number>;
}): Promise<number> {
  let [total, after] = [0, 0n];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const last = Ends.parse(await next(after))[0]?.last ?? null;
    if (last === null) break;
    total += await work({ after, last });
    after = last;
  }
  return total;
}
