import { afterAll, beforeAll, expect, test } from "vitest";
import { createLocks } from "../../src/queue/locks.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database?.stop();
});

/** Ends the lock session as a restarting server does: first the server's word, a moment later the connection. */
function cutLockSessions(): Promise<void> {
  return withClient(database.connectionString, async (client) => {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'traceops locks'`,
    );
  });
}

function heldLocks(): Promise<number> {
  return withClient(database.connectionString, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_locks
       WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows[0]?.n ?? -1;
  });
}

test("a lock taken in the moment in which the old session ends is held once, and free again after its release", async () => {
  const locks = createLocks(database.connectionString);
  for (let round = 0; round < 10; round++) {
    const before = await locks.tryTake(`before-${round}`);
    const lost = new Promise<void>((resolve) =>
      before?.lost.addEventListener("abort", () => resolve(), { once: true }),
    );
    await cutLockSessions();
    await lost;
    // Only the first of the events that tell of the end has come: the others follow while the new session opens.
    const after = await locks.tryTake(`after-${round}`);
    expect(after).not.toBeNull();
    expect(await heldLocks()).toBe(1);
    expect(after?.lost.aborted).toBe(false);
    await after?.release();
    expect(await heldLocks()).toBe(0);
  }
  await locks.close();
  expect(await heldLocks()).toBe(0);
});
