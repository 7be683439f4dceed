import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { UnavailableError } from "../../src/app/errors.ts";
import type { JobHandlers, JobName, JobOutcome } from "../../src/app/jobs/catalog.ts";
import { epochMs } from "../../src/core/ids.ts";
import { createQueue } from "../../src/queue/create-queue.ts";
import { createLocks } from "../../src/queue/locks.ts";
import { startRelay } from "../../src/queue/relay.ts";
import type { WakeQueue } from "../../src/queue/wake-queue.ts";
import { startWorker } from "../../src/queue/worker.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const REDIS = process.env["TEST_REDIS_URL"] ?? "";
if (REDIS === "") process.stderr.write("queue tests on Redis are skipped: TEST_REDIS_URL is not set\n");

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const DONE: JobOutcome = { status: "done" };
const finish = () => Promise.resolve(DONE);
const WAIT = { timeout: 25_000, interval: 20 };

/** Real time, moved forward by tests instead of waiting. */
class MovableClock {
  aheadMs = 0;
  nowMs = () => epochMs(Date.now() + this.aheadMs);
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database?.stop();
});

interface Row {
  readonly attempts: number;
  readonly done: boolean;
  readonly quarantined: boolean;
  readonly last_error: string | null;
}

function sql<Result>(text: string, values: readonly unknown[] = []): Promise<readonly Result[]> {
  return withClient(database.connectionString, async (client) => (await client.query(text, [...values])).rows);
}

async function ask(job: string, payload: object): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `INSERT INTO outbox (tenant, job, payload, created_at, not_before)
     VALUES ('default', $1, $2, now(), now() - interval '1 second') RETURNING id::text AS id`,
    [job, JSON.stringify(payload)],
  );
  return row?.id ?? "";
}

async function rowOf(id: string): Promise<Row | undefined> {
  const rows = await sql<Row>(
    `SELECT attempts, done_at IS NOT NULL AS done, quarantined_at IS NOT NULL AS quarantined, last_error
     FROM outbox WHERE id = $1`,
    [id],
  );
  return rows[0];
}

function handlersWith<Name extends JobName>(job: Name, handle: JobHandlers[Name]): JobHandlers {
  const all: JobHandlers = {
    "delivery.process": finish,
    "incident.investigate": finish,
    "surface.publish": finish,
    "feedback.learn": finish,
  };
  return { ...all, [job]: handle };
}

const eventually = (check: () => Promise<void>) => vi.waitFor(check, WAIT);

