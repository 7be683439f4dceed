import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/ids.ts";
import { openPool } from "../../src/queue/connections.ts";
import { createOutbox } from "../../src/queue/outbox.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const clock = { nowMs: () => epochMs(Date.now()) };
const UNDONE = 3_000;
const ROUNDS = 100;

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

async function add(rows: number): Promise<readonly string[]> {
  const added = await sql<{ id: string }>(`INSERT INTO outbox (tenant, job, payload, created_at, not_before)
    SELECT 'default', 'delivery.process', jsonb_build_object('inboxId', number::text), now(), now()
    FROM generate_series(1, ${rows}) AS number RETURNING id::text AS id`);
  return added.map(({ id }) => id);
}

test("to load, begin, postpone and end one row reads that row, however much was undone since the table was empty", async () => {
  await sql("ALTER TABLE outbox SET (autovacuum_enabled = false)");
  const pool = openPool(database.connectionString, { max: 1, name: "one row" });
  const outbox = createOutbox(pool, clock);
  const runAll = async (ids: readonly string[]) => {
    for (const id of ids) {
      expect(await outbox.load(id)).not.toBeNull();
      await outbox.postpone(id, { notBeforeMs: 0, attempt: "was-not-begun", error: null });
      expect(await outbox.begin(id)).not.toBeNull();
      await outbox.done(id);
    }
  };
  // Statements with a name are planned for the table as it is now.
  await runAll(await add(10));

  const ids = await add(UNDONE);
  await runAll(ids.slice(0, ROUNDS));

  await pool.query("SELECT pg_stat_force_next_flush()");
  await pool.end();
  const [read] = await sql<{ n: number }>(
    "SELECT sum(idx_tup_read)::int AS n FROM pg_stat_user_indexes WHERE relname = 'outbox'",
  );
  // Four statements, and older versions of the row that its index still knows.
  expect(read?.n).toBeLessThan(ROUNDS * 4 * 10);
});
