import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { JobHandlers, JobOutcome } from "../../src/app/jobs/catalog.ts";
import { epochMs } from "../../src/core/ids.ts";
import { openPool } from "../../src/queue/connections.ts";
import { createQueue } from "../../src/queue/create-queue.ts";
import { createLocks } from "../../src/queue/locks.ts";
import { createOutbox } from "../../src/queue/outbox.ts";
import { startRelay } from "../../src/queue/relay.ts";
import { startWorker } from "../../src/queue/worker.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const clock = { nowMs: () => epochMs(Date.now()) };
const DONE: JobOutcome = { status: "done" };
const finish = () => Promise.resolve(DONE);
const WAIT = { timeout: 25_000, interval: 20 };
/** Twelve at a time, four of them looks. */
const CONCURRENCY = 12;
const LOOKS = 40;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database?.stop();
});

function sql<Result>(text: string, values: readonly unknown[] = []): Promise<readonly Result[]> {
  return withClient(database.connectionString, async (client) => (await client.query(text, [...values])).rows);
}

async function undone(job: string): Promise<number | undefined> {
  const [row] = await sql<{ n: number }>("SELECT count(*)::int AS n FROM outbox WHERE job = $1 AND done_at IS NULL", [
    job,
  ]);
  return row?.n;
}

async function ask(job: string, payload: object): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `INSERT INTO outbox (tenant, job, payload, created_at, not_before) VALUES ('default', $1, $2, now(), now())
     RETURNING id::text AS id`,
    [job, JSON.stringify(payload)],
  );
  return row?.id ?? "";
}

async function start(handlers: Partial<JobHandlers>): Promise<{ stop(): Promise<void> }> {
  const { connectionString } = database;
  const queue = await createQueue({ connectionString, logger, name: `test-turns-${process.pid}-${Date.now()}` });
  const deps = { connectionString, queue, logger, clock };
  const others = { "delivery.process": finish, "surface.publish": finish, "feedback.learn": finish };
  const all: JobHandlers = { ...others, "incident.investigate": finish, ...handlers };
  const worker = await startWorker({ ...deps, concurrency: CONCURRENCY, handlers: all });
  const relay = await startRelay(deps);
  return {
    async stop() {
      await relay.stop();
      await worker.stop();
      await queue.close();
    },
  };
}

test("while sources are slow, cards are drawn and webhooks processed at once; waiting looks hold no lock and no attempt", async () => {
  const { promise: sourcesAnswer, resolve: answer } = Promise.withResolvers<JobOutcome>();
  const looked: string[] = [];
  const most = { running: 0 };
  const state = { running: 0 };
  const ids = await Promise.all(
    Array.from({ length: LOOKS }, (_, index) =>
      ask("incident.investigate", { incidentId: `INC-${index}`, revision: 1 }),
    ),
  );
  const work = await start({
    "incident.investigate": async ({ incidentId }) => {
      looked.push(incidentId);
      state.running += 1;
      most.running = Math.max(most.running, state.running);
      const outcome = await sourcesAnswer;
      state.running -= 1;
      return outcome;
    },
  });
  await vi.waitFor(() => expect(looked).toHaveLength(4), WAIT);

  const begunMs = performance.now();
  await ask("delivery.process", { inboxId: "1" });
  await ask("surface.publish", { incidentId: "INC-1", surface: "web" });
  await vi.waitFor(async () => {
    expect([await undone("delivery.process"), await undone("surface.publish")]).toEqual([0, 0]);
  }, WAIT);
  const tookMs = performance.now() - begunMs;

  const waiting = ids.filter((_, index) => !looked.includes(`INC-${index}`));
  const rows = await sql<{ attempts: number }>("SELECT attempts FROM outbox WHERE id = ANY($1::bigint[])", [waiting]);
  const locks = createLocks(database.connectionString);
  const free = await Promise.all(waiting.map((id) => locks.tryTake(`outbox:${id}`)));
  await locks.close();
  answer(DONE);
  await vi.waitFor(async () => expect(await undone("incident.investigate")).toBe(0), WAIT);
  await work.stop();

  expect(tookMs).toBeLessThan(3_000);
  expect(waiting).toHaveLength(LOOKS - 4);
  expect(new Set(rows.map(({ attempts }) => attempts))).toEqual(new Set([0]));
  expect(free.filter((lock) => lock === null)).toEqual([]);
  expect(most.running).toBe(4);
  expect(looked.toSorted()).toEqual(Array.from({ length: LOOKS }, (_, index) => `INC-${index}`).toSorted());
});

test("a row whose process ends each time it runs is quarantined with that reason; one that died beside it is done", async () => {
  const pool = openPool(database.connectionString, { max: 1, name: "crashes" });
  const outbox = createOutbox(pool, clock);
  const deadly = await ask("delivery.process", { inboxId: "deadly" });
  const beside = await ask("delivery.process", { inboxId: "beside" });
  // As killed processes leave them: begun and never settled, five times more often than the job may fail.
  for (let crash = 1; crash <= 10; crash += 1) {
    await outbox.begin(deadly);
    if (crash < 10) await outbox.begin(beside);
  }
  await outbox.giveBack([deadly, beside]);
  await pool.end();
  const ran: string[] = [];

  const work = await start({
    "delivery.process": async (_payload, { outboxId }) => {
      ran.push(outboxId);
      return DONE;
    },
  });
  const rowsOf = () =>
    sql(
      "SELECT done_at IS NOT NULL AS done, quarantined_at IS NOT NULL AS quarantined, last_error FROM outbox WHERE id = ANY($1::bigint[]) ORDER BY id",
      [[deadly, beside]],
    );
  const last_error = "it was begun 10 times, and too often its process ended while it ran";
  await vi.waitFor(async () => {
    expect(await rowsOf()).toEqual([
      { done: false, quarantined: true, last_error },
      { done: true, quarantined: false, last_error: null },
    ]);
  }, WAIT);
  await work.stop();

  expect(ran).toEqual([beside]);
  const locks = createLocks(database.connectionString);
  expect(await locks.tryTake(`outbox:${deadly}`)).not.toBeNull();
  await locks.close();
});
