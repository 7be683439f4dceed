import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs, SELF_WATCH_TENANT } from "../../src/core/ids.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Of one statement, so that the server's limit of a minute does not end it. */
const AT_ONCE = 5_000;
let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await database.stop();
});

const ask = (sql: string) => withClient(database.connectionString, async (client) => (await client.query(sql)).rows);
const daysAgo = (days: number) => epochMs(systemClock.nowMs() - days * DAY_MS);

async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await createStore(database.connectionString, { clock: systemClock });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Notes how many rows each statement removes. */
async function watchDeletes(tables: readonly string[]): Promise<void> {
  await ask(`CREATE TABLE removed (name text, rows int);
    CREATE FUNCTION note_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN INSERT INTO public.removed SELECT TG_TABLE_NAME, count(*) FROM gone; RETURN NULL; END $$`);
  for (const table of tables) {
    await ask(`CREATE TRIGGER note_removed AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION note_removed()`);
  }
}

test("done jobs past their time go in steps; those undone, in quarantine or done since stay, however old", async () => {
  await ask(`INSERT INTO outbox (tenant, job, payload, created_at, not_before, done_at, quarantined_at)
    SELECT 'default', 'feedback.learn', '{}', made, made,
           CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN now() ELSE made END, CASE n % 8 WHEN 0 THEN made END
    FROM (SELECT n, now() - interval '40 d' + n * interval '1 s' AS made FROM generate_series(1, 24000) n) AS old;
    INSERT INTO outbox (tenant, job, payload, created_at, not_before, done_at)
    SELECT 'default', 'feedback.learn', '{}', now(), now(), now() FROM generate_series(1, 12000)`);
  await watchDeletes(["outbox"]);

  const [first, second] = await withStore(async (store) => [
    await store.pruneDoneJobs(daysAgo(7)),
    await store.pruneDoneJobs(daysAgo(7)),
  ]);
  const statements = await ask("SELECT max(rows) AS most FROM removed");
  const left = await ask(
    "SELECT count(*)::int AS rows, count(*) FILTER (WHERE done_at IS NULL)::int AS undone FROM outbox",
  );

  expect([first, second]).toEqual([12_000, 0]);
  expect(statements[0].most).toBeLessThanOrEqual(AT_ONCE);
  expect(left).toEqual([{ rows: 24_000, undone: 6_000 }]);
});

test("counts and templates past their time go in steps, for every tenant", async () => {
  await ask(`INSERT INTO log_template (tenant, service, key, text, severity, first_seen, last_seen)
    SELECT tenant, 'shop', tenant || n, 'paid <*>', 9, now() - interval '40 d', now() - (n % 3) * interval '20 d'
    FROM generate_series(1, 9000) n, unnest(ARRAY['default', 'north']) tenant;
    INSERT INTO log_count SELECT tenant, last_seen, service, key, 1 FROM log_template`);
  await watchDeletes(["log_count", "log_template"]);

  const removed = await withStore((store) => store.logCounts.prune(daysAgo(14)));
  const statements = await ask(
    "SELECT name, max(rows) AS most, sum(rows)::int AS rows FROM removed GROUP BY name ORDER BY name",
  );
  const left = await ask(
    "SELECT (SELECT count(*)::int FROM log_count) AS counts, (SELECT count(*)::int FROM log_template) AS kinds",
  );

  expect(removed).toBe(12_000);
  expect(statements).toEqual([
    { name: "log_count", most: AT_ONCE, rows: 12_000 },
    { name: "log_template", most: AT_ONCE, rows: 12_000 },
  ]);
  expect(left).toEqual([{ counts: 6_000, kinds: 6_000 }]);
});

/** How many rows of a table a store's own sessions read for this work, by whatever plan. Known once they ended. */
async function rowsRead(table: string, work: (store: Store) => Promise<unknown>): Promise<number> {
  const read = async () => {
    const [row] = await ask(`SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows
      FROM pg_stat_user_tables WHERE relname = '${table}'`);
    return Number(row.rows);
  };
  await ask(`ANALYZE ${table}`);
  const before = await read();
  await withStore(work);
  return (await read()) - before;
}

test("removing synthetic incidents, every minute, reads none of the jobs of others", async () => {
  await ask(`INSERT INTO outbox (tenant, job, payload, created_at, not_before, done_at)
    SELECT CASE WHEN n % 100 = 0 THEN 'self-watch' ELSE 'default' END, 'feedback.learn', '{}', now(), now(), now()
    FROM generate_series(1, 200000) n`);

  expect(await rowsRead("outbox", (store) => store.removeSelfWatch(daysAgo(0)))).toBe(0);
});

test("asking for messages that could not be delivered reads those alone, newest first", async () => {
  await ask(`INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, nonce, state, problem)
    SELECT 'default', 'INC-' || n, 'slack', 'root', 0, n,
      CASE WHEN n IN (70000, 90000) THEN 'ambiguous' ELSE 'posted' END, CASE WHEN n = 80000 THEN 'is_archived' END
    FROM generate_series(1, 200000) n`);
  const found: string[] = [];

  const read = await rowsRead("outbound_message", async (store) => {
    const stuck = await store.messages.stuck(DEFAULT_TENANT, "slack", 100);
    found.push(...stuck.map(({ key }) => key.incidentId));
    expect(await store.messages.stuck(SELF_WATCH_TENANT, "slack", 100)).toEqual([]);
  });

  expect(found).toEqual(["INC-90000", "INC-80000", "INC-70000"]);
  expect(read).toBeLessThan(20);
});
