import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DEFAULT_TENANT, incidentId } from "../../src/core/ids.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const MIGRATIONS = resolve(import.meta.dirname, "../../prisma/migrations");
const NO_HEADERS = "20261121215900_no_headers";
const CORRECTIONS = "20261121081357_corrections";
/** What an install had stored before people could correct anything in Slack. */
const ROWS = `
  INSERT INTO incident (id, tenant, title, severity, status, started_at, detected_at, alert_count, services, external,
    fingerprints, group_keys, last_alert_at, revision, changed_at)
  VALUES ('INC-1', 'default', 'old', 'error', 'triggered', now(), now(), 1, '{}', '[]', '{}', '{}', now(), 1, now());
  INSERT INTO note (tenant, incident_id, at, actor_kind, actor_id, who, text)
  VALUES ('default', 'INC-1', now(), 'slack-user', 'U1', 'Ada', 'one'),
         ('default', 'INC-1', now(), 'slack-user', 'U1', 'Ada', 'two');
  INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, state, nonce, remote_place, remote_id)
  VALUES ('default', 'INC-1', 'slack', 'root', 0, 'posted', 'n1', 'C0INCIDENTS', '1795184340.000100');`;
/** A webhook as the version before stores it, with the live secret of its sender. */
const WEBHOOK = `
  INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at)
  VALUES ('default', 'alertmanager', gen_random_uuid()::text, '{"authorization":"Bearer a-live-secret"}', '{}', now());`;
const sqlOf = (name: string) => readFileSync(join(MIGRATIONS, name, "migration.sql"), "utf8");
const databases: TestDatabase[] = [];

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase({ migrated: false });
  databases.push(database);
  return database;
}

function migrationsBefore(last: string): readonly string[] {
  const folders = readdirSync(MIGRATIONS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).toSorted();
  return names.filter((name) => name < last).map(sqlOf);
}

afterAll(async () => {
  for (const database of databases) await database.stop();
});

test("an install from before corrections keeps its notes and its cards", async () => {
  const database = await emptyDatabase();
  await withClient(database.connectionString, async (client) => {
    for (const sql of migrationsBefore(CORRECTIONS)) await client.query(sql);
    await client.query(ROWS);
    await client.query(sqlOf(CORRECTIONS));
  });

  const store = await createStore(database.connectionString, { clock: systemClock });
  const id = incidentId("INC-1");
  const notes = await store.incidents.notes(DEFAULT_TENANT, id);
  const card = await store.messages.at(DEFAULT_TENANT, "slack", { place: "C0INCIDENTS", id: "1795184340.000100" });
  const corrections = await store.corrections.ofIncident(DEFAULT_TENANT, id);
  await store.close();

  expect(notes.map(({ text }) => text)).toEqual(["one", "two"]);
  expect(card).toMatchObject({ key: { kind: "root" }, state: "posted", problem: null });
  expect(corrections).toEqual([]);
});

test("headers that were stored are gone after the update, and none stay of what the version before still writes", async () => {
  const { connectionString } = await emptyDatabase();
  const headers = await withClient(connectionString, async (client) => {
    for (const sql of migrationsBefore(NO_HEADERS)) await client.query(sql);
    await client.query(WEBHOOK);
    await client.query(sqlOf(NO_HEADERS));
    await client.query(WEBHOOK);
    return (await client.query("SELECT headers FROM inbox ORDER BY id")).rows;
  });

  expect(headers).toEqual([{ headers: "{}" }, { headers: "{}" }]);
});
