import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { withClient } from "../../src/store/client.ts";
import { readPostmaster } from "../../src/store/embedded/postmaster.ts";
import { readSettings } from "../../src/store/embedded/settings.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/store/embedded/start.ts";

const BACK_WITHIN_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), "traceops-revived-"));
let server: EmbeddedPostgres | null = null;

afterEach(async () => {
  const serverDir = readSettings(folder)?.serverDir;
  await server?.stop();
  for (const path of [folder, serverDir]) if (path !== undefined) rmSync(path, { recursive: true, force: true });
});

test("an embedded PostgreSQL that dies comes back at the same address with what was committed, and stays stopped after a stop", async () => {
  server = await startEmbeddedPostgres({ dataDir: folder, keepsRunning: true });
  const { connectionString } = server;
  const ask = (sql: string) => withClient(connectionString, async (client) => (await client.query(sql)).rows);
  await ask("CREATE TABLE kept AS SELECT 7 AS n");
  const pid = postmaster()?.pid ?? 0;

  process.kill(pid, "SIGKILL");

  const deadline = Date.now() + BACK_WITHIN_MS;
  while (Date.now() < deadline && (postmaster()?.pid ?? pid) === pid) await wait(100);
  expect(await eventually(() => ask("SELECT n FROM kept"))).toEqual([{ n: 7 }]);
  await server.stop();
  await wait(2_500);
  expect(postmaster()).toBeNull();
  server = null;
}, 120_000);

function postmaster() {
  return readPostmaster(join(readSettings(folder)?.serverDir ?? "", "cluster"));
}

async function eventually<Result>(ask: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + BACK_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await wait(200);
    }
  }
}
