import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";

/** The longest job may run for a minute. */
const WAIT_MS = 70_000;
const LOOK_EVERY_MS = 250;
const Rows = z.array(z.object({ id: z.string() }));

/** Work holds an advisory lock of its outbox row, by this name, as long as it runs (`src/queue/`). */
const RUNNING = `
  SELECT o.id::text AS id FROM outbox o
  JOIN pg_locks l ON (l.classid::bigint << 32) | l.objid::bigint = hashtextextended('outbox:' || o.id, 0)
  WHERE o.done_at IS NULL AND l.locktype = 'advisory' AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Waits until every job that runs now is over. False when one of them was not within 70 s. */
export async function workIsOver(client: pg.Client): Promise<boolean> {
  const deadline = performance.now() + WAIT_MS;
  let left = await running(client);
  while (left.length > 0) {
    if (performance.now() > deadline) return false;
    await wait(LOOK_EVERY_MS);
    const still = new Set(await running(client));
    left = left.filter((id) => still.has(id));
  }
  return true;
}

async function running(client: pg.Client): Promise<readonly string[]> {
  return Rows.parse((await client.query(RUNNING)).rows).map(({ id }) => id);
}
