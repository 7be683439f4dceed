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
const finish = () => Promise.resolve(DONE);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database?.stop();
});

function sql(text: string, values: readonly unknown[] = []) {
  return withClient(database.connectionString, async (client) => (await client.query(text, [...values])).rows);
}

async function ask(job: string, payload: object): Promise<void> {
  await sql(
    `INSERT INTO outbox (tenant, job, payload, created_at, not_before)
     VALUES ('default', $1, $2, now(), now() - interval '1 second')`,
    [job, JSON.stringify(payload)],
  );
}

function undone() {
  return sql("SELECT job FROM outbox WHERE done_at IS NULL");
}

test("a card is drawn while its investigation still runs, and equal requests to draw it are one run", async () => {
  const thinking = Promise.withResolvers<JobOutcome>();
  const drawn: string[] = [];
  const handlers: JobHandlers = {
    "delivery.process": finish,
    "incident.investigate": () => thinking.promise,
    "surface.publish": async ({ surface }) => {
      drawn.push(surface);
      return DONE;
    },
    "feedback.learn": finish,
  };
  await ask("incident.investigate", { incidentId: "INC-9300", revision: 1 });
  for (const surface of ["slack", "slack", "slack", "pagerduty"]) {
    await ask("surface.publish", { incidentId: "INC-9300", surface });
  }
  const { connectionString } = database;
  const queue = await createQueue({ connectionString, logger, name: `test-collapse-${process.pid}` });
  const deps = { connectionString, queue, logger, clock };
  const worker = await startWorker({ ...deps, handlers });
  const relay = await startRelay(deps);

  await vi.waitFor(async () => expect(await undone()).toEqual([{ job: "incident.investigate" }]), { timeout: 20_000 });
  expect(drawn.toSorted()).toEqual(["pagerduty", "slack"]);
  thinking.resolve(DONE);
  await vi.waitFor(async () => expect(await undone()).toEqual([]), { timeout: 20_000 });
  await relay.stop();
  await worker.stop();
  await queue.close();
});
