import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_TENANT, type IncidentId } from "../../src/core/ids.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { erasePerson } from "../../src/store/erasure/erase-person.ts";
import { anAlert } from "../support/builders.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/install.ts";
import { dumpDatabase, tracesIn } from "../support/person-traces.ts";

const HER = ["U0ADA", "Ada Lovelace", "the basket flag was mine"];
const PERSON = { person: { ids: ["U0ADA"], names: [], pseudonym: "person_1" }, seal: () => "0".repeat(64) };
let database: TestDatabase;
let store: Store;
let incident: IncidentId;

beforeEach(async () => {
  database = await createTestDatabase();
  store = await createStore(database.connectionString, { clock: systemClock });
  const opened = await store.incidents.apply(
    { tenant: DEFAULT_TENANT, alert: anAlert(), decision: { kind: "open", reason: "no-open-incident-matches" } },
    () => [],
  );
  if (opened.status === "conflict") throw new Error("unexpected conflict");
  incident = opened.incident.id;
  await ask(`INSERT INTO note (tenant, incident_id, at, actor_kind, actor_id, who, text)
             VALUES ('default', '${incident}', now(), 'slack-user', 'T0ACME/U0ADA', 'Ada Lovelace', '${HER[2]}')`);
});

afterEach(async () => {
  await store.close();
  await database.stop();
});

const ask = (sql: string) => withClient(database.connectionString, (client) => client.query(sql));
const erase = () => erasePerson(database.connectionString, PERSON);
const traces = async () => tracesIn(await dumpDatabase(database.connectionString), HER);

async function attach(number: number): Promise<void> {
  const alert = anAlert({ eventId: `more-${number}` });
  const decision = { kind: "attach", incidentId: incident, reason: "same-fingerprint" } as const;
  await store.incidents.apply({ tenant: DEFAULT_TENANT, alert, decision }, () => []);
}

test("while a person is erased from many rows, an alert joins its incident within a second", async () => {
  await ask(`UPDATE incident SET acknowledged_by = 'Ada Lovelace'`);
  await ask(`INSERT INTO analysis (tenant, incident_id, revision, sequence, at, document)
             SELECT 'default', '${incident}', 1, n, now(), '{"by":"Ada Lovelace"}' FROM generate_series(1, 8000) n`);
  const over = new AbortController();
  const erasing = erase().finally(() => over.abort());
  const waits: number[] = [];
  while (!over.signal.aborted) {
    const begun = performance.now();
    await attach(waits.length);
    waits.push(performance.now() - begun);
    await wait(20);
  }
  const { rows, isSettled } = await erasing;

  expect(Math.max(...waits)).toBeLessThan(1_000);
  expect(waits.length).toBeGreaterThan(10);
  expect(rows.get("analysis")).toBe(8_000);
  expect(isSettled).toBe(true);
  expect(await traces()).toEqual([0, 0, 0]);
});

test("a row that somebody works with is passed over and erased once they are done", async () => {
  await ask(`INSERT INTO mark VALUES ('default', 'seen', '{"by":"Ada Lovelace"}')`);
  const other = new pg.Client({ connectionString: database.connectionString });
  await other.connect();
  await other.query("BEGIN");
  await other.query(`UPDATE mark SET value = value || ' ' WHERE name = 'seen'`);

  const erasing = erase();
  await eventually(async () => ((await ask("SELECT FROM note WHERE who = 'person_1'")).rowCount === 1 ? true : null));
  await other.query("COMMIT");
  await other.end();
  const { isSettled } = await erasing;

  expect(isSettled).toBe(true);
  expect(await traces()).toEqual([0, 0, 0]);
});

test("a run that was cut off is made whole by the next one, though nothing tells any more what they were called", async () => {
  await ask(`INSERT INTO postmortem (tenant, incident_id, version, generated, text, at)
             VALUES ('default', '${incident}', 1, 'Ada Lovelace wrote: ${HER[2]}', '', now())`);
  await ask(`CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut off'; END $$;
             CREATE TRIGGER cut_off BEFORE UPDATE ON postmortem EXECUTE FUNCTION cut_off()`);
  await expect(erase()).rejects.toThrow("cut off");
  const between = await ask("SELECT FROM note WHERE who = 'person_1'");
  await ask("DROP TRIGGER cut_off ON postmortem");

  const { isSettled } = await erase();

  expect(between.rowCount).toBe(1);
  expect(isSettled).toBe(true);
  expect(await traces()).toEqual([0, 0, 0]);
});

test("a webhook in quarantine that is nested too deeply to read is erased too, and keeps nobody else from it", async () => {
  const raw = `${"[".repeat(5_000)}"\\u0041da Lovelace"${"]".repeat(5_000)}`;
  await withClient(database.connectionString, (client) =>
    client.query(
      `INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at, state)
       VALUES ('default', 'pagerduty', 'deep', '{}', $1, now(), 'quarantined')`,
      [Buffer.from(raw)],
    ),
  );

  const { rows } = await erase();

  expect(rows.get("inbox")).toBe(1);
  expect(await traces()).toEqual([0, 0, 0]);
});
