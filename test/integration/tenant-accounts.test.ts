import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs, SELF_WATCH_TENANT } from "../../src/core/ids.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withSessionSettings } from "../../src/platform/session-settings.ts";
import { writeBackup } from "../../src/store/backup/write-backup.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore } from "../../src/store/create-store.ts";
import { openDatabases } from "../../src/store/databases.ts";
import { readSettings } from "../../src/store/embedded/settings.ts";
import { startEmbeddedPostgres, stopEmbeddedPostgres } from "../../src/store/embedded/start.ts";
import { migrate } from "../../src/store/migrate.ts";
import { requeueQuarantined } from "../../src/store/requeue.ts";
import { readSeparation, SYSTEM_ROLE, TENANT_ROLE } from "../../src/store/roles.ts";
import { asSuperuser, createTestDatabase, type TestDatabase } from "../support/database.ts";
import { contentOf, crossings, fillTenants, insertSql, makeAccount, NORTH, SOUTH } from "../support/tenants.ts";

let database: TestDatabase;
let superuser: string;

beforeAll(async () => {
  database = await createTestDatabase();
  superuser = asSuperuser(database.connectionString);
});

afterAll(async () => {
  await database?.stop();
});

/** What crosses between tenants of a database that the account brought up to date and filled. */
async function crossingsOf(connectionString: string, { isOwner }: { readonly isOwner: boolean }) {
  await migrate(connectionString);
  const tables = await fillTenants(connectionString);
  const own = await contentOf(connectionString, tables, NORTH);
  const databases = await openDatabases(connectionString);
  const found = await crossings(databases, { tables, own, isOwner }, [NORTH, SOUTH]);
  await databases.close();
  return { found, tables: tables.length, filled: [...own.values()].filter(({ rows }) => rows > 0).length };
}

async function withAccount(attributes: string, task: (account: { name: string; url: string }) => Promise<void>) {
  const account = await makeAccount(superuser, attributes);
  try {
    await task({ name: account.name, url: account.connectionString });
  } finally {
    await account.drop();
  }
}

describe("tenants are kept apart by the database when DATABASE_URL names", () => {
  test("a superuser: its sessions take on the ordinary role", async () => {
    const { found, tables, filled } = await crossingsOf(superuser, { isOwner: false });

    expect((await readSeparation(superuser)).by).toBe("roles");
    expect([found, filled]).toEqual([[], tables]);
  });

  test("an owner that may make no roles: the policies bind it, and named no tenant it works as the version before did", async () => {
    await withAccount("NOSUPERUSER", async ({ url }) => {
      const { found, tables, filled } = await crossingsOf(url, { isOwner: true });

      expect((await readSeparation(url)).by).toBe("policies");
      expect([found, filled]).toEqual([[], tables]);
    });
  });

  test("an owner on a server without the roles that may make them", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "traceops-roles-"));
    const server = await startEmbeddedPostgres({ dataDir, serverSettings: { fsync: "off" } });
    const admin = new URL(server.connectionString);
    admin.username = "postgres";
    admin.password = readSettings(dataDir)?.adminPassword ?? "";
    await withClient(admin.href, (client) => client.query(`DROP ROLE ${TENANT_ROLE}; DROP ROLE ${SYSTEM_ROLE}`));
    const account = await makeAccount(admin.href, "CREATEROLE");

    const { found } = await crossingsOf(account.connectionString, { isOwner: false });
    const separation = await readSeparation(account.connectionString);
    await stopEmbeddedPostgres(dataDir);
    rmSync(readSettings(dataDir)?.serverDir ?? dataDir, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });

    expect(found).toEqual([]);
    expect(separation).toEqual({ by: "roles", account: account.name });
  });
});

test("an account above policies that may make no roles is told so", async () => {
  await withAccount("BYPASSRLS", async ({ name, url }) => {
    await migrate(url);

    expect(await readSeparation(url)).toEqual({ by: "nothing", account: name });
  });
});

test("roles that an administrator makes later are used from the next start on", async () => {
  await withAccount("NOSUPERUSER", async ({ name, url }) => {
    await migrate(url);
    const before = await readSeparation(url);
    await withClient(superuser, (client) =>
      client.query(`GRANT ${TENANT_ROLE}, ${SYSTEM_ROLE} TO ${name} WITH INHERIT FALSE, SET TRUE`),
    );
    await migrate(url);

    expect([before.by, (await readSeparation(url)).by]).toEqual(["policies", "roles"]);
  });
});

test.each(["roles", "policies"])("the store does all its work with %s, for one tenant and for all", async (by) => {
  const work = async (url: string) => {
    await migrate(url);
    expect((await readSeparation(url)).by).toBe(by);
    const store = await createStore(url, { clock: systemClock });
    const delivery = { raw: Uint8Array.of(1), headers: {}, receivedAtMs: systemClock.nowMs() };
    for (const tenant of [DEFAULT_TENANT, SELF_WATCH_TENANT]) {
      expect(await store.inbox.store({ tenant, source: "generic", dedupKey: "one", delivery })).toBe("stored");
      expect(await store.inbox.store({ tenant, source: "generic", dedupKey: "one", delivery })).toBe("duplicate");
    }
    for (const [id, tenant] of [
      ["1", DEFAULT_TENANT],
      ["3", SELF_WATCH_TENANT],
    ] as const) {
      expect(await store.inbox.load(id)).toMatchObject({ tenant });
      await store.inbox.quarantine(id, "unreadable");
    }
    await store.checkWritable();
    await store.checkSchema();

    expect(await store.quarantined()).toEqual({ webhooks: 2, jobs: 0 });
    expect(await requeueQuarantined(url)).toEqual({ webhooks: 2, jobs: 0 });
    expect(await store.metricTotals.standing()).toMatchObject({ undone: 4, webhooks: 0 });
    const incidents = (await fillTenants(url)).filter(({ table }) => table === "incident");
    await withClient(url, async (client) => {
      for (const table of incidents) await client.query(insertSql(table, SELF_WATCH_TENANT, 1));
      await client.query("UPDATE incident SET fingerprints = ARRAY[id]");
      await store.removeSelfWatch(epochMs(systemClock.nowMs() + 60_000));
      const left = await client.query("SELECT DISTINCT tenant FROM incident_key ORDER BY tenant");
      expect(left.rows).toEqual([{ tenant: NORTH }, { tenant: SOUTH }]);
    });
    await store.close();
  };
  if (by === "policies") return withAccount("NOSUPERUSER", ({ url }) => work(url));
  const other = await createTestDatabase();
  try {
    await work(other.connectionString);
  } finally {
    await other.stop();
  }
});

test("commands for all tenants refuse an account from which rows are hidden, instead of finding none", async () => {
  const hidden = withSessionSettings(database.connectionString, { "traceops.tenant": "north" });

  await expect(requeueQuarantined(hidden)).rejects.toThrow("does not see all rows");
  await expect(writeBackup(hidden, { out: new PassThrough(), nowMs: systemClock.nowMs() })).rejects.toThrow(
    "does not see all rows",
  );
});