describe.each([
  { backend: "postgres" as const, redisUrl: undefined },
  ...(REDIS === "" ? [] : [{ backend: "redis" as const, redisUrl: REDIS }]),
])("queue on $backend", ({ backend, redisUrl }) => {
  let clock: MovableClock;
  let queue: WakeQueue;
  let running: { stop(): Promise<void> }[];
  let name: string;

  beforeEach(async () => {
    await sql("DELETE FROM outbox");
    clock = new MovableClock();
    running = [];
    name = `test-${process.pid}-${Date.now()}`;
    queue = await createQueue({ connectionString: database.connectionString, redisUrl, logger, name });
  });

  afterEach(async () => {
    await Promise.all(running.map((part) => part.stop()));
    await queue.close();
  });

  const deps = () => ({ connectionString: database.connectionString, queue, logger, clock });
  const relay = async () => running.push(await startRelay(deps()));
  const work = async <Name extends JobName>(job: Name, handle: JobHandlers[Name]) => {
    running.push(await startWorker({ ...deps(), handlers: handlersWith(job, handle) }));
  };

  test("a committed row runs within a second, once", async () => {
    const seen: string[] = [];
    await relay();
    await work("delivery.process", async (_payload, { outboxId }) => {
      seen.push(outboxId);
      return DONE;
    });
    const begun = performance.now();

    const ids = await Promise.all([1, 2, 3].map((number) => ask("delivery.process", { inboxId: String(number) })));
    await vi.waitFor(() => expect(seen).toHaveLength(3), WAIT);
    const tookMs = performance.now() - begun;

    await eventually(async () => expect(await rowOf(ids[2] ?? "")).toMatchObject({ done: true, attempts: 1 }));
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(tookMs).toBeLessThan(1_000);
  });

  test("work that was announced to a queue which then lost everything is still done", async () => {
    const seen: string[] = [];
    await sql(`INSERT INTO outbox (tenant, job, payload, created_at, not_before)
      SELECT 'default', 'delivery.process', jsonb_build_object('inboxId', number::text), now(), now()
      FROM generate_series(1, 90) AS number`);
    await relay();
    await eventually(async () => {
      const [row] = await sql<{ n: number }>("SELECT count(*)::int AS n FROM outbox WHERE dispatched_at IS NULL");
      expect(row?.n).toBe(0);
    });
    await loseEverything();
    clock.aheadMs += 9_000;

    await work("delivery.process", async (_payload, { outboxId }) => {
      seen.push(outboxId);
      if (seen.length === 45) await loseEverything();
      return DONE;
    });
    await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(45), WAIT);
    clock.aheadMs += 9_000;

    await eventually(async () => {
      const [row] = await sql<{ n: number }>("SELECT count(*)::int AS n FROM outbox WHERE done_at IS NULL");
      expect(row?.n).toBe(0);
    });
    expect(new Set(seen).size).toBe(90);
    // A row whose end could not be written runs again; that is the exception, not the way.
    expect(seen.length).toBeLessThan(100);
  });

  async function loseEverything(): Promise<void> {
    if (backend === "redis") {
      const redis = new Redis(REDIS);
      await redis.flushall();
      redis.disconnect();
      return;
    }
    await sql(`DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'
      LOOP EXECUTE format('TRUNCATE bullmq.%I CASCADE', name); END LOOP; END $$`);
  }

  test("a job that fails twice succeeds on the third attempt", async () => {
    await relay();
    await work("delivery.process", async (_payload, { attempt }) => {
      if (attempt < 3) throw new Error("not yet");
      return DONE;
    });

    const id = await ask("delivery.process", { inboxId: "1" });

    await eventually(async () => expect(await rowOf(id)).toMatchObject({ done: true, attempts: 3, last_error: null }));
  });

  test("a job that always fails ends in quarantine after its attempts, and others go on", async () => {
    await relay();
    await work("feedback.learn", async ({ incidentId }) => {
      if (incidentId === "INC-9001") throw new RangeError("always");
      return DONE;
    });
    const poison = await ask("feedback.learn", { incidentId: "INC-9001" });
    const healthy = await ask("feedback.learn", { incidentId: "INC-9002" });

    await eventually(async () => {
      clock.aheadMs += 500;
      expect(await rowOf(poison)).toMatchObject({ quarantined: true, attempts: 5, last_error: "RangeError" });
    });
    expect(await rowOf(healthy)).toMatchObject({ done: true, attempts: 1 });
  });

  test("what cannot ever run is quarantined at once", async () => {
    await relay();
    await work("delivery.process", () =>
      Promise.reject(new UnavailableError("somewhere", { retryable: false, detail: "gone" })),
    );

    const refused = await ask("delivery.process", { inboxId: "1" });
    const wrongPayload = await ask("delivery.process", { inboxId: 7 });

    await eventually(async () => {
      expect(await rowOf(refused)).toMatchObject({ quarantined: true, attempts: 1 });
      expect(await rowOf(wrongPayload)).toMatchObject({ quarantined: true, attempts: 1 });
    });
  });

  test("an outcome of 'again' waits for its time and costs no attempt", async () => {
    const runs: number[] = [];
    await relay();
    await work("surface.publish", async () => {
      runs.push(clock.nowMs());
      const notBeforeMs = clock.nowMs() + 60_000;
      return runs.length < 3 ? { status: "again", notBeforeMs, because: "rate limited" } : DONE;
    });
    const id = await ask("surface.publish", { incidentId: "INC-9003", surface: "slack" });

    await eventually(async () => {
      expect(await rowOf(id)).toMatchObject({ attempts: 0, last_error: "rate limited" });
    });
    expect(runs).toHaveLength(1);
    await eventually(async () => {
      if (!(await rowOf(id))?.done) clock.aheadMs += 10_000;
      expect(await rowOf(id)).toMatchObject({ done: true, attempts: 1 });
    });

    expect(runs).toHaveLength(3);
    const pauses = runs.slice(1).map((at, index) => at - (runs[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(60_000 - 250);
  });

  test("two investigations of one incident never overlap, those of two incidents do", async () => {
    const active = new Map<string, number>();
    const most = { sameIncident: 0, overall: 0 };
    await relay();
    await work("incident.investigate", async ({ incidentId }) => {
      active.set(incidentId, (active.get(incidentId) ?? 0) + 1);
      most.sameIncident = Math.max(most.sameIncident, ...active.values());
      most.overall = Math.max(
        most.overall,
        [...active.values()].reduce((sum, n) => sum + n, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      active.set(incidentId, (active.get(incidentId) ?? 1) - 1);
      return DONE;
    });

    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        ask("incident.investigate", { incidentId: `INC-${9100 + (index % 2)}`, revision: index }),
      ),
    );

    await eventually(async () => {
      for (const id of ids) expect(await rowOf(id)).toMatchObject({ done: true, attempts: 1 });
    });
    expect(most.sameIncident).toBe(1);
    expect(most.overall).toBeGreaterThan(1);
  });

  test("the row of a killed worker comes back", async () => {
    await relay();
    const id = await ask("delivery.process", { inboxId: "1" });
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "../support/hanging-worker.ts"), database.connectionString, name, redisUrl ?? ""],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await rowOf(id)).toMatchObject({ done: false, attempts: 1 });
    clock.aheadMs += 9_000;

    await work("delivery.process", () => Promise.resolve(DONE));

    await eventually(async () => expect(await rowOf(id)).toMatchObject({ done: true, attempts: 2 }));
  });

  test("a job that ignores its deadline is taken for failed, and its incident stays locked until it ends", async () => {
    const stuck = Promise.withResolvers<JobOutcome>();
    const signals: AbortSignal[] = [];
    const locks = createLocks(database.connectionString);
    running.push({ stop: () => locks.close() });
    const worker = await startWorker({
      ...deps(),
      drainMs: 100,
      handlers: handlersWith("surface.publish", (_payload, { signal }) => {
        signals.push(signal);
        return stuck.promise;
      }),
    });
    await relay();
    const id = await ask("surface.publish", { incidentId: "INC-9200", surface: "web" });
    await vi.waitFor(() => expect(signals).toHaveLength(1), WAIT);

    expect(await locks.tryTake("incident:INC-9200:web")).toBeNull();
    const stopped = worker.stop();
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true), WAIT);
    stuck.resolve(DONE);
    await stopped;

    expect(await rowOf(id)).toMatchObject({ done: false, attempts: 0, last_error: "interrupted by a stop" });
    expect(await locks.tryTake("incident:INC-9200:web")).not.toBeNull();
  });
});

test("a worker does the work by itself when the queue is away", async () => {
  await sql("DELETE FROM outbox");
  const clock = new MovableClock();
  const away: WakeQueue = {
    kind: "redis",
    wake: () => Promise.reject(new Error("away")),
    waiting: () => Promise.reject(new Error("away")),
    work: () => ({ stop: () => Promise.resolve(), abandon: quiet }),
    close: () => Promise.resolve(),
  };
  const deps = { connectionString: database.connectionString, queue: away, logger, clock };
  const relay = await startRelay(deps);
  const worker = await startWorker({
    ...deps,
    handlers: handlersWith("delivery.process", () => Promise.resolve(DONE)),
  });

  const id = await ask("delivery.process", { inboxId: "1" });

  await vi.waitFor(async () => expect(await rowOf(id)).toMatchObject({ done: true }), WAIT);
  await worker.stop();
  await relay.stop();
});
