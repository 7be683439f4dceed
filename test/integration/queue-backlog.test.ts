import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { JobHandlers, JobOutcome } from "../../src/app/jobs/catalog.ts";
import { epochMs } from "../../src/core/ids.ts";
import { createQueue } from "../../src/queue/create-queue.ts";
import { startRelay } from "../../src/queue/relay.ts";
import { startWorker } from "../../src/queue/worker.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const clock = { nowMs: () => epochMs(Date.now()) };
const DONE: JobOutcome = { status: "done" };
const WAIT = { timeout: 25_000, interval: 20 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database?.stop();
});

function sql<Result>(text: string): Promise<readonly Result[]> {
  return withClient(database.connectionString, async (client) => (await client.query(text)).rows);
}

async function told(): Promise<number | undefined> {
  const [row] = await sql<{ n: number }>("SELECT count(*)::int AS n FROM outbox WHERE dispatched_at IS NOT NULL");
  return row?.n;
}

test("in a backlog only a little is told ahead, and what people wait for overtakes the rest", async () => {
  const { connectionString } = database;
  await sql(`INSERT INTO outbox (tenant, job, payload, created_at, not_before)
    SELECT 'default', 'delivery.process', jsonb_build_object('inboxId', number::text), now(), now()
    FROM generate_series(1, 500) AS number`);
  const queue = await createQueue({ connectionString, logger, name: `test-backlog-${process.pid}` });
  const deps = { connectionString, queue, logger, clock };
  const relay = await startRelay(deps);
  await vi.waitFor(async () => expect(await told()).toBe(100), WAIT);
  await sql(`INSERT INTO outbox (tenant, job, payload, created_at, not_before)
    VALUES ('default', 'surface.publish', '{"incidentId":"INC-9300","surface":"web"}', now(), now())`);
  const order: string[] = [];
  const note = (job: string) => async () => {
    order.push(job);
    return DONE;
  };
  const handlers: JobHandlers = {
    "delivery.process": note("delivery"),
    "incident.investigate": note("look"),
    "surface.publish": note("card"),
    "feedback.learn": note("learning"),
  };
  const worker = await startWorker({ ...deps, concurrency: 1, handlers });

  await vi.waitFor(() => expect(order).toHaveLength(501), WAIT);
  await worker.stop();
  await relay.stop();
  await queue.close();

  // After those that were told of already, and what little of the rest was told while the card was asked for.
  expect(order.indexOf("card")).toBeLessThan(250);
});
