import { afterEach, expect, test } from "vitest";
import { createHttpServer, DEFAULT_HTTP_LIMITS, type HttpServer } from "../../src/http/server.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore } from "../../src/store/create-store.ts";
import { migrationNames } from "../../src/store/migrate.ts";
import { createTestDatabase } from "../support/database.ts";
import { RecordingLogger } from "../support/fakes.ts";

const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(100)));
});

async function serve(limits: Partial<typeof DEFAULT_HTTP_LIMITS>, isReady: () => Promise<boolean>) {
  const server = createHttpServer({
    routes: [],
    hooks: null,
    isReady,
    logger: new RecordingLogger(),
    limits: { ...DEFAULT_HTTP_LIMITS, ...limits },
  });
  servers.push(server);
  const { port } = await server.listen(0, "127.0.0.1");
  const url = `http://127.0.0.1:${port}`;
  return { server, ask: async (path: string) => (await fetch(url + path)).status };
}

test("a process whose event loop is far too late says that it should be started again", async () => {
  const late = await serve({ deadEventLoopDelayMs: -1 }, () => Promise.resolve(true));
  const fine = await serve({}, () => Promise.resolve(false));

  expect([await late.ask("/livez"), await late.ask("/readyz")]).toEqual([503, 200]);
  // Not being ready is no reason to be started again: it would not bring the database back.
  expect([await fine.ask("/livez"), await fine.ask("/readyz")]).toEqual([200, 503]);
});

test("a stopping server says so while it still answers, for as long as it was told to", async () => {
  const { server, ask } = await serve({}, () => Promise.resolve(true));
  const begun = performance.now();
  const closed = server.close(1_000, 700);

  expect([await ask("/readyz"), await ask("/livez")]).toEqual([503, 200]);
  await closed;
  expect(performance.now() - begun).toBeGreaterThan(650);
  await expect(ask("/livez")).rejects.toThrow("fetch failed");
});

test("a database behind this version is not ready, one that is ahead of it is", async () => {
  const database = await createTestDatabase();
  const store = await createStore(database.connectionString, { clock: systemClock });
  const sql = (text: string) => withClient(database.connectionString, (client) => client.query(text));
  await sql(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('x', 'x', now(), '2999_later')`,
  );
  const ahead = await store.checkSchema().then(() => "ready");
  await sql(`DELETE FROM _prisma_migrations WHERE migration_name = '${migrationNames().at(-1)}'`);
  const behind = await store.checkSchema().catch(String);
  await store.close();
  await database.stop();

  expect(ahead).toBe("ready");
  expect(behind).toContain("run traceops migrate");
});
