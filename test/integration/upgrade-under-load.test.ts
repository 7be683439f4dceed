import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { withClient } from "../../src/store/client.ts";
import { migrate, migrationNames } from "../../src/store/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const MIGRATIONS = resolve(import.meta.dirname, "../../prisma/migrations");
/** Senders get 503 and come again when a webhook could not be stored within 4 s; a migration may not take as long. */
const LONGEST_WAIT_MS = 4_000;
const databases: TestDatabase[] = [];

afterEach(async () => {
  for (const database of databases.splice(0)) await database.stop();
});

async function emptyDatabase(): Promise<string> {
  const database = await createTestDatabase({ migrated: false });
  databases.push(database);
  return database.connectionString;
}

/** As the first version stored webhooks and worked them off; later versions must bear it. */
function writeLikeBefore(connectionString: string) {
  const tally = { written: 0, longestMs: 0 };
  const failures: string[] = [];
  const over = new AbortController();
  const writing = (async () => {
    const client = new pg.Client({ connectionString });
    client.on("error", () => undefined);
    await client.connect();
    while (!over.signal.aborted) {
      const begun = performance.now();
      await writeOnce(client, tally.written).catch((error: unknown) => failures.push(String(error)));
      tally.longestMs = Math.max(tally.longestMs, performance.now() - begun);
      tally.written++;
    }
    await client.end();
  })();
  return {
    wrote: async (count: number) => {
      for (;;) {
        if (tally.written >= count) return;
        await wait(5);
      }
    },
    async stop() {
      over.abort();
      await writing;
      return { ...tally, failures };
    },
  };
}

async function writeOnce(client: pg.Client, number: number): Promise<void> {
  await client.query(
    `WITH item AS (
       INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at)
       VALUES ('default', 'pagerduty', $1, '{}', 'x', now()) ON CONFLICT (tenant, source, dedup_key) DO NOTHING RETURNING id)
     INSERT INTO outbox (tenant, job, payload, created_at, not_before)
     SELECT 'default', 'delivery.process', jsonb_build_object('inboxId', item.id::text), now(), now() FROM item`,
    [`load-${number}`],
  );
  await client.query(
    `WITH opened AS (
       INSERT INTO incident (id, tenant, title, severity, status, started_at, detected_at, alert_count, services, external,
         fingerprints, group_keys, last_alert_at, revision, changed_at)
       VALUES ($1, 'default', 't', 'error', 'triggered', now(), now(), 1, '{}', '[]', '{}', '{}', now(), 1, now()) RETURNING id),
     fact AS (
       INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
       SELECT 'default', 'pagerduty', id, id, 'open', '{}', now(), now() FROM opened),
     message AS (
       INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, nonce)
       SELECT 'default', id, 'slack', 'root', 0, 'n' FROM opened)
     INSERT INTO note (tenant, incident_id, at, actor_kind, actor_id, who, text)
     SELECT 'default', id, now(), 'slack-user', 'U1', 'Ada', 'one' FROM opened`,
    [`OLD-${number}`],
  );
  await client.query("UPDATE inbox SET state = 'processed', processed_at = now() WHERE dedup_key = $1", [
    `load-${number}`,
  ]);
}

test("the first version goes on writing while four processes at once bring its database to this one", async () => {
  const names = migrationNames();
  const connectionString = await emptyDatabase();
  await migrate(connectionString, names.slice(0, 1));
  const writer = writeLikeBefore(connectionString);
  await writer.wrote(50);

  const results = await Promise.all(Array.from({ length: 4 }, () => migrate(connectionString)));
  await writer.wrote(100);
  const { written, longestMs, failures } = await writer.stop();

  expect(failures).toEqual([]);
  expect(longestMs).toBeLessThan(LONGEST_WAIT_MS);
  // Each migration ran once, in one of the processes; the others waited for it.
  expect(results.flatMap(({ applied }) => applied).toSorted()).toEqual(names.slice(1));
  const counts = await withClient(connectionString, async (client) => {
    const { rows } = await client.query(`
      SELECT (SELECT count(*)::int FROM inbox) AS inbox, (SELECT count(*)::int FROM outbox) AS outbox,
        (SELECT count(*)::int FROM incident) AS incident, (SELECT count(*)::int FROM alert_fact) AS fact,
        (SELECT count(*)::int FROM note) AS note, (SELECT count(*)::int FROM outbound_message) AS message`);
    return rows[0];
  });
  expect(new Set(Object.values(counts))).toEqual(new Set([written]));
});

