import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { Clock, Logger } from "../app/ports.ts";
import { failpoint } from "../platform/failpoint.ts";
import { openPool, openSession } from "./connections.ts";
import { startLoop } from "./loop.ts";
import { createOutbox, type DueRow, type Outbox } from "./outbox.ts";
import { isCollapsing, wakeOf } from "./specs.ts";
import type { WakeQueue } from "./wake-queue.ts";

const POLL_MS = 250;
/** Every commit asks for a look: under load one look serves many of them. */
const LOOKS_APART_MS = 25;
/**
 * No more than this waits in the queue. What is told too early is told again before its turn comes, and what is urgent
 * could not overtake it.
 */
const MOST_WAITING = 100;
const FULL_PAUSE_MS = 100;
/** A row that workers were told of this long ago without anything happening is told again. */
const SWEEP_AFTER_MS = 8_000;
const RECONNECT_AFTER_MS = 1_000;
const AWAY_PAUSE_MS = 1_000;

export interface RelayOptions {
  readonly connectionString: string;
  readonly queue: WakeQueue;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Tells workers of committed outbox rows: within milliseconds of the commit, and again until they are done. */
export async function startRelay(options: RelayOptions): Promise<{ stop(): Promise<void> }> {
  const { connectionString, queue, logger, clock } = options;
  const pool = openPool(connectionString, { max: 1, name: "traceops relay" });
  const outbox = createOutbox(pool, clock);

  const state = { isAway: false, lookedAt: Number.NEGATIVE_INFINITY };
  const relayDue = async (): Promise<number> => {
    try {
      await wait(Math.max(0, state.lookedAt + LOOKS_APART_MS - performance.now()));
      state.lookedAt = performance.now();
      // While the queue is away this fails, and rows stay free for workers that look by themselves.
      const limit = MOST_WAITING - (await queue.waiting());
      if (limit <= 0) return FULL_PAUSE_MS;
      // The claim is committed before the queue hears of it: a crash in between costs one sweep, never a row.
      const rows = await outbox.claim({ dueForMs: 0, toldBeforeMs: SWEEP_AFTER_MS, limit });
      failpoint("relay.after-claim");
      if (rows.length > 0) await tell(queue, outbox, rows);
      if (rows.length > 0) failpoint("relay.after-wake");
      if (state.isAway) logger.info({ queue: queue.kind }, "outbox rows are announced again");
      state.isAway = false;
      return rows.length === limit ? FULL_PAUSE_MS : POLL_MS;
    } catch (error) {
      const name = error instanceof Error ? error.name : "unknown";
      if (!state.isAway) logger.warn({ queue: queue.kind, error: name }, "outbox rows could not be announced");
      state.isAway = true;
      return AWAY_PAUSE_MS;
    }
  };
  const relaying = startLoop(relayDue);
  const listening = listen(connectionString, () => relaying.nudge());
  return {
    async stop() {
      await listening.stop();
      await relaying.stop();
      await pool.end();
    },
  };
}

/** What the queue does not take is free at once for workers that look into the outbox themselves. */
async function tell(queue: WakeQueue, outbox: Outbox, rows: readonly DueRow[]): Promise<void> {
  try {
    await queue.wake(oneOfEqual(rows).map(wakeOf));
  } catch (error) {
    await outbox.giveBack(rows.map(({ id }) => id));
    failpoint("relay.after-give-back");
    throw error;
  }
}

/** Equal requests of a job that collapses are done with the first that runs; should that one fail, the sweep tells of the others. */
function oneOfEqual(rows: readonly DueRow[]): readonly DueRow[] {
  const told = new Set<string>();
  return rows.filter((row) => {
    if (!isCollapsing(row)) return true;
    const request = JSON.stringify([row.job, row.payload]);
    const isFirst = !told.has(request);
    told.add(request);
    return isFirst;
  });
}

/** Keeps one session listening for commits. Without it everything still works, a quarter of a second later. */
function listen(connectionString: string, onCommit: () => void): { stop(): Promise<void> } {
  const session: { client: pg.Client | null } = { client: null };
  const loop = startLoop(async () => {
    if (session.client !== null) return RECONNECT_AFTER_MS;
    try {
      const client = await openSession(connectionString, "traceops relay listener");
      const forget = () => {
        if (session.client === client) session.client = null;
      };
      client.once("error", forget);
      client.once("end", forget);
      client.on("notification", onCommit);
      session.client = client;
      await client.query("LISTEN traceops_outbox");
    } catch {
      await session.client?.end().catch(() => undefined);
      session.client = null;
    }
    return RECONNECT_AFTER_MS;
  });
  return {
    async stop() {
      await loop.stop();
      await session.client?.end().catch(() => undefined);
    },
  };
}
