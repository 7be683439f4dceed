import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dedupKey } from "../../src/alert-sources/generic/dedup-key.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const MIGRATIONS = resolve(import.meta.dirname, "../../prisma/migrations");
const NO_HEADERS = "20261121215900_no_headers";
const DIGEST_OF_IDS = "20261122011500_digest_of_ids";
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

function migrationNames(): readonly string[] {
  const folders = readdirSync(MIGRATIONS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).toSorted();
}

function migrationsBefore(last: string): readonly string[] {
  return migrationNames()
    .filter((name) => name < last)
    .map(sqlOf);
}

function migrationsFrom(first: string): readonly string[] {
  return migrationNames()
    .filter((name) => name >= first)
    .map(sqlOf);
}

afterAll(async () => {
  for (const database of databases) await database.stop();
});

test("an install from before corrections keeps its notes and its cards", async () => {
  const database = await emptyDatabase();
  await withClient(database.connectionString, async (client) => {
    for (const sql of migrationsBefore(CORRECTIONS)) await client.query(sql);
    await client.query(ROWS);
    for (const sql of migrationsFrom(CORRECTIONS)) await client.query(sql);
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

test("an event that was taken before the update is taken as the same one after it, and its sender's id stands nowhere", async () => {
  const { connectionString } = await emptyDatabase();
  const raw = new TextEncoder().encode(JSON.stringify({ id: "order 17 of jo@example.test é", service: "basket" }));
  const delivery = { raw, headers: {}, receivedAtMs: epochMs(0) };
  const keys = await withClient(connectionString, async (client) => {
    for (const sql of migrationsBefore(DIGEST_OF_IDS)) await client.query(sql);
    await client.query(
      `INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at)
       VALUES ('default', 'generic', 'id:order 17 of jo@example.test é', '{}', '', now()), ('default', 'generic', 'bytes:1', '{}', '', now()),
              ('default', 'alertmanager', 'id:2', '{}', '', now())`,
    );
    await client.query(sqlOf(DIGEST_OF_IDS));
    return (await client.query("SELECT dedup_key FROM inbox ORDER BY id")).rows.map((row) => row.dedup_key);
  });

  expect(keys).toEqual([dedupKey(delivery), "bytes:1", "id:2"]);
});