interface Shape {
  /** "table.column" → type and whether a writer that does not know it may leave it out. */
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly isOptional: boolean }>;
  readonly uniques: ReadonlySet<string>;
}

async function shapeOf(client: pg.Client): Promise<Shape> {
  const columns = await client.query(`
    SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           NOT a.attnotnull OR a.atthasdef AS is_optional
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind = 'r'`);
  const uniques = await client.query(`
    SELECT t.relname || ': ' || string_agg(a.attname, ',' ORDER BY a.attname) AS name
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) WHERE i.indisunique GROUP BY i.indexrelid, t.relname`);
  return {
    columns: new Map(columns.rows.map(({ name, type, is_optional: isOptional }) => [name, { type, isOptional }])),
    uniques: new Set(uniques.rows.map(({ name }) => name)),
  };
}

/** What the code of the version before would trip over. */
function breaks(before: Shape, after: Shape): readonly string[] {
  const tables = new Set([...before.columns.keys()].map((name) => name.split(".")[0]));
  const known = (name: string) => tables.has(name.split(/[.:]/u)[0]);
  const lost = [...before.columns].flatMap(([name, { type, isOptional }]) => {
    const now = after.columns.get(name);
    if (now === undefined) return [`${name} is gone`];
    if (now.type !== type) return [`${name} was ${type}, is ${now.type}`];
    return isOptional && !now.isOptional ? [`${name} must be given now`] : [];
  });
  const demanded = [...after.columns].flatMap(([name, { isOptional }]) =>
    known(name) && !before.columns.has(name) && !isOptional ? [`${name} is new and must be given`] : [],
  );
  const narrowed = [...after.uniques].filter((name) => {
    const columns = (name.split(": ")[1] ?? "").split(",");
    const areOld = columns.every((column) => before.columns.has(`${name.split(":")[0]}.${column}`));
    return known(name) && !before.uniques.has(name) && areOld;
  });
  const loosened = [...before.uniques]
    .filter((name) => !after.uniques.has(name))
    .map((name) => `${name} is not unique any more`);
  return [...lost, ...demanded, ...narrowed.map((name) => `${name} is unique now`), ...loosened];
}

test("after every migration the version before it can still read and write all that it knows", async () => {
  const connectionString = await emptyDatabase();
  const found = await withClient(connectionString, async (client) => {
    const problems: string[] = [];
    let before: Shape | null = null;
    for (const name of readdirSync(MIGRATIONS)
      .filter((each) => /^\d/u.test(each))
      .toSorted()) {
      await client.query(readFileSync(join(MIGRATIONS, name, "migration.sql"), "utf8"));
      const after = await shapeOf(client);
      if (before !== null) problems.push(...breaks(before, after).map((problem) => `${name}: ${problem}`));
      before = after;
    }
    return problems;
  });

  expect(found).toEqual([]);
});

test("such a break would be seen", async () => {
  const connectionString = await emptyDatabase();
  await migrate(connectionString);
  const found = await withClient(connectionString, async (client) => {
    const before = await shapeOf(client);
    await client.query(`ALTER TABLE note DROP COLUMN who, ADD COLUMN mood TEXT NOT NULL`);
    await client.query(`ALTER TABLE mark ALTER COLUMN value TYPE VARCHAR(10)`);
    await client.query(`CREATE UNIQUE INDEX ON vote (tenant, actor_id)`);
    return breaks(before, await shapeOf(client));
  });

  expect(found.toSorted()).toEqual([
    "mark.value was text, is character varying(10)",
    "note.mood is new and must be given",
    "note.who is gone",
    "vote: actor_id,tenant is unique now",
  ]);
});
