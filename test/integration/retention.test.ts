import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { requeueQuarantined } from "../../src/store/requeue.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const DAY_MS = 24 * 60 * 60_000;
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await createStore(database.connectionString, { clock: systemClock });
});

afterAll(async () => {
  await store.close();
  await database.stop();
});

const query = (sql: string) => withClient(database.connectionString, async (client) => (await client.query(sql)).rows);

async function removePastTime(before: Parameters<Store["pastTime"]>[0]): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (const [name, step] of Object.entries(store.pastTime(before))) removed[name] = await step();
  return removed;
}

test("past their time the bytes of webhooks go and their keys stay, so that a replay years later is still a repeat", async () => {
  await query(`
    INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at, state, processed_at)
    SELECT 'default', 'pagerduty', 'old-' || n, '{"a":"b"}', 'bytes', now() - interval '40 d',
           CASE WHEN n % 4 = 0 THEN 'quarantined' WHEN n % 4 = 1 THEN 'new' ELSE 'processed' END,
           CASE WHEN n % 4 = 2 THEN now() - interval '40 d' WHEN n % 4 = 3 THEN now() END
    FROM generate_series(1, 12000) n`);

  const nowMs = systemClock.nowMs();
  const [answersBefore, quarantinedBefore] = [epochMs(nowMs - 90 * DAY_MS), epochMs(nowMs - 90 * DAY_MS)];
  const before = { webhooksBefore: epochMs(nowMs - 30 * DAY_MS), quarantinedBefore, answersBefore };
  const receipt = await removePastTime(before);
  const again = await removePastTime(before);
  const left = await query(
    "SELECT state, (raw = '')::text AS empty, count(*)::int AS n FROM inbox GROUP BY 1, 2 ORDER BY 1, 2",
  );
  const replay = await store.inbox.store({
    tenant: DEFAULT_TENANT,
    source: "pagerduty",
    dedupKey: "old-2",
    delivery: { raw: new Uint8Array([1]), receivedAtMs: nowMs },
  });

  expect(receipt).toEqual({ rawWebhooks: 3_000, givenUp: 0, inputs: 0, oldAnswers: 0 });
  expect(again["rawWebhooks"]).toBe(0);
  expect(left).toEqual([
    { state: "new", empty: "false", n: 3_000 },
    { state: "processed", empty: "false", n: 3_000 },
    { state: "processed", empty: "true", n: 3_000 },
    { state: "quarantined", empty: "false", n: 3_000 },
  ]);
  expect(replay).toBe("duplicate");
});

test("a webhook that nobody came for in quarantine is given up: its bytes go, its key and the reason stay, and it waits no more", async () => {
  await query(`DELETE FROM inbox;
    INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at, state, quarantine_reason, processed_at)
    SELECT 'default', 'pagerduty', 'q' || n, '{"a":"b"}', 'bytes', now() - interval '200 d', 'quarantined', 'body: bad',
           now() - n % 2 * interval '100 d'
    FROM generate_series(1, 12000) n`);

  const cutMs = epochMs(systemClock.nowMs() - 90 * DAY_MS);
  const receipt = await removePastTime({ webhooksBefore: cutMs, quarantinedBefore: cutMs, answersBefore: cutMs });
  const left = await query(
    "SELECT state, raw::text, quarantine_reason, count(*)::int AS n FROM inbox GROUP BY 1, 2, 3 ORDER BY 1",
  );

  expect(receipt).toMatchObject({ givenUp: 6_000, rawWebhooks: 0 });
  expect(left).toEqual([
    { state: "processed", raw: "\\x", quarantine_reason: "body: bad", n: 6_000 },
    { state: "quarantined", raw: "\\x6279746573", quarantine_reason: "body: bad", n: 6_000 },
  ]);
  expect(await store.quarantined()).toEqual({ webhooks: 6_000, jobs: 0 });
});

test("the latest answer of an incident stays however old it is; replaced answers and what they were computed from go", async () => {
  await query(`
    INSERT INTO incident (id, tenant, title, severity, status, started_at, detected_at, alert_count, services, external,
      fingerprints, group_keys, last_alert_at, revision, changed_at)
    VALUES ('INC-1', 'default', 't', 'error', 'resolved', now(), now(), 1, '{}', '[]', '{}', '{}', now(), 1, now());
    INSERT INTO analysis (tenant, incident_id, revision, sequence, at, document)
    SELECT 'default', 'INC-1', 1, n, now() - interval '200 d', '{}' FROM generate_series(1, 3) n;
    INSERT INTO archived_input (tenant, incident_id, revision, stored_at, events, packed)
    VALUES ('default', 'INC-1', 1, now() - interval '200 d', 1, 'x'), ('default', 'INC-2', 1, now(), 1, 'x')`);

  const cutMs = epochMs(systemClock.nowMs() - 90 * DAY_MS);
  const receipt = await removePastTime({ webhooksBefore: cutMs, quarantinedBefore: cutMs, answersBefore: cutMs });

  expect(receipt).toMatchObject({ inputs: 1, oldAnswers: 2 });
  expect(await query("SELECT sequence FROM analysis")).toEqual([{ sequence: 3 }]);
  expect(await query("SELECT incident_id FROM archived_input")).toEqual([{ incident_id: "INC-2" }]);
});

test("what waits in quarantine is tried again once it is asked for, with a job for each webhook", async () => {
  await query(`DELETE FROM inbox; DELETE FROM outbox;
    INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at, state, quarantine_reason, processed_at)
    VALUES ('default', 'pagerduty', 'q1', '{}', 'x', now(), 'quarantined', 'body: bad', now()),
           ('default', 'pagerduty', 'q2', '{}', 'x', now(), 'processed', NULL, now());
    INSERT INTO outbox (tenant, job, payload, created_at, not_before, attempts, quarantined_at)
    VALUES ('default', 'feedback.learn', '{"incidentId":"INC-1"}', now(), now(), 5, now())`);

  const first = await requeueQuarantined(database.connectionString);
  const second = await requeueQuarantined(database.connectionString);

  expect([first, second]).toEqual([
    { webhooks: 1, jobs: 1 },
    { webhooks: 0, jobs: 0 },
  ]);
  expect(await query("SELECT dedup_key, state, quarantine_reason FROM inbox ORDER BY 1")).toEqual([
    { dedup_key: "q1", state: "new", quarantine_reason: null },
    { dedup_key: "q2", state: "processed", quarantine_reason: null },
  ]);
  expect(await query("SELECT job, attempts, quarantined_at FROM outbox ORDER BY 1")).toEqual([
    { job: "delivery.process", attempts: 0, quarantined_at: null },
    { job: "feedback.learn", attempts: 0, quarantined_at: null },
  ]);
});
